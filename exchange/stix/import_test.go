package stix_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ringbreaker.example/exchange/stix"
	"ringbreaker.example/fraud"
)

func TestWhatWasExportedComesBackWithItsRoleAndWhoSaidIt(t *testing.T) {
	c := sample()
	b, err := stix.Export(c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := stix.Import(b)
	if err != nil {
		t.Fatal(err)
	}
	claims := map[fraud.Indicator]fraud.Claim{}
	for _, x := range got.Claims {
		claims[x.Indicator] = x
	}
	sent := 0
	for _, i := range c.Rings[0].Ring.Indicators {
		if slices.Contains([]fraud.Kind{fraud.Company, fraud.Tracker}, i.Kind) || !i.Role.Links() {
			if _, ok := claims[i.Indicator]; ok {
				t.Errorf("%s came back and was never sent", i.Indicator)
			}
			continue
		}
		sent++
		want := i.Indicator
		switch want.Kind {
		case fraud.Image:
			want.Kind = fraud.File
		case fraud.RemoteHost:
			want.Kind = fraud.Domain
		}
		x, ok := claims[want]
		if !ok {
			t.Errorf("%s did not come back", i.Indicator)
			continue
		}
		if x.Role != i.Role || x.By != "Alder Software" || !x.Actionable || x.Mark != (fraud.Mark{TLP: fraud.TLPAmberStrict, PAP: fraud.PAPRed}) || !x.At.Equal(i.Tenure.From) {
			t.Errorf("%s came back as %+v", i.Indicator, x)
		}
	}
	if len(got.Claims) != sent || len(got.Problems) > 0 {
		t.Errorf("%d claims of %d sent, problems %v", len(got.Claims), sent, got.Problems)
	}
}

// A wrong relationship must not make a suspect of a reporter, a victim or a
// brand: nothing that belongs to an identity becomes a claim.
func TestNoIdentityAndNothingOfAnIdentityBecomesAClaim(t *testing.T) {
	bundle := `{"type":"bundle","id":"bundle--1","objects":[
	 {"type":"identity","id":"identity--rep","name":"Alder Software","identity_class":"organization"},
	 {"type":"identity","id":"identity--brand","name":"Birch Retail","identity_class":"organization"},
	 {"type":"indicator","id":"indicator--1","created_by_ref":"identity--rep","pattern":"[phone-number:value = '+12125550142']","pattern_type":"stix","valid_from":"2023-09-01T00:00:00Z"},
	 {"type":"relationship","id":"relationship--1","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"identity--rep"},
	 {"type":"email-addr","id":"email-addr--desk","value":"desk@alder.example"},
	 {"type":"relationship","id":"relationship--2","relationship_type":"related-to","source_ref":"identity--rep","target_ref":"email-addr--desk"},
	 {"type":"domain-name","id":"domain-name--brand","value":"birch.example"},
	 {"type":"relationship","id":"relationship--3","relationship_type":"attributed-to","source_ref":"domain-name--brand","target_ref":"identity--brand"},
	 {"type":"email-addr","id":"email-addr--victim","value":"vera@mail.example"},
	 {"type":"email-addr","id":"email-addr--from","value":"help@alder-care.example"},
	 {"type":"email-message","id":"email-message--1","is_multipart":false,"from_ref":"email-addr--from","to_refs":["email-addr--victim"]},
	 {"type":"observed-data","id":"observed-data--1","created_by_ref":"identity--rep","object_refs":["email-addr--victim","email-addr--from","email-addr--desk"]}
	]}`
	got, err := stix.Import([]byte(bundle))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, c := range got.Claims {
		values = append(values, c.Indicator.Value)
		if c.By != "Alder Software" {
			t.Errorf("%s is said by %q, want the reporter", c.Indicator, c.By)
		}
	}
	slices.Sort(values)
	if want := []string{"+12125550142", "help@alder-care.example"}; !slices.Equal(values, want) {
		t.Errorf("claims %v, want %v", values, want)
	}
	if !slices.ContainsFunc(got.Problems, func(p stix.Problem) bool { return p.Ref == "relationship--1" }) {
		t.Error("the wrong relationship is not named")
	}
}

// However a relationship is turned round, and whichever object it hangs on,
// who reported, who was hit and whose name was used become no suspects.
func TestReversedRelationshipsMakeNobodyASuspect(t *testing.T) {
	const people = `{"type":"identity","id":"identity--rep","name":"Alder Software","identity_class":"organization","contact_information":"Desk <desk@alder.example>, +1 (212) 555-0199"},
	 {"type":"identity","id":"identity--victim","name":"A victim","identity_class":"individual"},`
	for name, tt := range map[string]struct {
		objects string
		want    []string
	}{
		"indicator indicates its reporter": {`{"type":"indicator","id":"indicator--1","created_by_ref":"identity--rep","pattern":"[phone-number:value = '+12125550142']","pattern_type":"stix"},
		 {"type":"relationship","id":"relationship--1","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"identity--rep"}`, []string{"phone:+12125550142"}},
		"reporter indicates the indicator": {`{"type":"indicator","id":"indicator--1","created_by_ref":"identity--rep","pattern":"[phone-number:value = '+12125550142']","pattern_type":"stix"},
		 {"type":"relationship","id":"relationship--1","relationship_type":"indicates","source_ref":"identity--rep","target_ref":"indicator--1"}`, []string{"phone:+12125550142"}},
		"victim's observation, forwards": {`{"type":"observed-data","id":"observed-data--1","created_by_ref":"identity--rep","object_refs":["email-addr--1"]},{"type":"email-addr","id":"email-addr--1","value":"vera@mail.example"},
		 {"type":"relationship","id":"relationship--1","relationship_type":"related-to","source_ref":"observed-data--1","target_ref":"identity--victim"}`, nil},
		"victim's observation, backwards": {`{"type":"observed-data","id":"observed-data--1","created_by_ref":"identity--rep","object_refs":["email-addr--1"]},{"type":"email-addr","id":"email-addr--1","value":"vera@mail.example"},
		 {"type":"relationship","id":"relationship--1","relationship_type":"consists-of","source_ref":"identity--victim","target_ref":"observed-data--1"}`, nil},
		"victim's observation of STIX 2.0": {`{"type":"observed-data","id":"observed-data--1","created_by_ref":"identity--rep","objects":{"0":{"type":"email-addr","value":"vera@mail.example"}}},
		 {"type":"relationship","id":"relationship--1","relationship_type":"attributed-to","source_ref":"observed-data--1","target_ref":"identity--victim"}`, nil},
		"address of a victim's account": {`{"type":"email-addr","id":"email-addr--1","value":"vera@mail.example","belongs_to_ref":"user-account--1"},{"type":"user-account","id":"user-account--1","account_login":"telegram:vera"},
		 {"type":"relationship","id":"relationship--1","relationship_type":"belongs-to","source_ref":"user-account--1","target_ref":"identity--victim"}`, nil},
		"account of a victim's address": {`{"type":"email-addr","id":"email-addr--1","value":"vera@mail.example","belongs_to_ref":"user-account--1"},{"type":"user-account","id":"user-account--1","account_login":"telegram:vera"},
		 {"type":"relationship","id":"relationship--1","relationship_type":"uses","source_ref":"identity--victim","target_ref":"email-addr--1"}`, nil},
		"the reporter's own contact in a pattern": {`{"type":"indicator","id":"indicator--1","created_by_ref":"identity--rep","pattern":"[email-addr:value = 'Desk@alder.example' OR phone-number:value = '+12125550199' OR phone-number:value = '+12125550142']","pattern_type":"stix"}`, []string{"phone:+12125550142"}},
		"several comparisons, some negated": {`{"type":"indicator","id":"indicator--1","created_by_ref":"identity--rep","pattern_type":"stix",
		 "pattern":"([domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.9'] AND [url:value NOT IN ('https://good.example/')]) OR [email-message:from_ref.value = 'x@a.example' AND email-message:to_refs[*].value = 'vera@mail.example']"}`, []string{"domain:a.example", "email:x@a.example"}},
	} {
		got, err := stix.Import([]byte(`{"type":"bundle","id":"bundle--1","objects":[` + people + tt.objects + `]}`))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var values []string
		for _, c := range got.Claims {
			values = append(values, c.Indicator.String())
			if c.By != "Alder Software" {
				t.Errorf("%s: %s is said by %q", name, c.Indicator, c.By)
			}
		}
		if !slices.Equal(values, tt.want) {
			t.Errorf("%s: claims %q, want %q; problems %+v", name, values, tt.want, got.Problems)
		}
	}
}

// A sighting is the indicator said once more, by who saw it; what was not
// seen, revoked or is somebody is no claim.
func TestSightingsAreSaidByWhoSawThem(t *testing.T) {
	bundle := `{"type":"bundle","id":"bundle--1","objects":[
	 {"type":"identity","id":"identity--a","name":"Alder"},{"type":"identity","id":"identity--b","name":"Birch"},{"type":"identity","id":"identity--v","name":"A victim"},
	 {"type":"indicator","id":"indicator--1","created_by_ref":"identity--a","pattern":"[phone-number:value = '+12125550142']","pattern_type":"stix","valid_from":"2023-09-01T00:00:00Z"},
	 {"type":"sighting","id":"sighting--1","created_by_ref":"identity--b","sighting_of_ref":"indicator--1","last_seen":"2023-10-01T00:00:00Z","where_sighted_refs":["identity--v"],"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]},
	 {"type":"sighting","id":"sighting--2","created_by_ref":"identity--b","sighting_of_ref":"indicator--1","count":0},
	 {"type":"sighting","id":"sighting--3","created_by_ref":"identity--b","sighting_of_ref":"identity--v"},
	 {"type":"sighting","id":"sighting--4","created_by_ref":"identity--b","sighting_of_ref":"indicator--9"}]}`
	got, err := stix.Import([]byte(bundle))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Claims) != 2 || got.Claims[1].By != "Birch" || got.Claims[1].Ref != "sighting--1" || got.Claims[1].At.Month() != 10 || got.Claims[1].Mark.TLP != fraud.TLPRed || got.Claims[0].Mark.TLP == fraud.TLPRed {
		t.Errorf("claims %+v", got.Claims)
	}
	if len(got.Problems) != 3 || got.Problems[0].N != 6 || got.Problems[2].N != 8 {
		t.Errorf("problems %+v, want three with their places", got.Problems)
	}
}

func TestSTIX20IsReadToo(t *testing.T) {
	bundle := `{"type":"bundle","id":"bundle--2","spec_version":"2.0","objects":[
	 {"type":"identity","id":"identity--x","name":"A feed","identity_class":"organization"},
	 {"type":"indicator","id":"indicator--2","created_by_ref":"identity--x","labels":["malicious-activity"],"valid_from":"2023-09-01T00:00:00Z",
	  "object_marking_refs":["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"],
	  "pattern":"[url:value = 'https://x.example/a' OR domain-name:value IN ('A.example', 'b.example.')] AND [ipv4-addr:value != '192.0.2.1'] WITHIN 5 SECONDS"},
	 {"type":"observed-data","id":"observed-data--2","created_by_ref":"identity--x","first_observed":"2023-09-02T00:00:00Z",
	  "objects":{"0":{"type":"email-addr","value":"Caller@x.example"},"1":{"type":"email-addr","value":"vera@mail.example"},"2":{"type":"email-message","from_ref":"0","to_refs":["1"]}}}
	]}`
	got, err := stix.Import([]byte(bundle))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range got.Claims {
		lines = append(lines, c.Indicator.String()+" "+string(c.Mark.TLP)+" "+c.By)
	}
	want := []string{"url:https://x.example/a AMBER A feed", "domain:a.example AMBER A feed", "domain:b.example AMBER A feed", "email:caller@x.example AMBER A feed"}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
}

func TestBrokenBundlesAreInvalidAndBrokenObjectsAreProblems(t *testing.T) {
	for _, b := range []string{"", "[", "null", "17", `"x"`, `{"type":"bundle","objects":{}}`, `{"type":"bundle"`, "\xff"} {
		if _, err := stix.Import([]byte(b)); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%q: got %v, want ErrInvalid", b, err)
		}
	}
	got, err := stix.Import([]byte(`{"type":"bundle","objects":[{"type":"indicator","id":"indicator--1","pattern":17},{"type":"indicator","id":"indicator--2","pattern":"[url:value = 'https://x.example/'"},{"type":"url","id":"url--1","value":"https://x.example/"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Claims) != 1 || len(got.Problems) != 2 {
		t.Errorf("got %d claims and %v", len(got.Claims), got.Problems)
	}
}

func shared(t *testing.T, parts ...string) string {
	t.Helper()
	root := os.Getenv("RINGBREAKER_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED ALOUD: %s is not beside the checkout", filepath.Join(parts...))
	}
	return path
}

func TestPatternsOfOthersParseAsTheirValidatorSays(t *testing.T) {
	cases, err := os.ReadFile(shared(t, "stix", "patterns", "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for s := bufio.NewScanner(bytes.NewReader(cases)); s.Scan(); n++ {
		var c struct {
			Pattern string
			Valid   bool
		}
		if err := json.Unmarshal(s.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if _, err := stix.ParsePattern(c.Pattern); (err == nil) != c.Valid {
			t.Errorf("%s: got %v, want valid %v", c.Pattern, err, c.Valid)
		}
	}
	if n < 40 {
		t.Errorf("read %d cases", n)
	}
	b, err := os.ReadFile(shared(t, "stix", "patterns", "valid.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for p := range strings.Lines(string(b)) {
		if p = strings.TrimSpace(p); p == "" || strings.HasPrefix(p, "#") {
			continue
		}
		if _, err := stix.ParsePattern(p); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
}

func TestBundlesOfOthersAreRead(t *testing.T) {
	root := shared(t, "stix")
	files, claims := 0, 0
	for _, dir := range []string{"examples-documentation", "examples-schemas", "files"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			got, err := stix.Import(b)
			if err != nil && json.Valid(b) {
				t.Errorf("%s: %v", filepath.Base(path), err)
			}
			files, claims = files+1, claims+len(got.Claims)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d claims out of %d files", claims, files)
	if files < 15 || claims < 10 {
		t.Errorf("%d claims out of %d files", claims, files)
	}
}

// Property: whatever value stands between the quotes, the pattern that we
// write gives it back.
func TestEveryValueSurvivesItsPattern(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.String().Draw(t, "value")
		quoted := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v)
		got, err := stix.ParsePattern("[url:value = '" + quoted + "']")
		if err != nil || len(got) != 1 || got[0].Value != v {
			t.Fatalf("got %+v, %v", got, err)
		}
	})
}

func FuzzImport(f *testing.F) {
	b, err := stix.Export(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"type":"bundle","objects":[{"type":"indicator","id":"i","pattern":"[url:value IN ('a','b')] REPEATS 2 TIMES"}]}`))
	f.Add([]byte(`[{"type":"observed-data","id":"o","objects":{"0":{"type":"file","hashes":{"MD5":"00"}}}}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := stix.Import(b)
		if err != nil && !errors.Is(err, fraud.ErrInvalid) {
			t.Fatalf("got %v, want ErrInvalid", err)
		}
		for _, c := range got.Claims {
			if c.Indicator.Value == "" || c.Indicator.Kind == "" || c.Mark.Valid() != nil {
				t.Fatalf("half-made claim %+v", c)
			}
		}
	})
}

func FuzzPattern(f *testing.F) {
	f.Add("[file:hashes.'SHA-256' = 'aa'] START t'2020-01-01T00:00:00Z' STOP t'2020-01-02T00:00:00Z'")
	f.Add("([a:b IN (1,2.5,h'00',b'AA==',true)] FOLLOWEDBY [EXISTS a:b[*].c]) WITHIN 2 SECONDS")
	f.Fuzz(func(t *testing.T, p string) {
		if _, err := stix.ParsePattern(p); err != nil && !errors.Is(err, fraud.ErrInvalid) {
			t.Fatalf("got %v, want ErrInvalid", err)
		}
	})
}
