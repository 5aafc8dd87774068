package ringbreaker_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "ringbreaker.example"

// mayImport is the import table of docs/ARCHITECTURE.md as data: a room, and
// the rooms of ours that its code may import. "exchange" stands for all
// folders under exchange/.
var mayImport = map[string][]string{
	"fraud":           {},
	"extract":         {"fraud"},
	"link":            {"fraud"},
	"trace":           {"fraud"},
	"synth":           {"fraud"},
	"score":           {"fraud"},
	"access":          {"fraud"},
	"exchange":        {"fraud"},
	"act":             {"fraud", "access"},
	"watch":           {"fraud", "access"},
	"ledger":          {"fraud"},
	"blob":            {"fraud"},
	"intake":          {"fraud", "access", "extract", "exchange/csvmap", "exchange/stix", "exchange/misp"},
	"protect":         {"fraud", "access", "extract"},
	"match":           {"fraud", "access", "ledger"},
	"refer":           {"fraud", "access", "ledger", "exchange"},
	"store":           {"fraud", "access"},
	"store/storetest": {"fraud", "access", "store"},
	"web":             {"fraud", "access", "exchange", "intake", "extract", "link", "trace", "match", "refer", "act", "protect", "watch", "web/draw"},
	"web/draw":        {},
	"app": {
		"fraud", "intake", "extract", "link", "trace", "match", "refer", "act", "protect", "watch",
		"ledger", "access", "store", "blob", "exchange", "web", "score",
	},
	"cmd/ringbreaker": {"app", "synth", "score", "extract", "link", "trace", "fraud"},
}

// TestNoNewArrows reads every Go file that is not a test and fails on an
// import that the table does not allow, and on a room that it does not know.
func TestNoNewArrows(t *testing.T) {
	read := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		read++
		checkFile(t, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 10 {
		t.Errorf("read %d files, want the whole repository", read)
	}
}

func checkFile(t *testing.T, path string) {
	t.Helper()
	room := filepath.ToSlash(filepath.Dir(path))
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	if buildIgnored(src) {
		return // a generator that `go generate` runs: part of no binary
	}
	allowed, known := mayImport[tableName(room)]
	if !known {
		t.Errorf("%s: room %q is not in the table of docs/ARCHITECTURE.md", path, room)
		return
	}
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(name, module+"/") {
			continue
		}
		to := strings.TrimPrefix(name, module+"/")
		if !slices.Contains(allowed, to) && !slices.Contains(allowed, tableName(to)) {
			t.Errorf("%s: %s may not import %s", path, room, to)
		}
	}
}

func tableName(room string) string {
	if strings.HasPrefix(room, "exchange/") {
		return "exchange"
	}
	return room
}

func buildIgnored(src []byte) bool {
	head, _, _ := strings.Cut(string(src), "\npackage ")
	return strings.Contains(head, "//go:build ignore")
}
