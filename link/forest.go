package link

// forest is union-find with path halving; the lowest member is the root, so
// roots do not depend on the order of unions.
type forest struct{ parent []uint32 }

func newForest(n int) *forest {
	f := &forest{make([]uint32, n)}
	for i := range f.parent {
		f.parent[i] = uint32(i)
	}
	return f
}

func (f *forest) find(i uint32) uint32 {
	for f.parent[i] != i {
		f.parent[i] = f.parent[f.parent[i]]
		i = f.parent[i]
	}
	return i
}

// union joins two sets and says whether they were two.
func (f *forest) union(i, j uint32) bool {
	i, j = f.find(i), f.find(j)
	if i == j {
		return false
	}
	f.parent[max(i, j)] = min(i, j)
	return true
}

// groups lists the members of each set of so many or more, ascending, sets by
// lowest member.
func (f *forest) groups(least uint32) [][]uint32 {
	n := len(f.parent)
	starts := make([]uint32, n+1)
	for i := range f.parent {
		starts[f.find(uint32(i))+1]++
	}
	for i := range n {
		starts[i+1] += starts[i]
	}
	members := make([]uint32, n)
	next := append([]uint32(nil), starts[:n]...)
	for i := range f.parent {
		r := f.find(uint32(i))
		members[next[r]] = uint32(i)
		next[r]++
	}
	var out [][]uint32
	for i := range n {
		if starts[i+1]-starts[i] >= least {
			out = append(out, members[starts[i]:starts[i+1]])
		}
	}
	return out
}
