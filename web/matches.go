package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
)

// matchesPage lists runs of private matching.
type matchesPage struct {
	base
	Rows       []matchRow
	Withheld   int // that this person may not read
	CanOffer   bool
	Deconflict bool // an agency's: only that both look at the same target
}

type matchRow struct {
	fraud.Match
	Recalled bool // the other side took back what it had shown
}

func (s *Server) matches(w http.ResponseWriter, r *http.Request) error {
	p := matchesPage{base: s.base(w, r, matchesWord(s.Org.Kind)), Deconflict: s.Org.Kind == fraud.OrgAgency}
	all, err := s.Store.Matches(r.Context())
	if err != nil {
		return fmt.Errorf("read the matches: %w", err)
	}
	slices.SortStableFunc(all, func(a, b fraud.Match) int { return b.At.Compare(a.At) })
	for _, m := range all {
		thing, err := s.matchThing(r.Context(), m)
		if err != nil {
			return err
		}
		if !s.can(r.Context(), access.ActRead, thing) {
			p.Withheld++
			continue
		}
		recalls, err := s.recallsOf(r.Context(), string(m.ID), m.Peer)
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, matchRow{m, len(recalls) > 0})
	}
	p.CanOffer = s.Match != nil && s.can(r.Context(), access.ActMatch, access.Thing{})
	return s.render(w, http.StatusOK, "matches.html", p)
}

// matchNewPage is the wizard: with whom, which set, and what would be sent,
// in numbers, before it is.
type matchNewPage struct {
	base
	Peers   []fraud.Peer
	Kinds   []kindChoice
	Offer   matchOffer
	Preview bool

	Deconflict bool // between agencies
}

// matchOffer is what the wizard asks, and what it would send.
type matchOffer struct {
	Peer  fraud.OrgID
	Terms match.Terms
	Law   string
	Size  int // elements that would be blinded and sent
	Left  int // runs that today's budget with this peer still allows

	Continues fraud.MatchID // the match after which this one carries only what is new
	Had       int           // elements that went with it and those before
}

// New is how many elements a match that continues another would carry.
func (o matchOffer) New() int { return max(o.Size-o.Had, 0) }

type kindChoice struct {
	Kind   fraud.Kind
	Chosen bool
}

// matchKinds are the kinds that may stand in a set: values that point at an
// operator, never what a victim owns.
var matchKinds = []fraud.Kind{
	fraud.Phone, fraud.Domain, fraud.Email, fraud.RemoteID, fraud.BankAccount, fraud.UPI, fraud.Wallet, fraud.CardDescriptor, fraud.MerchantID,
	fraud.Company, fraud.TaxID, fraud.Tracker,
}

func (s *Server) matchNew(w http.ResponseWriter, r *http.Request) error {
	if s.Org.Kind == fraud.OrgAgency {
		return s.matchForm(w, r, matchOffer{Terms: match.Terms{MinReports: 1, Kinds: matchKinds, Basis: fraud.ShareBasis{Purpose: "Keep two agencies from working on the same target unknown to each other"}}}, false, nil)
	}
	return s.matchForm(w, r, matchOffer{Terms: match.Terms{MinReports: 2, Kinds: matchKinds, Basis: fraud.ShareBasis{Purpose: "Find fraud rings that hit customers of both"}}}, false, nil)
}

func (s *Server) matchForm(w http.ResponseWriter, r *http.Request, o matchOffer, preview bool, wrong []problem) error {
	agency := s.Org.Kind == fraud.OrgAgency
	title := "Offer a match"
	if agency {
		title = "Offer a deconfliction"
	}
	p := matchNewPage{base: s.base(w, r, title), Offer: o, Preview: preview, Deconflict: agency}
	p.Problems = wrong
	peers, err := s.Store.Peers(r.Context())
	if err != nil {
		return fmt.Errorf("read the peers: %w", err)
	}
	for _, x := range peers {
		if (x.Org.Kind == fraud.OrgAgency) == agency && x.Revoked.IsZero() {
			p.Peers = append(p.Peers, x)
		}
	}
	for _, k := range matchKinds {
		p.Kinds = append(p.Kinds, kindChoice{k, slices.Contains(o.Terms.Kinds, k)})
	}
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.render(w, status, "match_new.html", p)
}

func (s *Server) matchOffer(w http.ResponseWriter, r *http.Request) error {
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	o := matchOffer{Peer: fraud.OrgID(v("peer"))}
	o.Terms.Deconflict = s.Org.Kind == fraud.OrgAgency
	o.Terms.Casework = o.Terms.Deconflict
	o.Terms.Epoch = v("epoch") == "yes" && !o.Terms.Deconflict
	o.Terms.Basis = fraud.ShareBasis{Purpose: v("purpose"), LegalBasis: v("legal_basis"), Agreement: v("agreement"), Recipients: []fraud.OrgID{o.Peer}}
	for _, k := range r.PostForm["kind"] {
		if slices.Contains(matchKinds, fraud.Kind(k)) {
			o.Terms.Kinds = append(o.Terms.Kinds, fraud.Kind(k))
		}
	}
	n, err := strconv.Atoi(v("min_reports"))
	o.Terms.MinReports = n
	wrong := o.wrong()
	if err != nil || n < 1 || n > 1000 {
		wrong = append(wrong, problem{"min_reports", "Say how many reports must stand behind each value, from 1 to 1000"})
	}
	if len(wrong) > 0 {
		return s.matchForm(w, r, o, false, wrong)
	}
	if o.Size, o.Left, err = s.Joint.Preview(r.Context(), o.Peer, o.Terms); err != nil {
		if mendable(err) {
			return s.matchForm(w, r, o, false, []problem{{"peer", sentence(err)}})
		}
		return fmt.Errorf("count the set: %w", err)
	}
	if v("agreed") != "yes" {
		return s.matchForm(w, r, o, true, nil)
	}
	m, err := s.Match.Offer(r.Context(), o.Peer, o.Terms)
	if err != nil {
		return fmt.Errorf("offer a match to %s: %w", o.Peer, err)
	}
	return done(w, r, "/matches/"+pathID(m.ID), "offered")
}

// matchNext shows what the next match of a series would send, and offers it
// once that is agreed to.
func (s *Server) matchNext(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), fraud.MatchID(r.PathValue("id"))
	m, _, err := s.Store.Match(ctx, id)
	if err != nil {
		return fmt.Errorf("read match %s: %w", id, err)
	}
	if r.PostFormValue("agreed") == "yes" {
		next, err := s.Match.OfferNext(ctx, id)
		if err != nil {
			return fmt.Errorf("continue match %s: %w", id, err)
		}
		return done(w, r, "/matches/"+pathID(next.ID), "offered")
	}
	status, err := s.Match.Status(ctx, id)
	if err != nil {
		return fmt.Errorf("status of match %s: %w", id, err)
	}
	if !continues(m, status) {
		return fmt.Errorf("match %s keeps no keys or was continued already, was offered by the other side or has not come to its count: %w", id, fraud.ErrConflict)
	}
	o := matchOffer{Peer: m.Peer, Terms: status.Terms, Continues: id, Had: m.OurSize}
	if o.Size, o.Left, err = s.Joint.Preview(ctx, m.Peer, o.Terms); err != nil {
		return fmt.Errorf("count the set: %w", err)
	}
	return s.matchForm(w, r, o, true, nil)
}

// continues says whether we may offer a match that continues this one.
func continues(m fraud.Match, status match.Status) bool {
	return m.Offered && status.Terms.Epoch && !status.Gone && revealIndex(m.Step) >= 0
}

func (o matchOffer) wrong() []problem {
	var out []problem
	if o.Peer == "" {
		out = append(out, problem{"peer", "Choose with whom"})
	}
	if len(o.Terms.Kinds) == 0 {
		out = append(out, problem{"kind", "Choose at least one kind"})
	}
	for _, f := range []struct{ field, value, says string }{
		{"purpose", o.Terms.Basis.Purpose, "Say for which purpose"},
		{"legal_basis", o.Terms.Basis.LegalBasis, "Say on which legal basis"},
		{"agreement", o.Terms.Basis.Agreement, "Name the agreement that you both signed"},
	} {
		if f.value == "" {
			out = append(out, problem{f.field, f.says})
		}
	}
	return out
}

func (s *Server) acceptMatch(w http.ResponseWriter, r *http.Request) error {
	id := fraud.MatchID(r.PathValue("id"))
	if _, err := s.Match.Accept(r.Context(), id); err != nil {
		return fmt.Errorf("accept match %s: %w", id, err)
	}
	return done(w, r, "/matches/"+pathID(id), "accepted")
}

// matchPage is the match report, with both consents in plain sight.
type matchPage struct {
	base
	fraud.Match
	Steps    []revealStep
	Next     *revealStep // what we may consent to
	CanAct   bool
	Overlaps []overlapRow // one operator likely stands behind both, or a supplier or launderer is shared
	Weak     []overlapRow // for a person to judge
	Common   int          // rings of one operator as far as anybody can tell
	Shown    []fraud.SharedIndicator
	Left     int
	Joint    fraud.JointCaseID // the case that was opened over it
	Offered  bool              // by them, and we have not accepted
	Status   match.Status      // how far the work is
	Company  bool              // joint cases are for companies
	Recalled []fraud.Recall    // by the other side
	Continue bool              // we may offer the next of its series
}

// Working says what is being done just now, empty if nothing is.
func (p matchPage) Working() string {
	if x := p.Status.Work; x != nil && x.Of > 0 {
		return fmt.Sprintf("Working: round %s, %s, %d of %d (%d %%)", x.Round, x.Doing, x.Done, x.Of, 100*x.Done/x.Of)
	}
	if p.Status.Busy {
		return "Working"
	}
	if p.Status.Have > 0 && p.Status.Have < p.Status.Of {
		return fmt.Sprintf("Round %s: %d of %d bytes have come; it goes on when the other node answers", p.Status.Round, p.Status.Have, p.Status.Of)
	}
	return ""
}

// revealStep is one step of revealing: what both learn by it, and who agreed.
type revealStep struct {
	Step       fraud.MatchStep
	Word, Says string
	Ours       string
	Theirs     string
	Done       bool
}

// pairRows is a table of pairs of rings.
type pairRows struct {
	Name string
	Rows []overlapRow
	Page matchPage
}

type overlapRow struct {
	fraud.Overlap
	Kinds   string
	Suspect bool
}

var revealSteps = []struct {
	step       fraud.MatchStep
	word, says string
}{
	{fraud.MatchCount, "Count", "how many values both sides have"},
	{fraud.MatchKinds, "Kinds", "how many of each kind: phone numbers, accounts, sites"},
	{fraud.MatchSuspects, "Suspects", "which of our rings overlaps which of theirs, how strongly, by what kinds of evidence"},
	{fraud.MatchIndicators, "Values", "the values themselves, opened on both sides together"},
}

func (s *Server) match(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), fraud.MatchID(r.PathValue("id"))
	m, _, err := s.Store.Match(ctx, id)
	if err != nil {
		return fmt.Errorf("read match %s: %w", id, err)
	}
	p := matchPage{base: s.base(w, r, "Match with "+string(m.Peer)), Match: m}
	p.Company = s.Org.Kind != fraud.OrgAgency
	if p.Recalled, err = s.recallsOf(ctx, string(id), m.Peer); err != nil {
		return err
	}
	if s.Match != nil {
		if p.Status, err = s.Match.Status(ctx, id); err != nil {
			return fmt.Errorf("status of match %s: %w", id, err)
		}
	}
	reached := revealIndex(m.Step)
	for i, x := range revealSteps {
		if m.Report.Deconfliction && x.step == fraud.MatchCount {
			x.word, x.says = "Same target", "whether both look at the same target, and whom to call"
		}
		if m.Report.Deconfliction && x.step == fraud.MatchKinds {
			x.says = "how many values, and of which kinds"
		}
		st := revealStep{Step: x.step, Word: x.word, Says: x.says, Done: i <= reached, Ours: "not yet", Theirs: "not yet"}
		if at, ok := m.Consent[x.step]; ok {
			st.Ours = "agreed " + stamp(at)
		}
		if at, ok := m.PeerConsent[x.step]; ok {
			st.Theirs = "agreed " + stamp(at)
		}
		p.Steps = append(p.Steps, st)
		if _, agreed := m.Consent[x.step]; !agreed && p.Next == nil && i == reached+1 && m.Step != fraud.MatchRefused && m.Step != fraud.MatchBroken {
			p.Next = &p.Steps[i]
		}
	}
	p.CanAct = s.Match != nil && len(p.Recalled) == 0 && s.can(ctx, access.ActMatch, access.Thing{Kind: access.ThingMatch, ID: string(id), Mark: fraud.Mark{TLP: fraud.TLPGreen}})
	p.Continue = p.CanAct && p.Company && continues(m, p.Status)
	p.Offered = !m.Offered && m.Step == fraud.MatchOffered && len(m.Consent) == 0
	suspects := suspectsOf(m.Report.Overlaps)
	p.Common = len(suspects)
	for _, o := range m.Report.Overlaps {
		row := overlapRow{o, kindCounts(o.Kinds), suspects[[2]string{string(o.OurRing), o.PeerRing}]}
		if row.Suspect || o.Relation != fraud.SameOperator || m.Report.Deconfliction {
			p.Overlaps = append(p.Overlaps, row)
		} else {
			p.Weak = append(p.Weak, row)
		}
	}
	p.Shown = m.Report.Shared[:min(len(m.Report.Shared), 200)]
	p.Left = len(m.Report.Shared) - len(p.Shown)
	cases, err := s.Store.JointCases(ctx)
	if err != nil {
		return fmt.Errorf("read the joint cases: %w", err)
	}
	for _, c := range cases {
		if c.Match == id {
			p.Joint = c.ID
		}
	}
	return s.render(w, http.StatusOK, "match.html", p)
}

// suspectsOf are the pairs of rings behind which one operator likely stands:
// the rest of what is in common is for a person to judge, and no page calls it
// the same operator.
func suspectsOf(all []fraud.Overlap) map[[2]string]bool {
	out := map[[2]string]bool{}
	for _, o := range fraud.Suspects(all) {
		out[[2]string{string(o.OurRing), o.PeerRing}] = true
	}
	return out
}

// revealIndex is the last step that was revealed, -1 for none.
func revealIndex(step fraud.MatchStep) int {
	for i, x := range revealSteps {
		if x.step == step {
			return i
		}
	}
	return -1
}

func kindCounts(kinds map[fraud.Kind]int) string {
	names := make([]fraud.Kind, 0, len(kinds))
	for k := range kinds {
		names = append(names, k)
	}
	slices.SortFunc(names, func(a, b fraud.Kind) int { return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a, b)) })
	out := make([]string, len(names))
	for i, k := range names {
		out[i] = plural(kinds[k], kindWord(k), kindWords(k))
	}
	return strings.Join(out, ", ")
}

// KindRows is the count by kind, most first.
func (p matchPage) KindRows() string { return kindCounts(p.Report.ByKind) }

func (s *Server) matchConsent(w http.ResponseWriter, r *http.Request) error {
	id := fraud.MatchID(r.PathValue("id"))
	if r.PostFormValue("refuse") != "" {
		if _, err := s.Match.Refuse(r.Context(), id, strings.TrimSpace(r.PostFormValue("reason"))); err != nil {
			return fmt.Errorf("refuse match %s: %w", id, err)
		}
		return done(w, r, "/matches/"+pathID(id), "saved")
	}
	if _, err := s.Match.Consent(r.Context(), id, fraud.MatchStep(r.PostFormValue("step"))); err != nil {
		return fmt.Errorf("consent to a step of match %s: %w", id, err)
	}
	return done(w, r, "/matches/"+pathID(id), "consented")
}
