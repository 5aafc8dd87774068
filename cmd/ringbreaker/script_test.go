package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// scriptCommands are what the scripts need beside the program: files that are
// too large, too deep or too broken to stand in a script, and checks that no
// grep can make.
func scriptCommands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"exits":    exits,
		"shuffle":  shuffle,
		"append":   appendBytes,
		"longline": longLine,
		"nest":     nest,
		"flip":     flip,
		"flipat":   flipAt,
		"number":   number,
		"lines":    countLines,
		"offsets":  offsets,
		"zipped":   zipped,
		"zipbomb":  zipBomb,
		"retar":    retar,
		"ports":    ports,
		"serving":  serving,
		"note":     noteDown,
		"await":    await,
		"liar":     liar,
		"pack":     pack,
		"cut":      cut,
	}
}

// need stops the script if a helper is called wrongly.
func need(ts *testscript.TestScript, neg bool, args []string, n int, usage string) {
	if neg || len(args) != n {
		ts.Fatalf("usage: %s", usage)
	}
}

// exits N PROGRAM ARG…: the program ends with exactly this code, and if that
// is not 0 it says why in exactly one line.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N PROGRAM ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got, err := 0, ts.Exec(args[1], args[2:]...)
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		got = ended.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	said := ts.ReadFile("stderr")
	if got != want {
		ts.Fatalf("exit %d, want %d: %s", got, want, said)
	}
	if want != 0 && (strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "ringbreaker")) {
		ts.Fatalf("the error is not one line of ringbreaker's: %q", said)
	}
}

// shuffle SEED IN OUT writes the lines of a file in another order.
func shuffle(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 3, "shuffle SEED IN OUT")
	seed, err := strconv.ParseUint(args[0], 10, 64)
	ts.Check(err)
	lines := strings.SplitAfter(ts.ReadFile(args[1]), "\n")
	lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" })
	rand.New(rand.NewPCG(seed, seed)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.Join(lines, "")), 0o600))
}

// append FILE TEXT adds bytes, written as in a Go string.
func appendBytes(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "append FILE TEXT")
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	ts.Check(appendFile(ts.MkAbs(args[0]), strings.NewReader(text)))
}

func appendFile(name string, r io.Reader) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

const reportStart = `{"id":%q,"source":"desk","received_at":"2023-10-01T09:00:00Z",`

// longline FILE ID MIB adds a report of so many MiB on one line.
func longLine(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 3, "longline FILE ID MIB")
	mib, err := strconv.ParseInt(args[2], 10, 64)
	ts.Check(err)
	ts.Check(appendFile(ts.MkAbs(args[0]), io.MultiReader(
		strings.NewReader(fmt.Sprintf(reportStart, args[1])+`"narrative":"`), io.LimitReader(same('x'), mib<<20), strings.NewReader("\"}\n"))))
}

// same is an endless run of one byte.
type same byte

func (s same) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(s)
	}
	return len(b), nil
}

// nest FILE ID DEPTH adds a report with lists in lists.
func nest(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 3, "nest FILE ID DEPTH")
	depth, err := strconv.Atoi(args[2])
	ts.Check(err)
	line := fmt.Sprintf(reportStart, args[1]) + `"extra":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + "}\n"
	ts.Check(appendFile(ts.MkAbs(args[0]), strings.NewReader(line)))
}

// flip FILE PERMILLE inverts one bit, that far into the file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "flip FILE PERMILLE")
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	b := []byte(ts.ReadFile(args[0]))
	b[(len(b)-1)*at/1000] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// pack FILE PACKED packs a file by gzip.
func pack(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "pack FILE PACKED")
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, ts.ReadFile(args[0]))
	ts.Check(err)
	ts.Check(z.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o600))
}

// cut FILE BYTES takes so many bytes off a file's end.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "cut FILE BYTES")
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	b := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b[:len(b)-n]), 0o600))
}

// flipat FILE TEXT inverts one bit of each place where a text stands.
func flipAt(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "flipat FILE TEXT")
	b, found := []byte(ts.ReadFile(args[0])), 0
	for i := 0; ; found++ {
		n := bytes.Index(b[i:], []byte(args[1]))
		if n < 0 {
			break
		}
		b[i+n] ^= 1
		i += n + 1
	}
	if found == 0 {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// number FILE PATH ==|>=|<= N compares a number of a JSON file; a list counts
// by its length.
func number(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 4, "number FILE PATH ==|>=|<= N")
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	for _, key := range strings.Split(args[1], ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[key]
		case []any:
			i, err := strconv.Atoi(key)
			ts.Check(err)
			v = at[i]
		}
	}
	if list, ok := v.([]any); ok {
		v = float64(len(list))
	}
	got, ok := v.(float64)
	want, err := strconv.ParseFloat(args[3], 64)
	ts.Check(err)
	if !ok || !map[string]bool{"==": got == want, ">=": got >= want, "<=": got <= want}[args[2]] {
		ts.Fatalf("%s of %s is %v, want %s %v", args[1], args[0], v, args[2], want)
	}
}

// lines FILE N says how many lines a file has.
func countLines(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "lines FILE N")
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if got := strings.Count(ts.ReadFile(args[0]), "\n"); got != want {
		ts.Fatalf("%s has %d lines, want %d", args[0], got, want)
	}
}

// offsets IN FILE FOUND: in each line of the output of `extract -in IN FILE`,
// the bytes from start to end are raw, and there is at least one line.
func offsets(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 3, "offsets text|jsonl|eml|html FILE FOUND")
	text := textsOf(ts, args[0], args[1], []byte(ts.ReadFile(args[1])))
	n := 0
	for line := range strings.Lines(ts.ReadFile(args[2])) {
		var f found
		ts.Check(json.Unmarshal([]byte(line), &f))
		in, ok := text[f.Doc+" "+f.Field]
		if !ok || f.Start < 0 || f.End > len(in) || f.Start >= f.End || in[f.Start:f.End] != f.Raw {
			ts.Fatalf("%s does not stand at its offsets (known text: %v, %d bytes)", line, ok, len(in))
		}
		n++
	}
	if n == 0 {
		ts.Fatalf("%s holds nothing", args[2])
	}
}

// textsOf are the decoded texts of a file, by doc and field.
func textsOf(ts *testscript.TestScript, in, name string, b []byte) map[string]string {
	text := map[string]string{}
	switch in {
	case "text":
		for i, line := range strings.Split(string(b), "\n") {
			text[fmt.Sprintf("%s:%d ", name, i+1)] = strings.TrimSuffix(line, "\r")
		}
	case "eml":
		doc, _, err := extract.Mail(b, extract.Options{})
		ts.Check(err)
		text[name+" "] = doc.Text
	case "html":
		doc, _ := extract.HTML(b, extract.Options{})
		text[name+" "] = doc.Text
	case "jsonl":
		for line := range bytes.Lines(b) {
			r, err := fraud.DecodeReport(line)
			if err != nil {
				continue // told by extract itself
			}
			var doc any
			ts.Check(json.Unmarshal(line, &doc))
			eachText("", doc, func(field, s string) { text[string(r.Name())+" "+field] = s })
		}
	}
	return text
}

// eachText walks a JSON value; a field is called contacts[0].text.
func eachText(at string, v any, tell func(field, text string)) {
	switch v := v.(type) {
	case string:
		tell(at, v)
	case map[string]any:
		for k, x := range v {
			eachText(strings.TrimPrefix(at+"."+k, "."), x, tell)
		}
	case []any:
		for i, x := range v {
			eachText(fmt.Sprintf("%s[%d]", at, i), x, tell)
		}
	}
}

// zipped OUT FILE… packs files.
func zipped(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: zipped OUT FILE…")
	}
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range args[1:] {
		f, err := w.Create(name)
		ts.Check(err)
		_, err = io.WriteString(f, ts.ReadFile(name))
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), buf.Bytes(), 0o600))
}

// zipbomb OUT MIB packs a text of so many MiB of one byte.
func zipBomb(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "zipbomb OUT MIB")
	mib, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	f, err := w.Create("reports.jsonl")
	ts.Check(err)
	_, err = io.Copy(f, io.LimitReader(same(' '), mib<<20))
	ts.Check(err)
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), buf.Bytes(), 0o600))
}

// retar add|remove|rename|reorder|repeat IN OUT writes a package anew with
// its second file changed in that way and all else as it was.
func retar(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 3, "retar add|remove|rename|reorder|repeat IN OUT")
	type entry struct {
		head *tar.Header
		body []byte
	}
	var all []entry
	for r := tar.NewReader(strings.NewReader(ts.ReadFile(args[1]))); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		ts.Check(err)
		b, err := io.ReadAll(r)
		ts.Check(err)
		all = append(all, entry{h, b})
	}
	switch args[0] {
	case "add":
		h := *all[1].head
		h.Name, h.Size = "zz-added.txt", 5
		all = append(all, entry{&h, []byte("added")})
	case "remove":
		all = slices.Delete(all, 1, 2)
	case "rename":
		all[1].head.Name += ".old"
	case "reorder":
		all[1], all[2] = all[2], all[1]
	case "repeat":
		all = slices.Insert(all, 1, all[1])
	default:
		ts.Fatalf("retar cannot %s", args[0])
	}
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range all {
		ts.Check(w.WriteHeader(e.head))
		_, err := w.Write(e.body)
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), buf.Bytes(), 0o600))
}

// ports VAR… sets each variable to a free address on loopback.
func ports(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: ports VAR…")
	}
	for _, name := range args {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		ts.Setenv(name, l.Addr().String())
		ts.Check(l.Close())
	}
}

// serving HOST:PORT… waits until the nodes answer.
func serving(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serving HOST:PORT…")
	}
	for _, addr := range args {
		for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			res, err := http.Get("http://" + addr + "/healthz")
			if err == nil {
				ts.Check(res.Body.Close())
				break
			}
			if time.Since(began) > time.Minute {
				ts.Fatalf("nobody serves at %s: %v", addr, err)
			}
		}
	}
}

// note VAR REGEXP sets a variable to the first group, or the whole match, of
// a pattern in what the last command printed.
func noteDown(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "note VAR REGEXP")
	said := ts.ReadFile("stdout")
	m := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(said)
	if m == nil {
		ts.Fatalf("nothing in %q is %s", said, args[1])
	}
	ts.Setenv(args[0], strings.TrimSpace(m[len(m)-1]))
}
