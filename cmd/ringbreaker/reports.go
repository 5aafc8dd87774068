package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/text/encoding/unicode"

	"ringbreaker.example/fraud"
)

// eachReport reads the JSONL files in order and hands each report to take. A
// line that is no report is told on standard error, with file, line and
// reason, and the rest goes on. It returns how many lines were refused.
func eachReport(ctx context.Context, files []string, stderr io.Writer, take func(*fraud.Report) error) (refused int, err error) {
	for _, name := range files {
		n, err := eachReportOf(ctx, name, stderr, take)
		refused += n
		if err != nil {
			return refused, err
		}
	}
	return refused, nil
}

func eachReportOf(ctx context.Context, name string, stderr io.Writer, take func(*fraud.Report) error) (refused int, err error) {
	f, err := openLines(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := newLineReader(f, fraud.MaxReportBytes)
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return refused, err
		}
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return refused, nil
		}
		var r *fraud.Report
		if err == nil {
			if len(strings.TrimSpace(string(line))) == 0 {
				continue
			}
			r, err = fraud.DecodeReport(line)
		}
		switch {
		case errors.Is(err, fraud.ErrInvalid):
			refused++
			fmt.Fprintf(stderr, "%s:%d: %s\n", name, n, oneLine(err))
			continue
		case err != nil:
			return refused, fmt.Errorf("read %s: %w", name, err)
		}
		if err := take(r); err != nil {
			return refused, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
}

// openLines opens a file of lines as desks keep and send them: packed by gzip
// it is unpacked as it is read, UTF-16 with its mark (what Windows calls
// Unicode) is read as UTF-8, and the mark that some of its programs write
// before UTF-8 is no part of the first line.
func openLines(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	r, err := unpacked(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{r, f}, nil
}

// unpacked unpacks once: a file that holds itself, packed, would never end.
func unpacked(f io.Reader) (io.Reader, error) {
	const magic, mark = "\x1f\x8b", "\xef\xbb\xbf" // RFC 1952 §2.3.1; Unicode 16, §23.8
	r := bufio.NewReader(f)
	if head, _ := r.Peek(len(magic)); string(head) == magic {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("begins like gzip and is not: %w", fraud.ErrInvalid)
		}
		r = bufio.NewReader(z)
	}
	switch head, _ := r.Peek(2); string(head) {
	case "\xff\xfe", "\xfe\xff":
		r = bufio.NewReader(unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM).NewDecoder().Reader(r))
	}
	if head, _ := r.Peek(len(mark)); string(head) == mark {
		if _, err := r.Discard(len(mark)); err != nil {
			return nil, err
		}
	}
	return r, nil // what could not be looked at is told by whoever reads on
}

// lineReader reads lines of at most limit bytes; a longer one is skipped to
// its end and told as ErrInvalid, so that it costs no memory and stops
// nothing.
type lineReader struct {
	r     *bufio.Reader
	limit int
	buf   []byte
}

func newLineReader(r io.Reader, limit int) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 1<<20), limit: limit}
}

// next returns the next line without its end. The slice is good until the
// next call. At the end it returns io.EOF.
func (l *lineReader) next() ([]byte, error) {
	l.buf = l.buf[:0]
	long := false
	for {
		part, err := l.r.ReadSlice('\n')
		if len(l.buf)+len(part) > l.limit+1 {
			long = true
			l.buf = l.buf[:0]
		}
		if !long {
			l.buf = append(l.buf, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(part) == 0 && len(l.buf) == 0 && !long:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		}
		if long {
			return nil, fmt.Errorf("line is longer than %d bytes: %w", l.limit, fraud.ErrInvalid)
		}
		return []byte(strings.TrimRight(string(l.buf), "\r\n")), nil
	}
}

// splitList reads "a,b,c".
func splitList(s string) []string {
	var out []string
	for _, p := range strings.Split(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
