package refer_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// FuzzChanges takes a signed package apart and puts it together changed, as a
// program that knows tar would: each three bytes of the input are a change, the
// file that it is made to, and how. Headers and sizes are right again
// afterwards, so that what is beyond the tar is reached. Whatever verifies is
// the very package.
func FuzzChanges(f *testing.F) {
	whole := small(f).packed(f)
	for op := range byte(10) {
		f.Add([]byte{op, 4, 9})
		f.Add([]byte{op, 1, 200, op, 7, 3})
	}
	f.Fuzz(func(t *testing.T, ops []byte) {
		list := take(t, whole)
		for ; len(ops) >= 3 && len(list) > 0; ops = ops[3:] {
			list = change(list, ops[0], int(ops[1])%len(list), ops[2])
		}
		changed, err := packedAgain(list)
		if err != nil {
			return // no tar can hold it
		}
		v, err := refer.Verify(bytes.NewReader(changed), refer.Trust{})
		if bytes.Equal(changed, whole) {
			if err != nil {
				t.Fatalf("unchanged: %v", err)
			}
			return
		}
		if !errors.Is(err, fraud.ErrInvalid) || v.OK {
			t.Fatalf("got %v, %v, want ErrInvalid", v.OK, err)
		}
	})
}

func change(list []entry, op byte, i int, how byte) []entry {
	e := &list[i]
	switch op % 10 {
	case 0:
		return slices.Delete(list, i, i+1)
	case 1:
		return slices.Insert(list, i, *e)
	case 2:
		j := int(how) % len(list)
		list[i], list[j] = list[j], list[i]
	case 3:
		e.h.Name = e.h.Name[:int(how)%(len(e.h.Name)+1)] + string(rune(how)) + e.h.Name[int(how)%(len(e.h.Name)+1):]
	case 4:
		if len(e.body) > 0 {
			e.body = bytes.Clone(e.body)
			e.body[int(how)*len(e.body)/256] ^= 1 << (how % 8)
		}
	case 5:
		e.body = e.body[:int(how)*len(e.body)/256]
	case 6:
		e.body = append(bytes.Clone(e.body), how)
	case 7:
		e.h.Typeflag, e.h.Linkname = how, "referral.json"
	case 8:
		e.body = list[int(how)%len(list)].body
	case 9:
		e.h.Name = list[int(how)%len(list)].h.Name
	}
	return list
}

func packedAgain(list []entry) ([]byte, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range list {
		e.h.Size = int64(len(e.body))
		if e.h.Typeflag != tar.TypeReg {
			e.h.Size = 0
		}
		if err := w.WriteHeader(&e.h); err != nil {
			return nil, err
		}
		if e.h.Typeflag == tar.TypeReg {
			if _, err := w.Write(e.body); err != nil {
				return nil, err
			}
		}
	}
	return buf.Bytes(), w.Close()
}

// FuzzOutline puts somebody's bytes in the place of the manifest, the
// signatures (DSSE envelopes, statements, time stamps), the ledger proofs or
// referral.json. The manifest gets the hash of a changed referral.json, so that
// its parser is reached.
func FuzzOutline(f *testing.F) {
	whole := small(f).packed(f)
	list := take(f, whole)
	for i := range byte(4) {
		f.Add(i, list[i].body)
	}
	f.Add(byte(1), []byte("{\n  \"format\": \"ringbreaker/signatures/1\",\n  \"by\": []\n}\n"))
	f.Fuzz(func(t *testing.T, which byte, b []byte) {
		list := take(t, whole)
		i := int(which % 4)
		same := bytes.Equal(list[i].body, b)
		if i == 3 && !same {
			old := fmt.Sprintf("%x", sha256.Sum256(list[3].body))
			var m refer.Manifest
			if err := json.Unmarshal(list[0].body, &m); err != nil {
				t.Fatal(err)
			}
			for k := range m.Files {
				if m.Files[k].SHA256 == old {
					m.Files[k].SHA256, m.Files[k].Size = fmt.Sprintf("%x", sha256.Sum256(b)), int64(len(b))
				}
			}
			text, err := json.MarshalIndent(m, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			list[0].body = append(text, '\n')
		}
		list[i].body = b
		v, err := refer.Verify(bytes.NewReader(put(t, list)), refer.Trust{})
		if same && err != nil || !same && (v.OK || !errors.Is(err, fraud.ErrInvalid)) {
			t.Fatalf("file %d, same %v: got %v, %v", i, same, v.OK, err)
		}
	})
}
