package misp

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"ringbreaker.example/fraud"
)

// Content is what an event is made from.
type Content struct {
	Producer fraud.Org // Orgc: who says it
	Title    string
	At       time.Time
	Mark     fraud.Mark
	Rings    []RingOf
	Listings []fraud.Listing // for a public list: indicators without rings and roles
}

// RingOf is a ring and the label under which people speak of it.
type RingOf struct {
	Label string
	Ring  fraud.Ring
}

type outEvent struct {
	UUID         string         `json:"uuid"`
	Info         string         `json:"info"`
	Date         string         `json:"date"`
	Timestamp    string         `json:"timestamp"`
	Published    bool           `json:"published"`
	Analysis     string         `json:"analysis"`        // 2: completed
	ThreatLevel  string         `json:"threat_level_id"` // 1: high
	Distribution string         `json:"distribution"`
	Orgc         outParty       `json:"Orgc"`
	Tags         []outTag       `json:"Tag"`
	Attributes   []outAttribute `json:"Attribute"`
}

type outParty struct {
	Name string `json:"name"`
	UUID string `json:"uuid"`
}

type outTag struct {
	Name string `json:"name"`
}

type outAttribute struct {
	UUID         string `json:"uuid"`
	Type         string `json:"type"`
	Category     string `json:"category"`
	Value        string `json:"value"`
	ToIDs        bool   `json:"to_ids"`
	Comment      string `json:"comment"`
	Timestamp    string `json:"timestamp"`
	FirstSeen    string `json:"first_seen,omitempty"`
	LastSeen     string `json:"last_seen,omitempty"`
	Distribution string `json:"distribution"`
}

// namespace is the root of our identifiers (RFC 9562 §5.5).
var namespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://ringbreaker.example/misp"))

func id(parts ...string) string {
	return uuid.NewSHA1(namespace, []byte(strings.Join(parts, "\x00"))).String()
}

// distributions by TLP: 0 this organisation, 1 this community, 3 all. An
// event is never published by us: a person does that.
var distributions = map[fraud.TLP]string{fraud.TLPRed: "0", fraud.TLPAmberStrict: "0", fraud.TLPAmber: "0", fraud.TLPGreen: "1", fraud.TLPClear: "3"}

// Export writes one MISP event with the rings' indicators and the listings as attributes.
// Each attribute's comment starts with its role, a listing's with "listed". The error wraps
// fraud.ErrInvalid where the content has no producer or no time.
func Export(c Content) ([]byte, error) {
	if c.Producer.ID == "" || c.At.IsZero() {
		return nil, fmt.Errorf("a MISP event needs a producer and a time: %w", fraud.ErrInvalid)
	}
	m := c.Mark.Filled()
	e := outEvent{
		UUID: id("event", string(c.Producer.ID), c.Title), Info: c.Title, Date: c.At.UTC().Format("2006-01-02"), Timestamp: strconv.FormatInt(c.At.Unix(), 10),
		Analysis: "2", ThreatLevel: "1", Distribution: distributions[m.TLP],
		Orgc: outParty{cmp.Or(c.Producer.Name, string(c.Producer.ID)), id("org", string(c.Producer.ID))},
		Tags: []outTag{{"tlp:" + strings.ToLower(string(m.TLP))}, {"PAP:" + string(m.PAP)}, {`gsma-fraud:business="social-engineering"`}},
	}
	detect := !m.PAP.AtLeast(fraud.PAPAmber)
	seen := map[string]bool{}
	add := func(i fraud.Indicator, ring, role, comment string, from, to time.Time) {
		a := attributeOf(i)
		a.UUID = id("attribute", string(c.Producer.ID), ring, i.String(), role)
		a.ToIDs = detect && a.Type != "text"
		a.Comment, a.Timestamp, a.FirstSeen, a.LastSeen, a.Distribution = comment, e.Timestamp, stamp(from), stamp(to), "5"
		if !seen[a.UUID] {
			seen[a.UUID] = true
			e.Attributes = append(e.Attributes, a)
		}
	}
	for _, r := range c.Rings {
		for _, i := range r.Ring.Indicators {
			if i.Role.Links() {
				add(i.Indicator, string(r.Ring.ID), string(i.Role),
					fmt.Sprintf("%s; ring %s, %d reports from %d sources", i.Role, cmp.Or(r.Label, string(r.Ring.ID)), i.Reports, i.Sources), i.Tenure.From, i.Tenure.To)
			}
		}
	}
	for _, l := range c.Listings {
		add(l.Indicator, "listings", "",
			fmt.Sprintf("listed; %d reports from %d sources, expires %s", l.Reports, l.Sources, l.Expires.UTC().Format(time.RFC3339)), l.Since, l.LastSeen)
	}
	b, err := json.Marshal(map[string]outEvent{"Event": e}, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("write a MISP event: %w", err)
	}
	return append(b, '\n'), nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000+00:00")
}

// attributeOf chooses MISP's type and category for an indicator. What MISP
// has no type for goes out as text, "kind:value", and comes back so.
func attributeOf(i fraud.Indicator) outAttribute {
	a := outAttribute{Value: i.Value}
	switch i.Kind {
	case fraud.Phone:
		a.Type, a.Category = "phone-number", "Financial fraud"
	case fraud.Email:
		a.Type, a.Category = "email-src", "Payload delivery"
	case fraud.URL:
		a.Type, a.Category = "url", "Network activity"
	case fraud.Domain:
		a.Type, a.Category = "domain", "Network activity"
	case fraud.IP:
		a.Type, a.Category = "ip-dst", "Network activity"
	case fraud.BankAccount:
		a.Type, a.Category = "bank-account-nr", "Financial fraud"
		if len(i.Value) > 4 && !strings.Contains(i.Value, "/") && i.Value[0] >= 'A' && i.Value[2] >= '0' && i.Value[2] <= '9' {
			a.Type = "iban"
		}
	case fraud.Wallet:
		a.Type, a.Category = "btc", "Financial fraud"
		if strings.HasPrefix(i.Value, "0x") || strings.HasPrefix(i.Value, "T") {
			a.Type, a.Value = "text", i.String()
		}
	case fraud.File, fraud.Image:
		a.Type, a.Category = hashType(i.Value), "External analysis"
	default:
		a.Type, a.Category, a.Value = "text", "Financial fraud", i.String()
	}
	return a
}

func hashType(v string) string {
	switch len(v) {
	case 32:
		return "md5"
	case 40:
		return "sha1"
	case 128:
		return "sha512"
	}
	return "sha256"
}
