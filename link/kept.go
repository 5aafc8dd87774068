package link

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unsafe"

	"github.com/zeebo/xxh3"

	"ringbreaker.example/fraud"
)

// What a settling linked can be kept as it lies in memory, so that a node which
// starts reads it in one go instead of taking every report apart again:
//
//	shape     the model
//	arrays    each with the number of its rows
//	checksum  of all before it
//
// It is an abbreviation and no more. Whoever reads it must know that the same
// program wrote it, since another packs otherwise, and that the reports in it
// are the ones that it would load otherwise.

// keptSum is the size of the checksum, XXH3 of 64 bits.
const keptSum = 8

// shape says by which model the reports were taken in.
func (b *Builder) shape() []byte {
	sum := xxh3.New()
	fmt.Fprint(sum, b.model.Version, b.model.Priors, b.model.Params, b.model.Shared, b.model.Assets)
	return fmt.Appendf(nil, "linked by %x\n", sum.Sum64())
}

// Keep writes what is linked, for [OpenBase]. Judgements are not in it.
func (x *Settling) Keep(w io.Writer) error {
	b, sum := x.b, xxh3.New()
	k := &keeper{to: bufio.NewWriterSize(io.MultiWriter(w, sum), keptChunk)}
	keep(k, b.shape())
	keep(k, []uint32{b.story})
	for _, in := range b.interners() {
		keep(k, in.arena)
		keep(k, in.ends)
	}
	keep(k, b.reports)
	keep(k, b.sights)
	keep(k, b.moneys)
	keep(k, b.brands)
	keep(k, b.sketches)
	keep(k, b.texture)
	keep(k, b.hashes)
	if err := errors.Join(k.err, k.to.Flush()); err != nil {
		return err
	}
	_, err := w.Write(binary.LittleEndian.AppendUint64(nil, sum.Sum64()))
	return err
}

// OpenBase gives a Base with all that was linked when it was kept, as if
// each report were loaded anew ([Base.Load]). It ends with [fraud.ErrInvalid]
// if that cannot be used: it was cut or changed, or is of another model. size is how many bytes there are.
func OpenBase(model Model, r io.Reader, size int64) (*Base, error) {
	s, sum := NewBase(model), xxh3.New()
	if err := s.b.read(&opener{from: io.TeeReader(r, sum), left: size}); err != nil {
		return nil, fmt.Errorf("read what was linked: %w", err)
	}
	want := binary.LittleEndian.AppendUint64(nil, sum.Sum64())
	have := make([]byte, keptSum)
	if _, err := io.ReadFull(r, have); err != nil || string(have) != string(want) {
		return nil, fmt.Errorf("what was linked is not what was kept: its checksum differs: %w", fraud.ErrInvalid)
	}
	if !s.b.sound() {
		return nil, fmt.Errorf("what was linked points to what is not there: %w", fraud.ErrInvalid)
	}
	s.b.index()
	s.recent.follow(s.b)
	s.grow()
	return s, nil
}

func (b *Builder) interners() []*interner {
	return []*interner{&b.ids, &b.values, &b.sources, &b.texts}
}

func (b *Builder) read(o *opener) error {
	if string(open[byte](o)) != string(b.shape()) && o.err == nil {
		return fmt.Errorf("it is of another model: %w", fraud.ErrInvalid)
	}
	story := open[uint32](o)
	for _, in := range b.interners() {
		in.arena, in.ends = open[byte](o), open[uint64](o)
	}
	b.reports, b.sights, b.moneys, b.brands = open[report](o), open[sight](o), open[money](o), open[pair32](o)
	b.sketches, b.texture, b.hashes = open[sketch](o), open[texture](o), open[uint32](o)
	switch {
	case o.err != nil:
		return o.err
	case len(story) != 1:
		return fmt.Errorf("it has no story: %w", fraud.ErrInvalid)
	}
	b.story = story[0]
	return nil
}

// keeper writes arrays, opener reads them. The first error stays.
type (
	keeper struct {
		to  *bufio.Writer
		err error
	}
	opener struct {
		from io.Reader
		left int64 // bytes
		err  error
	}
)

// keptChunk is how many bytes go to the file at once.
const keptChunk = 1 << 20

func keep[T any](k *keeper, rows []T) {
	if k.err != nil {
		return
	}
	if _, k.err = k.to.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(rows)))); k.err == nil && len(rows) > 0 {
		_, k.err = k.to.Write(raw(rows))
	}
}

func open[T any](o *opener) []T {
	var head [8]byte
	o.fill(head[:])
	n, size := binary.LittleEndian.Uint64(head[:]), uint64(unsafe.Sizeof(*new(T)))
	if o.err == nil && n > uint64(o.left)/size {
		o.err = fmt.Errorf("it was cut: %w", fraud.ErrInvalid)
	}
	if o.err != nil {
		return nil
	}
	// Room for a sixteenth more, so that the first report that comes does not move it all.
	rows := make([]T, n, n+n/16)
	o.fill(raw(rows))
	return rows
}

func (o *opener) fill(buf []byte) {
	if o.err != nil {
		return
	}
	n, err := io.ReadFull(o.from, buf)
	o.left -= int64(n)
	if err != nil {
		o.err = fmt.Errorf("it was cut: %w", errors.Join(err, fraud.ErrInvalid))
	}
}

func raw[T any](rows []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(rows))), len(rows)*int(unsafe.Sizeof(*new(T))))
}

// sound says whether every number leads to a row that is there.
func (b *Builder) sound() bool {
	for _, in := range b.interners() {
		end := uint64(0)
		for _, e := range in.ends {
			if e < end {
				return false
			}
			end = e
		}
		if end != uint64(len(in.arena)) {
			return false
		}
	}
	reports, texts := uint32(len(b.reports)), uint32(len(b.texts.ends))
	if len(b.reports) != len(b.ids.ends) {
		return false
	}
	for _, x := range b.reports {
		if x.flags&flagKnown != 0 && x.source >= uint32(len(b.sources.ends)) || x.victim > texts || x.country > texts || x.replaces > reports ||
			int(x.mark>>4) >= len(tlps) || int(x.mark&15) >= len(paps) {
			return false
		}
	}
	for _, x := range b.sights {
		if x.value >= uint32(len(b.values.ends)) || x.report >= reports || int(x.role) >= len(roles) {
			return false
		}
	}
	for i := range b.values.ends {
		if v := b.values.bytes(uint32(i)); len(v) == 0 || int(v[0]) >= len(kinds) {
			return false
		}
	}
	for _, x := range b.moneys {
		if x.report >= reports || x.currency >= texts {
			return false
		}
	}
	for _, x := range b.brands {
		if x.a >= reports || x.b >= texts {
			return false
		}
	}
	for _, x := range b.sketches {
		if x.report >= reports || x.field >= texts || x.set >= uint32(len(b.texture)) {
			return false
		}
	}
	for _, x := range b.texture {
		if n := x.place & 255; n == 0 || n > keptHashes || x.place>>8+n > uint64(len(b.hashes)) {
			return false
		}
	}
	return true
}

// index makes what finds a row by its text, which is not kept.
func (b *Builder) index() {
	for _, in := range b.interners() {
		in.index()
	}
	n := 1024
	for 4*(len(b.texture)+1) > 3*n {
		n *= 2
	}
	b.textures = make([]uint32, n)
	for i := range b.texture {
		b.textures[b.textureAt(b.texture[i].digest)] = uint32(i + 1)
	}
}
