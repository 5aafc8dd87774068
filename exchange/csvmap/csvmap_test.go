package csvmap_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/fraud"
)

// reports reads a table by the built-in mapping that fits it.
func reports(t *testing.T, table string) []*fraud.Report {
	t.Helper()
	all, err := csvmap.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	tab, err := csvmap.NewTable(strings.NewReader(table), 0)
	if err != nil {
		t.Fatal(err)
	}
	m := csvmap.Choose(all, []csvmap.Shape{csvmap.CSV}, tab.Columns)
	if m == nil {
		t.Fatalf("no mapping fits %q", tab.Columns)
	}
	var out []*fraud.Report
	seen := csvmap.Seen{}
	for {
		row, line, err := tab.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("line %d: %v", line, err)
		}
		b, keep, err := m.Report(row, seen)
		if err != nil {
			t.Fatalf("line %d: %v", line, err)
		}
		if !keep {
			continue
		}
		r, err := fraud.DecodeReport(b)
		if err != nil {
			t.Fatalf("line %d: %v in %s", line, err, b)
		}
		out = append(out, r)
	}
}

func TestFTCComplaintTellsTheShownNumberAndTheTimeInEastern(t *testing.T) {
	got := reports(t, "Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,Consumer_Area_Code,Subject,Recorded_Message_Or_Robocall\r\n"+
		"2125550142,2023-10-19 00:00:00,2023-10-18 14:02:00,Albany,New York,518,Computer & technical support,Y\r\n")
	if len(got) != 1 {
		t.Fatalf("got %d reports, want 1", len(got))
	}
	c := got[0].Contacts[0]
	if c.ShownCallerID != "2125550142" || c.Callback != "" {
		t.Errorf("shown %q callback %q: an FTC complaint tells the shown number only", c.ShownCallerID, c.Callback)
	}
	if want := "2023-10-18T18:02:00Z"; c.At.UTC().Format("2006-01-02T15:04:05Z") != want {
		t.Errorf("at %s, want %s", c.At.UTC(), want)
	}
	if got[0].TLP != fraud.TLPClear {
		t.Errorf("tlp %s: the FTC publishes it", got[0].TLP)
	}
	if !strings.Contains(string(got[0].Raw), "Albany") {
		t.Error("a column that no field takes was dropped")
	}
}

func TestFCCComplaintKeepsTheTwoNumbersApart(t *testing.T) {
	got := reports(t, "Phone Issues,Time of Issue,Caller ID Number,Advertiser Business Phone Number,Type of Call or Message (Robocalls),Type of Call or Message (Telemarketing),State,Date (Ticket Date of Issue),Date (Ticket Created)\n"+
		"Robocalls,9:15 am,212-555-0142,888-555-0107,Prerecorded Voice,,NY,10/18/2023,10/19/2023\n")
	c := got[0].Contacts[0]
	if c.ShownCallerID != "212-555-0142" || c.Callback != "888-555-0107" {
		t.Errorf("shown %q, callback %q", c.ShownCallerID, c.Callback)
	}
}

func TestVictimsIdentityIsInReporterAndNowhereElse(t *testing.T) {
	got := reports(t, "Complaint ID,Date Filed,Victim Name,Victim Email,Victim Phone,Victim Age Range,Victim Country,Money Sent,Transaction Type,Transaction Amount,Transaction Date,Subject Phone,Incident Description,Victim Account\n"+
		`I1,10/19/2023,Edna Sample,edna@mail.example,+1 212 555 0199,Over 60,United States,Yes,Gift/Prepaid Card,"$1,299.50",10/18/2023,1-888-555-0107,They said my computer was locked,99887766`+"\n")
	r := got[0]
	if r.Reporter.Name != "Edna Sample" || r.Reporter.AgeBand != "60_plus" || r.Reporter.Country != "US" {
		t.Errorf("reporter %+v", r.Reporter)
	}
	p := r.Payments[0]
	if p.Status != "sent" || p.Amount != "1299.50" || p.Rail != "gift_card" || p.Currency != "USD" {
		t.Errorf("payment %+v", p)
	}
	if _, err := r.TakeIdentity(); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Edna", "edna@", "0199", "99887766"} {
		if strings.Contains(string(r.Raw), secret) {
			t.Errorf("after the identity was taken the report still holds %q: %s", secret, r.Raw)
		}
	}
}

func TestSameRowTwiceIsTwoReportsWithStableNames(t *testing.T) {
	table := "Company_Phone_Number,Created_Date,Violation_Date,Subject\n2125550142,2023-10-19,2023-10-18,Other\n2125550142,2023-10-19,2023-10-18,Other\n"
	a, b := reports(t, table), reports(t, table)
	if len(a) != 2 || a[0].ID == a[1].ID {
		t.Fatalf("got %d reports, want 2 with names of their own", len(a))
	}
	for i := range a {
		if a[i].ID != b[i].ID || string(a[i].Raw) != string(b[i].Raw) {
			t.Errorf("row %d differs between two runs", i)
		}
	}
}

func TestOnlyLabelledScamsAreTaken(t *testing.T) {
	got := reports(t, "LABEL,TEXT,URL,EMAIL,PHONE\nham,See you at six,No,No,No\nSmishing,Your parcel waits: http://parcel.example/x,Yes,No,No\n")
	if len(got) != 1 || got[0].Contacts[0].Medium != "sms" {
		t.Fatalf("got %d reports, want the smishing one", len(got))
	}
}

func TestWhatSpreadsheetsDidToANumberIsUndone(t *testing.T) {
	for _, tt := range []struct{ name, cell, want string }{
		{"formula", `"=""+12125550142"""`, "+12125550142"},
		{"apostrophe", "'+12125550142", "+12125550142"},
		{"exponent", "1.2125550142E+10", "12125550142"},
		{"exponent with lost digits stays", "1.21256E+10", "1.21256E+10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := reports(t, "Company_Phone_Number,Created_Date,Violation_Date,Subject\n"+tt.cell+",2023-10-19,2023-10-18,Other\n")
			if c := got[0].Contacts[0].ShownCallerID; c != tt.want {
				t.Errorf("got %q, want %q", c, tt.want)
			}
		})
	}
}

func TestJSONDocumentOfTheAPIIsReadItemByItem(t *testing.T) {
	doc := `{"data":[{"id":"a1","type":"dnc_complaint","attributes":{"company-phone-number":"2125550142","created-date":"2023-10-19 00:00:00","violation-date":"2023-10-18 14:02:00","subject":"No Subject Provided"}},
		{"id":"a2","type":"dnc_complaint","attributes":{"company-phone-number":"","created-date":"2023-10-19 00:00:00","violation-date":"2023-10-18 14:02:00","subject":""}}],"meta":{"records-this-page":2}}`
	all, err := csvmap.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	err = csvmap.Items([]byte(doc), "data", func(_ int, item []byte) error {
		row, err := csvmap.Object(item)
		if err != nil {
			return err
		}
		m := csvmap.Choose(all, []csvmap.Shape{csvmap.JSONDoc}, row.Columns)
		if m == nil {
			t.Fatalf("no mapping fits %q", row.Columns)
		}
		b, _, err := m.Report(row, nil)
		if err != nil {
			return err
		}
		if _, err := fraud.DecodeReport(b); err != nil {
			return err
		}
		n++
		return nil
	})
	if err != nil || n != 2 {
		t.Errorf("read %d of 2: %v", n, err)
	}
}

func TestGuessIsMarkedAndFindsTheNumber(t *testing.T) {
	table := "When,Caller Number,What happened\n2023-10-18,+44 20 7946 0991,He said he was from the bank and wanted my code\n"
	tab, err := csvmap.NewTable(strings.NewReader(table), 0)
	if err != nil {
		t.Fatal(err)
	}
	row, _, err := tab.Next()
	if err != nil {
		t.Fatal(err)
	}
	m := csvmap.Guess("calls.csv", csvmap.CSV, tab.Columns, []csvmap.Row{row})
	if m == nil || !m.Guessed {
		t.Fatalf("guess %+v: want one that is marked as a guess", m)
	}
	b, _, err := m.Report(row, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := fraud.DecodeReport(b)
	if err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	if r.Contacts[0].ShownCallerID != "+44 20 7946 0991" || !strings.Contains(r.Contacts[0].Text+r.Narrative, "bank") {
		t.Errorf("guessed report %s", b)
	}
}

func TestMappingThatFillsAnUnknownFieldIsRefused(t *testing.T) {
	_, err := csvmap.Parse([]byte(`{"name":"x","shape":"csv","source":"x","match":["a"],"fields":{"received_at":{"from":["a"]},"reporter.shoe_size":{"from":["b"]}}}`))
	if !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

// TestRealTablesAreReadWhole reads the shared public data where it is.
func TestRealTablesAreReadWhole(t *testing.T) {
	dir := os.Getenv("RINGBREAKER_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	b, err := os.ReadFile(filepath.Join(dir, "smishing", "smishtank.csv"))
	if err != nil {
		t.Skipf("skipped: shared public data is not beside the checkout: %v", err)
	}
	got := reports(t, string(b))
	if len(got) != 796 {
		t.Errorf("got %d reports, want 796", len(got))
	}
}

func FuzzTable(f *testing.F) {
	f.Add("Company_Phone_Number,Created_Date,Violation_Date,Subject\n2125550142,2023-10-19,2023-10-18,Other\n")
	f.Add("a;b\n\"x\n\";=1\n")
	f.Add("\xef\xbb\xbfLABEL,TEXT,URL,EMAIL,PHONE\nspam,hi,,,\n")
	all, err := csvmap.Builtin()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, table string) {
		tab, err := csvmap.NewTable(strings.NewReader(table), 0)
		if err != nil {
			return
		}
		m := csvmap.Choose(all, []csvmap.Shape{csvmap.CSV, csvmap.TSV}, tab.Columns)
		seen := csvmap.Seen{}
		var sample []csvmap.Row
		for range 1000 {
			row, _, err := tab.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				continue
			}
			sample = append(sample, row)
			if m == nil {
				continue
			}
			if b, keep, err := m.Report(row, seen); err == nil && keep {
				_, _ = fraud.DecodeReport(b)
			}
		}
		if g := csvmap.Guess("f", csvmap.CSV, tab.Columns, sample); g != nil {
			for _, row := range sample {
				_, _, _ = g.Report(row, seen)
			}
		}
	})
}

func FuzzObject(f *testing.F) {
	f.Add([]byte(`{"file":"a.wav","language":"en","transcript":"press one","phones":["2125550142"],"x":{"y":[{"z":1}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		row, err := csvmap.Object(b)
		if err == nil && len(row.Columns) != len(row.Cells) {
			t.Errorf("%d columns, %d cells", len(row.Columns), len(row.Cells))
		}
		_ = csvmap.Items(b, "data", func(int, []byte) error { return nil })
	})
}
