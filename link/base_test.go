package link_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// history is what happened to a base so far: what is left of it.
type history struct {
	base    *link.Base
	reports []told
	judged  []fraud.Judgement
	next    int
	rings   map[fraud.RingID]string // as whoever follows the changes sees them
	members map[fraud.RingID][]fraud.ReportID
}

func (h *history) add(t *rapid.T) {
	for range rapid.IntRange(1, 8).Draw(t, "arrivals") {
		x := someReport(t, h.next)
		h.next++
		if len(h.reports) > 0 && rapid.IntRange(0, 9).Draw(t, "correction") == 0 {
			x.replaces = rapid.SampledFrom(h.reports).Draw(t, "corrected").id
		}
		h.reports = append(h.reports, x)
		p := h.base.Add(facts(x), x.sightings(), x.sketches())
		if p.Report != fraud.ReportID(x.id) || p.Ring != "" && (p.Share <= 0 || p.Share > 1 || p.Bits <= 0 || len(p.By) == 0) {
			t.Fatalf("placed as %+v", p)
		}
	}
}

// burst adds reports that are all alike: whether they look like a poisoning
// hangs on how many there are and on what people say of them.
func (h *history) burst(t *rapid.T) {
	x := told{day: float64(rapid.IntRange(0, 200).Draw(t, "day")), has: []string{"call call-2"}}
	if rapid.Bool().Draw(t, "of a firm") {
		x.has = append(x.has, "firm firm-1")
	}
	for range rapid.IntRange(2, 6).Draw(t, "alike") {
		x.id = fmt.Sprintf("a/%d", h.next)
		h.next++
		h.reports = append(h.reports, x)
		h.base.Add(facts(x), x.sightings(), nil)
	}
}

func (h *history) remove(t *rapid.T) {
	if len(h.reports) == 0 {
		return
	}
	i := rapid.IntRange(0, len(h.reports)-1).Draw(t, "removed")
	h.base.Remove(fraud.ReportID(h.reports[i].id))
	x := h.reports[i]
	h.reports = slices.Delete(h.reports, i, i+1)
	if rapid.Bool().Draw(t, "again") { // it may come back, told otherwise
		x.paid = !x.paid
		h.reports = append(h.reports, x)
		h.base.Add(facts(x), x.sightings(), x.sketches())
	}
}

func (h *history) judge(t *rapid.T) {
	if len(h.reports) < 2 {
		return
	}
	j := fraud.Judgement{ID: fmt.Sprintf("J-%d", len(h.judged)), At: day0.Add(time.Duration(len(h.judged)) * time.Minute)}
	j.Verdict = rapid.SampledFrom([]fraud.Verdict{fraud.VerdictSame, fraud.VerdictDifferent, fraud.VerdictWrong, fraud.VerdictConfirmed, fraud.VerdictNotIndicator}).Draw(t, "verdict")
	switch j.Verdict {
	case fraud.VerdictNotIndicator:
		j.Indicator = fraud.Indicator{Kind: fraud.Phone, Value: "call-1"}
	case fraud.VerdictSame, fraud.VerdictDifferent:
		j.B = fraud.ReportID(rapid.SampledFrom(h.reports).Draw(t, "b").id)
		fallthrough
	default:
		j.A = fraud.ReportID(rapid.SampledFrom(h.reports).Draw(t, "a").id)
	}
	h.judged = append(h.judged, j)
	h.base.Judge([]fraud.Judgement{j})
}

// settle follows the changes, and compares with one whole linking.
func (h *history) settle(t *rapid.T) {
	s := h.base.Settle(day0)
	for p := range s.Portions(rapid.IntRange(1, 9).Draw(t, "reports in a portion")) {
		for _, id := range p.Gone {
			delete(h.rings, id)
			delete(h.members, id)
		}
		for _, r := range p.Rings {
			h.rings[r.ID] = line(t, r)
			h.members[r.ID] = r.Reports
		}
		h.once(t)
	}
	if n := h.base.Waiting(""); n != 0 {
		t.Fatalf("%d changes wait after all was settled", n)
	}
	now := s.Result()
	followed := map[fraud.RingID]string{}
	for _, r := range now.Rings {
		followed[r.ID] = line(t, r)
	}
	if !maps.Equal(followed, h.rings) {
		t.Fatalf("who follows the changes has\n%v\nbut the rings are\n%v", h.rings, followed)
	}
	whole := link.NewBuilder(link.DefaultModel())
	for _, x := range h.reports {
		whole.Add(facts(x), x.sightings(), x.sketches())
	}
	whole.Judge(h.judged)
	if got, want := nameless(t, now), nameless(t, whole.Link()); got != want {
		t.Fatalf("step by step:\n%s\nat once:\n%s", got, want)
	}
}

// once fails if a report is in two rings: between one portion and the next
// people read what was taken up so far.
func (h *history) once(t *rapid.T) {
	of := map[fraud.ReportID]fraud.RingID{}
	for ring, reports := range h.members {
		for _, r := range reports {
			if of[r] != "" {
				t.Fatalf("%s is in %s and in %s", r, of[r], ring)
			}
			of[r] = ring
		}
	}
}

func line(t *rapid.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// nameless writes a result with each ring named by its first report, since
// how a ring came to its id is history; lines in order.
func nameless(t *rapid.T, res link.Result) string {
	var pairs []string
	for _, r := range res.Rings {
		pairs = append(pairs, string(r.ID), "ring of "+string(r.Reports[0]))
	}
	for i := range res.Rings {
		r := &res.Rings[i]
		for _, ties := range [][]fraud.Tie{r.Suppliers, r.Launderers} {
			for k := range ties {
				slices.SortFunc(ties[k].Rings, func(x, y fraud.RingID) int {
					return strings.Compare(strings.NewReplacer(pairs...).Replace(string(x)), strings.NewReplacer(pairs...).Replace(string(y)))
				})
			}
		}
	}
	var buf bytes.Buffer
	for _, err := range []error{link.WriteAssign(&buf, res.Assign), link.WriteRings(&buf, res.Rings), link.WriteLinks(&buf, res.Links), link.WriteSuggestions(&buf, res.Suggestions)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.NewReplacer(pairs...).Replace(buf.String()), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestStepByStepEqualsAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &history{base: link.NewBase(link.DefaultModel()), rings: map[fraud.RingID]string{}, members: map[fraud.RingID][]fraud.ReportID{}}
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			rapid.SampledFrom([]func(*rapid.T){h.add, h.add, h.add, h.burst, h.remove, h.judge, h.settle, h.restart}).Draw(t, "step")(t)
		}
		h.settle(t)
	})
}

// changes is all that a settling changed.
func changes(s *link.Settled) (all fraud.Linking) {
	for p := range s.Portions(1 << 30) {
		all = p
	}
	return all
}

func TestNewReportIsPlacedAtOnce(t *testing.T) {
	base := link.NewBase(link.DefaultModel())
	for i := range 6 {
		x := told{id: fmt.Sprintf("a/%d", i), day: float64(i), paid: true, has: []string{"call +12125550142"}}
		base.Add(facts(x), x.sightings(), nil)
	}
	ring := changes(base.Settle(day0)).Rings[0].ID
	x := told{id: "b/1", day: 7, has: []string{"call +12125550142", "remote anydesk:123456789"}}
	p := base.Add(facts(x), x.sightings(), nil)
	if p.Ring != ring || p.Share != 1 || p.Bits < 9 || len(p.By) != 1 || p.By[0].Value != "+12125550142" {
		t.Errorf("placed as %+v, want in %s by the number", p, ring)
	}
	if base.Waiting(ring) != 1 || base.Waiting("") != 1 {
		t.Errorf("%d changes wait for the ring, %d in all, want 1 and 1", base.Waiting(ring), base.Waiting(""))
	}
	late := told{id: "b/2", day: 80, has: []string{"call +12125550142"}}
	if p := base.Add(facts(late), late.sightings(), nil); p.Ring != "" {
		t.Errorf("a number that was silent for months placed a report in %s", p.Ring)
	}
	s := changes(base.Settle(day0))
	if len(s.Rings) != 1 || len(s.Rings[0].Reports) != 7 || len(s.Events) != 1 || s.Events[0].What != "grew" {
		t.Errorf("settled as %d changed rings, events %+v", len(s.Rings), s.Events)
	}
}

// restored is a base in which reports stand in rings, without any linking.
func restored(ring fraud.RingID, base *link.Base, reports ...told) *link.Base {
	for _, x := range reports {
		base.Load(facts(x), x.sightings(), x.sketches())
		base.Restore(fraud.ReportID(x.id), ring)
	}
	return base
}

// However many hold a value, the latest 512 say who uses it now.
func TestOnlyTheLatestHoldersAreAsked(t *testing.T) {
	base := link.NewBase(link.DefaultModel())
	for i, ring := range []fraud.RingID{"R-OLD", "R-NEW"} {
		for k := range 512 {
			restored(ring, base, told{id: fmt.Sprintf("a/%d-%d", i, k), day: float64(i), has: []string{"call +12125550142"}})
		}
	}
	x := told{id: "b/1", day: 2, has: []string{"call +12125550142"}}
	if p := base.Add(facts(x), x.sightings(), nil); p.Ring != "R-NEW" || p.Share != 1 {
		t.Errorf("placed as %+v, want in R-NEW without a doubt", p)
	}
}

func TestPlacingTakesOneStrongValueOrTwoFamilies(t *testing.T) {
	for _, tt := range []struct {
		name string
		x    told
		want fraud.RingID
	}{
		{"a sender's number alone", told{id: "b/1", day: 2, has: []string{"sms +12125550142"}}, ""},
		{"a text alone", told{id: "b/1", day: 2, text: 1}, ""},
		{"both", told{id: "b/1", day: 2, has: []string{"sms +12125550142"}, text: 1}, "R-A"},
		{"a callback", told{id: "b/1", day: 2, has: []string{"call +12125550143"}}, "R-A"},
	} {
		base := restored("R-A", link.NewBase(link.DefaultModel()),
			told{id: "a/1", has: []string{"sms +12125550142", "call +12125550143"}, text: 1},
			told{id: "a/2", day: 1, has: []string{"sms +12125550142", "call +12125550143"}, text: 1})
		if p := base.Add(facts(tt.x), tt.x.sightings(), tt.x.sketches()); p.Ring != tt.want {
			t.Errorf("%s: placed as %+v, want in %q", tt.name, p, tt.want)
		}
	}
	// Two rings that hold the value alike: it cannot be said which.
	base := restored("R-A", link.NewBase(link.DefaultModel()), told{id: "a/1", has: []string{"call +12125550143"}})
	restored("R-B", base, told{id: "a/2", has: []string{"call +12125550143"}})
	x := told{id: "b/1", day: 2, has: []string{"call +12125550143"}}
	if p := base.Add(facts(x), x.sightings(), nil); p.Ring != "" {
		t.Errorf("placed as %+v, want with none of two alike", p)
	}
}

func TestRingKeepsItsIDAsItGrows(t *testing.T) {
	base := link.NewBase(link.DefaultModel())
	for i, day := range []float64{5, 6} {
		x := told{id: fmt.Sprintf("a/%d", i+1), day: day, has: []string{"call +12125550142"}}
		base.Add(facts(x), x.sightings(), nil)
	}
	old := changes(base.Settle(day0)).Rings
	again := link.NewBase(link.DefaultModel()) // the node is started anew
	for i, day := range []float64{4, 5, 6} {
		x := told{id: fmt.Sprintf("a/%d", i), day: day, has: []string{"call +12125550142"}}
		again.Add(facts(x), x.sightings(), nil)
	}
	for _, id := range old[0].Reports {
		again.Restore(id, old[0].ID)
	}
	settled := again.Settle(day0)
	now := changes(settled)
	if now.Rings[0].ID != old[0].ID {
		t.Errorf("ring is %s, want still %s", now.Rings[0].ID, old[0].ID)
	}
	if ring, _ := settled.Result().RingOf("a/0"); ring != old[0].ID {
		t.Errorf("a/0 is in %q, want %s", ring, old[0].ID)
	}
	if len(now.Events) != 1 || now.Events[0].What != "grew" {
		t.Errorf("events %+v, want one: grew", now.Events)
	}
}

func TestChangesGoOnWhileItSettles(t *testing.T) {
	base := link.NewBase(link.DefaultModel())
	whole := link.NewBuilder(link.DefaultModel())
	reports := plainReports(3000)
	var group sync.WaitGroup
	group.Go(func() {
		for _, x := range reports {
			base.Add(facts(x), x.sightings(), nil)
		}
	})
	group.Go(func() {
		for range 5 {
			base.Settle(day0)
		}
	})
	group.Wait()
	add(whole, reports...)
	got, want := base.Settle(day0).Result(), whole.Link()
	if len(got.Rings) != len(want.Rings) {
		t.Fatalf("%d rings, want %d", len(got.Rings), len(want.Rings))
	}
	of := map[fraud.RingID]fraud.RingID{}
	for i, a := range got.Assign {
		b := want.Assign[i]
		if was, known := of[a.Ring]; a.Report != b.Report || known && was != b.Ring {
			t.Fatalf("%+v in one, %+v in the other", a, b)
		}
		of[a.Ring] = b.Ring
	}
}
