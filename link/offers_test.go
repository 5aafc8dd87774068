package link

import "testing"

// A group that is weighed anew with what it found before is offered what it
// would be if it were weighed against all.
func TestWhatWasFoundBeforeIsWhatIsFoundAgain(t *testing.T) {
	recalled, moves := 0, 0
	for seed := range uint64(2) {
		w := largest(drawnBuilder(6000, seed))
		w.groups = make([]group, len(w.values))
		for i := range w.of { // together by one of their values, so hubs are in many hands
			w.of[i] = w.tokensOf(int32(i))[0].value
		}
		w.recount()
		u := w.newUniting()
		todo := make([]int32, len(w.groups))
		for g := range todo {
			todo[g] = int32(g)
		}
		weigh := func() []offer {
			for _, g := range todo {
				u.best[g] = offer{with: -1}
			}
			u.weighAll(todo)
			return append([]offer(nil), u.best...)
		}
		for len(todo) > 0 {
			for _, g := range todo {
				if u.kept[g] != nil && u.changed[g] < u.weighed[g] {
					recalled++
				}
			}
			had := weigh()
			kept := u.kept
			u.kept = make([][]pair, len(kept))
			for g, o := range weigh() {
				if o != had[g] {
					t.Fatalf("seed %d, round %d: group %d is offered %v, weighed against all %v", seed, u.round, g, had[g], o)
				}
			}
			u.kept = kept
			todo = u.joinMutual()
		}
		for _, list := range u.moves {
			moves += len(list)
		}
	}
	if recalled < 100 || moves < 100 {
		t.Errorf("%d groups were recalled and %d came among a hub's largest or left them: that shows nothing", recalled, moves)
	}
}
