package extract

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// plainCut is what tokenise does, done the plain way: fold the whole text,
// then go byte by byte.
func plainCut(s string) (x scan) {
	x.text.fold(s)
	b := x.text.b
	for i := 0; i < len(b); {
		k := byteClass[b[i]]
		at := int32(len(x.toks))
		switch k {
		case byteBlank:
			i++
			continue
		case byteMark:
			what := uint8(255)
			switch alnum := byte(byteLetter | byteDigit); {
			case b[i] == '@':
				what = triggerAt
			case strings.HasPrefix(string(b[i:]), "://"):
				what = triggerColon
			case b[i] == '.' && i > 0 && i+1 < len(b) && byteClass[b[i-1]]&alnum != 0 && byteClass[b[i+1]]&alnum != 0, defangedDot(b, i) > 0:
				what = triggerDot
			case b[i] == '*' && i > 1 && (isUpper(b[i-1]) || isDigit(b[i-1]) || b[i-1] == ' ' && isUpper(b[i-2])):
				what = triggerStar
			}
			if what != 255 {
				x.triggers = append(x.triggers, trigger{at, what})
			}
			x.toks = append(x.toks, token{start: int32(i), end: int32(i + 1), class: classMark})
			i++
			continue
		}
		start, group, seen := i, 0, uint8(0)
		for ; i < len(b) && byteClass[b[i]]&(byteLetter|byteDigit) != 0; i++ {
			if b[i] < utf8.RuneSelf || utf8.RuneStart(b[i]) {
				g := cjk(b, i)
				if g != group && i > start {
					break
				}
				group = g
			}
			seen |= byteClass[b[i]]
		}
		t := token{start: int32(start), end: int32(i)}
		long := i-start >= minLong
		switch seen {
		case byteLetter:
			long = i-start >= minBase58
			if i-start <= maxWord {
				t.word = dictionary.find(b, start, i)
			}
			if dictionary.entries[t.word].is.has(wordsToLookAt) || t.word == 0 && i-start <= maxWord && isUpper(b[start]) {
				x.asking = append(x.asking, at)
			}
		case byteDigit:
			t.class, long = classNumber, false
			x.numbers = append(x.numbers, at)
		default:
			t.class = classMixed
			x.numbers = append(x.numbers, at)
		}
		if long {
			x.triggers = append(x.triggers, trigger{at, triggerLong})
		}
		x.toks = append(x.toks, t)
	}
	return x
}

// cutsAlike fails where tokenise cuts a text otherwise than plainCut.
func cutsAlike(t *testing.T, x *scan, s string) {
	t.Helper()
	want := plainCut(s)
	x.tokenise(s)
	if string(x.text.b) != string(want.text.b) {
		t.Fatalf("%q is folded to %q, not to %q", s, x.text.b, want.text.b)
	}
	for i := range want.text.b {
		from, till := x.text.span(i, i+1)
		if f, e := want.text.span(i, i+1); f != from || e != till {
			t.Fatalf("%q: folded byte %d is from %d to %d, not %d to %d", s, i, from, till, f, e)
		}
	}
	if !slices.Equal(x.toks, want.toks) {
		t.Fatalf("%q: tokens %+v, not %+v", s, x.toks, want.toks)
	}
	if !slices.Equal(x.triggers, want.triggers) || !slices.Equal(x.asking, want.asking) || !slices.Equal(x.numbers, want.numbers) {
		t.Fatalf("%q: places to look %v %v %v, not %v %v %v", s, x.triggers, x.asking, x.numbers, want.triggers, want.asking, want.numbers)
	}
}

func TestEightBytesAtATimeCutAsOneByOneDoes(t *testing.T) {
	var x scan
	for _, s := range []string{
		"", "a", "12345678", "123456789", "abcdefgh", "abcdefghi", "abcdefgh1", "1234567a", "ABCDEFGH 12345678.", "word.word", "end. Next", "a.<b>b</b>", "a:<i>//x", ":/\u200b/x",
		"[\u200bdot]", "[d\u200bot]", "x@y", "(dot)", "{.}", "手数料5,000円", "電話é", "１２３-４５", "a&#46;b", "8<b>8</b>8", "caller\u200bid", "&amp;", "& <", "<name@host>",
		"é", "abcdefé", "abcdefgé", "abcdefghé", "1234567é", "12345678é", "\xff", "a\xffb", "\x00a", "tail ", " \t\n", strings.Repeat("x", 49), strings.Repeat("7", 40), "tel06", "ab  cd",
	} {
		cutsAlike(t, &x, s)
	}
	for _, one := range corpus(t) {
		cutsAlike(t, &x, one.Text)
		for k := range min(len(one.Text), 20) { // every place within a block of eight
			cutsAlike(t, &x, one.Text[k:])
		}
	}
}

// A rule may look at the line before the first token, and behind the last.
func TestATextThatIsANameIsRead(t *testing.T) {
	for _, text := range []string{"Kevin", "Kevin.", "Kevin Brown", "Kevin,\n", "Dear", "-Kevin", "Rs", "R", "12"} {
		for _, scam := range []bool{false, true} {
			Text(text, Options{Country: "US", FromFraudster: scam})
		}
	}
}

func FuzzCut(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) {
		var x scan
		cutsAlike(t, &x, s)
	})
}
