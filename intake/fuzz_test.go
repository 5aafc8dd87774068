package intake_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
)

// fuzzImport brings foreign bytes in under a name: whatever they are, the
// import must end, count each record once, and be the same the second time.
func fuzzImport(f *testing.F, name string) {
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		s, k := newIntake(t, intake.Config{Batch: 3, MaxArchive: 1 << 20})
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(p, testNow, testNow); err != nil {
			t.Fatal(err)
		}
		res, err := s.Import(analyst(), p, nil)
		if err != nil {
			t.Fatalf("import must not fail on bytes: %v", err)
		}
		if res.New+res.Same+res.Conflicts+res.Rejected != res.Records || res.New != len(k.reports) {
			t.Errorf("counts do not add up: %+v, %d kept", res, len(k.reports))
		}
		again, err := s.Import(analyst(), p, nil)
		if err != nil || again.New != 0 || again.Rejected != res.Rejected || again.Conflicts != res.Conflicts {
			t.Errorf("the second time: %+v, %v; the first: %+v", again, err, res)
		}
	})
}

func FuzzJSONLines(f *testing.F) {
	f.Add([]byte(line("1", "") + "bad\n" + line("1", `,"narrative":"x"`)))
	f.Add([]byte(`{"file":"a.wav","language":"en","transcript":"press one"}` + "\r\n{}\n"))
	f.Add([]byte("\xef\xbb\xbf" + line("2", "") + "\x00\n[[[[\n"))
	fuzzImport(f, "f.jsonl")
}

func FuzzMbox(f *testing.F) {
	f.Add([]byte("From a@b Thu Oct 19 09:00:00 2023\n" + scamMail + "\n\nFrom c\n" + scamMail))
	f.Add([]byte("From \nFrom \n\nFrom x\n>From y\n"))
	fuzzImport(f, "f.mbox")
}

func FuzzZip(f *testing.F) {
	f.Add([]byte("PK\x05\x06" + string(bytes.Repeat([]byte{0}, 18))))
	f.Add([]byte("PK\x03\x04\x14\x00\x01\x00"))
	f.Add([]byte("\x1f\x8b\x08\x00"))
	fuzzImport(f, "f.zip")
}

func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"type":"bundle","objects":[{"type":"indicator","id":"x"}]}`))
	f.Add([]byte(`{"Event":{"Attribute":[{"type":"domain","value":"a.example"}]}}`))
	f.Add([]byte(`{"data":[{"id":"1","type":"dnc_complaint","attributes":{"company-phone-number":"2125550142","created-date":"2023-10-19"}}]}`))
	f.Add([]byte(`[{"id":"1","source":"s","received_at":"2023-10-19T09:00:00Z"},3,null]`))
	fuzzImport(f, "f.json")
}

// FuzzMailDoor gives foreign bytes to the door of mails: whatever they are, no
// address of who sent them may come out as anything but a victim's.
func FuzzMailDoor(f *testing.F) {
	f.Add([]byte("\r\nI nearly called.\r\n\r\n---------- Forwarded message ---------\r\nFrom: Billing <b@x.example>\r\nDate: Wed\r\nSubject: Your order\r\nTo: <edna@mail.example>\r\n\r\nCall +1 888 555 0107\r\n"))
	f.Add([]byte("\r\n> *Von:* B <b@x.example>\r\n> *Gesendet:* heute\r\n> *An:* edna@mail.example\r\n>\r\n> Rufen Sie an\r\n"))
	f.Add([]byte("Resent-From: edna@mail.example\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\n\r\nx\r\n--B--\r\n"))
	f.Add([]byte("Resent-From: e"))
	f.Add([]byte("Resent-From: edna@mail.example\r\n\r\nx"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, k := newIntake(t, intake.Config{})
		mail := append([]byte("From: Edna Sample <edna@mail.example>\r\nSubject: Fwd\r\n"), b...)
		_, err := s.ReceiveMail(context.Background(), mail)
		if err != nil && !errors.Is(err, fraud.ErrInvalid) {
			t.Fatalf("got %v, want ErrInvalid", err)
		}
		if bytes.Contains(bytes.ToLower(b), []byte("resent-")) {
			return // somebody else may have passed on what Edna sent: then she is its sender
		}
		for _, a := range k.reports {
			for _, c := range a.Report.Contacts {
				if c.Sender == "edna@mail.example" {
					t.Error("the reporter stands in the report as the sender")
				}
			}
			for _, x := range a.Sightings {
				if x.Indicator.Kind == fraud.Email && x.Indicator.Value == "edna@mail.example" && x.Role != fraud.RoleVictimOwned {
					t.Errorf("the reporter became %s", x.Role)
				}
			}
		}
	})
}
