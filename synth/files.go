package synth

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Write writes the world's files into a folder, which it makes: ORG.jsonl and
// ORG-after.jsonl for each org, truth.tsv, truth-after.tsv, transfers.csv and
// truth.json. The bytes are the same whether the world is kept in memory or
// drawn while it is written.
func (w *World) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	truth, transfers := w.Truth, w.Transfers
	if w.kept {
		if err := w.writeKept(dir); err != nil {
			return err
		}
	} else {
		t := w.c.newTally()
		for _, after := range []bool{false, true} {
			if err := w.writeDrawn(dir, after, t); err != nil {
				return err
			}
		}
		l := w.c.layering()
		truth, transfers = w.c.truth(t, l), w.c.transfers(l, t.paid)
	}
	if err := writeFile(filepath.Join(dir, "transfers.csv"), func(out io.Writer) error { return WriteTransfers(out, transfers) }); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "truth.json"), func(out io.Writer) error {
		return json.MarshalWrite(out, truth, jsontext.WithIndent("  "), json.Deterministic(true))
	})
}

func (w *World) writeKept(dir string) error {
	for _, o := range w.Orgs {
		for _, part := range []struct {
			name  string
			lines [][]byte
		}{{o.ID + ".jsonl", o.Reports}, {o.ID + "-after.jsonl", o.After}} {
			err := writeFile(filepath.Join(dir, part.name), func(out io.Writer) error {
				for _, l := range part.lines {
					if _, err := out.Write(append(l, '\n')); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	if err := writeFile(filepath.Join(dir, "truth.tsv"), func(out io.Writer) error { return writeRows(out, w.Rows) }); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "truth-after.tsv"), func(out io.Writer) error { return writeRows(out, w.AfterRows) })
}

const truthHeader = "report_id\tring\n"

func writeRows(out io.Writer, rows []Row) error {
	if _, err := io.WriteString(out, truthHeader); err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := fmt.Fprintf(out, "%s\t%s\n", r.Report, r.Ring); err != nil {
			return err
		}
	}
	return nil
}

// writeDrawn draws the reports and writes them as they come.
func (w *World) writeDrawn(dir string, after bool, t *tally) error {
	suffix := ""
	if after {
		suffix = "-after"
	}
	lines := newFileSet(dir)
	defer func() { _ = lines.close() }() // after an error; else it is closed already
	rows := newFileSet(dir)
	defer func() { _ = rows.close() }()
	for _, o := range w.Orgs {
		if _, err := lines.file(o.ID + suffix + ".jsonl"); err != nil {
			return err
		}
	}
	err := w.c.draw(after, t, func(b *batch) error {
		for _, l := range b.lines {
			out, err := lines.file(w.Orgs[l.org].ID + suffix + ".jsonl")
			if err != nil {
				return err
			}
			if _, err := out.Write(b.bytes[l.from : l.to+1]); err != nil {
				return err
			}
			source, _ := l.name.Split()
			if out, err = rows.file("." + source + "-truth.part"); err != nil {
				return err
			}
			if _, err := fmt.Fprintf(out, "%s\t%s\n", l.name, l.ring); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := lines.close(); err != nil {
		return err
	}
	return rows.join(filepath.Join(dir, "truth"+suffix+".tsv"))
}

// fileSet is files that are written side by side.
type fileSet struct {
	dir   string
	files map[string]*os.File
	outs  map[string]*bufio.Writer
}

func newFileSet(dir string) *fileSet {
	return &fileSet{dir: dir, files: map[string]*os.File{}, outs: map[string]*bufio.Writer{}}
}

func (s *fileSet) file(name string) (*bufio.Writer, error) {
	if out, ok := s.outs[name]; ok {
		return out, nil
	}
	f, err := os.Create(filepath.Join(s.dir, name))
	if err != nil {
		return nil, err
	}
	s.files[name], s.outs[name] = f, bufio.NewWriterSize(f, 1<<20)
	return s.outs[name], nil
}

// close flushes and closes all files; a second call does nothing.
func (s *fileSet) close() error {
	var first error
	for name, f := range s.files {
		for _, err := range []error{s.outs[name].Flush(), f.Close()} {
			if err != nil && first == nil {
				first = err
			}
		}
		delete(s.files, name)
	}
	return first
}

// join puts the parts into one file under the header of truth.tsv and removes
// them. Ids rise as reports are drawn, so rows of one source are sorted as
// they come, and the parts follow each other in the order of "source/".
func (s *fileSet) join(name string) error {
	if err := s.close(); err != nil {
		return err
	}
	var parts []string
	for part := range s.outs {
		parts = append(parts, part)
	}
	sourceOf := func(part string) string { return part[1:len(part)-len("-truth.part")] + "/" }
	slices.SortFunc(parts, func(a, b string) int {
		if sourceOf(a) < sourceOf(b) {
			return -1
		}
		return 1
	})
	err := writeFile(name, func(out io.Writer) error {
		if _, err := io.WriteString(out, truthHeader); err != nil {
			return err
		}
		for _, part := range parts {
			f, err := os.Open(filepath.Join(s.dir, part))
			if err != nil {
				return err
			}
			_, err = io.Copy(out, f)
			if cerr := f.Close(); err == nil {
				err = cerr
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	for _, part := range parts {
		if rerr := os.Remove(filepath.Join(s.dir, part)); err == nil {
			err = rerr
		}
	}
	return err
}

func writeFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	b := bufio.NewWriterSize(f, 1<<20)
	if err := write(b); err != nil {
		return err
	}
	return b.Flush()
}

func sortRows(rows []Row) {
	slices.SortFunc(rows, func(a, b Row) int {
		if a.Report < b.Report {
			return -1
		}
		return 1
	})
}
