package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// The files that a fit writes, beside nothing else: what links by the new
// model is adopted by a person, not by the fit.
const (
	fittedFile  = "model.tsv"
	changesFile = "changes.txt"
)

// fitExamples is how many merges, splits and moves are told one by one.
const fitExamples = 8

// fitNode fits on what the node in dir took in and decided.
func fitNode(ctx context.Context, c *call, dir, truth, asOf, out string) error {
	n, ctx, err := openOld(ctx, dir)
	if err != nil {
		return err
	}
	defer n.Close()
	fit := func(cfg link.FitConfig) (link.Fit, error) { return n.FitModel(ctx, cfg) }
	return fitModel(c, fit, truth, asOf, out)
}

// adoptModel makes the model in file the node's, by a person's decision.
func adoptModel(ctx context.Context, c *call, dir, file, by, reason string) error {
	if reason == "" {
		return usagef("-reason is missing: a model is adopted for a reason")
	}
	n, ctx, err := openOld(ctx, dir)
	if err != nil {
		return err
	}
	defer n.Close()
	if by != "" {
		if ctx, err = n.As(ctx, fraud.PersonID(by)); err != nil {
			return err
		}
	}
	if file == "shipped" {
		file = ""
	}
	was := n.LinksBy()
	if err := n.AdoptModel(ctx, file, reason); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%s links by %s from now on, before by %s; the audit trail has it\n", n.Org.Name, n.LinksBy(), was)
	return err
}

// fitModel fits a new version of the model, writes it to the folder out, and
// tells in words what adopting it would change.
func fitModel(c *call, fitting func(link.FitConfig) (link.Fit, error), truth, asOf, out string) error {
	cfg := link.FitConfig{At: time.Now()}
	if asOf != "" {
		at, err := time.Parse(time.DateOnly, asOf)
		if err != nil {
			return usagef("-as-of %q is no day such as 2026-11-22", asOf)
		}
		cfg.At = at
	}
	if truth != "" {
		known, err := readTruth(truth)
		if err != nil {
			return err
		}
		cfg.Truth = known
	}
	name := filepath.Join(out, fittedFile)
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already, and a version is frozen; name another -out: %w", name, fraud.ErrConflict)
	}
	fit, err := fitting(cfg)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := writeFile(name, func(w io.Writer) error { return link.WriteModel(w, fit.New) }); err != nil {
		return err
	}
	tell := func(w io.Writer) error { return tellFit(w, fit, name) }
	if err := writeFile(filepath.Join(out, changesFile), tell); err != nil {
		return err
	}
	return tell(c.stdout)
}

func readTruth(name string) (map[fraud.ReportID]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := link.ReadAssign(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	known := map[fraud.ReportID]string{}
	for _, row := range rows {
		known[row.Report] = string(row.Ring)
	}
	return known, nil
}

// tellFit says what was found and what would change.
func tellFit(w io.Writer, f link.Fit, name string) error {
	fmt.Fprintf(w, "fitted %s from %s on %d reports in %d rings, in %d rounds; input %.12s\n\n", f.New.Version, f.Old, f.Reports, f.Rings, f.Rounds, f.Input)
	fmt.Fprintf(w, "%-34s %8s %11s %9s %9s %9s %6s  %s\n", "kind, role", "m", "1 in (u)", "supplied", "within", "between", "data", "bits")
	for _, x := range f.New.Fitted {
		fmt.Fprintf(w, "%-34s %8.3f %11.0f %9.5f %9d %9d %6.1f  %g → %g\n", fmt.Sprint(x.Kind, " ", x.Role), x.M, 1/max(x.U, 1e-12), x.Supply, x.Same, x.Diff, x.Data, x.Was, x.Bits)
	}
	fmt.Fprint(w, "\nIf it were adopted:\n")
	changes, ok := link.Compare(f.Before, f.After)
	if !ok {
		return fmt.Errorf("the two linkings are not of the same reports: %w", fraud.ErrInvalid)
	}
	if err := changes.Write(w, f.Old, f.New.Version, fitExamples); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nNothing was adopted. To use it: ringbreaker link -model %s …; on a node: ringbreaker link -data DIR -adopt %s -reason TEXT\n", name, name)
	return err
}
