package intake_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
)

var testNow = time.Date(2023, 10, 20, 12, 0, 0, 0, time.UTC)

// kept is a store in memory that keeps the promises of intake.Store.
type kept struct {
	mu      sync.Mutex
	reports map[fraud.ReportID]fraud.Acceptance
	batches int
	safe    []fraud.SafeEntry
	audits  []fraud.AuditEntry
	fail    error
}

func (k *kept) AcceptBatch(_ context.Context, batch []fraud.Acceptance) ([]fraud.Taken, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fail != nil {
		return nil, k.fail
	}
	k.batches++
	var out []fraud.Taken
	for _, a := range batch {
		have, ok := k.reports[a.Report.Name()]
		switch {
		case !ok:
			k.reports[a.Report.Name()] = a
			out = append(out, fraud.TakenNew)
		case have.Digest == a.Digest:
			out = append(out, fraud.TakenSame)
		default:
			out = append(out, fraud.TakenConflict)
		}
	}
	return out, nil
}

func (k *kept) SafeList(context.Context) ([]fraud.SafeEntry, error) { return k.safe, nil }

func (k *kept) AddAudit(_ context.Context, e fraud.AuditEntry) error {
	k.audits = append(k.audits, e)
	return nil
}

func newIntake(t testing.TB, cfg intake.Config) (*intake.Service, *kept) {
	t.Helper()
	return newIntakeAt(t, cfg, testNow)
}

func newIntakeAt(t testing.TB, cfg intake.Config, now time.Time) (*intake.Service, *kept) {
	t.Helper()
	vault, err := access.NewVault(bytes.Repeat([]byte{7}, access.VaultKeySize))
	if err != nil {
		t.Fatal(err)
	}
	k := &kept{reports: map[fraud.ReportID]fraud.Acceptance{}}
	s, err := intake.New(k, vault, func() time.Time { return now }, rand.Reader, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, k
}

func analyst() context.Context {
	return access.With(context.Background(), access.Who{Person: "ana", Org: "alder", OrgKind: fraud.OrgCompany, Roles: []access.Role{access.RoleAnalyst}})
}

func write(t testing.TB, name, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(p, testNow, testNow); err != nil {
		t.Fatal(err)
	}
	return p
}

func line(id, more string) string {
	return fmt.Sprintf(`{"id":%q,"source":"desk","received_at":"2023-10-19T09:00:00Z","contacts":[{"medium":"popup","callback":"+1 212 555 0142"}]%s}`, id, more) + "\n"
}

func TestBadRecordsAreToldOneByOneAndTheRestGoesOn(t *testing.T) {
	s, k := newIntake(t, intake.Config{Batch: 2})
	p := write(t, "r.jsonl", line("1", "")+
		"not json\n"+
		`{"id":"2","source":"desk"`+"\n"+
		`{"id":3,"source":"desk","received_at":"2023-10-19T09:00:00Z"}`+"\n"+
		strings.Replace(line("4", ""), "2023-10-19", "2093-10-19", 1)+
		"\n"+
		`{"id":"5","source":"desk","received_at":"2023-10-19T09:00:00Z","narrative":"`+strings.Repeat("x", fraud.MaxReportBytes)+`"}`+"\n"+
		"{\"id\":\"6\",\"source\":\"desk\",\"received_at\":\"2023-10-19T09:00:00Z\",\"narrative\":\"\xff\"}\n"+
		line("7", `,"shoe":"kept"`))
	res, err := s.Import(analyst(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.New != 2 || res.Rejected != 6 || len(k.reports) != 2 {
		t.Errorf("result %+v, %d kept: want 2 new and 6 rejected", res, len(k.reports))
	}
	if !strings.Contains(string(k.reports["desk/7"].Report.Raw), "shoe") {
		t.Error("a field that we do not know was dropped")
	}
	b, err := os.ReadFile(p + ".rejects.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"line":2,`, `"line":3,`, `"line":4,`, `"line":5,`, `"line":7,`, `"line":8,`, "lies in the future", "longer than", "UTF-8"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("rejects lack %s:\n%s", want, b)
		}
	}
}

// A foreign object in front once made every report behind it be refused, and of
// several bundles only the first was read, without a word.
func TestTheFirstLineSpeaksForItselfAlone(t *testing.T) {
	bundle := func(id, pattern string) string {
		return `{"type":"bundle","id":"bundle--` + id + `1111111-1111-4111-8111-111111111111","objects":[{"type":"indicator","spec_version":"2.1",` +
			`"id":"indicator--` + id + `1111111-1111-4111-8111-111111111111","created":"2023-01-01T00:00:00Z","modified":"2023-01-01T00:00:00Z",` +
			`"pattern":"` + pattern + `","pattern_type":"stix","valid_from":"2023-01-01T00:00:00Z"}]}` + "\n"
	}
	for name, c := range map[string]struct {
		text          string
		new, rejected int
	}{
		"foreign":  {`{"number":1}` + "\n" + line("R1", "") + "\n" + line("R2", "") + "\n" + `{"number":2}` + "\n", 2, 2},
		"bundles":  {bundle("1", "[domain-name:value = 'a.scam.example']") + bundle("2", "[domain-name:value = 'b.scam.example']") + line("R1", "") + "\n", 3, 0},
		"unsound":  {bundle("1", "[domain-name:value = 'a.scam.example']") + bundle("2", "[domain-name:value =") + `{"type":"bundle"` + "\n", 1, 2},
		"unwanted": {`{"type":"bundle"}` + "\n" + line("R1", "") + "\n", 1, 0},
	} {
		s, _ := newIntake(t, intake.Config{})
		res, err := s.Import(analyst(), write(t, name+".jsonl", c.text), nil)
		if err != nil || res.New != c.new || res.Rejected != c.rejected {
			t.Errorf("%s: %d new, %d rejected, %v; want %d and %d: %q", name, res.New, res.Rejected, err, c.new, c.rejected, res.Notes)
		}
	}
}

func TestImportingAgainChangesNothingAndLeavesTheSameRejects(t *testing.T) {
	s, k := newIntake(t, intake.Config{Batch: 3})
	p := write(t, "r.jsonl", line("1", "")+"bad\n"+line("2", "")+line("2", `,"narrative":"other"`)+line("3", ""))
	first, err := s.Import(analyst(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	rejects, err := os.ReadFile(p + ".rejects.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Import(analyst(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if first.New != 3 || first.Conflicts != 1 || second.New != 0 || second.Same != 3 || second.Conflicts != 1 {
		t.Errorf("first %+v, second %+v", first, second)
	}
	again, err := os.ReadFile(p + ".rejects.jsonl")
	if err != nil || !bytes.Equal(rejects, again) {
		t.Errorf("rejects differ (%v):\n%s\n%s", err, rejects, again)
	}
	if len(k.reports) != 3 || !strings.Contains(string(rejects), "supersedes") {
		t.Errorf("%d reports; rejects %s", len(k.reports), rejects)
	}
}

func TestIdentityIsSealedAndNowhereElse(t *testing.T) {
	s, k := newIntake(t, intake.Config{})
	p := write(t, "r.jsonl", line("1", `,"reporter":{"name":"Edna Sample","email":"edna@mail.example","phone":"+1 212 555 0199","age_band":"60_plus"},"narrative":"I am reached at edna@mail.example and +1 212 555 0199."`)+
		line("2", `,"reporter":{"name":"Edna S.","email":"EDNA@mail.example"}`)+
		`{"id":"x","source":"desk","received_at":"yesterday","reporter":{"name":"Edna Sample"}}`+"\n")
	if _, err := s.Import(analyst(), p, nil); err != nil {
		t.Fatal(err)
	}
	a, b := k.reports["desk/1"], k.reports["desk/2"]
	if len(a.Vault) == 0 || !a.Report.Reporter.Empty() {
		t.Fatal("the identity was not taken into the vault")
	}
	if a.Report.Victim == "" || a.Report.Victim != b.Report.Victim {
		t.Errorf("pseudonyms %q and %q: the same person has one", a.Report.Victim, b.Report.Victim)
	}
	if strings.Contains(string(a.Report.Raw), "Edna") {
		t.Errorf("stored JSON names the reporter: %s", a.Report.Raw)
	}
	for _, x := range a.Sightings {
		if strings.Contains(x.Indicator.Value, "0199") || strings.Contains(x.Indicator.Value, "edna") {
			t.Errorf("the reporter's own value became a sighting: %s %s", x.Indicator.Kind, x.Role)
		}
	}
	rejects, err := os.ReadFile(p + ".rejects.jsonl")
	if err != nil || strings.Contains(string(rejects), "Edna") {
		t.Errorf("rejects name the reporter (%v): %s", err, rejects)
	}
}

func TestTheFolderThatCannotBeWrittenGetsItsRejectsElsewhere(t *testing.T) {
	if os.Getuid() == 0 {
		// Root may write anywhere: a file where the folder of rejects should
		// be stands for a folder that cannot be written.
		t.Log("running as root: using a name that cannot be created")
	}
	other := t.TempDir()
	s, _ := newIntake(t, intake.Config{RejectDir: other})
	p := write(t, "r.jsonl", "bad\n")
	if err := os.Mkdir(p+".rejects.jsonl", 0o700); err != nil {
		t.Fatal(err)
	}
	res, err := s.Import(analyst(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Rejects) != 1 || filepath.Dir(res.Rejects[0]) != other {
		t.Errorf("rejects at %q, want under %s", res.Rejects, other)
	}
}

func TestZipIsReadAndABombIsNot(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range []struct{ name, text string }{
		{"a/reports.jsonl", line("1", "")},
		{"../../evil.jsonl", line("2", "")},
		{"b.txt", "They told me to call +1 888 555 0107."},
		{"zz-bomb.txt", strings.Repeat("0", 3<<20)},
	} {
		w, err := z.Create(f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	s, k := newIntake(t, intake.Config{})
	p := write(t, "box.zip", b.String())
	res, err := s.Import(analyst(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.New != 3 || res.Rejected != 1 || len(k.reports) != 3 {
		t.Errorf("result %+v: want 3 new and the bomb rejected", res)
	}
	rejects, err := os.ReadFile(p + ".rejects.jsonl")
	if err != nil || !strings.Contains(string(rejects), "200 times") {
		t.Errorf("rejects (%v): %s", err, rejects)
	}
}

// zipOf packs files in their order.
func zipOf(t testing.TB, files ...[2]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A hundred archives in one share what one may unpack to: each alone is
// within the limits, and together they are a bomb.
func TestArchivesInAnArchiveShareItsLimits(t *testing.T) {
	inner := zipOf(t, [2]string{"a.jsonl", strings.Repeat(line("1", "")+"\n", 2000)})
	var files [][2]string
	for n := range 100 {
		files = append(files, [2]string{fmt.Sprintf("%03d.zip", n), inner})
	}
	s, k := newIntake(t, intake.Config{MaxArchive: 2 << 20})
	p := write(t, "many.zip", zipOf(t, files...))
	res, err := s.Import(analyst(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.Records > 20_000 || res.Rejected == 0 || res.Rejected > 3 || len(k.reports) != 1 {
		t.Errorf("%+v: want the archive ended at its limit and told once", res)
	}
}

// What an archive calls its files goes to rejects and to a terminal: it steers
// neither.
func TestNamesInAnArchiveAreLabelsAndNoMore(t *testing.T) {
	s, _ := newIntake(t, intake.Config{})
	p := write(t, "box.zip", zipOf(t, [2]string{"../../../etc/\x1b[2Jevil\n.bin", "\x00\x01"}, [2]string{"/abs/\u202egpj.jsonl", "no json\n"}, [2]string{`C:\\x\\y.jsonl`, line("1", "")}))
	res, err := s.Import(analyst(), p, nil)
	if err != nil || res.New != 1 || res.Rejected != 1 || res.Skipped != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	b, err := os.ReadFile(p + ".rejects.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(res.Notes, "") + string(b); strings.ContainsAny(all, "\x1b\u202e") || strings.Contains(res.Notes[0], "\n") {
		t.Errorf("%q", all)
	}
	left, err := os.ReadDir(filepath.Dir(p))
	if err != nil || len(left) != 2 {
		t.Errorf("there lie %v: want the archive and its rejects", left)
	}
}

func TestGzipBombEndsTheFileAndIsTold(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for range 64 {
		if _, err := z.Write(bytes.Repeat([]byte("\n"), 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	s, _ := newIntake(t, intake.Config{})
	res, err := s.Import(analyst(), write(t, "r.jsonl.gz", b.String()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.Rejected != 1 || res.New != 0 {
		t.Errorf("result %+v: want one reject", res)
	}
}

const scamMail = "Received: from mx.example by in.example; Wed, 18 Oct 2023 14:00:00 +0000\r\n" +
	"From: \"Billing\" <billing@renew-desk.example>\r\nTo: someone@mail.example\r\nSubject: Your order\r\nDate: Wed, 18 Oct 2023 13:59:00 +0000\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n\r\nYour subscription renewed for USD 299.99. Call +1 (888) 555-0107 to cancel.\r\n"

func TestMailTellsItsSenderAndItsNumber(t *testing.T) {
	s, k := newIntake(t, intake.Config{Source: "alder"})
	if _, err := s.Import(analyst(), write(t, "m.eml", scamMail), nil); err != nil {
		t.Fatal(err)
	}
	r := only(t, k)
	if c := r.Report.Contacts[0]; c.Sender != "billing@renew-desk.example" || c.Medium != "email" || !strings.Contains(c.Text, "299.99") {
		t.Errorf("contact %+v", c)
	}
	if !sees(r, fraud.Indicator{Kind: fraud.Phone, Value: "+18885550107"}) {
		t.Errorf("the callback number was not found: %+v", r.Sightings)
	}
	if strings.Contains(string(r.Report.Raw), "someone@") {
		t.Error("the recipient's address is in the stored report")
	}
}

func TestForwardedMailsReporterGoesToTheVault(t *testing.T) {
	outer := "From: Edna Sample <edna@mail.example>\r\nTo: reports@alder.example\r\nSubject: Fwd: is this real?\r\nDate: Thu, 19 Oct 2023 09:00:00 +0000\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nI nearly called.\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n" + scamMail + "\r\n--B--\r\n"
	s, k := newIntake(t, intake.Config{})
	if _, err := s.Import(analyst(), write(t, "m.eml", outer), nil); err != nil {
		t.Fatal(err)
	}
	r := only(t, k)
	if r.Report.Contacts[0].Sender != "billing@renew-desk.example" || len(r.Vault) == 0 {
		t.Errorf("sender %q, vault %d bytes: want the inner sender, and the outer in the vault", r.Report.Contacts[0].Sender, len(r.Vault))
	}
	if strings.Contains(string(r.Report.Raw), "edna") {
		t.Errorf("the reporter stands in the stored report: %s", r.Report.Raw)
	}
}

func TestMboxIsOneReportAMail(t *testing.T) {
	second := strings.Replace(scamMail, "0107", "0108", 1)
	box := "From a@b Thu Oct 19 09:00:00 2023\n" + scamMail + "\n>From here on the text goes on.\n\nFrom a@b Thu Oct 19 09:00:00 2023\n" + second + "\n"
	s, k := newIntake(t, intake.Config{})
	res, err := s.Import(analyst(), write(t, "m.mbox", box), nil)
	if err != nil || res.New != 2 || len(k.reports) != 2 {
		t.Errorf("result %+v, %v: want two", res, err)
	}
}

func TestMboxLineThatOnlyBeginsWithFromStaysInItsMail(t *testing.T) {
	said := "\nFrom me to you: ring +1 212 555 0109 at once.\n\nWe wait.\n"
	next := "\nFrom - \nStatus: RO\n" + strings.Replace(scamMail, "0107", "0108", 1)
	s, k := newIntake(t, intake.Config{})
	res, err := s.Import(analyst(), write(t, "m.mbox", "From a@b\n"+scamMail+said+next), nil)
	if err != nil || res.New != 2 || len(k.reports) != 2 {
		t.Fatalf("result %+v, %v: want two mails", res, err)
	}
	whole := 0
	for _, r := range k.reports {
		if text := r.Report.Contacts[0].Text; strings.Contains(text, "0107") && strings.Contains(text, "555 0109 at once.") && strings.Contains(text, "We wait.") {
			whole++
		}
	}
	if whole != 1 {
		t.Error("the first mail lost its end")
	}
}

func TestGuessedTableNeedsAYes(t *testing.T) {
	table := "When,Caller Number,What happened\n2023-10-18,+44 20 7946 0991,He said he was from the bank\n"
	s, k := newIntake(t, intake.Config{})
	res, err := s.Import(analyst(), write(t, "calls.csv", table), nil)
	if err != nil || res.Rejected != 1 || len(k.reports) != 0 {
		t.Errorf("without a yes: %+v, %v", res, err)
	}
	asked := 0
	s, k = newIntake(t, intake.Config{Confirm: func(m *csvmap.Mapping, examples [][]byte) bool {
		asked++
		return m.Guessed && len(examples) == 1
	}})
	if res, err = s.Import(analyst(), write(t, "calls.csv", table), nil); err != nil || res.New != 1 || asked != 1 || len(k.reports) != 1 {
		t.Errorf("with a yes: %+v, %v, asked %d times", res, err, asked)
	}
}

func TestReceiptCodeOpensTheReportAndIsNotInIt(t *testing.T) {
	s, k := newIntake(t, intake.Config{Source: "alder"})
	rec, err := s.Submit(context.Background(), &fraud.Report{Narrative: "A pop-up told me to call +1 888 555 0107."})
	if err != nil {
		t.Fatal(err)
	}
	if rec.Taken != fraud.TakenNew || len(k.reports) != 1 {
		t.Fatalf("receipt %+v", rec)
	}
	typed := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(rec.Code, "-", " "), "0", "o"), "1", "l"))
	if id, ok := s.CodeReport(typed); !ok || id != rec.Report {
		t.Errorf("code as typed opens %q, %v; want %q", id, ok, rec.Report)
	}
	if bytes.Contains(k.reports[rec.Report].Report.Raw, []byte(strings.ReplaceAll(rec.Code, "-", ""))) || strings.Contains(string(rec.Report), rec.Code) {
		t.Error("the stored report tells its receipt's code")
	}
	if _, ok := s.CodeReport("not a code!"); ok {
		t.Error("nonsense passed for a code")
	}
}

func TestFullDiskStopsTheImportAndSaysSo(t *testing.T) {
	s, k := newIntake(t, intake.Config{Batch: 1})
	k.fail = errors.New("database or disk is full")
	_, err := s.Import(analyst(), write(t, "r.jsonl", strings.Repeat(line("1", ""), 50)), nil)
	if err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("got %v: an import that could not write must end with why", err)
	}
}

func TestPublicMayReportButNotImport(t *testing.T) {
	s, k := newIntake(t, intake.Config{})
	if _, err := s.Import(context.Background(), write(t, "r.jsonl", line("1", "")), nil); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("got %v, want ErrForbidden", err)
	}
	if len(k.audits) != 1 || len(k.reports) != 0 {
		t.Errorf("%d audits, %d reports: the refusal is written down and nothing is taken", len(k.audits), len(k.reports))
	}
}

func only(t testing.TB, k *kept) fraud.Acceptance {
	t.Helper()
	if len(k.reports) != 1 {
		t.Fatalf("%d reports, want 1", len(k.reports))
	}
	for _, a := range k.reports {
		return a
	}
	return fraud.Acceptance{}
}

func sees(a fraud.Acceptance, i fraud.Indicator) bool {
	for _, x := range a.Sightings {
		if x.Indicator == i {
			return true
		}
	}
	return false
}

// Somebody who saves the mail in which they forwarded another as text is its
// reporter as much as at the door of mails; a thread that is quoted in a
// fraudster's mail makes nobody a reporter.
func TestImportedMailThatForwardsAsTextNamesTheInnerSender(t *testing.T) {
	for name, tt := range map[string]struct {
		mail, sender string
		vault        bool
	}{
		"Gmail":         {inlineForward, "billing@renew-desk.example", true},
		"no mark":       {strings.Replace(inlineForward, "---------- Forwarded message ---------\r\n", "", 1), "billing@renew-desk.example", true},
		"no subject":    {strings.Replace(inlineForward, "Fwd: ", "", 1), "billing@renew-desk.example", true},
		"forged thread": {"From: Boss <boss@exec-box.example>\r\nTo: me@corp.example\r\nSubject: Re: wire today\r\n\r\nPlease pay, call +1 888 555 0107.\r\n\r\n-----Original Message-----\r\nFrom: Counsel <counsel@law.example>\r\nSent: Monday\r\nTo: boss@exec-box.example\r\nSubject: wire\r\n\r\nAs agreed.\r\n", "boss@exec-box.example", false},
	} {
		s, k := newIntake(t, intake.Config{})
		if _, err := s.Import(analyst(), write(t, "m.eml", tt.mail), nil); err != nil {
			t.Fatal(err)
		}
		r := only(t, k)
		if got := r.Report.Contacts[0].Sender; got != tt.sender || len(r.Vault) > 0 != tt.vault {
			t.Errorf("%s: sender %q, vault %d bytes; want %q, %v", name, got, len(r.Vault), tt.sender, tt.vault)
		}
		if tt.vault {
			noReporterIn(t, r)
		}
	}
}
