package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"

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
	out := c.flags.String("out", "", "`DIR` to write ORG.jsonl, truth.tsv, truth.json and transfers.csv to; of a world that moves no money the last has its head alone")
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
	if moves, err := rowsIn(filepath.Join(*out, "transfers.csv")); err != nil {
		return err
	} else if !moves { // for whoever looks what is wrong with it
		fmt.Fprintf(c.stderr, "no money moves in this %s world: transfers.csv has its head alone\n", *scenario)
	}
	fmt.Fprintf(c.stdout, "%s\n", *out)
	return nil
}

// rowsIn says whether a table has more than its head.
func rowsIn(name string) (bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan() // the head
	return lines.Scan(), lines.Err()
}
