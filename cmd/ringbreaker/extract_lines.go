package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// pieceSize is how much of a file one worker takes at a time: long enough
// that handing it over costs nothing, short enough to stay in a processor's
// second cache with its output.
const pieceSize = 256 << 10

// piece is some whole lines of a file, what came of them, and where.
type piece struct {
	name  string
	file  int    // number of its file, where several are read
	first int    // number of its first line
	text  string // ends with a line's end, but at the end of the file
	out   []byte
	errs  []byte
	done  chan struct{}
}

// refuse notes why line n of the file gave nothing.
func (p *piece) refuse(n int, err error) {
	p.errs = fmt.Appendf(p.errs, "%s:%d: %s\n", p.name, n, oneLine(err))
}

// lineWorker is one worker's memory.
type lineWorker struct {
	in     string // "text" or "jsonl"
	opt    extract.Options
	x      extract.Extractor
	d      fraud.Decoder
	report fraud.Report
	head   []byte // see appendHead
}

// extractLines works on a file of lines with so many workers and prints in
// the order of the lines: the bytes are the same whatever their number.
func extractLines(ctx context.Context, c *call, name string, r io.Reader, in string, opt extract.Options, workers int) error {
	// What lives is some megabytes of dictionaries, read over and over for the
	// sake of pieces that are gone at once: let more of them lie.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work, order := make(chan *piece, workers), make(chan *piece, 4*workers)
	used := make(chan *piece, 8*workers) // pieces to be used again
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			w := lineWorker{in: in, opt: opt}
			w.x.NoSketches = true
			for p := range work {
				w.lines(p)
				close(p.done)
			}
		})
	}
	var readErr error
	group.Go(func() {
		defer close(order)
		defer close(work)
		readErr = eachPiece(r, fraud.MaxReportBytes, func(first int, text string, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			p := new(piece)
			select {
			case p = <-used:
			default:
			}
			*p = piece{name: name, first: first, text: text, out: p.out[:0], errs: p.errs[:0], done: make(chan struct{})}
			if err != nil {
				p.refuse(first, err)
			}
			select {
			case order <- p:
				work <- p
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	err := printPieces(c, order, used)
	if err != nil {
		cancel() // nobody reads on: the reader shall not wait for it
		for range order {
		}
	}
	group.Wait()
	switch {
	case err != nil:
		return err
	case readErr != nil && ctx.Err() == nil:
		return fmt.Errorf("read %s: %w", name, readErr)
	}
	return readErr
}

// printPieces prints what came of the pieces, in their order.
func printPieces(c *call, order <-chan *piece, used chan<- *piece) error {
	for p := range order {
		<-p.done
		if len(p.out) > 0 {
			if _, err := c.stdout.Write(p.out); err != nil {
				return err
			}
		}
		if len(p.errs) > 0 {
			if _, err := c.stderr.Write(p.errs); err != nil {
				return err
			}
		}
		select {
		case used <- p:
		default:
		}
	}
	return nil
}

// eachPiece cuts what it reads at line ends into pieces of about pieceSize
// and hands each over with the number of its first line. A line of more than
// limit bytes is skipped to its end and handed over as an error, so that it
// costs no memory and stops nothing.
func eachPiece(r io.Reader, limit int, hand func(first int, text string, err error) error) error {
	buf := make([]byte, 0, pieceSize)
	line := 1
	long := false // inside a line that is skipped
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		fresh := buf[len(buf) : len(buf)+n]
		buf = buf[:len(buf)+n]
		if long {
			end := bytes.IndexByte(fresh, '\n')
			if end < 0 {
				buf = buf[:0]
			} else {
				buf = append(buf[:0], fresh[end+1:]...)
				long = false
				line++
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil && len(buf) < cap(buf) {
			continue // room for more
		}
		cut := len(buf)
		if err == nil {
			cut = bytes.LastIndexByte(buf, '\n') + 1
		}
		switch {
		case cut > 0:
			text := string(buf[:cut])
			if herr := hand(line, text, nil); herr != nil {
				return herr
			}
			line += strings.Count(text, "\n")
			buf = append(buf[:0], buf[cut:]...)
		case err == nil && len(buf) > limit+1:
			if herr := hand(line, "", fmt.Errorf("line is longer than %d bytes: %w", limit, fraud.ErrInvalid)); herr != nil {
				return herr
			}
			long = true
			buf = buf[:0]
		case err == nil:
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
		if err != nil {
			return nil
		}
	}
}

// lines works on the lines of a piece.
func (w *lineWorker) lines(p *piece) {
	text := p.text
	for n := p.first; text != ""; n++ {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		if line = strings.TrimRight(line, "\r"); strings.TrimSpace(line) == "" {
			continue
		}
		if len(line) > fraud.MaxReportBytes {
			p.refuse(n, fmt.Errorf("line is longer than %d bytes: %w", fraud.MaxReportBytes, fraud.ErrInvalid))
			continue
		}
		if w.in == "text" {
			w.text(p, line, n)
		} else if err := w.json(p, line); err != nil {
			p.refuse(n, err)
		}
	}
}

func (w *lineWorker) text(p *piece, line string, n int) {
	found := w.x.Text(line, w.opt)
	if len(found) == 0 {
		return
	}
	w.head = appendHead(w.head[:0], p.name+":"+strconv.Itoa(n))
	for i := range found {
		p.out = appendFinding(p.out, w.head, &found[i])
	}
}

func (w *lineWorker) json(p *piece, line string) error {
	if err := w.d.Decode(line, &w.report); err != nil {
		return err
	}
	opt := w.opt
	if w.report.Reporter.Country != "" {
		opt.Country = w.report.Reporter.Country
	}
	sightings := w.x.Report(&w.report, opt).Sightings
	for i := range sightings {
		s := &sightings[i]
		if i == 0 {
			w.head = appendHead(w.head[:0], string(s.Report))
		}
		p.out = appendFound(p.out, w.head, &s.Indicator, s.Raw, s.Place.Start, s.Place.End, s.Role, s.Valid, s.Place.Field, s.Why)
	}
	return nil
}

// appendHead appends what each line of a document's findings begins with, the
// document's name in it (DESIGN §5).
func appendHead(b []byte, doc string) []byte {
	b = appendJSON(append(b, `{"doc":`...), doc)
	return append(b, `,"kind":"`...)
}

func appendFinding(b, head []byte, f *extract.Finding) []byte {
	return appendFound(b, head, &f.Indicator, f.Raw, f.Start, f.End, f.Role, f.Valid, "", f.Why)
}

// appendFound appends one line of the output (DESIGN §5): the document and
// "kind" by appendHead, kind, value, raw, start and end in bytes of the
// decoded text (in a report, within field), role, valid, field and why.
func appendFound(b, head []byte, ind *fraud.Indicator, raw string, start, end int, role fraud.Role, valid bool, field, why string) []byte {
	b = append(append(b, head...), ind.Kind...) // our own word: nothing in it to escape
	b = append(b, `","value":`...)
	from := len(b)
	b = appendJSON(b, ind.Value)
	value := b[from:]
	b = append(b, `,"raw":`...)
	if raw == ind.Value {
		b = append(b, value...)
	} else {
		b = appendJSON(b, raw)
	}
	b = appendPlace(append(b, `,"start":`...), start)
	b = appendPlace(append(b, `,"end":`...), end)
	b = append(append(b, `,"role":"`...), role...)
	if valid {
		b = append(b, `","valid":true`...)
	} else {
		b = append(b, `","valid":false`...)
	}
	if field != "" {
		b = append(append(append(b, `,"field":"`...), field...), '"')
	}
	if why != "" {
		b = appendJSON(append(b, `,"why":`...), why)
	}
	return append(b, '}', '\n')
}

// appendPlace appends a place in a text, which seldom has more than three
// digits.
func appendPlace(b []byte, n int) []byte {
	switch {
	case uint(n) < 10:
		return append(b, byte('0'+n))
	case uint(n) < 100:
		return append(b, byte('0'+n/10), byte('0'+n%10))
	case uint(n) < 1000:
		return append(b, byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
	}
	return strconv.AppendInt(b, int64(n), 10)
}

// clean is for each byte whether it stands in JSON as it is.
var clean = func() (t [256]bool) {
	for i := range t {
		t[i] = i >= ' ' && i != '"' && i != '\\' && i < utf8.RuneSelf
	}
	return t
}()

// cleanEnd is where the bytes from s[i] on end that stand in JSON as they are.
func cleanEnd(s string, i int) int {
	for i+8 <= len(s) {
		if stops := unclean(eightBytes(s, i)); stops != 0 {
			return i + bits.TrailingZeros64(stops)>>3
		}
		i += 8
	}
	for i < len(s) && clean[s[i]] {
		i++
	}
	return i
}

// appendClean appends s if it stands in JSON as it is, as nearly all does, and
// says so: eight bytes are looked at and written at once, the last eight once
// more where they are no whole step.
func appendClean(b []byte, s string) ([]byte, bool) {
	n := len(s)
	if n < 8 {
		return append(b, s...), cleanEnd(s, 0) == n
	}
	b = slices.Grow(b, n)
	to := b[len(b) : len(b)+n]
	v := eightBytes(s, n-8)
	stops := unclean(v)
	binary.LittleEndian.PutUint64(to[n-8:], v)
	for i := 0; i+8 < n; i += 8 {
		v := eightBytes(s, i)
		stops |= unclean(v)
		binary.LittleEndian.PutUint64(to[i:], v)
	}
	return b[:len(b)+n], stops == 0
}

// eightBytes is s[i:i+8], the first byte lowest.
func eightBytes(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// unclean has bits for those of eight bytes that do not stand in JSON
// as they are: a quote, a backslash, a byte below a blank and one that is not
// ASCII set their high bit, and the lowest such bit is no other's (Mycroft's
// test for a zero byte).
func unclean(v uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	quote, slash := v^ones*'"', v^ones*'\\'
	return (v | (quote-ones)&^quote | (slash-ones)&^slash | (v-ones*' ')&^v) & highs
}

// appendJSON appends s as a JSON string (RFC 8259 §7). Bytes that are not
// UTF-8 become U+FFFD; the line ends of JavaScript are escaped, so that the
// output may stand in a script.
func appendJSON(b []byte, s string) []byte {
	b = append(b, '"')
	if whole, ok := appendClean(b, s); ok {
		return append(whole, '"')
	}
	start := 0
	for i := 0; i < len(s); {
		if i = cleanEnd(s, i); i == len(s) {
			break
		}
		c := s[i]
		n := 1
		if c >= utf8.RuneSelf {
			var r rune
			r, n = utf8.DecodeRuneInString(s[i:])
			if (r != utf8.RuneError || n > 1) && r != 0x2028 && r != 0x2029 {
				i += n
				continue
			}
			b = fmt.Appendf(append(b, s[start:i]...), `\u%04x`, r)
		} else {
			b = append(b, s[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			case '\r':
				b = append(b, '\\', 'r')
			case '\t':
				b = append(b, '\\', 't')
			case '\b':
				b = append(b, '\\', 'b')
			case '\f':
				b = append(b, '\\', 'f')
			default:
				b = fmt.Appendf(b, `\u%04x`, c)
			}
		}
		i += n
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// allCores is how many workers a command uses.
func allCores() int { return runtime.GOMAXPROCS(0) }
