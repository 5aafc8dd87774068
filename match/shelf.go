package match

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"ringbreaker.example/fraud"
)

// frame is how many elements are sealed together: an audit opens a few, far
// apart, and must not open a set for each.
const frame = 256

// shelf is the elements of one run of an epoch, sealed in a file that nobody
// changes any more: frames of elements, then the end, then its length in eight
// bytes. The end, sealed too, has where each frame ends (eight bytes), each
// element's kind (a byte) and what stands at each position (four bytes).
type shelf struct {
	b     []byte // the file
	of    string // what its boxes are sealed as
	box   Sealer
	ends  []int
	kinds []byte
	order []uint32

	at  int // the frame that was opened last,
	now []Element
}

// errLost is of something that the match kept and that cannot be made again.
var errLost = fmt.Errorf("refuse this match and offer a fresh one: %w", fraud.ErrNotFound)

// errShelf is of a set that cannot be read again, and nobody but we had it.
func errShelf(why string) error {
	return fmt.Errorf("the set of this match is gone from the node's folder (%s), %w", why, errLost)
}

// shelve writes a run's elements and order, sealed.
func shelve(to *spool, name, of string, box Sealer, elements []Element, order []uint32) error {
	return to.write(name, func(w io.Writer) error {
		frames := (len(elements) + frame - 1) / frame
		end := make([]byte, 0, frames*8+len(elements)+len(order)*4)
		at := 0
		for lo := 0; lo < frames; lo += 64 { // some at a time: sealed on all cores, never all in memory
			sealed := make([][]byte, min(64, frames-lo))
			if err := eachOf(len(sealed), func(i int) error {
				n := lo + i
				sealed[i] = box.SealBytes(fmt.Sprintf("%s set %d", of, n), packElements(elements[n*frame:min((n+1)*frame, len(elements))]))
				return nil
			}); err != nil {
				return err
			}
			for _, s := range sealed {
				if _, err := w.Write(s); err != nil {
					return err
				}
				at += len(s)
				end = binary.BigEndian.AppendUint64(end, uint64(at))
			}
		}
		for _, e := range elements {
			end = append(end, kindCode(e.Indicator.Kind))
		}
		for _, o := range order {
			end = binary.BigEndian.AppendUint32(end, o)
		}
		sealed := box.SealBytes(of+" set end", end)
		_, err := w.Write(binary.BigEndian.AppendUint64(sealed, uint64(len(sealed))))
		return err
	})
}

// openShelf reads the end of what shelve wrote.
func openShelf(from *spool, name, of string, box Sealer, elements, points int) (*shelf, error) {
	b, err := from.load(name)
	if err != nil {
		return nil, err
	}
	if len(b) < 8 {
		return nil, errShelf("no file")
	}
	size, rest := binary.BigEndian.Uint64(b[len(b)-8:]), len(b)-8
	if size > uint64(rest) {
		return nil, errShelf("torn")
	}
	end, err := box.OpenBytes(of+" set end", b[rest-int(size):rest])
	if err != nil {
		return nil, errShelf("changed")
	}
	frames := (elements + frame - 1) / frame
	if len(end) != frames*8+elements+points*4 {
		return nil, errShelf("of another size")
	}
	s := &shelf{b: b, of: of, box: box, ends: make([]int, frames), kinds: end[frames*8 : frames*8+elements], order: make([]uint32, points), at: -1}
	for i := range s.ends {
		s.ends[i] = int(binary.BigEndian.Uint64(end[i*8:]))
	}
	for i := range s.order {
		s.order[i] = binary.BigEndian.Uint32(end[frames*8+elements+i*4:])
	}
	return s, nil
}

// opened is a frame of elements.
func (s *shelf) opened(n int) ([]Element, error) {
	if s.at == n {
		return s.now, nil
	}
	lo := 0
	if n > 0 {
		lo = s.ends[n-1]
	}
	if lo < 0 || s.ends[n] < lo || s.ends[n] > len(s.b) {
		return nil, errShelf("torn")
	}
	plain, err := s.box.OpenBytes(fmt.Sprintf("%s set %d", s.of, n), s.b[lo:s.ends[n]])
	if err != nil {
		return nil, errShelf("changed")
	}
	list, err := unpackElements(plain)
	if err != nil || len(list) != min(frame, len(s.kinds)-n*frame) {
		return nil, errShelf("cannot be read")
	}
	s.at, s.now = n, list
	return list, nil
}

// element is the i-th of the run.
func (s *shelf) element(i int) (Element, error) {
	list, err := s.opened(i / frame)
	if err != nil {
		return Element{}, err
	}
	return list[i%frame], nil
}

// all are the elements of the run.
func (s *shelf) all() ([]Element, error) {
	out := make([]Element, 0, len(s.kinds))
	for n := range s.ends {
		list, err := s.opened(n)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// packElements writes elements one behind the other: kind, relation (a byte
// each), value, ring (length, bytes), bits (eight bytes), reports, and for each
// of so many pieces of evidence the report's name, its digest and its leaf.
func packElements(list []Element) []byte {
	var b []byte
	text := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	for _, e := range list {
		relation := 0
		for i, r := range relations() {
			if r == e.Relation {
				relation = i
			}
		}
		b = append(b, kindCode(e.Indicator.Kind), byte(relation))
		text(e.Indicator.Value)
		text(string(e.Ring))
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(e.Bits))
		b = binary.AppendVarint(b, int64(e.Reports))
		b = binary.AppendUvarint(b, uint64(len(e.Evidence)))
		for _, v := range e.Evidence {
			text(string(v.Report))
			b = append(b, v.Digest[:]...)
			b = binary.AppendVarint(b, v.Leaf)
		}
	}
	return b
}

// unpackElements reads what packElements wrote.
func unpackElements(b []byte) ([]Element, error) {
	r := elementReader{b: b}
	out := make([]Element, 0, frame)
	for len(r.b) > 0 && !r.bad {
		code, relation := r.take(1), r.take(1)
		var e Element
		if !r.bad {
			kind, known := kindOf(code[0])
			if !known || int(relation[0]) >= len(relations()) {
				r.bad = true
				break
			}
			e.Indicator.Kind, e.Relation = kind, relations()[relation[0]]
		}
		e.Indicator.Value, e.Ring = r.text(), fraud.RingID(r.text())
		if bits := r.take(8); !r.bad {
			e.Bits = math.Float64frombits(binary.BigEndian.Uint64(bits))
		}
		e.Reports = int(r.number())
		n := r.count()
		if n > maxEvidence {
			r.bad = true
			break
		}
		e.Evidence = make([]Evidence, n)
		for i := range e.Evidence {
			v := &e.Evidence[i]
			v.Report = fraud.ReportID(r.text())
			if d := r.take(32); !r.bad {
				v.Digest = [32]byte(d)
			}
			v.Leaf = r.number()
		}
		out = append(out, e)
	}
	if r.bad {
		return nil, fmt.Errorf("elements cannot be read: %w", fraud.ErrInvalid)
	}
	return out, nil
}

// elementReader reads forward; once something is missing, all is.
type elementReader struct {
	b   []byte
	bad bool
}

func (r *elementReader) take(n int) []byte {
	if r.bad || n < 0 || n > len(r.b) {
		r.bad = true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *elementReader) count() uint64 {
	v, n := binary.Uvarint(r.b)
	if r.bad || n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *elementReader) number() int64 {
	v, n := binary.Varint(r.b)
	if r.bad || n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *elementReader) text() string {
	n := r.count()
	if n > uint64(len(r.b)) {
		r.bad = true
		return ""
	}
	return string(r.take(int(n)))
}
