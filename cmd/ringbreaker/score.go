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
		name: "score", args: "-truth FILE -assign FILE [-truth-json FILE -rings FILE] [-links FILE]",
		does:    "says how good a linking is when the truth is known, as JSON",
		example: "ringbreaker score -truth world/truth.tsv -assign out/assign.tsv",
		run:     runScore,
	}
}

func runScore(_ context.Context, c *call) error {
	truth := c.flags.String("truth", "", "TSV `FILE` with the true ring of each report")
	assign := c.flags.String("assign", "", "TSV `FILE` that `ringbreaker link` wrote")
	world := c.flags.String("truth-json", "", "truth.json `FILE` that `ringbreaker synth` wrote: also score suppliers and launderers")
	rings := c.flags.String("rings", "", "rings.jsonl `FILE`, for -truth-json")
	links := c.flags.String("links", "", "links.jsonl `FILE`: also say how often links of so many bits are right")
	if err := c.parse(); err != nil {
		return err
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
