package stix

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// Imported is what a bundle said.
type Imported struct {
	Claims   []fraud.Claim `json:"claims"` // in the order of the bundle, no doubles
	Problems []Problem     `json:"problems"`
	Objects  int           `json:"objects"`
}

// Problem is one object that was not used, and why.
type Problem struct {
	Ref  string `json:"ref"` // the object's id, or its place in the bundle
	N    int    `json:"n"`   // its number in the bundle, from 1
	Says string `json:"says"`
}

// Limits of a bundle. A larger one is to be split, as TAXII does by pages.
const (
	MaxBundle  = 64 << 20
	maxObjects = 200_000
	maxValue   = 4096
)

// Import reads a STIX 2.0 or 2.1 bundle, a TAXII envelope, a list of objects
// or one object. An object that cannot be read is a Problem and the rest is
// read; the error wraps fraud.ErrInvalid where the whole cannot be.
//
// Values come from the patterns of indicators and from observables. Who said
// so is created_by_ref, and for a sighting who saw it; identities, relationships
// to identities, and what belongs to an identity, is how it is reached, or to
// whom a message went never become claims.
func Import(b []byte) (Imported, error) {
	raw, err := split(b)
	if err != nil {
		return Imported{}, err
	}
	im := &importer{byID: map[string]*foreign{}, owned: map[string]string{}, at: map[claimKey]int{}, seenBy: map[string]bool{}, number: map[string]int{}, contacts: map[string]bool{}}
	im.out.Objects = len(raw)
	for i, r := range raw {
		o := new(foreign)
		if err := json.Unmarshal(r, o); err != nil || o.Type == "" {
			im.number[cmp.Or(o.ID, fmt.Sprintf("object %d", i+1))] = i + 1
			im.problem(cmp.Or(o.ID, fmt.Sprintf("object %d", i+1)), "it is not a STIX object that can be read")
			continue
		}
		if o.ID == "" {
			o.ID = fmt.Sprintf("object %d", i+1)
		}
		im.number[o.ID] = i + 1
		im.objects = append(im.objects, o)
		if im.byID[o.ID] == nil || im.byID[o.ID].Modified.Before(o.Modified) {
			im.byID[o.ID] = o // the newest version counts (STIX 2.1 §3.6)
		}
	}
	im.ownership()
	for _, o := range im.objects {
		if im.byID[o.ID] == o {
			im.object(o)
		}
	}
	im.unsigned()
	return im.out, nil
}

// unsigned drops what observables say that nobody signs where somebody says the
// same in this bundle: the value stands beside the indicator that was made of
// it, and one list would count as two sources.
func (im *importer) unsigned() {
	signed := map[fraud.Indicator]bool{}
	for _, c := range im.out.Claims {
		if c.ByRef != "" {
			signed[c.Indicator] = true
		}
	}
	im.out.Claims = slices.DeleteFunc(im.out.Claims, func(c fraud.Claim) bool {
		return c.ByRef == "" && !c.Actionable && signed[c.Indicator]
	})
}

// split gives the objects one by one.
func split(b []byte) ([]jsontext.Value, error) {
	if len(b) > MaxBundle {
		return nil, fmt.Errorf("STIX bundle of %d bytes, the most is %d: send it in parts: %w", len(b), MaxBundle, fraud.ErrInvalid)
	}
	v := jsontext.Value(b)
	var list []jsontext.Value
	switch v.Kind() {
	case '[':
		if err := json.Unmarshal(v, &list); err != nil {
			return nil, fmt.Errorf("not a list of STIX objects: %w", fraud.ErrInvalid)
		}
	case '{':
		var whole struct {
			Type    string         `json:"type"`
			Objects jsontext.Value `json:"objects"`
		}
		if err := json.Unmarshal(v, &whole); err != nil {
			return nil, fmt.Errorf("not JSON, or not a STIX bundle: %w", fraud.ErrInvalid)
		}
		switch {
		case (whole.Type == "bundle" || whole.Type == "") && (len(whole.Objects) == 0 || whole.Objects.Kind() == 'n'):
		case whole.Type == "bundle" || whole.Type == "":
			if err := json.Unmarshal(whole.Objects, &list); err != nil {
				return nil, fmt.Errorf("the bundle's objects are not a list: %w", fraud.ErrInvalid)
			}
		default:
			list = []jsontext.Value{v}
		}
	default:
		return nil, fmt.Errorf("not JSON, or not a STIX bundle: %w", fraud.ErrInvalid)
	}
	if len(list) > maxObjects {
		return nil, fmt.Errorf("STIX bundle of %d objects, the most is %d: send it in parts: %w", len(list), maxObjects, fraud.ErrInvalid)
	}
	return list, nil
}

// foreign is what we read of somebody else's object. Times that cannot be
// read are zero: STIX in the wild has many forms of them.
type foreign struct {
	Type       string   `json:"type"`
	ID         string   `json:"id"`
	CreatedBy  string   `json:"created_by_ref"`
	Modified   when     `json:"modified"`
	Revoked    bool     `json:"revoked"`
	Labels     []string `json:"labels"`
	Confidence *int     `json:"confidence"`
	Marks      []string `json:"object_marking_refs"`
	Granular   []struct {
		Mark string `json:"marking_ref"`
	} `json:"granular_markings"`
	Name        string                    `json:"name"`
	Types       []string                  `json:"indicator_types"`
	Pattern     string                    `json:"pattern"`
	PatternType string                    `json:"pattern_type"`
	ValidFrom   when                      `json:"valid_from"`
	ValidUntil  when                      `json:"valid_until"`
	FirstSeen   when                      `json:"first_observed"`
	ObjectRefs  []string                  `json:"object_refs"`
	Relation    string                    `json:"relationship_type"`
	Source      string                    `json:"source_ref"`
	Target      string                    `json:"target_ref"`
	Definition  jsontext.Value            `json:"definition"`
	Extensions  map[string]jsontext.Value `json:"extensions"`
	Objects     map[string]*foreign       `json:"objects"` // STIX 2.0 observed-data

	Value   string            `json:"value"`
	Hashes  map[string]string `json:"hashes"`
	IBAN    string            `json:"iban"`
	Account string            `json:"account_number"`
	Login   string            `json:"account_login"`
	UserID  string            `json:"user_id"`
	Network string            `json:"account_type"`
	Address string            `json:"address"`
	From    string            `json:"from_ref"`
	Sender  string            `json:"sender_ref"`
	To      []string          `json:"to_refs"`
	CC      []string          `json:"cc_refs"`
	BCC     []string          `json:"bcc_refs"`
	Belongs string            `json:"belongs_to_ref"`
	Contact string            `json:"contact_information"`

	SightingOf string `json:"sighting_of_ref"`
	Count      *int   `json:"count"`
	LastSeen   when   `json:"last_seen"`
	Seen       when   `json:"first_seen"`
}

// when is a time that may be missing or unreadable.
type when struct{ time.Time }

func (w *when) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err == nil && t.Year() >= 1970 && t.Year() < 10000 {
		w.Time = t.UTC()
	}
	return nil
}

// Before orders versions.
func (w when) Before(o when) bool { return w.Time.Before(o.Time) }

type claimKey struct {
	by  string
	ind fraud.Indicator
}

type importer struct {
	out      Imported
	objects  []*foreign
	byID     map[string]*foreign
	owned    map[string]string // observable id -> why it is nobody's indicator
	at       map[claimKey]int
	seenBy   map[string]bool // observables that an observed-data refers to
	number   map[string]int  // of an object in the bundle, by its id
	contacts map[string]bool // how the identities of the bundle are reached: addresses, and numbers by lastDigits
}

func (im *importer) problem(ref, says string) {
	im.out.Problems = append(im.out.Problems, Problem{Ref: short(ref), N: im.number[ref], Says: says})
}

func short(s string) string {
	if len(s) > 200 {
		return s[:200]
	}
	return s
}

// ownership notes which observables an observed-data speaks for, and which belong to an identity, to a location or
// to whom a message went: these are victims, reporters and brands.
func (im *importer) ownership() {
	people := func(id string) bool {
		return strings.HasPrefix(id, "identity--") || strings.HasPrefix(id, "location--")
	}
	for _, o := range im.objects {
		switch o.Type {
		case "relationship":
			switch {
			case people(o.Source) && !strings.HasPrefix(o.Target, "indicator--"):
				im.owned[o.Target] = "it belongs to an identity, which is not a suspect"
			case people(o.Target) && !strings.HasPrefix(o.Source, "indicator--"):
				im.owned[o.Source] = "it belongs to an identity, which is not a suspect"
			case people(o.Target) && o.Relation == "indicates":
				im.problem(o.ID, "it says that an indicator indicates an identity; nobody becomes a suspect by that")
			}
		case "observed-data":
			for _, ref := range o.ObjectRefs {
				im.seenBy[ref] = true
			}
		case "identity":
			im.reach(o.Contact)
		case "email-message":
			for _, to := range slices.Concat(o.To, o.CC, o.BCC) {
				im.owned[to] = "a message went to it: it is a victim's"
			}
		}
	}
	// An account and the address that belongs to it have one owner.
	for _, o := range im.objects {
		switch {
		case o.Belongs == "":
		case im.owned[o.ID] != "" && im.owned[o.Belongs] == "":
			im.owned[o.Belongs] = im.owned[o.ID]
		case im.owned[o.Belongs] != "" && im.owned[o.ID] == "":
			im.owned[o.ID] = im.owned[o.Belongs]
		}
	}
}

var (
	mailInText  = regexp.MustCompile(`[^\s<>,;:"'()/]+@[^\s<>,;:"'()/]+`)
	phoneInText = regexp.MustCompile(`[0-9][0-9 ().\-/]{5,20}[0-9]`)
)

// reach notes how an identity is reached.
func (im *importer) reach(contact string) {
	for _, m := range mailInText.FindAllString(contact, -1) {
		im.contacts[strings.ToLower(m)] = true
	}
	for _, p := range phoneInText.FindAllString(contact, -1) {
		im.contacts[lastDigits(p)] = true
	}
}

// theirs says whether a value is how an identity of the bundle is reached: a
// reporter's, a victim's or a brand's, whatever else is said of it.
func (im *importer) theirs(i fraud.Indicator) bool {
	switch i.Kind {
	case fraud.Email:
		return im.contacts[strings.ToLower(i.Value)]
	case fraud.Phone:
		return im.contacts[lastDigits(i.Value)]
	}
	return false
}

// lastDigits makes numbers comparable that are written with and without the
// country: their last nine digits.
func lastDigits(s string) string {
	d := strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, s)
	return d[max(0, len(d)-9):]
}

func (im *importer) object(o *foreign) {
	switch o.Type {
	case "indicator":
		im.indicator(o)
	case "observed-data":
		im.observed(o)
	case "sighting":
		im.sighting(o)
	case "bundle":
		im.problem(o.ID, "a bundle within a bundle is not read")
	default:
		if i, ok := o.indicator(); ok && !im.seenBy[o.ID] {
			im.observable(o, o, i)
		}
	}
}

// sighting reads that somebody has seen an indicator (STIX 2.1 §5.2, 2.0
// §3.2): what the indicator says, said once more by who saw it. Where it was
// seen is a victim or a sensor, and no suspect.
func (im *importer) sighting(o *foreign) {
	of := im.byID[o.SightingOf]
	switch {
	case of == nil:
		im.problem(o.ID, "what it is a sighting of is not in the bundle")
	case o.Revoked || of.Revoked:
		im.problem(o.ID, "it, or what it is a sighting of, was revoked")
	case o.Count != nil && *o.Count == 0:
		im.problem(o.ID, "it says that nothing was seen")
	case of.Type != "indicator":
		im.problem(o.ID, "it is a sighting of something that is not an indicator")
	default:
		seen := *of
		seen.ID, seen.CreatedBy, seen.Confidence = o.ID, cmp.Or(o.CreatedBy, of.CreatedBy), o.Confidence
		seen.Marks = slices.Concat(of.Marks, o.Marks)
		seen.Granular = slices.Concat(of.Granular, o.Granular)
		if at := cmp.Or(o.LastSeen.Time, o.Seen.Time); !at.IsZero() {
			seen.ValidFrom = when{at}
		}
		if seen.CreatedBy != of.CreatedBy {
			im.indicator(&seen)
		}
	}
}

func (im *importer) observed(o *foreign) {
	if why := im.owned[o.ID]; why != "" {
		im.problem(o.ID, why)
		return
	}
	for _, ref := range o.ObjectRefs {
		if sco := im.byID[ref]; sco != nil {
			if i, ok := sco.indicator(); ok {
				im.observable(o, sco, i)
			}
		}
	}
	to := map[string]bool{}
	for _, sco := range o.Objects {
		if sco != nil {
			for _, r := range slices.Concat(sco.To, sco.CC, sco.BCC) {
				to[r] = true
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(o.Objects)) {
		sco := o.Objects[key]
		if sco == nil {
			continue
		}
		if to[key] {
			im.problem(o.ID, "a message went to one of its addresses: it is a victim's")
			continue
		}
		if i, ok := sco.indicator(); ok {
			im.claim(o, i, fraud.RoleMention, false)
		}
	}
}

func (im *importer) observable(said, sco *foreign, i fraud.Indicator) {
	if why := im.owned[sco.ID]; why != "" {
		im.problem(sco.ID, why)
		return
	}
	im.claim(said, i, fraud.RoleMention, false)
}

// indicator reads an indicator's pattern (STIX 2.1 §4.7).
func (im *importer) indicator(o *foreign) {
	if o.PatternType != "" && o.PatternType != "stix" {
		im.problem(o.ID, "its pattern is of another language than STIX")
		return
	}
	if slices.Contains(o.Types, "benign") || slices.Contains(o.Labels, "benign") {
		im.problem(o.ID, "it says that its value is benign")
		return
	}
	found, err := ParsePattern(o.Pattern)
	if err != nil {
		im.problem(o.ID, "its pattern cannot be read")
		return
	}
	n := 0
	for _, c := range found {
		if i, role, ok := c.indicator(); ok {
			im.claim(o, i, cmp.Or(o.role(), role), true)
			n++
		}
	}
	if n == 0 {
		im.problem(o.ID, "its pattern names no value of a kind that is used here")
	}
}

// role is the role that our own exports write as a label.
func (o *foreign) role() fraud.Role {
	for _, l := range o.Labels {
		if r := fraud.Role(l); r.Links() && slices.Contains(roles, r) {
			return r
		}
	}
	return ""
}

var roles = []fraud.Role{
	fraud.RoleCallback, fraud.RoleShownCallerID, fraud.RoleSender, fraud.RoleLure, fraud.RoleRedirect, fraud.RolePayee, fraud.RoleRemote,
	fraud.RoleAlias, fraud.RoleCompany, fraud.RoleScript, fraud.RoleAsset, fraud.RoleTracker,
}

// claim adds what one object says of one value; of two by the same source
// the one meant for detection counts.
func (im *importer) claim(o *foreign, i fraud.Indicator, role fraud.Role, act bool) {
	if i.Value == "" || len(i.Value) > maxValue {
		im.problem(o.ID, "a value is empty or too long")
		return
	}
	if im.theirs(i) {
		im.problem(o.ID, "a value is how an identity is reached, which is not a suspect")
		return
	}
	c := fraud.Claim{
		Indicator: i, Role: role, By: im.name(o.CreatedBy), ByRef: o.CreatedBy, Ref: o.ID, Says: o.Name, Labels: slices.Concat(o.Types, o.Labels),
		Confidence: -1, Mark: im.mark(o), At: cmp.Or(o.ValidFrom.Time, o.FirstSeen.Time), Until: o.ValidUntil.Time, Revoked: o.Revoked, Actionable: act,
	}
	if o.Confidence != nil && *o.Confidence >= 0 && *o.Confidence <= 100 {
		c.Confidence = *o.Confidence
	}
	key := claimKey{c.ByRef, i}
	at, seen := im.at[key]
	switch {
	case !seen:
		im.at[key] = len(im.out.Claims)
		im.out.Claims = append(im.out.Claims, c)
	case act && !im.out.Claims[at].Actionable:
		im.out.Claims[at] = c
	}
}

func (im *importer) name(ref string) string {
	if o := im.byID[ref]; o != nil && o.Type == "identity" && o.Name != "" {
		return o.Name
	}
	return ref
}

// mark is the strictest marking that covers an object, granular ones too.
func (im *importer) mark(o *foreign) fraud.Mark {
	var marks []fraud.Mark
	refs := slices.Clone(o.Marks)
	for _, g := range o.Granular {
		refs = append(refs, g.Mark)
	}
	for _, r := range refs {
		if m, ok := im.marking(r); ok {
			marks = append(marks, m)
		}
	}
	out := fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPClear}
	tlp, pap := false, false
	for _, m := range marks {
		if m.TLP != "" && (!tlp || m.TLP.AtLeast(out.TLP)) {
			out.TLP, tlp = m.TLP, true
		}
		if m.PAP != "" && (!pap || m.PAP.AtLeast(out.PAP)) {
			out.PAP, pap = m.PAP, true
		}
	}
	if !tlp {
		out.TLP = ""
	}
	if !pap {
		out.PAP = ""
	}
	return out.Filled()
}

// marking reads one marking definition: TLP 2.0, TLP 1.0, or a statement
// that is a PAP label.
func (im *importer) marking(ref string) (fraud.Mark, bool) {
	for t, id := range tlpMarks {
		if id == ref {
			return fraud.Mark{TLP: t}, true
		}
	}
	if t, ok := tlp1Marks[ref]; ok {
		return fraud.Mark{TLP: t}, true
	}
	o := im.byID[ref]
	if o == nil {
		return fraud.Mark{TLP: fraud.TLPRed}, true // a mark that we cannot read is the strictest
	}
	var d struct {
		TLP       string `json:"tlp"`
		Statement string `json:"statement"`
		TLP2      string `json:"tlp_2_0"`
	}
	for _, v := range append(slices.Collect(maps.Values(o.Extensions)), o.Definition) {
		if len(v) > 0 && json.Unmarshal(v, &d) != nil {
			continue
		}
	}
	text := strings.ToUpper(cmp.Or(d.TLP2, d.TLP, d.Statement))
	if text == "WHITE" || text == "TLP:WHITE" {
		text = "CLEAR"
	}
	if m := (fraud.Mark{TLP: fraud.TLP(strings.TrimPrefix(text, "TLP:"))}); m.TLP != "" && m.Valid() == nil {
		return m, true
	}
	if p, ok := strings.CutPrefix(text, "PAP:"); ok {
		if p == "WHITE" {
			p = "CLEAR"
		}
		if m := (fraud.Mark{PAP: fraud.PAP(p)}); m.Valid() == nil {
			return m, true
		}
	}
	return fraud.Mark{}, false // a copyright notice and the like
}

// indicator gives the indicator of an observable.
func (o *foreign) indicator() (fraud.Indicator, bool) {
	var found []Comparison
	add := func(path, v string) {
		if v != "" {
			found = append(found, Comparison{o.Type, path, v})
		}
	}
	add("value", cmp.Or(o.Value, o.Address))
	add("iban", o.IBAN)
	add("account_number", o.Account)
	login := cmp.Or(o.Login, o.UserID)
	if o.Network != "" && login != "" && !strings.Contains(login, ":") {
		login = o.Network + ":" + login
	}
	add("account_login", login)
	for _, name := range []string{"SHA-256", "SHA-512", "SHA-1", "MD5"} {
		add("hashes.'"+name+"'", o.Hashes[name])
	}
	for _, c := range found {
		if i, _, ok := c.indicator(); ok {
			return i, true
		}
	}
	return fraud.Indicator{}, false
}

// indicator gives the indicator that a comparison names.
func (c Comparison) indicator() (i fraud.Indicator, role fraud.Role, ok bool) {
	role = fraud.RoleMention
	v := strings.TrimSpace(c.Value)
	kind := kindOf[c.Type+":"+c.Path]
	switch {
	case c.Type == "file" && strings.HasPrefix(c.Path, "hashes"):
		kind, v = fraud.File, strings.ToLower(v)
	case c.Type == "email-message" && (c.Path == "from_ref.value" || c.Path == "sender_ref.value"):
		kind, role = fraud.Email, fraud.RoleSender
	case c.Type == "network-traffic" && c.Path == "dst_ref.value":
		kind = fraud.IP
		if hostType(strings.Split(v, "/")[0]) == "domain-name" {
			kind = fraud.Domain
		}
	case c.Type == "user-account" && c.Path == "account_login":
		return login(v)
	}
	if kind == "" {
		return fraud.Indicator{}, "", false
	}
	switch kind {
	case fraud.IP:
		p, err := netip.ParsePrefix(v)
		if err == nil && p.IsSingleIP() {
			v = p.Addr().String()
		}
		a, err := netip.ParseAddr(v)
		if err != nil {
			return fraud.Indicator{}, "", false
		}
		v = a.String()
	case fraud.Domain, fraud.Email:
		v = strings.ToLower(strings.TrimSuffix(v, "."))
	case fraud.BankAccount:
		v = strings.ToUpper(strings.ReplaceAll(v, " ", ""))
	}
	return fraud.Indicator{Kind: kind, Value: v}, role, v != ""
}

var kindOf = map[string]fraud.Kind{
	"ipv4-addr:value": fraud.IP, "ipv6-addr:value": fraud.IP, "domain-name:value": fraud.Domain, "url:value": fraud.URL, "email-addr:value": fraud.Email,
	"phone-number:value": fraud.Phone, "x-phone-number:value": fraud.Phone, "x-opencti-phone-number:value": fraud.Phone, "x-ringbreaker-phone:value": fraud.Phone,
	"bank-account:iban": fraud.BankAccount, "bank-account:account_number": fraud.BankAccount, "cryptocurrency-wallet:value": fraud.Wallet,
	"cryptocurrency-wallet:address": fraud.Wallet, "x-opencti-cryptocurrency-wallet:value": fraud.Wallet,
	"cryptocurrency-transaction:value": fraud.TxID, "cryptocurrency-transaction:hash": fraud.TxID,
}

// remoteTools are the products whose ids stand before the colon of a
// remote_id; every other network's account is a handle.
var remoteTools = []string{"anydesk", "teamviewer", "ultraviewer", "rustdesk", "screenconnect", "connectwise", "supremo", "ammyy", "splashtop", "logmein", "zoho", "aweray", "getscreen", "iperius", "dwservice", "remoteutilities"}

// login reads an account's login as Export writes it: "network:name".
func login(v string) (fraud.Indicator, fraud.Role, bool) {
	network, name, ok := strings.Cut(v, ":")
	network = strings.ToLower(network)
	switch {
	case !ok || name == "" || network == "":
		return fraud.Indicator{}, "", false
	case network == "upi":
		return fraud.Indicator{Kind: fraud.UPI, Value: strings.ToLower(name)}, fraud.RoleMention, true
	case slices.Contains(remoteTools, network):
		return fraud.Indicator{Kind: fraud.RemoteID, Value: network + ":" + name}, fraud.RoleMention, true
	}
	return fraud.Indicator{Kind: fraud.Handle, Value: network + ":" + strings.ToLower(name)}, fraud.RoleMention, true
}
