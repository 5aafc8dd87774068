package stix

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// Comparison is one test of a pattern that says that a value is there: path
// and value of "type:path = 'value'", or of each member of an IN. Tests that
// are negated, or that match by wildcard, expression or range, name no
// value and are left out.
type Comparison struct {
	Type  string // "phone-number"
	Path  string // "value", "hashes.'SHA-256'", "dst_ref.value"
	Value string
}

// ParsePattern reads a STIX pattern (STIX 2.1 §9) and gives the values that
// it says are there. The error wraps fraud.ErrInvalid and names the byte.
func ParsePattern(pattern string) ([]Comparison, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("pattern of %d bytes, the most is %d: %w", len(pattern), maxPattern, fraud.ErrInvalid)
	}
	toks, err := lex(pattern)
	if err != nil {
		return nil, err
	}
	p := &parser{toks: toks}
	if err := p.observations(0); err != nil {
		return nil, err
	}
	if p.peek().kind != tokEnd {
		return nil, p.wrong("the end")
	}
	return p.found, nil
}

const (
	maxPattern = 1 << 20
	maxDepth   = 64
)

type tokKind int

const (
	tokEnd tokKind = iota
	tokWord
	tokString
	tokInt
	tokFloat
	tokHex
	tokBinary
	tokTime
	tokMark // punctuation and operators
)

type token struct {
	kind tokKind
	text string
	at   int
}

// lex splits a pattern into tokens (STIX 2.1 §9.3, §9.4; grammar of
// STIXPattern.g4).
func lex(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		at, c := i, s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v':
			i++
			continue
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != '\u00a0' && r != '\u3000' && (r < '\u2000' || r > '\u200a') {
				return nil, fmt.Errorf("pattern has a foreign character at byte %d: %w", at, fraud.ErrInvalid)
			}
			i += n
			continue
		case c == '\'':
			text, n, err := lexString(s[i:], at)
			if err != nil {
				return nil, err
			}
			out, i = append(out, token{tokString, text, at}), i+n
		case (c == 't' || c == 'h' || c == 'b') && i+1 < len(s) && s[i+1] == '\'':
			text, n, err := lexString(s[i+1:], at)
			if err != nil {
				return nil, err
			}
			kind, err := typed(c, text, at)
			if err != nil {
				return nil, err
			}
			out, i = append(out, token{kind, text, at}), i+1+n
		case c >= '0' && c <= '9', (c == '-' || c == '+') && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
			kind, n := lexNumber(s[i:])
			out, i = append(out, token{kind, s[i : i+n], at}), i+n
		case letter(c):
			n := 1
			for i+n < len(s) && (letter(s[i+n]) || s[i+n] >= '0' && s[i+n] <= '9' || s[i+n] == '-') {
				n++
			}
			out, i = append(out, token{tokWord, s[i : i+n], at}), i+n
		default:
			n := 1
			if i+1 < len(s) && slices.Contains([]string{"==", "!=", "<>", "<=", ">="}, s[i:i+2]) {
				n = 2
			}
			if !strings.Contains("[]()=<>:.,*", s[i:i+1]) && n == 1 {
				return nil, fmt.Errorf("pattern has %q at byte %d: %w", c, at, fraud.ErrInvalid)
			}
			out, i = append(out, token{tokMark, s[i : i+n], at}), i+n
		}
	}
	return append(out, token{tokEnd, "", len(s)}), nil
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

func lexString(s string, at int) (text string, n int, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '\\' || s[i+1] == '\''):
			i++
			b.WriteByte(s[i])
		case s[i] == '\'':
			return b.String(), i + 1, nil
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, fmt.Errorf("pattern has a string without end at byte %d: %w", at, fraud.ErrInvalid)
}

func lexNumber(s string) (tokKind, int) {
	n, kind := 1, tokInt
	for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == '.') {
		if s[n] == '.' {
			if kind == tokFloat {
				break
			}
			kind = tokFloat
		}
		n++
	}
	return kind, n
}

// typed checks a literal with a prefix: t'…' a time, h'…' hex, b'…' base64.
func typed(prefix byte, text string, at int) (tokKind, error) {
	var err error
	kind := tokTime
	switch prefix {
	case 't':
		_, err = time.Parse(time.RFC3339Nano, text)
	case 'h':
		kind = tokHex
		_, err = hex.DecodeString(text)
	case 'b':
		kind = tokBinary
		_, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil {
		return kind, fmt.Errorf("pattern has a broken literal at byte %d: %w", at, fraud.ErrInvalid)
	}
	return kind, nil
}

// parser is recursive descent over the grammar of STIX 2.1 §9.
type parser struct {
	toks  []token
	i     int
	found []Comparison
}

func (p *parser) peek() token { return p.toks[p.i] }

func (p *parser) take() token {
	t := p.toks[p.i]
	if t.kind != tokEnd {
		p.i++
	}
	return t
}

func (p *parser) is(kind tokKind, text string) bool {
	t := p.peek()
	return t.kind == kind && t.text == text
}

// accept takes a token if it is next.
func (p *parser) accept(kind tokKind, text string) bool {
	if p.is(kind, text) {
		p.i++
		return true
	}
	return false
}

func (p *parser) wrong(want string) error {
	return fmt.Errorf("pattern lacks %s at byte %d: %w", want, p.peek().at, fraud.ErrInvalid)
}

func (p *parser) expect(kind tokKind, text string) error {
	if !p.accept(kind, text) {
		return p.wrong(text)
	}
	return nil
}

// observations is a list of observation expressions joined by AND, OR and
// FOLLOWEDBY. How they bind does not matter for the values in them.
func (p *parser) observations(depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("pattern is nested deeper than %d: %w", maxDepth, fraud.ErrInvalid)
	}
	for {
		if err := p.observation(depth); err != nil {
			return err
		}
		if !p.accept(tokWord, "AND") && !p.accept(tokWord, "OR") && !p.accept(tokWord, "FOLLOWEDBY") {
			return nil
		}
	}
}

func (p *parser) observation(depth int) error {
	plain := p.is(tokMark, "[")
	switch {
	case p.accept(tokMark, "["):
		if err := p.comparisons(depth + 1); err != nil {
			return err
		}
		if err := p.expect(tokMark, "]"); err != nil {
			return err
		}
	case p.accept(tokMark, "("):
		if err := p.observations(depth + 1); err != nil {
			return err
		}
		if err := p.expect(tokMark, ")"); err != nil {
			return err
		}
	default:
		return p.wrong("an observation in square brackets")
	}
	return p.qualifiers(plain)
}

// qualifiers are WITHIN, REPEATS and START … STOP, each at most once on one
// observation (STIX 2.1 §9.5); after a bracket OASIS's own validator takes
// them repeated, and so do we.
func (p *parser) qualifiers(once bool) error {
	seen := map[string]bool{}
	for {
		t := p.peek()
		if t.kind != tokWord || !slices.Contains([]string{"WITHIN", "REPEATS", "START"}, t.text) {
			return nil
		}
		if once && seen[t.text] {
			return fmt.Errorf("pattern has %s twice at byte %d: %w", t.text, t.at, fraud.ErrInvalid)
		}
		seen[t.text] = true
		p.take()
		n := p.take()
		switch {
		case t.text == "START":
			stop := p.accept(tokWord, "STOP")
			end := p.take()
			if !stop || (n.kind != tokTime && n.kind != tokString) || end.kind != n.kind {
				return p.wrong("START t'…' STOP t'…'")
			}
		case n.text[:min(1, len(n.text))] == "-" || (n.kind != tokInt && (n.kind != tokFloat || t.text == "REPEATS")):
			return p.wrong("a positive number")
		case t.text == "WITHIN" && !p.accept(tokWord, "SECONDS"), t.text == "REPEATS" && !p.accept(tokWord, "TIMES"):
			return p.wrong("SECONDS or TIMES")
		}
	}
}

func (p *parser) comparisons(depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("pattern is nested deeper than %d: %w", maxDepth, fraud.ErrInvalid)
	}
	for {
		if p.accept(tokMark, "(") {
			if err := p.comparisons(depth + 1); err != nil {
				return err
			}
			if err := p.expect(tokMark, ")"); err != nil {
				return err
			}
		} else if err := p.comparison(); err != nil {
			return err
		}
		if !p.accept(tokWord, "AND") && !p.accept(tokWord, "OR") {
			return nil
		}
	}
}

// comparison is one test of a property.
func (p *parser) comparison() error {
	if p.accept(tokWord, "EXISTS") {
		_, _, err := p.path()
		return err
	}
	kind, path, err := p.path()
	if err != nil {
		return err
	}
	not := p.accept(tokWord, "NOT")
	op := p.take()
	var values []token
	switch {
	case op.kind == tokMark && slices.Contains([]string{"=", "==", "!=", "<>", "<", "<=", ">", ">="}, op.text):
		v := p.take()
		if !literal(v) {
			return fmt.Errorf("pattern lacks a value at byte %d: %w", v.at, fraud.ErrInvalid)
		}
		values = []token{v}
	case op.kind == tokWord && op.text == "IN":
		if values, err = p.set(); err != nil {
			return err
		}
	case op.kind == tokWord && slices.Contains([]string{"LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"}, op.text):
		if p.take().kind != tokString {
			return fmt.Errorf("pattern lacks a string at byte %d: %w", op.at, fraud.ErrInvalid)
		}
		return nil
	default:
		return fmt.Errorf("pattern lacks an operator at byte %d: %w", op.at, fraud.ErrInvalid)
	}
	if not || (op.text != "=" && op.text != "==" && op.text != "IN") {
		return nil
	}
	for _, v := range values {
		if err := checkHash(path, v); err != nil {
			return err
		}
		p.found = append(p.found, Comparison{kind, path, v.text})
	}
	return nil
}

func literal(t token) bool {
	switch t.kind {
	case tokString, tokInt, tokFloat, tokHex, tokBinary, tokTime:
		return true
	case tokWord:
		return t.text == "true" || t.text == "false"
	}
	return false
}

func (p *parser) set() ([]token, error) {
	if err := p.expect(tokMark, "("); err != nil {
		return nil, err
	}
	var out []token
	if p.accept(tokMark, ")") {
		return nil, nil
	}
	for {
		v := p.take()
		if !literal(v) {
			return nil, fmt.Errorf("pattern lacks a value at byte %d: %w", v.at, fraud.ErrInvalid)
		}
		out = append(out, v)
		if p.accept(tokMark, ",") {
			continue
		}
		return out, p.expect(tokMark, ")")
	}
}

// path reads "type:component.component[0]".
func (p *parser) path() (kind, path string, err error) {
	t := p.take()
	if t.kind != tokWord {
		return "", "", fmt.Errorf("pattern lacks an object path at byte %d: %w", t.at, fraud.ErrInvalid)
	}
	if err := p.expect(tokMark, ":"); err != nil {
		return "", "", err
	}
	var b strings.Builder
	for {
		c := p.take()
		switch c.kind {
		case tokWord:
			b.WriteString(c.text)
		case tokString:
			b.WriteString("'" + c.text + "'")
		default:
			return "", "", fmt.Errorf("pattern lacks a property at byte %d: %w", c.at, fraud.ErrInvalid)
		}
		for p.accept(tokMark, "[") {
			i := p.take()
			if i.kind != tokInt && i.text != "*" {
				return "", "", fmt.Errorf("pattern lacks an index at byte %d: %w", i.at, fraud.ErrInvalid)
			}
			if err := p.expect(tokMark, "]"); err != nil {
				return "", "", err
			}
			b.WriteString("[" + i.text + "]")
		}
		if !p.accept(tokMark, ".") {
			return t.text, b.String(), nil
		}
		b.WriteByte('.')
	}
}

var hashLength = map[string]int{"MD5": 32, "SHA-1": 40, "SHA1": 40, "SHA-256": 64, "SHA256": 64, "SHA-512": 128, "SHA512": 128}

// checkHash refuses a value that cannot be a hash of the named kind.
func checkHash(path string, v token) error {
	name, ok := strings.CutPrefix(path, "hashes.")
	if !ok {
		return nil
	}
	want, known := hashLength[strings.ToUpper(strings.Trim(name, "'"))]
	if _, err := hex.DecodeString(v.text); known && (err != nil || len(v.text) != want) {
		return fmt.Errorf("pattern has no %s at byte %d: %w", strings.Trim(name, "'"), v.at, fraud.ErrInvalid)
	}
	return nil
}
