package refer

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// checkIdentities is rule 5: the strings that identify a victim are looked
// for in every file that is not the sealed annex, exhibits too.
func checkIdentities(b *builder) verdict {
	if b.doc.Annex.Victims > 0 && len(b.m.To.Recipients) == 0 {
		return fails("annex", "The agency has given no key to seal the annex to.")
	}
	s := newScanner(b.m.Victims)
	names := make([]string, 0, len(b.files))
	for name := range b.files {
		if !b.doc.annexed(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		hit, err := s.file(name, b.open[name])
		if err != nil {
			return fails("file "+name, "The file could not be scanned for victims' identities.")
		}
		if hit != "" {
			return fails("file "+name, "Something that identifies victim %s stands in the file.", hit)
		}
	}
	doc, err := encode(b.doc)
	if err != nil {
		return fails("file "+referralName, "The file could not be written.")
	}
	if hit, err := s.file(referralName, openBytes(doc)); err != nil || hit != "" {
		return fails("file "+referralName, "Something that identifies victim %s stands in the file.", hit)
	}
	return holds("%d strings that identify victims were looked for in %d files and stand in none; the annex is sealed to %d keys of the agency.",
		s.needles, len(names)+1, len(b.m.To.Recipients))
}

// FindIdentity looks through a file for what identifies one of these victims
// and gives the pseudonym of the first it finds, or nothing. A node asks it
// before an exhibit leaves.
func FindIdentity(victims []Victim, name string, open func() (io.ReadCloser, error)) (pseudonym string, err error) {
	hit, err := newScanner(victims).file(name, open)
	if err != nil {
		return "", fmt.Errorf("look for victims' identities in %s: %w", name, err)
	}
	return hit, nil
}

// scanner finds any of many strings in a stream, by Aho-Corasick over text
// that is folded: letters to lower case, runs of blanks to one. Telephone
// numbers are looked for apart, over the digits alone.
type scanner struct {
	text    *automaton
	digits  *automaton
	needles int
}

func newScanner(victims []Victim) *scanner {
	text, digits := newAutomaton(), newAutomaton()
	s := &scanner{text: text, digits: digits}
	for _, v := range victims {
		for _, n := range textNeedles(v.Identity) {
			text.add(n, v.Pseudonym)
			s.needles++
		}
		if d := phoneNeedle(v.Identity.Phone); d != "" {
			digits.add(d, v.Pseudonym)
			s.needles++
		}
	}
	text.build()
	digits.build()
	return s
}

// textNeedles are the forms in which name, e-mail and address are looked
// for. A single short word is left out: it would be found everywhere.
func textNeedles(id fraud.Identity) []string {
	var out []string
	for _, s := range []string{id.Name, id.Email, id.Address} {
		f := fold(s)
		if utf8.RuneCountInString(f) < 5 {
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
	case len(d) < 7:
		return ""
	case len(d) == 11 && d[0] == '1':
		return d[1:] // North America: nine digits would be shared by ten area codes
	}
	return d[max(0, len(d)-9):]
}

func fold(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// file scans one file and gives the pseudonym of the first victim found.
func (s *scanner) file(name string, open opener) (string, error) {
	if s.needles == 0 {
		return "", nil
	}
	r, err := open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	if strings.HasSuffix(name, ".html") {
		b, err := readMost(r, name, 256<<20)
		if err != nil {
			return "", err
		}
		if hit, err := s.stream(bytes.NewReader(b)); hit != "" || err != nil {
			return hit, err
		}
		return s.stream(strings.NewReader(html.UnescapeString(string(b))))
	}
	return s.stream(r)
}

func (s *scanner) stream(r io.Reader) (string, error) {
	buf := make([]byte, 64<<10)
	var carry int
	text, digits := 0, 0
	blank := false
	for {
		n, err := r.Read(buf[carry:])
		chunk := buf[:carry+n]
		last := err != nil
		for len(chunk) > 0 && (last || utf8.FullRune(chunk)) {
			c, size := utf8.DecodeRune(chunk)
			chunk = chunk[size:]
			if hit := s.digit(&digits, c); hit != "" {
				return hit, nil
			}
			if unicode.IsSpace(c) {
				if blank {
					continue
				}
				blank, c = true, ' '
			} else {
				blank, c = false, unicode.ToLower(c)
			}
			for _, by := range []byte(string(c)) {
				text = s.text.step(text, by)
			}
			if hit := s.text.hit[text]; hit != "" {
				return hit, nil
			}
		}
		carry = copy(buf, chunk)
		if errors.Is(err, io.EOF) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
	}
}

// digit feeds the automaton of numbers: what people write between digits is
// passed over, anything else ends the number.
func (s *scanner) digit(state *int, c rune) string {
	switch {
	case c >= '0' && c <= '9':
		*state = s.digits.step(*state, byte(c))
	case strings.ContainsRune(" -./()\u00a0\u2011", c):
	default:
		*state = 0
	}
	return s.digits.hit[*state]
}

// automaton is Aho-Corasick over bytes (Aho and Corasick, CACM 18(6), 1975).
type automaton struct {
	next []map[byte]int
	fail []int
	hit  []string
}

func newAutomaton() *automaton {
	return &automaton{next: []map[byte]int{{}}, fail: []int{0}, hit: []string{""}}
}

func (a *automaton) add(needle, who string) {
	at := 0
	for i := range len(needle) {
		to, ok := a.next[at][needle[i]]
		if !ok {
			to = len(a.next)
			a.next[at][needle[i]] = to
			a.next, a.fail, a.hit = append(a.next, map[byte]int{}), append(a.fail, 0), append(a.hit, "")
		}
		at = to
	}
	a.hit[at] = who
}

func (a *automaton) build() {
	queue := []int{}
	for _, to := range a.next[0] {
		queue = append(queue, to)
	}
	slices.Sort(queue)
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for c, to := range a.next[at] {
			f := a.fail[at]
			for f != 0 && !has(a.next[f], c) {
				f = a.fail[f]
			}
			if n, ok := a.next[f][c]; ok && n != to {
				f = n
			}
			a.fail[to] = f
			if a.hit[to] == "" {
				a.hit[to] = a.hit[f]
			}
			queue = append(queue, to)
		}
	}
}

func has(m map[byte]int, c byte) bool { _, ok := m[c]; return ok }

func (a *automaton) step(at int, c byte) int {
	for {
		if to, ok := a.next[at][c]; ok {
			return to
		}
		if at == 0 {
			return 0
		}
		at = a.fail[at]
	}
}
