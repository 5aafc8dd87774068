package misp

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// Imported is what events said.
type Imported struct {
	Claims   []fraud.Claim `json:"claims"` // in the order of the events, no doubles
	Problems []Problem     `json:"problems"`
	Events   int           `json:"events"`
}

// Problem is one event, object or attribute that was not used, and why.
type Problem struct {
	Ref  string `json:"ref"` // its uuid, or its place
	N    int    `json:"n"`   // the number of the attribute among all that were read, from 1; of an event or object that was not read as such, of the last before it
	Says string `json:"says"`
}

// Limits of a file.
const (
	MaxFile   = 128 << 20
	maxValue  = 4096
	maxClaims = 1_000_000
)

// flat reads what MISP writes now as a text, now as a number or a truth.
type flat string

func (f *flat) UnmarshalJSON(b []byte) error {
	v := jsontext.Value(b)
	switch v.Kind() {
	case '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*f = flat(s)
	case '0', 't', 'f':
		*f = flat(v)
	case 'n':
	default:
		return fmt.Errorf("a text was expected: %w", fraud.ErrInvalid)
	}
	return nil
}

func (f flat) yes() bool { return f == "1" || strings.EqualFold(string(f), "true") }

type event struct {
	UUID       flat             `json:"uuid"`
	Info       flat             `json:"info"`
	Date       flat             `json:"date"` // of what it tells of
	Org        party            `json:"Org"`
	Orgc       party            `json:"Orgc"`
	Tags       []tag            `json:"Tag"`
	Attributes []jsontext.Value `json:"Attribute"`
	Objects    []jsontext.Value `json:"Object"`
}

type party struct {
	Name flat `json:"name"`
	UUID flat `json:"uuid"`
}

type tag struct {
	Name flat `json:"name"`
}

type attribute struct {
	UUID      flat     `json:"uuid"`
	Type      flat     `json:"type"`
	Category  flat     `json:"category"`
	Value     flat     `json:"value"`
	ToIDs     flat     `json:"to_ids"`
	Deleted   flat     `json:"deleted"`
	Comment   flat     `json:"comment"`
	Relation  flat     `json:"object_relation"`
	Timestamp flat     `json:"timestamp"`
	FirstSeen flat     `json:"first_seen"`
	Tags      []tag    `json:"Tag"`
	Sightings []seenBy `json:"Sighting"`
}

// seenBy is what somebody else said of an attribute (MISP core format
// §2.8, Sighting): type 0 seen, 1 false positive, 2 expired.
type seenBy struct {
	Type flat  `json:"type"`
	Date flat  `json:"date_sighting"`
	Org  party `json:"Organisation"`
}

type object struct {
	UUID       flat        `json:"uuid"`
	Name       flat        `json:"name"`
	Deleted    flat        `json:"deleted"`
	Attributes []attribute `json:"Attribute"`
	References []reference `json:"ObjectReference"`
}

// reference is what an object says of another or of an attribute.
type reference struct {
	To       flat `json:"referenced_uuid"`
	Relation flat `json:"relationship_type"`
	Deleted  flat `json:"deleted"`
}

// ownership are the relations by which something is somebody's; a number that
// a victim was "targeted-by" or "called-by" is not the victim's. They hold in
// both directions: people turn them round.
var ownership = []string{"owner-of", "owned-by", "owns", "belongs-to", "has", "possesses", "uses", "used-by", "member-of", "works-for", "employed-by", "characterizes", "characterized-by", "identifies", "identified-by", "registered", "registered-by"}

// Import reads one MISP event, a list of events, or the answer of a MISP
// server ("response"), of a search for attributes too. What cannot be read is a Problem and the rest is
// read; the error wraps fraud.ErrInvalid where the whole cannot be.
func Import(b []byte) (Imported, error) {
	if len(b) > MaxFile {
		return Imported{}, fmt.Errorf("MISP file of %d bytes, the most is %d: %w", len(b), MaxFile, fraud.ErrInvalid)
	}
	events, err := split(b, 0)
	if err != nil {
		return Imported{}, err
	}
	im := &importer{at: map[claimKey]int{}}
	for i, raw := range events {
		var e event
		if err := json.Unmarshal(raw, &e); err != nil {
			im.problem("event "+strconv.Itoa(i+1), "it is not an event that can be read")
			continue
		}
		im.out.Events++
		im.event(e)
	}
	return im.out, nil
}

// split finds the events in the forms in which MISP writes them.
func split(b []byte, depth int) ([]jsontext.Value, error) {
	v := jsontext.Value(b)
	bad := fmt.Errorf("not JSON, or not a MISP event: %w", fraud.ErrInvalid)
	switch {
	case depth > 4:
		return nil, bad
	case v.Kind() == '[':
		var list, out []jsontext.Value
		if json.Unmarshal(v, &list) != nil {
			return nil, bad
		}
		for _, x := range list {
			e, err := split(x, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, e...)
		}
		return out, nil
	case v.Kind() == '{':
		var whole struct {
			Event    jsontext.Value `json:"Event"`
			Found    jsontext.Value `json:"Attribute"` // what a search for attributes gives: they stand in no event
			Response jsontext.Value `json:"response"`
			UUID     jsontext.Value `json:"uuid"`
			Info     jsontext.Value `json:"info"`
		}
		switch {
		case json.Unmarshal(v, &whole) != nil:
			return nil, bad
		case len(whole.Event) > 0:
			return []jsontext.Value{whole.Event}, nil
		case len(whole.Response) > 0:
			return split(whole.Response, depth+1)
		case len(whole.UUID) > 0 || len(whole.Info) > 0 || len(whole.Found) > 0:
			return []jsontext.Value{v}, nil
		}
	}
	return nil, bad
}

type claimKey struct {
	by  string
	ind fraud.Indicator
}

type importer struct {
	out   Imported
	at    map[claimKey]int
	n     int             // attributes read so far
	owned map[string]bool // uuids of what is a victim's or a bystander's, of the event at hand
}

func (im *importer) problem(ref, says string) {
	im.out.Problems = append(im.out.Problems, Problem{Ref: ref[:min(len(ref), 200)], N: im.n, Says: says})
}

func (im *importer) event(e event) {
	im.own(e)
	for i, raw := range e.Attributes {
		var a attribute
		if json.Unmarshal(raw, &a) != nil {
			im.n++
			im.problem(fmt.Sprintf("%s, attribute %d", e.UUID, i+1), "it is not an attribute that can be read")
			continue
		}
		im.attribute(e, a, object{})
	}
	for i, raw := range e.Objects {
		var o object
		if json.Unmarshal(raw, &o) != nil {
			im.problem(fmt.Sprintf("%s, object %d", e.UUID, i+1), "it is not an object that can be read")
			continue
		}
		if o.Deleted.yes() {
			continue
		}
		if why := bystander(o); why != "" || im.owned[string(o.UUID)] {
			im.problem(cmp.Or(string(o.UUID), string(o.Name)), cmp.Or(why, "it belongs to somebody who is not said to be a suspect"))
			im.n += len(o.Attributes)
			continue
		}
		for _, a := range o.Attributes {
			im.attribute(e, a, o)
		}
	}
}

// own notes what belongs to the victims, witnesses and brands of an event, by
// the references between its objects, whichever way they point.
func (im *importer) own(e event) {
	im.owned = map[string]bool{}
	for _, raw := range e.Objects {
		var o object
		if json.Unmarshal(raw, &o) != nil || o.Deleted.yes() || bystander(o) == "" {
			continue
		}
		for _, r := range o.References {
			if !r.Deleted.yes() && slices.Contains(ownership, strings.ToLower(string(r.Relation))) {
				im.owned[string(r.To)] = true
			}
		}
		im.owned[string(o.UUID)] = true
	}
	delete(im.owned, "")
	// Those that point at them; what they belong to was noted above.
	for _, raw := range e.Objects {
		var o object
		if json.Unmarshal(raw, &o) != nil || o.UUID == "" {
			continue
		}
		for _, r := range o.References {
			if im.owned[string(r.To)] && !r.Deleted.yes() && slices.Contains(ownership, strings.ToLower(string(r.Relation))) {
				im.owned[string(o.UUID)] = true
			}
		}
	}
}

// suspects are the roles of MISP's person object that are a suspect's; every
// other role, or none, is a victim's, a witness's or nobody's.
var suspects = []string{"Suspect", "Defendent", "Defendant", "Accused", "Culprit", "Accomplice"} //nolint:misspell // as MISP spells it

// bystander says why an object describes somebody who is not a suspect.
func bystander(o object) string {
	switch strings.ToLower(string(o.Name)) {
	case "victim", "identity", "organization", "legal-entity", "employee", "news-agency", "original-imported-file", "report", "annotation":
		return "it describes somebody or something that is not said to be a suspect's"
	case "person":
		for _, a := range o.Attributes {
			if a.Relation == "role" && slices.Contains(suspects, string(a.Value)) {
				return ""
			}
		}
		return "it describes a person who is not said to be a suspect"
	}
	return ""
}

func (im *importer) attribute(e event, a attribute, o object) {
	im.n++
	if a.Deleted.yes() {
		return
	}
	ref := cmp.Or(string(a.UUID), string(e.UUID))
	if slices.ContainsFunc(a.Sightings, func(s seenBy) bool { return s.Type == "1" }) {
		im.problem(ref, "somebody says that it is a false positive")
		return
	}
	switch {
	case im.owned[string(a.UUID)]:
		im.problem(ref, "it belongs to somebody who is not said to be a suspect")
		return
	case strings.HasPrefix(string(a.Relation), "impersonated-") || a.Relation == "real-name":
		im.problem(ref, "it is of an impersonated brand, which is a victim")
		return
	case strings.HasPrefix(string(a.Type), "target-") || a.Type == "email-dst" || a.Category == "Targeting data":
		im.problem(ref, "it is a victim's")
		return
	}
	for _, i := range indicators(a, o) {
		im.claim(e, a, i)
		for _, s := range a.Sightings {
			by := s.Org
			if s.Type != "0" && s.Type != "" || by.Name == "" && by.UUID == "" {
				continue // who saw it is not said: it adds nothing to the attribute
			}
			seen, at := e, a
			seen.Orgc, at.FirstSeen, at.Timestamp = by, "", s.Date
			im.claim(seen, at, i)
		}
	}
}

func (im *importer) claim(e event, a attribute, i found) {
	ref := cmp.Or(string(a.UUID), string(e.UUID))
	if i.Value == "" || len(i.Value) > maxValue {
		im.problem(ref, "its value is empty, too long or not of its type")
		return
	}
	if len(im.out.Claims) >= maxClaims {
		return
	}
	by := e.Orgc
	if by.Name == "" {
		by = e.Org
	}
	c := fraud.Claim{
		Indicator: i.Indicator, Role: i.role, By: cmp.Or(string(by.Name), string(by.UUID)), ByRef: cmp.Or(string(by.UUID), string(by.Name)), Ref: ref,
		Says: cmp.Or(string(a.Comment), string(e.Info)), Confidence: -1, Mark: mark(a.Tags, e.Tags), At: seen(a, e), Actionable: a.ToIDs.yes(),
	}
	for _, t := range slices.Concat(e.Tags, a.Tags) {
		c.Labels = append(c.Labels, string(t.Name))
	}
	key := claimKey{c.ByRef, i.Indicator}
	at, twice := im.at[key]
	switch {
	case !twice:
		im.at[key] = len(im.out.Claims)
		im.out.Claims = append(im.out.Claims, c)
	case c.Actionable && !im.out.Claims[at].Actionable:
		im.out.Claims[at] = c
	}
}

// seen is when an attribute was seen, or else last written, or else the day of
// its event.
func seen(a attribute, e event) time.Time {
	if t, err := time.Parse(time.RFC3339Nano, string(a.FirstSeen)); err == nil {
		return t.UTC()
	}
	if s, err := strconv.ParseInt(string(a.Timestamp), 10, 64); err == nil && s > 0 && s < 1<<35 {
		return time.Unix(s, 0).UTC()
	}
	day, _ := time.Parse(time.DateOnly, string(e.Date)) // the zero time if it has none
	return day
}

// mark is the strictest of the tags tlp: and PAP: on an attribute and its
// event.
func mark(tags ...[]tag) fraud.Mark {
	var out fraud.Mark
	for _, t := range slices.Concat(tags...) {
		scheme, label, _ := strings.Cut(strings.ToUpper(string(t.Name)), ":")
		if label == "WHITE" {
			label = "CLEAR"
		}
		switch scheme {
		case "TLP":
			if m := (fraud.Mark{TLP: fraud.TLP(label)}); m.Valid() == nil && (out.TLP == "" || m.TLP.AtLeast(out.TLP)) {
				out.TLP = m.TLP
			}
		case "PAP":
			if m := (fraud.Mark{PAP: fraud.PAP(label)}); m.Valid() == nil && (out.PAP == "" || m.PAP.AtLeast(out.PAP)) {
				out.PAP = m.PAP
			}
		}
	}
	return out.Filled()
}

// found is an indicator with the role that its type gives it.
type found struct {
	fraud.Indicator
	role fraud.Role
}

// kindOf holds the attribute types that are one value (MISP core format
// §2.4.2, describeTypes).
var kindOf = map[string]fraud.Kind{
	"phone-number": fraud.Phone, "prtn": fraud.Phone, "whois-registrant-phone": fraud.Phone,
	"email": fraud.Email, "email-src": fraud.Email, "email-reply-to": fraud.Email, "whois-registrant-email": fraud.Email,
	"url": fraud.URL, "uri": fraud.URL, "domain": fraud.Domain, "hostname": fraud.Domain, "ip-src": fraud.IP, "ip-dst": fraud.IP,
	"iban": fraud.BankAccount, "bank-account-nr": fraud.BankAccount, "btc": fraud.Wallet, "dash": fraud.Wallet, "xmr": fraud.Wallet,
	"md5": fraud.File, "sha1": fraud.File, "sha256": fraud.File, "sha512": fraud.File,
}

// networks are the types that are an account at a network.
var networks = map[string]string{"twitter-id": "twitter", "github-username": "github", "jabber-id": "jabber"}

// indicators reads the value or values of an attribute.
func indicators(a attribute, o object) []found {
	v := strings.TrimSpace(string(a.Value))
	if network := networks[string(a.Type)]; network != "" {
		return []found{{fraud.Indicator{Kind: fraud.Handle, Value: network + ":" + strings.ToLower(strings.TrimPrefix(v, "@"))}, fraud.RoleMention}}
	}
	if kind := ours(string(a.Type), v); kind != "" {
		return []found{one(kind, "", strings.TrimPrefix(v, string(kind)+":"), a, o)}
	}
	switch a.Relation {
	case "imei":
		return []found{one(fraud.IMEI, "", v, a, o)}
	case "iccid":
		return []found{one(fraud.ICCID, "", v, a, o)}
	case "msisdn":
		return []found{one(fraud.Phone, "", v, a, o)}
	}
	first, second, pair := strings.Cut(string(a.Type), "|")
	left, right, both := strings.Cut(v, "|")
	switch {
	case !pair:
		if kind := kindOf[string(a.Type)]; kind != "" {
			return []found{one(kind, string(a.Type), v, a, o)}
		}
	case !both:
	case second == "port":
		return []found{one(kindOf[first], first, left, a, o)}
	case first == "domain" && second == "ip":
		return []found{one(fraud.Domain, first, left, a, o), one(fraud.IP, "ip-dst", right, a, o)}
	case first == "filename" && kindOf[second] == fraud.File:
		return []found{one(fraud.File, second, right, a, o)}
	}
	return nil
}

// textKinds are the kinds that MISP has no type for; our own exports write
// them as text, "kind:value".
var textKinds = []fraud.Kind{
	fraud.UPI, fraud.Wallet, fraud.RemoteID, fraud.RemoteHost, fraud.TxID, fraud.CardDescriptor, fraud.MerchantID, fraud.Company, fraud.TaxID, fraud.PersonAlias,
	fraud.Handle, fraud.Tracker, fraud.Script, fraud.IMEI, fraud.ICCID,
}

func ours(kind, v string) fraud.Kind {
	prefix, rest, ok := strings.Cut(v, ":")
	if kind == "text" && ok && rest != "" && slices.Contains(textKinds, fraud.Kind(prefix)) {
		return fraud.Kind(prefix)
	}
	return ""
}

func one(kind fraud.Kind, typ, v string, a attribute, o object) found {
	role := fraud.RoleMention
	switch kind {
	case fraud.Email, fraud.Domain:
		v = strings.ToLower(strings.TrimSuffix(v, "."))
	case fraud.File:
		v = strings.ToLower(v)
	case fraud.BankAccount:
		v, role = strings.ToUpper(strings.ReplaceAll(v, " ", "")), fraud.RolePayee
		if code := related(o, "institution-code"); typ == "bank-account-nr" && code != "" {
			v = strings.ToUpper(code) + "/" + v
		}
	case fraud.Wallet:
		role = fraud.RolePayee
	case fraud.IP:
		p, err := netip.ParsePrefix(v)
		if err == nil && p.IsSingleIP() {
			v = p.Addr().String()
		}
		ip, err := netip.ParseAddr(v)
		if err != nil {
			v = ""
		} else {
			v = ip.String()
		}
	}
	if typ == "email-src" || typ == "email-reply-to" {
		role = fraud.RoleSender
	}
	if r, _, ok := strings.Cut(string(a.Comment), ";"); ok && slices.Contains(roles, fraud.Role(r)) {
		role = fraud.Role(r)
	}
	return found{fraud.Indicator{Kind: kind, Value: v}, role}
}

var roles = []fraud.Role{
	fraud.RoleCallback, fraud.RoleShownCallerID, fraud.RoleSender, fraud.RoleLure, fraud.RoleRedirect, fraud.RolePayee, fraud.RoleRemote,
	fraud.RoleAlias, fraud.RoleCompany, fraud.RoleScript, fraud.RoleAsset, fraud.RoleTracker,
}

func related(o object, relation string) string {
	for _, a := range o.Attributes {
		if string(a.Relation) == relation {
			return strings.TrimSpace(string(a.Value))
		}
	}
	return ""
}
