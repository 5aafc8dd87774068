package refer

import (
	"bytes"
	"errors"
	"hash/maphash"
	"io"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// Matcher finds in a text what identifies a victim, and says only which
// pseudonym it was. It keeps no identity: what it looks for lies in it as
// hashes under a key of this process, so that a node may hold one for as long
// as it runs.
//
// Text is compared as people read it: letters in lower case, runs of blanks as
// one; names also with the family name first. Telephone numbers are compared
// by their digits alone, however they are grouped.
type Matcher struct {
	seed    maphash.Seed
	text    finder
	digits  finder
	needles int
}

// The fewest bytes of a needle, which are also what the finder's sieve looks
// at: a single short word would be found everywhere, and so would the end of a
// number.
const (
	leastText   = 5
	leastDigits = 7
)

// NewMatcher returns a matcher that looks for nobody yet.
func NewMatcher() *Matcher {
	seed := maphash.MakeSeed()
	return &Matcher{seed: seed, text: newFinder(seed, leastText), digits: newFinder(seed, leastDigits)}
}

// Add makes the matcher look for these victims too.
func (m *Matcher) Add(victims ...Victim) {
	for _, v := range victims {
		for _, n := range textNeedles(v.Identity) {
			m.text.add(n, v.Pseudonym)
			m.needles++
		}
		if d := phoneNeedle(v.Identity.Phone); d != "" {
			m.digits.add(d, v.Pseudonym)
			m.needles++
		}
	}
}

// Text gives the pseudonym of the first victim found in a text, or nothing.
func (m *Matcher) Text(s string) string {
	hit, _ := m.search(strings.NewReader(s), min(len(s)+utf8.UTFMax, searchSize)) // a string can always be read
	return hit
}

// textNeedles are the forms in which name, e-mail and address are looked
// for. A single short word is left out: it would be found everywhere.
func textNeedles(id fraud.Identity) []string {
	var out []string
	for _, s := range []string{id.Name, id.Email, id.Address} {
		f := fold(s)
		if utf8.RuneCountInString(f) < leastText {
			continue
		}
		out = append(out, f)
		if words := strings.Fields(f); s == id.Name && len(words) > 1 {
			last := words[len(words)-1]
			out = append(out, last+", "+strings.Join(words[:len(words)-1], " "), last+" "+strings.Join(words[:len(words)-1], " "))
		}
	}
	return out
}

// phoneNeedle is the end of a number that every way of writing it shares.
func phoneNeedle(phone string) string {
	d := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	switch {
	case len(d) < leastDigits:
		return ""
	case len(d) == 11 && d[0] == '1':
		return d[1:] // North America: nine digits would be shared by ten area codes
	}
	return d[max(0, len(d)-9):]
}

func fold(s string) string {
	return strings.Join(strings.Fields(strings.Map(unicode.ToLower, s)), " ")
}

// numberBreak stands in the stream of digits where something else stood than
// digits and what people write between them.
const numberBreak = 'x'

// stream folds what it reads into a stream of text and one of digits, and
// looks through both.
func (m *Matcher) stream(r io.Reader) (string, error) { return m.search(r, searchSize) }

// searchSize is how much is read at a time.
const searchSize = 64 << 10

func (m *Matcher) search(r io.Reader, size int) (string, error) {
	raw := make([]byte, size)
	text, digits := newScan(&m.text, len(raw)), newScan(&m.digits, len(raw))
	left, blank := 0, false
	for {
		n, err := r.Read(raw[left:])
		chunk, end := raw[:left+n], err != nil
		left = copyBack(chunk, end)
		whole := chunk[:len(chunk)-left]
		if bytes.IndexByte(whole, 0) >= 0 {
			blank = foldBytes(&text, &digits, whole, blank)
		} else {
			blank = foldInto(&text, &digits, whole, blank)
		}
		copy(raw, chunk[len(chunk)-left:])
		if hit := text.look(); hit != "" {
			return hit, nil
		}
		if hit := digits.look(); hit != "" {
			return hit, nil
		}
		if errors.Is(err, io.EOF) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
	}
}

// foldInto writes a chunk as it is compared. It is called for every byte of
// every exhibit, so it keeps all in local variables.
func foldInto(text, digits *scan, chunk []byte, blank bool) bool {
	t, tn, d, dn := text.buf[:cap(text.buf)], len(text.buf), digits.buf[:cap(digits.buf)], len(digits.buf)
	cut := dn > 0 && d[dn-1] == numberBreak
	for i := 0; i < len(chunk); {
		c := chunk[i]
		kind := byte(0)
		if c < utf8.RuneSelf {
			i++
			if kind = asciiKind[c]; kind&isBlank == 0 {
				t[tn], blank = asciiLower[c], false
				tn++
			} else if !blank {
				t[tn], blank = ' ', true
				tn++
			}
		} else if i+1 == len(chunk) || chunk[i+1]&0xc0 != 0x80 {
			i++ // no letter begins so; no needle holds this byte
			t[tn], blank = 0xff, false
			tn++
		} else {
			r, size := utf8.DecodeRune(chunk[i:])
			i += size
			if r == '\u00a0' || r == '\u2011' {
				kind = isBetween
			}
			if !unicode.IsSpace(r) {
				tn, blank = len(utf8.AppendRune(t[:tn], unicode.ToLower(r))), false
			} else if !blank {
				t[tn], blank = ' ', true
				tn++
			}
		}
		switch {
		case kind&isDigit != 0:
			d[dn], cut = c, false
			dn++
		case kind&isBetween == 0 && !cut:
			d[dn], cut = numberBreak, true
			dn++
		}
	}
	text.buf, digits.buf = t[:tn], d[:dn]
	return blank
}

// foldBytes is foldInto for what is no text, such as the image of a disk: there
// letters outside ASCII are compared as they are written. It has no branches,
// since nothing in such bytes can be foreseen.
func foldBytes(text, digits *scan, chunk []byte, blank bool) bool {
	t, tn, d, dn := text.buf[:cap(text.buf)], len(text.buf), digits.buf[:cap(digits.buf)], len(digits.buf)
	was, cut := 0, 0
	if blank {
		was = 1
	}
	if dn > 0 && d[dn-1] == numberBreak {
		cut = 1
	}
	for _, c := range chunk {
		f := &byteFold[c]
		t[tn] = f.lower
		tn += 1 - f.blank&was
		was = f.blank
		d[dn] = f.digit
		dn += f.counts - f.cuts&cut
		cut = cut&f.keeps | f.cuts
	}
	text.buf, digits.buf = t[:tn], d[:dn]
	return was == 1
}

// byteFold is what one byte means to foldBytes.
var byteFold = func() (out [256]struct {
	lower, digit               byte
	blank, counts, cuts, keeps int
},
) {
	for c := range out {
		f := &out[c]
		f.lower, f.digit, f.counts, f.cuts = byte(c), numberBreak, 1, 1
		if c >= utf8.RuneSelf {
			continue
		}
		f.lower = asciiLower[c]
		if asciiKind[c]&isBlank != 0 {
			f.lower, f.blank = ' ', 1
		}
		switch {
		case asciiKind[c]&isDigit != 0:
			f.digit, f.cuts = byte(c), 0
		case asciiKind[c]&isBetween != 0:
			f.counts, f.cuts, f.keeps = 0, 0, 1
		}
	}
	return out
}()

// copyBack is how many bytes at the end of a chunk are the beginning of a
// letter whose rest comes with the next.
func copyBack(chunk []byte, end bool) int {
	for k := 1; !end && k < utf8.UTFMax && k <= len(chunk); k++ {
		if at := len(chunk) - k; utf8.RuneStart(chunk[at]) {
			if utf8.FullRune(chunk[at:]) {
				return 0
			}
			return k
		}
	}
	return 0
}

const (
	isDigit = 1 << iota
	isBlank
	isBetween // stands between the digits of a number: passed over, while anything else ends the number
)

var asciiKind, asciiLower = func() (kind, lower [utf8.RuneSelf]byte) {
	for c := range kind {
		lower[c] = byte(unicode.ToLower(rune(c)))
		if c >= '0' && c <= '9' {
			kind[c] |= isDigit
		}
		if unicode.IsSpace(rune(c)) {
			kind[c] |= isBlank
		}
		if strings.ContainsRune(" -./()", rune(c)) {
			kind[c] |= isBetween
		}
	}
	return kind, lower
}()

// finder is a set of strings to look for, each at least least bytes long. A
// sieve of bits over the hashes of their last bytes lets nearly all of a text
// pass; the rest is compared by hash.
type finder struct {
	seed   maphash.Seed
	least  int
	sieve  []uint64
	ends   map[uint64][]needle // by window
	most   int                 // bytes of the longest
	filled int
}

type needle struct {
	size int
	hash uint64
	who  string
}

func newFinder(seed maphash.Seed, least int) finder {
	return finder{seed: seed, least: least, sieve: make([]uint64, 1<<8), ends: map[uint64][]needle{}}
}

// slot spreads a window over the sieve (Knuth's multiplicative hashing, TAOCP
// 3 §6.4).
func (f *finder) slot(window uint64) uint64 {
	return window * 0x9e3779b97f4a7c15 >> (64 - 6 - bits.TrailingZeros(uint(len(f.sieve))))
}

// window is the last bytes of a string as a number.
func (f *finder) window(b []byte) uint64 {
	var w uint64
	for _, c := range b[len(b)-f.least:] {
		w = w<<8 | uint64(c)
	}
	return w
}

func (f *finder) add(s, who string) {
	if len(s) < f.least {
		return
	}
	w := f.window([]byte(s))
	n := needle{len(s), maphash.String(f.seed, s), who}
	if slices.ContainsFunc(f.ends[w], func(x needle) bool { return x.size == n.size && x.hash == n.hash }) {
		return
	}
	f.ends[w] = append(f.ends[w], n)
	f.most = max(f.most, len(s))
	// One bit in thirty-two is set at most, so that the sieve stays one.
	if f.filled++; f.filled*32 > len(f.sieve)*64 {
		f.sieve = make([]uint64, 4*len(f.sieve))
		for w := range f.ends {
			f.mark(w)
		}
	}
	f.mark(w)
}

func (f *finder) mark(w uint64) {
	at := f.slot(w)
	f.sieve[at>>6] |= 1 << (at & 63)
}

// scan is one stream that is looked through.
type scan struct {
	f   *finder
	buf []byte
	old int // bytes of buf that were looked through, kept for what began in them
}

// newScan has room for what a chunk may become: a letter of two bytes may
// have three in lower case.
func newScan(f *finder, chunk int) scan { return scan{f: f, buf: make([]byte, 0, f.most+2*chunk)} }

// look goes through what is new and gives who was found.
func (s *scan) look() string {
	f := s.f
	mask := ^uint64(0) >> (64 - 8*f.least)
	sieve, shift := f.sieve, 64-6-bits.TrailingZeros(uint(len(f.sieve)))
	var w uint64
	start := max(0, s.old-f.least+1)
	for i := start; i < len(s.buf); i++ {
		w = (w<<8 | uint64(s.buf[i])) & mask
		at := w * 0x9e3779b97f4a7c15 >> shift
		if sieve[at>>6]>>(at&63)&1 == 0 || i-start+1 < f.least {
			continue
		}
		for _, n := range f.ends[w] {
			if from := i + 1 - n.size; from >= 0 && maphash.Bytes(f.seed, s.buf[from:i+1]) == n.hash {
				return n.who
			}
		}
	}
	keep := min(len(s.buf), max(f.most, 1))
	s.buf = append(s.buf[:0], s.buf[len(s.buf)-keep:]...)
	s.old = keep
	return ""
}
