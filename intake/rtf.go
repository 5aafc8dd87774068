package intake

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// maxRTF is the most that a compressed body unpacks to.
const maxRTF = 16 << 20

// rtfDictionary fills the window before the first byte ([MS-OXRTFCP] §2.1.2.1).
const rtfDictionary = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// unpackRTF undoes the compression of a message's rich text ([MS-OXRTFCP]
// §2.1, LZFu).
func unpackRTF(b []byte) ([]byte, error) {
	bad := errors.New("the rich text is damaged")
	if len(b) < 16 {
		return nil, bad
	}
	switch binary.LittleEndian.Uint32(b[8:]) {
	case 0x414c454d: // MELA: not compressed
		return b[16:], nil
	case 0x75465a4c: // LZFu
	default:
		return nil, bad
	}
	var window [4096]byte
	at := copy(window[:], rtfDictionary)
	var out []byte
	for in := b[16:]; len(in) > 0; {
		flags := in[0]
		in = in[1:]
		for bit := range 8 {
			if flags&(1<<bit) == 0 {
				if len(in) == 0 {
					return out, nil
				}
				out = append(out, in[0])
				window[at%4096] = in[0]
				at, in = at+1, in[1:]
				continue
			}
			if len(in) < 2 {
				return out, nil
			}
			ref := binary.BigEndian.Uint16(in)
			in = in[2:]
			from, n := int(ref>>4), int(ref&0xf)+2
			if from == at%4096 {
				return out, nil // the mark of the end
			}
			for i := range n {
				c := window[(from+i)%4096]
				out = append(out, c)
				window[at%4096] = c
				at++
			}
			if len(out) > maxRTF {
				return nil, bad
			}
		}
	}
	return out, nil
}

// hiddenRTF are the groups whose text nobody sees.
var hiddenRTF = []string{"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "listtable", "listoverridetable", "rsidtbl", "generator", "themedata", "datastore", "xmlnstbl", "latentstyles", "mhtmltag"}

// rtfText is the text of rich text; isHTML says that it was HTML before it was
// put into rich text, and is again ([MS-OXRTFEX] §2.1).
func rtfText(b []byte) (text string, isHTML bool) {
	type state struct{ hidden, tag, noHTML bool }
	head := string(b[:min(len(b), 1024)])
	isHTML = strings.Contains(head, `\fromhtml`)
	now, stack := state{}, []state(nil)
	var out strings.Builder
	skip := 0 // signs that stand for a letter which was written as a number
	put := func(s string) {
		if skip > 0 {
			skip--
			return
		}
		if !now.hidden && (!isHTML || now.tag || !now.noHTML) {
			out.WriteString(s)
		}
	}
	for i := 0; i < len(b); {
		switch c := b[i]; c {
		case '{':
			stack = append(stack, now)
			i++
			if len(stack) > 10_000 {
				return out.String(), isHTML
			}
		case '}':
			if len(stack) > 0 {
				now, stack = stack[len(stack)-1], stack[:len(stack)-1]
			}
			i++
		case '\r', '\n':
			i++
		case '\\':
			word, n, number, literal := rtfWord(b[i:])
			i += n
			switch {
			case literal != "":
				put(literal)
			case word == "*":
				now.hidden = true
			case word == "htmltag":
				now.hidden, now.tag = false, true
			case word == "htmlrtf":
				now.noHTML = number != 0
			case slices.Contains(hiddenRTF, word):
				now.hidden = true
			case word == "par" || word == "line" || word == "row" || word == "sect" || word == "page":
				put("\n")
			case word == "tab" || word == "cell":
				put("\t")
			case word == "u":
				put(string(rune(uint16(number))))
				skip = 1
			}
		default:
			put(string(charmap.Windows1252.DecodeByte(c)))
			i++
		}
	}
	return strings.ToValidUTF8(out.String(), "\ufffd"), isHTML
}

// rtfWord reads what stands after a backslash: a control word with its number
// (1 if it has none), or a letter.
func rtfWord(b []byte) (word string, n, number int, literal string) {
	if len(b) < 2 {
		return "", len(b), 0, ""
	}
	switch c := b[1]; {
	case c == '\'':
		if len(b) >= 4 {
			if v, err := strconv.ParseUint(string(b[2:4]), 16, 8); err == nil {
				return "", 4, 0, string(charmap.Windows1252.DecodeByte(byte(v)))
			}
		}
		return "", 2, 0, ""
	case c == '\\' || c == '{' || c == '}':
		return "", 2, 0, string(c)
	case c == '~':
		return "", 2, 0, " "
	case c == '_':
		return "", 2, 0, "-"
	case c == '\r' || c == '\n':
		return "par", 2, 1, ""
	case c < 'a' || c > 'z':
		return string(c), 2, 1, ""
	}
	end := 1
	for end < len(b) && b[end] >= 'a' && b[end] <= 'z' && end < 33 {
		end++
	}
	word = string(b[1:end])
	start := end
	if end < len(b) && b[end] == '-' {
		end++
	}
	for end < len(b) && b[end] >= '0' && b[end] <= '9' && end-start < 11 {
		end++
	}
	number = 1
	if v, err := strconv.Atoi(string(b[start:end])); err == nil {
		number = v
	}
	if end < len(b) && b[end] == ' ' {
		end++
	}
	return word, end, number, ""
}
