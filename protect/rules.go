package protect

import (
	_ "embed" // rules.json
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"golang.org/x/net/publicsuffix"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

//go:embed rules.json
var rulesJSON []byte

// Languages are the six in which the public side speaks (BCP 47), in the
// order in which a page offers them. English stands for what is missing.
var Languages = []string{"en", "de", "fr", "es", "hi", "ja"}

// Text is one sentence in several languages.
type Text map[string]string

// In returns the text in a language, or in English.
func (t Text) In(language string) string {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	if s, ok := t[base]; ok {
		return s
	}
	return t["en"]
}

// Brand is a firm or authority that fraudsters impersonate: a victim of
// theirs, never an actor.
type Brand struct {
	Name string `json:"name"`
	// Words are what names it in a message, lower case, in any script.
	Words []string `json:"words"`
	// Labels are what a look-alike site imitates, lower-case Latin.
	Labels  []string `json:"labels"`
	Domains []string `json:"domains"` // its own, with everything below
	Phones  []string `json:"phones"`  // its own, E.164, as it publishes them
}

// Rule is what a firm or authority says that it never does, with who says so.
type Rule struct {
	ID        string    `json:"id"`
	Brand     string    `json:"brand,omitempty"` // empty: said about everybody
	Needs     []string  `json:"needs"`           // signals that must all be there
	Verdict   Verdict   `json:"verdict"`
	Says      Text      `json:"says"` // to the person who asks
	Rule      string    `json:"rule"` // the sense of the official sentence, in English
	Publisher string    `json:"publisher"`
	URL       string    `json:"url"`
	AsOf      time.Time `json:"as_of"`
}

// Rules is rules.json: brands, the words that make signals, and the rules.
type Rules struct {
	Brands  []Brand             `json:"brands"`
	Signals map[string][]string `json:"signals"`
	// SharedHosts are hosts on which anybody may publish: being there says
	// nothing about the firm that owns them.
	SharedHosts []string `json:"shared_hosts"`
	// Baits are words that go with a brand in a look-alike's name.
	Baits []string `json:"baits"`
	Rules []Rule   `json:"rules"`
	// Sentences are an answer's words by key, and Do the keys of what to do,
	// by verdict.
	Sentences map[string]Text     `json:"sentences"`
	Do        map[string][]string `json:"do"`

	words  []signalWord
	brands map[string]int // by domain
	phones map[string]int
	shared map[string]bool
	looks  []look // every brand label
	baits  []string
}

// look is a brand's label, and what it looks like.
type look struct {
	brand       int
	label, skel string
}

type signalWord struct {
	word   string
	signal string
	brand  int // -1 for a signal
}

// LoadRules reads the rules that are in the binary and checks that each has
// its source: a rule without publisher, address and date is fraud.ErrInvalid.
func LoadRules() (*Rules, error) {
	r := new(Rules)
	if err := json.Unmarshal(rulesJSON, r, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	r.brands, r.phones, r.shared = map[string]int{}, map[string]int{}, map[string]bool{}
	for i, b := range r.Brands {
		for _, w := range b.Words {
			r.words = append(r.words, signalWord{word: fold(w), brand: i})
		}
		for _, l := range b.Labels {
			r.looks = append(r.looks, look{i, l, skeleton(l)})
		}
		for _, d := range b.Domains {
			r.brands[d] = i
		}
		for _, p := range b.Phones {
			r.phones[p] = i
		}
	}
	for signal, words := range r.Signals {
		for _, w := range words {
			r.words = append(r.words, signalWord{word: fold(w), signal: signal, brand: -1})
		}
	}
	for _, bait := range r.Baits {
		r.baits = append(r.baits, skeleton(bait))
	}
	for _, h := range r.SharedHosts {
		r.shared[h] = true
	}
	for _, x := range r.Rules {
		if x.ID == "" || x.Rule == "" || x.Publisher == "" || !strings.HasPrefix(x.URL, "https://") || x.AsOf.IsZero() || x.Says["en"] == "" {
			return nil, fmt.Errorf("rule %q lacks its sentence, publisher, address or date: %w", x.ID, fraud.ErrInvalid)
		}
	}
	return r, r.checkSentences()
}

// checkSentences makes sure that whatever an answer may say can be said.
func (r *Rules) checkSentences() error {
	for verdict, keys := range r.Do {
		for _, k := range append([]string{"verdict_" + verdict}, keys...) {
			for _, l := range Languages {
				if r.Sentences[k][l] == "" {
					return fmt.Errorf("sentence %q is missing in %s: %w", k, l, fraud.ErrInvalid)
				}
			}
		}
	}
	return nil
}

// Genuine is the brand or authority whose own number or site i is, empty if it
// is none's: by the rules, or by the safe list that extraction begins with.
// A page on a host where anybody may publish is nobody's own.
func (r *Rules) Genuine(i fraud.Indicator) string {
	if i.Kind == fraud.Phone {
		if at, ok := r.phones[i.Value]; ok {
			return r.Brands[at].Name
		}
		return extract.GenuineOwner(i)
	}
	host := hostOf(i)
	if host == "" || r.Shared(host) {
		return ""
	}
	for h := range func(yield func(string) bool) { parents(host, yield) } {
		if at, ok := r.brands[h]; ok {
			return r.Brands[at].Name
		}
	}
	return extract.GenuineOwner(fraud.Indicator{Kind: fraud.Domain, Value: host})
}

// Shared says whether anybody may publish on this host: it is named in the
// rules, or lies under a suffix of the Public Suffix List's private section.
func (r *Rules) Shared(host string) bool {
	for h := range func(yield func(string) bool) { parents(host, yield) } {
		if r.shared[h] {
			return true
		}
	}
	suffix, icann := publicsuffix.PublicSuffix(host)
	return !icann && strings.Contains(suffix, ".")
}

// signals finds what a message speaks of: signals by name, and brands by
// place in Brands.
func (r *Rules) signals(text string) (found map[string]bool, brands []int) {
	found = map[string]bool{}
	t := " " + fold(text) + " "
	for _, w := range r.words {
		if !contains(t, w.word) {
			continue
		}
		if w.brand < 0 {
			found[w.signal] = true
		} else if !slices.Contains(brands, w.brand) {
			brands = append(brands, w.brand)
		}
	}
	slices.Sort(brands)
	return found, brands
}

// contains says whether word stands in t as a word of its own. Scripts that
// do not part words (Japanese) match anywhere.
func contains(t, word string) bool {
	for from := 0; ; {
		at := strings.Index(t[from:], word)
		if at < 0 {
			return false
		}
		at += from
		if !parted(word) || (boundary(t[:at], true) && boundary(t[at+len(word):], false)) {
			return true
		}
		from = at + len(word)
	}
}

func parted(word string) bool {
	for _, c := range word {
		if unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana) {
			return false
		}
	}
	return true
}

func boundary(t string, last bool) bool {
	c, _ := utf8.DecodeRuneInString(t)
	if last {
		c, _ = utf8.DecodeLastRuneInString(t)
	}
	return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c)
}

// fold makes texts comparable: lower case, one blank between words, without
// the invisible characters that are put in to hide words.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, c := range s {
		switch {
		case unicode.IsSpace(c):
			blank = true
			continue
		case unicode.Is(unicode.Cf, c) && c != '\u200d':
			continue // zero width, soft hyphen
		case c == '’':
			c = '\''
		case c >= '！' && c <= '～':
			c -= '！' - '!' // full width
		}
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
