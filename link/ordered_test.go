package link

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Pieces that are made side by side are written in their order, and no more
// of them wait than a few for each core.
func TestPiecesAreWrittenInOrder(t *testing.T) {
	const n = 3000
	var want strings.Builder
	for i := range n {
		fmt.Fprintln(&want, i)
	}
	var made, most atomic.Int64
	var out bytes.Buffer
	w := writer(func(b []byte) (int, error) {
		if ahead := made.Load() - int64(bytes.Count(out.Bytes(), []byte("\n"))); ahead > most.Load() {
			most.Store(ahead)
		}
		return out.Write(b)
	})
	rows, err := inOrder(w, n, func(i int, line *jsonLine) int {
		if i%7 == 0 {
			time.Sleep(time.Microsecond)
		}
		line.raw(fmt.Sprintln(i))
		made.Add(1)
		return 2
	})
	if err != nil || rows != 2*n || out.String() != want.String() {
		t.Errorf("%d rows, %v, in order: %v", rows, err, out.String() == want.String())
	}
	if most.Load() > int64(4*runtime.GOMAXPROCS(0)) {
		t.Errorf("%d pieces were made ahead of the writer", most.Load())
	}
}

// The first error ends it: of the writer, or of a piece that JSON cannot hold.
func TestTheFirstErrorEndsTheWriting(t *testing.T) {
	full, bad := errors.New("disk full"), errors.New("no JSON")
	for _, tt := range []struct {
		name   string
		writes int
		fails  int
		want   error
	}{{"writer", 5, -1, full}, {"piece", 1 << 30, 9, bad}} {
		t.Run(tt.name, func(t *testing.T) {
			made, left := atomic.Int64{}, tt.writes
			rows, err := inOrder(writer(func(b []byte) (int, error) {
				if left--; left < 0 {
					return 0, full
				}
				return len(b), nil
			}), 1<<20, func(i int, line *jsonLine) int {
				made.Add(1)
				if i == tt.fails {
					line.fail(bad)
				}
				return 1
			})
			if !errors.Is(err, tt.want) || rows != min(tt.writes, 9) {
				t.Errorf("%d rows, %v, want %d and %v", rows, err, min(tt.writes, 9), tt.want)
			}
			if made.Load() > 1<<12 {
				t.Errorf("%d pieces were made after the error", made.Load())
			}
		})
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
