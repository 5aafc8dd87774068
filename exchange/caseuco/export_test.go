package caseuco_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/exchange/caseuco"
	"ringbreaker.example/fraud"
)

var update = flag.Bool("update", false, "write the golden files anew")

var at = time.Date(2023, 10, 1, 8, 0, 0, 0, time.UTC)

func sample() caseuco.Content {
	i := func(k fraud.Kind, v string, r fraud.Role) fraud.RingIndicator {
		return fraud.RingIndicator{Indicator: fraud.Indicator{Kind: k, Value: v}, Role: r}
	}
	sum := strings.Repeat("ab", 32)
	return caseuco.Content{
		Ref: "REF-2023-7", Title: "Joint referral", Says: "Two rings behind one payout account.", At: at,
		Orgs: []fraud.Org{{ID: "alder", Name: "Alder Software"}, {ID: "cfb", Name: "Central Fraud Bureau"}},
		Exhibits: []caseuco.Exhibit{
			{Exhibit: fraud.Exhibit{ID: "EX-1", No: 1, Name: "export.csv", What: "Payments", SHA256: sum, Size: 20, Org: "alder", TakenAt: at, From: "case store"}, Path: "exhibits/0001-export.csv"},
			{Exhibit: fraud.Exhibit{ID: "EX-2", No: 2, Name: "sim.bin", What: "Image of a SIM", SHA256: sum, Size: 9, Org: "cfb", TakenAt: at, From: "phone"}, Path: "exhibits/0002-sim.bin", Root: "1"},
		},
		Custody: []fraud.CustodyEvent{
			{Item: "EX-1", Seq: 1, Act: fraud.CustodyReceived, Holder: "alder desk", Place: "Example City", Why: "export", At: at},
			{Item: "EX-1", Seq: 2, Act: fraud.CustodyReceived, Holder: "malkhana", From: "alder desk", Place: "Example Town", Why: "sent to the agency", At: at.Add(time.Hour)},
		},
		Subjects: []fraud.Subject{{ID: "SUB-1", Name: "Alder Care Services", Role: "operator"}},
		Rings: []fraud.Ring{{ID: "R-1", Brands: []string{"Alder"}, Indicators: []fraud.RingIndicator{
			i(fraud.Phone, "+12125550142", fraud.RoleCallback), i(fraud.Email, "help@alder-care.example", fraud.RoleSender), i(fraud.URL, "https://alder-care.example/x", fraud.RoleLure),
			i(fraud.Domain, "alder-care.example", fraud.RoleLure), i(fraud.IP, "192.0.2.7", fraud.RoleLure), i(fraud.IP, "2001:db8::7", fraud.RoleLure),
			i(fraud.UPI, "payout@examplebank", fraud.RolePayee), i(fraud.Phone, "+12125550199", fraud.RoleVictimOwned),
		}}},
		Authority: []caseuco.Authority{{Ref: "Agreement 4/2023", Type: "agreement"}},
	}
}

func TestTheSameEvidenceGivesTheSameGraph(t *testing.T) {
	got, err := caseuco.Export(sample())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "referral.case.jsonld")
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
	if bytes.Contains(got, []byte("5550199")) {
		t.Error("the graph holds a number that is the victim's own")
	}
}

func TestAnExhibitWithoutAHashIsRefused(t *testing.T) {
	c := sample()
	c.Exhibits[0].SHA256 = "not a hash"
	if _, err := caseuco.Export(c); err == nil {
		t.Error("got a graph")
	}
}
