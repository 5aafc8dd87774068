package main

import (
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"ringbreaker.example/app"
)

type ioWriter = io.Writer

// barAfter is how long work takes before a person wants to see it move.
const barAfter = 2 * time.Second

// bar shows an import's progress on a terminal, and nothing elsewhere.
type bar struct {
	name  string
	out   *os.File
	since time.Time
	all   *mpb.Progress
	line  *mpb.Bar
}

func newBar(w io.Writer, name string) *bar {
	b := &bar{name: name, since: time.Now()}
	if f, ok := w.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
			b.out = f
		}
	}
	return b
}

func (b *bar) show(p app.ImportProgress) {
	if b.out == nil || p.Size <= 0 || (b.line == nil && time.Since(b.since) < barAfter) {
		return
	}
	if b.line == nil {
		b.all = mpb.New(mpb.WithOutput(b.out))
		b.line = b.all.AddBar(p.Size,
			mpb.PrependDecorators(decor.Name(b.name+" ")),
			mpb.AppendDecorators(decor.CountersKibiByte("% .1f / % .1f"), decor.AverageETA(decor.ET_STYLE_GO, decor.WCSyncSpace)))
	}
	b.line.SetCurrent(p.Bytes)
}

func (b *bar) done() {
	if b.line != nil {
		b.line.SetTotal(-1, true)
		b.all.Wait()
	}
}
