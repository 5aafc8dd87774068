package extract

import (
	"encoding/binary"
	"math/bits"
	"strings"

	"ringbreaker.example/fraud"
)

// keptForms remembers the canonical forms of fields met lately, one for each
// hash: a ring's accounts, firms, names and descriptors stand in one report after
// the other.
type keptForms [1 << keptBits]keptForm

const (
	keptBits = 10
	keptRaw  = 32 // bytes of the longest field that is remembered
)

// keptForm is what [scan.canonical] said of a field. The zero one is of none.
type keptForm struct {
	raw       [keptRaw]byte // filled up with zeros
	kind      fraud.Kind
	value     string
	country   [2]byte
	size      [2]uint8 // of what was written, and of its country
	same      bool     // the value is what was written
	valid, ok bool
}

// canonicalField is [scan.canonical] of a field.
func (x *scan) canonicalField(kind fraud.Kind, raw, country string) (value string, valid, ok bool) {
	var want keptForm
	switch kind {
	case fraud.Phone, fraud.URL, fraud.Email, fraud.TxID: // seldom the same twice soon, or the host is remembered
		return x.canonical(kind, raw, country)
	}
	if len(raw) > keptRaw || len(country) > len(want.country) {
		return x.canonical(kind, raw, country)
	}
	if x.kept == nil {
		x.kept = new(keptForms)
	}
	want.size = [2]uint8{uint8(len(raw)), uint8(len(country))}
	copy(want.raw[:], raw)
	copy(want.country[:], country)
	k := &x.kept[keptAt(kind, &want.raw)]
	if k.size == want.size && k.raw == want.raw && k.kind == kind && k.country == want.country {
		if k.same {
			return raw, k.valid, k.ok
		}
		return k.value, k.valid, k.ok
	}
	value, valid, ok = x.canonical(kind, raw, country)
	want.kind, want.valid, want.ok, want.same = kind, valid, ok, value == raw
	if !want.same {
		want.value = strings.Clone(value) // it may be a piece of a text that is gone
	}
	*k = want
	return value, valid, ok
}

// keptAt is where a field is remembered.
func keptAt(kind fraud.Kind, raw *[keptRaw]byte) uint64 {
	h := uint64(len(kind))<<8 | uint64(kind[0])
	for i := 0; i < keptRaw; i += 8 {
		h = bits.RotateLeft64(h, 23) ^ binary.LittleEndian.Uint64(raw[i:])*0x9E3779B97F4A7C15
	}
	return h * 0xD6E8FEB86659FD93 >> (64 - keptBits)
}
