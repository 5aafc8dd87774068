package match_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
	"ringbreaker.example/match"
)

// bureaus are two agencies with so many targets in common.
func bureaus(t *testing.T, common int) (a, b *node) {
	t.Helper()
	a, b = newNode(t, "ash", phones("a", 0, 30)), newNode(t, "beech", phones("b", 30-common, 30))
	for _, n := range []*node{a, b} {
		n.org.Kind, n.contact = fraud.OrgAgency, string(n.org.ID)+" deconfliction desk, +44 20 7946 0100"
		n.start(t)
	}
	befriend(a, b)
	return a, b
}

func deconflict(t *testing.T, a, b *node) fraud.Match {
	t.Helper()
	tm := terms()
	tm.Deconflict, tm.MinCount = true, 0
	boss := func(n *node) fraud.Match { return n.matches[first(n)] }
	m, err := a.Offer(a.person(t, access.RoleInvestigator), "beech", tm)
	must(t, m, err, fraud.MatchOffered)
	if _, err := b.Accept(b.person(t, access.RoleInvestigator), m.ID); err != nil {
		t.Fatal(err)
	}
	m, err = a.Advance(t.Context(), m.ID)
	must(t, m, err, fraud.MatchCount)
	if got, other := m.Report.Same, boss(b).Report.Same; got != other {
		t.Errorf("one says same target %v, the other %v", got, other)
	}
	return m
}

func first(n *node) fraud.MatchID {
	for id := range n.matches {
		return id
	}
	return ""
}

func TestTwoAgenciesLearnOnlyThatTheyLookAtTheSameTargetAndWhomToCall(t *testing.T) {
	a, b := bureaus(t, 3)
	m := deconflict(t, a, b)
	want := fraud.MatchReport{Deconfliction: true, Same: true, Contact: "beech deconfliction desk, +44 20 7946 0100"}
	if got := m.Report; got.Count != 0 || got.ByKind != nil || got.Overlaps != nil || got.Shared != nil || got.Contact != want.Contact || !got.Same || !got.Deconfliction {
		t.Errorf("ash is told %+v, want %+v", got, want)
	}
	if got := b.matches[m.ID].Report; got.Count != 0 || got.ByKind != nil || got.Contact != "ash deconfliction desk, +44 20 7946 0100" {
		t.Errorf("beech is told %+v", got)
	}
	// More only when both agree, as in any match.
	if _, err := a.Consent(a.person(t, access.RoleInvestigator), m.ID, fraud.MatchSuspects); err != nil {
		t.Fatal(err)
	}
	m, err := a.Advance(t.Context(), m.ID)
	if must(t, m, err, fraud.MatchCount); m.Report.Overlaps != nil || m.Report.Count != 0 {
		t.Errorf("on one side's consent ash is told %+v", m.Report)
	}
	if _, err := b.Consent(b.person(t, access.RoleInvestigator), m.ID, fraud.MatchSuspects); err != nil {
		t.Fatal(err)
	}
	m, err = a.Advance(t.Context(), m.ID)
	if must(t, m, err, fraud.MatchSuspects); m.Report.Count != 3 || len(m.Report.Overlaps) == 0 {
		t.Errorf("with both consents ash is told %+v", m.Report)
	}
}

func TestAgenciesWithoutACommonTargetLearnNothingMore(t *testing.T) {
	a, b := bureaus(t, 0)
	m := deconflict(t, a, b)
	for _, got := range []fraud.MatchReport{m.Report, b.matches[m.ID].Report} {
		if got.Same || got.Contact != "" || got.Count != 0 {
			t.Errorf("got %+v, want neither a target nor whom to call", got)
		}
	}
	if _, err := a.Consent(a.person(t, access.RoleInvestigator), m.ID, fraud.MatchKinds); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("going on with nothing in common: got %v", err)
	}
}

func TestDeconflictionIsForAgenciesAndTheirInvestigators(t *testing.T) {
	a, b := bureaus(t, 3)
	tm := terms()
	tm.Deconflict = true
	if _, err := a.Offer(a.person(t, access.RoleOfficer), "beech", tm); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("an officer offers: got %v", err)
	}
	c := newNode(t, "cedar", phones("c", 0, 10))
	befriend(a, b, c)
	if _, err := a.Offer(a.person(t, access.RoleInvestigator), "cedar", tm); !errors.Is(err, fraud.ErrForbidden) || !strings.Contains(err.Error(), "two agencies") {
		t.Errorf("with a company: got %v", err)
	}
	if _, err := c.Offer(c.desk(t), "beech", tm); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("a company offers: got %v", err)
	}
	// A company's node that says it is one all the same is refused at the door.
	c.org.Kind, c.contact = fraud.OrgAgency, "call us"
	c.start(t)
	if m, err := c.Offer(c.person(t, access.RoleInvestigator), "beech", tm); !errors.Is(err, fraud.ErrForbidden) || len(b.matches) != 0 {
		t.Errorf("got %s, %v", m.Step, err)
	}
	a.contact = ""
	a.start(t)
	if _, err := a.Offer(a.person(t, access.RoleInvestigator), "beech", tm); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("without a contact: got %v", err)
	}
}

// blind makes each element's evidence what casework shows: leaves by hash and
// index.
func blind(t *testing.T, n *node) {
	t.Helper()
	for i := range n.set {
		for k := range n.set[i].Evidence {
			e := &n.set[i].Evidence[k]
			at, err := n.LeafIndex(t.Context(), fraud.LeafReport, string(e.Report))
			if err != nil {
				t.Fatal(err)
			}
			*e = match.Evidence{Digest: ledger.LeafHash(n.leaves[at]), Leaf: at}
		}
	}
}

func withCasework(t *testing.T, a, b *node) (fraud.Match, error) {
	t.Helper()
	tm := terms()
	tm.Deconflict, tm.Casework, tm.MinCount = true, true, 0
	m, err := a.Offer(a.person(t, access.RoleInvestigator), "beech", tm)
	must(t, m, err, fraud.MatchOffered)
	if _, err := b.Accept(b.person(t, access.RoleInvestigator), m.ID); err != nil {
		t.Fatal(err)
	}
	return a.Advance(t.Context(), m.ID)
}

func TestTheAuditOfCaseworkShowsNoRecord(t *testing.T) {
	a, b := bureaus(t, 3)
	blind(t, a)
	blind(t, b)
	var said bytes.Buffer
	a.wire = wireFunc(func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			said.Write(body)
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	m, err := withCasework(t, a, b)
	must(t, m, err, fraud.MatchCount)
	if !m.Report.Same || m.Report.Contact == "" {
		t.Errorf("ash is told %+v", m.Report)
	}
	bodies := said.String()
	for _, part := range regexp.MustCompile(`"body":"([^"]+)"`).FindAllStringSubmatch(bodies, -1) {
		plain, err := base64.StdEncoding.DecodeString(part[1])
		if err != nil {
			t.Fatal(err)
		}
		bodies += string(plain)
	}
	if !strings.Contains(bodies, `"inclusion"`) {
		t.Fatal("no audit was seen on the wire")
	}
	if !strings.Contains(bodies, `\ncommitment\n`) {
		t.Fatal("the proof of the commitment was not seen on the wire")
	}
	if strings.Contains(bodies, `\nreport\n`) {
		t.Error("the audit shows a record's leaf")
	}
}

func TestCaseworkThatIsInNoLedgerFailsTheAudit(t *testing.T) {
	a, b := bureaus(t, 3)
	blind(t, a)
	blind(t, b)
	for i := range a.set {
		a.set[i].Evidence[0].Digest[0] ^= 1
	}
	m, err := withCasework(t, a, b)
	if m.Step == fraud.MatchCount && err == nil && m.Problem == "" {
		t.Error("made-up records passed the audit")
	}
	if got := b.matches[m.ID]; !strings.Contains(got.Problem, "was not in its ledger before the match") || got.Step == fraud.MatchCount {
		t.Errorf("beech stands at %s: %q", got.Step, got.Problem)
	}
}
