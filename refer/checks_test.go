package refer_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// Each of the fourteen checks is made to fail by one change of good
// material, and names the offending record.
func TestEachCheckFailsOnItsOwnFaultAndNamesTheRecord(t *testing.T) {
	hub := fraud.Indicator{Kind: fraud.Domain, Value: "popup-maker.example"}
	for _, tt := range []struct {
		name  string
		no    int
		spoil func(m *refer.Material)
		ref   string
	}{
		{"exhibit changed since", 1, func(m *refer.Material) { m.Exhibits[0].SHA256 = strings.Repeat("0", 64) }, "exhibit EX-A1"},
		{"assertion without exhibit", 1, func(m *refer.Material) { m.Subjects[0].Assertions[0].Exhibits = nil }, "subject SUB-1"},
		{"citation of nothing", 1, func(m *refer.Material) { m.Timeline[0].Exhibits = []fraud.ExhibitID{"EX-9"} }, "timeline 2023-08-22T08:00:00Z"},
		{"assertion without basis", 1, func(m *refer.Material) { m.Subjects[0].Assertions[0].Basis = "" }, "subject SUB-1"},
		{"two exhibits of one id", 1, func(m *refer.Material) { m.Exhibits[1].ID = "EX-A1" }, "exhibit EX-A1"},
		{"unverified report alone", 2, func(m *refer.Material) { m.Reports = nil }, "subject SUB-1"},
		{"shown caller id alone", 2, func(m *refer.Material) { m.Exhibits[0].Roles = []fraud.Role{fraud.RoleShownCallerID} }, "subject SUB-1"},
		{"link through a hub alone", 3, func(m *refer.Material) { m.Rings[0].Links[0].Cause[0].Indicator = hub }, "ring R-A1"},
		{"overlap through a hub alone", 3, func(m *refer.Material) { m.Overlaps[0].Shared[0].Indicator = hub }, "overlap OV-1"},
		{"no overlap", 4, func(m *refer.Material) { m.Overlaps = nil }, "overlaps"},
		{"one side without its own evidence", 4, func(m *refer.Material) { m.Overlaps[0].Sides[1].Exhibits = []fraud.ExhibitID{"EX-A1"} }, "overlap OV-1"},
		{"name in a subject", 5, func(m *refer.Material) { m.Subjects[0].Name = "VERA  Examplewoman" }, "file "},
		{"name in an exhibit", 5, func(m *refer.Material) { replace(&m.Exhibits[0], "paid by Walter Samplemann") }, "file exhibits/0001-bank-export.csv"},
		{"number in other spelling", 5, func(m *refer.Material) { m.Method = "They called (212) 555-0177 first." }, "file "},
		{"mail address in a request", 5, func(m *refer.Material) { m.Requests[0].Says = "Ask vera@mail.example." }, "file "},
		{"victim never asked", 6, func(m *refer.Material) { m.Victims[1].ConsentAt = time.Time{} }, "victim V-2"},
		{"no date for India", 7, func(m *refer.Material) { m.Proceeding = time.Time{} }, "proceeding"},
		{"blank in a certificate", 7, func(m *refer.Material) { m.Complainants[1].System.Process = "" }, "complainant birch"},
		{"no custody", 8, func(m *refer.Material) { m.Custody = m.Custody[:1] }, "exhibit EX-B1"},
		{"custody from a stranger", 8, func(m *refer.Material) {
			m.Custody = append(m.Custody, fraud.CustodyEvent{Item: "EX-A1", Seq: 2, From: "somebody", Holder: "x", At: asOf, Prev: m.Custody[0].Hash})
		}, "exhibit EX-A1"},
		{"custody event changed since", 8, func(m *refer.Material) { m.Custody[0].Why = "another reason" }, "exhibit EX-A1"},
		{"no contrary evidence", 9, func(m *refer.Material) { m.Contrary = nil }, "contrary evidence"},
		{"none and something", 9, func(m *refer.Material) { m.NotDone = append(m.NotDone, refer.None) }, "tests not done"},
		{"sensitive without reason", 9, func(m *refer.Material) { m.Disclosure[0].Sensitive = true }, "disclosure"},
		{"no channel tried", 10, func(m *refer.Material) { m.Money.NoneTried = "" }, "money"},
		{"freeze without channel", 10, func(m *refer.Material) { m.Money.Freeze[0].Channel = "" }, "account of the freeze list"},
		{"no hours", 11, func(m *refer.Material) { m.Hours = nil }, "premises P-1"},
		{"hours by another clock", 11, func(m *refer.Material) { m.Hours[0].TimeZone = "UTC" }, "premises P-1"},
		{"mark too weak", 12, func(m *refer.Material) { m.Rings[0].Ring.Mark.TLP = fraud.TLPRed }, "mark"},
		{"recipient not recorded", 12, func(m *refer.Material) { m.Basis.Recipients = nil }, "recipients"},
		{"no deconfliction", 12, func(m *refer.Material) { m.Deconfliction = " " }, "deconfliction"},
		{"query that gives another number", 13, func(m *refer.Material) { m.Queries[0].Result = 3 }, "query Q-1"},
		{"figure that differs from its query", 13, func(m *refer.Material) { m.Figures[1].Value++ }, "figure Money sent"},
		{"figure without as-of", 13, func(m *refer.Material) { m.Figures[2].AsOf = time.Time{} }, "figure Arrests"},
		{"genuine number", 14, func(m *refer.Material) { m.Rings[0].Ring.Indicators[1].Value = "+12125550100" }, "ring R-A1"},
		{"victim's own number as indicator", 14, func(m *refer.Material) { m.Rings[0].Ring.Indicators[1].Role = fraud.RoleVictimOwned }, "ring R-A1"},
		{"complainant as subject", 14, func(m *refer.Material) { m.Subjects[0].Name = "Alder Software" }, "subject SUB-1"},
		{"impersonated brand as subject", 14, func(m *refer.Material) { m.Subjects[0].Aliases = []string{"alder"} }, "subject SUB-1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.spoil(w.m)
			checks, err := refer.Checks(context.Background(), w.m)
			if err != nil {
				t.Fatal(err)
			}
			c := checks[tt.no-1]
			if c.OK || !strings.HasPrefix(c.Ref, tt.ref) || c.Says == "" {
				t.Errorf("check %d: ok %v, ref %q, says %q; want it to fail at %q", tt.no, c.OK, c.Ref, c.Says, tt.ref)
			}
			for _, s := range []string{"Vera", "Walter", "555-0177", "vera@"} {
				if strings.Contains(c.Says+c.Ref, s) {
					t.Errorf("the sentence names the victim: %s", c.Says)
				}
			}
			if err := refer.Blocking(checks); !errors.Is(err, fraud.ErrForbidden) {
				t.Errorf("signing: got %v, want ErrForbidden", err)
			}
		})
	}
}

func replace(e *refer.Exhibit, content string) {
	x := exhibit(string(e.ID), e.Name, e.What, e.Org, e.Kind, content)
	e.Open, e.SHA256, e.Size = x.Open, x.SHA256, x.Size
}

func TestAGapInCustodyMayBeDisclosed(t *testing.T) {
	w := newWorld(t)
	w.m.Custody = w.m.Custody[:1]
	w.m.Gaps = []refer.Gap{{Exhibit: "EX-B1", Says: "Nobody wrote down who exported it."}}
	if c := w.build(t).Document.Checks[7]; !c.OK {
		t.Errorf("check 8: %s", c.Says)
	}
}

func TestCertificatesFollowTheDateAndTheCourt(t *testing.T) {
	for _, tt := range []struct {
		proceeding time.Time
		want, not  string
	}{
		{time.Date(2024, 6, 30, 18, 29, 59, 0, time.UTC), "iea-65b", "bsa-63-4"},
		{time.Date(2024, 6, 30, 18, 30, 0, 0, time.UTC), "bsa-63-4", "iea-65b"}, // 1 July begins in India
	} {
		w := newWorld(t)
		w.m.Proceeding = tt.proceeding
		p := w.build(t)
		has := strings.Join(p.Names(), " ")
		if !strings.Contains(has, tt.want+"-alder") || strings.Contains(has, tt.not) || !strings.Contains(has, "fre-902-13-birch") ||
			!strings.Contains(has, "fre-902-14-alder") || !strings.Contains(has, "cja-s9-birch") {
			t.Errorf("%v: files %s", tt.proceeding, has)
		}
		if c := p.Document.Checks[6]; !c.OK {
			t.Errorf("check 7: %s", c.Says)
		}
	}
}

func read(t testing.TB, p *refer.Package, name string) string {
	t.Helper()
	r, err := p.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPartAIsFilledFromFactsAndPartBIsEmpty(t *testing.T) {
	w := newWorld(t)
	w.m.Proceeding = time.Date(2024, 8, 1, 0, 0, 0, 0, time.UTC)
	p := w.build(t)
	text := read(t, p, "certificates/bsa-63-4-alder.html")
	a, b, ok := strings.Cut(text, "PART B")
	if !ok {
		t.Fatal("no Part B")
	}
	for _, want := range []string{"section 63(4) of the Bharatiya Sakshya Adhiniyam, 2023", "A. Signer", "SN-0001", "☑</span>Server", "☑</span>SHA256", "☑</span>Managed", w.m.Exhibits[0].SHA256} {
		if !strings.Contains(a, want) {
			t.Errorf("Part A lacks %q", want)
		}
	}
	for _, not := range []string{"A. Signer", "☑", "SN-0001", w.m.Exhibits[0].SHA256} {
		if strings.Contains(b, not) {
			t.Errorf("Part B holds %q", not)
		}
	}
	us := read(t, p, "certificates/fre-902-14-birch.html")
	if !strings.Contains(us, "28 U.S.C. § 1746(1)") || !strings.Contains(us, "under the laws of the United States of America") {
		t.Error("a signatory abroad lacks the words of 28 U.S.C. 1746(1)")
	}
	if home := read(t, p, "certificates/fre-902-14-alder.html"); !strings.Contains(home, "1746(2)") || strings.Contains(home, "under the laws of the United States") {
		t.Error("a signatory in the United States lacks the words of 28 U.S.C. 1746(2)")
	}
}

func TestOnlyWhoAgreedStandsInTheAnnexAndNobodyElsewhere(t *testing.T) {
	w := newWorld(t)
	p := w.build(t)
	if p.Document.Annex.Victims != 1 || p.Document.Annex.Withheld != 1 {
		t.Errorf("annex %+v", p.Document.Annex)
	}
	for _, name := range p.Names() {
		text := read(t, p, name)
		for _, s := range []string{"Vera", "Walter", "Examplewoman", "555 0177", "7946 0123"} {
			if strings.Contains(text, s) {
				t.Errorf("%s holds %q", name, s)
			}
		}
	}
}

// Identities never cross to a partner: each complainant seals its own annex,
// who lays the package together cannot open the other's, and the agency
// opens both.
func TestEachComplainantSealsItsOwnAnnex(t *testing.T) {
	w := newWorld(t)
	theirs := w.m.Victims[1]
	theirs.Consent.ShareLawEnforcement = true
	sealed, err := refer.SealAnnex(&refer.Material{To: w.m.To, Victims: []refer.Victim{theirs}})
	if err != nil {
		t.Fatal(err)
	}
	w.m.Victims[1].Identity, w.m.Victims[1].Consent = fraud.Identity{}, theirs.Consent
	w.m.OtherAnnexes = []refer.OtherAnnex{{Org: "birch", Sealed: sealed, Victims: 1}}
	p := w.build(t)
	w.complete(t, p)
	var buf bytes.Buffer
	if err := p.Pack(&buf); err != nil {
		t.Fatal(err)
	}
	if _, err := refer.Verify(&buf, refer.Trust{}); err != nil {
		t.Fatal(err)
	}
	people, err := p.ReadAnnex(w.cfb.seal)
	if err != nil {
		t.Fatal(err)
	}
	if len(people) != 2 || people[0].Identity.Name != "Vera Examplewoman" || people[1].Identity.Name != "Walter Samplemann" {
		t.Errorf("the agency reads %d people, want both", len(people))
	}
	if _, err := p.ReadAnnex(w.alder.seal); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("a complainant opening an annex: got %v, want ErrForbidden", err)
	}
}

func TestASupplementContinuesTheNumbers(t *testing.T) {
	w := newWorld(t)
	w.m.Version, w.m.Supplements, w.m.FirstExhibit, w.m.FirstDisclosure = 2, w.m.ID, 3, 2
	p := w.build(t)
	if n := p.Document.Numbering; n != (refer.Numbering{FirstExhibit: 3, LastExhibit: 4, FirstDisclosure: 2, LastDisclosure: 2}) {
		t.Errorf("numbering %+v", n)
	}
	if d := read(t, p, "disclosure.csv"); !strings.Contains(d, "\n2,MG6C,") {
		t.Errorf("disclosure.csv does not continue:\n%s", d)
	}
	w.complete(t, p)
	var buf bytes.Buffer
	if err := p.Pack(&buf); err != nil {
		t.Fatal(err)
	}
	if _, err := refer.Verify(&buf, refer.Trust{}); err != nil {
		t.Error(err)
	}
}

// Property: whatever text stands in a record, no cell of any table starts
// like a formula, and the tables still parse.
func TestNoCellBecomesAFormula(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		evil := rapid.OneOf(rapid.SampledFrom([]string{"=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "\r\n=1", "a;=1", "＝1", " =1", "'=1", "\u00a0=1"}), rapid.String()).Draw(rt, "text")
		w.m.Transfers[0].Source, w.m.Victims[0].Region, w.m.Disclosure[0].What, w.m.Rings[0].Ring.Indicators[2].Value = evil, evil, evil, evil
		p := w.build(t)
		for _, name := range []string{"transactions.csv", "victims.csv", "disclosure.csv", "indicators.csv"} {
			rows, err := csv.NewReader(strings.NewReader(read(t, p, name))).ReadAll()
			if err != nil {
				rt.Fatalf("%s: %v", name, err)
			}
			for _, row := range rows {
				for _, c := range row {
					for part := range strings.SplitSeq(c, ";") {
						if s := strings.TrimLeft(part, " \u00a0"); s != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(s)[0]) {
							rt.Fatalf("%s holds the cell %q", name, c)
						}
					}
				}
			}
		}
	})
}

func TestNumbersAreCountedAgainFromTheTables(t *testing.T) {
	w := newWorld(t)
	for q, want := range map[string]int64{
		"count victims.csv": 2, "count victims.csv where country=GB": 1, "distinct victims.csv org": 2, "sum transactions.csv amount_minor where basis=observed": 29999,
		"count rings.jsonl": 2, "count disclosure.csv": 1, "SELECT count(*) FROM reports": 7,
	} {
		w.m.Figures, w.m.Queries = nil, []refer.Query{{ID: "Q", Text: q, Result: want, RanAt: asOf}}
		if c := w.build(t).Document.Checks[12]; !c.OK {
			t.Errorf("%s: %s", q, c.Says)
		}
	}
}
