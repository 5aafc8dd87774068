package csvmap

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// hint says by which words of a column's name a place is recognised, and what
// its cells must look like.
type hint struct {
	place string
	words []string
	looks *regexp.Regexp // at least half of the cells that are not empty
}

var (
	looksPhone  = regexp.MustCompile(`^[+(]?[0-9][0-9 ().\-/]{5,20}[0-9]$`)
	looksMail   = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
	looksURL    = regexp.MustCompile(`(?i)^(hxxps?|https?)://|^[a-z0-9\-\[\].]+\.[a-z]{2,}(/|$)`)
	looksTime   = regexp.MustCompile(`^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}`)
	looksDate   = regexp.MustCompile(looksTime.String()) // of a column without a telling name: there a number is no date, it may be a postcode
	looksAmount = regexp.MustCompile(`^[$€£₹¥]? ?[0-9][0-9.,]*$`)
	looksText   = regexp.MustCompile(`[\pL\pM]{2,}\S*\s+\S+\s+\S+|[\p{Han}\p{Hiragana}\p{Katakana}]{6,}`)
	looksMoney  = regexp.MustCompile(`^[A-Z]{3,5}$`)
)

// hints go from the narrow to the wide: the first that fits takes the column.
// The words are those of English, German, French, Spanish, and of the forms
// named in Builtin.
var hints = []hint{
	{"reporter.email", []string{"victim email", "complainant email", "your email", "reporter email"}, looksMail},
	{"reporter.phone", []string{"victim phone", "complainant phone", "your phone", "complainant mobile", "reporter phone"}, looksPhone},
	{"reporter.name", []string{"victim name", "complainant name", "your name", "reporter name", "consumer name"}, nil},
	{"reporter.address", []string{"victim address", "complainant address", "your address"}, nil},
	{"payments[0].to_account", []string{"bank account", "account number", "account no", "iban", "kontonummer"}, nil}, // "number" alone is a telephone's
	{"subjects[0].name", []string{"subject name", "suspect name", "scammer name", "perpetrator name"}, nil},
	{"contacts[0].callback", []string{"callback", "call back", "advertiser", "number to call", "number dialled", "number dialed", "number they gave", "number given", "rückruf", "rappel"}, looksPhone},
	{"contacts[0].shown_caller_id", []string{"caller id", "callerid", "caller number", "calling number", "phone number", "company phone", "from number", "subject phone", "suspect phone", "scammer phone", "number", "telefon", "téléphone", "telefono", "teléfono", "phone"}, looksPhone},
	{"contacts[0].sender", []string{"sender", "from", "scammer email", "absender", "expéditeur", "remitente", "email"}, nil},
	{"contacts[0].url", []string{"url", "website", "web site", "link", "domain", "webseite", "site"}, looksURL},
	{"contacts[0].brand", []string{"brand", "impersonated", "company name used", "marke", "marque", "marca"}, nil},
	{"received_at", []string{"received", "created", "date filed", "report date", "reported", "ticket created", "eingang", "reçu", "recibido", "timestamp"}, looksTime},
	{"contacts[0].at", []string{"date", "time", "violation date", "datum", "fecha", "when"}, looksTime},
	{"payments[0].amount", []string{"amount", "loss", "betrag", "montant", "importe", "paid"}, looksAmount},
	{"payments[0].currency", []string{"currency", "währung", "devise", "moneda"}, looksMoney},
	{"payments[0].to_wallet", []string{"wallet", "crypto address", "btc address"}, nil},
	{"payments[0].to_upi", []string{"upi", "vpa"}, nil},
	{"payments[0].to_account", []string{"account", "iban", "konto", "compte", "cuenta"}, nil},
	{"contacts[0].text", []string{"message", "transcript", "sms", "body", "nachricht", "mensaje"}, looksText},
	{"narrative", []string{"narrative", "description", "comment", "details", "incident", "text", "beschreibung", "descripción", "notes"}, looksText},
}

// Guess makes a mapping for a table that no known one fits, from its column
// names and some of its rows. It is marked Guessed, so that nobody uses it
// before a person has looked at it. It is nil if nothing in the table looks
// like a report.
func Guess(name string, shape Shape, columns []string, sample []Row) *Mapping {
	m := &Mapping{
		Name: "guessed:" + name, Shape: shape, Source: sourceName(name), Match: slices.Clone(columns),
		Fields: map[string]Rule{}, Guessed: true, Why: map[string]string{},
		About: "guessed from the columns of " + name + ": look at each field, correct it, and take out the line \"guessed\"",
	}
	for _, h := range hints {
		if _, taken := m.Fields[h.place]; taken {
			continue
		}
		if c, word, ok := h.column(columns, sample, m); ok {
			m.Fields[h.place] = Rule{From: []string{c}}
			m.Why[h.place] = fmt.Sprintf("column %q has %q in its name%s", c, word, looked(h.looks, c, sample))
		}
	}
	m.byLooks(columns, sample)
	m.dates(sample)
	told := len(m.Fields)
	if _, ok := m.Fields["received_at"]; !ok {
		if _, ok := m.Fields["contacts[0].at"]; ok {
			m.Why["received_at"] = "no column says when it was reported: the time of the contact stands in; rows without one get the default, so put the day on which you got the table there"
		} else {
			m.Why["received_at"] = "no column tells a time: put the day on which you got the table there"
		}
	}
	if told == 0 {
		return nil
	}
	for _, c := range columns {
		if f := fold(c); strings.Contains(f, "victim") || strings.Contains(f, "complainant") || strings.Contains(f, "consumer") {
			m.Drop = append(m.Drop, c)
		}
	}
	m.Complete(Same{Got: undated})
	if m.check() != nil {
		return nil
	}
	return m
}

// Blank is a mapping that fills nothing yet, for a table in which nothing was
// recognised: a person says what its columns are.
func Blank(name string, shape Shape, columns []string) *Mapping {
	return &Mapping{
		Name: "guessed:" + name, Shape: shape, Source: sourceName(name), Match: slices.Clone(columns),
		Fields: map[string]Rule{"received_at": {Const: undated}}, Guessed: true, Why: map[string]string{},
	}
}

// column finds the column that a hint speaks of, best word first.
func (h hint) column(columns []string, sample []Row, m *Mapping) (column, word string, ok bool) {
	for _, w := range h.words {
		for _, c := range columns {
			name := " " + fold(c) + " "
			if !strings.Contains(name, " "+w+" ") || m.uses(c) || !fits(h.looks, c, sample) {
				continue
			}
			return c, w, true
		}
	}
	return "", "", false
}

// sorts are what the patterns look for, in words.
var sorts = map[*regexp.Regexp]string{
	looksPhone: "telephone numbers", looksMail: "mail addresses", looksURL: "addresses of pages", looksTime: "dates", looksDate: "dates", looksAmount: "amounts", looksText: "sentences", looksMoney: "currencies",
}

// looked says how many of a column's cells look right.
func looked(looks *regexp.Regexp, column string, sample []Row) string {
	if looks == nil {
		return "; its cells were not looked at"
	}
	n, good := counts(looks, column, sample)
	return fmt.Sprintf("; %d of its %d first cells look like %s", good, n, sorts[looks])
}

// slashed is a date of which day and month are not named.
var slashed = regexp.MustCompile(`^([0-9]{1,2})([/.\-])([0-9]{1,2})[/.\-]([0-9]{4}|[0-9]{2})(.*)$`)

// dates finds out whether day or month stands first in dates such as 3/4/2023.
// Where no row tells, nobody guesses: the place stays unread and says so.
func (m *Mapping) dates(sample []Row) {
	for place, rule := range m.Fields {
		if !isTime(place) || len(rule.From) != 1 {
			continue
		}
		order, sep, year := "", "", "2006"
		found := false
		for _, r := range sample {
			p := slashed.FindStringSubmatch(strings.TrimSpace(r.at(rule.From[0])))
			if p == nil {
				continue
			}
			found, sep = true, p[2]
			if len(p[4]) == 2 {
				year = "06"
			}
			first, _ := strconv.Atoi(p[1])
			second, _ := strconv.Atoi(p[3])
			switch {
			case first > 12:
				order = "2" + sep + "1"
			case second > 12:
				order = "1" + sep + "2"
			}
		}
		if order == "" && sep == "." {
			order = "2.1" // no country writes the month first with points
		}
		switch {
		case !found:
		case order == "":
			m.Why[place] += "; day and month cannot be told apart: add \"layouts\": [\"1" + sep + "2" + sep + year + "\"] where the month stands first, [\"2" + sep + "1" + sep + year + "\"] where the day does; until then it is not read"
		default:
			for _, clock := range clocks {
				rule.Layouts = append(rule.Layouts, order+sep+year+clock)
			}
			m.Fields[place] = rule
		}
	}
}

// byLooks takes columns without a telling name by what their cells look like.
func (m *Mapping) byLooks(columns []string, sample []Row) {
	for _, x := range []hint{
		{"contacts[0].url", nil, looksURL},
		{"contacts[0].shown_caller_id", nil, looksPhone},
		{"contacts[0].at", nil, looksDate},
		{"contacts[0].text", nil, looksText},
	} {
		if _, taken := m.Fields[x.place]; taken || (x.place == "contacts[0].text" && len(m.Fields["narrative"].From) > 0) {
			continue
		}
		for _, c := range columns {
			if !m.uses(c) && filled(c, sample) && fits(x.looks, c, sample) {
				m.Fields[x.place] = Rule{From: []string{c}}
				m.Why[x.place] = fmt.Sprintf("column %q says nothing by its name%s", c, looked(x.looks, c, sample))
				break
			}
		}
	}
}

func (m *Mapping) uses(column string) bool {
	for _, r := range m.Fields {
		if slices.Contains(r.From, column) {
			return true
		}
	}
	return false
}

// undated is the day of a report for which a guessed mapping knows none: a
// person sees at once that it is to be put right.
const undated = "1970-01-01"

// Same is what is the same in every row of a table, as who brings it knows.
type Same struct {
	Got      string // the day on which the table was got, for rows that tell no time
	Medium   string // of the contacts; empty is "other"
	Status   string // of the payments; empty is "demanded": asked and sent are never mixed
	Currency string // of the amounts; empty fills in none
}

// Complete fills in what a report needs beside its columns. A place that a
// column fills already stays as it is.
func (m *Mapping) Complete(same Same) {
	fill := func(place string, rule Rule) {
		if _, taken := m.Fields[place]; !taken {
			m.Fields[place] = rule
		}
	}
	if at, ok := m.Fields["contacts[0].at"]; ok { // the time of the contact stands in
		fill("received_at", Rule{From: at.From, Layouts: at.Layouts, Default: same.Got})
	}
	fill("received_at", Rule{Const: same.Got})
	some := func(list string) bool {
		for place := range m.Fields {
			if strings.HasPrefix(place, list) {
				return true
			}
		}
		return false
	}
	if some("contacts[0].") {
		fill("contacts[0].direction", Rule{Const: "to_victim"})
		fill("contacts[0].medium", Rule{Const: cmp.Or(same.Medium, "other")})
	}
	if some("payments[0].") {
		fill("payments[0].status", Rule{Const: cmp.Or(same.Status, "demanded")})
	}
	if _, ok := m.Fields["payments[0].amount"]; ok && same.Currency != "" {
		fill("payments[0].currency", Rule{Const: same.Currency})
	}
}

func filled(column string, sample []Row) bool {
	return slices.ContainsFunc(sample, func(r Row) bool { return strings.TrimSpace(r.at(column)) != "" })
}

// fits says whether at least half of a column's cells look right. Without a
// sample, or without a look, the name alone decides.
func fits(looks *regexp.Regexp, column string, sample []Row) bool {
	if looks == nil {
		return true
	}
	n, good := counts(looks, column, sample)
	return good*2 >= n
}

// counts are the cells of a column that are not empty, and those of them that
// look right. A date that became a number is a date.
func counts(looks *regexp.Regexp, column string, sample []Row) (n, good int) {
	for _, r := range sample {
		if v := strings.TrimSpace(r.at(column)); v != "" {
			n++
			if looks.MatchString(v) || looks == looksTime && (serial.MatchString(v) || epoch.MatchString(v)) {
				good++
			}
		}
	}
	return n, good
}

// sourceName makes a report's source out of a file's name.
func sourceName(name string) string {
	name = strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '.', c == '_':
			return c
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		}
		return '-'
	}, name)
	return "file-" + name[:min(len(name), 80)]
}
