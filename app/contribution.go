package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
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
	Exhibits    []refer.Exhibit         `json:"exhibits"` // their bytes follow, each by its SHA-256
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

// askContribution is what the building node sends.
type askContribution struct {
	JointCase  fraud.JointCaseID `json:"joint_case"`
	Agency     fraud.OrgID       `json:"agency"`
	Recipients []string          `json:"recipients"` // age, of the agency; must be those that we know
	TimeZone   string            `json:"time_zone"`
	// Referral and Before name the version that a supplement follows; empty
	// for a first version.
	Referral fraud.ReferralID `json:"referral,omitempty"`
	Before   int              `json:"before,omitempty"`
}

// giveContribution answers a peer that builds a referral of an accepted joint
// case. The acceptance by a person is what allows it.
func (n *Node) giveContribution(r *http.Request) (any, error) {
	ctx := r.Context()
	from, ask, err := asked[askContribution](n, r)
	if err != nil {
		return nil, err
	}
	c, err := n.acceptedWith(ctx, ask.JointCase, from.ID)
	if err != nil {
		return nil, err
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
	out, _, err := n.contribution(ctx, c, agency.Org, ask)
	if err != nil {
		return nil, err
	}
	if err := n.rememberGiven(c.ID, out); err != nil {
		return nil, err
	}
	return out, n.shared(ctx, shareContribution, string(c.ID), from.ID, c.Basis, c.Mark)
}

// rememberGiven writes down the hashes of the exhibits that we gave, so that
// we sign nothing in our name that we did not give. What was given for an
// earlier version stays given.
func (n *Node) rememberGiven(id fraud.JointCaseID, c Contribution) error {
	given, err := n.given(id)
	if errors.Is(err, fraud.ErrForbidden) {
		given, err = map[string]bool{}, nil
	}
	if err != nil {
		return err
	}
	for _, e := range c.Exhibits {
		given[e.SHA256] = true
	}
	sums := slices.Sorted(maps.Keys(given))
	return n.keep(n.givenFile(id), func(w io.Writer) error { return json.NewEncoder(w).Encode(sums) })
}

func (n *Node) givenFile(id fraud.JointCaseID) string {
	return filepath.Join(n.Data, referralsDir, "given-"+string(id)+".json")
}

// given are the hashes that rememberGiven wrote, or ErrForbidden.
func (n *Node) given(id fraud.JointCaseID) (map[string]bool, error) {
	b, err := os.ReadFile(n.givenFile(id))
	if err != nil {
		return nil, forbiddenf("this node gave nothing to joint case %s", id)
	}
	var sums []string
	if err := json.Unmarshal(b, &sums); err != nil {
		return nil, fmt.Errorf("what was given to joint case %s: %w", id, err)
	}
	out := map[string]bool{}
	for _, s := range sums {
		out[s] = true
	}
	return out, nil
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
		if s.What == shareCase && s.Ref == string(c.ID) && s.Recalled.IsZero() {
			return n.as(ctx, s.By)
		}
	}
	return nil, conflictf("nobody here agreed to joint case %s", c.ID)
}

// contribution gathers this node's part: the rings that the joint case names,
// what shows them, and whom they hurt. The victims that it returns beside it
// have their identities, for the scan of the finished package and for the
// annex; they never travel.
func (n *Node) contribution(ctx context.Context, c fraud.JointCase, agency fraud.Org, ask askContribution) (Contribution, []refer.Victim, error) {
	at := n.now().UTC().Truncate(time.Second)
	who, err := n.complainant(ctx)
	if err != nil {
		return Contribution{}, nil, err
	}
	g := &gathering{node: n, at: at, zone: ask.TimeZone, out: Contribution{Complainant: who, At: at}, victims: map[string]*refer.Victim{}}
	if g.before, err = n.served(ask.Referral, ask.Before); err != nil {
		return Contribution{}, nil, err
	}
	if g.withheld, err = n.withheld(ctx); err != nil {
		return Contribution{}, nil, err
	}
	if err := g.records(ctx); err != nil {
		return Contribution{}, nil, err
	}
	rings, err := g.rings(ctx, ringsOf(c))
	if err != nil {
		return Contribution{}, nil, err
	}
	m, _, err := n.db.Match(ctx, c.Match)
	if err != nil {
		return Contribution{}, nil, err
	}
	if err := g.leaveOut(ctx, rings, m.Report.Shared); err != nil {
		return Contribution{}, nil, err
	}
	for _, r := range rings {
		if err := g.ring(ctx, r); err != nil {
			return Contribution{}, nil, err
		}
	}
	if err := g.attached(ctx, c.ID); err != nil {
		return Contribution{}, nil, err
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
	if m.Step != fraud.MatchIndicators {
		return Contribution{}, nil, conflictf("match %s was not opened to its indicators by both sides; a referral needs them", m.ID)
	}
	if err := g.clean(ctx); err != nil {
		return Contribution{}, nil, err
	}
	if err := g.withoutNames(); err != nil {
		return Contribution{}, nil, err
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
	for _, o := range fraud.Suspects(c.Overlaps) {
		if !slices.Contains(out, o.OurRing) {
			out = append(out, o.OurRing)
		}
	}
	slices.Sort(out)
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
	c.LedgerUse, c.SignKeyProof = true, ""
	if c.SignKey != "" {
		c.SignKeyProof = n.signWords(string(refer.VouchFor(n.Org.ID, c.SignKey)))
	}
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
	withheld  map[fraud.ReportID]bool  // reports whose victims keep them from other companies
	hidden    map[fraud.Indicator]bool // values that only these hold
	before    served                   // what earlier versions of the referral hold of ours
}

// served is what earlier versions of a referral laid before the agency in
// this node's name, so that a supplement goes on from there.
type served struct {
	exhibits  int             // the last number among our exhibits' ids
	sums      map[string]bool // hashes of our exhibits
	disclosed map[string]bool // items of our disclosure schedule
}

// served reads the versions of a referral up to one. No referral: nothing.
func (n *Node) served(id fraud.ReferralID, last int) (served, error) {
	out := served{sums: map[string]bool{}, disclosed: map[string]bool{}}
	for v := 1; id != "" && v <= last; v++ {
		p, err := refer.Load(n.referralFile(id, v, "referral"))
		if err != nil {
			return out, fmt.Errorf("version %d, which the supplement follows: %w", v, err)
		}
		list, err := p.Disclosed()
		for _, e := range p.Document.Exhibits {
			if e.Org == n.Org.ID {
				out.exhibits++
				out.sums[e.SHA256] = true
			}
		}
		for _, d := range list {
			if d.Org == n.Org.ID {
				out.disclosed[d.What] = true
			}
		}
		if err := errors.Join(err, p.Close()); err != nil {
			return out, err
		}
	}
	return out, nil
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
// innocent's), not a value that is a victim's own, nor one that only reports
// hold whose victims keep it from other companies.
func (g *gathering) leaves(i fraud.Indicator, r fraud.Role) bool {
	return r.Links() && r != fraud.RoleShownCallerID && !g.own[i] && !g.hidden[i]
}

// ring adds one ring with its exhibits, hours and victims.
func (g *gathering) ring(ctx context.Context, ring fraud.Ring) error {
	id := ring.ID
	g.tellLeftOut(ring)
	links, err := g.node.db.RingLinks(ctx, id)
	if err != nil {
		return err
	}
	ring.Indicators = slices.DeleteFunc(slices.Clone(ring.Indicators), func(i fraud.RingIndicator) bool { return !g.leaves(i.Indicator, i.Role) })
	for i := range ring.Indicators { // which report holds what stands in the exhibit, with place and role
		ring.Indicators[i].Held, ring.Indicators[i].Texts = nil, nil
	}
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
	links, ring.Bridges, ring.Parts = strip(links), strip(ring.Bridges), nil // parts are inferred, and of the whole ring
	g.out.Rings = append(g.out.Rings, refer.RingOf{
		Org: g.node.Org.ID, Label: fmt.Sprintf("%s-%d", strings.ToUpper(string(g.node.Org.ID)), len(g.out.Rings)+1), Ring: ring, Links: links,
	})
	g.out.Marks = append(g.out.Marks, ring.Mark)
	return g.exhibit(ctx, refer.Exhibit{
		Exhibit: fraud.Exhibit{
			Name: exhibitOf(id), What: fmt.Sprintf("Every indicator that the reports of ring %s hold, with role, time and place in the report", id),
			From: "case store of " + g.node.Org.Name,
		},
		Kind: "report", Reports: ring.Reports, Mark: ring.Mark,
	}, func(w io.Writer) error { return g.sightings(ctx, w, ring.Reports) })
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
func (g *gathering) sightings(ctx context.Context, w io.Writer, reports []fraud.ReportID) error {
	enc := json.NewEncoder(w)
	for _, name := range reports {
		if g.withheld[name] {
			continue
		}
		list, err := g.node.db.SightingsOf(ctx, name)
		if err != nil {
			return err
		}
		for _, s := range list {
			if !g.leaves(s.Indicator, s.Role) {
				continue
			}
			s.Raw = ""
			if err := enc.Encode(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// exhibit keeps an exhibit's bytes by their hash while they are written, and
// lists it. It is never held in memory.
func (g *gathering) exhibit(ctx context.Context, e refer.Exhibit, write func(io.Writer) error) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(write(w)) }()
	var err error
	if e.SHA256, e.Size, err = g.node.blobs.Put(ctx, r); err != nil {
		r.CloseWithError(err)
		return fmt.Errorf("keep exhibit %s: %w", e.Name, err)
	}
	e.TakenAt = g.at
	g.list(e, fraud.CustodyImaged, "written out of the case store for this referral")
	return nil
}

// list numbers an exhibit whose bytes are kept, and begins its custody.
func (g *gathering) list(e refer.Exhibit, act fraud.CustodyAct, why string) {
	org := g.node.Org
	e.ID = fraud.ExhibitID(fmt.Sprintf("%s-%d", strings.ToUpper(string(org.ID)), g.before.exhibits+len(g.out.Exhibits)+1))
	e.Org = org.ID
	event := fraud.CustodyEvent{
		Item: fraud.SeizureID(e.ID), Seq: 1, Act: act, Holder: org.Name, Place: "node of " + org.Name,
		Why: why, SHA256: e.SHA256, At: e.TakenAt,
	}
	event.Hash, _ = event.ChainHash() // of strings and a time: cannot fail
	g.out.Exhibits = append(g.out.Exhibits, e)
	g.out.Custody = append(g.out.Custody, event)
}

// attached adds the files that our people put to the joint case as exhibits,
// but for those that an earlier version holds.
func (g *gathering) attached(ctx context.Context, id fraud.JointCaseID) error {
	list, err := g.node.db.JointEntries(ctx, id)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.Kind != fraud.JointExhibit || x.Org != g.node.Org.ID || g.before.sums[x.Exhibit.SHA256] {
			continue
		}
		g.list(refer.Exhibit{Exhibit: x.Exhibit, Kind: "record", Mark: x.Mark}, fraud.CustodyReceived, "put to the joint case by "+string(x.Person))
		g.out.Marks = append(g.out.Marks, x.Mark)
	}
	return nil
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
	if r.Victim == "" || !v.Identity.Empty() {
		return nil
	}
	why := "sealed annex of a referral, by the victim's consent"
	if !r.Consent.ShareLawEnforcement {
		why = "to make sure that nothing of it stands in the referral"
	}
	id, err := g.node.identity(ctx, r.Name(), why)
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
	for _, v := range g.named {
		if v.Consent.ShareLawEnforcement && !v.ConsentAt.IsZero() {
			g.out.Named++
		}
	}
	g.out.Annex, err = refer.SealAnnex(&m)
	return err
}

// clean refuses to give an exhibit in which a victim's identity stands: it
// would go to the other complainant too.
func (g *gathering) clean(ctx context.Context) error {
	for _, e := range g.out.Exhibits {
		hit, err := refer.FindIdentity(g.named, e.Name, func() (io.ReadCloser, error) { return g.node.blobs.Get(ctx, e.SHA256) })
		if err != nil {
			return err
		}
		if hit != "" {
			return forbiddenf("exhibit %s (%s) holds something that identifies victim %s: an identity goes in the sealed annex only (rule 3, identities)", e.ID, e.Name, hit)
		}
	}
	return nil
}

// disclose lists an item that was not used, unless an earlier version's
// schedule has it: the numbering goes on, and nothing is listed twice.
func (g *gathering) disclose(d refer.Disclosure) {
	if !g.before.disclosed[d.What] {
		g.out.Disclosure = append(g.out.Disclosure, d)
	}
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
			g.disclose(refer.Disclosure{
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
		g.disclose(refer.Disclosure{
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
