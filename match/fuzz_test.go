package match

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"testing"

	"ringbreaker.example/fraud"
)

// snapshot is a party as it stands before a message comes.
type snapshot struct {
	round round
	gob   []byte
	env   env
	body  []byte // an honest one
}

func (s snapshot) party(t testing.TB) *party {
	t.Helper()
	p := &party{}
	if err := gob.NewDecoder(bytes.NewReader(s.gob)).Decode(p); err != nil {
		t.Fatal(err)
	}
	p.wake()
	p.env = s.env
	return p
}

// snapshots are b before each message of an honest match.
func snapshots(t testing.TB) []snapshot {
	t.Helper()
	ctx := context.Background()
	pa, pb, err := pair(invented("a", 0, 12), invented("b", 6, 12), Terms{MinReports: 2, Audit: 4, Open: 2, Sentinels: 4, Batch: 4}.Filled())
	if err != nil {
		t.Fatal(err)
	}
	var out []snapshot
	for {
		r, more := pa.round()
		if !more {
			return out
		}
		if !r.list {
			var b bytes.Buffer
			if err := gob.NewEncoder(&b).Encode(pb); err != nil {
				t.Fatal(err)
			}
			msg, err := pa.say(ctx, r)
			if err != nil {
				t.Fatal(err)
			}
			var e envelope
			if err := json.Unmarshal(msg, &e); err != nil {
				t.Fatal(err)
			}
			out = append(out, snapshot{round: r, gob: b.Bytes(), env: pb.env, body: e.Body})
		}
		if _, _, err := exchange(ctx, pa, pb, r); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever a peer signs and sends in a round, we answer, refuse or name the
// lie; nothing panics, and what is accepted leads to a report of the count's
// size.
func FuzzBodies(f *testing.F) {
	all := snapshots(f)
	for i, s := range all {
		f.Add(uint8(i), s.body)
	}
	f.Fuzz(func(t *testing.T, at uint8, body []byte) {
		s := all[int(at)%len(all)]
		p := s.party(t)
		if err := p.take(t.Context(), s.round, body); err != nil {
			if !isCheat(err) {
				t.Errorf("round %s: got %v, want the peer named", s.round.name, err)
			}
			return
		}
		if len(p.Report.Shared) > len(p.Matched) {
			t.Errorf("round %s: %d opened of %d that match", s.round.name, len(p.Report.Shared), len(p.Matched))
		}
	})
}

// The same for lists.
func FuzzLists(f *testing.F) {
	names := []string{"points", "tags", "kinds", "labels"}
	for i := range names {
		f.Add(uint8(i), bytes.Repeat([]byte{1}, 512))
	}
	all := snapshots(f)
	f.Fuzz(func(t *testing.T, which uint8, list []byte) {
		name := names[int(which)%len(names)]
		for _, s := range all {
			if s.round.name != name && (name != "points" || s.round.name != "blind") {
				continue
			}
			p := s.party(t)
			p.Size[name], p.Want[name], p.Want["kinds nonce"] = len(list), hash(list), make([]byte, 32)
			if name == "points" && len(list) != 16*pointLen {
				return // expect refuses the size before a byte comes
			}
			err := p.feed(name, 0, list)
			if err == nil {
				err = p.useList(name, list)
			}
			if err != nil && !isCheat(err) {
				t.Errorf("%s: got %v, want the peer named", name, err)
			}
		}
	})
}

// A message envelope of foreign bytes never gets beyond its signature.
func FuzzEnvelope(f *testing.F) {
	f.Add([]byte(`{"match":"M","round":"commit","from":"a","transcript":"","body":"e30=","sig":""}`))
	all := snapshots(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := all[0].party(t)
		if reply, err := p.answer(t.Context(), raw); err == nil || reply != nil {
			t.Errorf("answered an unsigned message with %q", reply)
		}
		if p.Next != 0 || p.step() != fraud.MatchOffered {
			t.Error("an unsigned message moved the match")
		}
	})
}
