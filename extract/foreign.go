package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// foreignParts finds the pieces of a fraudster's text that are not his: a
// quoted thread of somebody's real mail under the message, and what a long
// spacer pushes out of sight. Both are pasted in to confuse filters, and the
// numbers in them belong to people who have nothing to do with it. So many
// words must stand above a thread.
func foreignParts(text string, above int) []part {
	var parts []part
	words, blanks, lineStart := 0, 0, 0
	inWord := false
	for i := 0; i < len(text); {
		if plainInWord[text[i]] && blanks < longSpacer { // most bytes by far
			if !inWord {
				words++
				inWord = true
			}
			for blanks = 0; i < len(text) && plainInWord[text[i]]; i++ {
				// on to the word's end
			}
			continue
		}
		if text[i] == ' ' {
			blanks++
			inWord = false
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\n':
			blanks++
			inWord = false
			lineStart = i + n
			if words >= above && threadBegins(text[lineStart:]) {
				return append(parts, part{lineStart, len(text), fraud.RoleBystander, "stands in a thread quoted under the message"})
			}
		case unicode.IsSpace(r) || invisible(r):
			blanks++
			inWord = false
		case (r == '>' || r == '|') && i == lineStart && words >= above:
			end := strings.IndexByte(text[i:], '\n')
			if end < 0 {
				end = len(text) - i
			}
			parts = append(parts, part{i, i + end, fraud.RoleBystander, "stands in a thread quoted under the message"})
			i += end
			continue
		default:
			if blanks >= longSpacer && words >= mainWords {
				return append(parts, part{i, len(text), fraud.RoleBystander, "stands far below the message, behind a long spacer"})
			}
			if r != '.' && r != '-' {
				blanks = 0
			}
			if !inWord {
				words++
			}
			inWord = true
		}
		i += n
	}
	return parts
}

// plainInWord are the bytes of ASCII that are neither blank nor what a line of
// somebody else's may begin with, nor what a spacer may be made of.
var plainInWord = func() (t [256]bool) {
	for c := byte('!'); c < 0x7F; c++ {
		t[c] = c != '>' && c != '|' && c != '.' && c != '-'
	}
	return t
}()

// threadBegins says whether a quoted mail's head begins the text: "From:"
// with "To:" or "Sent:" under it, "On … wrote:", "Original Message".
func threadBegins(text string) bool {
	if !threadMay(text) {
		return false
	}
	line, rest, _ := strings.Cut(text, "\n")
	line = strings.TrimSpace(line)
	low := strings.ToLower(strings.TrimLeft(line, "-_*> "))
	switch {
	case line == "" || len(line) > 400:
		return false
	case strings.HasPrefix(low, "original message"), strings.HasPrefix(low, "ursprüngliche nachricht"), strings.HasPrefix(low, "mensaje original"), strings.HasPrefix(low, "message d'origine"):
		return true
	case strings.HasPrefix(low, "on ") && strings.HasSuffix(low, "wrote:"), strings.HasPrefix(low, "am ") && strings.HasSuffix(low, "schrieb:"), strings.HasPrefix(low, "le ") && strings.HasSuffix(low, "a écrit :"), strings.HasPrefix(low, "el ") && strings.HasSuffix(low, "escribió:"):
		return true
	case strings.HasPrefix(low, "from:"), strings.HasPrefix(low, "von:"), strings.HasPrefix(low, "de:"):
		seen := 0
		for range 5 {
			var next string
			next, rest, _ = strings.Cut(rest, "\n")
			next = strings.ToLower(strings.TrimLeft(next, " *>\t"))
			for _, key := range []string{"sent:", "to:", "subject:", "date:", "cc:", "gesendet:", "an:", "betreff:", "para:", "asunto:", "enviado:", "envoyé", "objet", "à:"} {
				if strings.HasPrefix(next, key) {
					seen++
				}
			}
		}
		return seen >= 2
	}
	return false
}

// threadMay says whether a line begins with letters that some mail program's
// head begins with: nearly none does. What is not ASCII may.
func threadMay(text string) bool {
	for i := 0; i+1 < len(text); i++ {
		switch a, b := lower(text[i]), lower(text[i+1]); {
		case a >= utf8.RuneSelf || b >= utf8.RuneSelf:
			return true
		case a == '\n':
			return false
		case a == ' ' || a == '\t' || a == '\v' || a == '\f' || a == '\r' || a == '-' || a == '_' || a == '*' || a == '>':
		case a == 'o':
			return b == 'r' || b == 'n'
		case a == 'm':
			return b == 'e'
		case a == 'a':
			return b == 'm'
		case a == 'l' || a == 'd':
			return b == 'e'
		case a == 'e':
			return b == 'l'
		case a == 'f':
			return b == 'r'
		case a == 'v':
			return b == 'o'
		case a == 'u':
			return b == 'r'
		default:
			return false
		}
	}
	return false
}
