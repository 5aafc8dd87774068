package refer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// rule is one of the checks before signing: it says in a sentence what holds,
// or what does not and where.
type rule struct {
	name string
	run  func(*builder) verdict
}

type verdict struct {
	ok   bool
	says string
	ref  string
}

func holds(format string, args ...any) verdict {
	return verdict{ok: true, says: fmt.Sprintf(format, args...)}
}

func fails(ref, format string, args ...any) verdict {
	return verdict{says: fmt.Sprintf(format, args...), ref: ref}
}

// rules are the fourteen checks (reference: domain §8.3), in its order.
var rules = []rule{
	{"every assertion cites an exhibit whose hash holds", checkCitations},
	{"nothing rests only on unverified reports or shown caller ids", checkFooting},
	{"no chain of links runs only through hubs", checkHubs},
	{"each overlap shows the evidence of each side apart", checkOverlaps},
	{"no victim's identity stands outside the sealed annex", checkIdentities},
	{"every victim was asked for consent and for willingness to testify", checkConsent},
	{"certificates are of the right kind, and Part B is empty", checkCertificates},
	{"custody has no undisclosed gap", checkCustody},
	{"contrary evidence and tests not done are stated", checkContrary},
	{"the money trail has its clock, its channels and its freeze list", checkMoney},
	{"each premises candidate has its hours of calling", checkHours},
	{"every file is marked, recipients and deconfliction are recorded", checkMarks},
	{"the numbers can be counted again", checkFigures},
	{"no genuine number or site stands in the indicator schedule", checkSafe},
}

// checks runs all rules and notes the overrides beside those that fail.
func (b *builder) checks(context.Context) error {
	for i, r := range rules {
		v := r.run(b)
		c := fraud.Check{No: i + 1, Name: r.name, OK: v.ok, Says: v.says, Ref: v.ref}
		for _, o := range b.m.Overrides {
			if o.No == c.No && !c.OK && strings.TrimSpace(o.Reason) != "" && o.By != "" {
				c.Override, c.By = o.Reason, o.By
			}
		}
		b.doc.Checks = append(b.doc.Checks, c)
	}
	return nil
}

// Checks runs the checks on material without keeping a package: what a page
// shows live while the referral is being written.
func Checks(ctx context.Context, m *Material) ([]fraud.Check, error) {
	p, err := Build(ctx, m, Tools{})
	if err != nil {
		return nil, err
	}
	return p.Document.Checks, nil
}

// Blocking returns nil if every check holds or was overridden with a reason,
// and else ErrForbidden with the first that was not.
func Blocking(checks []fraud.Check) error {
	if len(checks) != len(rules) {
		return fmt.Errorf("referral has %d checks, want %d: build it again: %w", len(checks), len(rules), fraud.ErrInvalid)
	}
	for i, c := range checks {
		if c.No != i+1 || c.Name != rules[i].name {
			return fmt.Errorf("check %d of the referral is not the one of this format: build it again: %w", i+1, fraud.ErrInvalid)
		}
		if !c.OK && (strings.TrimSpace(c.Override) == "" || c.By == "") {
			return fmt.Errorf("check %d does not hold (%s): %s Mend it, or override it with a reason: %w", c.No, c.Ref, c.Says, fraud.ErrForbidden)
		}
	}
	return nil
}

func (b *builder) exhibit(id fraud.ExhibitID) (ExhibitLine, bool) {
	for _, e := range b.doc.Exhibits {
		if e.ID == id {
			return e, true
		}
	}
	return ExhibitLine{}, false
}

// eachAssertion visits every assertion with the id of what it is about.
func (b *builder) eachAssertion(visit func(about string, a fraud.Assertion) (verdict, bool)) (verdict, bool) {
	for _, s := range b.m.Subjects {
		for _, a := range s.Assertions {
			if v, stop := visit("subject "+s.ID, a); stop {
				return v, true
			}
		}
	}
	for _, e := range b.m.Timeline {
		if v, stop := visit("timeline "+stamp(e.At), fraud.Assertion{Says: e.Says, Basis: e.Basis, Exhibits: e.Exhibits}); stop {
			return v, true
		}
	}
	for _, p := range b.m.Premises {
		if v, stop := visit("premises "+p.ID, fraud.Assertion{Says: p.Says, Basis: fraud.Inferred, Exhibits: p.Exhibits}); stop {
			return v, true
		}
	}
	return verdict{}, false
}

// checkCitations is rule 1.
func checkCitations(b *builder) verdict {
	seen := map[fraud.ExhibitID]bool{}
	for _, e := range b.doc.Exhibits {
		f := b.files[e.Path]
		if seen[e.ID] || e.ID == "" {
			return fails("exhibit "+string(e.ID), "Two exhibits have the same id, so a citation would be ambiguous.")
		}
		seen[e.ID] = true
		if f.SHA256 != e.SHA256 || f.Size != e.Size {
			return fails("exhibit "+string(e.ID), "The exhibit's bytes are not those that were recorded: its SHA-256 or size differs now.")
		}
	}
	n := 0
	v, bad := b.eachAssertion(func(about string, a fraud.Assertion) (verdict, bool) {
		n++
		if !slices.Contains([]fraud.Basis{fraud.Observed, fraud.Reported, fraud.Inferred}, a.Basis) {
			return fails(about, "An assertion does not say whether it was observed, reported or inferred."), true
		}
		if len(a.Exhibits) == 0 {
			return fails(about, "An assertion cites no exhibit."), true
		}
		for _, id := range a.Exhibits {
			if !seen[id] {
				return fails(about, "An assertion cites exhibit %s, which is not in the package.", id), true
			}
		}
		return verdict{}, false
	})
	if bad {
		return v
	}
	return holds("All %d assertions cite exhibits, and all %d exhibits have the SHA-256 that was recorded.", n, len(b.doc.Exhibits))
}

// checkFooting is rule 2.
func checkFooting(b *builder) verdict {
	state := map[fraud.ReportID]string{}
	for _, r := range b.m.Reports {
		state[r.ID] = r.State
	}
	n := 0
	v, bad := b.eachAssertion(func(about string, a fraud.Assertion) (verdict, bool) {
		n++
		for _, id := range a.Exhibits {
			if e, ok := b.exhibit(id); ok && solid(e.Exhibit, state) {
				return verdict{}, false
			}
		}
		return fails(about, "An assertion rests only on unverified reports or on caller ids that a telephone showed."), true
	})
	if bad {
		return v
	}
	return holds("Each of %d assertions rests on a record, or on a report that was corroborated or confirmed.", n)
}

// solid says whether an exhibit can carry an assertion by itself.
func solid(e Exhibit, state map[fraud.ReportID]string) bool {
	onlyShown := len(e.Roles) > 0 && !slices.ContainsFunc(e.Roles, func(r fraud.Role) bool { return r != fraud.RoleShownCallerID })
	if onlyShown {
		return false
	}
	if e.Kind == "record" {
		return true
	}
	return slices.ContainsFunc(e.Reports, func(r fraud.ReportID) bool { return state[r] == "corroborated" || state[r] == "confirmed" })
}

// hubs are the indicators that serve several rings.
func (b *builder) hubs() map[fraud.Indicator]bool {
	out := map[fraud.Indicator]bool{}
	for _, r := range b.m.Rings {
		for _, t := range slices.Concat(r.Ring.Suppliers, r.Ring.Launderers) {
			out[t.Indicator] = true
		}
	}
	return out
}

// checkHubs is rule 3.
func checkHubs(b *builder) verdict {
	hub := b.hubs()
	links := 0
	for _, r := range b.m.Rings {
		for _, l := range slices.Concat(r.Ring.Bridges, r.Links) {
			if l.Kind != fraud.SameOperator {
				continue
			}
			links++
			own := slices.ContainsFunc(l.Cause, func(c fraud.Cause) bool { return !hub[c.Indicator] || c.Judgement != "" })
			if !own {
				return fails("ring "+string(r.Ring.ID), "A link between %s and %s rests only on what serves several rings.", l.A, l.B)
			}
		}
	}
	for _, o := range b.m.Overlaps {
		if o.Relation != fraud.SameOperator || len(o.Shared) == 0 {
			continue
		}
		if !slices.ContainsFunc(o.Shared, func(s fraud.SharedIndicator) bool { return !hub[s.Indicator] }) {
			return fails("overlap "+o.ID, "The overlap is called the same operator and rests only on what serves several rings.")
		}
	}
	return holds("None of %d links within rings and %d overlaps runs only through one of %d hubs.", links, len(b.m.Overlaps), len(hub))
}

// checkOverlaps is rule 4.
func checkOverlaps(b *builder) verdict {
	if len(b.m.Complainants) > 1 && len(b.m.Overlaps) == 0 {
		return fails("overlaps", "Several complainants sign, and no suspect is named that they have in common.")
	}
	for _, o := range b.m.Overlaps {
		if len(o.Sides) < 2 {
			return fails("overlap "+o.ID, "The overlap shows fewer than two sides.")
		}
		for _, s := range o.Sides {
			own := slices.ContainsFunc(s.Exhibits, func(id fraud.ExhibitID) bool {
				e, ok := b.exhibit(id)
				return ok && e.Org == s.Org
			})
			if !own {
				return fails("overlap "+o.ID, "The side of %s cites no exhibit of its own.", s.Org)
			}
			if !slices.ContainsFunc(b.m.Rings, func(r RingOf) bool { return r.Org == s.Org && r.Ring.ID == s.Ring }) {
				return fails("overlap "+o.ID, "Ring %s of %s is not in the package.", s.Ring, s.Org)
			}
		}
	}
	return holds("%d suspects in common, each with the evidence of each side apart.", len(b.m.Overlaps))
}

// checkConsent is rule 6.
func checkConsent(b *builder) verdict {
	testify := 0
	for _, v := range b.m.Victims {
		if v.ConsentAt.IsZero() {
			return fails("victim "+v.Pseudonym, "It is not recorded that the victim was asked for consent.")
		}
		if v.Consent.Testify {
			testify++
		}
	}
	named := b.doc.Annex.Victims
	for _, o := range b.doc.Annex.Others {
		named += o.Victims
	}
	return holds("%d victims were asked; %d agreed to be named to the agency, %d are known and withheld, %d would testify.",
		len(b.m.Victims), named, b.doc.Annex.Withheld, testify)
}

// checkCustody is rule 8.
func checkCustody(b *builder) verdict {
	chains := map[fraud.ExhibitID][]fraud.CustodyEvent{}
	for _, e := range b.m.Custody {
		chains[fraud.ExhibitID(e.Item)] = append(chains[fraud.ExhibitID(e.Item)], e)
	}
	disclosed := 0
	for _, e := range b.doc.Exhibits {
		gap := custodyGap(e.Exhibit, chains[e.ID])
		if gap == "" {
			continue
		}
		if !slices.ContainsFunc(b.m.Gaps, func(g Gap) bool { return g.Exhibit == e.ID && strings.TrimSpace(g.Says) != "" }) {
			return fails("exhibit "+string(e.ID), "%s The gap is not disclosed.", gap)
		}
		disclosed++
	}
	return holds("The custody of %d exhibits has no gap but the %d that are disclosed.", len(b.doc.Exhibits), disclosed)
}

// custodyGap says in a sentence where a chain breaks, or nothing.
func custodyGap(e Exhibit, chain []fraud.CustodyEvent) string {
	if len(chain) == 0 {
		return "Nothing is recorded of who held the exhibit."
	}
	for i, c := range chain {
		switch {
		case c.Seq != i+1:
			return fmt.Sprintf("Custody event %d is missing.", i+1)
		case i == 0 && c.At.Before(e.TakenAt):
			return "The first custody event lies before the exhibit was taken."
		case i == 0:
		case c.At.Before(chain[i-1].At):
			return fmt.Sprintf("Custody event %d lies before the one that it follows.", c.Seq)
		case c.From != "" && c.From != chain[i-1].Holder:
			return fmt.Sprintf("Custody event %d takes the exhibit from someone who did not hold it.", c.Seq)
		case c.From == "" && c.Holder != chain[i-1].Holder:
			return fmt.Sprintf("Custody event %d does not say from whom the exhibit came.", c.Seq)
		case c.Prev != chain[i-1].Hash:
			return fmt.Sprintf("Custody event %d does not follow the hash of the one before.", c.Seq)
		}
		if h, err := c.ChainHash(); err != nil || h != c.Hash {
			return fmt.Sprintf("Custody event %d is not what its hash was made from: it was changed since.", c.Seq)
		}
		if c.SHA256 != "" && e.SHA256 != "" && c.SHA256 != e.SHA256 {
			return fmt.Sprintf("At custody event %d the exhibit had another SHA-256.", c.Seq)
		}
	}
	return ""
}

// checkContrary is rule 9.
func checkContrary(b *builder) verdict {
	for _, s := range []struct {
		name string
		list []string
	}{{"contrary evidence", b.m.Contrary}, {"tests not done", b.m.NotDone}} {
		if len(s.list) == 0 {
			return fails(s.name, "The section %q is empty: state it, or write %q.", s.name, None)
		}
		if len(s.list) > 1 && slices.Contains(s.list, None) {
			return fails(s.name, "The section %q says both %q and something.", s.name, None)
		}
	}
	for _, s := range b.m.Subjects {
		for _, a := range s.Assertions {
			if strings.TrimSpace(a.Contrary) == "" {
				return fails("subject "+s.ID, "An assertion does not say what speaks against it, nor %q.", None)
			}
		}
	}
	undermining := 0
	for _, d := range b.m.Disclosure {
		if d.Undermines {
			undermining++
		}
		if d.Sensitive && strings.TrimSpace(d.Reason) == "" {
			return fails("disclosure", "A sensitive item does not say why it is sensitive.")
		}
	}
	return holds("Contrary evidence and tests not done are stated; %d unused items are scheduled, %d of which may undermine the case.", len(b.m.Disclosure), undermining)
}

// checkMoney is rule 10.
func checkMoney(b *builder) verdict {
	m := b.m.Money
	if len(b.m.Transfers) == 0 {
		return holds("No transfer is known, so no clock runs.")
	}
	var last time.Time
	for _, t := range b.m.Transfers {
		if t.At.After(last) {
			last = t.At
		}
	}
	if m.AsOf.IsZero() || m.Method == "" {
		return fails("money", "The money trail does not say by which method and as of when it was traced.")
	}
	if m.AsOf.Before(last) {
		return fails("money", "The money trail is as of a time before its last transfer.")
	}
	if len(m.Tried) == 0 && strings.TrimSpace(m.NoneTried) == "" {
		return fails("money", "No recovery channel is recorded as tried, nor why none was.")
	}
	for _, f := range m.Freeze {
		if f.Channel == "" {
			return fails("account of the freeze list", "An account on the freeze list does not say which channel applies.")
		}
	}
	return holds("%d hours passed from the last transfer to the as-of time; %d channels were tried; %d accounts can be asked to freeze.",
		int(m.AsOf.Sub(last).Hours()), len(m.Tried), len(m.Freeze))
}

// checkHours is rule 11.
func checkHours(b *builder) verdict {
	for _, p := range b.m.Premises {
		if _, err := time.LoadLocation(p.TimeZone); err != nil || p.TimeZone == "" {
			return fails("premises "+p.ID, "The premises candidate has no time zone.")
		}
		if len(p.Rings) == 0 {
			return fails("premises "+p.ID, "The premises candidate names no ring.")
		}
		for _, r := range p.Rings {
			has := slices.ContainsFunc(b.m.Hours, func(h Hours) bool { return h.Ring == r && h.TimeZone == p.TimeZone && h.total() > 0 })
			if !has {
				return fails("premises "+p.ID, "There are no hours of calling of ring %s by the clock of the premises.", r)
			}
		}
	}
	return holds("%d premises candidates, each with the hours of calling of its rings by its own clock.", len(b.m.Premises))
}

func (h Hours) total() int {
	n := 0
	for _, d := range h.Counts {
		for _, c := range d {
			n += c
		}
	}
	return n
}

// checkMarks is rule 12.
func checkMarks(b *builder) verdict {
	marks := []fraud.Mark{b.doc.Mark}
	for _, r := range b.doc.Rings {
		marks = append(marks, r.Mark)
	}
	for _, e := range b.doc.Exhibits {
		marks = append(marks, e.Mark)
	}
	strict := fraud.Strictest(marks...)
	if strict != b.doc.Mark {
		return fails("mark", "The package is TLP:%s PAP:%s, and holds something that is TLP:%s PAP:%s.", b.doc.Mark.TLP, b.doc.Mark.PAP, strict.TLP, strict.PAP)
	}
	if !slices.Contains(b.m.Basis.Recipients, b.m.To.Org.ID) {
		return fails("recipients", "The agency is not among the recorded recipients.")
	}
	if b.m.Basis.LegalBasis == "" || b.m.Basis.Purpose == "" {
		return fails("basis", "The purpose or the legal basis of the share is not recorded.")
	}
	if strings.TrimSpace(b.m.Deconfliction) == "" {
		return fails("deconfliction", "It is not stated who else was told, or that nobody was.")
	}
	label := "TLP:" + string(b.doc.Mark.TLP)
	for _, name := range b.texts {
		content, err := b.bytesOf(name)
		if err != nil || !strings.Contains(string(content), label) {
			return fails("file "+name, "The file does not carry its mark.")
		}
	}
	return holds("TLP:%s PAP:%s stands on every page and table; recipients and deconfliction are recorded.", b.doc.Mark.TLP, b.doc.Mark.PAP)
}

// checkFigures is rule 13.
func checkFigures(b *builder) verdict {
	byID := map[string]Query{}
	again := 0
	for _, q := range b.m.Queries {
		if q.ID == "" || byID[q.ID].ID != "" {
			return fails("query "+q.ID, "Two queries have the same id.")
		}
		byID[q.ID] = q
		lang, ok := parseQuery(q.Text)
		if !ok {
			continue
		}
		again++
		content, err := b.bytesOf(lang.file)
		if err != nil {
			return fails("query "+q.ID, "The query counts a file that is not in the package.")
		}
		got, err := lang.run(content)
		if err != nil || got != q.Result {
			return fails("query "+q.ID, "The query gives %d now, and %d is recorded.", got, q.Result)
		}
	}
	told := 0
	for _, f := range b.m.Figures {
		switch q, ok := byID[f.Source]; {
		case f.AsOf.IsZero() || f.Source == "":
			return fails("figure "+f.Name, "The figure has no source or no as-of time.")
		case f.Unknown:
		case !ok:
			told++
		case q.Result != f.Value:
			return fails("figure "+f.Name, "The figure says %d, and its query %s gave %d.", f.Value, q.ID, q.Result)
		}
	}
	return holds("%d figures with source and as-of time; %d queries were run again on the package's own tables; %d figures are others' statements and named so.",
		len(b.m.Figures), again, told)
}

// checkSafe is rule 14.
func checkSafe(b *builder) verdict {
	safe := map[fraud.Indicator]fraud.SafeEntry{}
	for _, s := range b.m.Safe {
		safe[s.Indicator] = s
	}
	n := 0
	for _, r := range b.m.Rings {
		for _, i := range r.Ring.Indicators {
			n++
			if s, genuine := safe[i.Indicator]; genuine {
				return fails("ring "+string(r.Ring.ID), "A genuine %s of %s stands among the ring's indicators.", i.Kind, s.Owner)
			}
			if !i.Role.Links() {
				return fails("ring "+string(r.Ring.ID), "A %s in the role %s stands among the ring's indicators.", i.Kind, i.Role)
			}
		}
	}
	brands := b.brands()
	for _, s := range b.m.Subjects {
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			if brands[fold(name)] {
				return fails("subject "+s.ID, "The subject goes by the very name of a complainant or of an impersonated brand, which is a victim.")
			}
		}
	}
	for _, o := range b.m.Overlaps {
		for _, s := range o.Shared {
			if g, genuine := safe[s.Indicator]; genuine {
				return fails("overlap "+o.ID, "A genuine %s of %s stands among what the sides share.", s.Indicator.Kind, g.Owner)
			}
		}
	}
	return holds("No subject is a complainant or an impersonated brand, and none of %d indicators is one of %d genuine numbers and sites.", n, len(b.m.Safe))
}

// brands are the names of complainants and of what rings impersonate.
func (b *builder) brands() map[string]bool {
	out := map[string]bool{}
	for _, c := range b.m.Complainants {
		out[fold(c.Org.Name)] = true
		for _, n := range c.Org.Brands {
			out[fold(n)] = true
		}
	}
	for _, r := range b.m.Rings {
		for _, n := range r.Ring.Brands {
			out[fold(n)] = true
		}
	}
	return out
}
