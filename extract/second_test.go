package extract_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/score"
)

var secondOut = flag.String("second.out", "", "write the second corpus' tables, its summary and its texts as JSONL to this `folder`")

var secondBare = flag.Bool("second.bare", false, "read each text without its country and voice, as the command does when nobody tells them; no floor holds there")

// halves turns the name of a half into its folder.
var halves = strings.NewReplacer("eighth-", "eighth/", "ninth-", "ninth/", "tenth-", "tenth/", "eleventh-", "eleventh/", "sixteenth-", "sixteenth/", "seventeenth-", "seventeenth/")

// half reads one half of the second, the eighth to eleventh, the sixteenth or the seventeenth corpus, or one of the
// others, its files in the order of names.
func half(tb testing.TB, name string) []score.Snippet {
	tb.Helper()
	folder := filepath.Join("testdata", "second", name)
	if name != "dev" && name != "held" {
		folder = filepath.Join("testdata", filepath.FromSlash(halves.Replace(name)))
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no files in %s: %v", folder, err)
	}
	slices.Sort(files)
	var all []score.Snippet
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			tb.Fatal(err)
		}
		some, err := score.ReadMarked(f)
		_ = f.Close()
		if err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
		all = append(all, some...)
	}
	return all
}

// found is what the extractor says about a text, read as what it is.
func found(tb testing.TB, one score.Snippet) []score.Mark {
	tb.Helper()
	opt := extract.Options{Country: one.Country, FromFraudster: one.Voice == "f"}
	if *secondBare || strings.ContainsAny(one.ID[:1], "1456789") && one.Format != "text" {
		opt = extract.Options{} // these corpora are read as the command reads them
	}
	var findings []extract.Finding
	switch one.Format {
	case "text":
		findings = extract.Text(one.Text, opt)
	case "html":
		_, findings = extract.HTML([]byte(one.Text), opt)
	case "mail":
		var err error
		if _, findings, err = extract.Mail(extract.TransferEncoded(tb, one.Text), opt); err != nil {
			tb.Errorf("%s: %v", one.ID, err)
		}
	case "report":
		var r fraud.Report
		if err := json.Unmarshal([]byte(one.Text), &r); err != nil {
			tb.Fatalf("%s: %v", one.ID, err)
		}
		for _, s := range extract.Report(&r, opt).Sightings {
			findings = append(findings, extract.Finding{Indicator: s.Indicator, Role: s.Role})
		}
	default:
		tb.Fatalf("%s: no reader for the format %q", one.ID, one.Format)
	}
	marks := make([]score.Mark, 0, len(findings))
	for _, f := range findings {
		marks = append(marks, score.Mark{Kind: f.Kind, Value: f.Value, Role: f.Role, Start: f.Start, End: f.End})
	}
	return marks
}

// The second corpus was written and labelled by a hand that had not read the
// rules (testdata/second/README.md), the third one by a hand that came to make
// rules afterwards (testdata/third/README.md), the fourth one by the hand that
// made rules on its misses (testdata/fourth/README.md), and so was the fifth; the
// eighth to the seventeenth by hands that make none (their README.md), of which the twelfth
// to fifteenth teach. The floors are what the rules reach today, a little below: they hold what was won. The held halves and the third
// corpus are only ever scored: nothing here says which of their texts went wrong.
func TestSecondCorpusHoldsItsFloors(t *testing.T) {
	for _, tt := range []struct {
		name                 string
		phones, values, role float64
	}{
		{"dev", 0.983, 0.98, 0.945},
		{"held", 0.953, 0.94, 0.899},
		{"third", 0.98, 0.944, 0.929},
		{"fourth", 0.99, 0.983, 0.952},
		{"fifth", 0.991, 0.966, 0.956},
		{"sixth", 0.994, 0.974, 0.957},
		{"seventh", 0.987, 0.957, 0.969},
		{"eighth-dev", 0.98, 0.937, 0.934},
		{"eighth-held", 0.98, 0.894, 0.864},
		{"ninth-dev", 0.978, 0.908, 0.91},
		{"ninth-held", 0.977, 0.899, 0.886},
		{"tenth-dev", 0.932, 0.942, 0.907},
		{"tenth-held", 0.932, 0.928, 0.925},
		{"eleventh-dev", 0.978, 0.942, 0.885},
		{"eleventh-held", 0.938, 0.93, 0.812},
		{"twelfth", 0.95, 0.94, 0.885},
		{"thirteenth", 0.95, 0.924, 0.86},
		{"fourteenth", 0.92, 0.95, 0.91},
		{"fifteenth", 0.936, 0.954, 0.925},
		{"sixteenth-dev", 0.975, 0.865, 0.81},
		{"sixteenth-held", 0.985, 0.833, 0.822},
		{"seventeenth-dev", 0.99, 0.795, 0.866},
		{"seventeenth-held", 0.99, 0.789, 0.874},
	} {
		t.Run(tt.name, func(t *testing.T) {
			texts := half(t, tt.name)
			least := 200
			switch tt.name {
			case "fourth":
				least = 84
			case "eighth-dev", "eighth-held":
				least = 138
			case "ninth-dev", "ninth-held":
				least = 91
			case "tenth-dev", "tenth-held":
				least = 53
			case "eleventh-dev", "eleventh-held":
				least = 59
			case "twelfth", "thirteenth", "fourteenth", "fifteenth":
				least = 121
			case "sixteenth-dev", "sixteenth-held":
				least = 69
			case "seventeenth-dev", "seventeenth-held":
				least = 44
			case "seventh":
				least = 184
			case "fifth", "sixth":
				least = 194
			}
			if len(texts) < least {
				t.Errorf("%d snippets, want at least %d", len(texts), least)
			}
			e := score.NewExtraction()
			for _, one := range texts {
				e.Add(one, found(t, one))
			}
			phones := e.Kinds[string(fraud.Phone)]
			t.Logf("phones F1 %.4f, all kinds F1 %.4f, roles %.4f", phones.F1(), e.All.F1(), e.Role())
			if got := phones.F1(); got < tt.phones {
				t.Errorf("phones: F1 %.4f, want at least %.4f", got, tt.phones)
			}
			if got := e.All.F1(); got < tt.values {
				t.Errorf("all kinds: F1 %.4f, want at least %.4f", got, tt.values)
			}
			if got := e.Role(); got < tt.role {
				t.Errorf("roles: %.4f right, want at least %.4f", got, tt.role)
			}
			if *secondOut != "" {
				writeSecond(t, tt.name, texts, e)
			}
		})
	}
}

// writeSecond leaves what scripts/score-extraction.sh and scripts/interop
// read: the table, a line of figures, and the texts with their marks. The
// misses are written for the corpora that teach the rules.
func writeSecond(t *testing.T, name string, texts []score.Snippet, e *score.Extraction) {
	t.Helper()
	write := func(file string, b []byte) {
		if err := os.WriteFile(filepath.Join(*secondOut, file), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(name+".md", []byte(e.Table()))
	phones := e.Kinds[string(fraud.Phone)]
	write(name+".tsv", fmt.Appendf(nil, "%d\t%d\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\n",
		e.Snippets, e.Values, e.All.Precision(), e.All.Recall(), e.All.F1(), phones.F1(), e.Role()))
	var lines []byte
	for _, one := range texts {
		b, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, b...), '\n')
	}
	write(name+".jsonl", lines)
	if strings.HasSuffix(name, "held") || name == "third" {
		return
	}
	lines = nil
	for _, m := range e.Misses {
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, b...), '\n')
	}
	write(name+"-misses.jsonl", lines)
}

var (
	knownKinds = map[fraud.Kind]bool{
		fraud.Phone: true, fraud.Email: true, fraud.URL: true, fraud.Domain: true, fraud.IP: true, fraud.RemoteID: true, fraud.RemoteHost: true,
		fraud.BankAccount: true, fraud.UPI: true, fraud.Wallet: true, fraud.TxID: true, fraud.CardDescriptor: true, fraud.MerchantID: true,
		fraud.Company: true, fraud.TaxID: true, fraud.PersonAlias: true, fraud.Handle: true, fraud.Tracker: true, fraud.File: true,
		fraud.IMEI: true, fraud.ICCID: true, fraud.RemoteTool: true, fraud.GiftCard: true, fraud.Amount: true,
	}
	knownRoles = map[fraud.Role]bool{
		fraud.RoleCallback: true, fraud.RoleShownCallerID: true, fraud.RoleSender: true, fraud.RoleLure: true, fraud.RoleRedirect: true,
		fraud.RolePayee: true, fraud.RoleRemote: true, fraud.RoleAlias: true, fraud.RoleCompany: true, fraud.RoleAsset: true, fraud.RoleTracker: true,
		fraud.RoleMention: true, fraud.RoleVictimOwned: true, fraud.RoleBystander: true, fraud.RoleGenuineBrand: true,
	}
	e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// A label that is no word of ours, a text in both halves or a host that could
// be somebody's would make the score a lie or the corpus a harm.
func TestSecondCorpusIsWellFormed(t *testing.T) {
	ids, texts, languages := map[string]bool{}, map[string]string{}, map[string]int{}
	for _, name := range []string{
		"dev", "held", "third", "fourth", "fifth", "sixth", "seventh", "eighth-dev", "eighth-held", "ninth-dev", "ninth-held", "tenth-dev", "tenth-held",
		"eleventh-dev", "eleventh-held", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth-dev", "sixteenth-held", "seventeenth-dev", "seventeenth-held",
	} {
		for _, one := range half(t, name) {
			if ids[one.ID] {
				t.Errorf("%s stands twice", one.ID)
			}
			if other := texts[one.Text]; other != "" {
				t.Errorf("%s has the text of %s", one.ID, other)
			}
			ids[one.ID], texts[one.Text] = true, one.ID
			languages[name+" "+one.Language]++
			for _, m := range one.Marks {
				wellFormed(t, one, m)
			}
		}
	}
	for _, name := range []string{"dev", "held"} {
		for _, lang := range []string{"de", "en", "es", "fr", "hi", "ja"} {
			if n := languages[name+" "+lang]; n < 25 {
				t.Errorf("%d texts in %s in %s, want at least 25", n, lang, name)
			}
		}
	}
	for _, lang := range []string{"de", "en", "es", "fr", "hi", "pt"} {
		if n := languages["third "+lang]; n < 24 {
			t.Errorf("%d texts in %s in the third corpus, want at least 24", n, lang)
		}
	}
}

func wellFormed(t *testing.T, one score.Snippet, m score.Mark) {
	t.Helper()
	if !knownKinds[m.Kind] || !knownRoles[m.Role] {
		t.Errorf("%s: %s %s is none of our words", one.ID, m.Kind, m.Role)
	}
	if m.Value == "" || m.End <= m.Start || m.End > len(one.Text) {
		t.Errorf("%s: an empty %s at %d to %d", one.ID, m.Kind, m.Start, m.End)
	}
	if m.Kind == fraud.Phone && !e164.MatchString(m.Value) {
		t.Errorf("%s: %s is not E.164", one.ID, m.Value)
	}
	host := m.Value
	switch m.Kind {
	case fraud.Email:
		_, host, _ = strings.Cut(host, "@")
	case fraud.Domain:
	default:
		return
	}
	if m.Role.Links() && !strings.HasSuffix(host, ".example") && !genuineMailer[host] {
		t.Errorf("%s: the host %s links and could be somebody's", one.ID, host)
	}
}

// genuineMailer holds the hosts of services that anybody writes from.
var genuineMailer = map[string]bool{"outlook.com": true}
