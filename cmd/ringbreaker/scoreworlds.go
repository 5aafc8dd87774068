package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
	"ringbreaker.example/score"
	"ringbreaker.example/synth"
)

// scoreWorlds draws, links and scores each of the worlds from seeds 1 to the
// last, writes a table for each to the folder out, and prints a summary with,
// for each table that was there before, what it said.
//
// A world is a scenario's name, with ":REPORTS" for another number than its
// own, or a folder of folders with report JSONL, truth.tsv and truth.json,
// such as another generator made; the name of a folder in it stands for the
// seed.
func scoreWorlds(ctx context.Context, c *call, worlds []string, seeds int, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if len(worlds) == 1 && worlds[0] == "all" {
		worlds = synth.Scenarios()
	}
	fmt.Fprint(c.stdout, score.SummaryHead())
	for _, world := range worlds {
		var runs []score.Run
		var err error
		name, reports, _ := strings.Cut(world, ":")
		if strings.ContainsRune(world, filepath.Separator) {
			name = filepath.Base(world)
			runs, err = scoreFolders(ctx, c, world)
		} else {
			runs, err = scoreSeeds(ctx, c, name, reports, seeds)
		}
		if err != nil {
			return fmt.Errorf("world %s: %w", world, err)
		}
		if err := tellRuns(c, filepath.Join(out, name+".tsv"), name, runs); err != nil {
			return err
		}
	}
	return nil
}

// tellRuns writes a world's table and prints its line; where the table that
// was there says something else, its mean is told too.
func tellRuns(c *call, file, name string, runs []score.Run) error {
	was, _ := os.ReadFile(file)
	var now bytes.Buffer
	if err := score.WriteRuns(&now, runs); err != nil {
		return err
	}
	if len(was) > 0 && !bytes.Equal(was, now.Bytes()) {
		fmt.Fprintf(c.stderr, "%s changed\n  was %s\n  now %s\n", file, meanOf(was), meanOf(now.Bytes()))
	}
	if _, err := fmt.Fprint(c.stdout, score.SummaryRow(name, runs)); err != nil {
		return err
	}
	return writeFile(file, func(w io.Writer) error {
		_, err := w.Write(now.Bytes())
		return err
	})
}

func meanOf(table []byte) string {
	for line := range bytes.Lines(table) {
		if bytes.HasPrefix(line, []byte("mean\t")) {
			return strings.TrimSpace(string(line))
		}
	}
	return "a table without a mean"
}

func scoreSeeds(ctx context.Context, c *call, scenario, reports string, seeds int) ([]score.Run, error) {
	n := 0
	if reports != "" {
		var err error
		if n, err = strconv.Atoi(reports); err != nil || n < 1 {
			return nil, usagef("%q is no number of reports", reports)
		}
	}
	var runs []score.Run
	for seed := 1; seed <= seeds; seed++ {
		w, err := synth.Make(scenario, int64(seed), n, 2)
		if err != nil {
			return nil, usageError{oneLine(err)}
		}
		card, err := scoreDrawn(ctx, c, w)
		if err != nil {
			return nil, fmt.Errorf("seed %d: %w", seed, err)
		}
		runs = append(runs, score.Run{Seed: strconv.Itoa(seed), Card: card})
	}
	return runs, nil
}

func scoreDrawn(ctx context.Context, c *call, w *synth.World) (score.Card, error) {
	dir, err := os.MkdirTemp("", "world")
	if err != nil {
		return score.Card{}, err
	}
	defer os.RemoveAll(dir)
	if err := w.Write(dir); err != nil {
		return score.Card{}, err
	}
	return scoreFolder(ctx, c, dir)
}

func scoreFolders(ctx context.Context, c *call, dir string) ([]score.Run, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var runs []score.Run
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		card, err := scoreFolder(ctx, c, filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		runs = append(runs, score.Run{Seed: e.Name(), Card: card})
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("no folder with report JSONL and truth.tsv in it: %w", fraud.ErrInvalid)
	}
	return runs, nil
}

// scoreFolder links the reports of one world and scores what came out. What
// came in after the raid is another story, with another truth.
func scoreFolder(ctx context.Context, c *call, dir string) (score.Card, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return score.Card{}, err
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "-after.jsonl") })
	if len(files) == 0 {
		return score.Card{}, fmt.Errorf("no report JSONL: %w", fraud.ErrInvalid)
	}
	b := link.NewBuilder(link.DefaultModel())
	if _, err := addReports(ctx, c.stderr, b, files); err != nil {
		return score.Card{}, err
	}
	res := b.Link()
	truth, err := readFrom(filepath.Join(dir, "truth.tsv"), score.ReadTSV)
	if err != nil {
		return score.Card{}, err
	}
	ties, err := readFrom(filepath.Join(dir, "truth.json"), score.ReadTrueTies)
	if err != nil {
		return score.Card{}, err
	}
	var buf bytes.Buffer
	if err := link.WriteAssign(&buf, res.Assign); err != nil {
		return score.Card{}, err
	}
	assign, err := score.ReadTSV(&buf)
	if err != nil {
		return score.Card{}, err
	}
	rings := res.Rings
	if rings == nil {
		rings = []fraud.Ring{}
	}
	return score.NewCard(truth, assign, &ties, rings, append([]fraud.Link{}, res.Links...)), nil
}
