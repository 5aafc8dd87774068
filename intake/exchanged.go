package intake

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/exchange/misp"
	"ringbreaker.example/exchange/stix"
	"ringbreaker.example/fraud"
)

// exchanged takes in what other systems exchange: a STIX bundle or TAXII
// envelope, a MISP event or a server's answer. done is false if doc is none.
func (r *run) exchanged(src source, doc []byte) (done bool, err error) {
	var claims []fraud.Claim
	told := 0
	switch what(doc) {
	case "stix":
		got, err := stix.Import(doc)
		if err != nil {
			return true, err
		}
		claims, told = got.Claims, len(got.Problems)
		for _, p := range got.Problems {
			if err := r.unused(src, p.N, p.Ref, p.Says); err != nil {
				return true, err
			}
		}
	case "misp":
		got, err := misp.Import(doc)
		if err != nil {
			return true, err
		}
		claims, told = got.Claims, len(got.Problems)
		for _, p := range got.Problems {
			if err := r.unused(src, p.N, p.Ref, p.Says); err != nil {
				return true, err
			}
		}
	default:
		return false, nil
	}
	if len(claims)+told == 0 {
		r.note("%s holds nothing to take in: none of its objects names a number, a site, an account or another value that is used here", src.label)
	}
	for i, c := range claims {
		if c.Revoked {
			r.skip(1)
			continue
		}
		err := r.add(item{file: src.label, line: i + 1, decode: func() (built, error) {
			rep, err := claimReport(c, src.modified)
			return built{report: rep, named: c.At.IsZero()}, err
		}})
		if err != nil {
			return true, err
		}
	}
	return true, nil
}

// unused tells an object of a bundle or event that was not used: its number in
// there, its id, and why.
func (r *run) unused(src source, n int, ref, says string) error {
	return r.reject(src.label, n, fmt.Errorf("%s: %s: %w", reference(ref), says, fraud.ErrInvalid))
}

// reference is an object's id as a reject may repeat it: ids of STIX and MISP
// are made of few signs; anything else may be somebody's words.
func reference(ref string) string {
	plain := strings.Trim(ref, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_., ") == ""
	if !plain || ref == "" {
		return "an object without a proper id"
	}
	return cut(ref, 200)
}

// what says which exchange format a document is, by its outermost names.
// Of a list, what the first item is.
func what(doc []byte) string {
	if v := jsontext.Value(bytes.TrimSpace(doc)); v.Kind() == '[' {
		kind := ""
		_ = csvmap.Items(v, "", func(_ int, item []byte) error { // whoever reads it says what is wrong with it
			if jsontext.Value(item).Kind() == '{' {
				kind = whatIs(item, true)
			}
			return io.EOF
		})
		return kind
	}
	return whatIs(doc, false)
}

// whatIs is what of an object; item says that it stands in a list.
func whatIs(doc []byte, item bool) string {
	row, err := csvmap.Object(shallow(doc))
	if err != nil {
		return ""
	}
	has := map[string]string{}
	for i, c := range row.Columns {
		has[c] = row.Cells[i]
	}
	_, event := has["Event"]
	_, owner := has["Orgc"]
	_, answer := has["response"]
	_, attributes := has["Attribute"]
	_, objects := has["objects"]
	switch {
	case has["type"] == "bundle", strings.HasPrefix(has["spec_version"], "2."), has["type"] != "" && strings.HasPrefix(has["id"], has["type"]+"--"):
		return "stix"
	case event || owner:
		return "misp" // in its envelope, or as it stands in one
	case item:
		return "" // in a list the other names may be anybody's
	case answer || attributes:
		return "misp"
	case objects:
		return "stix" // a TAXII envelope
	}
	return ""
}

// shallow keeps the outermost members of an object and puts 0 for what is
// nested in them.
func shallow(doc []byte) []byte {
	d := jsontext.NewDecoder(strings.NewReader(string(doc)))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil
	}
	var b strings.Builder
	b.WriteByte('{')
	for d.PeekKind() == '"' {
		name, err := d.ReadValue()
		if err != nil {
			return nil
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(name)
		b.WriteByte(':')
		v, err := d.ReadValue()
		if err != nil {
			return nil
		}
		if k := v.Kind(); k == '{' || k == '[' {
			b.WriteByte('0')
		} else {
			b.Write(v)
		}
	}
	b.WriteByte('}')
	return []byte(b.String())
}

// claimReport makes a feed's claim into a report of a feed. Its source is who
// said so and its name the object that says it, so the same claim passed on
// by three others stays one report of one source (DESIGN §7.9). Where the claim
// has no time, that of the file stands in and differs in each copy of it: the
// report is then named by all else that it says.
func claimReport(c fraud.Claim, modified time.Time) (*fraud.Report, error) {
	at := c.At
	if at.IsZero() {
		at = modified
	}
	name := c.Ref + "\x00" + c.Indicator.String()
	says := cut(strings.Join(append([]string{c.Says}, c.Labels...), "\n"), 4000)
	if c.At.IsZero() {
		name += fmt.Sprintf("\x00%s\x00%s\x00%s", c.Mark.TLP, c.Mark.PAP, says)
	}
	r := &fraud.Report{
		ID: fraud.DerivedID("claim", sha256.Sum256([]byte(name))), Source: feedName(c), ReceivedAt: at.UTC(),
		Reporter: fraud.Reporter{Role: "feed"}, TLP: c.Mark.TLP, PAP: c.Mark.PAP, Narrative: says,
	}
	if c.Ref != "" {
		r.ExternalRefs = []fraud.ExternalRef{{Agency: cut(r.Source, 100), Ref: cut(c.Ref, 500)}}
	}
	place(r, c)
	return finished(r)
}

// feedName is a source's name made of who said so.
func feedName(c fraud.Claim) string {
	by := c.By
	if by == "" {
		by = c.ByRef
	}
	by = strings.Map(func(x rune) rune {
		if x == '/' || x < ' ' || x == 0x7f {
			return '-'
		}
		return x
	}, strings.TrimSpace(by))
	if by == "" {
		by = "unnamed"
	}
	return "feed:" + cut(by, 80)
}

// place puts the value where the schema has a field for its part; what has
// none stands in the text, where extract finds it as a mention.
func place(r *fraud.Report, c fraud.Claim) {
	contact := fraud.Contact{Direction: "to_victim", Medium: "other", At: c.At}
	payment := fraud.Payment{Status: "demanded", At: c.At}
	v := c.Indicator.Value
	switch k := c.Indicator.Kind; {
	case k == fraud.Phone && c.Role == fraud.RoleCallback:
		contact.Callback = v
	case k == fraud.Phone && c.Role == fraud.RoleShownCallerID:
		contact.ShownCallerID = v
	case k == fraud.URL || k == fraud.Domain:
		contact.URL = v
	case k == fraud.Email || k == fraud.Handle || (k == fraud.Phone && c.Role == fraud.RoleSender):
		contact.Sender = v
	case k == fraud.PersonAlias:
		contact.AgentAlias = v
	case k == fraud.Wallet:
		payment.Rail, payment.ToWallet = "crypto", v
	case k == fraud.TxID:
		payment.Rail, payment.TxID = "crypto", v
	case k == fraud.BankAccount:
		payment.ToAccount = v
	case k == fraud.UPI:
		payment.Rail, payment.ToUPI = "upi", v
	case k == fraud.CardDescriptor:
		payment.CardDescriptor = v
	case k == fraud.Company:
		r.Subjects = []fraud.NamedSubject{{Company: v}}
		return
	default:
		contact.Text = fmt.Sprintf("%s %s", strings.ReplaceAll(string(k), "_", " "), v)
	}
	if payment != (fraud.Payment{Status: "demanded", At: c.At}) {
		r.Payments = []fraud.Payment{payment}
		return
	}
	r.Contacts = []fraud.Contact{contact}
}
