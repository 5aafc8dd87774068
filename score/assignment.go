package score

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// maxLine is the longest line that [ReadTSV] takes: a report's name is at
// most 301 characters and a ring's much shorter.
const maxLine = 64 << 10

// header is the first line of truth.tsv and assign.tsv (DESIGN §5).
const header = "report_id\tring"

// Row says in which ring a report is; an empty ring means in none.
type Row struct {
	Report fraud.ReportID
	Ring   string
}

// Assignment is one answer to "which report belongs to which ring", sorted by
// report, each report once. It is a truth or a linker's result.
type Assignment struct{ rows []Row }

// NewAssignment sorts a copy of the rows. It returns ErrInvalid if a report
// has no name or stands twice.
func NewAssignment(rows []Row) (Assignment, error) {
	a := Assignment{rows: slices.Clone(rows)}
	slices.SortFunc(a.rows, func(x, y Row) int { return cmp.Compare(x.Report, y.Report) })
	for i, r := range a.rows {
		if r.Report == "" {
			return Assignment{}, fmt.Errorf("a row has no report id: %w", fraud.ErrInvalid)
		}
		if i > 0 && a.rows[i-1].Report == r.Report {
			return Assignment{}, fmt.Errorf("report %s stands twice: %w", r.Report, fraud.ErrInvalid)
		}
	}
	return a, nil
}

// FromMap makes an Assignment of a map from report to ring.
func FromMap(m map[fraud.ReportID]string) (Assignment, error) {
	rows := make([]Row, 0, len(m))
	for id, ring := range m {
		rows = append(rows, Row{Report: id, Ring: ring})
	}
	return NewAssignment(rows)
}

// Len is the number of reports.
func (a Assignment) Len() int { return len(a.rows) }

// Ring finds the ring of a report; known is false if the report is absent.
func (a Assignment) Ring(id fraud.ReportID) (ring string, known bool) {
	i, ok := slices.BinarySearchFunc(a.rows, id, func(r Row, id fraud.ReportID) int { return cmp.Compare(r.Report, id) })
	if !ok {
		return "", false
	}
	return a.rows[i].Ring, true
}

// ReadTSV reads an assignment: a header line "report_id<TAB>ring", then a
// line for every report (DESIGN §5). Lines may come in any order and end in
// CR LF. Errors wrap ErrInvalid and name the line.
func ReadTSV(r io.Reader) (Assignment, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, maxLine), maxLine)
	var rows []Row
	sorted, headed := true, false
	for n := 1; s.Scan(); n++ {
		line := s.Text()
		if n == 1 {
			if strings.TrimPrefix(line, "\ufeff") != header {
				return Assignment{}, fmt.Errorf("line 1: the header must be report_id<TAB>ring: %w", fraud.ErrInvalid)
			}
			headed = true
			continue
		}
		if line == "" {
			continue
		}
		id, ring, ok := strings.Cut(line, "\t")
		switch {
		case !ok:
			return Assignment{}, fmt.Errorf("line %d: no tab between report and ring: %w", n, fraud.ErrInvalid)
		case strings.Contains(ring, "\t"):
			return Assignment{}, fmt.Errorf("line %d: more than two columns: %w", n, fraud.ErrInvalid)
		case id == "":
			return Assignment{}, fmt.Errorf("line %d: the report id is empty: %w", n, fraud.ErrInvalid)
		case !utf8.ValidString(line):
			return Assignment{}, fmt.Errorf("line %d: not UTF-8: %w", n, fraud.ErrInvalid)
		}
		if k := len(rows); k > 0 && rows[k-1].Report >= fraud.ReportID(id) {
			if rows[k-1].Report == fraud.ReportID(id) {
				return Assignment{}, fmt.Errorf("line %d: report %s stands twice: %w", n, id, fraud.ErrInvalid)
			}
			sorted = false
		}
		rows = append(rows, Row{Report: fraud.ReportID(id), Ring: ring})
	}
	if err := s.Err(); err != nil {
		return Assignment{}, fmt.Errorf("line %d: %w", len(rows)+2, lineError(err))
	}
	if !headed {
		return Assignment{}, fmt.Errorf("line 1: the file is empty, not even a header: %w", fraud.ErrInvalid)
	}
	if sorted {
		return Assignment{rows: rows}, nil
	}
	return NewAssignment(rows)
}

func lineError(err error) error {
	if errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("longer than %d bytes: %w", maxLine, fraud.ErrInvalid)
	}
	return err
}

// WriteTSV writes the assignment in the form that [ReadTSV] reads, sorted.
func (a Assignment) WriteTSV(w io.Writer) error {
	b := bufio.NewWriter(w)
	if _, err := fmt.Fprintln(b, header); err != nil {
		return err
	}
	for _, r := range a.rows {
		if _, err := fmt.Fprintf(b, "%s\t%s\n", r.Report, r.Ring); err != nil {
			return err
		}
	}
	return b.Flush()
}
