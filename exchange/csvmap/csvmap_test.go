package csvmap_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

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

func TestACountryThatNobodyKnowsCostsNoReport(t *testing.T) {
	head := "Complaint ID,Date Filed,Victim Country,Subject Phone,Incident Description\n"
	for country, want := range map[string]string{"New Zealand": "NZ", "France": "FR", "us": "US", "Wakanda": "", "U5": ""} {
		r := reports(t, head+"IC-1,10/02/2023,"+country+",888-555-0146,they called\n")[0]
		if r.Reporter.Country != want || !strings.Contains(string(r.Raw), `"Victim Country":"`+country) {
			t.Errorf("%s became %q: %s", country, r.Reporter.Country, r.Raw)
		}
	}
}

func TestAnAmountOfACoinToItsLastPlaceCostsNoReport(t *testing.T) {
	head := "Complaint ID,Date Filed,Transaction Amount,Transaction Currency,Money Sent,Incident Description\n"
	for amount, want := range map[string]string{"0.123456789012345678": "0.12345678", "1234567890123456": "", "1,299.00": "1299.00", "12": "12"} {
		r := reports(t, head+`IC-1,10/02/2023,"`+amount+`",ETH,Yes,they called`+"\n")[0]
		got := ""
		if len(r.Payments) > 0 {
			got = r.Payments[0].Amount
		}
		if got != want || !strings.Contains(string(r.Raw), `"Transaction Amount":"`+amount) {
			t.Errorf("%s became %q: %s", amount, got, r.Raw)
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
		{"exponent with lost digits is no number any more", "1.21256E+10", ""},
		{"a column that was too narrow", "#######", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := reports(t, "Company_Phone_Number,Created_Date,Violation_Date,Subject\n"+tt.cell+",2023-10-19,2023-10-18,Other\n")
			if c := got[0].Contacts[0].ShownCallerID; c != tt.want {
				t.Errorf("got %q, want %q", c, tt.want)
			}
		})
	}
}

// What is gone is told with its column and place, and never with a value; the
// row is good for the rest.
func TestWhatASpreadsheetDestroyedIsTold(t *testing.T) {
	all, err := csvmap.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	columns := []string{"Company_Phone_Number", "Created_Date", "Violation_Date", "Subject"}
	m := csvmap.Choose(all, []csvmap.Shape{csvmap.CSV}, columns)
	got := m.Lost(csvmap.Row{Columns: columns, Cells: []string{"1.85555E+10", "45217.5", "45216,75", "Other"}})
	want := []string{"column Company_Phone_Number, for contacts[0].shown_caller_id: the spreadsheet cut off its last digits, as in 1.23457E+10; ask for the column formatted as text"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := m.Lost(csvmap.Row{Columns: columns, Cells: []string{"1.2125550142E+10", "2023-10-19", "", "Other"}}); len(got) != 0 {
		t.Errorf("nothing is lost, and it says %q", got)
	}
}

func TestDatesThatBecameNumbersAreDatesAgain(t *testing.T) {
	for cell, want := range map[string]string{
		"45217.5":       "2023-10-18T16:00:00Z", // noon in New York
		"45217,25":      "2023-10-18T10:00:00Z",
		"45217":         "2023-10-18T04:00:00Z",
		"1697637600":    "2023-10-18T14:00:00Z",
		"1697637600123": "2023-10-18T14:00:00.123Z",
	} {
		got := reports(t, "Company_Phone_Number;Created_Date;Violation_Date;Subject\n2125550142;"+cell+";;Other\n")
		if at := got[0].ReceivedAt.UTC().Format(time.RFC3339Nano); at != want {
			t.Errorf("%s: got %s, want %s", cell, at, want)
		}
	}
}

func TestTablesAreReadInTheFormsThatSpreadsheetsWrite(t *testing.T) {
	plain := "Company_Phone_Number,Created_Date,Violation_Date,Subject\n2125550142,2023-10-19,2023-10-18,\"Über; alles\"\n3035550177,2023-10-19,2023-10-18,😀 b\n"
	wide := func(order binary.AppendByteOrder, mark bool) string {
		var b []byte
		if mark {
			b = order.AppendUint16(b, 0xfeff)
		}
		for _, u := range utf16.Encode([]rune(plain)) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
	semicolons := strings.ReplaceAll(strings.ReplaceAll(plain, "Über; alles", "Über* alles"), ",", ";")
	for name, table := range map[string]string{
		"as it should be": plain, "BOM": "\xef\xbb\xbf" + plain, "CR only": strings.ReplaceAll(plain, "\n", "\r"), "CRLF": strings.ReplaceAll(plain, "\n", "\r\n"),
		"UTF-16 LE": wide(binary.LittleEndian, true), "UTF-16 BE": wide(binary.BigEndian, true), "UTF-16 LE without mark": wide(binary.LittleEndian, false),
		"UTF-16, odd byte at the end": wide(binary.LittleEndian, true) + "x",
		"semicolons":                  semicolons, "named separator": "sep=;\r\n" + semicolons, "tabs": strings.ReplaceAll(plain, ",", "\t"), "bars": strings.ReplaceAll(plain, ",", "|"),
	} {
		got := reports(t, table)
		if len(got) != 2 || got[0].Contacts[0].ShownCallerID != "2125550142" || !strings.HasPrefix(got[0].Contacts[0].Text, "Über") || got[1].Contacts[0].Text != "😀 b" {
			t.Errorf("%s: got %d reports: %+v", name, len(got), got)
		}
	}
}

func TestTablesOfWesternExcelKeepTheirLetters(t *testing.T) {
	table := "Company_Phone_Number;Created_Date;Violation_Date;Subject\n2125550142;2023-10-19;;Caf\xe9 M\xfcller \x80 5\n"
	if got := reports(t, table); got[0].Contacts[0].Text != "Café Müller € 5" {
		t.Errorf("got %q", got[0].Contacts[0].Text)
	}
	// One broken letter in a table of UTF-8 is one broken letter.
	table = "Company_Phone_Number;Created_Date;Violation_Date;Subject\n2125550142;2023-10-19;;Café M\xfcller\n"
	if got := reports(t, table); got[0].Contacts[0].Text != "Café M\ufffdller" {
		t.Errorf("got %q", got[0].Contacts[0].Text)
	}
}

func TestTheZeroInFrontOfARoutingNumberComesBack(t *testing.T) {
	head := "Complaint ID,Date Filed,Incident Description,Recipient Routing,Recipient Account\n"
	for cell, want := range map[string]string{"21000021": "021000021", "021000021": "021000021", "21000022": "21000022"} {
		got := reports(t, head+"1,10/19/2023,x,"+cell+",77\n")
		if code := got[0].Payments[0].ToBankCode; code != want {
			t.Errorf("%s: got %q, want %q", cell, code, want)
		}
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
	table := "When,Caller Number,Number called,What happened\n2023-10-18,+44 20 7946 0991,+44 20 7946 0992,He said he was from the bank and wanted my code\n"
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
	if r.Contacts[0].ShownCallerID != "+44 20 7946 0991" || r.Contacts[0].Callback != "" || !strings.Contains(r.Contacts[0].Text+r.Narrative, "bank") {
		t.Errorf("guessed report %s", b)
	}
}

// Day and month are told apart by what the rows show, and by nothing else; a
// column of postcodes is no column of dates that became numbers.
func TestGuessSaysWhyAndNeverGuessesWhichIsTheMonth(t *testing.T) {
	guess := func(table string) *csvmap.Mapping {
		t.Helper()
		tab, err := csvmap.NewTable(strings.NewReader(table), 0)
		if err != nil {
			t.Fatal(err)
		}
		var rows []csvmap.Row
		for {
			row, _, err := tab.Next()
			if err != nil {
				break
			}
			rows = append(rows, row)
		}
		m := csvmap.Guess("calls.csv", csvmap.CSV, tab.Columns, rows)
		if m == nil {
			t.Fatal("no guess")
		}
		return m
	}
	first := func(m *csvmap.Mapping) string {
		if l := m.Fields["contacts[0].at"].Layouts; len(l) > 0 {
			return l[0]
		}
		return ""
	}
	for table, want := range map[string]string{
		"Call date,Phone\n3/4/2023,2125550142\n18/4/2023,2125550142\n": "2/1/2006",
		"Call date,Phone\n3/4/2023,2125550142\n4/18/23,2125550142\n":   "1/2/06",
		"Call date,Phone\n3/4/2023,2125550142\n":                       "",
		"Datum;Telefon\n3.4.2023;0301234567\n":                         "2.1.2006",
	} {
		m := guess(table)
		if got := first(m); got != want {
			t.Errorf("%q: layout %q, want %q", table, got, want)
		}
		if want == "" && !strings.Contains(m.Why["contacts[0].at"], "cannot be told apart") {
			t.Errorf("%q: it says %q", table, m.Why["contacts[0].at"])
		}
	}
	m := guess("Zip,Phone,Loss\n21201,2125550142,$20.00\n22334,2125550143,$30.00\n")
	if _, ok := m.Fields["contacts[0].at"]; ok {
		t.Error("a postcode became a date")
	}
	if why := m.Why["contacts[0].shown_caller_id"]; why != `column "Phone" has "phone" in its name; 2 of its 2 first cells look like telephone numbers` {
		t.Errorf("why: %q", why)
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := csvmap.Parse(b); err != nil {
		t.Errorf("what was proposed cannot be read back: %v", err)
	}
}

func TestTheFCCsDownloadIsReadByItsOwnHeads(t *testing.T) {
	got := reports(t, "Ticket ID,Ticket Created,Date of Issue,Time of Issue,Form,Method,Issue,Caller ID Number,Type of Call or Messge,Advertiser Business Number,City,State,Zip,Location (Center point of the Zip Code)\n"+
		"77,10/19/2023 09:00:00 AM +0000,10/18/2023,2:05 p.m.,Phone,Wireless (cell phone/other mobile device),Unwanted Calls,212-555-0142,Prerecorded Voice,800-555-0199,Albany,NY,12201,\n"+
		"78,10/19/2023 09:00:00 AM +0000,10/18/2023,,TV,Cable,Billing,,,,Albany,NY,12201,\n")
	if len(got) != 1 {
		t.Fatalf("got %d reports, want the one about a call", len(got))
	}
	c := got[0].Contacts[0]
	if got[0].ID != "77" || c.ShownCallerID != "212-555-0142" || c.Callback != "800-555-0199" || got[0].ReceivedAt.UTC().Format(time.RFC3339) != "2023-10-19T09:00:00Z" {
		t.Errorf("report %s: %+v", got[0].Raw, c)
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
	f.Add("sep=;\r\nCompany_Phone_Number;Created_Date;Violation_Date;Subject\r\n1.85555E+10;45217.5;;Other\r\n")
	f.Add("\xff\xfea\x00,\x00b\x00\r\x00\n\x00")
	f.Add("When,Phone\r18/10/2023,2125550142\r")
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
			_ = m.Lost(row)
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

// A quote that somebody forgot to close takes in all the rows up to the next
// one, or to the end: they would be lost in one cell, and nobody told.
func TestAnOpenQuoteCostsItsOwnRowOnly(t *testing.T) {
	row := func(i int, subject string) string {
		return fmt.Sprintf("21255501%02d,2023-10-02,%s,Y\n", i%100, subject)
	}
	many := func(n int, odd map[int]string) string {
		var b strings.Builder
		b.WriteString("number,created,subject,robocall\n")
		for i := range n {
			s, ok := odd[i]
			if !ok {
				s = "Other"
			}
			b.WriteString(row(i, s))
		}
		return b.String()
	}
	each := map[int]string{}
	for i := range 400 {
		each[i] = `"Other`
	}
	for name, tt := range map[string]struct {
		table string
		good  int
		bad   []int // lines
	}{
		"to the end":                     {many(60, map[int]string{3: `"Other`}), 59, []int{5}},
		"to the next quote":              {many(60, map[int]string{3: `"Other`, 9: `"Computer, repair"`}), 59, []int{5}},
		"twice":                          {many(60, map[int]string{3: `"Other`, 9: `"Other`, 20: `"a ""b"" c"`}), 58, []int{5, 11}},
		"in the last row":                {many(60, map[int]string{58: `"Other`}), 59, []int{60}},
		"inches are no quote":            {many(60, map[int]string{3: `5" Other`}), 60, nil},
		"a text of lines is one cell":    {many(6, map[int]string{3: "\"one\ntwo, three, four\nhe said \"\"hi\"\"\n\nlast\""}), 6, nil},
		"a sloppy text of lines as well": {many(6, map[int]string{3: "\"he said \"hi\" then\nleft\""}), 6, nil},
		"more often than is gone back":   {many(450, each), 50, nil},
		"blank lines are none":           {"number,created,subject,robocall\n\n\n" + row(1, `"Other`) + "\n" + row(2, "Other") + "\n\n" + row(3, "Other"), 2, []int{4}},
		"longer than any row":            {"number,created,subject,robocall\n" + row(1, `"Other`) + strings.Repeat("x, ", 4<<20) + "\n" + row(2, "Other"), 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := csvmap.NewTable(strings.NewReader(tt.table), 0)
			if err != nil {
				t.Fatal(err)
			}
			good, bad, last := 0, []int(nil), 0
			for {
				r, line, err := table.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					if !errors.Is(err, fraud.ErrInvalid) {
						t.Fatal(err)
					}
					bad = append(bad, line)
				} else if good++; len(r.Cells) != 4 || r.Cells[3] != "Y" {
					t.Errorf("line %d is %q", line, r.Cells)
				}
				if line <= last {
					t.Errorf("line %d after line %d", line, last)
				}
				last = line
			}
			if good != tt.good || tt.bad != nil && !slices.Equal(bad, tt.bad) || tt.bad == nil && good+len(bad) < tt.good {
				t.Errorf("%d rows and rejects on lines %v, want %d and %v", good, bad, tt.good, tt.bad)
			}
		})
	}
}
