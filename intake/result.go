package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

// Reject is a record that was not taken, as a line of FILE.rejects.jsonl.
// The reason names fields and ids, never what stood in them.
type Reject struct {
	File   string `json:"file"`
	Line   int    `json:"line"` // of the file, from 1; a record's number where there are no lines
	Reason string `json:"reason"`
}

// Result is what became of an import.
type Result struct {
	Files     int      `json:"files"`
	Records   int      `json:"records"` // found, whether or not they were taken
	New       int      `json:"new"`
	Same      int      `json:"same"`
	Conflicts int      `json:"conflicts"`
	Rejected  int      `json:"rejected"` // conflicts not among them
	Skipped   int      `json:"skipped"`  // rows that a mapping leaves out, and files that hold no reports
	Notes     []string `json:"notes,omitempty"`
	Rejects   []string `json:"rejects,omitempty"` // paths of the files of rejects
}

// Progress is how far an import is.
type Progress struct {
	File   string
	Bytes  int64 // read of this file
	Size   int64 // of this file, 0 if not known
	Result Result
}

// rejects gathers what was not taken of one input file and writes it when the
// file is done. It keeps at most maxKept in memory and says how many more.
type rejects struct {
	path string
	dir  string
	all  []Reject
	more int
}

// maxKept keeps a file of a hundred million bad lines from filling memory.
const maxKept = 1_000_000

func (r *rejects) add(file string, line int, err error) {
	if len(r.all) >= maxKept {
		r.more++
		return
	}
	r.all = append(r.all, Reject{File: file, Line: line, Reason: reason(err)})
}

// reason is an error as one line without the sentinel's word at its end.
func reason(err error) string {
	s := strings.Join(strings.Fields(err.Error()), " ")
	for _, e := range []error{fraud.ErrInvalid, fraud.ErrConflict} {
		if errors.Is(err, e) {
			s = strings.TrimSuffix(s, ": "+e.Error())
		}
	}
	return s
}

// name is where the rejects of an input go.
func (r *rejects) name() string { return beside(r.path, rejectsEnd) }

const (
	rejectsEnd = ".rejects.jsonl"
	// maxName is the most bytes of a file's name that the usual disks take.
	// Eighty letters of Hindi or Japanese come near it.
	maxName = 255
)

// beside is the name of a file that tells of another one: its name with more
// at the end. If that were too long for a disk, the name is cut, and told by a
// digest from others that begin alike.
func beside(path, more string) string {
	dir, base := filepath.Split(path)
	if len(base)+len(more) > maxName {
		sum := sha256.Sum256([]byte(base))
		more = "-" + hex.EncodeToString(sum[:4]) + more
		keep := max(0, min(len(base), maxName-len(more)))
		for keep > 0 && keep < len(base) && !utf8.RuneStart(base[keep]) {
			keep--
		}
		base = base[:keep]
	}
	return dir + base + more
}

// write writes the file of rejects beside the input, or into dir where that
// folder cannot be written; no rejects means no file, and takes an old one
// away. It returns the path, empty if there is none. The file appears whole
// or not at all.
func (r *rejects) write() (string, error) {
	if len(r.all) == 0 {
		if err := os.Remove(r.name()); err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, os.ErrPermission) && r.dir == "" {
			return "", nil
		}
		return "", nil
	}
	var b strings.Builder
	for _, x := range r.all {
		line, err := json.Marshal(x)
		if err != nil {
			return "", fmt.Errorf("write a reject: %w", err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	if r.more > 0 {
		fmt.Fprintf(&b, "{\"file\":\"\",\"line\":0,\"reason\":\"%d more were rejected\"}\n", r.more)
	}
	err := writeWhole(r.name(), b.String())
	if err == nil || r.dir == "" {
		return r.name(), err
	}
	r.path = filepath.Join(r.dir, filepath.Base(r.path))
	return r.name(), writeWhole(r.name(), b.String())
}

func writeWhole(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".rejects-*")
	if err != nil {
		return fmt.Errorf("write the rejects to %s: %w", path, err)
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Chmod(0o600)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write the rejects to %s: %w", path, err)
	}
	return nil
}
