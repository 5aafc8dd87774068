package storetest

import (
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// keyed is a peer with real keys, and the statements by which it changes them.
func keyed(b *bench, id fraud.OrgID) (p fraud.Peer, k *access.Keys) {
	b.Helper()
	k, err := access.GenerateKeys(id, string(id)+".example/log")
	b.must(err)
	p = peer(id)
	p.Org.Keys = k.Public()
	b.must(b.AddPeer(b.ctx, p))
	return p, k
}

func changed(b *bench, old *access.Keys, reason string) (access.KeyChange, *access.Keys) {
	b.Helper()
	fresh, err := old.Rotated()
	b.must(err)
	c, err := access.ChangeKeys(old, fresh, reason, time.Now())
	b.must(err)
	return c, fresh
}

var keyTests = []test{
	{"a peer's keys change by its own statement, once, and the log and the ledger have it", func(b *bench) {
		p, old := keyed(b, "birch")
		c, fresh := changed(b, old, "a year is over")
		b.must(b.ChangePeerKeys(b.ctx, c, time.Now()))
		b.must(b.ChangePeerKeys(b.ctx, c, time.Now())) // its answer was lost
		got, err := b.Peer(b.ctx, "birch")
		p.Org.Keys = fresh.Public()
		same(b, got, err, p)
		all, err := b.KeyChanges(b.ctx)
		same(b, len(all), err, 1)
		same(b, all[0].KeyChange, nil, c)
		again, _ := changed(b, old, "by the old key")
		b.refused(b.ChangePeerKeys(b.ctx, again, time.Now()), fraud.ErrForbidden)
		n, err := b.nouns(-1)
		same(b, n, err, 1)
		b.sound()
	}},
	{"a statement that is forged, old or somebody else's changes nothing", func(b *bench) {
		p, old := keyed(b, "birch")
		_, other := keyed(b, "cedar")
		good, _ := changed(b, old, "x")
		forged := good
		forged.Reason = "y"
		theirs, _ := changed(b, other, "x")
		theirs.Org = "birch"
		unknown := good
		unknown.Org = "oak"
		b.refused(b.ChangePeerKeys(b.ctx, forged, time.Now()), fraud.ErrForbidden)
		b.refused(b.ChangePeerKeys(b.ctx, theirs, time.Now()), fraud.ErrForbidden)
		b.refused(b.ChangePeerKeys(b.ctx, good, time.Now().Add(30*24*time.Hour)), fraud.ErrForbidden)
		b.refused(b.ChangePeerKeys(b.ctx, unknown, time.Now()), fraud.ErrNotFound)
		got, err := b.Peer(b.ctx, "birch")
		same(b, got, err, p)
		all, err := b.KeyChanges(b.ctx)
		same(b, len(all), err, 0)
	}},
	{"a key that was given up is never trusted again", func(b *bench) {
		p, old := keyed(b, "birch")
		c, err := access.ChangeKeys(old, nil, "it was stolen", time.Now())
		b.must(err)
		b.must(b.ChangePeerKeys(b.ctx, c, time.Now()))
		got, err := b.Peer(b.ctx, "birch")
		same(b, got.Revoked.IsZero(), err, false)
		same(b, got.Why, nil, "it gave its key up: it was stolen")
		b.refused(b.AddPeer(b.ctx, p), fraud.ErrConflict)
		b.refused(b.ChangePeerKeys(b.ctx, c, time.Now()), fraud.ErrForbidden)
		next, _ := changed(b, old, "by the thief")
		b.refused(b.ChangePeerKeys(b.ctx, next, time.Now()), fraud.ErrForbidden)
		p.Org.Keys = mustKeys(b, "birch").Public()
		b.must(b.AddPeer(b.ctx, p))
		b.sound()
	}},
	{"who took a statement of ours is noted once, and none of it is ever changed", func(b *bench) {
		keyed(b, "birch")
		ours := mustKeys(b, "alder")
		c, _ := changed(b, ours, "x")
		b.must(b.AddKeyChange(b.ctx, c))
		b.refused(b.AddKeyChange(b.ctx, c), fraud.ErrConflict)
		all, err := b.KeyChanges(b.ctx)
		same(b, len(all), err, 1)
		b.must(b.AddKeyNotice(b.ctx, all[0].No, "birch"))
		b.must(b.AddKeyNotice(b.ctx, all[0].No, "birch"))
		b.refused(b.AddKeyNotice(b.ctx, all[0].No+1, "birch"), fraud.ErrNotFound)
		got, err := b.KeyNotices(b.ctx)
		same(b, got, err, map[int64]map[fraud.OrgID]bool{all[0].No: {"birch": true}})
		for _, change := range []string{"UPDATE key_changes SET at = 0", "DELETE FROM key_changes", "DELETE FROM key_notices"} {
			if _, err := b.raw().ExecContext(b.ctx, change); err == nil {
				b.Errorf("%s: it was done", change)
			}
		}
	}},
	{"the evidence against a peer stays, and ends the exchange with it", func(b *bench) {
		keyed(b, "birch")
		f := fraud.PeerFault{Peer: "birch", Why: "told two stories", Seen: "one\n", Shown: "another\n", At: after(time.Hour)}
		b.must(b.CatchPeer(b.ctx, f))
		b.refused(b.CatchPeer(b.ctx, fraud.PeerFault{Peer: "nobody", Why: "x", At: t0}), fraud.ErrNotFound)
		all, err := b.PeerFaults(b.ctx)
		same(b, all, err, []fraud.PeerFault{f})
		got, err := b.Peer(b.ctx, "birch")
		same(b, got.Why, err, "its ledger told two stories")
		if _, err := b.raw().ExecContext(b.ctx, "UPDATE peer_faults SET why = 'none'"); err == nil {
			b.Error("the evidence was changed")
		}
	}},
}

func mustKeys(b *bench, id fraud.OrgID) *access.Keys {
	b.Helper()
	k, err := access.GenerateKeys(id, string(id)+".example/log")
	b.must(err)
	return k
}
