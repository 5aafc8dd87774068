package intake_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
)

func TestSTIXBundleBecomesOneReportAClaimOnceHoweverOftenItIsPassedOn(t *testing.T) {
	bundle := `{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[
	{"type":"identity","spec_version":"2.1","id":"identity--8c6af861-7b20-41ef-9b59-6344fd872a8f","created":"2023-10-01T00:00:00.000Z","modified":"2023-10-01T00:00:00.000Z","name":"Alder Desk","identity_class":"organization"},
	{"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created_by_ref":"identity--8c6af861-7b20-41ef-9b59-6344fd872a8f","created":"2023-10-02T00:00:00.000Z","modified":"2023-10-02T00:00:00.000Z","name":"lure","pattern":"[url:value = 'http://fix-desk.example/login']","pattern_type":"stix","valid_from":"2023-10-02T00:00:00Z"}]}`
	s, k := newIntake(t, intake.Config{})
	if _, err := s.Import(analyst(), write(t, "a.json", bundle), nil); err != nil {
		t.Fatal(err)
	}
	r := only(t, k)
	if r.Report.Source != "feed:Alder Desk" || !strings.Contains(r.Report.Contacts[0].URL, "fix-desk.example") {
		t.Errorf("report of %q: %+v", r.Report.Source, r.Report.Contacts)
	}
	res, err := s.Import(analyst(), write(t, "copy.json", strings.Replace(bundle, "bundle--5d0092c5", "bundle--6d0092c5", 1)), nil)
	if err != nil || res.New != 0 || len(k.reports) != 1 {
		t.Errorf("passed on again: %+v, %v, %d reports", res, err, len(k.reports))
	}
}

func TestMISPEventComesIn(t *testing.T) {
	event := `{"Event":{"uuid":"f4f5a1c2-7d0b-4e58-9e0c-0123456789ab","info":"pop-ups","Orgc":{"name":"Birch","uuid":"0a4b6e0e-2b7e-4a53-8a43-0123456789ab"},"Attribute":[
	{"uuid":"b0b5a1c2-7d0b-4e58-9e0c-0123456789ab","type":"domain","category":"Network activity","value":"fix-desk.example","to_ids":true,"timestamp":"1696204800"}]}}`
	s, k := newIntake(t, intake.Config{})
	if _, err := s.Import(analyst(), write(t, "e.json", event), nil); err != nil {
		t.Fatal(err)
	}
	if r := only(t, k); !strings.Contains(r.Report.Contacts[0].URL, "fix-desk.example") || r.Report.Reporter.Role != "feed" {
		t.Errorf("report %s", r.Report.Raw)
	}
}

// Where what others say has no time, that of the file stands in, which is
// another one in each copy.
func TestWhatOthersSayWithoutATimeIsTheSameInEachCopy(t *testing.T) {
	bundle := `{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[
	{"type":"domain-name","spec_version":"2.1","id":"domain-name--55555555-5555-4555-8555-555555555555","value":"fix-desk.example"}]}`
	event := `{"Event":{"uuid":"f4f5a1c2-7d0b-4e58-9e0c-0123456789ab","info":"pop-ups","date":"2023-10-02","Orgc":{"name":"Birch","uuid":"0a4b6e0e-2b7e-4a53-8a43-0123456789ab"},"Attribute":[
	{"uuid":"b0b5a1c2-7d0b-4e58-9e0c-0123456789ab","type":"domain","category":"Network activity","value":"fix-desk.example"}]}}`
	for _, doc := range []string{bundle, event} {
		s, k := newIntake(t, intake.Config{})
		if _, err := s.Import(analyst(), write(t, "a.json", doc), nil); err != nil {
			t.Fatal(err)
		}
		if r := only(t, k).Report; doc == event && r.ReceivedAt.Format(time.DateOnly) != "2023-10-02" {
			t.Errorf("told on %s, the event is of 2023-10-02", r.ReceivedAt)
		}
		later := write(t, "copy.json", doc)
		if err := os.Chtimes(later, testNow.Add(time.Hour), testNow.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if res, err := s.Import(analyst(), later, nil); err != nil || res.Same != 1 || res.Conflicts != 0 {
			t.Errorf("a copy: %+v, %v: want the same", res, err)
		}
	}
}

func TestPagesScriptsAreSearchedToo(t *testing.T) {
	page := `<!doctype html><html><head><title>Security</title><script>gtag('config','G-ABCDE12345');</script></head><body><p>Call <b>+1 888 555 0107</b> now</p></body></html>`
	s, k := newIntake(t, intake.Config{})
	if _, err := s.Import(analyst(), write(t, "p.html", page), nil); err != nil {
		t.Fatal(err)
	}
	r := only(t, k)
	if !sees(r, fraud.Indicator{Kind: fraud.Phone, Value: "+18885550107"}) {
		t.Errorf("the number was not found: %+v", r.Sightings)
	}
	if !strings.Contains(r.Report.Contacts[0].Text, "G-ABCDE12345") {
		t.Errorf("the script's strings are not in the text: %q", r.Report.Contacts[0].Text)
	}
}

func TestSightingsOfAMailStandWhereTheyStandInItsText(t *testing.T) {
	s, k := newIntake(t, intake.Config{})
	if _, err := s.Import(analyst(), write(t, "m.eml", scamMail), nil); err != nil {
		t.Fatal(err)
	}
	r := only(t, k)
	n := 0
	for _, x := range r.Sightings {
		if x.Place.Field != "contacts[0].text" {
			continue
		}
		n++
		if got := r.Report.Contacts[0].Text[x.Place.Start:x.Place.End]; got != x.Raw {
			t.Errorf("at %d…%d stands %q, the sighting says %q", x.Place.Start, x.Place.End, got, x.Raw)
		}
	}
	if n == 0 {
		t.Error("no sighting in the mail's text")
	}
}

// shared is the folder of public data beside the checkout.
func shared(t *testing.T, path ...string) string {
	t.Helper()
	dir := os.Getenv("RINGBREAKER_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	p := filepath.Join(append([]string{dir}, path...)...)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("skipped: shared public data is not beside the checkout: %v", err)
	}
	return p
}

// copied copies a file or a folder of files to a folder of the test's own.
func copied(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), filepath.Base(from))
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		return to
	}
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestRealFilesComeInWhole(t *testing.T) {
	for _, tt := range []struct {
		path []string
		want int
	}{
		{[]string{"robocalls", "robocalls.jsonl"}, 653},
		{[]string{"popup-kits", "pages.jsonl"}, 5},
		{[]string{"smishing", "smishtank.csv"}, 796},
		{[]string{"smishing", "mendeley_5971.csv"}, 1127},
		// Of the 86 files one is no mail but a table of people's names: it is
		// refused, since nobody has confirmed a mapping for it.
		{[]string{"callback-emails", "eml"}, 85},
	} {
		t.Run(strings.Join(tt.path, "/"), func(t *testing.T) {
			// A copy, since rejects are written beside the input.
			from := copied(t, shared(t, tt.path...))
			s, k := newIntakeAt(t, intake.Config{}, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
			res, err := s.Import(analyst(), from, nil)
			if err != nil {
				t.Fatal(err)
			}
			if res.New+res.Same != tt.want || (res.Rejected != 0 && len(res.Rejects) != 1) || res.Conflicts != 0 {
				var b []byte
				if len(res.Rejects) > 0 {
					b, _ = os.ReadFile(res.Rejects[0])
				}
				t.Errorf("%+v, want %d taken; rejects %.2000s", res, tt.want, b)
			}
			before := len(k.reports)
			again, err := s.Import(analyst(), from, nil)
			if err != nil || again.New != 0 || len(k.reports) != before {
				t.Errorf("again: %+v, %v", again, err)
			}
		})
	}
}
