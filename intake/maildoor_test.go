package intake_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
)

const reportsAt = "reports@alder.example"

// doorOf opens a door of mails on a port of its own.
func doorOf(t *testing.T, s *intake.Service, cfg intake.MailDoorConfig) (addr string, stop func()) {
	t.Helper()
	cfg.Domain, cfg.For, cfg.Spool = "node.alder.example", []string{"Reports@alder.example"}, t.TempDir()
	d, err := intake.NewMailDoor(s, cfg)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Serve(ctx, l) }()
	stop = func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		done <- nil
	}
	t.Cleanup(stop)
	return l.Addr().String(), stop
}

// sendMail sends a mail as another server would that has no encryption.
func sendMail(addr, from string, to []string, r io.Reader) error {
	c, err := smtp.Dial(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.SendMail(from, to, r)
}

const inlineForward = "From: Edna Sample <edna@mail.example>\r\nTo: reports@alder.example\r\nSubject: Fwd: Your order\r\nDate: Thu, 19 Oct 2023 09:00:00 +0000\r\n\r\n" +
	"I nearly called them. My number is 212 555 0199.\r\n\r\n---------- Forwarded message ---------\r\nFrom: Billing <billing@renew-desk.example>\r\nDate: Wed, Oct 18, 2023 at 1:59 PM\r\n" +
	"Subject: Your order\r\nTo: <edna@mail.example>\r\n\r\n\r\nYour subscription renewed. Call +1 (888) 555-0107.\r\n"

func noReporterIn(t *testing.T, r fraud.Acceptance) {
	t.Helper()
	if len(r.Vault) == 0 {
		t.Error("the vault has nothing of the reporter")
	}
	if strings.Contains(string(r.Report.Raw), "edna@") || strings.Contains(string(r.Report.Raw), "Edna Sample") && !strings.Contains(r.Report.Narrative, "Edna Sample") {
		t.Errorf("the reporter stands in the stored report: %s", r.Report.Raw)
	}
	for _, x := range r.Sightings {
		if strings.Contains(x.Indicator.Value, "edna") && x.Role != fraud.RoleVictimOwned {
			t.Errorf("the reporter became %s as %s", x.Indicator, x.Role)
		}
	}
}

func TestWhoSendsAMailToTheDoorIsItsReporterAndNeverItsSender(t *testing.T) {
	attachedForward := "From: Edna Sample <edna@mail.example>\r\nTo: reports@alder.example\r\nSubject: Fwd\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n" +
		"--B\r\nContent-Type: text/plain\r\n\r\nI nearly called.\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n" + scamMail + "\r\n--B--\r\n"
	for name, tt := range map[string]struct {
		mail, sender string
		contacts     int
	}{
		"forwarded as text":          {inlineForward, "billing@renew-desk.example", 1},
		"forwarded as an attachment": {attachedForward, "billing@renew-desk.example", 1},
		"passed on as it is":         {"Resent-From: Edna Sample <edna@mail.example>\r\nResent-To: reports@alder.example\r\n" + scamMail, "billing@renew-desk.example", 1},
		"German, quoted": {"From: Edna Sample <edna@mail.example>\r\nSubject: WG: Rechnung\r\n\r\nIst das echt?\r\n\r\n> *Von:* Billing <billing@renew-desk.example>\r\n> *Gesendet:* Mittwoch, 18. Oktober 2023 13:59\r\n" +
			"> *An:* edna@mail.example\r\n> *Betreff:* Rechnung\r\n>\r\n> Rufen Sie +1 (888) 555-0107 an.\r\n", "billing@renew-desk.example", 1},
		"own words": {"From: Edna Sample <edna@mail.example>\r\nSubject: a call\r\n\r\nA man from Microsoft told me to call back +1 (888) 555-0107 to get a refund.\r\n", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, k := newIntake(t, intake.Config{KeepFile: shelf{}.keep})
			addr, _ := doorOf(t, s, intake.MailDoorConfig{})
			if err := sendMail(addr, "edna@mail.example", []string{reportsAt}, strings.NewReader(tt.mail)); err != nil {
				t.Fatal(err)
			}
			r := only(t, k)
			noReporterIn(t, r)
			if len(r.Report.Contacts) != tt.contacts {
				t.Fatalf("%d contacts, want %d: %+v", len(r.Report.Contacts), tt.contacts, r.Report.Contacts)
			}
			if tt.contacts > 0 && r.Report.Contacts[0].Sender != tt.sender {
				t.Errorf("sender %q", r.Report.Contacts[0].Sender)
			}
			if !sees(r, fraud.Indicator{Kind: fraud.Phone, Value: "+18885550107"}) {
				t.Errorf("the number was not found: %+v", r.Sightings)
			}
			if r.Report.Reporter.Role != "victim" || r.Via != "email" {
				t.Errorf("role %q via %q", r.Report.Reporter.Role, r.Via)
			}
			// A client that did not hear the 250 sends again.
			if err := sendMail(addr, "edna@mail.example", []string{reportsAt}, strings.NewReader(tt.mail)); err != nil || len(k.reports) != 1 {
				t.Errorf("sent again: %v, %d reports", err, len(k.reports))
			}
		})
	}
}

// What a victim wrote back to the fraudster, and then forwarded, is theirs; so
// is a mail that says it was passed on by nobody.
func TestTheReportersOwnAnswerNamesNoSender(t *testing.T) {
	for name, mail := range map[string]string{
		"own answer":        strings.ReplaceAll(inlineForward, "Billing <billing@renew-desk.example>", "Edna <Edna@mail.example>"),
		"passed on by none": "Resent-From: e\r\n" + inlineForward,
		"by the sender":     "Resent-From: edna@mail.example\r\nFrom: Edna Sample <edna@mail.example>\r\nSubject: a call\r\n\r\nCall back +1 888 555 0107\r\n",
	} {
		s, k := newIntake(t, intake.Config{})
		if _, err := s.ReceiveMail(context.Background(), []byte(mail)); err != nil {
			t.Fatal(err)
		}
		r := only(t, k)
		for _, c := range r.Report.Contacts {
			if strings.Contains(strings.ToLower(c.Sender), "edna") {
				t.Errorf("%s: the reporter stands there as sender %q", name, c.Sender)
			}
		}
		for _, x := range r.Sightings {
			if strings.Contains(x.Indicator.Value, "edna") && x.Role != fraud.RoleVictimOwned {
				t.Errorf("%s: the reporter became %s as %s", name, x.Indicator, x.Role)
			}
		}
	}
}

// talk speaks lines to a door and returns the codes of its answers.
func talk(t *testing.T, addr, all string) string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	go func() { _, _ = io.WriteString(c, all) }()
	b, _ := io.ReadAll(c)
	var codes []string
	for line := range strings.Lines(string(b)) {
		if len(line) > 3 && line[3] == ' ' {
			codes = append(codes, line[:3])
		}
	}
	return strings.Join(codes, " ")
}

func TestTheDoorTakesReportsOnlyAndRelaysNothing(t *testing.T) {
	s, k := newIntake(t, intake.Config{})
	addr, _ := doorOf(t, s, intake.MailDoorConfig{})
	for name, tt := range map[string]struct{ says, want string }{
		"pipelined, two mails": {"EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<reports@alder.example>\r\nDATA\r\n" + scamMail + ".\r\n" +
			"MAIL FROM:<a@a.example>\r\nRCPT TO:<REPORTS@ALDER.EXAMPLE>\r\nDATA\r\n" + strings.Replace(scamMail, "0107", "0108", 1) + ".\r\nQUIT\r\n", "220 250 250 250 354 250 250 250 354 250 221"},
		"another recipient": {"HELO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<edna@mail.example>\r\nDATA\r\nQUIT\r\n", "220 250 250 550 502 221"},
		"another of our own domain": {
			"EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<reports+x@alder.example>\r\nRCPT TO:<\"reports@alder.example\"@b.example>\r\nRCPT TO:<reports%b.example@alder.example>\r\nQUIT\r\n",
			"220 250 250 550 550 550 221",
		},
		"a bounce":                {"EHLO a.example\r\nMAIL FROM:<>\r\nQUIT\r\n", "220 250 550 221"},
		"no mail":                 {"EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<reports@alder.example>\r\nDATA\r\nnothing\r\n.\r\nQUIT\r\n", "220 250 250 250 354 554 221"},
		"too large, announced":    {"EHLO a.example\r\nMAIL FROM:<a@a.example> SIZE=999999999\r\nQUIT\r\n", "220 250 552 221"},
		"guessing recipients":     {"EHLO a.example\r\nMAIL FROM:<a@a.example>\r\n" + strings.Repeat("RCPT TO:<x@y.example>\r\n", 20) + "QUIT\r\n", "220 250 250 550 550 550 550 550"},
		"no encryption to be had": {"EHLO a.example\r\nSTARTTLS\r\nVRFY edna\r\nEXPN all\r\nAUTH PLAIN AAAA\r\nQUIT\r\n", "220 250 502 252 502 523 221"},
	} {
		got := talk(t, addr, tt.says)
		if name == "guessing recipients" {
			// How much of the last answers is read before the line is cut is chance.
			if !strings.HasPrefix("220 250 250 550 550 550 550 550", got) {
				t.Errorf("%s: %s", name, got)
			}
			continue
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
	if len(k.reports) != 2 {
		t.Errorf("%d reports, want the two that were pipelined", len(k.reports))
	}
}

func TestTheDoorTakesEightBitsAndNamesOfAllScripts(t *testing.T) {
	s, k := newIntake(t, intake.Config{})
	addr, _ := doorOf(t, s, intake.MailDoorConfig{})
	mail := "From: Édna <edna@mail.example>\r\nSubject: Anruf von \u201eMicrosoft\u201c\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nEr sagte: rufen Sie +1 888 555 0107 zurück, für die Erstattung.\r\n"
	c, err := smtp.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, ext := range []string{"8BITMIME", "SMTPUTF8", "PIPELINING", "SIZE", "CHUNKING"} {
		if ok, _ := c.Extension(ext); !ok {
			t.Errorf("%s is not offered", ext)
		}
	}
	if err := c.Mail("édna@mail.example", &smtp.MailOptions{UTF8: true, Body: smtp.Body8BitMIME}); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt(reportsAt, nil); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, mail); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if r := only(t, k); !strings.Contains(r.Report.Narrative, "zurück, für die") || !strings.Contains(r.Report.Narrative, "„Microsoft“") {
		t.Errorf("narrative %q", r.Report.Narrative)
	}
}

func TestTheDoorEncryptsWhereItHasACertificate(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"node.alder.example"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	s, k := newIntake(t, intake.Config{})
	addr, _ := doorOf(t, s, intake.MailDoorConfig{TLS: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}})
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	c, err := smtp.DialStartTLS(addr, &tls.Config{RootCAs: roots, ServerName: "node.alder.example"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SendMail("edna@mail.example", []string{reportsAt}, strings.NewReader(inlineForward)); err != nil {
		t.Fatal(err)
	}
	noReporterIn(t, only(t, k))
}

// A full disk, or a broken database, is told as "later" and never as 250.
func TestWhatIsNotOnDiskIsNotAcknowledged(t *testing.T) {
	s, k := newIntake(t, intake.Config{})
	k.fail = errors.New("disk full")
	addr, _ := doorOf(t, s, intake.MailDoorConfig{})
	err := sendMail(addr, "edna@mail.example", []string{reportsAt}, strings.NewReader(inlineForward))
	var says *smtp.SMTPError
	if !errors.As(err, &says) || says.Code != 451 || len(k.reports) != 0 {
		t.Errorf("got %v, %d reports: want 451 and none", err, len(k.reports))
	}
}

func TestOneClientCannotTakeTheDoorFromTheOthers(t *testing.T) {
	s, _ := newIntake(t, intake.Config{})
	addr, _ := doorOf(t, s, intake.MailDoorConfig{})
	greeted := func() string {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		line, _ := bufio.NewReader(c).ReadString('\n')
		return line[:min(3, len(line))]
	}
	for n := range 10 {
		if got := greeted(); got != "220" {
			t.Fatalf("connection %d: %q", n+1, got)
		}
	}
	if got := greeted(); got != "421" {
		t.Errorf("one more than an address may have: %q, want 421", got)
	}
}

func TestTooManyMailsOfOneAddressAreToldToWait(t *testing.T) {
	s, _ := newIntake(t, intake.Config{})
	addr, _ := doorOf(t, s, intake.MailDoorConfig{})
	c, err := smtp.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for n := range 101 {
		err := c.Mail("a@a.example", nil)
		var says *smtp.SMTPError
		switch {
		case n < 100 && err != nil:
			t.Fatalf("mail %d: %v", n+1, err)
		case n == 100 && (!errors.As(err, &says) || says.Code != 450):
			t.Errorf("mail %d: %v, want 450", n+1, err)
		}
		if err := c.Reset(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOversizeMailsAreRefusedWhenTheyComeUnannounced(t *testing.T) {
	s, k := newIntake(t, intake.Config{})
	addr, _ := doorOf(t, s, intake.MailDoorConfig{})
	long := scamMail + strings.Repeat(strings.Repeat("x", 1000)+"\r\n", 34_000)
	err := sendMail(addr, "a@a.example", []string{reportsAt}, strings.NewReader(long))
	var says *smtp.SMTPError
	if !errors.As(err, &says) || says.Code != 552 || len(k.reports) != 0 {
		t.Errorf("got %v and %d reports, want 552", err, len(k.reports))
	}
}

// Programs put a page into one line, far beyond what the standard allows; what
// is refused for good must not be sent again for days.
func TestLongLinesAreTakenAndEndlessOnesRefusedForGood(t *testing.T) {
	s, k := newIntake(t, intake.Config{})
	addr, _ := doorOf(t, s, intake.MailDoorConfig{})
	mail := func(n int) string {
		return "From: Edna <edna@mail.example>\r\nSubject: a page\r\n\r\n" + strings.Repeat("x ", n/2) + "ring +1 888 555 0107\r\n"
	}
	if err := sendMail(addr, "a@a.example", []string{reportsAt}, strings.NewReader(mail(300_000))); err != nil || len(k.reports) != 1 {
		t.Errorf("a line of 300,000 bytes: %v and %d reports, want it taken", err, len(k.reports))
	}
	err := sendMail(addr, "a@a.example", []string{reportsAt}, strings.NewReader(mail(2_000_000)))
	var says *smtp.SMTPError
	// A client that sends on may find the line cut before it reads the answer.
	if err == nil || errors.As(err, &says) && says.Code != 554 || len(k.reports) != 1 {
		t.Errorf("a line of two million bytes: %v and %d reports, want 554", err, len(k.reports))
	}
}

// A client that breaks off has sent nothing; the door goes on, and ends when
// it is told to.
func TestBrokenOffMailsAreNoReports(t *testing.T) {
	s, k := newIntake(t, intake.Config{})
	addr, stop := doorOf(t, s, intake.MailDoorConfig{})
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "EHLO a\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<%s>\r\nDATA\r\n%s", reportsAt, scamMail)
	c.Close()
	if err := sendMail(addr, "a@a.example", []string{reportsAt}, strings.NewReader(inlineForward)); err != nil {
		t.Fatal(err)
	}
	stop()
	if len(k.reports) != 1 {
		t.Errorf("%d reports, want the whole one", len(k.reports))
	}
}

func TestADoorForNobodyIsRefused(t *testing.T) {
	s, _ := newIntake(t, intake.Config{})
	for _, cfg := range []intake.MailDoorConfig{{Domain: "a.example"}, {For: []string{"a@b"}}, {Domain: "a.example", For: []string{"reports"}}} {
		if _, err := intake.NewMailDoor(s, cfg); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}

// A client that says nothing, and one that says a byte now and then for ever,
// are hung up on; a slow one that gets to its end is heard.
func TestSlowClientsAreHeardAndEndlessOnesAreNot(t *testing.T) {
	s, k := newIntake(t, intake.Config{})
	addr, _ := doorOf(t, s, intake.MailDoorConfig{Idle: 400 * time.Millisecond, Life: 3 * time.Second})
	begin := "EHLO a\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<" + reportsAt + ">\r\nDATA\r\n"
	speak := func(all string, every time.Duration) string {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Error(err)
			return ""
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		go func() {
			_, _ = io.WriteString(c, begin)
			for ; all != "" && every > 0; all = all[1:] {
				if _, err := io.WriteString(c, all[:1]); err != nil {
					return
				}
				time.Sleep(every)
			}
		}()
		b, _ := io.ReadAll(c)
		return string(b)
	}
	answers := make(chan [2]string, 3)
	go func() { answers <- [2]string{"silent", speak("", 0)} }()
	go func() { answers <- [2]string{"endless", speak(strings.Repeat("x", 1000), 50*time.Millisecond)} }()
	go func() {
		answers <- [2]string{"slow", speak("Subject: a\r\n\r\nb\r\n.\r\nQUIT\r\n", 20*time.Millisecond)}
	}()
	for range 3 {
		a := <-answers
		if took := strings.Contains(a[1], "taken in as report"); took != (a[0] == "slow") {
			t.Errorf("the %s one: %q", a[0], a[1])
		}
	}
	if len(k.reports) != 1 {
		t.Errorf("%d reports, want the slow client's", len(k.reports))
	}
}

// A client that sends on while it is refused hears why. It was reset before,
// and came back for days.
func TestALineThatIsTooLongIsAnsweredAndNotReset(t *testing.T) {
	s, _ := newIntake(t, intake.Config{})
	addr, _ := doorOf(t, s, intake.MailDoorConfig{})
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for _, say := range []string{"", "EHLO me", "MAIL FROM:<edna@mail.example>", "RCPT TO:<" + reportsAt + ">", "DATA"} {
		if say != "" {
			if _, err := io.WriteString(c, say+"\r\n"); err != nil {
				t.Fatal(err)
			}
		}
		for {
			l, err := in.ReadString('\n')
			if err != nil {
				t.Fatal(say, err)
			}
			if len(l) > 3 && l[3] != '-' {
				break
			}
		}
	}
	mail := strings.Repeat("y", 2<<20) + "\r\n" + strings.Repeat(strings.Repeat("x", 76)+"\r\n", 1<<18) + ".\r\n"
	if _, err := io.WriteString(c, mail); err != nil {
		t.Fatalf("the client could not finish: %v", err)
	}
	if l, err := in.ReadString('\n'); err != nil || !strings.HasPrefix(l, "554 5.6.0 a line of the mail is longer") {
		t.Errorf("%q, %v; want 554", l, err)
	}
}

// Whoever forwards such a mail cannot mend it: what can be read is.
func TestMailsWithABrokenHeadComeIn(t *testing.T) {
	const head = "From: Edna Sample <edna@mail.example>\r\nSubject: a call\r\n"
	const words = "\r\nThey told me to call back +1 (888) 555-0107.\r\n"
	for name, mail := range map[string]string{
		"parts without a boundary":   head + "Content-Type: multipart/mixed\r\n" + words,
		"an empty boundary":          head + "Content-Type: multipart/mixed;\r\n boundary=\r\n" + words,
		"half a type":                head + "Content-Type: text\r\n" + words,
		"a part without a head":      head + "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nDear Sirs" + words + "--x--\r\n",
		"blanks before the colons":   "From : Edna Sample <edna@mail.example>\r\nSubject : a call\r\n" + words,
		"the line before in mailbox": ">From edna@mail.example Mon Oct  2 09:00:00 2023\r\n" + head + words,
	} {
		t.Run(name, func(t *testing.T) {
			s, k := newIntake(t, intake.Config{KeepFile: shelf{}.keep})
			addr, _ := doorOf(t, s, intake.MailDoorConfig{})
			if err := sendMail(addr, "edna@mail.example", []string{reportsAt}, strings.NewReader(mail)); err != nil {
				t.Fatal(err)
			}
			a := only(t, k)
			noReporterIn(t, a)
			if !sees(a, fraud.Indicator{Kind: fraud.Phone, Value: "+18885550107"}) {
				t.Errorf("its number was lost: %q", a.Report.Narrative)
			}
		})
	}
}
