package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
	"ringbreaker.example/link"
	"ringbreaker.example/trace"
)

// Flow is the whole pipeline of a node in the order in which it runs after
// something new came in. Each step reads from the store and writes to it, so
// any of them can be run again by itself with the same result.
func (n *Node) Flow(ctx context.Context) error {
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"words", func(ctx context.Context) error { _, err := n.db.IndexTexts(ctx, 0); return err }},
		{"link", n.rings.renew},
		{"protect", func(ctx context.Context) error { _, err := n.Protect.Refresh(ctx); return err }},
		{"watch", func(ctx context.Context) error { _, err := n.Watch.Run(ctx); return err }},
	} {
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// Import brings a file or folder in. What it acknowledges is on disk. What the
// node keeps itself is no report: reports are never taken back, and its keys
// would be shown to whoever reads them.
func (n *Node) Import(ctx context.Context, path string, progress func(intake.Progress)) (intake.Result, error) {
	if n.keeps(path) {
		return intake.Result{}, fmt.Errorf("import %s: it is the node's own and holds no reports: %w", path, fraud.ErrInvalid)
	}
	return n.Intake.Import(ctx, path, progress)
}

// ImportTransfers brings in a CSV of transfers, such as a bank's answer.
// Lines that cannot be used are returned; the rest goes on.
func (n *Node) ImportTransfers(ctx context.Context, path string) (added int, rejects []trace.Reject, err error) {
	if err := n.decide(ctx, access.ActImport, access.Thing{Kind: access.ThingReport}, access.Recipient{}); err != nil {
		return 0, nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, nil, err
	}
	defer f.Close()
	list, rejects, err := trace.ReadCSV(f)
	if err != nil {
		return 0, rejects, fmt.Errorf("%s: %w", path, err)
	}
	added, err = n.db.AddTransfers(ctx, list)
	return added, rejects, err
}

// AddJudgement records a person's decision and links again. A node that serves
// links in the background; a small one is done before the person's page is
// there, a large one shows that the rings are pending.
func (n *Node) AddJudgement(ctx context.Context, j fraud.Judgement) error {
	if err := n.decide(ctx, access.ActJudge, access.Thing{Kind: access.ThingRing, ID: string(j.A), Reason: j.Reason}, access.Recipient{}); err != nil {
		return err
	}
	if j.ID == "" {
		id, err := n.newID("JD")
		if err != nil {
			return err
		}
		j.ID = id
	}
	if j.At.IsZero() {
		j.At = n.now().UTC()
	}
	j.By = access.From(ctx).Person
	if err := n.db.AddJudgement(ctx, j); err != nil {
		return err
	}
	return n.rings.changed(ctx)
}

// Explain says why two reports are in one ring from the links that the store
// holds, or why not from what they and others name; with b empty, what holds a
// in its ring.
func (n *Node) Explain(ctx context.Context, a, b fraud.ReportID) (link.Explanation, error) {
	if err := n.decide(ctx, access.ActRead, access.Thing{Kind: access.ThingRing, ID: string(a)}, access.Recipient{}); err != nil {
		return link.Explanation{}, err
	}
	var res link.Result
	for _, id := range []fraud.ReportID{a, b} {
		if id == "" {
			continue
		}
		if _, err := n.db.Report(ctx, id); err != nil {
			return link.Explanation{}, err
		}
		ring, err := n.db.RingOf(ctx, id)
		if err != nil && !errors.Is(err, fraud.ErrNotFound) {
			return link.Explanation{}, err
		}
		res.Assign = append(res.Assign, link.Assigned{Report: id, Ring: ring})
		if ring == "" || len(res.Rings) == 1 && res.Rings[0].ID == ring {
			continue
		}
		r, err := n.db.Ring(ctx, ring)
		if err != nil {
			return link.Explanation{}, err
		}
		links, err := n.db.RingLinks(ctx, ring)
		if err != nil {
			return link.Explanation{}, err
		}
		res.Rings = append(res.Rings, r)
		res.Links = append(res.Links, links...)
	}
	if len(res.Rings) == 2 && res.Rings[0].ID != res.Rings[1].ID { // only then a suggestion may say something
		var err error
		if res.Suggestions, err = n.db.SuggestionsOf(ctx, res.Rings[0].ID, 0); err != nil {
			return link.Explanation{}, err
		}
	}
	// A result's assignments are sorted, and are searched so.
	slices.SortFunc(res.Assign, func(x, y link.Assigned) int { return cmp.Compare(x.Report, y.Report) })
	if b == "" || len(res.Assign) == 2 && res.Assign[0].Ring != "" && res.Assign[0].Ring == res.Assign[1].Ring {
		return res.Explain(a, b), nil
	}
	beside, err := n.beside(ctx, a, b)
	if err != nil {
		return link.Explanation{}, err
	}
	return res.ExplainBeside(a, b, beside), nil
}

// hourly is how often a serving node looks at its clocks.
const hourly = time.Hour
