package extract

import (
	_ "embed" // the lists
	"math/bits"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"ringbreaker.example/fraud"
)

// SafeList holds genuine values of brands, banks and authorities, each with
// whose it is. They get the role genuine_brand and never link (DESIGN §6.5).
type SafeList map[fraud.Indicator]string

//go:embed data/safe.txt
var safeText string

//go:embed data/brands.txt
var brandsText string

//go:embed data/shared.txt
var sharedText string

// builtinSafe is the list that every node begins with.
var builtinSafe = readSafe(safeText)

func readSafe(text string) SafeList {
	list := SafeList{}
	for line := range strings.Lines(text) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		value, owner, found := strings.Cut(rest, " ")
		if kind != "#" && found {
			list[fraud.Indicator{Kind: fraud.Kind(kind), Value: value}] = owner
		}
	}
	return list
}

// DefaultSafe is a copy of the list that is built in: public support numbers
// and sites of brands, banks, carriers and authorities that are impersonated.
func DefaultSafe() SafeList {
	list := make(SafeList, len(builtinSafe))
	for ind, owner := range builtinSafe {
		list[ind] = owner
	}
	return list
}

// GenuineOwner says whose genuine value an indicator is by the list that is
// built in, "" if nobody's known.
func GenuineOwner(ind fraud.Indicator) string { return builtinSafe.owner(ind) }

// owner says whose genuine value an indicator is, "" if nobody's known.
func (s SafeList) owner(ind fraud.Indicator) string {
	if owner := s[ind]; owner != "" {
		return owner
	}
	switch ind.Kind {
	case fraud.Domain:
		return s.ownerOfHost(ind.Value)
	case fraud.URL:
		_, rest, _ := strings.Cut(ind.Value, "://")
		host := rest[:hostLength(rest)]
		if shared.host[host] {
			return ""
		}
		return s.ownerOfHost(host)
	case fraud.Email:
		_, host, _ := strings.Cut(ind.Value, "@")
		if shared.mail[host] {
			return ""
		}
		return s.ownerOfHost(host)
	}
	return ""
}

// ownerOfHost looks a host up, then the names above it, down to its site: a
// name under a shared suffix is its tenant's, not the provider's.
func (s SafeList) ownerOfHost(host string) string { return s.ownerOf(host, Site(host)) }

// ownerOf is ownerOfHost where the host's site is known.
func (s SafeList) ownerOf(host, site string) string {
	for {
		if owner := s[fraud.Indicator{Kind: fraud.Domain, Value: host}]; owner != "" {
			return owner
		}
		if host == site || !strings.Contains(host, ".") {
			break
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return ofGovernment(host)
}

// ofGovernment says whose a host under a government's suffix is, "" for others.
func ofGovernment(host string) string {
	switch host[strings.LastIndexByte(host, '.')+1:] {
	case "gov", "mil":
		return "the United States government"
	case "uk", "in", "fr", "jp", "au":
		if strings.HasSuffix(host, ".gov.uk") || strings.HasSuffix(host, ".gov.in") || strings.HasSuffix(host, ".gouv.fr") || strings.HasSuffix(host, ".go.jp") || strings.HasSuffix(host, ".gov.au") {
			return "a government"
		}
	}
	return ""
}

// sharedHosts are hosts and mail providers that many unrelated people use.
// Stock hosts are among the hosts: they serve the same files to everybody.
type sharedHosts struct{ host, stock, mail map[string]bool }

var shared = readShared(sharedText)

func readShared(text string) sharedHosts {
	s := sharedHosts{host: map[string]bool{}, stock: map[string]bool{}, mail: map[string]bool{}}
	for line := range strings.Lines(text) {
		kind, rest, _ := strings.Cut(line, " ")
		for word := range strings.FieldsSeq(rest) {
			switch kind {
			case "host":
				s.host[word] = true
			case "stock":
				s.host[word], s.stock[word] = true, true
			case "mail":
				s.mail[word] = true
			}
		}
	}
	return s
}

// brand is a name that host names imitate.
type brand struct {
	label, name string
	letters     uint64 // which letters and digits it is made of
}

var brands = readBrands(brandsText)

func readBrands(text string) []brand {
	var list []brand
	for line := range strings.Lines(text) {
		label, name, found := strings.Cut(strings.TrimSpace(line), " ")
		if found && label != "#" {
			list = append(list, brand{label, name, lettersOf(label)})
		}
	}
	return list
}

// LookAlike says which brand a host name imitates and how, "" for none: its
// labels are folded (letters of other scripts and digits that look like Latin
// letters become those), then compared by parts and by edit distance.
func LookAlike(host string) (name, how string) {
	if builtinSafe.ownerOfHost(host) != "" {
		return "", ""
	}
	return lookAlike(host)
}

// lookAlike is LookAlike of a host that is nobody's genuine one.
func lookAlike(host string) (name, how string) {
	shown := host
	if strings.Contains(host, "xn--") {
		if u, err := idna.ToUnicode(host); err == nil {
			shown = u
		}
	}
	for label := range strings.SplitSeq(shown, ".") {
		if len(label) >= 3 {
			if name, how = likeBrand(label); name != "" {
				return name, how
			}
		}
	}
	return "", ""
}

// brandFirm is the brand that a firm's folded name is, and no more than that
// and a word for its legal form, or "co" and one: "name:microsoft corp",
// "name:charles schwab co inc". A firm that calls itself by a brand and a word
// of its own is not the brand.
func brandFirm(value string) string {
	value = strings.TrimPrefix(strings.TrimPrefix(value, "name:"), "the ")
	var room [64]byte
	label := room[:0]
	for rest := value; rest != ""; {
		var word string
		if word, rest, _ = strings.Cut(rest, " "); len(label)+len(word) > len(room) {
			return "" // longer than any brand
		}
		label = append(label, word...)
		if len(label) < 5 || !endsFirm(rest) {
			continue
		}
		if name := brandLabels[string(label)]; name != "" {
			return name
		}
	}
	return ""
}

// brandLabels names the brand of each label.
var brandLabels = func() map[string]string {
	names := map[string]string{}
	for _, b := range brands {
		if names[b.label] == "" {
			names[b.label] = b.name
		}
	}
	return names
}()

// endsFirm says whether what follows a firm's label can be its legal form:
// one word, "co" and one, or nothing.
func endsFirm(rest string) bool {
	first, more, two := strings.Cut(rest, " ")
	return !two || first == "co" && !strings.Contains(more, " ")
}

// likeBrand holds one label of a host name against the brands.
func likeBrand(label string) (name, how string) {
	skeleton := skeletonOf(label)
	if brandBegins(label) || skeleton != label && brandBegins(skeleton) {
		have, look := lettersOf(label), lettersOf(skeleton)
		either := have | look
		for i := range brands {
			b := &brands[i]
			if b.letters&^either != 0 {
				continue
			}
			if b.letters&^have == 0 && holds(label, b.label) {
				return b.name, "carries the name of " + b.name
			}
			if b.letters&^look == 0 && holds(skeleton, b.label) {
				return b.name, "written to look like " + b.name
			}
		}
	}
	for part := range strings.SplitSeq(skeleton, "-") {
		if len(part) < 6 {
			continue
		}
		letters, near := lettersOf(part), nearBrands[min(len(part), len(nearBrands)-1)]
		for i := range near {
			b := &near[i]
			// One slip changes the set of letters by two at most: what passes is
			// held letter by letter.
			if bits.OnesCount64(letters^b.letters) > 2*b.slips {
				continue
			}
			if d := distance(part, b.label); d >= 1 && d <= b.slips {
				return b.name, "one slip away from " + b.name
			}
		}
	}
	return "", ""
}

// longBrand is a brand whose label is long enough that a slip in it tells.
type longBrand struct {
	brand
	slips int // how many of its letters may be wrong
}

// nearBrands are for each length of a label the brands that it may be with a
// slip or two, each of which changes the length by one at most; the last is for
// what is longer than any of them.
var nearBrands = func() (near [24][]longBrand) {
	for _, b := range brands {
		slips := 1
		switch n := len(b.label); {
		case n < 6:
			continue
		case n >= 9:
			slips = 2
		}
		for n := len(b.label) - slips; n <= len(b.label)+slips; n++ {
			near[n] = append(near[n], longBrand{b, slips}) // a label of 22 letters ends the program here, at its start
		}
	}
	near[len(near)-1] = nil
	return near
}()

// brandStarts has a bit for the first three letters of each brand's label.
var brandStarts = func() (t [1 << (brandStartBits - 6)]uint64) {
	for _, b := range brands {
		at := startOf(b.label, 0)
		t[at>>6] |= 1 << (at & 63)
	}
	return t
}()

// brandStartBits makes the table so large that of the places in a label two in a
// hundred are looked at for nothing.
const brandStartBits = 12

// startOf is the place in brandStarts of the three bytes at s[i].
func startOf(s string, i int) uint32 {
	return (uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16) * 0x9E3779B1 >> (32 - brandStartBits)
}

// brandBegins says quickly of most labels that no brand's stands in them. No
// brand's label is shorter than three letters.
func brandBegins(label string) bool {
	for i := 0; i+3 <= len(label); i++ {
		if at := startOf(label, i); brandStarts[at>>6]>>(at&63)&1 != 0 {
			return true
		}
	}
	return false
}

// holds says whether a label holds a brand's: anywhere if it is long enough
// to be no accident, else as a hyphenated part.
func holds(label, brand string) bool {
	at := strings.Index(label, brand)
	if at < 0 || len(brand) >= 5 {
		return at >= 0
	}
	return (at == 0 || label[at-1] == '-') && (at+len(brand) == len(label) || label[at+len(brand)] == '-')
}

// lettersOf is the set of letters and digits in s: two names within two slips
// of each other differ in four of them at most.
func lettersOf(s string) uint64 {
	var set uint64
	for i := range len(s) {
		set |= 1 << (s[i] & 63)
	}
	return set
}

// skeletonOf folds what looks alike (Unicode TR 39, cut down to what host
// names use).
func skeletonOf(label string) string {
	if looksLikeItself(label) {
		return label
	}
	var room [64]byte
	out := room[:0]
	for _, r := range label {
		switch {
		case r < utf8.RuneSelf:
			out = append(out, looksOf[r])
		default:
			if to, ok := confusables[r]; ok {
				out = append(out, to)
			} else {
				out = utf8.AppendRune(out, r)
			}
		}
	}
	n := 0
	for i := 0; i < len(out); i++ { // "rn" reads as m and "vv" as w
		c := out[i]
		if i+1 < len(out) && (c == 'r' && out[i+1] == 'n' || c == 'v' && out[i+1] == 'v') {
			c = "mw"[(c-'r')/('v'-'r')]
			i++
		}
		out[n] = c
		n++
	}
	if string(out[:n]) == label {
		return label
	}
	return string(out[:n])
}

// looksLikeItself says of most labels that folding leaves them as they are.
func looksLikeItself(label string) bool {
	before := byte(0)
	for i := range len(label) {
		c := label[i]
		if c >= utf8.RuneSelf || looksOf[c] != c || c == 'n' && before == 'r' || c == 'v' && before == 'v' {
			return false
		}
		before = c
	}
	return true
}

// looksOf is what each ASCII character looks like.
var looksOf = func() (t [utf8.RuneSelf]byte) {
	for c := range t {
		if t[c] = byte(c); c == '_' {
			t[c] = '-'
		} else if to, ok := confusables[rune(c)]; ok && !isLower(byte(c)) {
			t[c] = to
		}
	}
	return t
}()

var confusables = func() map[rune]byte {
	m := map[rune]byte{}
	for to, from := range map[byte]string{
		'a': "аàáâãäåāăąɑα4", 'b': "ьЬƄ", 'c': "сçćčϲ", 'd': "ԁď", 'e': "еёèéêëēėęě3", 'g': "ɡğģ9", 'h': "һհ", 'i': "іïìíîīįı1ӏ",
		'j': "ј", 'k': "кκķ", 'l': "ⅼłļľ|", 'm': "мⅿ", 'n': "ոñńņňη", 'o': "оοòóôõöøōő0օσ", 'p': "рρ", 'q': "ԛ", 'r': "гŕř",
		's': "ѕśşšș5", 't': "тţťț7", 'u': "υùúûüūůűųս", 'v': "ѵν", 'w': "ԝŵ", 'x': "хχ", 'y': "уýÿγү", 'z': "źżž2",
	} {
		for _, r := range from {
			m[r] = to
		}
	}
	return m
}()

// distance is the number of letters to change, add, drop or swap with their
// neighbour (Damerau's), told exactly up to 2 and as 3 beyond.
func distance(a, b string) int {
	if len(a)-len(b) > 2 || len(b)-len(a) > 2 || len(a) > 40 {
		return 3
	}
	var rows [3][48]int
	for j := range len(b) + 1 {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		two, one, now := &rows[(i+2)%3], &rows[i%3], &rows[(i+1)%3]
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(one[j]+1, now[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], two[j-2]+1)
			}
		}
	}
	return min(rows[(len(a)+1)%3][len(b)], 3)
}
