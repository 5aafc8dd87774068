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
	if x.medium == mediumPage {
		return false
	}
	b := x.text.b
	from, till := lineOf(b, m.start, m.end)
	arrow, alone := aloneIn(b[from:m.start], b[m.end:till])
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
	return x.framed() || from == 0
}

// framed says whether a line of the text is a phone's frame and nothing else.
func (x *scan) framed() bool {
	if x.frame == frameUnknown {
		x.frame = frameNone
		for line := range bytes.Lines(x.text.b[:min(len(x.text.b), mostFrame)]) {
			if frameLine(line) {
				x.frame = frameThere
				break
			}
		}
	}
	return x.frame == frameThere
}

// frame is whether a text shows a phone's frame: see framed.
type frame uint8

const (
	frameUnknown frame = iota
	frameNone
	frameThere
)

// lineOf is the line that bytes start to end of b lie in, without its end.
func lineOf(b []byte, start, end int) (from, till int) {
	from, till = min(start, len(b)), min(max(end, 0), len(b))
	for from > 0 && b[from-1] != '\n' {
		from--
	}
	for till < len(b) && b[till] != '\n' {
		till++
	}
	return from, till
}

// aloneIn says whether nothing but marks stands before and behind a value in
// its line, and whether the arrow is among them that a phone shows there.
func aloneIn(before, behind []byte) (arrow, alone bool) {
	for _, side := range [2][]byte{before, behind} {
		for _, c := range side {
			if isAlnum(c) || c == ':' || c == '@' {
				return false, false
			}
			arrow = arrow || c == '>' || c == '<'
		}
	}
	return arrow, true
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
		switch t := x.toks[k]; t.class {
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
