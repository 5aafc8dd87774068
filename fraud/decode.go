package fraud

import (
	"fmt"
	"math/bits"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Decoder reads many reports one after the other without a copy of each text.
// It is for a worker that reads a file of millions; [DecodeReport] is for
// everybody else. The zero Decoder is ready. Not for two goroutines at once.
//
// It reads the JSON of report.schema.json by hand, and hands every line that
// is not plainly whole to the general decoder, so that what is refused, and
// why, is the same in both.
type Decoder struct {
	s        string            // the line being read
	i        int               // where in it
	bad      bool              // not what the fast way reads: the general decoder decides
	controls bool              // whether the line has bytes below a blank
	slash    int               // where the line's next backslash was found, its length where there is none
	known    map[string]string // few texts that many reports share, by themselves
	near     [64]string        // of known, by their ends: what stands in report after report
	buf      []byte            // a text whose escapes are being undone
	names    []string          // unknown fields of the objects that are open
}

// Decode reads one report, one JSON object, into r, whose lists are used
// again. What r held before is gone. The texts in r are pieces of line: clone
// what is to outlive it (source, country, age band, brands, currencies and marks are
// clones already). Raw stays nil. Errors are those of [DecodeReport].
func (d *Decoder) Decode(line string, r *Report) error {
	if len(line) > MaxReportBytes {
		return fmt.Errorf("report is %d bytes, the most is %d: %w", len(line), MaxReportBytes, ErrInvalid)
	}
	ascii, controls := plainBytes(line)
	if !ascii && !utf8.ValidString(line) {
		return fmt.Errorf("report is not UTF-8: %w", ErrInvalid)
	}
	*r = Report{
		Contacts: r.Contacts[:0], RemoteAccess: r.RemoteAccess[:0], Payments: r.Payments[:0],
		Subjects: r.Subjects[:0], Evidence: r.Evidence[:0], ExternalRefs: r.ExternalRefs[:0],
	}
	d.s, d.i, d.bad, d.names = line, 0, false, d.names[:0]
	d.controls, d.slash = controls, -1
	d.report(r)
	d.blanks()
	whole := !d.bad && d.i == len(line)
	d.s = "" // the line is the caller's
	if !whole {
		*r = Report{}
		if err := json.Unmarshal([]byte(line), r, generally); err != nil {
			return decodeError(err)
		}
	}
	return r.Validate()
}

// maxKnown bounds the texts that a decoder keeps: sources, countries and
// brands are few, and a file that has more of them just costs more.
const maxKnown = 1 << 14

// keep gives a copy of s that does not hold the line in memory.
func (d *Decoder) keep(s string) string {
	if s == "" {
		return ""
	}
	near := &d.near[(len(s)*5+int(s[0])+int(s[len(s)-1])*3)%len(d.near)]
	if *near == s {
		return *near
	}
	if k, ok := d.known[s]; ok {
		*near = k
		return k
	}
	s = strings.Clone(s)
	*near = s
	if d.known == nil {
		d.known = make(map[string]string, 64)
	}
	if len(d.known) < maxKnown {
		d.known[s] = s
	}
	return s
}

var decoders = sync.Pool{New: func() any { return new(Decoder) }}

func (p *Decoder) blanks() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

// take steps over c if it comes next.
func (p *Decoder) take(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	p.blanks()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// null steps over "null", which leaves a field as it is.
func (p *Decoder) null() bool {
	p.blanks()
	if p.i < len(p.s) && p.s[p.i] == 'n' && strings.HasPrefix(p.s[p.i:], "null") {
		p.i += 4
		return true
	}
	return false
}

// open steps into an object or list; false for null, and where it is bad.
func (p *Decoder) open(c byte) bool {
	if p.take(c) {
		return !p.bad
	}
	if !p.null() {
		p.bad = true
	}
	return false
}

// more says whether another member or element follows, past its comma.
func (p *Decoder) more(shut byte, first bool) bool {
	if p.bad {
		return false
	}
	if p.i < len(p.s) && p.s[p.i] == ',' && !first {
		p.i++
		return true
	}
	if p.take(shut) {
		return false
	}
	if !first && !p.take(',') {
		p.bad = true
		return false
	}
	return true
}

// name is the next member's name, its colon stepped over.
func (p *Decoder) name() string {
	if !p.take('"') {
		p.bad = true
		return ""
	}
	start := p.i
	end := p.stringEnd(start)
	if end >= len(p.s) || p.s[end] != '"' {
		p.bad = true
		return ""
	}
	p.i = end + 1
	if !p.take(':') {
		p.bad = true
	}
	return p.s[start:end]
}

// once marks a known field as seen; a name that comes twice is bad.
func (p *Decoder) once(seen *uint32, field uint) {
	if *seen>>field&1 != 0 {
		p.bad = true
	}
	*seen |= 1 << field
}

// plain is for each byte whether it may stand in a JSON string as it is.
var plain = func() (t [256]bool) {
	for i := range t {
		t[i] = i >= ' ' && i != '"' && i != '\\'
	}
	return t
}()

// text reads a string; "" for null.
func (p *Decoder) text() string {
	if !p.take('"') {
		if !p.null() {
			p.bad = true
		}
		return ""
	}
	s, i := p.s, p.stringEnd(p.i)
	if i >= len(s) || s[i] != '\\' && s[i] != '"' {
		p.bad = true
		return ""
	}
	if s[i] == '"' {
		out := s[p.i:i]
		p.i = i + 1
		return out
	}
	return p.escaped(i)
}

// stringEnd is plainEnd of the line. A line without line ends in it is cut at
// its quotes and its backslashes, each of which is looked for once.
func (p *Decoder) stringEnd(i int) int {
	if p.controls {
		return plainEnd(p.s, i)
	}
	rest := p.s[i:]
	if p.slash < i {
		if p.slash = strings.IndexByte(rest, '\\') + i; p.slash < i {
			p.slash = len(p.s)
		}
	}
	end := strings.IndexByte(rest, '"') + i
	if end < i {
		end = len(p.s)
	}
	return min(end, p.slash)
}

// plainBytes says whether all bytes of s are ASCII, and whether it has bytes
// below a blank, eight at a time.
func plainBytes(s string) (ascii, controls bool) {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	var high, low uint64
	for ; len(s) >= 8; s = s[8:] {
		v := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		high |= v
		low |= (v - ones*' ') &^ v // a byte too many only beside one that is below a blank
	}
	for i := range len(s) {
		high |= uint64(s[i])
		if s[i] < ' ' {
			low = highs
		}
	}
	return high&highs == 0, low&highs != 0
}

// plainEnd is where the bytes from s[i] on end that stand in a JSON string as
// they are, eight at a time: a byte that is a quote, a backslash or below a
// blank sets its high bit, and the lowest of these bits is no other's
// (Mycroft's test for a zero byte).
func plainEnd(s string, i int) int {
	for i+8 <= len(s) {
		v := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 | uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		const ones, highs = 0x0101010101010101, 0x8080808080808080
		quote, slash := v^ones*'"', v^ones*'\\'
		if stops := ((quote-ones)&^quote | (slash-ones)&^slash | (v-ones*' ')&^v) & highs; stops != 0 {
			return i + bits.TrailingZeros64(stops)>>3
		}
		i += 8
	}
	for i < len(s) && plain[s[i]] {
		i++
	}
	return i
}

// escaped reads the rest of a string whose first backslash stands at i.
func (p *Decoder) escaped(i int) string {
	b := append(p.buf[:0], p.s[p.i:i]...)
	s := p.s
	for i < len(s) {
		start := i
		for i < len(s) && plain[s[i]] {
			i++
		}
		b = append(b, s[start:i]...)
		if i+1 >= len(s) || s[i] < ' ' {
			break
		}
		if s[i] == '"' {
			p.i, p.buf = i+1, b
			return string(b)
		}
		c := s[i+1]
		i += 2
		switch c {
		case '"', '\\', '/':
			b = append(b, c)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			r, n := unicodeEscape(s, i)
			if n == 0 {
				p.bad = true
				return ""
			}
			b = utf8.AppendRune(b, r)
			i += n
		default:
			p.bad = true
			return ""
		}
	}
	if i < len(s) && s[i] == '"' { // the last byte of the line
		p.i, p.buf = i+1, b
		return string(b)
	}
	p.bad = true
	return ""
}

// unicodeEscape reads what follows \u at s[i]: four hex digits, and for half
// a surrogate pair the other half (RFC 8259 §7). n is how many bytes, 0 if
// none that is whole stands there.
func unicodeEscape(s string, i int) (r rune, n int) {
	high, ok := fourHex(s, i)
	switch {
	case !ok || high >= 0xDC00 && high <= 0xDFFF:
		return 0, 0
	case high < 0xD800 || high > 0xDBFF:
		return high, 4
	case i+6 > len(s) || s[i+4] != '\\' || s[i+5] != 'u':
		return 0, 0
	}
	low, ok := fourHex(s, i+6)
	if !ok || low < 0xDC00 || low > 0xDFFF {
		return 0, 0
	}
	return (high-0xD800)<<10 + low - 0xDC00 + 0x10000, 10
}

func fourHex(s string, i int) (v rune, ok bool) {
	if i+4 > len(s) {
		return 0, false
	}
	for _, c := range []byte(s[i : i+4]) {
		switch {
		case c >= '0' && c <= '9':
			v = v<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			v = v<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return v, true
}

// truth reads true or false; false for null.
func (p *Decoder) truth() bool {
	p.blanks()
	switch rest := p.s[p.i:]; {
	case strings.HasPrefix(rest, "true"):
		p.i += 4
		return true
	case strings.HasPrefix(rest, "false"):
		p.i += 5
	case !p.null():
		p.bad = true
	}
	return false
}

// count reads a whole number of at most 18 digits; 0 for null.
func (p *Decoder) count() int64 {
	p.blanks()
	if p.null() {
		return 0
	}
	negative := p.i < len(p.s) && p.s[p.i] == '-'
	if negative {
		p.i++
	}
	start, v := p.i, int64(0)
	for p.i < len(p.s) && p.s[p.i]-'0' < 10 {
		v = v*10 + int64(p.s[p.i]-'0')
		p.i++
	}
	n := p.i - start
	if n == 0 || n > 18 || n > 1 && p.s[start] == '0' || p.i < len(p.s) && strings.IndexByte(".eE", p.s[p.i]) >= 0 {
		p.bad = true
	}
	if negative {
		return -v
	}
	return v
}

// time reads a date-time (RFC 3339 §5.6); the zero time for null.
func (p *Decoder) time() (t time.Time) {
	p.blanks()
	if p.i < len(p.s) && p.s[p.i] == 'n' {
		if !p.null() {
			p.bad = true
		}
		return t
	}
	s := p.text()
	if p.bad {
		return t
	}
	if len(s) == len("2006-01-02T15:04:05Z") && s[19] == 'Z' && s[4] == '-' && s[7] == '-' && s[10] == 'T' && s[13] == ':' && s[16] == ':' {
		year, ok1 := decimalAt(s, 0, 4)
		month, ok2 := decimalAt(s, 5, 2)
		day, ok3 := decimalAt(s, 8, 2)
		hour, ok4 := decimalAt(s, 11, 2)
		minute, ok5 := decimalAt(s, 14, 2)
		second, ok6 := decimalAt(s, 17, 2)
		// The 29th of February depends on the year: the library knows.
		if ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= monthDays[month] && hour < 24 && minute < 60 && second < 60 {
			return time.Unix(int64(dayNumber(year, month, day))*86400+int64(hour*3600+minute*60+second), 0).UTC()
		}
	}
	return p.otherTime(s)
}

// monthDays is how many days a month has in every year.
var monthDays = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// dayNumber counts the days of the Gregorian calendar from 1970-01-01 on, year
// 1 or later. Years begin in March, so that the day that some years have more
// is the last one (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
func dayNumber(year, month, day int) int {
	if month <= 2 {
		year, month = year-1, month+12
	}
	ofYear := (153*(month-3)+2)/5 + day - 1
	return year*365 + year/4 - year/100 + year/400 + ofYear - 719468
}

// otherTime reads a date-time with an offset, parts of a second, small letters,
// a leap second, or the 29th of February.
func (p *Decoder) otherTime(s string) (t time.Time) {
	if t, odd := oddTime(s); odd {
		return t
	}
	if err := json.Unmarshal([]byte(`"`+s+`"`), &t); err != nil || strings.ContainsAny(s, "\"\\") {
		p.bad = true
	}
	return t
}

// generally is how the general decoder reads a report: it takes the times that
// RFC 3339 has and the library has not.
var generally = json.WithUnmarshalers(json.UnmarshalFromFunc(func(d *jsontext.Decoder, t *time.Time) error {
	if d.PeekKind() != '"' {
		return json.SkipFunc
	}
	v, err := d.ReadValue()
	if err != nil {
		return err
	}
	if s, err := jsontext.AppendUnquote(nil, v); err == nil {
		if odd, ok := oddTime(string(s)); ok {
			*t = odd
			return nil
		}
	}
	return json.Unmarshal(v, t)
}))

// oddTime reads the date-times of RFC 3339 §5.6 that package time refuses: the
// letters in small, and the last second of a day with a leap second, which is
// told as the second after it, as clocks do that know no leap seconds.
func oddTime(s string) (t time.Time, ok bool) {
	const seconds = len("2006-01-02T15:04:")
	if len(s) < len("2006-01-02T15:04:05Z") || len(s) > 64 {
		return t, false
	}
	leap := s[seconds:seconds+2] == "60"
	if !leap && s[10] != 't' && s[len(s)-1] != 'z' {
		return t, false
	}
	b := []byte(s)
	if b[10] == 't' {
		b[10] = 'T'
	}
	if b[len(b)-1] == 'z' {
		b[len(b)-1] = 'Z'
	}
	if leap {
		copy(b[seconds:], "59")
	}
	if t.UnmarshalText(b) != nil {
		return time.Time{}, false
	}
	if !leap {
		return t, true
	}
	t = t.Add(time.Second).UTC()
	hour, minute, second := t.Clock()
	return t, hour == 0 && minute == 0 && second == 0
}

func decimalAt(s string, at, n int) (v int, ok bool) {
	for _, c := range []byte(s[at : at+n]) {
		if c-'0' > 9 {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, true
}

// maxUnknown is how many fields of one object the fast way takes that the
// schema does not have, and deepest how deep they may nest: beyond them, the
// general decoder looks for doubled names.
const (
	maxUnknown = 16
	deepest    = 64
)

// unknown steps over the value of a field that the schema does not have. base
// is how many names were held when its object began.
func (p *Decoder) unknown(name string, base int) {
	for _, other := range p.names[base:] {
		if other == name {
			p.bad = true
		}
	}
	if len(p.names)-base >= maxUnknown {
		p.bad = true
	}
	if p.bad {
		return
	}
	p.names = append(p.names, name)
	p.blanks()
	if p.i < len(p.s) && p.s[p.i] == '"' {
		p.text()
		return
	}
	start, depth := p.i, 0
	for ; p.i < len(p.s); p.i++ {
		switch p.s[p.i] {
		case '{', '[':
			depth++
		case '"':
			if p.text(); p.bad {
				return
			}
			p.i--
		case '}', ']', ',':
			if depth == 0 || depth == 1 && p.s[p.i] != ',' {
				if depth == 1 {
					p.i++
				}
				p.bad = !jsontext.Value(p.s[start:p.i]).IsValid()
				return
			}
			if p.s[p.i] != ',' {
				depth--
			}
		}
		if depth > deepest {
			break
		}
	}
	p.bad = true
}
