package extract

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// maxConstant is the longest text that a script is followed in putting together:
// a page's dialogue is no longer, and joining stays linear.
const maxConstant = 1 << 12

// script keeps the string constants of a script, and calls of analytics.
func (p *page) script(s string) {
	if p.held > maxScriptStrings {
		return
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"', '\'', '`':
			value, end := constant(s, i)
			if end-i > 4 {
				p.keep(phoneName(s[:i]) + undone(s[:i], value))
			}
			i = max(i, min(end, len(s)-1))
		case '/':
			if i+1 < len(s) && s[i+1] == '*' {
				if end := strings.Index(s[i:], "*/"); end > 0 {
					i += end + 1
				}
			}
		}
	}
	p.charCodes(s)
	for _, call := range []string{"fbq", "clicky", "Histats", "_gaq", "gtag"} {
		if at := strings.Index(s, call); at >= 0 {
			p.keep(strings.ReplaceAll(s[at:min(len(s), at+160)], "\n", " "))
		}
	}
}

// undone is a constant as the call that it is handed to makes it readable: pages
// that lock a browser hide their text from scanners by atob (base64) and by
// unescape (percent signs). What is before ends where the constant begins.
func undone(before, value string) string {
	before = strings.TrimRight(before[max(0, len(before)-maxCall):], " \t")
	switch {
	case strings.HasSuffix(before, "atob("):
		if b, err := base64.StdEncoding.DecodeString(value); err == nil {
			return validText(string(b))
		}
	case strings.HasSuffix(before, "unescape(") || strings.HasSuffix(before, "decodeURIComponent(") || strings.HasSuffix(before, "decodeURI("):
		if text, err := url.PathUnescape(value); err == nil {
			return validText(text)
		}
	}
	return value
}

// maxCall is how far before a constant the name of the call stands that is
// handed it, blanks counted.
const maxCall = 32

// charCodes keeps what a script spells out by the codes of its letters:
// String.fromCharCode(56, 54, 54).
func (p *page) charCodes(s string) {
	const call = "fromCharCode("
	for {
		at := strings.Index(s, call)
		if at < 0 || p.held > maxScriptStrings {
			return
		}
		s = s[at+len(call):]
		codes, _, closed := strings.Cut(s[:min(len(s), maxConstant)], ")")
		if !closed {
			continue
		}
		var out strings.Builder
		for code := range strings.SplitSeq(codes, ",") {
			r, digits := rune(0), 0
			for _, c := range strings.TrimSpace(code) {
				if c < '0' || c > '9' || digits > 6 {
					digits = 0
					break
				}
				r, digits = r*10+c-'0', digits+1
			}
			if digits == 0 {
				break
			}
			out.WriteRune(r)
		}
		if out.Len() > 4 {
			p.keep(out.String())
		}
	}
}

// constant is the string constant that begins at byte i of a script, with those
// that are added to it: 'Call ' + '1-844' + '-555'. end is its last quote; what
// is not closed in its line is empty.
func constant(s string, i int) (value string, end int) {
	for {
		c := s[i]
		end = i + 1
		for end < len(s) && s[end] != c && s[end] != '\n' {
			if s[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(s) || s[end] != c {
			return value, end
		}
		value += unquote(s[i+1 : end])
		next := strings.TrimLeft(s[end+1:], " \t\r\n")
		rest, added := strings.CutPrefix(next, "+")
		if !added || len(value) > maxConstant {
			return value, end
		}
		rest = strings.TrimLeft(rest, " \t\r\n")
		if rest == "" || rest[0] != '"' && rest[0] != '\'' && rest[0] != '`' {
			return value, end
		}
		i = len(s) - len(rest)
	}
}

// phoneName is "phone: " where the name that a script or an attribute gives a
// value says that it is a phone's number, so that bare digits are read as one.
func phoneName(before string) string {
	end := len(strings.TrimRight(before, " \t=:(+"))
	start := end
	for start > 0 && (isAlnum(before[start-1]) || before[start-1] == '_' || before[start-1] == '-' || before[start-1] == '$') && end-start < 40 {
		start--
	}
	name := strings.ToLower(before[start:end])
	for _, word := range [...]string{"phone", "tel", "tfn", "callnow", "helpline", "hotline", "mobile"} {
		if end < len(before) && strings.Contains(name, word) {
			return "phone: "
		}
	}
	return ""
}

// unquote undoes JavaScript's \xNN, \uNNNN and \n within a string constant.
func unquote(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'r', 't':
			out.WriteByte(' ')
		case 'x', 'u':
			n := 2
			if s[i] == 'u' {
				n = 4
			}
			v, digits := 0, 0
			for k := i + 1; k < len(s) && digits < n && isHex(s[k]); k++ {
				v = v*16 + strings.IndexByte("0123456789abcdef", lower(s[k]))
				digits++
			}
			if digits == n {
				out.WriteRune(rune(v))
				i += n
			}
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}
