package main

import (
	"context"
	"fmt"

	"ringbreaker.example/synth"
)

func synthCommand() command {
	return command{
		name: "synth", args: "-out DIR [-reports N] [-seed S] [-scenario NAME] [-orgs 2]",
		does:    "writes an invented world whose truth is known",
		example: "ringbreaker synth -scenario chakra -seed 3 -out world",
		run:     runSynth,
	}
}

func runSynth(_ context.Context, c *call) error {
	out := c.flags.String("out", "", "`DIR` to write ORG.jsonl, truth.tsv, truth.json and transfers.csv to")
	reports := c.flags.Int("reports", 0, "how many reports; 0 means the scenario's own number")
	seed := c.flags.Int64("seed", 1, "the same seed gives the same bytes")
	scenario := c.flags.String("scenario", "chakra", "one of the scenarios in synth/scenarios")
	orgs := c.flags.Int("orgs", 2, "how many companies take reports")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if err := c.need("out"); err != nil {
		return err
	}
	w, err := synth.Make(*scenario, *seed, *reports, *orgs)
	if err != nil {
		return usageError{oneLine(err)}
	}
	if err := w.Write(*out); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s\n", *out)
	return nil
}
