package link_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// TestBystandersInMailsMakeNoRing links real callback mails, some of which
// carry a pasted thread of innocent people as filler: their numbers must hold
// no ring together (the bystander trap of the public data).
func TestBystandersInMailsMakeNoRing(t *testing.T) {
	dir := sharedData(t, "callback-emails")
	b := link.NewBuilder(link.DefaultModel())
	names := must(filepath.Glob(filepath.Join(dir, "eml", "*.eml")))(t)
	for i, name := range names {
		raw := must(os.ReadFile(name))(t)
		_, found, err := extract.Mail(raw, extract.Options{Country: "US"})
		if err != nil {
			continue
		}
		id := fraud.NewReportID("mails", filepath.Base(name))
		at := time.Date(2024, 1, 1, i, 0, 0, 0, time.UTC) // dates in the mails are forged
		var sightings []fraud.Sighting
		for _, f := range found {
			sightings = append(sightings, fraud.Sighting{Report: id, Indicator: f.Indicator, Role: f.Role, At: at, Valid: f.Valid})
		}
		b.Add(fraud.ReportFacts{ID: id, Source: "mails", At: at, ReceivedAt: at}, sightings, nil)
	}
	innocent := map[string]bool{}
	for _, row := range must(csv.NewReader(open(t, filepath.Join(dir, "numbers.csv"))).ReadAll())(t) {
		if strings.HasPrefix(row[6], "bystander") || strings.HasPrefix(row[6], "legit") || strings.HasPrefix(row[6], "other_party") {
			innocent["+1"+row[4]] = true
		}
	}
	res := b.Link()
	held := 0
	for _, l := range res.Links {
		if len(l.Cause) > 0 && innocent[l.Cause[0].Indicator.Value] {
			held++
		}
	}
	t.Logf("%d mails, %d rings, %d innocent numbers known", len(names), len(res.Rings), len(innocent))
	if held > 0 || len(innocent) == 0 {
		t.Errorf("%d links stand on an innocent number, want none", held)
	}
}
