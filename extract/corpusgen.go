//go:build ignore

// Corpusgen writes testdata/corpus.jsonl, the labelled corpus: each template of
// testdata/templates.txt is filled fourteen times with invented values, and
// every value is marked with kind, canonical form, role and place. What is
// canonical is worked out here, by other code than the package's own.
//
// Run it by `go run corpusgen.go` in extract after templates were changed.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"math/big"
	"math/rand/v2"
	"os"
	"strings"
	"unicode/utf8"
)

const rounds = 14

// mark is one labelled value: of a snippet, in bytes.
type mark struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Role  string `json:"role"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

type snippet struct {
	ID       string `json:"id"`
	Language string `json:"language"`
	Country  string `json:"country"`
	Voice    string `json:"voice"` // "v" a victim's account, "f" the fraudsters' words
	Text     string `json:"text"`
	Marks    []mark `json:"marks"`
}

// filled is what goes into a slot: how it is written and what it is. Marks'
// offsets are within raw.
type filled struct {
	raw   string
	marks []mark
}

type maker struct {
	*rand.Rand
	lang, country string
	tool          string
}

func main() {
	src, err := os.ReadFile("testdata/templates.txt")
	if err != nil {
		log.Fatal(err)
	}
	out, err := os.Create("testdata/corpus.jsonl")
	if err != nil {
		log.Fatal(err)
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	n, line := 0, 0
	for tmpl := range strings.Lines(string(src)) {
		tmpl = strings.TrimSpace(tmpl)
		if tmpl == "" || tmpl[0] == '#' {
			continue
		}
		line++
		head, body, _ := strings.Cut(tmpl, " | ")
		f := strings.Fields(head)
		for round := range rounds {
			m := &maker{rand.New(rand.NewPCG(uint64(line), uint64(round))), f[0], f[1], ""}
			s := snippet{ID: fmt.Sprintf("%s-%03d-%02d", f[0], line, round), Language: f[0], Country: f[1], Voice: f[2]}
			s.fill(m, body)
			if !utf8.ValidString(s.Text) {
				log.Fatalf("%s is not UTF-8", s.ID)
			}
			if err := enc.Encode(s); err != nil {
				log.Fatal(err)
			}
			n++
		}
	}
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, "snippets")
}

func (s *snippet) fill(m *maker, body string) {
	var text strings.Builder
	for {
		before, rest, found := strings.Cut(body, "{")
		text.WriteString(before)
		if !found {
			break
		}
		slot, after, _ := strings.Cut(rest, "}")
		role, kind, _ := strings.Cut(slot, ".")
		v := m.value(kind)
		for _, k := range v.marks {
			k.Role = role
			if k.Kind == "" {
				continue
			}
			k.Start += text.Len()
			k.End += text.Len()
			s.Marks = append(s.Marks, k)
		}
		text.WriteString(v.raw)
		body = after
	}
	s.Text = text.String()
}

func one(kind, value, raw string) filled {
	return filled{raw, []mark{{Kind: kind, Value: value, End: len(raw)}}}
}

func pick[T any](m *maker, list ...T) T { return list[m.IntN(len(list))] }

func (m *maker) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + m.IntN(10))
	}
	return string(b)
}

func (m *maker) capitals(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "ABCDEFGHJKLMNPRSTUVWXYZ"[m.IntN(23)]
	}
	return string(b)
}

func (m *maker) value(kind string) filled {
	switch kind {
	case "phone":
		return m.phone()
	case "spoken":
		return m.spoken()
	case "genuine":
		return pick(m, one("phone", "+18006427676", "1-800-642-7676"), one("phone", "+18006427676", "(800) 642-7676"))
	case "email":
		return m.email()
	case "url":
		return m.url()
	case "domain":
		v := m.host()
		raw := pick(m, v, strings.ReplaceAll(v, ".", "[.]"), strings.ToUpper(v[:1])+v[1:])
		return one("domain", v, raw)
	case "amount":
		return m.amount()
	case "tool":
		t := pick(m, "AnyDesk", "TeamViewer", "UltraViewer", "RustDesk")
		m.tool = strings.ToLower(t)
		return one("remote_tool", m.tool, t)
	case "id":
		d := m.digits(8)
		d = pick(m, "1", "4", "9") + d
		return one("remote_id", m.tool+":"+d, pick(m, d, d[:3]+" "+d[3:6]+" "+d[6:], d[:3]+"-"+d[3:6]+"-"+d[6:]))
	case "gift":
		return pick(m, one("gift_card", "apple", "Apple"), one("gift_card", "steam", "Steam"), one("gift_card", "google play", "Google"), one("gift_card", "amazon", "Amazon"), one("gift_card", "target", "Target"))
	case "name":
		n := pick(m, "Kevin Brown", "David Miller", "Jessica Parker", "Alex Morgan", "Samuel Stone", "Olivia Grant")
		return one("person_alias", strings.ToLower(n), n)
	case "descriptor":
		n := pick(m, "TECHHELP", "PCGUARD", "NETCARE", "SAFEDESK") + pick(m, "*SUPPORT", "*ONLINE", " SERVICES", "*CARE 24")
		return one("card_descriptor", n, n)
	case "telegram":
		n := pick(m, "refund_desk", "coin_helper", "safe_agent") + m.digits(2)
		return one("handle", "telegram:"+n, "@"+n)
	case "ga":
		n := "G-" + m.capitals(6) + m.digits(4)
		return one("tracker", "ga:"+n, n)
	case "ip":
		n := "203.0.113." + fmt.Sprint(m.IntN(250)+1)
		return one("ip", n, n)
	case "sha256":
		sum := sha256.Sum256([]byte(m.digits(9)))
		h := hex.EncodeToString(sum[:])
		return one("file", h, h)
	}
	return m.money(kind)
}

func (m *maker) money(kind string) filled {
	switch kind {
	case "wallet":
		w := pick(m, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
			"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0")
		v := w
		if strings.HasPrefix(w, "0x") {
			v = strings.ToLower(w)
		}
		return one("wallet", v, w)
	case "txid":
		sum := sha256.Sum256([]byte(m.digits(12)))
		h := hex.EncodeToString(sum[:])
		return one("txid", h, h)
	case "upi":
		v := pick(m, "refund.desk", "pay.help", "9000000001", "kumar-service") + m.digits(2) + "@" + pick(m, "ybl", "okaxis", "paytm", "oksbi")
		return one("upi", v, v)
	case "iban":
		return m.iban()
	case "aba":
		code, acct := m.aba(), m.digits(10)
		return m.account(code, code+" account number "+acct, acct)
	case "ifsc":
		code, acct := pick(m, "HDFC", "ICIC", "SBIN", "UTIB")+"0"+m.digits(6), m.digits(12)
		return m.account(code, code+" account no "+acct, acct)
	case "sort":
		d, acct := m.digits(6), m.digits(8)
		return m.account(d, d[:2]+"-"+d[2:4]+"-"+d[4:]+" account number "+acct, acct)
	case "ein":
		d := pick(m, "12", "46", "83") + m.digits(7)
		return one("tax_id", "ein:"+d, d[:2]+"-"+d[2:])
	case "uk":
		d := pick(m, "0"+m.digits(7), "SC"+m.digits(6))
		return one("company", "uk:"+d, d)
	case "cin":
		v := "U" + m.digits(5) + "DL20" + pick(m, "15", "18", "21") + "PTC" + m.digits(6)
		return one("company", "cin:"+v, v)
	case "gstin":
		v := gstin("27" + m.capitals(3) + "C" + m.capitals(1) + m.digits(4) + m.capitals(1) + "1Z")
		return one("tax_id", "gstin:"+v, v)
	case "firm":
		base := pick(m, "Silver Harbour Solutions", "Blue Canyon Technologies", "Northgate Infocare", "Redwood Web Services")
		end := pick(m, [2]string{"LLC", "llc"}, [2]string{"Pvt Ltd", "pvt ltd"}, [2]string{"Inc", "inc"}, [2]string{"Private Limited", "pvt ltd"})
		return one("company", "name:"+strings.ToLower(base)+" "+end[1], base+" "+end[0])
	case "imei":
		d := m.digits(14)
		for c := range 10 {
			if luhn(d + fmt.Sprint(c)) {
				return one("imei", d+fmt.Sprint(c), d+fmt.Sprint(c))
			}
		}
	}
	return filled{raw: m.trap(kind)}
}

// account marks the account number within "code … number".
func (m *maker) account(code, raw, acct string) filled {
	at := strings.LastIndex(raw, acct)
	return filled{raw, []mark{{Kind: "bank_account", Value: code + "/" + acct, Start: at, End: at + len(acct)}}}
}

func (m *maker) trap(kind string) string {
	switch kind {
	case "order":
		return pick(m, "#"+m.digits(10), "113-"+m.digits(7)+"-"+m.digits(7), "NP"+m.digits(11), m.capitals(2)+"-"+m.digits(6), m.digits(12))
	case "case":
		return pick(m, m.digits(7), "2023-"+m.digits(5), m.digits(10), m.capitals(3)+m.digits(6))
	case "tracking":
		return pick(m, "9400 1000 "+m.digits(4)+" "+m.digits(4)+" "+m.digits(4)+" 00", "1Z"+m.capitals(3)+m.digits(13), m.digits(12))
	case "mtcn":
		return pick(m, m.digits(10), "761-884-"+m.digits(4))
	case "date":
		return pick(m, "2023-10-"+fmt.Sprint(10+m.IntN(19)), fmt.Sprintf("%d/%d/2023", 1+m.IntN(12), 1+m.IntN(28)), fmt.Sprintf("%02d.%02d.2024", 1+m.IntN(28), 1+m.IntN(12)))
	case "version":
		return pick(m, "10.0.19045", "1.2.3", "22.4.1.180", "4.18")
	case "card":
		return pick(m, "4111 1111 1111 1111", "5555-5555-5555-4444", "ending in "+m.digits(4))
	}
	log.Fatalf("no maker for slot %q", kind)
	return ""
}

func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}

// phone is an invented number of the snippet's country, or a North American
// one, in one of the ways in which people write it.
func (m *maker) phone() filled {
	if m.IntN(4) > 0 {
		switch m.country {
		case "GB":
			return m.written("44", pick(m, "20 7946 0"+m.digits(3), "7700 900"+m.digits(3), "808 157 0"+m.digits(3)), "0")
		case "DE":
			return m.written("49", pick(m, "30 23125 "+m.digits(3), "69 90009 "+m.digits(3), "89 99998 "+m.digits(3)), "0")
		case "FR":
			return m.written("33", pick(m, "1 99 00 ", "2 61 91 ", "4 65 71 ", "6 39 98 ")+m.digits(2)+" "+m.digits(2), "0")
		}
	}
	area := pick(m, "212", "888", "877", "855", "800", "315", "844", "617", "833")
	last := "01" + m.digits(2)
	v := "+1" + area + "555" + last
	forms := []string{
		"+1 (%s) 555-%s", "%s-555-%s", "(%s) 555-%s", "1-%s-555-%s", "+1 %s.555.%s", "+1(%s)555%s", "(%s)-555-%s", "1 %s 555 %s", "+1-(%s)-555-%s", "+1%s555%s",
		"+1 %s-\u200b555-%s", "(%s) 555\u2011%s", "%s.555.%s", "+1\u00a0%s\u00a0555\u00a0%s",
	}
	if m.country != "US" {
		forms = []string{"+1 (%s) 555-%s", "+1 %s 555 %s", "+1-%s-555-%s", "+1%s555%s", "+1(%s)555%s"}
	}
	raw := fmt.Sprintf(pick(m, forms...), area, last)
	switch {
	case m.lang == "ja" && m.IntN(3) == 0, m.IntN(14) == 0:
		raw = shifted(raw, '０')
	case m.lang == "hi" && m.IntN(3) == 0:
		raw = shifted(raw, '०')
	}
	return one("phone", v, raw)
}

func (m *maker) written(code, national, trunk string) filled {
	plain := strings.ReplaceAll(national, " ", "")
	raw := pick(m, trunk+national, "+"+code+" "+national, "+"+code+" (0)"+national, trunk+strings.ReplaceAll(national, " ", "-"), "00"+code+" "+national, "+"+code+plain)
	return one("phone", "+"+code+plain, raw)
}

// shifted writes digits in another script, whose zero is given.
func shifted(s string, zero rune) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return zero + r - '0'
		}
		return r
	}, s)
}

var words = map[string][]string{
	"en": strings.Fields("zero one two three four five six seven eight nine"),
	"es": strings.Fields("cero uno dos tres cuatro cinco seis siete ocho nueve"),
	"de": strings.Fields("null eins zwei drei vier fünf sechs sieben acht neun"),
	"fr": strings.Fields("zéro un deux trois quatre cinq six sept huit neuf"),
	"hi": strings.Fields("शून्य एक दो तीन चार पांच छह सात आठ नौ"),
}

func (m *maker) spoken() filled {
	national, code, trunk := pick(m, "888", "855", "877", "800")+"55501"+m.digits(2), "1", ""
	switch m.country {
	case "DE":
		national, code, trunk = "3023125"+m.digits(3), "49", "0"
	case "FR":
		national, code, trunk = "19900"+m.digits(4), "33", "0"
	case "IN":
		national, trunk = pick(m, "888", "855", "877")+"55501"+m.digits(2), "1" // 1 800 would be Indian toll-free
	}
	if m.country == "US" && m.IntN(2) == 0 {
		trunk = "1"
	}
	var out []string
	d := trunk + national
	for i := 0; i < len(d); i++ {
		if m.lang == "en" && i+1 < len(d) && d[i] == d[i+1] && m.IntN(3) == 0 {
			out = append(out, "double "+words["en"][d[i]-'0'])
			i++
			continue
		}
		w := words[m.lang][d[i]-'0']
		if m.lang == "en" && d[i] == '0' {
			w = pick(m, "zero", "oh")
		}
		out = append(out, w)
	}
	return one("phone", "+"+code+national, strings.Join(out, pick(m, " ", ", ")))
}

func (m *maker) host() string {
	return pick(m, "secure", "refund", "pc", "account", "help", "alert") + "-" + pick(m, "desk", "center", "care", "verify", "update") + fmt.Sprint(m.IntN(90)+10) + ".example"
}

func (m *maker) email() filled {
	v := pick(m, "billing", "refund.team", "support", "no-reply", "anna.k") + m.digits(2) + "@" + m.host()
	raw := pick(m, v, v, strings.ToUpper(v[:1])+v[1:], strings.NewReplacer("@", "(at)", ".example", "(dot)example").Replace(v), strings.Replace(v, "@", " [at] ", 1))
	if raw != v && strings.Contains(v, ".team") {
		raw = v
	}
	return one("email", v, raw)
}

func (m *maker) url() filled {
	host := m.host()
	path := pick(m, "", "/login", "/pay?id="+m.digits(5), "/x/"+m.capitals(5))
	scheme := pick(m, "https", "http")
	v := scheme + "://" + host + path
	raw := pick(m, v, v, strings.NewReplacer("http", "hxxp", ".example", "[.]example").Replace(v))
	at := strings.Index(raw, "://") + 3
	end := at + len(host)
	if strings.Contains(raw, "[.]") {
		end += 2
	}
	return filled{raw, []mark{{Kind: "url", Value: v, End: len(raw)}, {Kind: "domain", Value: host, Start: at, End: end}}}
}

func (m *maker) amount() filled {
	whole, cents := 100+m.IntN(9000), m.digits(2)
	plain := fmt.Sprintf("%d.%s", whole, cents)
	grouped := func(mark string) string {
		if whole < 1000 {
			return fmt.Sprint(whole)
		}
		return fmt.Sprintf("%d%s%03d", whole/1000, mark, whole%1000)
	}
	switch m.lang {
	case "de":
		return one("amount", "EUR "+plain, pick(m, grouped(".")+","+cents+" €", grouped(".")+","+cents+" Euro", "€ "+grouped(".")+","+cents))
	case "fr":
		return one("amount", "EUR "+plain, pick(m, grouped(" ")+","+cents+" €", fmt.Sprint(whole)+","+cents+" euros"))
	case "hi":
		return one("amount", fmt.Sprintf("INR %d.00", whole), pick(m, "₹"+grouped(","), "Rs. "+grouped(","), grouped(",")+" रुपये"))
	case "ja":
		return one("amount", fmt.Sprintf("JPY %d", whole), pick(m, grouped(",")+"円", "¥"+grouped(",")))
	case "es":
		return one("amount", "USD "+plain, pick(m, "$"+grouped(",")+"."+cents, "USD "+plain, grouped(",")+"."+cents+" dólares"))
	}
	if m.country == "GB" {
		return one("amount", "GBP "+plain, "£"+grouped(",")+"."+cents)
	}
	return one("amount", "USD "+plain, pick(m, "$"+grouped(",")+"."+cents, "USD "+plain, "$"+plain, plain+" dollars"))
}

func (m *maker) iban() filled {
	country, bban := pick(m, "DE", "GB", "FR", "ES"), ""
	switch country {
	case "DE":
		bban = m.digits(18)
	case "GB":
		bban = "NWBK" + m.digits(14)
	case "FR":
		bban = m.digits(23)
	case "ES":
		bban = m.digits(20)
	}
	var num strings.Builder
	for _, c := range bban + country + "00" {
		if c >= 'A' {
			fmt.Fprint(&num, int(c-'A')+10)
		} else {
			num.WriteRune(c)
		}
	}
	n, _ := new(big.Int).SetString(num.String(), 10)
	check := 98 - new(big.Int).Mod(n, big.NewInt(97)).Int64()
	v := fmt.Sprintf("%s%02d%s", country, check, bban)
	spaced := ""
	for i := 0; i < len(v); i += 4 {
		spaced += v[i:min(i+4, len(v))] + " "
	}
	return one("bank_account", v, pick(m, v, strings.TrimSpace(spaced)))
}

func (m *maker) aba() string {
	d := pick(m, "02", "11", "26", "31") + m.digits(6)
	sum := 0
	for i := range 8 {
		sum += int(d[i]-'0') * [3]int{3, 7, 1}[i%3]
	}
	return d + fmt.Sprint((10-sum%10)%10)
}

func gstin(s string) string {
	const signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	sum := 0
	for i, c := range s {
		p := strings.IndexRune(signs, c)
		if i%2 == 1 {
			p *= 2
		}
		sum += p/36 + p%36
	}
	return s + string(signs[(36-sum%36)%36])
}
