package fraud_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

const whole = `{"id":"1","source":"alder","received_at":"2023-05-01T10:00:00+02:00",
 "reporter":{"role":"victim","name":"Ada Example","email":"ada@mail.example","phone":"+12125550142","age_band":"60_plus","country":"US","shoe_size":41},
 "contacts":[{"at":"2023-04-30T09:00:00Z","medium":"popup","callback":"+1 888 555 0123","brand":"Alder"}],
 "payments":[{"status":"sent","amount":"299.99","currency":"USD"},{"status":"demanded","amount":"9.999","currency":"USD"}],
 "weather":"rain"}`

func TestReportThatBreaksTheSchemaIsRefusedByFieldAndWithoutItsValue(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"cut", `{"id":"1","source":"s"`, "not whole JSON"},
		{"a list", `[1]`, "wrong type"},
		{"wrong type", `{"id":7,"source":"s","received_at":"2023-01-01T00:00:00Z"}`, "/id"},
		{"no id", `{"source":"s","received_at":"2023-01-01T00:00:00Z"}`, "id is missing"},
		{"no time", `{"id":"1","source":"s"}`, "received_at is missing"},
		{"not a time", `{"id":"1","source":"s","received_at":"yesterday"}`, "/received_at must be a date-time with its zone"},
		{"no zone", `{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","contacts":[{"at":"2023-01-01T00:00:00"}]}`, "/contacts/0/at must be a date-time with its zone"},
		{"a number for a time", `{"id":"1","source":"s","received_at":1672531200}`, "/received_at has the wrong type (a number found)"},
		{"after the year 9999", `{"id":"1","source":"s","received_at":"9999-12-31T23:59:59-12:00"}`, "received_at is before the year 0 or after the year 9999"},
		{"before the year 0", `{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","payments":[{"status":"sent","at":"0000-01-01T00:00:00+05:00"}]}`, "payments[0].at is before the year 0"},
		{"contact after the year 9999", `{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","contacts":[{"at":"9999-12-31T23:59:59-00:01"}]}`, "contacts[0].at is before the year 0 or after"},
		{"slash in source", `{"id":"1","source":"a/b","received_at":"2023-01-01T00:00:00Z"}`, "slash"},
		{"tab in id", `{"id":"a\tb","source":"s","received_at":"2023-01-01T00:00:00Z"}`, "control"},
		{"unknown state", `{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","payments":[{"status":"SECRET"}]}`, "payments[0].status"},
		{"no state", `{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","payments":[{"amount":"1"}]}`, "payments[0].status is missing"},
		{"float amount", `{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","payments":[{"status":"sent","amount":"1e5"}]}`, "payments[0].amount"},
		{"bad hash", `{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","evidence":[{"sha256":"SECRET"}]}`, "evidence[0].sha256"},
		{"bad mark", `{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","tlp":"SECRET"}`, "tlp"},
		{"bad UTF-8", "{\"id\":\"\xff\",\"source\":\"s\",\"received_at\":\"2023-01-01T00:00:00Z\"}", "UTF-8"},
		{"doubled name", `{"id":"1","id":"2","source":"s","received_at":"2023-01-01T00:00:00Z"}`, "names a field twice"},
		{"deep", strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000), "JSON"},
		{"empty", ``, "JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := fraud.DecodeReport([]byte(tt.in))
			if !errors.Is(err, fraud.ErrInvalid) {
				t.Fatalf("got %v, want ErrInvalid", err)
			}
			if got := err.Error(); !strings.Contains(got, tt.want) || strings.Contains(got, "SECRET") || strings.Contains(got, "\n") {
				t.Errorf("got %q, want one line with %q and no value", got, tt.want)
			}
		})
	}
}

func TestDigestIgnoresOrderAndBlanksAndNothingElse(t *testing.T) {
	digest := func(in string) [32]byte {
		t.Helper()
		r, err := fraud.DecodeReport([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		d, err := r.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	a := digest(`{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","narrative":"x"}`)
	b := digest(`{ "narrative":"x", "received_at":"2023-01-01T00:00:00Z","source":"s","id":"1"}`)
	c := digest(`{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","narrative":"x "}`)
	if a != b {
		t.Error("order and blanks changed the digest")
	}
	if a == c {
		t.Error("another narrative has the same digest")
	}
}

func TestIdentityIsTakenOutOfReportAndRawAndUnknownFieldsStay(t *testing.T) {
	r, err := fraud.DecodeReport([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	id, err := r.TakeIdentity()
	if err != nil {
		t.Fatal(err)
	}
	if want := (fraud.Identity{Name: "Ada Example", Email: "ada@mail.example", Phone: "+12125550142"}); id != want {
		t.Errorf("got %+v, want %+v", id, want)
	}
	for _, secret := range []string{"Ada", "ada@mail", "2125550142"} {
		if strings.Contains(string(r.Raw), secret) || r.Reporter.Name+r.Reporter.Email+r.Reporter.Phone != "" {
			t.Errorf("%q is still in the report", secret)
		}
	}
	for _, kept := range []string{"shoe_size", "weather", "60_plus", "888 555 0123"} {
		if !strings.Contains(string(r.Raw), kept) {
			t.Errorf("%q was dropped", kept)
		}
	}
	again, err := fraud.DecodeReport(r.Raw)
	if err != nil || again.Reporter.AgeBand != "60_plus" {
		t.Errorf("what is left does not decode: %v", err)
	}
}

func TestSentAndAskedAreNeverAddedTogether(t *testing.T) {
	r, err := fraud.DecodeReport([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	f := r.Facts()
	if len(f.Sent) != 1 || f.Sent[0] != (fraud.Money{Minor: 29999, Currency: "USD"}) {
		t.Errorf("sent is %v", f.Sent)
	}
	if len(f.Asked) != 0 {
		t.Errorf("an amount finer than a cent was read as %v", f.Asked)
	}
	if f.At.Format("2006-01-02T15:04Z07:00") != "2023-04-30T09:00Z" || f.Brands[0] != "Alder" {
		t.Errorf("facts are %+v", f)
	}
}

func FuzzDecodeReport(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(`{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","reporter":null}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := fraud.DecodeReport(in)
		if err != nil {
			if !errors.Is(err, fraud.ErrInvalid) {
				t.Errorf("error is not ErrInvalid: %v", err)
			}
			return
		}
		r.Facts()
		if _, err := r.Digest(); err != nil {
			t.Fatalf("what decodes has no digest: %v", err)
		}
		if _, err := r.TakeIdentity(); err != nil {
			t.Fatalf("identity cannot be taken: %v", err)
		}
		if again, err := fraud.DecodeReport(r.Raw); err != nil {
			t.Errorf("what is left does not decode: %v", err)
		} else if !again.Reporter.Empty() {
			t.Error("identity is still there")
		}
	})
}

func TestAReportHappenedBeforeItWasReceived(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"first contact", `"contacts":[{},{"at":"2023-08-30T10:00:00Z"},{"at":"2023-08-29T10:00:00Z"}]`, "2023-08-30T10:00:00Z"},
		{"a zone told wrongly", `"contacts":[{"at":"2023-09-02T09:00:00Z"}]`, "2023-09-02T09:00:00Z"},
		{"a slip of the pen", `"contacts":[{"at":"2203-08-30T10:00:00Z"},{"at":"2023-08-31T10:00:00Z"}]`, "2023-08-31T10:00:00Z"},
		{"nothing but slips", `"contacts":[{"at":"2203-08-30T10:00:00Z"}],"payments":[{"status":"sent","at":"9999-12-31T00:00:00Z"}]`, "2023-09-01T10:00:00Z"},
		{"a payment", `"contacts":[{"at":"2203-08-30T10:00:00Z"}],"payments":[{"status":"sent","at":"2023-08-30T12:00:00+02:00"}]`, "2023-08-30T10:00:00Z"},
	} {
		r, err := fraud.DecodeReport([]byte(`{"id":"1","source":"s","received_at":"2023-09-01T10:00:00Z",` + tt.in + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := r.HappenedAt().Format(time.RFC3339); got != tt.want {
			t.Errorf("%s: happened at %s, want %s", tt.name, got, tt.want)
		}
	}
}
