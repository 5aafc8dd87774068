package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"ringbreaker.example/fraud"
)

// lines reads a file line by line, in memory that does not grow with a line:
// one longer than max is passed over and told.
type lines struct {
	r   *bufio.Reader
	max int
	no  int
	buf []byte
	end bool // reading failed: nothing follows
}

func newLines(r io.Reader, most int) *lines {
	return &lines{r: bufio.NewReaderSize(r, 256<<10), max: most}
}

// next returns the next line that is not blank, without its end, and its
// number. The bytes are good until the next call. io.EOF ends the file; an
// error that wraps fraud.ErrInvalid is of this line alone.
func (l *lines) next() ([]byte, int, error) {
	for {
		line, err := l.read()
		if l.no == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, l.no, err
		}
		if len(bytes.TrimSpace(line)) > 0 {
			return bytes.TrimRight(line, "\r\n"), l.no, nil
		}
		if err != nil {
			return nil, l.no, io.EOF
		}
	}
}

func (l *lines) read() ([]byte, error) {
	if l.end {
		return nil, io.EOF
	}
	l.no++
	l.buf = l.buf[:0]
	long := false
	for {
		part, err := l.r.ReadSlice('\n')
		if !long && len(l.buf)+len(part) > l.max+2 {
			long, l.buf = true, l.buf[:0]
		}
		if !long {
			l.buf = append(l.buf, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			l.end = true
			return nil, fmt.Errorf("read line %d: %w", l.no, err)
		case long:
			return nil, fmt.Errorf("line is longer than %d bytes: %w", l.max, fraud.ErrInvalid)
		case err != nil:
			return l.buf, io.EOF
		}
		return l.buf, nil
	}
}
