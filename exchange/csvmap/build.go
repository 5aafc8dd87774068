package csvmap

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// Row is one foreign record: its columns in their order, with what they hold.
type Row struct {
	Columns []string
	Cells   []string
}

// at is the cell of a column, found without case, blanks and hyphens; empty
// where a spreadsheet has destroyed it.
func (r Row) at(column string) string {
	v := r.raw(column)
	if lost(v) != "" {
		return ""
	}
	return unspoil(v)
}

// raw is the cell as it came.
func (r Row) raw(column string) string {
	want := fold(column)
	for i, c := range r.Columns {
		if i < len(r.Cells) && (c == column || fold(c) == want) {
			return r.Cells[i]
		}
	}
	return ""
}

// Seen counts rows that are the same to the letter, so that each gets an id
// of its own which is the same in every run. Use one per file.
type Seen map[[16]byte]int

// Report makes a row into a report by report.schema.json, as JSON. keep is
// false for rows that the mapping's Keep leaves out. Errors wrap
// fraud.ErrInvalid, and name places and never what stood in them.
func (m *Mapping) Report(r Row, seen Seen) (report []byte, keep bool, err error) {
	if !m.keeps(r) {
		return nil, false, nil
	}
	doc := map[string]any{"source": m.Source}
	for _, place := range slices.Sorted(maps.Keys(m.Fields)) {
		v, err := m.fill(place, m.Fields[place], r)
		if err != nil {
			return nil, true, err
		}
		if v != nil {
			put(doc, place, v)
		}
	}
	trim(doc)
	if doc["id"], err = m.id(r, seen); err != nil {
		return nil, true, err
	}
	if rest := m.rest(r); len(rest) > 0 {
		doc["original"] = rest
	}
	b, err := json.Marshal(doc, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, true, fmt.Errorf("write a report from a row: %w: %w", err, fraud.ErrInvalid)
	}
	return b, true, nil
}

func (m *Mapping) keeps(r Row) bool {
	for column, values := range m.Keep {
		v := strings.TrimSpace(r.at(column))
		if !slices.ContainsFunc(values, func(want string) bool { return strings.EqualFold(want, v) }) {
			return false
		}
	}
	return true
}

// text is what a rule takes from a row.
func (rule Rule) text(r Row) string {
	v := rule.Const
	if v == "" {
		var got []string
		for _, c := range rule.From {
			if s := strings.TrimSpace(r.at(c)); s != "" {
				got = append(got, s)
			}
		}
		switch {
		case len(got) == 0:
			v = rule.Default
		case rule.Join != "":
			v = strings.Join(got, rule.Join)
		default:
			v = got[0]
		}
	}
	if rule.Values != nil {
		v = replace(rule.Values, v)
	}
	if v != "" {
		v = rule.Prefix + v
	}
	return v
}

func replace(values map[string]string, v string) string {
	for from, to := range values {
		if from != "*" && strings.EqualFold(from, v) {
			return to
		}
	}
	if to, ok := values["*"]; ok {
		return to
	}
	return v
}

// fill is the value of one place in the form that the schema wants; nil if it
// is empty.
func (m *Mapping) fill(place string, rule Rule, r Row) (any, error) {
	v := rule.text(r)
	if v == "" {
		return nil, nil
	}
	switch {
	case isTime(place):
		t, err := m.time(v, rule.Layouts)
		if err != nil && rule.Default != "" && place == "received_at" {
			t, err = m.time(rule.Default, rule.Layouts)
		}
		if err != nil {
			if place != "received_at" {
				return nil, nil // kept under "original", for a person
			}
			return nil, fmt.Errorf("%s is not a time that the mapping %s can read: %w", place, m.Name, fraud.ErrInvalid)
		}
		return t.UTC().Format(time.RFC3339Nano), nil
	case strings.HasPrefix(place, "consent."):
		return replace(map[string]string{"y": "true", "yes": "true", "1": "true", "true": "true", "*": ""}, v) == "true", nil
	case place == "evidence[0].size":
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 0 {
			return nil, nil
		}
		return n, nil
	case strings.HasSuffix(place, ".amount"):
		return amount(v), nil
	case strings.HasSuffix(place, ".country"):
		if len(v) != 2 || strings.Trim(strings.ToUpper(v), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return nil, nil // a name that the mapping does not know is no reason to lose the report
		}
		return strings.ToUpper(v), nil
	}
	return mended(place, v), nil
}

// layouts are tried for every time, after the mapping's own.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05.000", "2006-01-02 15:04", "2006-01-02",
}

func (m *Mapping) time(v string, own []string) (time.Time, error) {
	zone := m.zone
	if zone == nil {
		zone = time.UTC
	}
	for _, layout := range append(slices.Clone(own), layouts...) {
		if t, err := time.ParseInLocation(layout, strings.TrimSpace(v), zone); err == nil {
			return t, nil
		}
	}
	if t, ok := counted(strings.TrimSpace(v), zone); ok {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("time: %w", fraud.ErrInvalid)
}

// amount brings "$1,299.00" and "1.299,00 €" into the schema's form; what it
// cannot read it leaves out (nil), and it stays under "original".
func amount(v string) any {
	v = strings.Trim(v, " \u00a0$€£₹¥")
	comma, dot := strings.LastIndexByte(v, ','), strings.LastIndexByte(v, '.')
	switch {
	case comma > dot && len(v)-comma != 4:
		v = strings.ReplaceAll(v, ".", "")
		v = strings.Replace(v, ",", ".", 1)
	default:
		v = strings.ReplaceAll(v, ",", "")
	}
	if v == "" || strings.Trim(v, "0123456789.") != "" || strings.Count(v, ".") > 1 || v[0] == '.' || strings.HasSuffix(v, ".") {
		return nil
	}
	// The schema's form: what has more digits is no sum that somebody paid, but
	// coins are told to 18 places, of which those beyond the eighth are cut.
	whole, frac, cents := strings.Cut(v, ".")
	if len(whole) > 15 {
		return nil
	}
	if cents {
		return whole + "." + frac[:min(len(frac), 8)]
	}
	return v
}

// put sets a place such as "contacts[1].at" in a document.
func put(doc map[string]any, place string, v any) {
	if v == nil {
		return
	}
	name, rest, nested := strings.Cut(place, ".")
	if at := strings.IndexByte(name, '['); at >= 0 {
		n := int(name[at+1] - '0')
		list, _ := doc[name[:at]].([]any)
		for len(list) <= n {
			list = append(list, map[string]any{})
		}
		doc[name[:at]] = list
		if item, ok := list[n].(map[string]any); ok && nested {
			put(item, rest, v)
		}
		return
	}
	if !nested {
		doc[name] = v
		return
	}
	item, ok := doc[name].(map[string]any)
	if !ok {
		item = map[string]any{}
		doc[name] = item
	}
	put(item, rest, v)
}

// needs says which field of a list's item makes it worth keeping: without it
// the item holds only constants.
var needs = map[string][]string{
	"contacts":      {"at", "shown_caller_id", "callback", "sender", "url", "brand", "agent_alias", "text"},
	"remote_access": {"tool", "session_id", "host"},
	"payments":      {"amount", "to_name", "to_institution", "to_account", "to_upi", "to_wallet", "txid", "card_descriptor", "gift_card_brand", "rail"},
	"subjects":      {"name", "company", "address", "registration_no", "tax_id"},
	"evidence":      {"sha256"},
	"external_refs": {"ref"},
}

// trim drops the items of lists that hold nothing from the row.
func trim(doc map[string]any) {
	for name, fields := range needs {
		list, ok := doc[name].([]any)
		if !ok {
			continue
		}
		list = slices.DeleteFunc(list, func(x any) bool {
			item, _ := x.(map[string]any)
			return !slices.ContainsFunc(fields, func(f string) bool { _, ok := item[f]; return ok })
		})
		if len(list) == 0 {
			delete(doc, name)
			continue
		}
		doc[name] = list
	}
}

// id names the report within its source.
func (m *Mapping) id(r Row, seen Seen) (string, error) {
	if m.ID != nil {
		if v := m.ID.text(r); v != "" {
			return v, nil
		}
		return "", fmt.Errorf("the row has no id where the mapping %s looks for one: %w", m.Name, fraud.ErrInvalid)
	}
	h := sha256.New()
	for i, c := range r.Columns {
		cell := ""
		if i < len(r.Cells) {
			cell = r.Cells[i]
		}
		fmt.Fprintf(h, "%d:%s%d:%s", len(c), c, len(cell), cell)
	}
	sum := [16]byte(h.Sum(nil)[:16])
	id := hex.EncodeToString(sum[:])
	if seen != nil {
		seen[sum]++
		if n := seen[sum]; n > 1 {
			id += "-" + strconv.Itoa(n)
		}
	}
	return id, nil
}

// rest are the columns that no field took, or that were not taken whole, as
// they came, without those that tell who a victim is.
func (m *Mapping) rest(r Row) map[string]string {
	hidden := map[string]bool{}
	for _, c := range m.Drop {
		hidden[fold(c)] = true
	}
	for place, rule := range m.Fields {
		for _, c := range rule.From {
			if identity(place) || strings.HasSuffix(place, ".text") || place == "narrative" {
				hidden[fold(c)] = true
			}
		}
	}
	out := map[string]string{}
	for i, c := range r.Columns {
		if i < len(r.Cells) && r.Cells[i] != "" && !hidden[fold(c)] {
			out[c] = r.Cells[i]
		}
	}
	return out
}

// unspoil undoes what spreadsheets do to cells: ="+1…" and an apostrophe in
// front keep text as text; 1.2125550142E+10 is a number that was shortened
// in show only, as long as no digit is missing.
func unspoil(cell string) string {
	s := strings.TrimSpace(strings.ToValidUTF8(cell, "\ufffd"))
	if rest, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(rest, `"`) {
		return rest[:len(rest)-1]
	}
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@0123456789", rune(s[1])) {
		return s[1:]
	}
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(s), "E+")
	if !ok || len(s) > 24 {
		return s
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	n, err := strconv.Atoi(exponent)
	if err != nil || len(whole) != 1 || strings.Trim(whole+frac, "0123456789") != "" || len(frac) > n || n-len(frac) > 2 || n < 7 {
		return s
	}
	return whole + frac + strings.Repeat("0", n-len(frac))
}
