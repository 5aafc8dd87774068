package storetest

import (
	"time"

	"ringbreaker.example/fraud"
)

func letter(to fraud.OrgID, what, ref string) *fraud.Letter {
	return &fraud.Letter{To: to, What: what, Ref: ref, Version: 1, Path: "/peer/v1/x", Body: []byte(`{"a":1}`), At: t0}
}

// nos are the letters' numbers.
func nos(all []fraud.Letter) []int64 {
	var out []int64
	for _, l := range all {
		out = append(out, l.No)
	}
	return out
}

var letterTests = []test{
	{"a letter waits until it is taken, the first about a thing before the next", func(b *bench) {
		b.must(b.AddPeer(b.ctx, peer("birch")))
		b.must(b.AddPeer(b.ctx, peer("cedar")))
		first, second, other, elsewhere := letter("birch", "status", "REF-1"), letter("birch", "sealed", "REF-1"), letter("birch", "status", "REF-2"), letter("cedar", "status", "REF-1")
		b.must(b.Post(b.ctx, first, second))
		b.must(b.Post(b.ctx, other, elsewhere))
		now := t0.Add(time.Minute)
		due, err := b.DueLetters(b.ctx, now)
		same(b, nos(due), err, []int64{first.No, other.No, elsewhere.No})
		same(b, due[0], nil, *first)
		b.must(b.PutOffLetter(b.ctx, first.No, "not reached", now.Add(time.Hour)))
		due, err = b.DueLetters(b.ctx, now)
		same(b, nos(due), err, []int64{other.No, elsewhere.No})
		all, err := b.WaitingLetters(b.ctx)
		same(b, nos(all), err, []int64{first.No, second.No, other.No, elsewhere.No})
		same(b, all[0].Tries, nil, 1)
		same(b, all[0].Problem, nil, "not reached")
		b.must(b.HurryLetters(b.ctx, "birch", now))
		due, err = b.DueLetters(b.ctx, now)
		same(b, nos(due), err, []int64{first.No, other.No, elsewhere.No})
		b.must(b.EndLetter(b.ctx, first.No, "", now))
		b.refused(b.EndLetter(b.ctx, first.No, "", now), fraud.ErrConflict)
		b.refused(b.PutOffLetter(b.ctx, first.No, "late", now), fraud.ErrConflict)
		due, err = b.DueLetters(b.ctx, now)
		same(b, nos(due), err, []int64{second.No, other.No, elsewhere.No})
		none, err := b.DueLetters(b.ctx, now.Add(-time.Hour))
		same(b, len(none), err, 0)
	}},
	{"what was refused for good is found since when it was, and what was taken is not among it", func(b *bench) {
		b.must(b.AddPeer(b.ctx, peer("birch")))
		taken, early, late, waits := letter("birch", "status", "REF-1"), letter("birch", "status", "REF-2"), letter("birch", "joint", "J-1"), letter("birch", "status", "REF-3")
		b.must(b.Post(b.ctx, taken, early, late, waits))
		b.must(b.EndLetter(b.ctx, taken.No, "", after(time.Hour)))
		b.must(b.EndLetter(b.ctx, early.No, "no such key", after(time.Hour)))
		b.must(b.EndLetter(b.ctx, late.No, "not a line", after(2*time.Hour)))
		b.must(b.PutOffLetter(b.ctx, waits.No, "not reached", after(time.Hour)))
		all, err := b.RefusedLetters(b.ctx, t0, 10)
		same(b, nos(all), err, []int64{late.No, early.No})
		same(b, all[0].Problem, nil, "not a line")
		same(b, all[0].Ended, nil, after(2*time.Hour))
		newest, err := b.RefusedLetters(b.ctx, after(90*time.Minute), 10)
		same(b, nos(newest), err, []int64{late.No})
		one, err := b.RefusedLetters(b.ctx, t0, 1)
		same(b, nos(one), err, []int64{late.No})
	}},
	{"what peers took back is told apart from all else in the audit trail", func(b *bench) {
		b.must(b.AddAudit(b.ctx, fraud.AuditEntry{Act: "read", Ref: "J-1", Org: "birch", OK: true, At: t0}))
		b.must(b.AddAudit(b.ctx, fraud.AuditEntry{Act: fraud.AuditRecalled, Ref: "J-1", Org: "birch", Why: "sent too early", OK: true, At: after(time.Hour)}))
		b.must(b.AddAudit(b.ctx, fraud.AuditEntry{Act: fraud.AuditRecalled, Ref: "J-2", Org: "birch", Why: "not its own", At: after(2 * time.Hour)}))
		b.must(b.AddAudit(b.ctx, fraud.AuditEntry{Act: fraud.AuditRecalled, Ref: "REF-1", Org: "cedar", Why: "withdrawn", OK: true, At: after(3 * time.Hour)}))
		got, err := b.Recalls(b.ctx)
		same(b, got, err, []fraud.Recall{{By: "birch", Ref: "J-1", Why: "sent too early", At: after(time.Hour)}, {By: "cedar", Ref: "REF-1", Why: "withdrawn", At: after(3 * time.Hour)}})
	}},
	{"a letter is written with what it tells of, or neither is", func(b *bench) {
		b.must(b.AddPeer(b.ctx, peer("birch")))
		b.must(b.AddStatus(b.ctx, status(fraud.ReferralReceived, 0), letter("birch", "status", "REF-1")))
		b.refused(b.AddStatus(b.ctx, status(fraud.ReferralOpened, time.Hour), letter("nobody", "status", "REF-1")), fraud.ErrNotFound)
		got, err := b.Statuses(b.ctx, "REF-1")
		same(b, len(got), err, 1)
		b.must(b.SaveJointCase(b.ctx, jointCase("C-1", t0)))
		e := fraud.JointEntry{ID: "JE-1", Case: "C-1", Kind: fraud.JointComment, Org: "alder", Person: "ana", Says: "x", At: t0}
		b.refused(b.AddJointEntry(b.ctx, e, letter("nobody", "joint", "C-1")), fraud.ErrNotFound)
		b.must(b.AddJointEntry(b.ctx, e, letter("birch", "joint", "C-1")))
		b.must(b.AddJointEntry(b.ctx, e, letter("birch", "joint", "C-1"))) // the same line again tells nobody again
		all, err := b.WaitingLetters(b.ctx)
		same(b, len(all), err, 2)
		b.refused(b.SaveJointCase(b.ctx, jointCase("C-2", t0), letter("nobody", "joint", "C-2")), fraud.ErrNotFound)
		_, err = b.JointCase(b.ctx, "C-2")
		b.refused(err, fraud.ErrNotFound)
		b.refused(b.SaveReferral(b.ctx, referral(1), letter("nobody", "signed", "REF-1")), fraud.ErrNotFound)
		_, err = b.Referral(b.ctx, "REF-1", 1)
		b.refused(err, fraud.ErrNotFound)
		b.must(b.AddShare(b.ctx, fraud.Share{ID: "S-1", What: "joint_case", Ref: "C-1", To: "birch", By: "ana", Mark: fraud.Mark{}.Filled(), At: t0}))
		b.refused(b.RecallShare(b.ctx, "S-1", t0, "", letter("nobody", "recall", "S-1")), fraud.ErrNotFound)
		shares, err := b.Shares(b.ctx)
		same(b, shares[0].Recalled.IsZero(), err, true)
		b.must(b.SaveJointCase(b.ctx, jointCase("C-2", t0), letter("birch", "joint", "C-2")))
		b.must(b.SaveReferral(b.ctx, referral(1), letter("birch", "signed", "REF-1")))
		b.must(b.RecallShare(b.ctx, "S-1", t0, "", letter("birch", "recall", "S-1")))
		all, err = b.WaitingLetters(b.ctx)
		same(b, len(all), err, 5)
		b.refused(b.Post(b.ctx, letter("birch", "gossip", "x")), fraud.ErrInvalid)
		undated := letter("birch", "status", "x")
		undated.At = time.Time{}
		b.refused(b.Post(b.ctx, undated), fraud.ErrInvalid)
		b.sound()
	}},
}
