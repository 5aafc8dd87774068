package extract

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// foldName brings a name into one form: lower case, marks off Latin letters,
// punctuation to blanks, blanks folded, a title at the front taken off.
func foldName(raw string) string {
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
	name := norm.NFC.String(strings.TrimSpace(out.String()))
	for _, title := range []string{"mr ", "mrs ", "ms ", "miss ", "dr ", "sir ", "mister ", "herr ", "frau ", "monsieur ", "madame ", "senor ", "senora ", "sr ", "agent ", "officer "} {
		if rest, found := strings.CutPrefix(name, title); found && rest != "" {
			return rest
		}
	}
	return name
}

// canonicalName is the form of person_alias.
func canonicalName(raw string) (string, bool, bool) {
	name := foldName(raw)
	return name, true, len(name) > 1
}
