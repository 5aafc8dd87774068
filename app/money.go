package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/trace"
)

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// freezeRows bounds a freeze list: an agency asks for the first few, and the
// rest is in the transfers.
const freezeRows = 200

// records reads the node's transfers up to now, and which reports a record
// that somebody else made bears out: a bank saw the account that the report
// names pass money on.
func (g *gathering) records(ctx context.Context) error {
	all, err := g.node.db.Transfers(ctx)
	if err != nil {
		return err
	}
	passed := map[string]bool{}
	for _, t := range all {
		if t.At.After(g.at) {
			continue
		}
		g.transfers = append(g.transfers, t)
		if t.Basis == fraud.Observed {
			passed[t.From] = true
		}
	}
	g.paid = map[fraud.ReportID]bool{}
	for _, t := range g.transfers {
		if t.Report != "" && passed[t.To] {
			g.paid[t.Report] = true
		}
	}
	return nil
}

// money adds the transfers that the gathered rings' victims' money took, and
// what can be frozen now.
func (g *gathering) money(context.Context) error {
	reports := map[fraud.ReportID]bool{}
	for _, r := range g.out.Rings {
		for _, id := range r.Ring.Reports {
			reports[id] = !g.withheld[id]
		}
	}
	from := sourcesOf(g.transfers, func(t fraud.Transfer) bool { return reports[t.Report] })
	g.out.Transfers = slices.DeleteFunc(reachable(g.transfers, from), func(t fraud.Transfer) bool { return g.withheld[t.Report] })
	var err error
	g.out.Freeze, err = freezeList(g.out.Transfers, from, g.at)
	return err
}

// FreezeList says what of all victims' money can be frozen now, most urgent
// first.
func (n *Node) FreezeList(ctx context.Context) ([]fraud.FreezeCandidate, error) {
	if err := n.decide(ctx, access.ActTrace, access.Thing{Kind: access.ThingRing}, access.Recipient{}); err != nil {
		return nil, err
	}
	all, err := n.db.Transfers(ctx)
	if err != nil {
		return nil, err
	}
	return freezeList(all, sourcesOf(all, func(fraud.Transfer) bool { return true }), n.now().UTC())
}

// freezeList traces by every method and keeps where something is still held.
func freezeList(all []fraud.Transfer, from []string, at time.Time) ([]fraud.FreezeCandidate, error) {
	if len(from) == 0 {
		return nil, nil
	}
	book, err := trace.NewBook(all)
	if err != nil {
		return nil, err
	}
	res, err := book.Trace(trace.Options{From: from, Methods: []trace.Method{trace.FIFO, trace.Haircut, trace.LIFO}, AsOf: at})
	if err != nil {
		return nil, err
	}
	var out []fraud.FreezeCandidate
	for _, u := range res.Freeze {
		if len(out) == freezeRows {
			break
		}
		out = append(out, u.FreezeCandidate)
	}
	return out, nil
}

// sourcesOf are the accounts from which victims paid, sorted.
func sourcesOf(all []fraud.Transfer, keep func(fraud.Transfer) bool) []string {
	var out []string
	for _, t := range all {
		if t.Report != "" && keep(t) {
			out = append(out, t.From)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// reachable keeps the transfers that money from the sources can have taken,
// in the order of time.
func reachable(all []fraud.Transfer, from []string) []fraud.Transfer {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b fraud.Transfer) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	reached := map[string]bool{}
	for _, f := range from {
		reached[f] = true
	}
	var out []fraud.Transfer
	for _, t := range sorted {
		if reached[t.From] {
			reached[t.To] = true
			out = append(out, t)
		}
	}
	return out
}
