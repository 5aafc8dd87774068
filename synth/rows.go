package synth

import (
	"cmp"
	"io"
	"slices"
	"time"
)

func sortRows(rows []Row) {
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.Report, b.Report) })
}

// write writes the sources in the order of "source/", which is that of the
// reports' names.
func (s *rowSorter) write(w io.Writer) error {
	if _, err := io.WriteString(w, "report_id\tring\n"); err != nil {
		return err
	}
	var sources []string
	for name := range s.bySource {
		sources = append(sources, name+"/")
	}
	slices.Sort(sources)
	for _, name := range sources {
		if _, err := io.WriteString(w, s.bySource[name[:len(name)-1]].String()); err != nil {
			return err
		}
	}
	return nil
}

func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
