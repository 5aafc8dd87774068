package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
	"ringbreaker.example/score"
)

func scoreCommand() command {
	return command{
		name: "score", args: "-truth FILE -assign FILE [-truth-json FILE -rings FILE] [-links FILE] | -worlds NAME[,NAME…] -seeds N -out DIR",
		does:    "says how good a linking is when the truth is known, as JSON; or how good our own is on many invented worlds",
		example: "ringbreaker score -truth world/truth.tsv -assign out/assign.tsv",
		run:     runScore,
	}
}

func runScore(ctx context.Context, c *call) error {
	truth := c.flags.String("truth", "", "TSV `FILE` with the true ring of each report")
	assign := c.flags.String("assign", "", "TSV `FILE` that `ringbreaker link` wrote")
	world := c.flags.String("truth-json", "", "truth.json `FILE` that `ringbreaker synth` wrote: also score suppliers and launderers")
	rings := c.flags.String("rings", "", "rings.jsonl `FILE`, for -truth-json")
	links := c.flags.String("links", "", "links.jsonl `FILE`: also say how often links of so many bits are right")
	worlds := c.flags.String("worlds", "", "instead of files: scenarios' `NAMES` (all, or NAME:REPORTS) and folders of worlds, linked here and scored")
	seeds := c.flags.Int("seeds", 3, "with -worlds, seeds 1 to this of each scenario")
	out := c.flags.String("out", "", "with -worlds, `DIR` for a table of each world, NAME.tsv")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if *worlds != "" {
		if *truth != "" || *assign != "" || *world != "" || *rings != "" || *links != "" {
			return usagef("-worlds links by itself; it goes with -seeds and -out alone")
		}
		if err := c.need("out"); err != nil {
			return err
		}
		return scoreWorlds(ctx, c, splitList(*worlds), *seeds, *out)
	}
	if err := c.need("truth", "assign"); err != nil {
		return err
	}
	if (*world == "") != (*rings == "") {
		return usagef("-truth-json and -rings go together")
	}
	t, err := readFrom(*truth, score.ReadTSV)
	if err != nil {
		return err
	}
	a, err := readFrom(*assign, score.ReadTSV)
	if err != nil {
		return err
	}
	card, err := scoreCard(t, a, *world, *rings, *links)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(c.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(card)
}

// scoreCard scores what there are files for; an empty name means no file.
func scoreCard(truth, assign score.Assignment, world, rings, links string) (score.Card, error) {
	var ties *score.TrueTies
	var rs []fraud.Ring
	var ls []fraud.Link
	if world != "" {
		t, err := readFrom(world, score.ReadTrueTies)
		if err != nil {
			return score.Card{}, err
		}
		ties = &t
		if rs, err = readFrom(rings, link.ReadRings); err != nil {
			return score.Card{}, err
		}
	}
	if links != "" {
		var err error
		if ls, err = readFrom(links, link.ReadLinks); err != nil {
			return score.Card{}, err
		}
	}
	return score.NewCard(truth, assign, ties, rs, ls), nil
}

// readFrom reads a file whole by one of the readers of the rooms.
func readFrom[T any](name string, read func(io.Reader) (T, error)) (T, error) {
	var none T
	f, err := os.Open(name)
	if err != nil {
		return none, err
	}
	defer f.Close()
	v, err := read(f)
	if err != nil {
		return none, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}
