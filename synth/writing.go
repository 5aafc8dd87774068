package synth

import (
	"fmt"
	"strconv"
	"strings"
)

// typo changes a digit now and then, as people who copy numbers do.
func (w *writer) typo(number uint64) uint64 {
	if !w.d.chance(w.c.sc.Writing.Typo) {
		return number
	}
	s := []byte(strconv.FormatUint(number, 10))
	s[len(s)-1-w.d.IntN(2)] = byte('0' + w.d.IntN(10))
	n, err := strconv.ParseUint(string(s), 10, 64)
	if err != nil {
		return number
	}
	return n
}

var spokenDigits = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// written is one of the ways in which people write a phone number.
func (w *writer) written(n uint64) string {
	s := strconv.FormatUint(n, 10)
	if s[0] != '1' {
		return w.writtenAbroad(s)
	}
	a, b, c := s[1:4], s[4:7], s[7:]
	if w.d.chance(w.c.sc.Writing.OddNumber) {
		return w.oddly(a, b, c)
	}
	switch w.d.IntN(9) {
	case 0:
		return fmt.Sprintf("+1 (%s) %s-%s", a, b, c)
	case 1:
		return fmt.Sprintf("(%s) %s-%s", a, b, c)
	case 2:
		return a + "-" + b + "-" + c
	case 3:
		return a + "." + b + "." + c
	case 4:
		return "1-" + a + "-" + b + "-" + c
	case 5:
		return a + " " + b + " " + c
	case 6:
		return a + b + c
	case 7:
		return "+1" + a + b + c
	}
	return "+1 " + a + " " + b + " " + c
}

func (w *writer) writtenAbroad(s string) string {
	cc, national := s[:2], s[2:]
	switch w.d.IntN(4) {
	case 0:
		return "+" + s
	case 1:
		return "+" + cc + " " + national[:3] + " " + national[3:]
	case 2:
		return "00" + cc + " " + national
	}
	return "+" + cc + " (0) " + national[:2] + " " + national[2:]
}

// oddly writes a number so that equality of text cannot find it.
func (w *writer) oddly(a, b, c string) string {
	switch w.d.IntN(4) {
	case 0:
		var words []string
		for _, part := range []string{a, b, c} {
			var ws []string
			for _, r := range part {
				if r == '0' && w.d.chance(0.5) {
					ws = append(ws, "oh")
				} else {
					ws = append(ws, spokenDigits[r-'0'])
				}
			}
			words = append(words, strings.Join(ws, " "))
		}
		return strings.Join(words, ", ")
	case 1:
		return a + "\u200b-" + b + "\u200b-" + c
	case 2:
		var out strings.Builder
		for _, r := range a + b + c {
			out.WriteRune('\uff10' + r - '0')
		}
		return out.String()
	}
	return "+1(" + a + ")" + b + c
}
