package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"ringbreaker.example/score"
)

func scoreCommand() command {
	return command{
		name: "score", args: "-truth FILE -assign FILE",
		does:    "says how good a linking is when the truth is known, as JSON",
		example: "ringbreaker score -truth world/truth.tsv -assign out/assign.tsv",
		run:     runScore,
	}
}

func runScore(_ context.Context, c *call) error {
	truth := c.flags.String("truth", "", "TSV `FILE` with the true ring of each report")
	assign := c.flags.String("assign", "", "TSV `FILE` that `ringbreaker link` wrote")
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.need("truth", "assign"); err != nil {
		return err
	}
	t, err := readAssignment(*truth)
	if err != nil {
		return err
	}
	a, err := readAssignment(*assign)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(c.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(score.Compare(t, a))
}

func readAssignment(name string) (score.Assignment, error) {
	f, err := os.Open(name)
	if err != nil {
		return score.Assignment{}, err
	}
	defer f.Close()
	a, err := score.ReadTSV(f)
	if err != nil {
		return score.Assignment{}, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}
