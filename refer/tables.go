package refer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// cell makes a text that no spreadsheet takes for a formula: control
// characters become blanks, and an apostrophe stands before a first
// character that starts one (OWASP, CSV Injection), also after a semicolon,
// which some countries' spreadsheets split at.
func cell(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	parts := strings.Split(s, ";")
	for i, p := range parts {
		if starts := strings.TrimLeft(p, " \u00a0"); starts != "" && strings.ContainsRune("=+-@'\uff1d\uff0b\uff0d\uff20", []rune(starts)[0]) {
			parts[i] = "'" + p
		}
	}
	return strings.Join(parts, ";")
}

// table writes CSV as RFC 4180 with line feeds; every cell goes through cell.
type table struct {
	buf bytes.Buffer
	w   *csv.Writer
}

func newTable(header ...string) *table {
	t := new(table)
	t.w = csv.NewWriter(&t.buf)
	t.row(header...)
	return t
}

func (t *table) row(cells ...string) {
	for i := range cells {
		cells[i] = cell(cells[i])
	}
	_ = t.w.Write(cells) // into a buffer: an error stays in the writer until bytes
}

func (t *table) bytes() ([]byte, error) {
	t.w.Flush()
	if err := t.w.Error(); err != nil {
		return nil, fmt.Errorf("write a table: %w", err)
	}
	return t.buf.Bytes(), nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func joined[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return strings.Join(out, " ")
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func indicatorsCSV(m *Material) ([]byte, error) {
	t := newTable("org", "ring_label", "ring", "kind", "value", "role", "from", "to", "reports", "sources", "bits", "tlp", "pap")
	for _, r := range m.Rings {
		mark := r.Ring.Mark.Filled()
		for _, i := range r.Ring.Indicators {
			t.row(string(r.Org), r.Label, string(r.Ring.ID), string(i.Kind), i.Value, string(i.Role), stamp(i.Tenure.From), stamp(i.Tenure.To),
				strconv.Itoa(i.Reports), strconv.Itoa(i.Sources), strconv.FormatFloat(i.Bits, 'f', 1, 64), string(mark.TLP), string(mark.PAP))
		}
	}
	return t.bytes()
}

func transfersCSV(m *Material) ([]byte, error) {
	t := newTable("id", "from", "to", "amount_minor", "amount", "currency", "at", "rail", "basis", "report", "source", "tlp", "pap")
	mark := m.Mark.Filled()
	for _, x := range m.Transfers {
		t.row(x.ID, x.From, x.To, strconv.FormatInt(x.Amount.Minor, 10), x.Amount.Decimal(), x.Amount.Currency, stamp(x.At), string(x.Rail),
			string(x.Basis), string(x.Report), x.Source, string(mark.TLP), string(mark.PAP))
	}
	return t.bytes()
}

// victimsCSV has a row for each victim and currency in which they lost
// money, or one row for a victim who lost none.
func victimsCSV(m *Material, named map[string]bool) ([]byte, error) {
	t := newTable("pseudonym", "org", "age_band", "country", "region", "first_at", "currency", "sent_minor", "sent", "reports", "rings",
		"consent_contact", "consent_law_enforcement", "willing_to_testify", "asked_at", "named_in_annex", "tlp", "pap")
	mark := m.Mark.Filled()
	for _, v := range m.Victims {
		sums := v.Sent
		if len(sums) == 0 {
			sums = []fraud.Money{{}}
		}
		for _, s := range sums {
			minor, decimal := "", ""
			if s.Currency != "" {
				minor, decimal = strconv.FormatInt(s.Minor, 10), s.Decimal()
			}
			t.row(v.Pseudonym, string(v.Org), v.AgeBand, v.Country, v.Region, stamp(v.FirstAt), s.Currency, minor, decimal, joined(v.Reports), joined(v.Rings),
				yes(v.Consent.Contact), yes(v.Consent.ShareLawEnforcement), yes(v.Consent.Testify), stamp(v.ConsentAt), yes(named[v.Pseudonym]),
				string(mark.TLP), string(mark.PAP))
		}
	}
	return t.bytes()
}

// disclosureCSV numbers what is relevant and unused, each item described on
// its own, the numbers continuing over supplements (CPS Disclosure Manual
// ch. 7: MG6C, and MG6D for sensitive items with the reason).
func disclosureCSV(m *Material) ([]byte, error) {
	t := newTable("no", "schedule", "org", "description", "date", "kept_by", "may_undermine_or_assist", "reason_sensitive", "exhibit", "tlp", "pap")
	mark := m.Mark.Filled()
	for i, d := range m.Disclosure {
		schedule := "MG6C"
		if d.Sensitive {
			schedule = "MG6D"
		}
		t.row(strconv.Itoa(first(m.FirstDisclosure)+i), schedule, string(d.Org), d.What, stamp(d.At), d.Where, yes(d.Undermines), d.Reason, string(d.Exhibit),
			string(mark.TLP), string(mark.PAP))
	}
	return t.bytes()
}

// Disclosed reads the package's own disclosure schedule back, so that a
// supplement lists only what is new.
func (p *Package) Disclosed() ([]Disclosure, error) {
	f, err := p.Open(disclosureName)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(io.LimitReader(f, mostKept)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, broken("%s cannot be read", disclosureName)
	}
	var out []Disclosure
	for _, r := range rows[1:] {
		if len(r) < 9 {
			return nil, broken("%s has a line of %d columns", disclosureName, len(r))
		}
		at, _ := time.Parse(time.RFC3339, r[4]) // empty: not known
		out = append(out, Disclosure{
			Org: fraud.OrgID(uncell(r[2])), What: uncell(r[3]), At: at, Where: uncell(r[5]), Undermines: r[6] == "yes", Sensitive: r[1] == "MG6D",
			Reason: uncell(r[7]), Exhibit: fraud.ExhibitID(uncell(r[8])),
		})
	}
	return out, nil
}

// uncell takes off what cell put before a text.
func uncell(s string) string {
	parts := strings.Split(s, ";")
	for i, p := range parts {
		parts[i] = strings.TrimPrefix(p, "'")
	}
	return strings.Join(parts, ";")
}

func first(n int) int {
	if n < 1 {
		return 1
	}
	return n
}

// ringRecord is one line of rings.jsonl.
type ringRecord struct {
	Org   fraud.OrgID  `json:"org"`
	Label string       `json:"label"`
	Ring  fraud.Ring   `json:"ring"`
	Links []fraud.Link `json:"links"`
}

// EachRing reads rings.jsonl ring by ring and holds it against the manifest:
// after an error nothing that was read counts.
func (p *Package) EachRing(use func(RingOf) error) error {
	return p.each(ringsName, func(r io.Reader) error {
		dec := jsontext.NewDecoder(r)
		for {
			var rec ringRecord
			if err := json.UnmarshalDecode(dec, &rec); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return fmt.Errorf("read %s: %w", ringsName, err)
			}
			if err := use(RingOf(rec)); err != nil {
				return err
			}
		}
	})
}

func ringsJSONL(m *Material) ([]byte, error) {
	var buf bytes.Buffer
	for _, r := range m.Rings {
		r.Ring.Mark = r.Ring.Mark.Filled()
		b, err := line(ringRecord(r))
		if err != nil {
			return nil, fmt.Errorf("write ring %s: %w", r.Ring.ID, err)
		}
		buf.Write(b)
	}
	return buf.Bytes(), nil
}
