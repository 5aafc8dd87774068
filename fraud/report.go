package fraud

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Report is one account of one incident, as a victim, a relative, a company
// or an agency gave it (report.schema.json). Immutable; a correction is a new
// report that supersedes. All its text is untrusted and unverified.
type Report struct {
	ID           string         `json:"id"`
	Source       string         `json:"source"`
	ReceivedAt   time.Time      `json:"received_at"`
	Supersedes   string         `json:"supersedes,omitempty"`
	Reporter     Reporter       `json:"reporter,omitzero"`
	Consent      Consent        `json:"consent,omitzero"`
	Contacts     []Contact      `json:"contacts,omitempty"`
	RemoteAccess []RemoteAccess `json:"remote_access,omitempty"`
	Payments     []Payment      `json:"payments,omitempty"`
	Subjects     []NamedSubject `json:"subjects,omitempty"`
	Narrative    string         `json:"narrative,omitempty"`
	Evidence     []Evidence     `json:"evidence,omitempty"`
	ExternalRefs []ExternalRef  `json:"external_refs,omitempty"`
	TLP          TLP            `json:"tlp,omitempty"`
	PAP          PAP            `json:"pap,omitempty"`

	// Raw is the JSON object as it came, with every field we do not know.
	// After intake it no longer holds the reporter's identity.
	Raw []byte `json:"-"`
	// Victim is the pseudonym that intake gives: the same person reporting
	// twice at one node has one. Empty in files.
	Victim string `json:"-"`
}

// Reporter is who reported. Its [Identity] goes to the vault and nowhere else.
type Reporter struct {
	Role string `json:"role,omitempty"`
	Identity
	AgeBand  string `json:"age_band,omitempty"`
	Country  string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Region   string `json:"region,omitempty"`  // ISO 3166-2
	Language string `json:"language,omitempty"`
	TimeZone string `json:"time_zone,omitempty"` // IANA
}

// Identity is what tells who a victim is. It lives encrypted in the vault,
// is opened per record by a person with the role and a stated reason, and
// leaves a node only in a referral's sealed annex, with consent (DESIGN §6.3).
type Identity struct {
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`
}

// Consent is what the victim agreed to. Each defaults to false.
type Consent struct {
	Contact             bool `json:"contact,omitempty"`
	ShareLawEnforcement bool `json:"share_law_enforcement,omitempty"`
	SharePartner        bool `json:"share_partner,omitempty"`
	Testify             bool `json:"testify,omitempty"`
}

// Contact is one way in which fraudsters and victim were in touch.
type Contact struct {
	At            time.Time `json:"at,omitzero"`
	Direction     string    `json:"direction,omitempty"`
	Medium        string    `json:"medium,omitempty"`
	ShownCallerID string    `json:"shown_caller_id,omitempty"`
	Callback      string    `json:"callback,omitempty"`
	Sender        string    `json:"sender,omitempty"`
	URL           string    `json:"url,omitempty"`
	Brand         string    `json:"brand,omitempty"`
	AgentAlias    string    `json:"agent_alias,omitempty"`
	Text          string    `json:"text,omitempty"`
}

// RemoteAccess is one session in which the victim's machine was reached.
type RemoteAccess struct {
	At        time.Time `json:"at,omitzero"`
	Tool      string    `json:"tool,omitempty"`
	SessionID string    `json:"session_id,omitempty"`
	Host      string    `json:"host,omitempty"`
	Installed []string  `json:"installed,omitempty"`
}

// Payment is money demanded, attempted, sent, recalled or recovered. Asked
// and sent are never added together.
type Payment struct {
	Status          string    `json:"status"`
	Rail            Rail      `json:"rail,omitempty"`
	Amount          string    `json:"amount,omitempty"`
	Currency        string    `json:"currency,omitempty"`
	At              time.Time `json:"at,omitzero"`
	FromInstitution string    `json:"from_institution,omitempty"`
	ToName          string    `json:"to_name,omitempty"`
	ToInstitution   string    `json:"to_institution,omitempty"`
	ToAccount       string    `json:"to_account,omitempty"`
	ToBankCode      string    `json:"to_bank_code,omitempty"`
	ToUPI           string    `json:"to_upi,omitempty"`
	ToWallet        string    `json:"to_wallet,omitempty"`
	TxID            string    `json:"txid,omitempty"`
	CardDescriptor  string    `json:"card_descriptor,omitempty"`
	GiftCardBrand   string    `json:"gift_card_brand,omitempty"`
	GiftCardSerial  string    `json:"gift_card_serial,omitempty"`
	BankNotifiedAt  time.Time `json:"bank_notified_at,omitzero"`
}

// Money is the payment's amount, or ErrInvalid if it has none that can be
// read.
func (p Payment) Money() (Money, error) {
	if p.Amount == "" || p.Currency == "" {
		return Money{}, fmt.Errorf("payment without amount or currency: %w", ErrInvalid)
	}
	return ParseMoney(p.Amount, p.Currency)
}

// NamedSubject is who the reporter believes is behind it: a belief, no more.
type NamedSubject struct {
	Name           string   `json:"name,omitempty"`
	Alias          []string `json:"alias,omitempty"`
	Role           string   `json:"role,omitempty"`
	Company        string   `json:"company,omitempty"`
	RegistrationNo string   `json:"registration_no,omitempty"`
	TaxID          string   `json:"tax_id,omitempty"`
	Address        string   `json:"address,omitempty"`
	Country        string   `json:"country,omitempty"`
}

// Evidence is a file that came with a report; the bytes are in the blob store.
type Evidence struct {
	SHA256     string    `json:"sha256"`
	Name       string    `json:"name,omitempty"`
	MediaType  string    `json:"media_type,omitempty"`
	Size       int64     `json:"size,omitempty"`
	CapturedAt time.Time `json:"captured_at,omitzero"`
}

// ExternalRef is another agency's number for the same incident.
type ExternalRef struct {
	Agency string `json:"agency"`
	Ref    string `json:"ref"`
}

// Limits of a report. They stand above the largest lifelike report by an
// order of magnitude, and keep one line from taking a node's memory.
const (
	MaxReportBytes  = 4 << 20 // one JSON object
	maxNarrative    = 262144  // report.schema.json, narrative.maxLength
	maxIDLength     = 200     // report.schema.json, id.maxLength
	maxSourceLength = 100     // report.schema.json, source.maxLength
	maxItems        = 1000    // contacts, payments, … of one incident
	maxFieldBytes   = 1 << 20 // any one text
)

// The closed lists of report.schema.json.
var (
	reporterRoles = []string{"victim", "proxy", "witness", "employee", "company", "agency", "feed"}
	// AgeBands are the bands of the FBI's form, youngest first.
	AgeBands      = []string{"under_20", "20_29", "30_39", "40_49", "50_59", "60_plus", "unknown"}
	directions    = []string{"to_victim", "from_victim"}
	contactMedia  = []string{"popup", "call", "voicemail", "email", "sms", "search_result", "sponsored_ad", "social", "device_activation", "letter", "other"}
	paymentStates = []string{"demanded", "attempted", "sent", "recalled", "recovered"}
	// Rails are the ways to pay of report.schema.json.
	Rails = []Rail{"card_gateway", "bank_wire", "ach", "upi", "wallet", "gift_card", "prepaid_card", "crypto", "crypto_atm", "cash", "gold_courier", "cheque", "money_transfer", "other"}
)

// DecodeReport reads one report, one JSON object by report.schema.json, and
// keeps a copy of its bytes in Raw. Errors wrap ErrInvalid, name the field
// and never its value. The report's texts share one copy of the line: clone
// what is to be kept much longer than the report. A worker that reads
// millions uses a [Decoder].
func DecodeReport(line []byte) (*Report, error) {
	d := decoders.Get().(*Decoder)
	defer decoders.Put(d)
	r := new(Report)
	if len(line) > MaxReportBytes {
		line = line[:MaxReportBytes+1] // told by its length, not copied whole
	}
	if err := d.Decode(string(line), r); err != nil {
		return nil, err
	}
	r.Raw = slices.Clone(line)
	return r, nil
}

// decodeError says where a JSON error lies without repeating what stood there.
func decodeError(err error) error {
	var sem *json.SemanticError
	if errors.As(err, &sem) {
		where := string(sem.JSONPointer)
		if where == "" {
			where = "the object itself"
		}
		if sem.GoType == reflect.TypeFor[time.Time]() && sem.JSONKind == '"' {
			return fmt.Errorf("report field %s must be a date-time with its zone, such as 2023-10-19T09:00:00Z: %w", where, ErrInvalid)
		}
		return fmt.Errorf("report field %s has the wrong type (%s found): %w", where, kindName(sem.JSONKind), ErrInvalid)
	}
	var syn *jsontext.SyntacticError
	if errors.As(err, &syn) && errors.Is(err, jsontext.ErrDuplicateName) {
		return fmt.Errorf("report is JSON that names a field twice, at byte %d: two readers could see two reports: %w", syn.ByteOffset, ErrInvalid)
	}
	if errors.As(err, &syn) {
		return fmt.Errorf("report is not whole JSON at byte %d: %w", syn.ByteOffset, ErrInvalid)
	}
	return fmt.Errorf("report is not a JSON object: %w", ErrInvalid)
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a text"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "something unreadable"
}

// Validate holds a report against report.schema.json. The error wraps
// ErrInvalid and names the first field that breaks it.
func (r *Report) Validate() error {
	c := checker{}
	c.text("", -1, "id", r.ID, 1, maxIDLength)
	c.text("", -1, "source", r.Source, 1, maxSourceLength)
	if strings.IndexByte(r.Source, '/') >= 0 {
		c.fail("", -1, "source", "must not contain a slash, since a report is named source/id")
	}
	c.plain("id", r.ID)
	c.plain("source", r.Source)
	c.plain("supersedes", r.Supersedes)
	if r.ReceivedAt.IsZero() {
		c.fail("", -1, "received_at", "is missing: give a date-time such as 2023-10-19T09:00:00Z")
	}
	c.time("", -1, "received_at", r.ReceivedAt)
	c.oneOf("", -1, "reporter.role", r.Reporter.Role, reporterRoles)
	c.oneOf("", -1, "reporter.age_band", r.Reporter.AgeBand, AgeBands)
	if !countryForm(r.Reporter.Country) {
		c.fail("", -1, "reporter.country", "must be two capital letters (ISO 3166-1)")
	}
	c.text("", -1, "narrative", r.Narrative, 0, maxNarrative)
	c.count("contacts", len(r.Contacts))
	for i := range r.Contacts {
		x := &r.Contacts[i]
		c.time("contacts", i, "at", x.At)
		c.oneOf("contacts", i, "direction", x.Direction, directions)
		c.oneOf("contacts", i, "medium", x.Medium, contactMedia)
		c.text("contacts", i, "text", x.Text, 0, maxFieldBytes)
	}
	c.count("remote_access", len(r.RemoteAccess))
	for i := range r.RemoteAccess {
		c.time("remote_access", i, "at", r.RemoteAccess[i].At)
	}
	c.count("payments", len(r.Payments))
	for i := range r.Payments {
		x := &r.Payments[i]
		c.time("payments", i, "at", x.At)
		c.time("payments", i, "bank_notified_at", x.BankNotifiedAt)
		if x.Status == "" {
			c.fail("payments", i, "status", "is missing: say demanded, attempted, sent, recalled or recovered")
		}
		c.oneOf("payments", i, "status", x.Status, paymentStates)
		if x.Rail != "" && !slices.Contains(Rails, x.Rail) {
			c.fail("payments", i, "rail", "is not a rail that the schema knows")
		}
		if !amountForm(x.Amount) {
			c.fail("payments", i, "amount", "must be a decimal such as 299.99")
		}
	}
	c.count("subjects", len(r.Subjects))
	c.count("evidence", len(r.Evidence))
	for i := range r.Evidence {
		x := &r.Evidence[i]
		c.time("evidence", i, "captured_at", x.CapturedAt)
		if !sha256Form(x.SHA256) {
			c.fail("evidence", i, "sha256", "must be 64 lower-case hex digits")
		}
		if x.Size < 0 {
			c.fail("evidence", i, "size", "must not be negative")
		}
	}
	c.count("external_refs", len(r.ExternalRefs))
	for i, x := range r.ExternalRefs {
		if x.Agency == "" || x.Ref == "" {
			c.fail("external_refs", i, "", "needs agency and ref")
		}
	}
	if c.err == nil {
		c.err = r.Mark().Valid()
	}
	return c.err
}

// amountForm is payment.amount's pattern: at most 15 digits, at most 8
// decimals. An amount may be missing.
func amountForm(s string) bool {
	whole, frac, dot := strings.Cut(s, ".")
	return s == "" || digitsOnly(whole) && len(whole) <= 15 && (!dot || digitsOnly(frac) && len(frac) <= 8)
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return s != ""
}

// countryForm is reporter.country's pattern. A country may be missing.
func countryForm(s string) bool {
	return s == "" || len(s) == 2 && s[0]-'A' < 26 && s[1]-'A' < 26
}

func sha256Form(s string) bool {
	for i := range len(s) {
		if c := s[i]; c-'0' > 9 && c-'a' > 5 {
			return false
		}
	}
	return len(s) == 64
}

// checker keeps the first breach of the schema. A field is told by its list
// ("" for none), its place there and its name: joined only when it fails,
// since nearly all reports are whole.
type checker struct{ err error }

func (c *checker) fail(list string, i int, field, what string) {
	if c.err != nil {
		return
	}
	if list != "" {
		list = fmt.Sprintf("%s[%d]", list, i)
		if field != "" {
			list += "."
		}
	}
	c.err = fmt.Errorf("report field %s%s %s: %w", list, field, what, ErrInvalid)
}

func (c *checker) text(list string, i int, field, v string, least, most int) {
	switch {
	case len(v) < least:
		c.fail(list, i, field, "is missing")
	case len(v) > most && utf8.RuneCountInString(v) > most:
		c.fail(list, i, field, fmt.Sprintf("is longer than %d characters", most))
	}
}

// The first second of the year 0 and of the year 10000 (UTC), since 1970.
const (
	firstSecond = -62167219200
	endOfTime   = 253402300800
)

// time refuses what is a date-time and, by its offset, lies in no year of four
// digits: JSON cannot hold it in UTC, so one such report would stop whoever
// writes it down.
func (c *checker) time(list string, i int, field string, t time.Time) {
	if s := t.Unix(); s < firstSecond || s >= endOfTime {
		c.fail(list, i, field, "is before the year 0 or after the year 9999 in UTC")
	}
}

func (c *checker) plain(field, v string) {
	if strings.ContainsFunc(v, unicode.IsControl) {
		c.fail("", -1, field, "must not contain control characters")
	}
}

func (c *checker) count(field string, n int) {
	if n > maxItems {
		c.fail("", -1, field, fmt.Sprintf("has more than %d entries", maxItems))
	}
}

func (c *checker) oneOf(list string, i int, field, v string, known []string) {
	if v != "" && !slices.Contains(known, v) {
		c.fail(list, i, field, "is not one of "+strings.Join(known, ", "))
	}
}

// Name is how the report is called everywhere: "source/id".
func (r *Report) Name() ReportID { return NewReportID(r.Source, r.ID) }

// Mark is the report's mark with its defaults filled in.
func (r *Report) Mark() Mark { return Mark{TLP: r.TLP, PAP: r.PAP}.Filled() }

// HappenedAt is the best time of the incident: the first contact's, else the
// first payment's, else when it was received. UTC. What a report tells of a
// time after it was received is a slip of the pen (2203 for 2023) and passed
// over: one such time would be the newest of all, and every other ring old. A
// day is left for zones that were told wrongly.
func (r *Report) HappenedAt() time.Time {
	last := r.ReceivedAt.Unix() + 24*3600
	for i := range r.Contacts {
		if at := r.Contacts[i].At; !at.IsZero() && at.Unix() <= last {
			return at.UTC()
		}
	}
	for i := range r.Payments {
		if at := r.Payments[i].At; !at.IsZero() && at.Unix() <= last {
			return at.UTC()
		}
	}
	return r.ReceivedAt.UTC()
}

// Digest is the SHA-256 of the report's canonical JSON (RFC 8785): the order
// of fields and the blanks between them do not change it.
func (r *Report) Digest() ([32]byte, error) {
	v := jsontext.Value(slices.Clone(r.Raw))
	if err := v.Canonicalize(); err != nil {
		return [32]byte{}, fmt.Errorf("canonical form of report %s: %w", r.Name(), ErrInvalid)
	}
	return sha256.Sum256(v), nil
}

// TakeIdentity removes the reporter's identity from the report, Raw included,
// and returns it for the vault.
func (r *Report) TakeIdentity() (Identity, error) {
	id := r.Reporter.Identity
	r.Reporter.Identity = Identity{}
	var doc map[string]jsontext.Value
	if err := json.Unmarshal(r.Raw, &doc); err != nil {
		return Identity{}, decodeError(err)
	}
	if len(doc["reporter"]) > 0 && doc["reporter"].Kind() == '{' {
		var reporter map[string]jsontext.Value
		if err := json.Unmarshal(doc["reporter"], &reporter); err != nil {
			return Identity{}, decodeError(err)
		}
		for _, f := range []string{"name", "email", "phone", "address"} {
			delete(reporter, f)
		}
		raw, err := json.Marshal(reporter, json.Deterministic(true))
		if err != nil {
			return Identity{}, fmt.Errorf("write report %s without identity: %w", r.Name(), err)
		}
		doc["reporter"] = raw
		if r.Raw, err = json.Marshal(doc, json.Deterministic(true)); err != nil {
			return Identity{}, fmt.Errorf("write report %s without identity: %w", r.Name(), err)
		}
	}
	return id, nil
}

// Empty says whether nothing in it could identify anybody.
func (i Identity) Empty() bool { return i == Identity{} }

// Acceptance is a report on its way into the store, with all that one
// transaction must write down.
type Acceptance struct {
	Report    *Report // without identity
	Digest    [32]byte
	Sightings []Sighting
	Sketches  []Sketch
	Vault     []byte // the identity, encrypted to a key of its own; nil if there is none
	VaultKey  []byte // that key, wrapped by the node's vault key
	Via       string // "form", "import", "api", "email"
}

// Taken says what became of one report.
type Taken string

// What can become of a report.
const (
	TakenNew      Taken = "new"
	TakenSame     Taken = "same"     // sent again with the same content: nothing changed
	TakenConflict Taken = "conflict" // the same name with other content: refused
	TakenDeleted  Taken = "deleted"  // it corrects a report that was deleted: refused
)

// ClockSlack is how far ahead of our clock a report's time may be: other
// people's clocks are wrong, and days are told without a zone.
const ClockSlack = 24 * time.Hour

// NotAfter refuses a report with a time in the future, seen from now: it would
// make a ring look active for years to come.
func (r *Report) NotAfter(now time.Time) error {
	limit := now.Add(ClockSlack)
	late := func(t time.Time, field string, i int) error {
		if !t.After(limit) {
			return nil
		}
		if i >= 0 {
			field = fmt.Sprintf(field, i)
		}
		return fmt.Errorf("report field %s lies in the future: %w", field, ErrInvalid)
	}
	if err := late(r.ReceivedAt, "received_at", -1); err != nil {
		return err
	}
	for i := range r.Contacts {
		if err := late(r.Contacts[i].At, "contacts[%d].at", i); err != nil {
			return err
		}
	}
	for i := range r.Payments {
		if err := late(r.Payments[i].At, "payments[%d].at", i); err != nil {
			return err
		}
	}
	for i := range r.RemoteAccess {
		if err := late(r.RemoteAccess[i].At, "remote_access[%d].at", i); err != nil {
			return err
		}
	}
	return nil
}

// ReportFacts is what linking and counting need of a report.
type ReportFacts struct {
	ID         ReportID  `json:"id"`
	Source     string    `json:"source"`
	At         time.Time `json:"at"` // HappenedAt
	ReceivedAt time.Time `json:"received_at"`
	Victim     string    `json:"victim,omitempty"`
	AgeBand    string    `json:"age_band,omitempty"`
	Country    string    `json:"country,omitempty"`
	Brands     []string  `json:"brands,omitempty"` // impersonated, as written, no doubles
	Sent       []Money   `json:"sent,omitempty"`
	Asked      []Money   `json:"asked,omitempty"`
	Mark       Mark      `json:"mark"`
	Supersedes ReportID  `json:"supersedes,omitempty"`
	// Texts is a digest of what was told in words, where it is needed to tell two
	// tellings under one name apart; else 0.
	Texts uint64 `json:"-"`
}

// Incident is when and to whom something happened, as far as counting needs
// it: nobody can be told from it alone.
type Incident struct {
	At       time.Time // UTC
	Country  string    // ISO 3166-1 alpha-2, or empty
	AgeBand  string    // of report.schema.json, or empty
	TimeZone string    // IANA, or empty
}

// ReportStand is what became of a report, as far as its reporter may be told
// it: of nobody else, and of no ring.
type ReportStand struct {
	All      []ReportID // the report and its corrections, in the order of acceptance; never none
	Received time.Time  // accepted here
	Read     time.Time  // first opened or judged by a person of ours; zero if by nobody yet
	Deleted  time.Time  // when it was deleted; zero if it was not
}

// Newest is the report as it stands: its last correction, or itself.
func (s ReportStand) Newest() ReportID { return s.All[len(s.All)-1] }

// InboxFilter narrows an inbox.
type InboxFilter string

// What an inbox can be narrowed to.
const (
	InboxPaid  InboxFilter = "paid"  // money was sent, the latest payment first
	InboxAged  InboxFilter = "aged"  // the victim is 60 or older
	InboxAlone InboxFilter = "alone" // in no ring yet
)

// InboxQuery asks for a page of the inbox. Zero fields ask for nothing.
type InboxQuery struct {
	Only     InboxFilter
	Before   int64     // the number of the last entry of the page before
	PaidFrom time.Time // with InboxPaid: sent at or after
	PaidTo   time.Time // and not after; of the last entry of the page before
	Limit    int
}

// InboxEntry is a report as the inbox shows it.
type InboxEntry struct {
	No     int64 // in the order of acceptance
	Report *Report
	Ring   RingID    // empty if in none
	PaidAt time.Time // with InboxPaid: when money was last sent
}

// Facts reads the facts off a report. Amounts that cannot be read are left
// out: they stay in the report for a person to see.
func (r *Report) Facts() ReportFacts {
	f := ReportFacts{
		ID: r.Name(), Source: r.Source, At: r.HappenedAt(), ReceivedAt: r.ReceivedAt.UTC(), Victim: r.Victim,
		AgeBand: r.Reporter.AgeBand, Country: r.Reporter.Country, Mark: r.Mark(),
	}
	if r.Supersedes != "" {
		f.Supersedes = NewReportID(r.Source, r.Supersedes)
	}
	for _, c := range r.Contacts {
		if c.Brand != "" && !slices.Contains(f.Brands, c.Brand) {
			f.Brands = append(f.Brands, c.Brand)
		}
	}
	for _, p := range r.Payments {
		m, err := p.Money()
		if err != nil {
			continue
		}
		switch p.Status {
		case "sent", "recalled", "recovered":
			f.Sent = append(f.Sent, m)
		default:
			f.Asked = append(f.Asked, m)
		}
	}
	return f
}
