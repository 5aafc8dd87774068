package extract

import "bytes"

// mostFrame is how much of a text is searched for a phone's frame: the picture
// of one screen is shorter.
const mostFrame = 4 << 10

// threadHead says whether a finding stands alone in its line in the copy or the
// picture of a text message, where the phone shows who sent it. Screenshots are
// read in odd orders, so it may stand below the message too; an order to call
// right before it makes it a number of the message itself. A pop-up has a number alone in a
// line as well, so a page never counts.
func (x *scan) threadHead(m mark) bool {
	if x.medium == mediumPage || x.medium != mediumMessage && !x.lines && !x.framed() {
		return false
	}
	arrow, alone := aloneIn(x.text.b, m.start, m.end)
	if !alone || x.medium != mediumMessage && !x.framed() {
		return false
	}
	first, _ := x.tokensOf(m)
	switch {
	case arrow || first == 0:
		return true
	case x.near(first, 6, 0, cueCall|cuePhone):
		return false
	}
	return x.framed() || x.firstLine(m.start)
}

// framed says whether a line of the text is a phone's frame and nothing else.
func (x *scan) framed() bool {
	if x.frame == notAsked {
		x.frame = saysNo
		for line := range bytes.Lines(x.text.b[:min(len(x.text.b), mostFrame)]) {
			if frameLine(line) {
				x.frame = saysYes
				break
			}
		}
	}
	return x.frame == saysYes
}

// asked is what is known of a text as a whole, worked out when it is first
// asked for.
type asked uint8

const (
	notAsked asked = iota
	saysNo
	saysYes
)

// mostLine is the longest line, before a value and behind it, that is taken for
// a chat's, a table's or a form's.
const mostLine = 2 << 10

// lineOf is the line that bytes start to end of b lie in, without its end, as
// far as mostLine goes on both sides.
func lineOf(b []byte, start, end int) (from, till int) {
	least, most := max(0, start-mostLine), min(len(b), end+mostLine)
	from = least + bytes.LastIndexByte(b[least:start], '\n') + 1
	till = most
	if n := bytes.IndexByte(b[end:most], '\n'); n >= 0 {
		till = end + n
	}
	return from, till
}

// aloneIn says whether nothing but marks stands before and behind the bytes
// start to end of b in their line, and whether the arrow is among them that a
// phone shows there.
func aloneIn(b []byte, start, end int) (arrow, alone bool) {
	for i := start - 1; i >= 0 && b[i] != '\n'; i-- {
		if n := badge(b, i); n > 0 {
			i -= n
		}
		if c := b[i]; isAlnum(c) || c == ':' || c == '@' {
			return false, false
		}
		arrow = arrow || b[i] == '<' || b[i] == '>'
	}
	for i := end; i < len(b) && b[i] != '\n'; i++ {
		if c := b[i]; isAlnum(c) || c == ':' || c == '@' {
			return false, false
		}
		arrow = arrow || b[i] == '<' || b[i] == '>'
	}
	return arrow, true
}

// badge is how many digits of the count of unread messages end at b[i], which
// a phone shows behind its arrow: "< 12".
func badge(b []byte, i int) int {
	n := 0
	for i-n >= 0 && n < 3 && isDigit(b[i-n]) {
		n++
	}
	if n == 0 || i-n < 0 {
		return 0
	}
	if k := i - n; b[k] == '<' || b[k] == ' ' && k > 0 && b[k-1] == '<' {
		return n
	}
	return 0
}

// firstLine says whether byte at stands in the text's first line.
func (x *scan) firstLine(at int) bool {
	return at <= mostLine && bytes.IndexByte(x.text.b[:at], '\n') < 0
}

// frameSigns begin the lines that a phone writes around messages.
var frameSigns = [...]string{
	"text message", "imessage", "sms/mms", "mms", "rcs chat", "chat rcs", "mensaje de texto", "textnachricht", "sms-nachricht", "message texto",
	"add to contacts", "block number", "report junk", "the sender is not in your", "texting with", "unknown sender",
}

// frameLine says whether a line can be nothing but a phone's frame.
func frameLine(line []byte) bool {
	line = bytes.TrimSpace(line)
	if len(line) < 3 || len(line) > 60 {
		return false
	}
	for _, sign := range frameSigns {
		if len(line) >= len(sign) && equalFold(sign, line[:len(sign)]) {
			return true
		}
	}
	return false
}

// chatLine says whether a finding stands where a chat's copy names who wrote a
// line: at its start or behind a time in brackets, before a colon.
func (x *scan) chatLine(m mark) bool {
	first, last := x.tokensOf(m)
	if x.medium == mediumPage || x.markAt(last+1) != ':' || x.gap(last+1) > 1 {
		return false
	}
	from, _ := lineOf(x.text.b, m.start, m.start)
	before := x.text.b[from:m.start]
	if len(before) > 40 {
		return false
	}
	digits := 0
	for k := first - 1; k >= 0 && int(x.toks[k].start) >= from; k-- {
		switch t := &x.toks[k]; t.class {
		case classNumber:
			digits++
		case classWord:
			if !x.is(k).has(cueDate) && !equalFold("am", x.bytes(k)) && !equalFold("pm", x.bytes(k)) {
				return false
			}
		}
	}
	return digits >= 3 // a date or a time
}
