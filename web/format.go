package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// number writes 1234567 as "1,234,567".
func number[N int | int64](v N) string {
	s := strconv.FormatInt(int64(v), 10)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if neg {
		return "-" + s
	}
	return s
}

// plural writes "1 report", "2 reports", or with a second word its own plural.
func plural(n int, one string, many ...string) string {
	switch {
	case n == 1:
		return "1 " + one
	case len(many) > 0:
		return number(n) + " " + many[0]
	}
	return number(n) + " " + one + "s"
}

// moneyText writes the exact amount: "USD 1,234.50".
func moneyText(m fraud.Money) string {
	if m.Currency == "" {
		return "not known"
	}
	whole, frac, has := strings.Cut(m.Decimal(), ".")
	v, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return m.String()
	}
	if has {
		return m.Currency + " " + number(v) + "." + frac
	}
	return m.Currency + " " + number(v)
}

// moneyShort writes "USD 1.9 M" where a sentence needs the size, not the cent.
func moneyShort(m fraud.Money) string {
	v := float64(m.Minor)
	for range fraud.Exponent(m.Currency) {
		v /= 10
	}
	switch {
	case v >= 1e9:
		return fmt.Sprintf("%s %.1f bn", m.Currency, v/1e9)
	case v >= 1e6:
		return fmt.Sprintf("%s %.1f M", m.Currency, v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%s %.0f k", m.Currency, v/1e3)
	}
	return fmt.Sprintf("%s %.0f", m.Currency, v)
}

// sums lists money by currency, most first by face value; currencies are
// never added together.
func sums(s fraud.Sums) []fraud.Money {
	out := make([]fraud.Money, 0, len(s))
	for c, v := range s {
		if v != 0 {
			out = append(out, fraud.Money{Minor: v, Currency: c})
		}
	}
	slices.SortFunc(out, func(a, b fraud.Money) int {
		x, y := float64(a.Minor)/pow10(a.Currency), float64(b.Minor)/pow10(b.Currency)
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return strings.Compare(a.Currency, b.Currency)
	})
	return out
}

func pow10(currency string) float64 {
	v := 1.0
	for range fraud.Exponent(currency) {
		v *= 10
	}
	return v
}

// sumsShort writes the largest sums of a table cell: "USD 1.9 M, GBP 40 k".
func sumsShort(s fraud.Sums) string {
	var out []string
	for i, m := range sums(s) {
		if i == 2 {
			out = append(out, fmt.Sprintf("+%d more", len(s)-2))
			break
		}
		out = append(out, moneyShort(m))
	}
	if len(out) == 0 {
		return "none known"
	}
	return strings.Join(out, ", ")
}

// figureText writes a figure's value; what is not known is said, never zero.
func figureText(f fraud.Figure) string {
	switch {
	case f.Unknown:
		return "not known"
	case f.Unit == "":
		return number(f.Value)
	}
	return moneyText(fraud.Money{Minor: f.Value, Currency: f.Unit})
}

// day, clock and stamp write times in UTC, the zone that the record is in.
func day(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format("2 Jan 2006")
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format("15:04")
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.UTC().Format("2 Jan 2006, 15:04 UTC")
}

// stampAt writes a moment by the clock of a place, with the zone named: an
// officer in a room reads the clock on its wall.
func stampAt(t time.Time, zone string) string {
	at, err := time.LoadLocation(zone)
	if t.IsZero() || zone == "" || err != nil {
		return stamp(t)
	}
	return t.In(at).Format("2 Jan 2006, 15:04 MST")
}

// days writes a run of days: "4 Dec – 10 Dec 2025".
func days(from, to time.Time) string {
	switch {
	case from.IsZero() && to.IsZero():
		return "not known"
	case day(from) == day(to):
		return day(to)
	case from.UTC().Year() == to.UTC().Year():
		return from.UTC().Format("2 Jan") + " – " + day(to)
	}
	return day(from) + " – " + day(to)
}

// machineTime is for <time datetime>.
func machineTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// length writes a duration as people say it: "52 hours", "3 days".
func length(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return plural(int(d/time.Minute), "minute")
	case d < 96*time.Hour:
		return plural(int(d/time.Hour), "hour")
	}
	return plural(int(d/(24*time.Hour)), "day")
}

// sourceText is the source of a figure as people read it: the operation whose
// page it stands on is left out, and types are written as words. The exact
// query stands in the tip.
func sourceText(source, of string) string {
	if of != "" {
		source = strings.NewReplacer(", of "+of, "", " of "+of, "").Replace(source)
	}
	return strings.ReplaceAll(source, "_", " ")
}

// asOfAll is the time that figures share, empty if they do not.
func asOfAll(figures []fraud.Figure) string {
	for _, f := range figures {
		if !f.AsOf.Equal(figures[0].AsOf) {
			return ""
		}
	}
	return stamp(figures[0].AsOf)
}

// fileWhat says what a file of a referral's package is (docs/spec/referral.md).
func fileWhat(name string) string {
	base, _, _ := strings.Cut(name, "-")
	switch {
	case strings.HasPrefix(name, "annex-victims"):
		return "who the victims are, sealed: only the agency can open it"
	case strings.HasPrefix(name, "exhibits/"):
		return "exhibit"
	case strings.HasPrefix(name, "certificates/fre-902"):
		return "certificate for a court of the United States, FRE 902"
	case strings.HasPrefix(name, "certificates/bsa-63"):
		return "certificate for a court of India, BSA s.63(4)"
	case strings.HasPrefix(name, "certificates/iea-65b"):
		return "certificate for a court of India, Evidence Act s.65B"
	case strings.HasPrefix(name, "certificates/"):
		return "certificate or schedule for a court"
	case base == "statement":
		return "a complainant's own statement"
	}
	switch name {
	case "dossier.html", "dossier.pdf":
		return "the readable whole"
	case "referral.json":
		return "who refers what to whom, for programs"
	case "rings.jsonl":
		return "the rings, with what holds them together"
	case "indicators.csv":
		return "numbers, sites and accounts, a line each"
	case "transactions.csv":
		return "money that moved"
	case "victims.csv":
		return "victims by pseudonym"
	case "disclosure.csv":
		return "everything relevant that is not used, what undermines the case too"
	case "stix.json", "case.jsonld":
		return "the same for other programs"
	}
	return ""
}

// methodWord names a method of tracing for people.
func methodWord(m string) string {
	switch m {
	case "fifo":
		return "first in, first out"
	case "lifo":
		return "last in, first out"
	case "haircut":
		return "in proportion"
	case "poison":
		return "all that was touched"
	}
	return m
}

// consentWords says what a victim agreed to.
func consentWords(c fraud.Consent) string {
	var out []string
	for _, x := range []struct {
		given bool
		word  string
	}{{c.ShareLawEnforcement, "give it to the police"}, {c.SharePartner, "show the scammers' values to partners"}, {c.Contact, "be contacted"}, {c.Testify, "tell a court"}} {
		if x.given {
			out = append(out, x.word)
		}
	}
	if len(out) == 0 {
		return "none given"
	}
	return strings.Join(out, ", ")
}

// whenceWord says where in a report a value stands, for people: the schema's
// "contacts[0].callback" is "contact 1, callback".
func whenceWord(field string) string {
	head, rest, _ := strings.Cut(field, ".")
	name, no, listed := strings.Cut(strings.TrimSuffix(head, "]"), "[")
	word, known := map[string]string{
		"contacts": "contact", "payments": "payment", "remote_access": "remote access", "evidence": "file", "websites": "web site", "narrative": "their own words", "script": "what was said or shown",
	}[name]
	if !known {
		return strings.ReplaceAll(field, "_", " ")
	}
	if n, err := strconv.Atoi(no); listed && err == nil {
		word += " " + strconv.Itoa(n+1)
	}
	if rest != "" {
		word += ", " + strings.ReplaceAll(rest, "_", " ")
	}
	return word
}

// left says how long until a deadline, or how long it has passed.
func left(deadline, now time.Time) string {
	switch {
	case deadline.IsZero():
		return "no clock"
	case deadline.After(now):
		return length(deadline.Sub(now)) + " left"
	}
	return "over since " + length(now.Sub(deadline))
}

// short is the first 12 characters of a hash, enough to compare by eye.
func short(hash string) string {
	if len(hash) <= 12 {
		return hash
	}
	return hash[:12] + "…"
}

// grouped splits a hash or key into groups of eight that can be read aloud.
func grouped(hash string) []string {
	var out []string
	for len(hash) > 8 {
		out, hash = append(out, hash[:8]), hash[8:]
	}
	return append(out, hash)
}

func bits(b float64) string { return strconv.FormatFloat(b, 'f', 1, 64) }

func join[T ~string](list []T, sep string) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = string(v)
	}
	return strings.Join(words, sep)
}

// indicatorText is the value as a person reads it.
func indicatorText(i fraud.Indicator) string {
	switch i.Kind {
	case fraud.Company:
		return strings.TrimPrefix(i.Value, "name:")
	case fraud.Script:
		return "text " + short(strings.TrimPrefix(i.Value, scriptPrefix))
	case fraud.Image, fraud.File:
		return kindWord(i.Kind) + " " + short(i.Value)
	}
	return i.Value
}

// accountText is a transfer's end as a person reads it.
func accountText(name string) string {
	if name == victimsNode {
		return "Victims' accounts"
	}
	kind, value, ok := strings.Cut(name, ":")
	if !ok {
		return name
	}
	return indicatorText(fraud.Indicator{Kind: fraud.Kind(kind), Value: value})
}

// familyOf says which of six outlines a kind is drawn with (DESIGN §7.2).
func familyOf(k fraud.Kind) fraud.Family {
	switch k {
	case fraud.Phone, fraud.Email, fraud.Handle:
		return fraud.FamilyContact
	case fraud.URL, fraud.Domain, fraud.IP, fraud.Tracker, fraud.Image, fraud.File:
		return fraud.FamilyWeb
	case fraud.BankAccount, fraud.UPI, fraud.Wallet, fraud.TxID, fraud.CardDescriptor, fraud.MerchantID, fraud.GiftCard, fraud.Amount:
		return fraud.FamilyMoney
	case fraud.RemoteID, fraud.RemoteHost, fraud.RemoteTool, fraud.IMEI, fraud.ICCID:
		return fraud.FamilyRemote
	case fraud.Script:
		return fraud.FamilyScript
	}
	return fraud.FamilyIdentity
}

// kindWord names a kind for people.
func kindWord(k fraud.Kind) string {
	switch k {
	case fraud.Phone:
		return "phone number"
	case fraud.Email:
		return "e-mail address"
	case fraud.URL:
		return "web page"
	case fraud.Domain:
		return "web site"
	case fraud.IP:
		return "IP address"
	case fraud.RemoteID:
		return "remote-access id"
	case fraud.RemoteHost:
		return "remote-access host"
	case fraud.RemoteTool:
		return "remote-access program"
	case fraud.BankAccount:
		return "bank account"
	case fraud.UPI:
		return "UPI id"
	case fraud.Wallet:
		return "crypto wallet"
	case fraud.TxID:
		return "crypto transaction"
	case fraud.CardDescriptor:
		return "name on the card bill"
	case fraud.MerchantID:
		return "merchant number"
	case fraud.Company:
		return "company"
	case fraud.TaxID:
		return "tax number"
	case fraud.PersonAlias:
		return "name used"
	case fraud.Handle:
		return "social account"
	case fraud.Tracker:
		return "tracking code"
	case fraud.Script:
		return "script"
	case fraud.GiftCard:
		return "gift card"
	case fraud.IMEI:
		return "phone's IMEI"
	case fraud.ICCID:
		return "SIM's ICCID"
	}
	return strings.ReplaceAll(string(k), "_", " ")
}

// kindWords names several of a kind.
func kindWords(k fraud.Kind) string {
	switch k {
	case fraud.CardDescriptor:
		return "names on card bills"
	case fraud.Company:
		return "companies"
	case fraud.PersonAlias:
		return "names used"
	case fraud.IP, fraud.Email:
		return kindWord(k) + "es"
	}
	return kindWord(k) + "s"
}

// roleWord says what an indicator did, for people.
func roleWord(r fraud.Role) string {
	switch r {
	case fraud.RoleCallback:
		return "number to call back"
	case fraud.RoleShownCallerID:
		return "shown caller id (easily forged)"
	case fraud.RolePayee:
		return "where money went"
	case fraud.RoleLure:
		return "page the victim met"
	case fraud.RoleRedirect:
		return "on the way to the page"
	case fraud.RoleRemote:
		return "how the computer was reached"
	case fraud.RoleMention:
		return "mentioned, part unknown"
	case fraud.RoleAlias:
		return "name an agent used"
	case fraud.RoleCompany:
		return "firm named as behind it"
	case fraud.RoleScript:
		return "text read or shown"
	case fraud.RoleVictimOwned:
		return "the victim's own"
	case fraud.RoleBystander:
		return "a bystander's"
	case fraud.RoleGenuineBrand:
		return "genuine brand"
	}
	return strings.ReplaceAll(string(r), "_", " ")
}

// words turns an identifier into words: "bank_wire" is "bank wire".
func words[T ~string](v T) string { return strings.ReplaceAll(string(v), "_", " ") }

// itemWord names what was seized as an officer says it.
func itemWord(t fraud.ItemType) string {
	switch t {
	case fraud.ItemSIM:
		return "SIM card"
	case fraud.ItemDVR:
		return "Video recorder"
	}
	w := words(t)
	if w == "" {
		return ""
	}
	return strings.ToUpper(w[:1]) + w[1:]
}

// ageWord writes an age band of the report schema as people read it.
func ageWord(band string) string {
	switch band {
	case "", "unknown":
		return "not known"
	case "60_plus":
		return "60 or older"
	case "under_20":
		return "younger than 20"
	}
	return strings.ReplaceAll(band, "_", "–")
}
