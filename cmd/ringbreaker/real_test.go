package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
	"ringbreaker.example/store"
)

// realData finds a folder of the public scam data beside a folder above the
// checkout, or under RINGBREAKER_SHARED; without it the test skips aloud.
func realData(t *testing.T, name string) string {
	t.Helper()
	var roots []string
	if env := os.Getenv("RINGBREAKER_SHARED"); env != "" {
		roots = append(roots, env)
	}
	at, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; filepath.Dir(at) != at; at = filepath.Dir(at) {
		roots = append(roots, filepath.Join(filepath.Dir(at), "shared"))
	}
	for _, root := range roots {
		dir := filepath.Join(root, "data", name)
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
	}
	t.Skipf("SKIPPED: the public data ../shared/data/%s is not here; set RINGBREAKER_SHARED to the folder that holds data/", name)
	return ""
}

// says runs a command and returns what it printed.
func says(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(context.Background(), args, strings.NewReader(""), &out, &errs); code != exitDone {
		t.Fatalf("ringbreaker %s: exit %d\n%s", strings.Join(args, " "), code, errs.String())
	}
	return out.String()
}

// linkedTwice imports the paths into a new node, again to see that nothing
// changes, and links it. The paths are copies: rejects are written beside.
func linkedTwice(t *testing.T, records, rejected int, paths ...string) (node string, res link.Result) {
	t.Helper()
	node, out := filepath.Join(t.TempDir(), "node"), filepath.Join(t.TempDir(), "out")
	says(t, "keygen", "-data", node, "-org", "real", "-name", "Real data", "-country", "US")
	first := says(t, append([]string{"import", "-data", node}, paths...)...)
	again := says(t, append([]string{"import", "-data", node}, paths...)...)
	taken := fmt.Sprintf("%d records, %d new, 0 same, 0 conflicts, %d rejected", records, records-rejected, rejected)
	if !strings.Contains(first, taken) {
		t.Errorf("first import: got %q, want %q", first, taken)
	}
	same := fmt.Sprintf("%d records, 0 new, %d same, 0 conflicts, %d rejected", records, records-rejected, rejected)
	if !strings.Contains(again, same) {
		t.Errorf("second import: got %q, want %q", again, same)
	}
	t.Log(strings.TrimSpace(says(t, "link", "-data", node, "-out", out)))
	res, err := link.ReadFolder(out)
	if err != nil {
		t.Fatal(err)
	}
	logCounts(t, node)
	logRings(t, res)
	return node, res
}

// each calls fn for every report of a node with what was found in it.
func each(t *testing.T, node string, fn func(fraud.ReportFacts, []fraud.Sighting)) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(node, "ringbreaker.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.EachCurrent(t.Context(), func(f fraud.ReportFacts, s []fraud.Sighting) error {
		fn(f, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// logCounts says how many sightings of each kind and role a node holds: the
// table of docs/real-data.md.
func logCounts(t *testing.T, node string) {
	t.Helper()
	count := map[string]int{}
	each(t, node, func(_ fraud.ReportFacts, ss []fraud.Sighting) {
		for _, s := range ss {
			count[fmt.Sprintf("%s | %s", s.Indicator.Kind, s.Role)]++
		}
	})
	keys := make([]string, 0, len(count))
	for k := range count {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		t.Logf("| %s | %d |", k, count[k])
	}
}

// logRings says what holds the ten largest rings together, by kind and role
// and never by value.
func logRings(t *testing.T, res link.Result) {
	t.Helper()
	rings := slices.Clone(res.Rings)
	slices.SortStableFunc(rings, func(x, y fraud.Ring) int { return len(y.Reports) - len(x.Reports) })
	for i, r := range rings[:min(10, len(rings))] {
		by, held := map[string]int{}, 0
		for _, l := range res.Links {
			if l.Ring == r.ID && l.Kind == fraud.SameOperator && len(l.Cause) > 0 {
				c := slices.MaxFunc(l.Cause, func(a, b fraud.Cause) int { return int(100 * (a.Bits - b.Bits)) })
				by[fmt.Sprintf("%s as %s", c.Indicator.Kind, c.Role)]++
				held++
			}
		}
		t.Logf("| %d | %d reports | %d links, strongest cause: %v |", i+1, len(r.Reports), held, by)
	}
}

// pairs counts how often a linking and a truth agree on two reports.
type pairs struct{ isTrue, said, right int }

func (p pairs) scores() (precision, recall, f1 float64) {
	precision, recall = float64(p.right)/float64(max(p.said, 1)), float64(p.right)/float64(max(p.isTrue, 1))
	return precision, recall, 2 * precision * recall / max(precision+recall, 1e-9)
}

// The floors lie a little under what was measured (docs/real-data.md).
const (
	floorDifferent = 0.88
	floorIdentical = 0.93
)

// Recordings of one campaign must come out as one ring, by a node as an
// analyst runs it. Only rows whose cluster is known count, and pairs of the
// same words apart from the rest.
func TestRealRobocallsImportedByANode(t *testing.T) {
	src := filepath.Join(realData(t, "robocalls"), "robocalls.jsonl")
	raw, err := os.ReadFile(src)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		File       string `json:"file"`
		Cluster    *int   `json:"cluster"`
		Transcript string `json:"transcript"`
	}
	var rows []row
	texts := map[int][]map[string]bool{} // shingles of the texts of each cluster
	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
		if r.Cluster != nil {
			texts[*r.Cluster] = append(texts[*r.Cluster], shingles(r.Transcript))
		}
	}
	split := map[[2]int]bool{}
	for x := range texts {
		for y := range texts {
			split[[2]int{x, y}] = x != y && shareRecording(texts[x], texts[y])
		}
	}
	_, res := linkedTwice(t, len(rows), 0, copied(t, raw, "robocalls.jsonl"))
	ring := map[string]fraud.RingID{}
	for _, a := range res.Assign {
		ring[strings.TrimPrefix(string(a.Report), "robocalls/")] = a.Ring
	}
	var same, differ, labels pairs // labels: pairs whose labels call one recording two campaigns
	for i, x := range rows {
		for _, y := range rows[:i] {
			if x.Cluster == nil || y.Cluster == nil {
				continue
			}
			isTrue, p := *x.Cluster == *y.Cluster, &differ
			switch {
			case !isTrue && split[[2]int{*x.Cluster, *y.Cluster}]:
				p = &labels
			case x.Transcript == y.Transcript:
				p = &same
			}
			said := ring[x.File] != "" && ring[x.File] == ring[y.File]
			p.isTrue, p.said, p.right = p.isTrue+btoi(isTrue), p.said+btoi(said), p.right+btoi(said && isTrue)
		}
	}
	for _, tt := range []struct {
		name  string
		pairs pairs
		floor float64
	}{{"text-identical", same, floorIdentical}, {"text-different", differ, floorDifferent}} {
		p, r, f1 := tt.pairs.scores()
		t.Logf("%s pairs: %+v, precision %.4f, recall %.4f, F1 %.4f", tt.name, tt.pairs, p, r, f1)
		if f1 < tt.floor {
			t.Errorf("%s pairs: F1 %.4f, want at least %.2f", tt.name, f1, tt.floor)
		}
	}
	all := pairs{isTrue: differ.isTrue, said: differ.said + labels.said, right: differ.right}
	p, _, f1 := all.scores()
	t.Logf("counted apart: pairs of clusters that share a recording, %d of them said; as errors they would make precision %.4f, F1 %.4f", labels.said, p, f1)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// shareRecording says whether the labels hold one recording to be two
// campaigns: some text of one cluster lies nearly whole in some text of the
// other. No text can tell whether those are one, so such pairs count apart.
func shareRecording(x, y []map[string]bool) bool {
	for _, a := range x {
		for _, b := range y {
			both := 0
			for s := range a {
				both += btoi(b[s])
			}
			if 10*both >= 8*min(len(a), len(b)) {
				return true
			}
		}
	}
	return false
}

// shingles are a text's runs of three words, without case, marks and numbers.
func shingles(text string) map[string]bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
	out := map[string]bool{}
	for i := 3; i <= len(words); i++ {
		out[strings.Join(words[i-3:i], " ")] = true
	}
	return out
}

// copied is a copy of foreign bytes outside the repository and outside the
// folder they came from, beside which rejects could be written.
func copied(t *testing.T, b []byte, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// People whose signatures scammers paste into mails as filler have nothing to
// do with them: their numbers must stand in no ring.
func TestRealMailsImportedByANodeLeaveBystandersAlone(t *testing.T) {
	dir := realData(t, "callback-emails")
	mails := filepath.Join(t.TempDir(), "eml")
	if err := os.MkdirAll(mails, 0o700); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "eml", "*.eml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no mails under %s: %v", dir, err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(mails, filepath.Base(name)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	node, res := linkedTwice(t, len(names), 0, mails)
	innocent, scam := rolesOfNumbers(t, filepath.Join(dir, "numbers.csv"))
	seen, found := 0, map[string]bool{}
	each(t, node, func(_ fraud.ReportFacts, ss []fraud.Sighting) {
		for _, s := range ss {
			if innocent[s.Indicator.Value] {
				seen++
				if s.Role.Links() {
					t.Logf("a bystander's number has the role %s in a mail: a ring must still not stand on it", s.Role)
				}
			}
			if scam[s.Indicator.Value] && s.Role.Links() {
				found[s.Indicator.Value] = true
			}
		}
	})
	t.Logf("%d of %d callback numbers found in a linking role; bystanders' %d numbers seen %d times", len(found), len(scam), len(innocent), seen)
	if len(innocent) == 0 {
		t.Fatal("numbers.csv names no bystander: the check would check nothing")
	}
	if len(found)*100 < len(scam)*90 {
		t.Errorf("%d of %d callback numbers found, want nine tenths", len(found), len(scam))
	}
	for _, r := range res.Rings {
		for _, i := range r.Indicators {
			if innocent[i.Value] {
				t.Errorf("ring %s holds a bystander's number as %s", r.ID, i.Role)
			}
		}
		for _, tie := range slices.Concat(r.Suppliers, r.Launderers) {
			if innocent[tie.Indicator.Value] {
				t.Errorf("ring %s has a bystander's number as its supplier or launderer", r.ID)
			}
		}
	}
	for _, l := range res.Links {
		for _, c := range l.Cause {
			if innocent[c.Indicator.Value] {
				t.Errorf("a link of ring %s rests on a bystander's number", l.Ring)
			}
		}
	}
}

// rolesOfNumbers reads which numbers are bystanders' and which are callbacks.
func rolesOfNumbers(t *testing.T, name string) (innocent, scam map[string]bool) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number, role := slices.Index(table[0], "number"), slices.Index(table[0], "role")
	innocent, scam = map[string]bool{}, map[string]bool{}
	for _, row := range table[1:] {
		switch row[role] {
		case "bystander_in_hashbusting_text":
			innocent["+1"+row[number]] = true
		case "scam_callback":
			scam["+1"+row[number]] = true
		}
	}
	return innocent, scam
}

// Kit pages come in by their own mapping, and what two pages of one kit share
// makes them a ring.
func TestRealKitPagesImportedByANode(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(realData(t, "popup-kits"), "pages.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	_, res := linkedTwice(t, 5, 0, copied(t, raw, "pages.jsonl"))
	if len(res.Assign) != 5 || len(res.Rings) == 0 {
		t.Errorf("got %d reports in %d rings, want 5 and at least one", len(res.Assign), len(res.Rings))
	}
}
