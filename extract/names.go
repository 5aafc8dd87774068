package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foldName brings a name into one form: lower case, marks off Latin letters,
// punctuation to blanks, blanks folded, a title at the front taken off.
func foldName(raw string) string {
	name, ascii := foldPlainName(raw)
	if !ascii {
		name = foldAnyName(raw)
	}
	for _, title := range titles {
		if rest, found := strings.CutPrefix(name, title); found && rest != "" {
			return rest
		}
	}
	return name
}

// titles stand before names and are no part of them.
var titles = []string{"mr ", "mrs ", "ms ", "miss ", "dr ", "sir ", "mister ", "herr ", "frau ", "monsieur ", "madame ", "senor ", "senora ", "sr ", "sra ", "agent ", "officer ", "attorney ", "maitre ", "mme ", "mlle ", "don ", "dona ", "shri ", "smt "}

// foldPlainName folds a name in ASCII, as most are.
func foldPlainName(raw string) (name string, ascii bool) {
	var room [64]byte
	if len(raw) > len(room) {
		return "", false
	}
	out := room[:0]
	for i := range len(raw) {
		switch c := raw[i]; {
		case c >= utf8.RuneSelf:
			return "", false
		case isAlnum(c):
			out = append(out, lower(c))
		case c != '\'' && len(out) > 0 && out[len(out)-1] != ' ':
			out = append(out, ' ')
		}
	}
	if n := len(out); n > 0 && out[n-1] == ' ' {
		out = out[:n-1]
	}
	if string(out) == raw {
		return raw, true
	}
	return string(out), true
}

// foldAnyName folds a name in any script.
func foldAnyName(raw string) string {
	var out strings.Builder
	blank := true
	latin := false
	for _, r := range norm.NFKD.String(raw) {
		switch {
		case unicode.Is(unicode.Mn, r) && latin:
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			latin = unicode.Is(unicode.Latin, r)
			out.WriteRune(unicode.ToLower(r))
			blank = false
		case r == '\'' || r == '’':
		default:
			if !blank {
				out.WriteByte(' ')
			}
			blank = true
		}
	}
	return norm.NFC.String(strings.TrimSpace(out.String()))
}

// canonicalName is the form of person_alias.
func canonicalName(raw string) (string, bool, bool) {
	name := foldName(raw)
	return name, true, len(name) > 1
}
