package fraud_test

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

// everyField is a report with every field of the schema, every escape, and
// fields that the schema does not have.
const everyField = `{"id":"1","source":"alder","received_at":"2023-05-01T10:00:00+02:00","supersedes":"0","tlp":"GREEN","pap":"CLEAR",
 "reporter":{"role":"proxy","name":"Ada \u0041\ud83d\ude00","email":"ada@mail.example","phone":"+12125550142","address":"1 \"Elm\" St","age_band":"60_plus","country":"US","region":"US-IL","language":"en","time_zone":"America/Chicago","shoe":{"size":[41,{"a":null}]}},
 "consent":{"contact":true,"share_law_enforcement":false,"share_partner":null,"testify":true},
 "contacts":[{"at":"2023-04-30T09:00:00.25Z","direction":"to_victim","medium":"popup","shown_caller_id":"1","callback":"+1 888 555 0123","sender":"s","url":"http:\/\/a.example","brand":"Alder","agent_alias":"Kev","text":"a\tb\nc\\\"\b\f\r"},{},null],
 "remote_access":[{"at":null,"tool":"AnyDesk","session_id":"123 456 789","host":"h.example","installed":["a","b"]}],
 "payments":[{"status":"sent","rail":"upi","amount":"299.99","currency":"USD","at":"2023-04-30T09:00:00Z","from_institution":"a","to_name":"b","to_institution":"c","to_account":"d","to_bank_code":"e","to_upi":"f","to_wallet":"g","txid":"h","card_descriptor":"i","gift_card_brand":"j","gift_card_serial":"k","bank_notified_at":"2024-02-29T09:00:00Z"}],
 "subjects":[{"name":"n","alias":["x","y"],"role":"r","company":"c","registration_no":"1","tax_id":"2","address":"z","country":"IN"}],
 "narrative":"It rang.","evidence":[{"sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","name":"f","media_type":"image/png","size":12,"captured_at":"2023-01-01T00:00:00Z"}],
 "external_refs":[{"agency":"a","ref":"b"}],"weather":"rain","n":-1.5e3,"deep":[[[[{"a":[1,2,{"b":"]}"}]}]]]]}`

// byLibrary decodes with the general decoder and nothing else.
func byLibrary(in []byte) (*fraud.Report, error) {
	r := new(fraud.Report)
	if err := json.Unmarshal(in, r, fraud.Generally); err != nil {
		return nil, err
	}
	return r, r.Validate()
}

// alike fails unless the fast way and the general decoder agree on a line.
func alike(t *testing.T, d *fraud.Decoder, into *fraud.Report, in string) {
	t.Helper()
	if !utf8.ValidString(in) || len(in) > fraud.MaxReportBytes {
		return // refused before either looks at it
	}
	want, wantErr := byLibrary([]byte(in))
	got, err := fraud.DecodeReport([]byte(in))
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%q: the fast way says %v, the general decoder %v", in, err, wantErr)
	}
	again := d.Decode(in, into)
	if (again == nil) != (err == nil) || err != nil && again.Error() != err.Error() {
		t.Fatalf("%q: %v into a used report, %v into a fresh one", in, again, err)
	}
	if err != nil {
		return
	}
	got.Raw = nil
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q:\nfast    %+v\ngeneral %+v", in, got, want)
	}
	a, _ := json.Marshal(into, json.Deterministic(true))
	b, _ := json.Marshal(want, json.Deterministic(true))
	if string(a) != string(b) {
		t.Fatalf("%q:\ninto a used report %s\ninto a fresh one   %s", in, a, b)
	}
}

func TestTheFastDecoderReadsWhatTheGeneralOneReads(t *testing.T) {
	d, into := new(fraud.Decoder), new(fraud.Report)
	oneLine := strings.ReplaceAll(everyField, "\n", "") // which is cut at its quotes and backslashes alone
	lines := []string{everyField, oneLine, strings.Replace(oneLine, `"rain"`, `"r\"a\\"`, 1), strings.Replace(oneLine, `It rang.`, `\n`, 1), whole, `null`, `{}`, `[]`, ` `, ``, `{"id":"1"`, `{"id":"1"}x`}
	for _, with := range []string{
		`"narrative":null`, `"narrative":"\ud800"`, `"narrative":"\udc00\ud800"`, `"narrative":"\ud83d\u0041"`, `"narrative":"\x"`, `"narrative":"\u12"`, "\"narrative\":\"a\tb\"", `"narrative":"\u0000"`,
		`"narrative":7`, `"contacts":[]`, `"contacts":null`, `"contacts":{}`, `"contacts":[{"at":"2023-02-29T00:00:00Z"}]`, `"contacts":[{"at":"2023-02-30T00:00:00Z"}]`, `"contacts":[{"at":"2023-04-31T00:00:00Z"}]`, `"contacts":[{"at":"2023-04-30T24:00:00Z"}]`,
		`"contacts":[{"at":"2023-04-30T1:00:00Z"}]`, `"contacts":[{"at":"2023-04-30T10:00:00,5Z"}]`, `"contacts":[{"at":"2023-04-30T10:00:00+25:00"}]`, `"contacts":[{"at":"2023-04-30T10:00:60Z"}]`, `"contacts":[{"at":"2023-04-30t10:00:00z"}]`, `"narrative":"\ud800","contacts":[{"at":"2023-04-30t10:00:00z"}]`, `"Narrative":"","contacts":[{"at":"2016-12-31T23:59:60Z"},{"at":"2016-12-31T18:59:60.5-05:00"}]`, `"contacts":[{"at":"\u0032023-04-30t10:00:00Z"}]`, `"contacts":[{"at":"2023-04-30T10:00:00 z"}]`, `"contacts":[{"at":"\u0032023-04-30T10:00:00Z"}]`, `"contacts":[{"at":""}]`, `"contacts":[{"at":5}]`,
		`"contacts":[{"text":"a","text":"b"}]`, `"contacts":[{"Text":"a","text":"b"}]`, `"contacts":[{"x":1,"x":2}]`, `"x":{"a":1,"a":2}`, `"x":{"a":[{"b":1,"b":2}]}`, `"x":[1,]`, `"x":01`, `"x":tru`, `"x":`, `"x":1 2`, `"x":[}`, `"x":"\q"`,
		`"evidence":[{"sha256":"` + strings.Repeat("a", 64) + `","size":1e2}]`, `"evidence":[{"sha256":"` + strings.Repeat("a", 64) + `","size":-0}]`, `"evidence":[{"sha256":"` + strings.Repeat("a", 64) + `","size":01}]`, `"evidence":[{"sha256":"` + strings.Repeat("a", 64) + `","size":9223372036854775807}]`,
		`"evidence":[{"sha256":"` + strings.Repeat("a", 64) + `","size":-1}]`, `"subjects":[{"alias":null}]`, `"subjects":[{"alias":[null]}]`, `"subjects":[{"alias":[]}]`, `"consent":{"contact":"yes"}`, `"consent":{"contact":truex}`, `"payments":[{"status":"sent","amount":"1."}]`, `"payments":[{"status":"sent","amount":".5"}]`,
		`"payments":[{"status":"sent","rail":"barter"}]`, `"x":` + strings.Repeat("[", 70) + strings.Repeat("]", 70), `"contacts":[` + strings.Repeat("{},", 1000) + `{}]`, `"contacts":[` + strings.Repeat("{},", 999) + `{}]`,
	} {
		lines = append(lines, `{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z",`+with+`}`)
	}
	many := `{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z"`
	for i := range 40 {
		many += `,"x` + strings.Repeat("y", i) + `":1`
	}
	lines = append(lines, many+"}", many+`,"x":2}`)
	for _, in := range lines {
		alike(t, d, into, in)
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add(everyField)
	f.Add(strings.ReplaceAll(everyField, "\n", ""))
	f.Add(whole)
	f.Add(`{"id":"1","source":"s","received_at":"2023-01-01T00:00:00Z","narrative":"\ud83d\ude00 \u00e9","x":{"a":[1,{"b":"c"}]}}`)
	d, into := new(fraud.Decoder), new(fraud.Report)
	f.Fuzz(func(t *testing.T, in string) { alike(t, d, into, in) })
}

// The texts that outlive a report must not hold its whole line in memory:
// Facts are kept by the million.
func TestFactsDoNotHoldTheLine(t *testing.T) {
	d, r := new(fraud.Decoder), new(fraud.Report)
	line := []byte(everyField)
	if err := d.Decode(string(line), r); err != nil {
		t.Fatal(err)
	}
	facts := r.Facts()
	for name, s := range map[string]string{"source": facts.Source, "age band": facts.AgeBand, "country": facts.Country, "brand": facts.Brands[0], "currency": facts.Sent[0].Currency, "tlp": string(facts.Mark.TLP)} {
		// A second report with the same text must share the kept copy.
		again := new(fraud.Report)
		if err := d.Decode(strings.Clone(everyField), again); err != nil {
			t.Fatal(err)
		}
		if s == "" || again.Facts().Source != facts.Source {
			t.Errorf("%s was lost", name)
		}
	}
	if allocs := testing.AllocsPerRun(20, func() { _ = d.Decode(plainReport, r) }); allocs != 0 {
		t.Errorf("a report without escapes costs %v allocations, want none", allocs)
	}
}

const plainReport = `{"id":"R1","source":"alder","received_at":"2022-10-03T05:03:24Z","reporter":{"role":"proxy","age_band":"60_plus","country":"US","region":"US-AZ","language":"en","time_zone":"America/Phoenix"},"consent":{"contact":false,"share_law_enforcement":true,"share_partner":false,"testify":false},"contacts":[{"at":"2022-10-03T01:38:35Z","direction":"to_victim","medium":"popup","callback":"(888) 555-0142","url":"https://pc-care.example","text":"Call (888) 555-0142 at once. Closing this window will erase the disk."}],"payments":[{"status":"sent","rail":"crypto","amount":"254.99","currency":"USD","at":"2022-10-03T02:08:35Z","from_institution":"Union Lake Credit","to_wallet":"0x1be66121db06723133deb903924e45c98705620d"}],"narrative":"Popup on the laptop, would not go away. He said it would cost $254.99. In the end $254.99 went out by bitcoin before my daughter stopped me. Can I get my money back?","tlp":"CLEAR","pap":"CLEAR"}`

func BenchmarkDecodeReport(b *testing.B) {
	b.Run("decoder", func(b *testing.B) {
		d, r := new(fraud.Decoder), new(fraud.Report)
		b.SetBytes(int64(len(plainReport)))
		b.ReportAllocs()
		for b.Loop() {
			if err := d.Decode(plainReport, r); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("one", func(b *testing.B) {
		in := []byte(plainReport)
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := fraud.DecodeReport(in); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("general", func(b *testing.B) {
		in := []byte(plainReport)
		b.SetBytes(int64(len(in)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := byLibrary(in); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestDecodedTimesAreThoseOfTheLibrary(t *testing.T) {
	var d fraud.Decoder
	var r fraud.Report
	end := time.Date(2110, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(1895, 12, 27, 23, 59, 59, 0, time.UTC); at.Before(end); at = at.Add(25*time.Hour + 7*time.Second) {
		line := `{"id":"1","source":"s","received_at":"` + at.Format(time.RFC3339) + `","reporter":{"role":"victim"}}`
		if err := d.Decode(line, &r); err != nil || r.ReceivedAt != at {
			t.Fatalf("%s is decoded as %v, %v", at.Format(time.RFC3339), r.ReceivedAt, err)
		}
	}
	for _, bad := range []string{"2023-02-29", "2023-04-31", "2023-13-01", "2023-00-10", "2023-01-00"} {
		if err := d.Decode(`{"id":"1","source":"s","received_at":"`+bad+`T00:00:00Z","reporter":{"role":"victim"}}`, &r); err == nil {
			t.Errorf("%s was taken for a day", bad)
		}
	}
}

// RFC 3339 §5.6: "T" and "Z" may be small, and a minute may have a 60th second
// where one was put in.
func TestDateTimesInSmallLettersAndLeapSecondsAreRead(t *testing.T) {
	for in, want := range map[string]string{
		"2023-09-01t10:00:00z":           "2023-09-01T10:00:00Z",
		"2023-09-01t10:00:00.25+05:30":   "2023-09-01T04:30:00.25Z",
		"2016-12-31T23:59:60Z":           "2017-01-01T00:00:00Z",
		"2016-12-31T18:59:60-05:00":      "2017-01-01T00:00:00Z",
		"2016-12-31T12:59:60Z":           "",
		"2016-12-31T23:59:61Z":           "",
		"2023-09-01x10:00:00z":           "",
		"2023-02-29t10:00:00z":           "",
		"2023-09-01t10:00:00":            "",
		"2023-09-01 10:00:00z":           "",
		"2023-09-01t10:00:00z\\u0000":    "",
		"2023-09-01t10:00:00\\u007a":     "2023-09-01T10:00:00Z",
		"2016-12-31t23:59:60\\u005a":     "2017-01-01T00:00:00Z",
		"2016-12-31T23:59:60.5+00:00":    "2017-01-01T00:00:00.5Z",
		"2016-12-31T23:59:60.999999999z": "2017-01-01T00:00:00.999999999Z",
	} {
		r, err := fraud.DecodeReport([]byte(`{"id":"1","source":"s","received_at":"` + in + `"}`))
		got := ""
		if err == nil {
			got = r.ReceivedAt.UTC().Format(time.RFC3339Nano)
		} else if !strings.Contains(err.Error(), "must be a date-time with its zone") {
			t.Errorf("%s: %v", in, err)
		}
		if got != want {
			t.Errorf("%s is read as %q, want %q", in, got, want)
		}
	}
}
