package refer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"ringbreaker.example/fraud"
)

// The numbers that a referral states can be counted again from its own
// tables by anybody, in a language of four words:
//
//	count FILE [where COLUMN=VALUE]
//	distinct FILE COLUMN [where COLUMN=VALUE]
//	sum FILE COLUMN [where COLUMN=VALUE]
//
// FILE is a .csv table of the package, or rings.jsonl, whose lines count.
type query struct {
	verb, file, column string
	where, value       string
}

// parseQuery says whether a text is in the language at all.
func parseQuery(text string) (query, bool) {
	head, cond, has := strings.Cut(text, " where ")
	f := strings.Fields(head)
	q := query{}
	switch {
	case len(f) == 2 && f[0] == "count":
		q.verb, q.file = f[0], f[1]
	case len(f) == 3 && (f[0] == "distinct" || f[0] == "sum"):
		q.verb, q.file, q.column = f[0], f[1], f[2]
	default:
		return q, false
	}
	if has {
		var ok bool
		if q.where, q.value, ok = strings.Cut(cond, "="); !ok {
			return q, false
		}
	}
	tables := []string{indicatorsName, transfersName, victimsName, disclosureName}
	return q, slices.Contains(tables, q.file) || (q.file == ringsName && q.verb == "count" && !has)
}

// run counts over one table's bytes.
func (q query) run(b []byte) (int64, error) {
	if q.file == ringsName {
		return int64(bytes.Count(b, []byte("\n"))), nil
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return 0, fmt.Errorf("table %s has no header: %w", q.file, fraud.ErrInvalid)
	}
	column, where := slices.Index(header, q.column), slices.Index(header, q.where)
	if (q.column != "" && column < 0) || (q.where != "" && where < 0) {
		return 0, fmt.Errorf("table %s lacks a column of the query: %w", q.file, fraud.ErrInvalid)
	}
	var n int64
	seen := map[string]bool{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, fmt.Errorf("table %s cannot be read: %w", q.file, fraud.ErrInvalid)
		}
		if q.where != "" && row[where] != q.value {
			continue
		}
		if n, err = q.step(n, row, column, seen); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (q query) step(n int64, row []string, column int, seen map[string]bool) (int64, error) {
	switch q.verb {
	case "count":
		return n + 1, nil
	case "distinct":
		if row[column] == "" || seen[row[column]] {
			return n, nil
		}
		if len(seen) >= maxDistinct {
			return 0, fmt.Errorf("column %s of %s has more than %d distinct values: %w", q.column, q.file, maxDistinct, fraud.ErrInvalid)
		}
		seen[strings.Clone(row[column])] = true
		return n + 1, nil
	}
	if row[column] == "" {
		return n, nil
	}
	v, err := strconv.ParseInt(strings.TrimPrefix(row[column], "'"), 10, 64)
	if err != nil || (v > 0 && n > math.MaxInt64-v) || (v < 0 && n < math.MinInt64-v) {
		return 0, fmt.Errorf("column %s of %s does not add up in 63 bits: %w", q.column, q.file, fraud.ErrInvalid)
	}
	return n + v, nil
}
