package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"ringbreaker.example/app"
)

// guessMapping proposes a mapping for a table that none fits: the mapping on
// standard output, and on standard error, for the person who decides, what
// spoke for each field and what the first rows would give.
func guessMapping(c *call, data string) error {
	if c.flags.NArg() != 1 {
		return usagef("-map guess takes one file")
	}
	p, err := app.GuessMapping(data, c.flags.Arg(0))
	if err != nil {
		return err
	}
	if p.Fits != "" {
		fmt.Fprintf(c.stderr, "nothing to guess: the mapping %s fits; import the file\n", p.Fits)
		return nil
	}
	for _, s := range p.Samples {
		fmt.Fprintf(c.stderr, "%s\n  why: %s\n", s.Place, s.Why)
		if len(s.Values) == 0 {
			fmt.Fprintln(c.stderr, "  the first rows give nothing here")
			continue
		}
		fmt.Fprintf(c.stderr, "  as in: %s\n", strings.Join(s.Values, " | "))
	}
	if len(p.Unused) > 0 {
		fmt.Fprintf(c.stderr, "not used, kept with each report: %s\n", strings.Join(p.Unused, ", "))
	}
	if len(p.Dropped) > 0 {
		fmt.Fprintf(c.stderr, "left out, because they tell who a victim is: %s\n", strings.Join(p.Dropped, ", "))
	}
	for _, l := range p.Lost {
		fmt.Fprintf(c.stderr, "lost: %s\n", l)
	}
	fmt.Fprintln(c.stderr, "look at each field, correct it, take out the line \"guessed\", and give the file to import -map")
	enc := json.NewEncoder(c.stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(p.Mapping)
}
