package link

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// Told is a report as [Builder.Add] takes it.
type Told struct {
	Facts     fraud.ReportFacts
	Sightings []fraud.Sighting
	Sketches  []fraud.Sketch
}

// Use is a ring in which a value stands: how many of its reports hold it.
type Use struct{ Reports, Of int }

// Beside is what an explanation of why not rests on beside a Result: the two
// reports, those that name what they name, and in which rings the values that
// both name stand (see [Common]).
type Beside struct {
	Model      Model
	Told       []Told
	Judgements []fraud.Judgement
	Uses       map[fraud.Indicator][]Use
	// Many are values of which not every report is in Told: of the silences
	// between those that are nothing can be said.
	Many map[fraud.Indicator]bool
}

// SharedValue is a value that two reports both name, and what became of it.
type SharedValue struct {
	Indicator fraud.Indicator `json:"indicator,omitzero"` // nothing, where it is a victim's own
	Family    fraud.Family    `json:"family,omitempty"`
	Full      float64         `json:"full"` // the bits of such a value in such a role
	Bits      float64         `json:"bits"` // what it counts here
	Says      string          `json:"says"`
}

// Common gives the values that two reports both name, in whatever role, in
// order.
func Common(a, b []fraud.Sighting) []fraud.Indicator {
	have := map[fraud.Indicator]bool{}
	for _, s := range a {
		have[s.Indicator] = true
	}
	var out []fraud.Indicator
	for _, s := range b {
		if have[s.Indicator] {
			have[s.Indicator] = false
			out = append(out, s.Indicator)
		}
	}
	slices.SortFunc(out, func(x, y fraud.Indicator) int { return strings.Compare(x.String(), y.String()) })
	return out
}

// UsesOf gives the rings in which each of the values stands, as [Beside] takes
// them.
func UsesOf(values []fraud.Indicator, rings []fraud.Ring) map[fraud.Indicator][]Use {
	want := map[fraud.Indicator]bool{}
	for _, i := range values {
		want[i] = true
	}
	out := map[fraud.Indicator][]Use{}
	for _, r := range rings {
		most := map[fraud.Indicator]int{} // a value has a place for each of its tenures
		add := func(i fraud.Indicator, reports int) {
			if want[i] {
				most[i] = max(most[i], reports)
			}
		}
		for _, i := range r.Indicators {
			add(i.Indicator, i.Reports)
		}
		for i, n := range most {
			out[i] = append(out[i], Use{Reports: n, Of: len(r.Reports)})
		}
	}
	return out
}

// ExplainBeside is Explain that says of two reports that are in no ring together
// what they share, what each shared value counts and why no more, how far that
// is from one ring, and what would have to be found. The values are weighed by
// the linker's own hand over the reports that it is given.
func (r Result) ExplainBeside(a, b fraud.ReportID, x Beside) Explanation {
	e := r.Explain(a, b)
	if _, ok := r.RingOf(a); !ok || b == "" || a == b || e.Same || len(e.Says) < 2 {
		return e
	}
	w := whyNot{Beside: x, a: a, b: b, e: &e}
	for i := range x.Told {
		switch x.Told[i].Facts.ID {
		case a:
			w.ofA = x.Told[i].Sightings
		case b:
			w.ofB = x.Told[i].Sightings
		}
	}
	bld := NewBuilder(x.Model)
	for _, t := range x.Told {
		bld.Add(t.Facts, t.Sightings, t.Sketches)
	}
	bld.Judge(x.Judgements)
	w.rules = bld.rules()
	w.m = bld.prepare(w.rules)
	if !w.rank() {
		return e
	}
	for i, s := range e.Says { // the general reason gives way to the particular one
		for _, id := range []fraud.ReportID{a, b} {
			if s == inNoRing(id) {
				e.Says[i] = fmt.Sprintf("%s is in no ring.", id)
			}
		}
	}
	w.weigh()
	// The two reports first, then what is to be said of their rings.
	ofRings := slices.Clone(e.Says[2:])
	e.Says = e.Says[:2]
	w.tell()
	e.Says = append(e.Says, ofRings...)
	return e
}

// whyNot is one explanation of why not in the making.
type whyNot struct {
	Beside
	a, b     fraud.ReportID
	ofA, ofB []fraud.Sighting
	e        *Explanation
	m        *material
	rules    *rules
	ra, rb   uint32
	best     [numFamilies]float64
	second   [numFamilies]float64
	lifted   float64 // what a person who confirms the reports would add
	hubs     int
	silences []string // what would bridge them
}

// rank finds the two reports among those that count; false if one does not.
func (w *whyNot) rank() bool {
	for _, x := range []struct {
		id   fraud.ReportID
		rank *uint32
	}{{w.a, &w.ra}, {w.b, &w.rb}} {
		n, ok := w.m.b.ids.find(string(x.id))
		if !ok || w.m.b.reports[n].flags&flagKnown == 0 || w.m.rank[n] == none {
			return false
		}
		*x.rank = w.m.rank[n]
	}
	return true
}

// weigh looks at all that the two share, strongest first.
func (w *whyNot) weigh() {
	var found []shared
	w.m.between(w.ra, w.rb, &found)
	slices.SortFunc(found, func(x, y shared) int { return cmp.Or(cmp.Compare(y.bits, x.bits), cmp.Compare(x.tenure, y.tenure)) })
	said := map[fraud.Indicator]bool{}
	for _, s := range found {
		t := &w.m.tenures[s.tenure]
		i := w.m.indicatorOf(s.tenure)
		said[i] = true
		v := w.value(s, t, i)
		f := t.family
		if v.Bits > w.best[f] {
			w.best[f], w.second[f] = v.Bits, w.best[f]
		} else {
			w.second[f] = max(w.second[f], v.Bits)
		}
		w.e.Shared = append(w.e.Shared, v)
	}
	slices.SortStableFunc(w.e.Shared, func(x, y SharedValue) int { return cmp.Compare(y.Bits, x.Bits) })
	for _, i := range Common(w.ofA, w.ofB) {
		if !said[i] {
			w.e.Shared = append(w.e.Shared, w.mute(i))
		}
	}
}

// value says what a value counts that the linker found in both reports.
func (w *whyNot) value(s shared, t *tenure, i fraud.Indicator) SharedValue {
	a, b := w.m.incs[s.a], w.m.incs[s.b]
	v := SharedValue{Indicator: i, Family: families[t.family], Bits: bitsOf(s.bits)}
	v.Full = v.Bits
	var but []string
	what := valueWord(i)
	switch t.soft {
	case softText:
		what = "nearly the same text"
		but = append(but, "texts are sold as kits, so one alone is no proof")
	case softBlock:
		what = "numbers of the consecutive block " + w.m.notes[t.note] + " on the same days"
	case softReuse:
		v.Full = w.full(i)
		if w.Many[i] {
			v.Bits = v.Full
			but = append(but, "so many reports name it that it was in use all along")
			break
		}
		from, to := fromMinutes(t.from), fromMinutes(t.to)
		gap := int(to.Sub(from).Hours() / 24)
		but = append(but, fmt.Sprintf("nobody named it for %d days, from %s to %s: it may have changed hands, so it is weak evidence in place of %.1f bits",
			gap, from.Format(time.DateOnly), to.Format(time.DateOnly), v.Full))
		w.silences = append(w.silences, fmt.Sprintf("reports that name %s between %s and %s with no silence of more than %d days, so that it was in use all along",
			what, from.Format(time.DateOnly), to.Format(time.DateOnly), w.gapDays(i)))
	default:
		v.Full = w.full(i)
		if roles[a.role] == fraud.RoleShownCallerID || roles[b.role] == fraud.RoleShownCallerID {
			but = append(but, "what a phone displays is mostly forged")
		} else if v.Full < againstBits {
			but = append(but, "it is common by nature, as first names and rented addresses are")
		}
		if i.Kind == fraud.Company && strings.HasPrefix(i.Value, "name:") {
			but = append(but, "a firm's name without its register number counts half")
		}
		if !w.valid(i) {
			but = append(but, "it is not well formed, so it counts half")
		}
	}
	but = append(but, w.suspected(&v)...)
	if hub := w.tapered(&v); hub != "" {
		but = append(but, hub)
	}
	as := ""
	if t.soft == hard {
		as = " as " + roleWord(roles[a.role])
		if a.role != b.role {
			as += " and as " + roleWord(roles[b.role])
		}
	}
	v.Says = fmt.Sprintf("%.1f bits (%s): both name %s%s", v.Bits, v.Family, what, as)
	if t.soft == softText {
		v.Says = fmt.Sprintf("%.1f bits (%s): both read or showed %s", v.Bits, v.Family, what)
	}
	if len(but) > 0 {
		v.Says += "; " + strings.Join(but, "; ")
	}
	v.Says += "."
	return v
}

// suspected says that a report which looks like poison counts for a part.
func (w *whyNot) suspected(v *SharedValue) (but []string) {
	for _, x := range []struct {
		id   fraud.ReportID
		rank uint32
	}{{w.a, w.ra}, {w.b, w.rb}} {
		if w.m.weak[x.rank] {
			but = append(but, fmt.Sprintf("%s looks like poison, one of a burst of unpaid reports that are all alike, so what it names counts for %.0f %%", x.id, 100*w.m.params.poison))
		}
	}
	if len(but) > 0 {
		w.lifted += max(0, v.Full-v.Bits)
	}
	return but
}

// tapered lowers what a value counts by over how many rings it is spread that
// have a life of their own without it, as the linker does.
func (w *whyNot) tapered(v *SharedValue) string {
	var rings spread
	n := 0
	for _, u := range w.Uses[v.Indicator] {
		g := group{size: int32(u.Of)}
		if h := (holder{count: int32(u.Reports)}); g.unrelated(h) {
			rings.add(h.count)
			n++
		}
	}
	if n < 2 {
		return ""
	}
	was := v.Bits
	v.Bits = math.Round(float64(rings.worth(&w.m.params, &value{prior: int32(v.Bits * 1000)}))/100) / 10
	w.hubs++
	return fmt.Sprintf("%d rings hold it that live without it too, so it is rather a supplier's or a shared thing: %.1f of %.1f bits are left", n, v.Bits, was)
}

// full is what a value is worth in the roles in which the two name it, before
// anything lowers it.
func (w *whyNot) full(i fraud.Indicator) float64 {
	bits := [2]float64{}
	for k, list := range [][]fraud.Sighting{w.ofA, w.ofB} {
		for _, s := range list {
			if p, ok := w.Model.Prior(i.Kind, s.Role); ok && s.Indicator == i {
				bits[k] = max(bits[k], p.Bits)
			}
		}
	}
	return bitsOf(pairBits(incidence{bits: int32(bits[0] * 1000)}, incidence{bits: int32(bits[1] * 1000)}))
}

// gapDays is how long nobody may name a value until it may be in other hands.
func (w *whyNot) gapDays(i fraud.Indicator) (days int) {
	for _, list := range [][]fraud.Sighting{w.ofA, w.ofB} {
		for _, s := range list {
			if p, ok := w.Model.Prior(i.Kind, s.Role); ok && s.Indicator == i {
				days = max(days, p.GapDays)
			}
		}
	}
	return days
}

func (w *whyNot) valid(i fraud.Indicator) bool {
	for _, list := range [][]fraud.Sighting{w.ofA, w.ofB} {
		if !slices.ContainsFunc(list, func(s fraud.Sighting) bool { return s.Indicator == i && s.Valid }) {
			return false
		}
	}
	return true
}

// mute says why a value that both name counts nothing. What is a victim's own
// is not named.
func (w *whyNot) mute(i fraud.Indicator) SharedValue {
	v := SharedValue{Indicator: i, Full: w.full(i)}
	says := func(what, why string) SharedValue {
		v.Says = fmt.Sprintf("nothing: both name %s, %s.", what, why)
		return v
	}
	what := valueWord(i)
	if kindWord(i.Kind) == "" { // what is never evidence has no word among the reasons
		what = "the " + strings.ReplaceAll(string(i.Kind), "_", " ") + " " + i.Value
	}
	for _, x := range []struct {
		id   fraud.ReportID
		list []fraud.Sighting
	}{{w.a, w.ofA}, {w.b, w.ofB}} {
		role, why, links := fraud.Role(""), "", false
		for _, s := range x.list {
			if s.Indicator == i {
				links = links || s.Role.Links()
				if !s.Role.Links() {
					role, why = s.Role, s.Why
				}
			}
		}
		if links {
			continue
		}
		switch role {
		case fraud.RoleVictimOwned:
			v.Indicator, v.Full = fraud.Indicator{}, 0
			return says("one "+kindWord(i.Kind), fmt.Sprintf("in %s the victim's own: a victim's own never links", x.id))
		case fraud.RoleGenuineBrand:
			return says(what, cmp.Or(why, "genuine: it is a brand's own")+"; what is on the safe list never links")
		case fraud.RoleBystander:
			if i.Kind != fraud.Domain && i.Kind != fraud.URL && i.Kind != fraud.RemoteHost {
				v.Indicator, what = fraud.Indicator{}, "one "+kindWord(i.Kind)
			}
			return says(what, fmt.Sprintf("in %s a bystander's (%s): it never links", x.id, cmp.Or(why, "not of the fraud")))
		}
	}
	if n, ok := w.m.b.values.find(string([]byte{kindNumber(i.Kind)}) + i.Value); ok && w.rules.noLink[n] {
		return says(what, "of which a person decided that it is no indicator")
	}
	switch {
	case w.Model.Shares(i):
		return says(what, "which is public: a host that strangers share")
	case v.Full == 0:
		return says(what, "and what is of this kind in these roles is no evidence")
	}
	return says(what, "but with a long silence between, and a thing so common says nothing when it comes back")
}

// tell adds up and says how far it is to one ring.
func (w *whyNot) tell() {
	e := w.e
	strong, medium := w.Model.Param("strong"), w.Model.Param("medium")
	if len(e.Shared) == 0 {
		e.Says = append(e.Says, "The two reports name nothing in common.")
	} else {
		e.Says = append(e.Says, "What the two reports share, and what it counts:")
		for _, v := range e.Shared {
			e.Says = append(e.Says, "  "+v.Says)
		}
	}
	var best [numFamilies]int32
	top, mediums := 0.0, []string{}
	for f := range w.best {
		e.Bits += w.best[f] + w.Model.Param("second")*w.second[f]
		best[f] = int32(math.Round(w.best[f] * 1000))
		top = max(top, w.best[f])
		if w.best[f] >= medium {
			mediums = append(mediums, string(families[f]))
		}
	}
	rule := fmt.Sprintf("To be one ring, two reports need one value of %.0f bits, or values of %.0f bits each of two kinds of evidence (contact, web, money, remote, script, identity), that speak for one operator rather than for a common supplier.", strong, medium)
	for _, x := range w.rules.apart {
		if ranks := [2]uint32{w.m.rank[x.a], w.m.rank[x.b]}; ranks == [2]uint32{w.ra, w.rb} || ranks == [2]uint32{w.rb, w.ra} {
			e.Says = append(e.Says, fmt.Sprintf("Decision %s keeps them apart, whatever they share.", x.j.ID))
			e.Would = append(e.Would, fmt.Sprintf("the withdrawal of decision %s, by a person", x.j.ID))
			return
		}
	}
	if e.Bits > 0 {
		e.Says = append(e.Says, fmt.Sprintf("Together that comes to %.1f bits: of each kind of evidence the best whole, the second best for %.0f %%.", e.Bits, 100*w.Model.Param("second")))
	}
	e.Says = append(e.Says, rule)
	switch {
	case w.m.params.sum(&best) > 0:
		e.Says = append(e.Says, "The values alone would do. But a value counts for a ring by how often both sides name it, against how often a supplier brings it to two, and by what the one side names and the other, with occasion to, does not: that left too little.")
		e.Would = append(e.Would, "a further value of another hand that both sides name: where the money goes, how the machine was reached, who stands behind it; not one more number or site of one seller's",
			"more reports of either side that name what the two share")
	case len(mediums) == 1:
		e.Missing = strong - top
		e.Says = append(e.Says, fmt.Sprintf("The best value is %.1f bits short of the first; of the second they have the one kind of evidence (%s) and lack the other.", e.Missing, mediums[0]))
		e.Would = append(e.Would, fmt.Sprintf("one value of %.0f bits or more that both name and that is not of the kind %s", medium, mediums[0]),
			fmt.Sprintf("or one value of %.0f bits: a number to call back, an account, a wallet, a remote-access id in use with both at one time", strong))
	default:
		e.Missing = strong - top
		if top > 0 {
			e.Says = append(e.Says, fmt.Sprintf("The best value is %.1f bits short of the first, and no kind of evidence comes to %.0f bits.", e.Missing, medium))
		}
		e.Would = append(e.Would, fmt.Sprintf("one value of %.0f bits that both name: a number to call back, an account, a wallet, a remote-access id in use with both at one time", strong),
			fmt.Sprintf("or two values of %.0f bits of different kinds of evidence", medium))
	}
	e.Would = append(e.Would, "or reports between them: each of the two sharing so much with reports of one and the same ring")
	for _, s := range w.silences {
		e.Would = append(e.Would, "or "+s)
	}
	if w.lifted > 0 {
		e.Would = append(e.Would, fmt.Sprintf("or a person's decision that what looks like poison is confirmed: what it names would count whole, up to %.1f bits more", w.lifted))
	}
}
