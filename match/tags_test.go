package match

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
)

func drawTags(r *rand.Rand, n int) []tag {
	out := make([]tag, n)
	for i := range out {
		binary.BigEndian.PutUint64(out[i][:], r.Uint64())
		out[i][8] = byte(r.Uint32())
	}
	slices.SortFunc(out, compareTags)
	return slices.Compact(out)
}

// Property: sorted tags come back from their packed form, and cost what the
// specification says.
func TestPackedTagsComeBackAndAreSmall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 3000).Draw(t, "n")
		tags := drawTags(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), n)
		packed := packTags(tags)
		got, err := unpackTags(packed, len(tags))
		if err != nil || !slices.Equal(got, tags) {
			t.Fatalf("got %d tags, %v; want %d", len(got), err, len(tags))
		}
		if n > 100 && len(packed)*8 > len(tags)*(riceBits(len(tags))+3) {
			t.Fatalf("%d tags cost %d bytes", len(tags), len(packed))
		}
	})
	edge := []tag{{}, {0, 0, 0, 0, 0, 0, 0, 0, 1}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}
	if got, err := unpackTags(packTags(edge), 3); err != nil || !slices.Equal(got, edge) {
		t.Errorf("the lowest and the highest tag: got %v, %v", got, err)
	}
}

// Whatever a peer sends as packed tags, it is refused or has one writing.
func FuzzPackedTags(f *testing.F) {
	f.Add(packTags(drawTags(rand.New(rand.NewPCG(1, 1)), 9)), 9)
	f.Add([]byte{}, 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		if n < 0 || n > 1<<16 {
			return
		}
		tags, err := unpackTags(b, n)
		if err != nil {
			if !errors.Is(err, fraud.ErrInvalid) {
				t.Errorf("got %v, want ErrInvalid", err)
			}
			return
		}
		if len(tags) != n || !slices.IsSortedFunc(tags, compareTags) {
			t.Fatalf("got %d tags of %d, sorted %v", len(tags), n, slices.IsSortedFunc(tags, compareTags))
		}
		if again := packTags(tags); string(again) != string(b) {
			t.Errorf("%x is read and written as %x", b, again)
		}
	})
}

func TestTheAuditChoosesNoLeafTwiceAndEachSideItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, r := rapid.IntRange(1, 500).Draw(t, "n"), rapid.IntRange(0, 600).Draw(t, "r")
		a, b := digest("a", u32(n)), digest("b", u32(r))
		got := audited(a, b, offerer, n, r)
		seen := map[int]bool{}
		for _, i := range got {
			if i < 0 || i >= n || seen[i] {
				t.Fatalf("leaf %d of %d, twice %v", i, n, seen[i])
			}
			seen[i] = true
		}
		if len(got) != min(n, r) {
			t.Fatalf("chose %d of %d, want %d", len(got), n, min(n, r))
		}
	})
}
