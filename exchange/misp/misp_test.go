package misp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/exchange/misp"
	"ringbreaker.example/fraud"
)

var update = flag.Bool("update", false, "write the golden files anew")

var at = time.Date(2023, 10, 1, 8, 0, 0, 0, time.UTC)

func sample() misp.Content {
	from, to := at.AddDate(0, 0, -20), at.AddDate(0, 0, -2)
	ind := func(k fraud.Kind, v string, role fraud.Role) fraud.RingIndicator {
		return fraud.RingIndicator{Indicator: fraud.Indicator{Kind: k, Value: v}, Role: role, Tenure: fraud.Tenure{From: from, To: to}, Reports: 4, Sources: 2}
	}
	return misp.Content{
		Producer: fraud.Org{ID: "alder", Name: "Alder Software"}, Title: "Ring A-1", At: at, Mark: fraud.Mark{TLP: fraud.TLPGreen, PAP: fraud.PAPGreen},
		Rings: []misp.RingOf{{Label: "A-1", Ring: fraud.Ring{ID: "R-1", Indicators: []fraud.RingIndicator{
			ind(fraud.Phone, "+12125550142", fraud.RoleCallback), ind(fraud.Email, "help@alder-care.example", fraud.RoleSender),
			ind(fraud.URL, "https://alder-care.example/fix", fraud.RoleLure), ind(fraud.Domain, "alder-care.example", fraud.RoleLure), ind(fraud.IP, "192.0.2.7", fraud.RoleLure),
			ind(fraud.BankAccount, "GB33BUKB20201555555555", fraud.RolePayee), ind(fraud.BankAccount, "021000021/5550142", fraud.RolePayee),
			ind(fraud.UPI, "payout@examplebank", fraud.RolePayee), ind(fraud.Wallet, "bc1qexample0000000000000000000000000000000", fraud.RolePayee),
			ind(fraud.Wallet, "0x00000000000000000000000000000000000000aa", fraud.RolePayee), ind(fraud.RemoteID, "anydesk:123456789", fraud.RoleRemote),
			ind(fraud.Company, "name:alder care services", fraud.RoleCompany), ind(fraud.File, strings.Repeat("ab", 32), fraud.RoleAsset),
			ind(fraud.Phone, "+12125550199", fraud.RoleVictimOwned),
		}}}},
	}
}

func TestTheSameRingGivesTheSameEvent(t *testing.T) {
	got, err := misp.Export(sample())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "ring.misp.json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs: run with -update and read the diff", path)
	}
}

// A listing has no role, which does not keep it out of the event.
func TestEveryListingIsAnAttribute(t *testing.T) {
	expires := at.AddDate(0, 0, 30)
	b, err := misp.Export(misp.Content{
		Producer: fraud.Org{ID: "alder"}, Title: "Listings", At: at, Mark: fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPClear},
		Listings: []fraud.Listing{
			{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}, Reports: 8, Sources: 3, Expires: expires},
			{Indicator: fraud.Indicator{Kind: fraud.CardDescriptor, Value: "VEE*HELPHRX"}, Reports: 2, Sources: 2, Expires: expires},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Event struct {
			Attribute []struct{ Type, Value, Comment string }
		}
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Event.Attribute) != 2 {
		t.Fatalf("%d attributes of 2 listings: %s", len(got.Event.Attribute), b)
	}
	if a := got.Event.Attribute[0]; a.Type != "phone-number" || a.Value != "+12125550142" || a.Comment != "listed; 8 reports from 3 sources, expires 2023-10-31T08:00:00Z" {
		t.Errorf("got %+v", a)
	}
	claims, err := misp.Import(b)
	if err != nil || len(claims.Claims) != 2 || claims.Claims[1].Indicator.Kind != fraud.CardDescriptor {
		t.Errorf("%+v, %v", claims.Claims, err)
	}
}

func TestWhatWasExportedComesBackWithItsRole(t *testing.T) {
	c := sample()
	b, err := misp.Export(c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := misp.Import(b)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.DeleteFunc(slices.Clone(c.Rings[0].Ring.Indicators), func(i fraud.RingIndicator) bool { return !i.Role.Links() })
	if len(got.Claims) != len(want) || len(got.Problems) > 0 {
		t.Fatalf("%d claims, want %d; problems %v", len(got.Claims), len(want), got.Problems)
	}
	for i, x := range got.Claims {
		if x.Indicator != want[i].Indicator || x.Role != want[i].Role || x.By != "Alder Software" || x.Mark != c.Mark || !x.At.Equal(want[i].Tenure.From) {
			t.Errorf("%s as %s came back as %+v", want[i].Indicator, want[i].Role, x)
		}
	}
}

func TestNothingIsMarkedForDetectionThatMayNotBeBlocked(t *testing.T) {
	c := sample()
	c.Mark.PAP = fraud.PAPAmber
	b, err := misp.Export(c)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte(`"to_ids": true`)) {
		t.Error("a PAP:AMBER event has to_ids")
	}
}

func TestVictimsWitnessesAndBrandsNeverBecomeClaims(t *testing.T) {
	got, err := misp.Import([]byte(`{"response":[{"Event":{"uuid":"e1","info":"x","Orgc":{"name":"A feed","uuid":"o1"},"Tag":[{"name":"tlp:white"}],
	 "Attribute":[{"uuid":"a1","type":"phone-number","value":"+1 212 555 0142","to_ids":"1","timestamp":1693526400},
	  {"uuid":"a2","type":"email-dst","value":"vera@mail.example"},{"uuid":"a3","type":"target-email","value":"vera@mail.example"},
	  {"uuid":"a4","type":"domain|ip","value":"X.example|192.0.2.7"},{"uuid":"a5","type":"url","value":"https://gone.example/","deleted":true},{"uuid":"a6","type":17,"value":{}}],
	 "Object":[{"uuid":"b1","name":"victim","Attribute":[{"type":"ip-dst","value":"192.0.2.9"}]},
	  {"uuid":"b2","name":"person","Attribute":[{"type":"text","object_relation":"role","value":"Witness"},{"type":"phone-number","object_relation":"phone-number","value":"+12125550177"}]},
	  {"uuid":"b3","name":"person","Attribute":[{"type":"text","object_relation":"role","value":"Suspect"},{"type":"phone-number","object_relation":"phone-number","value":"+12125550143"}]},
	  {"uuid":"b4","name":"impersonation","Attribute":[{"type":"link","object_relation":"impersonated-account-url","value":"https://alder.example/"},{"type":"url","object_relation":"account-url","value":"https://fake.example/"}]},
	  {"uuid":"b5","name":"bank-account","Attribute":[{"type":"text","object_relation":"institution-code","value":"exmp"},{"type":"bank-account-nr","object_relation":"account","value":"5550 142"}]}]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range got.Claims {
		lines = append(lines, c.Indicator.String())
	}
	want := []string{"phone:+1 212 555 0142", "domain:x.example", "ip:192.0.2.7", "phone:+12125550143", "url:https://fake.example/", "bank_account:EXMP/5550142"}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
	if c := got.Claims[0]; c.Mark.TLP != fraud.TLPClear || !c.Actionable || c.At.Year() != 2023 {
		t.Errorf("the first claim is %+v", c)
	}
}

// Whichever way a reference points, what a victim owns is a victim's, and
// what a victim was called by is not.
func TestReferencesOfMISPMakeNobodyASuspect(t *testing.T) {
	got, err := misp.Import([]byte(`{"Event":{"uuid":"e1","info":"x","Orgc":{"name":"A feed","uuid":"o1"},
	 "Attribute":[{"uuid":"a1","type":"phone-number","value":"+12125550141"},{"uuid":"a2","type":"phone-number","value":"+12125550142"},
	  {"uuid":"a3","type":"domain","value":"false.example","Sighting":[{"type":"1","Organisation":{"name":"Birch","uuid":"o2"}}]},
	  {"uuid":"a4","type":"domain","value":"seen.example","Sighting":[{"type":"0","date_sighting":"1696118400","Organisation":{"name":"Birch","uuid":"o2"}},{"type":"0"}]}],
	 "Object":[{"uuid":"b1","name":"victim","Attribute":[],"ObjectReference":[{"referenced_uuid":"a1","relationship_type":"owner-of"},{"referenced_uuid":"a2","relationship_type":"called-by"}]},
	  {"uuid":"b2","name":"bank-account","Attribute":[{"uuid":"a5","type":"iban","object_relation":"iban","value":"GB00EXMP00000000000001"}],"ObjectReference":[{"referenced_uuid":"b1","relationship_type":"owned-by"}]},
	  {"uuid":"b3","name":"bank-account","Attribute":[{"uuid":"a6","type":"iban","object_relation":"iban","value":"GB00EXMP00000000000002"}],"ObjectReference":[{"referenced_uuid":"b1","relationship_type":"received-money-from"}]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range got.Claims {
		lines = append(lines, c.By+" "+c.Indicator.String())
	}
	want := []string{"A feed phone:+12125550142", "A feed domain:seen.example", "Birch domain:seen.example", "A feed bank_account:GB00EXMP00000000000002"}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
	var places []int
	for _, p := range got.Problems {
		places = append(places, p.N)
	}
	if !slices.Equal(places, []int{1, 3, 4, 4}) {
		t.Errorf("problems %+v, want them with their places", got.Problems)
	}
}

func TestWhatIsNoEventIsInvalid(t *testing.T) {
	for _, b := range []string{"", "[17]", "null", `{"x":1}`, `{"response":{"response":{"response":{"response":{"response":{}}}}}}`, "\xff"} {
		if _, err := misp.Import([]byte(b)); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%q: got %v, want ErrInvalid", b, err)
		}
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

func TestEventsOfOthersAreReadAndOurTypesAreMISPs(t *testing.T) {
	root := shared(t, "misp")
	claims := 0
	for _, name := range []string{"pymisp-misp_event.json", "pymisp-existing_event.json", "pymisp-mainly_objects_1.json", "misp-stix-test_events_collection_1.json"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := misp.Import(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		claims += len(got.Claims)
	}
	if claims < 20 {
		t.Errorf("%d claims out of four files", claims)
	}
	var types struct {
		Result struct {
			Map map[string][]string `json:"category_type_mappings"`
		}
	}
	b, err := os.ReadFile(filepath.Join(root, "pymisp-describeTypes.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &types); err != nil {
		t.Fatal(err)
	}
	var out struct {
		Event struct {
			Attribute []struct{ Type, Category string }
		}
	}
	if b, err = misp.Export(sample()); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	for _, a := range out.Event.Attribute {
		if !slices.Contains(types.Result.Map[a.Category], a.Type) {
			t.Errorf("MISP has no type %q in category %q", a.Type, a.Category)
		}
	}
}

func TestPyMISPLoadsTheEvent(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED ALOUD: no python3")
	}
	if exec.CommandContext(t.Context(), python, "-c", "import pymisp").Run() != nil {
		t.Skip("SKIPPED ALOUD: PyMISP is not installed (make interop installs it)")
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", "import sys,pymisp\ne=pymisp.MISPEvent()\ne.load(sys.stdin.read(), validate=False)\nprint(len(e.attributes), e.uuid)")
	b, err := misp.Export(sample())
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(in, bytes.NewReader(b))
		_ = in.Close()
	}()
	said, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(said), "13 ") {
		t.Errorf("%v: %s", err, said)
	}
}

func FuzzImport(f *testing.F) {
	b, err := misp.Export(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`[{"Event":{"Attribute":[{"type":"filename|sha256","value":"a|b"}],"Object":[{"name":"phone","Attribute":[{"object_relation":"imei","value":1}]}]}}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := misp.Import(b)
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
