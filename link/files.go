package link

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// The names of the files in an -out folder (docs/spec/assignment.md).
const (
	AssignFile      = "assign.tsv"
	RingsFile       = "rings.jsonl"
	LinksFile       = "links.jsonl"
	SuggestionsFile = "suggestions.jsonl"
)

// WriteAssign writes assign.tsv: the header, then a line for every report in
// order of names; a report in no ring has an empty ring.
func WriteAssign(w io.Writer, rows []Assigned) error {
	out := bufio.NewWriter(w)
	if _, err := out.WriteString("report_id\tring\n"); err != nil {
		return fmt.Errorf("write assignment: %w", err)
	}
	for _, a := range rows {
		if _, err := out.WriteString(string(a.Report) + "\t" + string(a.Ring) + "\n"); err != nil {
			return fmt.Errorf("write assignment: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write assignment: %w", err)
	}
	return nil
}

// ReadAssign reads what [WriteAssign] wrote. Errors wrap [fraud.ErrInvalid]
// and name the line.
func ReadAssign(r io.Reader) ([]Assigned, error) {
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	var out []Assigned
	for n := 1; sc.Scan(); n++ {
		report, ring, ok := strings.Cut(sc.Text(), "\t")
		if !ok || strings.Contains(ring, "\t") || report == "" {
			return nil, fmt.Errorf("assignment line %d is not a report and a ring: %w", n, fraud.ErrInvalid)
		}
		if n == 1 {
			if report != "report_id" || ring != "ring" {
				return nil, fmt.Errorf("assignment has no header report_id, ring: %w", fraud.ErrInvalid)
			}
			continue
		}
		out = append(out, Assigned{fraud.ReportID(report), fraud.RingID(ring)})
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("read assignment: %w", err)
	}
	return out, nil
}

// WriteRings writes rings.jsonl: one ring a line, by harm still to come.
func WriteRings(w io.Writer, rings []fraud.Ring) error { return writeLines(w, rings, "rings") }

// WriteLinks writes links.jsonl: the trees that hold rings together, then
// the ties to suppliers and launderers.
func WriteLinks(w io.Writer, links []fraud.Link) error { return writeLines(w, links, "links") }

// WriteSuggestions writes suggestions.jsonl: pairs of rings for a person.
func WriteSuggestions(w io.Writer, s []fraud.Suggestion) error {
	return writeLines(w, s, "suggestions")
}

// ReadRings reads what [WriteRings] wrote.
func ReadRings(r io.Reader) ([]fraud.Ring, error) { return readLines[fraud.Ring](r, "rings") }

// ReadLinks reads what [WriteLinks] wrote.
func ReadLinks(r io.Reader) ([]fraud.Link, error) { return readLines[fraud.Link](r, "links") }

// ReadSuggestions reads what [WriteSuggestions] wrote.
func ReadSuggestions(r io.Reader) ([]fraud.Suggestion, error) {
	return readLines[fraud.Suggestion](r, "suggestions")
}

// WriteFolder writes the four files of a linking into a folder that exists.
func WriteFolder(dir string, r Result) error {
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{AssignFile, func(w io.Writer) error { return WriteAssign(w, r.Assign) }},
		{RingsFile, func(w io.Writer) error { return WriteRings(w, r.Rings) }},
		{LinksFile, func(w io.Writer) error { return WriteLinks(w, r.Links) }},
		{SuggestionsFile, func(w io.Writer) error { return WriteSuggestions(w, r.Suggestions) }},
	} {
		if err := writeFile(filepath.Join(dir, f.name), f.write); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}

func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// ReadFolder reads what [WriteFolder] wrote, enough for [Result.Explain].
// Suggestions may be missing: other programs write the first three only.
func ReadFolder(dir string) (Result, error) {
	var r Result
	for _, f := range []struct {
		name string
		need bool
		read func(io.Reader) error
	}{
		{AssignFile, true, func(in io.Reader) (err error) { r.Assign, err = ReadAssign(in); return err }},
		{RingsFile, true, func(in io.Reader) (err error) { r.Rings, err = ReadRings(in); return err }},
		{LinksFile, true, func(in io.Reader) (err error) { r.Links, err = ReadLinks(in); return err }},
		{SuggestionsFile, false, func(in io.Reader) (err error) { r.Suggestions, err = ReadSuggestions(in); return err }},
	} {
		in, err := os.Open(filepath.Join(dir, f.name))
		if errors.Is(err, fs.ErrNotExist) && !f.need {
			continue
		}
		if err != nil {
			return Result{}, fmt.Errorf("read %s: %w", f.name, err)
		}
		if err = errors.Join(f.read(in), in.Close()); err != nil {
			return Result{}, fmt.Errorf("read %s: %w", f.name, err)
		}
	}
	slices.SortFunc(r.Assign, func(x, y Assigned) int { return cmp.Compare(x.Report, y.Report) })
	return r, nil
}

func writeLines[T any](w io.Writer, rows []T, what string) error {
	out := bufio.NewWriterSize(w, 1<<16)
	for i := range rows {
		if err := json.MarshalWrite(out, &rows[i], json.Deterministic(true)); err != nil {
			return fmt.Errorf("write %s: %w", what, err)
		}
		if err := out.WriteByte('\n'); err != nil {
			return fmt.Errorf("write %s: %w", what, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	return nil
}

// WriteRings writes rings.jsonl ring by ring and says how many.
func (l *Linking) WriteRings(w io.Writer) (int, error) {
	groups := l.byHarm()
	n, err := inOrder(w, len(groups), func(i int, line *jsonLine) int {
		r := l.ring(groups[i])
		line.ring(&r)
		line.raw("\n")
		return 1
	})
	if err != nil {
		return n, fmt.Errorf("write rings: %w", err)
	}
	return n, nil
}

// WriteLinks writes links.jsonl ring by ring and says how many links.
func (l *Linking) WriteLinks(w io.Writer) (int, error) {
	parts, ties := l.treeParts(), l.sortedTies()
	before, _ := slices.BinarySearchFunc(ties, fraud.SameOperator, func(x tieLink, kind fraud.LinkKind) int { return cmp.Compare(x.Kind, kind) })
	n, err := inOrder(w, len(parts)+2, func(i int, line *jsonLine) int {
		switch i {
		case 0:
			return line.ties(ties[:before])
		case len(parts) + 1:
			return line.ties(ties[before:])
		}
		p := &parts[i-1]
		edges := p.edges(l)
		for _, e := range edges {
			x := l.link(p.group, e)
			line.link(&x)
			line.raw("\n")
		}
		return len(edges)
	})
	if err != nil {
		return n, fmt.Errorf("write links: %w", err)
	}
	return n, nil
}

// treePart is some of the links that hold a ring together. A link with its
// reasons is a kilobyte and a ring may have a hundred thousand, so only so many
// of them are made at once.
type treePart struct {
	group uint32
	from  int
	tree  *ringTree // nil: the ring is not parted
}

const treeLinks = 1 << 10

// ringTree is the tree of a ring that is written in parts: made by the first
// and let go by the last.
type ringTree struct {
	once  sync.Once
	edges []edge
	left  atomic.Int32
}

// treeParts lists the parts of all rings' trees in the order of links.jsonl.
func (l *Linking) treeParts() []treePart {
	groups := l.byName()
	out := make([]treePart, 0, len(groups))
	for _, g := range groups {
		n := (len(l.members[g]) + treeLinks - 1) / treeLinks
		var tree *ringTree
		if n > 1 {
			tree = new(ringTree)
			tree.left.Store(int32(n))
		}
		for k := range n {
			out = append(out, treePart{g, k * treeLinks, tree})
		}
	}
	return out
}

// edges gives the links of a part.
func (p *treePart) edges(l *Linking) []edge {
	if p.tree == nil {
		return l.treeByName(p.group)
	}
	t := p.tree
	t.once.Do(func() { t.edges = l.treeByName(p.group) })
	all := t.edges
	if t.left.Add(-1) == 0 {
		t.edges = nil
	}
	return all[min(p.from, len(all)):min(p.from+treeLinks, len(all))]
}

// treeByName gives a group's tree in the order of links.jsonl.
func (l *Linking) treeByName(g uint32) []edge {
	edges, name := l.m.tree(l.members[g], l.rules), func(r uint32) []byte { return l.m.b.ids.bytes(l.m.order[r]) }
	slices.SortFunc(edges, func(x, y edge) int {
		return cmp.Or(bytes.Compare(name(x.a), name(y.a)), bytes.Compare(name(x.b), name(y.b)))
	})
	return edges
}

func (w *jsonLine) ties(links []tieLink) int {
	for i := range links {
		w.link(&links[i].Link)
		w.raw("\n")
	}
	return len(links)
}

// WriteAssign writes assign.tsv as [WriteAssign] does, and says how many
// reports stand in it.
func (l *Linking) WriteAssign(w io.Writer) (int, error) {
	b := l.m.b
	rows := make([]uint32, 0, len(b.reports))
	for n := range b.reports {
		if b.reports[n].flags&flagKnown != 0 {
			rows = append(rows, uint32(n))
		}
	}
	slices.SortFunc(rows, func(x, y uint32) int { return bytes.Compare(b.ids.bytes(x), b.ids.bytes(y)) })
	out := bufio.NewWriterSize(w, 1<<16)
	line := []byte("report_id\tring\n")
	for _, n := range rows {
		if _, err := out.Write(line); err != nil {
			return 0, fmt.Errorf("write assignment: %w", err)
		}
		line = append(append(line[:0], b.ids.bytes(n)...), '\t')
		if r := l.m.rank[n]; r != none {
			line = append(line, l.rings[l.part[r]]...)
		}
		line = append(line, '\n')
	}
	if _, err := out.Write(line); err != nil {
		return 0, fmt.Errorf("write assignment: %w", err)
	}
	if err := out.Flush(); err != nil {
		return 0, fmt.Errorf("write assignment: %w", err)
	}
	return len(rows), nil
}

func readLines[T any](r io.Reader, what string) ([]T, error) {
	dec := jsontext.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	var out []T
	for n := 1; ; n++ {
		if dec.PeekKind() == 0 {
			if _, err := dec.ReadToken(); errors.Is(err, io.EOF) {
				return out, nil
			}
		}
		var row T
		if err := json.UnmarshalDecode(dec, &row); err != nil {
			return nil, fmt.Errorf("%s line %d is not what link writes: %w", what, n, fraud.ErrInvalid)
		}
		out = append(out, row)
	}
}
