package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// meterEvery is how often a line that tells progress is written anew.
const meterEvery = 200 * time.Millisecond

// meter shows on a terminal how far long work is, one line for each part of
// it, and nothing elsewhere. It may be told from any goroutine.
type meter struct {
	out   *os.File
	since time.Time

	mu   sync.Mutex // guards all below
	last time.Time
	line string
}

func newMeter(w io.Writer) *meter {
	m := &meter{since: time.Now()}
	if f, ok := w.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
			m.out = f
		}
	}
	return m
}

// show tells that so many of so many are done of what.
func (m *meter) show(what string, done, of int64) {
	if m.out == nil || of <= 0 || time.Since(m.since) < barAfter {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if time.Since(m.last) < meterEvery && done < of {
		return
	}
	m.last = time.Now()
	m.write(fmt.Sprintf("%s: %d of %d (%d %%)", what, done, of, 100*done/of))
}

func (m *meter) write(line string) {
	pad := strings.Repeat(" ", max(0, len(m.line)-len(line)))
	m.line = line
	fmt.Fprintf(m.out, "\r%s%s", line, pad)
}

func (m *meter) done() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.line != "" {
		m.write("")
		fmt.Fprint(m.out, "\r")
	}
}
