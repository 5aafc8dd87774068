package extract

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
)

type numberRow struct{ file, number, role string }

func numberRows(t *testing.T) (string, []numberRow) {
	t.Helper()
	dir := sharedData(t, "callback-emails")
	f, err := os.Open(filepath.Join(dir, "numbers.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []numberRow
	for _, r := range records[1:] {
		rows = append(rows, numberRow{file: r[0], number: r[4], role: r[6]})
	}
	return dir, rows
}

// The labels of callback-emails are a draft (docs/extraction.md tells where we
// disagree); these floors hold with them as they are.
func TestCallbackMailsGiveTheNumberToCall(t *testing.T) {
	dir, rows := numberRows(t)
	callbacks, found, linked, innocent := 0, 0, 0, 0
	for _, row := range rows {
		if !strings.HasSuffix(row.file, ".eml") {
			continue // one row comes from a table, not from a message
		}
		b, err := os.ReadFile(filepath.Join(dir, "eml", row.file))
		if err != nil {
			t.Fatal(err)
		}
		_, findings, err := Mail(b, Options{Country: "US"})
		if err != nil {
			t.Errorf("%s: %v", row.file, err)
			continue
		}
		var role fraud.Role
		for _, f := range findings {
			if f.Kind == fraud.Phone && strings.HasSuffix(f.Value, row.number) && (role == "" || f.Role.Links()) {
				role = f.Role
			}
		}
		switch row.role {
		case "scam_callback":
			callbacks++
			if role == fraud.RoleCallback {
				found++
			} else {
				t.Logf("missed: %s %s came out as %q", row.file, row.number, role)
			}
		case "unclear", "unclear_bare_digits":
		default:
			innocent++
			if role.Links() {
				linked++
				t.Logf("links though labelled %s: %s %s as %q", row.role, row.file, row.number, role)
			}
		}
	}
	t.Logf("%d of %d callbacks found; %d of %d others link", found, callbacks, linked, innocent)
	if found < callbacks*97/100 {
		t.Errorf("found %d of %d callback numbers, want 97 %%", found, callbacks)
	}
	if linked > innocent/20 {
		t.Errorf("%d of %d numbers that are not the scammers' link", linked, innocent)
	}
}

// Numbers pasted in as filler belong to innocent people: none may ever link.
func TestBystandersInFillerNeverLink(t *testing.T) {
	dir, rows := numberRows(t)
	seen := 0
	for _, row := range rows {
		if row.role != "bystander_in_hashbusting_text" && row.role != "other_party_signature" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, "eml", row.file))
		if err != nil {
			t.Fatal(err)
		}
		seen++
		_, findings, err := Mail(b, Options{Country: "US"})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if f.Kind == fraud.Phone && f.Role.Links() && strings.HasSuffix(f.Value, row.number) {
				t.Errorf("%s: a bystander's number links as %s (%s)", row.file, f.Role, f.Why)
			}
		}
	}
	if seen < 9 {
		t.Errorf("saw %d bystanders, want the nine of the data", seen)
	}
}
