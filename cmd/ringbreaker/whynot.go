package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// besideMost is how many reports that share something with one of two an
// explanation looks at: beyond, the silences of a value are not judged.
const besideMost = 20_000

// explained is why two reports are in one ring or, if the files that were linked
// are named, particularly why not.
func explained(ctx context.Context, res link.Result, files []string, dir string, a, b fraud.ReportID) (link.Explanation, error) {
	e := res.Explain(a, b)
	if e.Same || b == "" || len(files) == 0 {
		return e, nil
	}
	model, err := usedModel(dir)
	if err != nil {
		return e, err
	}
	x := link.Beside{Model: model, Many: map[fraud.Indicator]bool{}}
	js, err := readJudgements(filepath.Join(dir, judgementsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return e, err
	}
	x.Judgements = js
	// Each file is read twice: for the two, then for who names what they name.
	of := map[fraud.ReportID][]fraud.Sighting{}
	named := map[fraud.Indicator]bool{}
	each := func(take func(*fraud.Report, fraud.Extraction)) error {
		for _, name := range files {
			err := eachDecoded(ctx, name, func(r *fraud.Report) {
				take(r, extract.Report(r, extract.Options{Country: r.Reporter.Country}))
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	err = each(func(r *fraud.Report, found fraud.Extraction) {
		if id := r.Name(); id == a || id == b {
			of[id] = append(of[id], found.Sightings...)
			for _, s := range found.Sightings {
				named[s.Indicator] = named[s.Indicator] || s.Role.Links()
			}
		}
	})
	if err != nil {
		return e, err
	}
	both := link.Common(of[a], of[b])
	err = each(func(r *fraud.Report, found fraud.Extraction) {
		id := r.Name()
		near := id == a || id == b
		for _, s := range found.Sightings {
			near = near || s.Role.Links() && named[s.Indicator]
		}
		if !near {
			return
		}
		if len(x.Told) >= besideMost && id != a && id != b {
			for _, i := range both {
				x.Many[i] = true
			}
			return
		}
		x.Told = append(x.Told, link.Told{Facts: r.Facts(), Sightings: found.Sightings, Sketches: found.Sketches})
	})
	if err != nil {
		return e, err
	}
	x.Uses = link.UsesOf(both, res.Rings)
	return res.ExplainBeside(a, b, x), nil
}
