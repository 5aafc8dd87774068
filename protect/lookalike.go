package protect

import (
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// LookAlike is a brand that a site's name imitates, and how.
type LookAlike struct {
	Brand string
	Label string // the part of the name that imitates, as people read it
	How   string // "letters", "name", "subdomain"
}

// LookAlike says whether a host's name imitates a brand whose own it is not:
// by letters that look like others (micros0ft, rnicrosoft, Cyrillic о), by
// the brand's name with a bait word (microsoft-help), or by the brand in
// front of somebody else's domain (microsoft.com.secure.example).
func (r *Rules) LookAlike(host string) (LookAlike, bool) {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for h := range func(yield func(string) bool) { parents(host, yield) } {
		if _, own := r.brands[h]; own {
			return LookAlike{}, false
		}
	}
	shown, err := idna.Display.ToUnicode(host)
	if err != nil {
		shown = host
	}
	registrable, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		registrable = host
	}
	shownRegistrable, err := idna.Display.ToUnicode(registrable)
	if err != nil {
		shownRegistrable = registrable
	}
	name, _, _ := strings.Cut(shownRegistrable, ".")
	if x, ok := r.imitates(name); ok {
		return x, true
	}
	below := strings.TrimSuffix(strings.TrimSuffix(shown, shownRegistrable), ".")
	for label := range strings.SplitSeq(below, ".") {
		if x, ok := r.imitates(label); ok {
			x.How = "subdomain"
			return x, true
		}
	}
	return LookAlike{}, false
}

// imitates looks at one label of a name.
func (r *Rules) imitates(label string) (LookAlike, bool) {
	if label == "" {
		return LookAlike{}, false
	}
	for t := range strings.FieldsFuncSeq(label, func(c rune) bool { return c == '-' || c == '_' }) {
		if len(t) < shortestLabel {
			continue
		}
		skel := skeleton(t)
		for _, mine := range r.looks {
			how := ""
			switch {
			case t == mine.label || r.baited(skel, mine.skel):
				how = "name"
			case skel == mine.skel, oneTypo(t, mine.label):
				how = "letters"
			default:
				continue
			}
			return LookAlike{r.Brands[mine.brand].Name, label, how}, true
		}
	}
	return LookAlike{}, false
}

// shortestLabel is the shortest brand label that is imitated.
const shortestLabel = 4

// baited says whether t is the brand with a bait word glued to it; both are
// skeletons.
func (r *Rules) baited(t, brand string) bool {
	for _, rest := range []string{strings.TrimPrefix(t, brand), strings.TrimSuffix(t, brand)} {
		if rest != t && slices.ContainsFunc(r.baits, func(bait string) bool { return strings.HasPrefix(rest, bait) }) {
			return true
		}
	}
	return false
}

// oneTypo says whether two names of seven letters or more differ by one
// letter put in, left out, changed, or by two swapped. Shorter ones would hit
// ordinary words.
func oneTypo(a, b string) bool {
	if len(b) < 7 || a == b {
		return false
	}
	if d := len(a) - len(b); d > 3 || d < -3 {
		return false // one letter is at most four bytes
	}
	x, y := []rune(a), []rune(b)
	if len(x) < len(y) {
		x, y = y, x
	}
	i := 0
	for i < len(y) && x[i] == y[i] {
		i++
	}
	switch len(x) - len(y) {
	case 0:
		if slices.Equal(x[i+1:], y[i+1:]) {
			return true
		}
		return i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && slices.Equal(x[i+2:], y[i+2:])
	case 1:
		return slices.Equal(x[i+1:], y[i:])
	}
	return false
}

// alike maps letters onto the Latin one that they look like: the commonest
// pairs of Unicode's confusables (UTS #39), and digits used as letters.
var alike = strings.NewReplacer(
	"0", "o", "1", "l", "3", "e", "5", "s", "|", "l", "!", "i", "rn", "m", "vv", "w", "cl", "d",
	"а", "a", "в", "b", "с", "c", "ԁ", "d", "е", "e", "ё", "e", "ғ", "f", "һ", "h", "і", "i", "ї", "i", "ј", "j", "к", "k",
	"ӏ", "l", "м", "m", "н", "h", "о", "o", "р", "p", "ԛ", "q", "ѕ", "s", "т", "t", "υ", "u", "ν", "v", "ѡ", "w", "х", "x", "у", "y",
	"α", "a", "ε", "e", "ι", "i", "κ", "k", "ο", "o", "ρ", "p", "τ", "t", "χ", "x", "γ", "y", "ω", "w",
	"á", "a", "à", "a", "â", "a", "ä", "a", "ã", "a", "å", "a", "ą", "a", "ç", "c", "ć", "c", "č", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "ę", "e",
	"í", "i", "ì", "i", "î", "i", "ï", "i", "ı", "i", "ł", "l", "ñ", "n", "ń", "n", "ó", "o", "ò", "o", "ô", "o", "ö", "o", "õ", "o", "ø", "o",
	"ś", "s", "š", "s", "ţ", "t", "ť", "t", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ý", "y", "ÿ", "y", "ž", "z", "ź", "z", "ż", "z", "ɡ", "g", "ց", "g",
)

// skeleton is what a name looks like.
func skeleton(s string) string { return alike.Replace(s) }
