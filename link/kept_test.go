package link_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/zeebo/xxh3"
	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// restart settles, and goes on with a base that was kept and opened.
func (h *history) restart(t *rapid.T) {
	h.settle(t)
	var kept bytes.Buffer
	begun := h.base.Begin()
	s := begun.Settle(day0)
	if err := begun.Keep(&kept); err != nil {
		t.Fatal(err)
	}
	base, err := link.OpenBase(link.DefaultModel(), &kept, int64(kept.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range s.Assign() {
		if a.Ring != "" {
			base.Restore(a.Report, a.Ring)
		}
	}
	base.Judge(h.judged)
	base.Rested()
	if n := base.Waiting(""); n != 0 {
		t.Fatalf("%d changes wait after all was kept", n)
	}
	h.base = base
}

// keptOf is what a small base keeps of itself.
func keptOf(tb testing.TB) []byte {
	tb.Helper()
	base := link.NewBase(link.DefaultModel())
	for _, x := range []told{
		{id: "a/1", day: 1, has: []string{"call +12125550142", "firm Alder Help"}, text: 1, paid: true},
		{id: "a/2", day: 2, has: []string{"call +12125550142"}, text: 1},
		{id: "a/3", day: 3, has: []string{"remote anydesk:123456789"}, replaces: "a/0"},
	} {
		base.Add(facts(x), x.sightings(), x.sketches())
	}
	var kept bytes.Buffer
	if err := base.Begin().Keep(&kept); err != nil {
		tb.Fatal(err)
	}
	return kept.Bytes()
}

func openKept(model link.Model, kept []byte) (*link.Base, error) {
	return link.OpenBase(model, bytes.NewReader(kept), int64(len(kept)))
}

func TestWhatWasKeptIsTakenWholeOrNotAtAll(t *testing.T) {
	kept := keptOf(t)
	if _, err := openKept(link.DefaultModel(), kept); err != nil {
		t.Fatal(err)
	}
	refused := func(what string, model link.Model, b []byte) {
		t.Helper()
		if _, err := openKept(model, b); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range kept {
		flipped := slices.Clone(kept)
		flipped[i] ^= 1 << (i % 8)
		refused("flipped", link.DefaultModel(), flipped)
		refused("cut", link.DefaultModel(), kept[:i])
	}
	other := link.DefaultModel()
	other.Version = "another"
	refused("another version", other, kept)
	other = link.DefaultModel()
	other.Shared = other.Shared[1:]
	refused("another model of the same version", other, kept)
}

// What was changed and summed anew must not lead the linker where nothing is.
func FuzzOpenBase(f *testing.F) {
	f.Add(keptOf(f))
	f.Fuzz(func(_ *testing.T, b []byte) {
		if len(b) < 8 {
			return
		}
		whole := b[:len(b)-8]
		base, err := openKept(link.DefaultModel(), binary.LittleEndian.AppendUint64(slices.Clone(whole), xxh3.Hash(whole)))
		if err != nil {
			return
		}
		x := told{id: "b/1", day: 4, has: []string{"call +12125550142"}, text: 1}
		base.Add(facts(x), x.sightings(), x.sketches())
		base.Settle(day0)
	})
}
