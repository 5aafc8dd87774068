package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"ringbreaker.example/trace"
)

func traceCommand() command {
	return command{
		name: "trace", args: "-transfers FILE -from ID[,ID…] [-method fifo|haircut|poison|all] [-as-of TIME]",
		does:    "follows victims' money through transfers: paths, taint by account, a freeze list",
		example: "ringbreaker trace -transfers world/transfers.csv -from 'victim:*' -as-of 2023-10-01T00:00:00Z",
		run:     runTrace,
	}
}

func runTrace(_ context.Context, c *call) error {
	file := c.flags.String("transfers", "", "CSV `FILE` with columns id, from, to, amount or amount_minor, currency, at, rail, basis")
	from := c.flags.String("from", "", "the victims' accounts, with commas between; a name may end in *")
	method := c.flags.String("method", "all", "fifo, haircut, poison, lifo, dirty_first, clean_first or all")
	asOf := c.flags.String("as-of", "", "leave out what happened after this `TIME` (RFC 3339 or a date)")
	asJSON := c.flags.Bool("json", false, "print all of it as JSON")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if err := c.need("transfers", "from"); err != nil {
		return err
	}
	at, err := parseTime(*asOf)
	if err != nil {
		return err
	}
	if *method != "all" && !slices.Contains(trace.Methods, trace.Method(*method)) {
		return usagef("-method is fifo, haircut, poison, lifo, dirty_first, clean_first or all")
	}
	f, err := os.Open(*file)
	if err != nil {
		return err
	}
	defer f.Close()
	transfers, rejects, err := trace.ReadCSV(f)
	if err != nil {
		return fmt.Errorf("%s: %w", *file, err)
	}
	for _, r := range rejects {
		fmt.Fprintf(c.stderr, "%s:%d: %s\n", *file, r.Line, r.Reason)
	}
	res, err := trace.Run(transfers, splitList(*from), trace.Method(*method), at)
	if err != nil {
		return err
	}
	if *asJSON {
		enc := json.NewEncoder(c.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(res)
	}
	return res.WriteTable(c.stdout, 0)
}

// parseTime reads RFC 3339 or a date; empty is the zero time.
func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usagef("%q is neither RFC 3339 (2023-10-19T00:00:00Z) nor a date", s)
}
