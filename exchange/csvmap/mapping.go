package csvmap

import (
	_ "embed" // builtin.json
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a mapping's zone must not depend on the machine

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

// Shape is how records lie in a file.
type Shape string

// The shapes.
const (
	CSV       Shape = "csv"
	TSV       Shape = "tsv"
	JSONLines Shape = "jsonl"
	JSONDoc   Shape = "json" // one document; Mapping.Records says where its list is
)

// Mapping says how one kind of foreign record becomes a report.
type Mapping struct {
	Name   string `json:"name"`
	About  string `json:"about,omitempty"` // whose format, for a person
	Shape  Shape  `json:"shape"`
	Source string `json:"source"` // the report's source
	// Match are the columns that tell this format from others: all must be
	// there. In JSON a column is a dotted path, "attributes.created-date".
	Match []string `json:"match"`
	// Records is the dotted path of the list in a JSON document.
	Records string `json:"records,omitempty"`
	// Keep takes only rows whose column has one of these values (compared
	// without case); the others are skipped and counted.
	Keep map[string][]string `json:"keep,omitempty"`
	// ID names the report within its source. Without it the row's hash does,
	// with a count where a file holds the same row several times.
	ID *Rule `json:"id,omitempty"`
	// Fields maps places in a report, such as "contacts[0].callback", to what
	// fills them.
	Fields map[string]Rule `json:"fields"`
	// Drop are columns that are not kept under "original": they identify a
	// victim, or say nothing.
	Drop []string `json:"drop,omitempty"`
	// Guessed is set by Guess: the mapping needs a person's yes.
	Guessed bool `json:"guessed,omitempty"`
	// Why says of each place that Guess filled what spoke for it, for the person
	// who confirms. Nothing reads it afterwards.
	Why map[string]string `json:"why,omitempty"`

	zone *time.Location
	// Zone is where the times were told that have no zone of their own (IANA;
	// empty is UTC).
	Zone string `json:"zone,omitempty"`
}

// Rule fills one place of a report.
type Rule struct {
	From    []string          `json:"from,omitempty"`    // columns; the first that is not empty, unless Join is set
	Join    string            `json:"join,omitempty"`    // joins all that are not empty
	Const   string            `json:"const,omitempty"`   // a value for every row
	Default string            `json:"default,omitempty"` // if the columns are empty
	Prefix  string            `json:"prefix,omitempty"`  // put in front of what is not empty
	Layouts []string          `json:"layouts,omitempty"` // of a time, as Go writes them
	Values  map[string]string `json:"values,omitempty"`  // replaces whole values, compared without case; "*" is any other
}

// places are the fields of a report that a mapping may fill, in the form in
// which brackets hold "0". What a report has but this lacks, a table does not.
var places = []string{
	"received_at", "supersedes", "narrative", "tlp", "pap",
	"reporter.role", "reporter.name", "reporter.email", "reporter.phone", "reporter.address", "reporter.age_band",
	"reporter.country", "reporter.region", "reporter.language", "reporter.time_zone",
	"consent.contact", "consent.share_law_enforcement", "consent.share_partner", "consent.testify",
	"contacts[0].at", "contacts[0].direction", "contacts[0].medium", "contacts[0].shown_caller_id", "contacts[0].callback",
	"contacts[0].sender", "contacts[0].url", "contacts[0].brand", "contacts[0].agent_alias", "contacts[0].text",
	"remote_access[0].tool", "remote_access[0].session_id", "remote_access[0].host",
	"payments[0].status", "payments[0].rail", "payments[0].amount", "payments[0].currency", "payments[0].at",
	"payments[0].from_institution", "payments[0].to_name", "payments[0].to_institution", "payments[0].to_account",
	"payments[0].to_bank_code", "payments[0].to_upi", "payments[0].to_wallet", "payments[0].txid",
	"payments[0].card_descriptor", "payments[0].gift_card_brand",
	"subjects[0].name", "subjects[0].company", "subjects[0].address", "subjects[0].country", "subjects[0].registration_no", "subjects[0].tax_id",
	"evidence[0].sha256", "evidence[0].name", "evidence[0].media_type", "evidence[0].size",
	"external_refs[0].agency", "external_refs[0].ref",
}

var index = regexp.MustCompile(`\[[0-9]\]`)

// isTime says whether a place holds a time.
func isTime(place string) bool {
	return place == "received_at" || strings.HasSuffix(place, ".at")
}

// identity says whether a place tells who a victim is.
func identity(place string) bool {
	switch place {
	case "reporter.name", "reporter.email", "reporter.phone", "reporter.address":
		return true
	}
	return false
}

// Parse reads one mapping in JSON and checks it; fraud.ErrInvalid names what
// is wrong.
func Parse(b []byte) (*Mapping, error) {
	m := new(Mapping)
	if err := json.Unmarshal(b, m, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("mapping is not as docs/spec/mapping.md says: %w: %w", err, fraud.ErrInvalid)
	}
	return m, m.check()
}

func (m *Mapping) check() error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("mapping %q: %s: %w", m.Name, fmt.Sprintf(format, args...), fraud.ErrInvalid)
	}
	if m.Name == "" || m.Source == "" || strings.Contains(m.Source, "/") {
		return fail("needs a name, and a source without a slash")
	}
	if !slices.Contains([]Shape{CSV, TSV, JSONLines, JSONDoc}, m.Shape) {
		return fail("shape is not csv, tsv, jsonl or json")
	}
	if len(m.Match) == 0 {
		return fail("needs the columns by which it is known")
	}
	if _, ok := m.Fields["received_at"]; !ok {
		return fail("needs received_at: a column, or a constant")
	}
	for place, r := range m.Fields {
		if !slices.Contains(places, index.ReplaceAllString(place, "[0]")) {
			return fail("a report has no field %s that a table could fill", place)
		}
		if len(r.From) == 0 && r.Const == "" {
			return fail("%s needs columns or a constant", place)
		}
	}
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		return fail("zone is not an IANA name")
	}
	m.zone = zone
	return nil
}

//go:embed builtin.json
var builtinJSON []byte

// Builtin returns the mappings that come with Ringbreaker, in the order in
// which they are tried.
func Builtin() ([]*Mapping, error) {
	var all []*Mapping
	if err := json.Unmarshal(builtinJSON, &all, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("read the mappings in the binary: %w", err)
	}
	for _, m := range all {
		if err := m.check(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Choose returns the mapping that fits these columns best: of those whose
// Match columns are all there the one with the most; nil if none fits.
func Choose(all []*Mapping, shapes []Shape, columns []string) *Mapping {
	have := map[string]bool{}
	for _, c := range columns {
		have[fold(c)] = true
	}
	var best *Mapping
	for _, m := range all {
		if !slices.Contains(shapes, m.Shape) || (best != nil && len(m.Match) <= len(best.Match)) {
			continue
		}
		if !slices.ContainsFunc(m.Match, func(c string) bool { return !have[fold(c)] }) {
			best = m
		}
	}
	return best
}

// fold makes column names comparable: lower case, and blanks, underscores and
// hyphens are one.
func fold(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(strings.Trim(s, "\ufeff\u00a0 ")), func(c rune) bool {
		return c == ' ' || c == '_' || c == '-' || c == '\t' || c == '\u00a0'
	}), " ")
}

// Places are the fields of a report that a mapping may fill, in the order in
// which a person is asked about them; brackets hold "0".
func Places() []string { return slices.Clone(places) }

// IsTime says whether a place holds a time.
func IsTime(place string) bool { return isTime(index.ReplaceAllString(place, "[0]")) }

// DateOrder says in which order a table writes its dates.
type DateOrder string

// The orders. Where nothing is said, years first and RFC 3339 are read.
const (
	DayFirst   DateOrder = "day"
	MonthFirst DateOrder = "month"
)

// OrderOf is the order that a rule's layouts begin with; empty if they name none.
func (r Rule) OrderOf() DateOrder {
	for _, l := range r.Layouts {
		switch {
		case strings.HasPrefix(l, "2"+slashOf(l)+"1") && slashOf(l) != "":
			return DayFirst
		case strings.HasPrefix(l, "1"+slashOf(l)+"2") && slashOf(l) != "":
			return MonthFirst
		}
	}
	return ""
}

// slashOf is the sign between the numbers of a layout that begins with two.
func slashOf(layout string) string {
	if len(layout) > 3 && strings.ContainsRune("/.-", rune(layout[1])) && layout[0] != layout[2] {
		return layout[1:2]
	}
	return ""
}

// Layouts are what a date in this order may look like, with and without a
// clock, whatever stands between its numbers.
func (o DateOrder) Layouts() []string {
	first, second := "2", "1"
	switch o {
	case DayFirst:
	case MonthFirst:
		first, second = second, first
	default:
		return nil
	}
	var out []string
	for _, sep := range []string{"/", ".", "-"} {
		for _, year := range []string{"2006", "06"} {
			for _, clock := range clocks {
				out = append(out, first+sep+second+sep+year+clock)
			}
		}
	}
	return out
}

// clocks are how a time of day may follow a date.
var clocks = []string{"", " 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM", ", 15:04:05"}

// Slashed says whether a cell is a date of which nothing tells whether the
// day or the month stands first, such as 3/4/2023.
func Slashed(cell string) bool {
	p := slashed.FindStringSubmatch(strings.TrimSpace(cell))
	return p != nil && p[2] != "."
}
