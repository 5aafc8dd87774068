package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"ringbreaker.example/app"
	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

func matchCommand() command {
	return command{
		name: "match", args: "-a FILE -b FILE [-step STEP] | offer|accept|consent|refuse|show|list|shares|recall -data DIR [-peer ORG] [-epoch] [-next MATCH] [-deconflict] [-id MATCH] [-step STEP]",
		does:    "learns which rings two organisations have in common, a step at a time, between two nodes or two files; instead of a file, 10k or 1M is an invented set of that size, of which the two have half in common, to see what a match costs",
		example: "ringbreaker match -a world/a.jsonl -b world/b.jsonl",
		run:     runMatch,
	}
}

func runMatch(ctx context.Context, c *call) error {
	what := shift(c)
	a := c.flags.String("a", "", "reports of one side, JSONL `FILE`")
	b := c.flags.String("b", "", "reports of the other side, JSONL `FILE`")
	reports := c.flags.Int("min-reports", 2, "reports that each element must rest on (with -deconflict, where nothing is said: 1)")
	data := dataFlag(c)
	peer := c.flags.String("peer", "", "the organisation to offer a match to")
	id := c.flags.String("id", "", "the match, or the share to recall")
	step := c.flags.String("step", "", "how far to reveal: count (files only), kinds, suspects or indicators")
	reason := c.flags.String("reason", "", "why it is refused or recalled")
	deconflict := c.flags.Bool("deconflict", false, "offer another agency to learn only whether both look at the same target, and whom to call")
	epoch := c.flags.Bool("epoch", false, "offer to keep both sides' keys, so that the next day's match carries only what is new")
	next := c.flags.String("next", "", "offer the `MATCH` that continues one offered with -epoch, on its terms: only what is new travels and costs")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if what == "" {
		if err := c.need("a", "b"); err != nil {
			return err
		}
		if *step != "" && !slices.Contains([]fraud.MatchStep{fraud.MatchCount, fraud.MatchKinds, fraud.MatchSuspects, fraud.MatchIndicators}, fraud.MatchStep(*step)) {
			return usagef("-step is count, kinds, suspects or indicators, not %q", *step)
		}
		return matchFiles(ctx, c, *a, *b, app.MatchRun{MinReports: *reports, To: fraud.MatchStep(*step)})
	}
	if !slices.Contains([]string{"offer", "accept", "consent", "refuse", "show", "list", "shares", "recall"}, what) {
		return usagef("say offer, accept, consent, refuse, show, list, shares or recall, or give -a and -b")
	}
	needs := map[string][]string{"accept": {"id"}, "consent": {"id", "step"}, "refuse": {"id"}, "show": {"id"}, "recall": {"id", "reason"}}[what]
	if what == "offer" && *next == "" {
		needs = []string{"peer"}
	}
	if err := c.need(append([]string{"data"}, needs...)...); err != nil {
		return err
	}
	if revealed := []fraud.MatchStep{fraud.MatchKinds, fraud.MatchSuspects, fraud.MatchIndicators}; what == "consent" && !slices.Contains(revealed, fraud.MatchStep(*step)) {
		return usagef("-step is kinds, suspects or indicators, not %q", *step)
	}
	n, ctx, err := openOld(ctx, *data)
	if err != nil {
		return err
	}
	defer n.Close()
	switch what {
	case "offer":
		offer := func() (fraud.MatchID, error) { return n.OfferMatch(ctx, fraud.OrgID(*peer), nil, *reports) }
		if *deconflict {
			said := false
			c.flags.Visit(func(f *flag.Flag) { said = said || f.Name == "min-reports" })
			if !said {
				*reports = 1 // one case is enough
			}
			offer = func() (fraud.MatchID, error) { return n.OfferDeconfliction(ctx, fraud.OrgID(*peer), *reports) }
		}
		switch {
		case (*epoch || *next != "") && *deconflict || *next != "" && (*peer != "" || *epoch):
			return usagef("say -peer with -epoch, or -next alone: the next match is on the terms of the one before; a deconfliction keeps no keys")
		case *epoch:
			offer = func() (fraud.MatchID, error) { return n.OfferEpoch(ctx, fraud.OrgID(*peer), nil, *reports) }
		case *next != "":
			offer = func() (fraud.MatchID, error) { return n.OfferNext(ctx, fraud.MatchID(*next)) }
		}
		got, err := offer()
		if err != nil {
			return err
		}
		fmt.Fprintln(c.stdout, got)
		return nil
	case "accept":
		return n.ConsentMatch(ctx, fraud.MatchID(*id), fraud.MatchCount)
	case "consent":
		return n.ConsentMatch(ctx, fraud.MatchID(*id), fraud.MatchStep(*step))
	case "refuse":
		_, err := n.Match.Refuse(ctx, fraud.MatchID(*id), *reason)
		return err
	case "shares":
		list, err := n.Shares(ctx)
		if err != nil {
			return err
		}
		return printJSON(c, list)
	case "recall":
		if err := n.Recall(ctx, *id, *reason); err != nil {
			return fmt.Errorf("recall share %s: %w", *id, err)
		}
		return nil
	case "show":
		st, err := n.Match.Status(ctx, fraud.MatchID(*id))
		if err != nil {
			return err
		}
		return printJSON(c, st)
	}
	list, err := n.Matches(ctx)
	if err != nil {
		return err
	}
	return printJSON(c, list)
}

// printJSON prints JSON for a script to read: a list with nothing in it is a
// list.
func printJSON(c *call, v any) error {
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice && list.IsNil() {
		v = []any{}
	}
	enc := json.NewEncoder(c.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// matchFiles links each file by itself and runs the whole protocol between
// the two, in one process.
func matchFiles(ctx context.Context, c *call, a, b string, r app.MatchRun) error {
	sideA, err := matchSide(ctx, c, "a", a, 0)
	if err != nil {
		return err
	}
	sideB, err := matchSide(ctx, c, "b", b, len(sideA.Made)/2)
	if err != nil {
		return err
	}
	if r.To == "" && sideA.Made != nil {
		r.To = fraud.MatchCount // the rest hangs on how much is in common, half here and little in life
	}
	meter := newMeter(c.stderr)
	r.Progress = meter.show
	out, err := app.MatchFiles(ctx, sideA, sideB, r)
	meter.done()
	if err != nil {
		return err
	}
	return printJSON(c, out)
}

// invented is how many elements a name like 10k or 1M asks for, if there is no
// file of that name.
func invented(name string) (int, bool) {
	if _, err := os.Stat(name); err == nil {
		return 0, false
	}
	digits, unit := name, 1
	switch {
	case strings.HasSuffix(name, "k"):
		digits, unit = strings.TrimSuffix(name, "k"), 1_000
	case strings.HasSuffix(name, "M"):
		digits, unit = strings.TrimSuffix(name, "M"), 1_000_000
	}
	n, err := strconv.Atoi(digits)
	return n * unit, err == nil && n > 0 && n*unit <= maxInvented
}

// maxInvented is the largest set that a match takes.
const maxInvented = 1 << 20

func matchSide(ctx context.Context, c *call, org fraud.OrgID, name string, first int) (app.MatchSide, error) {
	if n, ok := invented(name); ok {
		return app.MadeUp(org, first, n), nil
	}
	side := app.MatchSide{Behind: map[fraud.Indicator][]fraud.ReportID{}, Digests: map[fraud.ReportID][32]byte{}}
	bld := link.NewBuilder(link.DefaultModel())
	_, err := eachReport(ctx, []string{name}, c.stderr, func(r *fraud.Report) error {
		x := extract.Report(r, extract.Options{Country: r.Reporter.Country})
		bld.Add(r.Facts(), x.Sightings, x.Sketches)
		d, err := r.Digest()
		if err != nil {
			return err
		}
		side.Digests[r.Name()] = d
		seen := map[fraud.Indicator]bool{}
		for _, s := range x.Sightings {
			if s.Role.Links() && !seen[s.Indicator] {
				seen[s.Indicator] = true
				side.Behind[s.Indicator] = append(side.Behind[s.Indicator], r.Name())
			}
		}
		return nil
	})
	side.Rings = bld.Link().Rings
	return side, err
}
