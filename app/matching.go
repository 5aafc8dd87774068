package app

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
)

// MatchSide is one side of a match between two files: its rings, and which
// reports hold each indicator.
type MatchSide struct {
	Rings   []fraud.Ring
	Behind  map[fraud.Indicator][]fraud.ReportID
	Digests map[fraud.ReportID][32]byte
}

// MatchResult is what both sides of a match between files see, and its cost.
type MatchResult struct {
	A       fraud.MatchReport `json:"a"`
	B       fraud.MatchReport `json:"b"`
	Figures match.Figures     `json:"figures"`
}

// MatchFiles runs the whole protocol between two sides in one process.
func MatchFiles(ctx context.Context, a, b MatchSide, minReports int) (MatchResult, error) {
	t := match.Terms{MinReports: minReports, Basis: matchBasis("")}.Filled()
	var out MatchResult
	var err error
	out.A, out.B, out.Figures, err = match.Files(ctx, a.elements(t), b.elements(t), t)
	return out, err
}

func (s MatchSide) elements(t match.Terms) []match.Element {
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
	from, err := n.asking(ctx)
	if err != nil {
		return nil, err
	}
	id, err := read[fraud.MatchID](r)
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
