package link

import (
	"io"
	"runtime"
	"sync"
)

// inOrder makes n pieces of text on all cores and writes them in their order.
// made appends piece i to its line and says how many rows that were; so do
// the rows of all written pieces add up. No more pieces wait for their turn
// than a few for each core, so a writer that is slow costs no memory.
func inOrder(w io.Writer, n int, made func(i int, line *jsonLine) int) (rows int, err error) {
	workers := max(1, min(runtime.GOMAXPROCS(0), n))
	pieces, stop := newPieces(4*workers), make(chan struct{})
	var side sync.WaitGroup
	for range workers {
		side.Go(func() {
			for p := range pieces.work {
				p.line.b, p.line.err = p.line.b[:0], nil
				p.rows = made(p.i, &p.line)
				p.done <- struct{}{}
			}
		})
	}
	side.Go(func() {
		defer close(pieces.order)
		defer close(pieces.work)
		for i := range n {
			select {
			case p := <-pieces.free:
				p.i = i
				pieces.order <- p
				pieces.work <- p
			case <-stop:
				return
			}
		}
	})
	for p := range pieces.order {
		<-p.done
		if err == nil { // else it only goes round until no more come
			if err = p.line.err; err == nil {
				_, err = w.Write(p.line.b)
			}
			if err == nil {
				rows += p.rows
			} else {
				close(stop)
			}
		}
		if cap(p.line.b) > mostKept {
			p.line.b = nil
		}
		pieces.free <- p
	}
	side.Wait()
	return rows, err
}

// mostKept is the longest line whose memory is kept for the next.
const mostKept = 4 << 20

// piece is a text that is made somewhere and waits for its turn.
type piece struct {
	i, rows int
	line    jsonLine
	done    chan struct{}
}

// pieces are so many that go round: free, then at work and in the order in
// which they are written, then free again.
type pieces struct{ free, order, work chan *piece }

func newPieces(n int) pieces {
	p := pieces{make(chan *piece, n), make(chan *piece, n), make(chan *piece, n)}
	for range n {
		p.free <- &piece{done: make(chan struct{}, 1)}
	}
	return p
}
