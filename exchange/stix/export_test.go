package stix_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ringbreaker.example/exchange/stix"
	"ringbreaker.example/fraud"
)

var update = flag.Bool("update", false, "write the golden files anew")

var at = time.Date(2023, 10, 1, 8, 0, 0, 0, time.UTC)

// sample is an invented ring with every kind of indicator.
func sample() stix.Content {
	from, to := at.AddDate(0, 0, -20), at.AddDate(0, 0, -2)
	ind := func(k fraud.Kind, v string, role fraud.Role) fraud.RingIndicator {
		return fraud.RingIndicator{Indicator: fraud.Indicator{Kind: k, Value: v}, Role: role, Tenure: fraud.Tenure{From: from, To: to}, Bits: 18, Reports: 4, Sources: 2}
	}
	alder := fraud.Org{ID: "alder", Name: "Alder Software", Kind: fraud.OrgCompany, Country: "US"}
	return stix.Content{
		Producer: alder, Title: "Joint referral R-7", At: at, Mark: fraud.Mark{TLP: fraud.TLPAmberStrict, PAP: fraud.PAPRed},
		Rings: []stix.RingOf{{
			Org: alder, Label: "A-1",
			Ring: fraud.Ring{
				ID: "R-0123456789AB", Reports: []fraud.ReportID{"alder/1", "alder/2"}, Brands: []string{"Alder"},
				Harm: fraud.Harm{Reports: 2, Victims: 2, FirstAt: from, LastAt: to},
				Indicators: []fraud.RingIndicator{
					ind(fraud.Phone, "+12125550142", fraud.RoleCallback), ind(fraud.Email, "help@alder-care.example", fraud.RoleSender),
					ind(fraud.URL, "https://alder-care.example/fix?o='1'", fraud.RoleLure), ind(fraud.Domain, "alder-care.example", fraud.RoleLure),
					ind(fraud.IP, "192.0.2.7", fraud.RoleLure), ind(fraud.IP, "2001:db8::7", fraud.RoleLure),
					ind(fraud.RemoteID, "anydesk:123456789", fraud.RoleRemote), ind(fraud.RemoteHost, "relay.alder-care.example", fraud.RoleRemote),
					ind(fraud.BankAccount, "GB33BUKB20201555555555", fraud.RolePayee), ind(fraud.BankAccount, "021000021/5550142", fraud.RolePayee),
					ind(fraud.UPI, "payout@examplebank", fraud.RolePayee), ind(fraud.Wallet, "bc1qexample0000000000000000000000000000000", fraud.RolePayee),
					ind(fraud.TxID, "00000000000000000000000000000000000000000000000000000000000000aa", fraud.RolePayee),
					ind(fraud.Handle, "telegram:aldercare", fraud.RoleAlias), ind(fraud.Company, "name:alder care services", fraud.RoleCompany),
					ind(fraud.Image, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", fraud.RoleAsset),
					ind(fraud.Tracker, "ga:G-0000000000", fraud.RoleTracker), ind(fraud.Phone, "+12125550199", fraud.RoleVictimOwned),
				},
				Launderers: []fraud.Tie{{Indicator: fraud.Indicator{Kind: fraud.UPI, Value: "merchant@examplebank"}, Rings: []fraud.RingID{"a", "b"}}},
			},
		}},
		Listings: []fraud.Listing{{Indicator: fraud.Indicator{Kind: fraud.Domain, Value: "alder-care.example"}, Since: from, Expires: to.AddDate(0, 0, 90)}},
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from the golden file: run with -update and read the diff", name)
	}
}

func TestTheSameRingGivesTheSameBundle(t *testing.T) {
	b, err := stix.Export(sample())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "ring.stix.json", b)
	if bytes.Contains(b, []byte("5550199")) {
		t.Error("the bundle holds a number that is the victim's own")
	}
}
