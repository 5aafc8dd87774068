package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// Contribution is one complainant's part of a referral, gathered on its own
// node from its own records. It holds pseudonyms; identities are in Annex,
// sealed to the agency's key, and the other complainant cannot open it.
type Contribution struct {
	Complainant refer.Complainant       `json:"complainant"`
	At          time.Time               `json:"at"`
	Rings       []refer.RingOf          `json:"rings"`
	Exhibits    []exhibitBytes          `json:"exhibits"`
	Custody     []fraud.CustodyEvent    `json:"custody"`
	Victims     []refer.Victim          `json:"victims"` // Identity is always empty
	Transfers   []fraud.Transfer        `json:"transfers"`
	Freeze      []fraud.FreezeCandidate `json:"freeze"`
	Hours       []refer.Hours           `json:"hours"`
	Reports     []refer.ReportState     `json:"reports"`
	Disclosure  []refer.Disclosure      `json:"disclosure"`
	Contrary    []string                `json:"contrary"`
	NotDone     []string                `json:"not_done"`
	Safe        []fraud.SafeEntry       `json:"safe"`
	Holds       []fraud.Hold            `json:"holds"`
	Annex       []byte                  `json:"annex,omitempty"`
	Named       int                     `json:"named"` // victims in Annex
	Marks       []fraud.Mark            `json:"marks"`
	// Shared is what the match opened, by our own rings.
	Shared []fraud.SharedIndicator `json:"shared"`
}

// exhibitBytes is an exhibit with its bytes, as it travels between nodes.
type exhibitBytes struct {
	refer.Exhibit
	Bytes []byte `json:"bytes"`
}

func (e exhibitBytes) exhibit() refer.Exhibit {
	x := e.Exhibit
	x.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(e.Bytes)), nil }
	return x
}

// askContribution is what the building node sends.
type askContribution struct {
	JointCase  fraud.JointCaseID `json:"joint_case"`
	Agency     fraud.OrgID       `json:"agency"`
	Recipients []string          `json:"recipients"` // age, of the agency; must be those that we know
	TimeZone   string            `json:"time_zone"`
}

// giveContribution answers a peer that builds a referral of an accepted joint
// case. The acceptance by a person is what allows it.
func (n *Node) giveContribution(r *http.Request) (any, error) {
	ctx := r.Context()
	from, err := n.asking(ctx)
	if err != nil {
		return nil, err
	}
	ask, err := read[askContribution](r)
	if err != nil {
		return nil, err
	}
	c, err := n.db.JointCase(ctx, ask.JointCase)
	if err != nil {
		return nil, err
	}
	if c.Peer != from.ID {
		return nil, forbiddenf("joint case %s is not with %s", c.ID, from.ID)
	}
	if c.Accepted.IsZero() {
		return nil, conflictf("joint case %s was not accepted by both sides", c.ID)
	}
	agency, err := n.peer(ctx, ask.Agency)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(ask.Recipients, []string{agency.Org.Keys.Seal}) {
		return nil, forbiddenf("the key to seal to is not the one that this node knows of %s", ask.Agency)
	}
	if ctx, err = n.agreed(ctx, c); err != nil {
		return nil, err
	}
	out, _, err := n.contribution(ctx, c, agency.Org, ask.TimeZone)
	if err != nil {
		return nil, err
	}
	if err := n.rememberGiven(c.ID, out); err != nil {
		return nil, err
	}
	return out, n.shared(ctx, "contribution", string(c.ID), from.ID, c.Basis, c.Mark)
}

// rememberGiven writes down the hashes of the exhibits that we gave, so that
// we sign nothing in our name that we did not give.
func (n *Node) rememberGiven(id fraud.JointCaseID, c Contribution) error {
	var sums []string
	for _, e := range c.Exhibits {
		sums = append(sums, e.SHA256)
	}
	return n.keep(n.givenFile(id), func(w io.Writer) error { return json.NewEncoder(w).Encode(sums) })
}

func (n *Node) givenFile(id fraud.JointCaseID) string {
	return filepath.Join(n.Data, referralsDir, "given-"+string(id)+".json")
}

// given are the hashes that rememberGiven wrote.
func (n *Node) given(id fraud.JointCaseID) (sums []string, err error) {
	b, err := os.ReadFile(n.givenFile(id))
	if err != nil {
		return nil, forbiddenf("this node gave nothing to joint case %s", id)
	}
	return sums, json.Unmarshal(b, &sums)
}

// agreed is the context of our person who agreed to a joint case: what the
// peer's node then asks for is done in that person's name, vault openings
// among it.
func (n *Node) agreed(ctx context.Context, c fraud.JointCase) (context.Context, error) {
	shares, err := n.db.Shares(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range shares {
		if s.What == "joint_case" && s.Ref == string(c.ID) && s.Recalled.IsZero() {
			return n.as(ctx, s.By)
		}
	}
	return nil, conflictf("nobody here agreed to joint case %s", c.ID)
}

// contribution gathers this node's part: the rings that the joint case names,
// what shows them, and whom they hurt. The victims that it returns beside it
// have their identities, for the scan of the finished package and for the
// annex; they never travel.
func (n *Node) contribution(ctx context.Context, c fraud.JointCase, agency fraud.Org, zone string) (Contribution, []refer.Victim, error) {
	at := n.now().UTC().Truncate(time.Second)
	who, err := n.complainant(ctx)
	if err != nil {
		return Contribution{}, nil, err
	}
	g := &gathering{node: n, at: at, zone: zone, out: Contribution{Complainant: who, At: at}, victims: map[string]*refer.Victim{}}
	if err := g.records(ctx); err != nil {
		return Contribution{}, nil, err
	}
	rings, err := g.rings(ctx, ringsOf(c))
	if err != nil {
		return Contribution{}, nil, err
	}
	for _, r := range rings {
		if err := g.ring(ctx, r); err != nil {
			return Contribution{}, nil, err
		}
	}
	if err := g.money(ctx); err != nil {
		return Contribution{}, nil, err
	}
	if err := g.rest(ctx, agency); err != nil {
		return Contribution{}, nil, err
	}
	if err := g.schedules(ctx); err != nil {
		return Contribution{}, nil, err
	}
	m, _, err := n.db.Match(ctx, c.Match)
	if err != nil {
		return Contribution{}, nil, err
	}
	if m.Step != fraud.MatchIndicators {
		return Contribution{}, nil, conflictf("match %s was not opened to its indicators by both sides; a referral needs them", m.ID)
	}
	for _, s := range m.Report.Shared {
		if !g.own[s.Indicator] {
			g.out.Shared = append(g.out.Shared, s)
		}
	}
	return g.out, g.named, nil
}

// ringsOf are our rings that a joint case is about, sorted.
func ringsOf(c fraud.JointCase) []fraud.RingID {
	var out []fraud.RingID
	for _, o := range Suspects(c.Overlaps) {
		if !slices.Contains(out, o.OurRing) {
			out = append(out, o.OurRing)
		}
	}
	slices.Sort(out)
	return out
}

// leastKinds of evidence make an overlap a suspect in common. Two rings that
// only rent numbers from one seller meet in one kind or two (27 % of callback
// numbers are shared by different campaigns, SnorCall, USENIX Security 2023).
const leastKinds = 3

// Suspects are the overlaps in which one operator is likely to stand behind
// both rings: each ring is the other's best, by evidence of several kinds. The
// rest stays in the match report for people to look at.
func Suspects(all []fraud.Overlap) []fraud.Overlap {
	ours, theirs := map[fraud.RingID]float64{}, map[string]float64{}
	for _, o := range all {
		if o.Relation == fraud.SameOperator {
			ours[o.OurRing] = max(ours[o.OurRing], o.Bits)
			theirs[o.PeerRing] = max(theirs[o.PeerRing], o.Bits)
		}
	}
	var out []fraud.Overlap
	for _, o := range all {
		if o.Relation == fraud.SameOperator && len(o.Kinds) >= leastKinds && o.Bits == ours[o.OurRing] && o.Bits == theirs[o.PeerRing] {
			out = append(out, o)
		}
	}
	return out
}

// complainant says who lays the complaint: the configuration's words and the
// node's first signatory.
func (n *Node) complainant(ctx context.Context) (refer.Complainant, error) {
	c := n.Complainant
	c.Org = n.Org
	people, err := n.db.Persons(ctx)
	if err != nil {
		return c, err
	}
	for _, p := range people {
		if slices.Contains(p.Roles, access.RoleSignatory) && p.Active() {
			c.Signatory, c.Office = p.Name, p.Office
			break
		}
	}
	if c.Signatory == "" {
		return c, conflictf("node %s has no signatory; add a person with the role signatory", n.Org.ID)
	}
	c.LedgerUse = true
	peers, err := n.db.Peers(ctx)
	if err != nil {
		return c, err
	}
	for _, p := range peers {
		if p.Org.Kind != fraud.OrgAgency && p.Revoked.IsZero() {
			c.Witnesses = append(c.Witnesses, p.Org.ID)
		}
	}
	return c, nil
}

// gathering collects a contribution ring by ring.
type gathering struct {
	node      *Node
	at        time.Time
	zone      string
	out       Contribution
	victims   map[string]*refer.Victim
	named     []refer.Victim
	transfers []fraud.Transfer
	paid      map[fraud.ReportID]bool  // reports whose payment a record shows
	own       map[fraud.Indicator]bool // values that are a victim's own
}

// rings reads the rings and their victims. It comes before anything is
// written, since the identities of victims say what must not be.
func (g *gathering) rings(ctx context.Context, ids []fraud.RingID) ([]fraud.Ring, error) {
	var out []fraud.Ring
	for _, id := range ids {
		ring, err := g.node.db.Ring(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("ring %s of the joint case: %w", id, err)
		}
		if err := g.reports(ctx, ring); err != nil {
			return nil, err
		}
		out = append(out, ring)
	}
	g.own = map[fraud.Indicator]bool{}
	for _, v := range g.victims {
		for _, i := range identityValues(v.Identity, v.Country) {
			g.own[i] = true
		}
	}
	return out, nil
}

// identityValues are a victim's identity as indicators: the number that a
// caller forged on a display, or a mule's name, may be a victim's too.
func identityValues(id fraud.Identity, country string) []fraud.Indicator {
	var out []fraud.Indicator
	for _, v := range []struct {
		kind fraud.Kind
		raw  string
	}{{fraud.Phone, id.Phone}, {fraud.Email, id.Email}, {fraud.PersonAlias, id.Name}} {
		if value, ok := extract.Canonical(v.kind, v.raw, country); ok && v.raw != "" {
			out = append(out, fraud.Indicator{Kind: v.kind, Value: value})
		}
	}
	return out
}

// leaves says whether an indicator in a role may stand in a referral: not a
// victim's or bystander's, not a shown caller id (easily forged, so mostly an
// innocent's), not a value that is a victim's own.
func (g *gathering) leaves(i fraud.Indicator, r fraud.Role) bool {
	return r.Links() && r != fraud.RoleShownCallerID && !g.own[i]
}

// ring adds one ring with its exhibits, hours and victims.
func (g *gathering) ring(ctx context.Context, ring fraud.Ring) error {
	id := ring.ID
	links, err := g.node.db.RingLinks(ctx, id)
	if err != nil {
		return err
	}
	ring.Indicators = slices.DeleteFunc(slices.Clone(ring.Indicators), func(i fraud.RingIndicator) bool { return !g.leaves(i.Indicator, i.Role) })
	tie := func(t fraud.Tie) bool { return !g.leaves(t.Indicator, t.Role) }
	ring.Suppliers, ring.Launderers = slices.DeleteFunc(slices.Clone(ring.Suppliers), tie), slices.DeleteFunc(slices.Clone(ring.Launderers), tie)
	strip := func(list []fraud.Link) []fraud.Link {
		out := slices.Clone(list)
		for k := range out {
			out[k].Cause = slices.DeleteFunc(slices.Clone(out[k].Cause), func(c fraud.Cause) bool {
				return c.Judgement == "" && !g.leaves(c.Indicator, c.Role)
			})
		}
		return out
	}
	links, ring.Bridges = strip(links), strip(ring.Bridges)
	g.out.Rings = append(g.out.Rings, refer.RingOf{
		Org: g.node.Org.ID, Label: fmt.Sprintf("%s-%d", strings.ToUpper(string(g.node.Org.ID)), len(g.out.Rings)+1), Ring: ring, Links: links,
	})
	g.out.Marks = append(g.out.Marks, ring.Mark)
	sightings, err := g.sightings(ctx, ring.Reports)
	if err != nil {
		return err
	}
	g.exhibit(exhibitBytes{Exhibit: refer.Exhibit{
		Exhibit: fraud.Exhibit{
			Name: exhibitOf(id), What: fmt.Sprintf("Every indicator that the reports of ring %s hold, with role, time and place in the report", id),
			From: "case store of " + g.node.Org.Name,
		},
		Kind: "report", Reports: ring.Reports, Mark: ring.Mark,
	}, Bytes: sightings})
	return nil
}

// reports reads a ring's reports for its hours of calling and its victims.
func (g *gathering) reports(ctx context.Context, ring fraud.Ring) error {
	hours := refer.Hours{Ring: ring.ID, TimeZone: g.zone}
	loc, err := time.LoadLocation(g.zone)
	if err != nil {
		return invalidf("time zone %q is not in the IANA list", g.zone)
	}
	for _, name := range ring.Reports {
		r, err := g.node.db.Report(ctx, name)
		if err != nil {
			return err
		}
		for _, c := range r.Contacts {
			if !c.At.IsZero() {
				t := c.At.In(loc)
				hours.Counts[(int(t.Weekday())+6)%7][t.Hour()]++
			}
		}
		if err := g.victim(ctx, r, ring.ID); err != nil {
			return err
		}
	}
	g.out.Hours = append(g.out.Hours, hours)
	return nil
}

// sightings writes the sightings of a ring's reports as JSONL: ids, values,
// roles and places, and no word of a victim.
func (g *gathering) sightings(ctx context.Context, reports []fraud.ReportID) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	for _, name := range reports {
		list, err := g.node.db.SightingsOf(ctx, name)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			if !g.leaves(s.Indicator, s.Role) {
				continue
			}
			s.Raw = ""
			if err := enc.Encode(s); err != nil {
				return nil, err
			}
		}
	}
	return out.Bytes(), nil
}

// exhibit numbers an exhibit, hashes it and begins its custody.
func (g *gathering) exhibit(e exhibitBytes) {
	org := g.node.Org
	e.ID = fraud.ExhibitID(fmt.Sprintf("%s-%d", strings.ToUpper(string(org.ID)), len(g.out.Exhibits)+1))
	e.SHA256, e.Size, e.Org, e.TakenAt = sha256Hex(e.Bytes), int64(len(e.Bytes)), org.ID, g.at
	event := fraud.CustodyEvent{
		Item: fraud.SeizureID(e.ID), Seq: 1, Act: fraud.CustodyImaged, Holder: org.Name, Place: "node of " + org.Name,
		Why: "written out of the case store for this referral", SHA256: e.SHA256, At: g.at,
	}
	event.Hash, _ = event.ChainHash() // of strings and a time: cannot fail
	g.out.Exhibits = append(g.out.Exhibits, e)
	g.out.Custody = append(g.out.Custody, event)
}

// victim adds a report's victim under its pseudonym. A report without one
// (nobody to name) is a victim of its own.
func (g *gathering) victim(ctx context.Context, r *fraud.Report, ring fraud.RingID) error {
	name := r.Victim
	if name == "" {
		name = "V-" + sha256Hex([]byte(r.Name()))[:12]
	}
	v := g.victims[name]
	if v == nil {
		v = &refer.Victim{
			Pseudonym: name, Org: g.node.Org.ID, AgeBand: r.Reporter.AgeBand, Country: r.Reporter.Country, Region: r.Reporter.Region,
			FirstAt: r.HappenedAt(), Consent: r.Consent, ConsentAt: r.ReceivedAt.UTC(),
		}
		g.victims[name] = v
	}
	f := r.Facts()
	v.Sent = append(v.Sent, f.Sent...)
	v.Reports = append(v.Reports, r.Name())
	if !slices.Contains(v.Rings, ring) {
		v.Rings = append(v.Rings, ring)
	}
	if f.At.Before(v.FirstAt) {
		v.FirstAt = f.At
	}
	state := "unverified"
	if g.paid[r.Name()] {
		state = "corroborated" // a bank's own record shows where it went
	}
	g.out.Reports = append(g.out.Reports, refer.ReportState{ID: r.Name(), State: state})
	if !r.Consent.ShareLawEnforcement || r.Victim == "" || !v.Identity.Empty() {
		return nil
	}
	id, err := g.node.identity(ctx, r.Name(), "sealed annex of a referral, by the victim's consent")
	if err != nil {
		return err
	}
	v.Identity = id
	return nil
}

// rest adds the victims under their pseudonyms, and seals the identities of
// those who agreed to the agency's key.
func (g *gathering) rest(_ context.Context, agency fraud.Org) error {
	var names []string
	for name := range g.victims {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		v := *g.victims[name]
		if !v.Identity.Empty() {
			g.named = append(g.named, v)
		}
		v.Identity = fraud.Identity{}
		g.out.Victims = append(g.out.Victims, v)
	}
	m := refer.Material{To: refer.Agency{Org: agency, Recipients: []string{agency.Keys.Seal}}, Victims: g.named}
	var err error
	g.out.Named = len(g.named)
	g.out.Annex, err = refer.SealAnnex(&m)
	return err
}

// schedules adds what is kept beside the rings: safe list, holds, what was
// not used, what speaks against it, what was not done.
func (g *gathering) schedules(ctx context.Context) error {
	n := g.node
	var err error
	if g.out.Safe, err = n.db.SafeList(ctx); err != nil {
		return err
	}
	if g.out.Holds, err = n.db.Holds(ctx); err != nil {
		return err
	}
	suggestions, err := n.db.Suggestions(ctx)
	if err != nil {
		return err
	}
	mine := func(id fraud.RingID) bool {
		return slices.ContainsFunc(g.out.Rings, func(r refer.RingOf) bool { return r.Ring.ID == id })
	}
	for _, s := range suggestions {
		if mine(s.A) || mine(s.B) {
			g.out.Disclosure = append(g.out.Disclosure, refer.Disclosure{
				Org: n.Org.ID, What: fmt.Sprintf("Weak link between rings %s and %s (%.1f bits), not used", s.A, s.B, s.Link.Bits), At: g.at,
				Where: "case store of " + n.Org.Name, Undermines: true,
			})
		}
	}
	judgements, err := n.db.Judgements(ctx)
	if err != nil {
		return err
	}
	for _, j := range judgements {
		g.out.Disclosure = append(g.out.Disclosure, refer.Disclosure{
			Org: n.Org.ID, What: fmt.Sprintf("Judgement %s (%s) by a person of %s", j.ID, j.Verdict, n.Org.Name), At: j.At.UTC(),
			Where: "case store of " + n.Org.Name, Undermines: j.Verdict == fraud.VerdictDifferent || j.Verdict == fraud.VerdictWrong,
		})
	}
	bridges := 0
	for _, r := range g.out.Rings {
		bridges += len(r.Ring.Bridges)
	}
	if bridges > 0 {
		g.out.Contrary = append(g.out.Contrary, fmt.Sprintf("%s: %d links are bridges: without one of them a ring would fall into two.", n.Org.Name, bridges))
	}
	g.out.NotDone = append(g.out.NotDone,
		n.Org.Name+": no subscriber of a telephone number was asked for by legal process.",
		n.Org.Name+": victims' devices were not examined.")
	return nil
}
