package store

import (
	"encoding/binary"
	"errors"
	"time"

	"ringbreaker.example/fraud"
)

// What was taken out of a report is packed, since linking reads all of it of
// every report: a tenth of the time and half of the bytes of JSON.
//
//	packed  = 0x01 count item*                         count, n: unsigned varints
//	sighting = text(kind) text(value) text(role) varint(µs since 1970)
//	           text(field) n(start) n(end) text(raw) byte(valid) text(why)
//	sketch   = text(field) n(words) n(hashes) hash*    hash: 8 bytes, little-endian
//	text     = n(bytes) bytes
const packVersion = 1

var errPacked = errors.New("packed bytes are cut or changed: run fsck")

func putText[T ~string](b []byte, s T) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func packSightings(list []fraud.Sighting) []byte {
	b := binary.AppendUvarint([]byte{packVersion}, uint64(len(list)))
	for i := range list {
		s := &list[i]
		b = putText(b, s.Indicator.Kind)
		b = putText(b, s.Indicator.Value)
		b = putText(b, s.Role)
		b = binary.AppendVarint(b, s.At.UnixMicro())
		b = putText(b, s.Place.Field)
		b = binary.AppendUvarint(b, uint64(s.Place.Start))
		b = binary.AppendUvarint(b, uint64(s.Place.End))
		b = putText(b, s.Raw)
		valid := byte(0)
		if s.Valid {
			valid = 1
		}
		b = append(b, valid)
		b = putText(b, s.Why)
	}
	return b
}

func packSketches(list []fraud.Sketch) []byte {
	b := binary.AppendUvarint([]byte{packVersion}, uint64(len(list)))
	for _, s := range list {
		b = putText(b, s.Field)
		b = binary.AppendUvarint(b, uint64(s.Words))
		b = binary.AppendUvarint(b, uint64(len(s.Hashes)))
		for _, h := range s.Hashes {
			b = binary.LittleEndian.AppendUint64(b, h)
		}
	}
	return b
}

// unpacker reads packed bytes. After the first thing that does not fit it
// reads nothing more, and err says so.
type unpacker struct {
	b   []byte
	err error
}

func (u *unpacker) fail() { u.b, u.err = nil, errPacked }

func (u *unpacker) byte() byte {
	if len(u.b) == 0 {
		u.fail()
		return 0
	}
	v := u.b[0]
	u.b = u.b[1:]
	return v
}

func (u *unpacker) n() int {
	v, size := binary.Uvarint(u.b)
	if size <= 0 || v > 1<<40 {
		u.fail()
		return 0
	}
	u.b = u.b[size:]
	return int(v)
}

func (u *unpacker) moment() time.Time {
	v, size := binary.Varint(u.b)
	if size <= 0 {
		u.fail()
		return time.Time{}
	}
	u.b = u.b[size:]
	if v == zeroMicros {
		return time.Time{}
	}
	return time.UnixMicro(v).UTC()
}

// zeroMicros is the zero time as microseconds.
var zeroMicros = time.Time{}.UnixMicro()

func (u *unpacker) text() string {
	n := u.n()
	if n > len(u.b) {
		u.fail()
		return ""
	}
	s := string(u.b[:n])
	u.b = u.b[n:]
	return s
}

// count is how many items follow; each takes at least least bytes, so that a
// changed count cannot ask for more memory than the bytes could fill.
func (u *unpacker) count(least int) int {
	if u.byte() != packVersion {
		u.fail()
	}
	n := u.n()
	if n > len(u.b)/least {
		u.fail()
		return 0
	}
	return n
}

func (u *unpacker) done() error {
	if u.err == nil && len(u.b) > 0 {
		u.fail()
	}
	return u.err
}

const leastSighting = 10

func unpackSightings(id fraud.ReportID, b []byte) ([]fraud.Sighting, error) {
	u := unpacker{b: b}
	list := make([]fraud.Sighting, u.count(leastSighting))
	for i := range list {
		list[i] = fraud.Sighting{
			Report:    id,
			Indicator: fraud.Indicator{Kind: fraud.Kind(u.text()), Value: u.text()},
			Role:      fraud.Role(u.text()),
			At:        u.moment(),
			Place:     fraud.Place{Field: u.text(), Start: u.n(), End: u.n()},
			Raw:       u.text(),
			Valid:     u.byte() == 1,
			Why:       u.text(),
		}
	}
	return list, u.done()
}

const leastSketch = 3

func unpackSketches(b []byte) ([]fraud.Sketch, error) {
	u := unpacker{b: b}
	list := make([]fraud.Sketch, u.count(leastSketch))
	for i := range list {
		list[i].Field = u.text()
		list[i].Words = u.n()
		n := u.n()
		if n > len(u.b)/8 {
			u.fail()
			break
		}
		list[i].Hashes = make([]uint64, n)
		for j := range list[i].Hashes {
			list[i].Hashes[j] = binary.LittleEndian.Uint64(u.b[8*j:])
		}
		u.b = u.b[8*n:]
	}
	return list, u.done()
}

// distinct gives the indicators that a report holds, each once, as keys of
// the index of sightings.
func distinct(list []fraud.Sighting) []fraud.Indicator {
	out := make([]fraud.Indicator, 0, len(list))
	seen := make(map[fraud.Indicator]bool, len(list))
	for i := range list {
		kind, value := key(list[i].Indicator)
		k := fraud.Indicator{Kind: fraud.Kind(kind), Value: value}
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}
