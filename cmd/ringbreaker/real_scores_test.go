package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

var updateReal = flag.Bool("update-real", false, "write docs/scores/real.tsv anew")

// ringPairs scores the pairs of things that label says belong together
// against those that stand in one ring. A thing without a label counts for
// nothing.
func ringPairs(res link.Result, label map[fraud.ReportID][]string) pairs {
	var out pairs
	var rows []link.Assigned
	for _, a := range res.Assign {
		if len(label[a.Report]) > 0 {
			rows = append(rows, a)
		}
	}
	for i, x := range rows {
		for _, y := range rows[:i] {
			isTrue := slices.ContainsFunc(label[x.Report], func(l string) bool { return slices.Contains(label[y.Report], l) })
			said := x.Ring != "" && x.Ring == y.Ring
			out.isTrue, out.said, out.right = out.isTrue+btoi(isTrue), out.said+btoi(said), out.right+btoi(said && isTrue)
		}
	}
	return out
}

// What linking makes of real data stands in docs/scores/real.tsv: counts
// only, and a change of the linker shows there as a diff.
func TestRealLinkingIsAsTheTableSays(t *testing.T) {
	var table strings.Builder
	table.WriteString("data\tlabelled by\tlabelled\tpairs true\tsaid\tright\tprecision\trecall\tF1\n")
	add := func(data, by string, labelled int, p pairs) {
		precision, recall, f1 := p.scores()
		fmt.Fprintf(&table, "%s\t%s\t%d\t%d\t%d\t%d\t%.4f\t%.4f\t%.4f\n", data, by, labelled, p.isTrue, p.said, p.right, precision, recall, f1)
	}
	p, n := mailsByNumber(t)
	add("callback e-mails", "a callback number in common", n, p)
	p, n = kitsByAsset(t)
	add("pop-up kit pages", "a file in common, of 10 kB or more", n, p)
	p, n = domainsByWallet(t)
	add("scam domains", "a wallet in common", n, p)
	name := filepath.Join("..", "..", "docs", "scores", "real.tsv")
	if *updateReal {
		if err := os.WriteFile(name, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if table.String() != string(want) {
		t.Errorf("linking of real data changed; look at the difference and run with -update-real:\n%s\nwas\n%s", table.String(), want)
	}
}

// mailsByNumber links the mails; those that name one callback number belong
// together.
func mailsByNumber(t *testing.T) (pairs, int) {
	t.Helper()
	dir := realData(t, "callback-emails")
	mails := filepath.Join(t.TempDir(), "eml")
	if err := os.CopyFS(mails, os.DirFS(filepath.Join(dir, "eml"))); err != nil {
		t.Fatal(err)
	}
	node, out := filepath.Join(t.TempDir(), "node"), filepath.Join(t.TempDir(), "out")
	says(t, "keygen", "-data", node, "-org", "real", "-name", "Real data", "-country", "US")
	files, err := filepath.Glob(filepath.Join(mails, "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no mails in %s: %v", dir, err)
	}
	says(t, append([]string{"import", "-data", node}, files...)...)
	says(t, "link", "-data", node, "-out", out)
	res, err := link.ReadFolder(out)
	if err != nil {
		t.Fatal(err)
	}
	_, scam := rolesOfNumbers(t, filepath.Join(dir, "numbers.csv"))
	label := map[fraud.ReportID][]string{}
	each(t, node, func(f fraud.ReportFacts, ss []fraud.Sighting) {
		for _, s := range ss {
			if scam[s.Indicator.Value] && !slices.Contains(label[f.ID], s.Indicator.Value) {
				label[f.ID] = append(label[f.ID], s.Indicator.Value)
			}
		}
	})
	return ringPairs(res, label), len(label)
}

// kitsByAsset links the pages; those whose kits hold a file of the same bytes
// belong together. Icons and stock libraries are smaller or everybody's.
func kitsByAsset(t *testing.T) (pairs, int) {
	t.Helper()
	dir := realData(t, "popup-kits")
	raw, err := os.ReadFile(filepath.Join(dir, "pages.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.ReadFile(filepath.Join(dir, "kit-assets.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(f)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) int { return slices.Index(rows[0], name) }
	assets := map[string][]string{} // repo → files shared with another
	for _, row := range rows[1:] {
		if row[at("repos_sharing")] != "1" && len(row[at("size")]) >= len("10000") {
			assets[row[at("repo")]] = append(assets[row[at("repo")]], row[at("sha256")])
		}
	}
	node, out := filepath.Join(t.TempDir(), "node"), filepath.Join(t.TempDir(), "out")
	says(t, "keygen", "-data", node, "-org", "real", "-name", "Real data", "-country", "US")
	says(t, "import", "-data", node, copied(t, raw, "pages.jsonl"))
	says(t, "link", "-data", node, "-out", out)
	res, err := link.ReadFolder(out)
	if err != nil {
		t.Fatal(err)
	}
	label := map[fraud.ReportID][]string{}
	for line := range bytes.Lines(raw) {
		var page struct{ Repo, Path, SHA256 string }
		if err := json.Unmarshal(line, &page); err != nil {
			t.Fatal(err)
		}
		for _, a := range res.Assign {
			if strings.Contains(string(a.Report), page.SHA256) || strings.HasSuffix(string(a.Report), page.Repo+"/"+page.Path) {
				// Pages of one kit belong together too.
				label[a.Report] = append([]string{page.Repo}, assets[page.Repo]...)
			}
		}
	}
	if len(label) == 0 {
		t.Logf("no page is told by its name: %v", res.Assign)
	}
	return ringPairs(res, label), len(label)
}

// domainsByWallet makes a report of each site of the drainer list and each of
// its wallets, links them, and holds sites that one wallet serves together.
// A wallet of hundreds of sites is a service: its customers may be different
// people, so what is missed there is no clear error.
func domainsByWallet(t *testing.T) (pairs, int) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(realData(t, "crypto"), "scamsniffer-combined.json"))
	if err != nil {
		t.Fatal(err)
	}
	var sites map[string][]string
	if err := json.Unmarshal(raw, &sites); err != nil {
		t.Fatal(err)
	}
	label := map[fraud.ReportID][]string{}
	var lines bytes.Buffer
	for site, wallets := range sites {
		id := fraud.NewReportID("drainers", site)
		r := map[string]any{"id": site, "source": "drainers", "received_at": "2023-06-01T00:00:00Z", "contacts": []any{map[string]string{"url": "https://" + site + "/"}}}
		var paid []any
		for _, w := range wallets {
			w = strings.ToLower(w)
			label[id] = append(label[id], w)
			paid = append(paid, map[string]string{"status": "demanded", "rail": "crypto", "to_wallet": w})
		}
		r["payments"] = paid
		js, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(js, '\n'))
	}
	out := filepath.Join(t.TempDir(), "out")
	says(t, "link", "-in", copied(t, lines.Bytes(), "sites.jsonl"), "-out", out)
	res, err := link.ReadFolder(out)
	if err != nil {
		t.Fatal(err)
	}
	return ringPairs(res, label), len(label)
}
