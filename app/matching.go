package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
)

// MatchSide is one side of a match between two files: its rings, and which
// reports hold each indicator. Made is a set that needs no file instead.
type MatchSide struct {
	Rings   []fraud.Ring
	Behind  map[fraud.Indicator][]fraud.ReportID
	Digests map[fraud.ReportID][32]byte
	Made    []match.Element
}

// MadeUp is an invented side of n sites, each on two reports and five to a
// ring, counted from a first one: what a match costs is measured on two such
// sides that overlap.
func MadeUp(org fraud.OrgID, first, n int) MatchSide {
	made := make([]match.Element, n)
	for i := range made {
		at := first + i
		report := func(k int) match.Evidence {
			id := fraud.ReportID(string(org) + "/" + strconv.Itoa(2*at+k))
			return match.Evidence{Report: id, Digest: sha256.Sum256([]byte(id))}
		}
		made[i] = match.Element{
			Indicator: fraud.Indicator{Kind: fraud.Domain, Value: "site-" + strconv.Itoa(at) + ".example"}, Bits: 10, Reports: 2,
			Ring: fraud.RingID(string(org) + "-" + strconv.Itoa(at/5)), Evidence: []match.Evidence{report(0), report(1)},
		}
	}
	return MatchSide{Made: made}
}

// MatchResult is what both sides of a match between files see, and its cost.
type MatchResult struct {
	A       fraud.MatchReport `json:"a"`
	B       fraud.MatchReport `json:"b"`
	Figures match.Figures     `json:"figures"`
}

// MatchRun is how two files are matched: on how many reports each element
// rests, the last step to reveal (empty means all), and who hears how far it
// is: what is done, and how many of how many.
type MatchRun struct {
	MinReports int
	To         fraud.MatchStep
	Progress   func(what string, done, of int64)
}

// filesBatch is how many indicators two files open at a time: both are ours,
// so nobody gets ahead of the other.
const filesBatch = 1 << 12

// MatchFiles runs the whole protocol between two sides in one process.
func MatchFiles(ctx context.Context, a, b MatchSide, r MatchRun) (MatchResult, error) {
	t := match.Terms{MinReports: r.MinReports, Batch: filesBatch, Basis: matchBasis("")}.Filled()
	run := match.Run{Terms: t, To: r.To}
	if r.Progress != nil {
		run.Progress = func(p match.Progress) { r.Progress(p.Round+", "+p.Doing, int64(p.Done), int64(p.Of)) }
	}
	var out MatchResult
	var err error
	out.A, out.B, out.Figures, err = run.Files(ctx, a.elements(t), b.elements(t))
	return out, err
}

func (s MatchSide) elements(t match.Terms) []match.Element {
	if s.Made != nil {
		return s.Made
	}
	behind := func(i fraud.Indicator) []match.Evidence {
		var out []match.Evidence
		for _, id := range s.Behind[i] {
			out = append(out, match.Evidence{Report: id, Digest: s.Digests[id]})
		}
		return out
	}
	return match.Collect(s.Rings, t, behind, func(fraud.Indicator, fraud.Ring) bool { return true })
}

// OfferMatch offers a match to a peer and returns its id. No kinds means all.
func (n *Node) OfferMatch(ctx context.Context, to fraud.OrgID, kinds []fraud.Kind, minReports int) (fraud.MatchID, error) {
	got, err := n.Match.Offer(ctx, to, match.Terms{Kinds: kinds, MinReports: minReports, Basis: matchBasis(to)}.Filled())
	return got.ID, err
}

// OfferEpoch is OfferMatch between partners who match every day: both keep
// their keys, and OfferNext then carries only what is new (docs/spec/match.md
// §9, with its price).
func (n *Node) OfferEpoch(ctx context.Context, to fraud.OrgID, kinds []fraud.Kind, minReports int) (fraud.MatchID, error) {
	got, err := n.Match.Offer(ctx, to, match.Terms{Kinds: kinds, MinReports: minReports, Epoch: true, Basis: matchBasis(to)}.Filled())
	return got.ID, err
}

// OfferNext offers the match that continues one that OfferEpoch began.
func (n *Node) OfferNext(ctx context.Context, id fraud.MatchID) (fraud.MatchID, error) {
	got, err := n.Match.OfferNext(ctx, id)
	return got.ID, err
}

// OfferDeconfliction offers another agency to learn whether both look at the
// same target, and returns the match's id.
func (n *Node) OfferDeconfliction(ctx context.Context, to fraud.OrgID, minReports int) (fraud.MatchID, error) {
	t := match.Terms{MinReports: minReports, Basis: deconflictionBasis(to), Deconflict: true, Casework: true}.Filled()
	got, err := n.Match.Offer(ctx, to, t)
	return got.ID, err
}

// Matches are all matches of this node.
func (n *Node) Matches(ctx context.Context) ([]fraud.Match, error) { return n.db.Matches(ctx) }

// matchesPerDay with one peer: often enough for every day's new indicators,
// too seldom to ask for numbers one by one.
const matchesPerDay = 24

// matchBasis is why a match is lawful: what both sides agreed to when they
// became peers (ICO guidance on sharing to prevent scams, 2024).
func matchBasis(peer fraud.OrgID) fraud.ShareBasis {
	return fraud.ShareBasis{
		Purpose: "find rings that defraud customers of both", LegalBasis: "legitimate interests: prevention of fraud (GDPR recital 47)",
		Agreement: "peer agreement", Recipients: []fraud.OrgID{peer},
	}
}

// deconflictionBasis is why two agencies may learn that they look at the same
// target: neither endangers the other's operation.
func deconflictionBasis(peer fraud.OrgID) fraud.ShareBasis {
	return fraud.ShareBasis{
		Purpose: "keep two agencies from working on the same target unknown to each other", LegalBasis: "law enforcement: prevention and investigation of offences (Directive (EU) 2016/680 Art. 8, or the agency's own statute)",
		Agreement: "deconfliction agreement", Recipients: []fraud.OrgID{peer},
	}
}

// Preview counts what a match under these terms would send, and how many more
// runs today's budget with the peer allows. It sends nothing.
func (n *Node) Preview(ctx context.Context, peer fraud.OrgID, t match.Terms) (size, runsLeft int, err error) {
	p, err := n.peer(ctx, peer)
	if err != nil {
		return 0, 0, err
	}
	set, err := n.matchSet(ctx, t.Filled(), p)
	if err != nil {
		return 0, 0, err
	}
	runsLeft = matchesPerDay
	all, err := n.db.Matches(ctx)
	for _, x := range all {
		if x.Peer == peer && n.now().Sub(x.At) < 24*time.Hour {
			runsLeft--
		}
	}
	return len(set), runsLeft, err
}

// ConsentMatch accepts a peer's offer (step count) or agrees to a step, and
// then does all that can be done with both consents.
func (n *Node) ConsentMatch(ctx context.Context, id fraud.MatchID, step fraud.MatchStep) error {
	desk := matchDesk{n.Match, n}
	var err error
	if step == fraud.MatchCount {
		_, err = desk.Accept(ctx, id)
	} else {
		_, err = desk.Consent(ctx, id, step)
	}
	return err
}

// goOn works through a match that we offered; of one that the peer offered it
// tells the peer's node, which drives, that something can be done.
func (n *Node) goOn(ctx context.Context, m fraud.Match) error {
	if m.Offered {
		_, err := n.Match.Advance(ctx, m.ID)
		return err
	}
	return n.call(ctx, m.Peer, "/peer/v1/matches/go-on", m.ID, nil)
}

// receiveGoOn hears that the peer consented, and goes on with the match in
// its own time: the peer does not wait for it.
func (n *Node) receiveGoOn(r *http.Request) (any, error) {
	ctx := r.Context()
	from, id, err := asked[fraud.MatchID](n, r)
	if err != nil {
		return nil, err
	}
	m, _, err := n.db.Match(ctx, id)
	if err != nil {
		return nil, err
	}
	if m.Peer != from.ID || !m.Offered {
		return nil, forbiddenf("match %s was not offered to %s", id, from.ID)
	}
	background := n.Console(context.WithoutCancel(ctx))
	n.work.Go(func() {
		if _, err := n.Match.Advance(background, id); err != nil {
			n.log.WarnContext(background, "match did not go on", slog.String("match", string(id)), slog.String("error", err.Error()))
		}
	})
	return nil, nil
}

// shareMatch writes down that the indicators in common were shown to the peer:
// what leaves by a match is a share like any other, and can be recalled.
func (n *Node) shareMatch(ctx context.Context, m fraud.Match, t match.Terms) error {
	basis := t.Basis
	basis.Recipients = []fraud.OrgID{m.Peer}
	err := n.db.AddShare(ctx, fraud.Share{
		ID: "S-" + string(m.ID), What: shareOfMatch, Ref: string(m.ID), To: m.Peer, By: access.From(ctx).Person, Basis: basis,
		Mark: fraud.Mark{}.Filled(), At: n.now().UTC(),
	})
	if errors.Is(err, fraud.ErrConflict) { // told twice
		return nil
	}
	return err
}

const shareOfMatch = "match"

// receiveShareRecall takes what a match showed out of use, and leaves all
// other recalls to receiveRecall.
func (n *Node) receiveShareRecall(r *http.Request) (any, error) {
	ctx := r.Context()
	from, err := n.asking(ctx)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the recall: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var msg recallMessage
	if err := json.Unmarshal(body, &msg); err == nil && msg.What == shareOfMatch {
		if _, err := n.Match.Recalled(ctx, fraud.MatchID(msg.Ref), from.ID); err != nil {
			return nil, err
		}
	}
	return n.receiveRecall(r)
}
