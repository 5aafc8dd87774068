package storetest

import (
	"sync"
	"sync/atomic"
	"time"

	"ringbreaker.example/fraud"
)

func peer(id fraud.OrgID) fraud.Peer {
	return fraud.Peer{
		Org: fraud.Org{
			ID: id, Name: "Birch Ltd", Kind: fraud.OrgCompany, Country: "US", Brands: []string{"Birch"},
			Keys: fraud.OrgKeys{Sign: "sign-" + string(id), Ledger: "ledger", Seal: "age1seal"},
		},
		URL: "http://127.0.0.1:1", AddedBy: "adm", AddedAt: t0,
	}
}

func match(id fraud.MatchID, at time.Time) fraud.Match {
	return fraud.Match{
		ID: id, Peer: "birch", Offered: true, Step: fraud.MatchOffered, Consent: map[fraud.MatchStep]time.Time{fraud.MatchOffered: t0},
		Kinds: []fraud.Kind{fraud.Phone}, MinReports: 2, OurSize: 10, OurRoot: "aa", At: at,
	}
}

func jointCase(id fraud.JointCaseID, at time.Time) fraud.JointCase {
	return fraud.JointCase{
		ID: id, Title: "The pop-ups", Peer: "birch", Match: "M-1",
		Overlaps: []fraud.Overlap{{OurRing: "R-1", PeerRing: "x", Elements: 3, Kinds: map[fraud.Kind]int{fraud.Phone: 3}, Bits: 51, Relation: fraud.SameOperator}},
		Basis:    fraud.ShareBasis{Purpose: "a joint referral", LegalBasis: "legitimate interest", Agreement: "A-7", Recipients: []fraud.OrgID{"birch"}},
		Mark:     fraud.Mark{TLP: fraud.TLPAmber, PAP: fraud.PAPAmber}, Embargo: after(time.Hour), OpenedBy: "alder", OpenedAt: at,
	}
}

var peerTests = []test{
	{"a peer comes back and its name may change but not its keys", func(b *bench) {
		p, q := peer("birch"), peer("alder")
		b.must(b.AddPeer(b.ctx, p))
		b.must(b.AddPeer(b.ctx, q))
		p.Org.Name, p.URL = "Birch plc", "http://127.0.0.1:2"
		b.must(b.AddPeer(b.ctx, p))
		got, err := b.Peer(b.ctx, "birch")
		same(b, got, err, p)
		all, err := b.Peers(b.ctx)
		same(b, all, err, []fraud.Peer{q, p})
		forged := p
		forged.Org.Keys.Sign = "another"
		b.refused(b.AddPeer(b.ctx, forged), fraud.ErrConflict)
		_, err = b.Peer(b.ctx, "cedar")
		b.refused(err, fraud.ErrNotFound)
		bad := peer("")
		b.refused(b.AddPeer(b.ctx, bad), fraud.ErrInvalid)
		bad = peer("cedar")
		bad.Org.Kind = "club"
		b.refused(b.AddPeer(b.ctx, bad), fraud.ErrInvalid)
	}},
	{"a revoked peer stays known as revoked and may come back with new keys", func(b *bench) {
		p := peer("birch")
		b.must(b.AddPeer(b.ctx, p))
		b.must(b.RevokePeer(b.ctx, "birch", after(time.Hour), "adm"))
		b.refused(b.RevokePeer(b.ctx, "birch", after(2*time.Hour), "adm"), fraud.ErrNotFound)
		b.refused(b.RevokePeer(b.ctx, "cedar", t0, "adm"), fraud.ErrNotFound)
		p.Revoked = after(time.Hour)
		got, err := b.Peer(b.ctx, "birch")
		same(b, got, err, p)
		p.Org.Keys.Sign, p.Revoked = "fresh", time.Time{}
		b.must(b.AddPeer(b.ctx, p))
		got, err = b.Peer(b.ctx, "birch")
		same(b, got, err, p)
	}},
	{"a nonce is used once for each key", func(b *bench) {
		until := time.Now().Add(time.Hour)
		b.must(b.UseNonce(b.ctx, "k1", "n", until))
		b.must(b.UseNonce(b.ctx, "k2", "n", until))
		b.must(b.UseNonce(b.ctx, "k1", "m", until))
		b.refused(b.UseNonce(b.ctx, "k1", "n", until), fraud.ErrConflict)
		b.refused(b.UseNonce(b.ctx, "k1", "n", until.Add(time.Hour)), fraud.ErrConflict)
	}},
	{"of many requests with one nonce one passes", func(b *bench) {
		var passed atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if b.UseNonce(b.ctx, "k", "n", time.Now().Add(time.Hour)) == nil {
					passed.Add(1)
				}
			})
		}
		wg.Wait()
		same(b, passed.Load(), nil, 1)
	}},
	{"a match goes on where it stopped and nobody takes a commitment back", func(b *bench) {
		m := match("M-1", t0)
		b.refused(b.SaveMatch(b.ctx, m, nil), fraud.ErrNotFound)
		b.must(b.AddPeer(b.ctx, peer("birch")))
		b.must(b.SaveMatch(b.ctx, m, nil))
		m.Step, m.PeerRoot, m.PeerSize = fraud.MatchKinds, "bb", 7
		m.PeerConsent = map[fraud.MatchStep]time.Time{fraud.MatchKinds: after(time.Minute)}
		m.Report = fraud.MatchReport{
			Count: 3, ByKind: map[fraud.Kind]int{fraud.Phone: 3},
			Shared: []fraud.SharedIndicator{{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: phoneA}, OurRing: "R-1", PeerRing: "x", OurReports: 2, PeerReports: 5}},
		}
		b.must(b.SaveMatch(b.ctx, m, []byte("state\x00")))
		got, state, err := b.Match(b.ctx, "M-1")
		same(b, got, err, m)
		same(b, string(state), nil, "state\x00")
		for _, change := range []func(*fraud.Match){
			func(m *fraud.Match) { m.OurRoot = "cc" },
			func(m *fraud.Match) { m.PeerRoot = "cc" },
			func(m *fraud.Match) { m.Offered = false },
		} {
			bad := m
			change(&bad)
			b.refused(b.SaveMatch(b.ctx, bad, nil), fraud.ErrConflict)
		}
		m.Step, m.PeerRoot, m.Problem = fraud.MatchBroken, "cc", "it changed its set"
		b.must(b.SaveMatch(b.ctx, m, nil))
		_, _, err = b.Match(b.ctx, "M-9")
		b.refused(err, fraud.ErrNotFound)
		first := match("M-2", after(-time.Hour))
		b.must(b.SaveMatch(b.ctx, first, nil))
		m.PeerRoot = "cc"
		all, err := b.Matches(b.ctx)
		same(b, all, err, []fraud.Match{first, m})
		odd := match("M-3", t0)
		odd.Step = "guessed"
		b.refused(b.SaveMatch(b.ctx, odd, nil), fraud.ErrInvalid)
	}},
	{"a joint case is kept as it stands", func(b *bench) {
		c := jointCase("C-1", t0)
		b.refused(b.SaveJointCase(b.ctx, c), fraud.ErrNotFound)
		b.must(b.AddPeer(b.ctx, peer("birch")))
		b.must(b.AddPeer(b.ctx, peer("cedar")))
		b.must(b.SaveJointCase(b.ctx, c))
		c.Accepted, c.Title = after(time.Minute), "The pop-ups of autumn"
		b.must(b.SaveJointCase(b.ctx, c))
		got, err := b.JointCase(b.ctx, "C-1")
		same(b, got, err, c)
		other := c
		other.Peer = "cedar"
		b.refused(b.SaveJointCase(b.ctx, other), fraud.ErrConflict)
		_, err = b.JointCase(b.ctx, "C-9")
		b.refused(err, fraud.ErrNotFound)
		first := jointCase("C-2", after(-time.Hour))
		b.must(b.SaveJointCase(b.ctx, first))
		all, err := b.JointCases(b.ctx)
		same(b, all, err, []fraud.JointCase{first, c})
	}},
	{"a line of a joint case's log is kept once, in order, and never changed", func(b *bench) {
		b.must(b.AddPeer(b.ctx, peer("birch")))
		b.must(b.SaveJointCase(b.ctx, jointCase("C-1", t0)))
		e := fraud.JointEntry{ID: "JE-2", Case: "C-1", Kind: fraud.JointComment, Org: "birch", Person: "ana", Says: "the numbers moved", At: after(time.Hour)}
		b.must(b.AddJointEntry(b.ctx, e))
		b.must(b.AddJointEntry(b.ctx, e))
		f := e
		f.Says = "they did not"
		b.refused(b.AddJointEntry(b.ctx, f), fraud.ErrConflict)
		f.ID, f.At = "JE-1", t0
		b.must(b.AddJointEntry(b.ctx, f))
		all, err := b.JointEntries(b.ctx, "C-1")
		same(b, all, err, []fraud.JointEntry{e, f})
		lost := e
		lost.ID, lost.Case = "JE-3", "C-9"
		b.refused(b.AddJointEntry(b.ctx, lost), fraud.ErrNotFound)
		odd := e
		odd.ID, odd.Kind = "JE-4", "gossip"
		b.refused(b.AddJointEntry(b.ctx, odd), fraud.ErrInvalid)
		if _, err := b.raw().ExecContext(b.ctx, "UPDATE joint_entries SET body = '{}'"); err == nil {
			b.Error("a line of the log was changed")
		}
		b.sound()
	}},
	{"a share stays on record when it is recalled", func(b *bench) {
		s := fraud.Share{
			ID: "S-1", What: "list", Ref: "L-1", To: "birch", By: "ana", Mark: fraud.Mark{TLP: fraud.TLPGreen, PAP: fraud.PAPGreen}, At: after(time.Hour),
			Basis: fraud.ShareBasis{Purpose: "p", LegalBasis: "l", Agreement: "a", Recipients: []fraud.OrgID{"birch"}},
		}
		first := s
		first.ID, first.At = "S-2", t0
		b.must(b.AddShare(b.ctx, s))
		b.must(b.AddShare(b.ctx, first))
		b.refused(b.AddShare(b.ctx, s), fraud.ErrConflict)
		b.refused(b.RecallShare(b.ctx, "S-9", t0, ""), fraud.ErrNotFound)
		b.must(b.RecallShare(b.ctx, "S-1", after(2*time.Hour), ""))
		b.must(b.RecallShare(b.ctx, "S-1", after(3*time.Hour), "signed"))
		s.Recalled, s.Receipt = after(2*time.Hour), "signed"
		all, err := b.Shares(b.ctx)
		same(b, all, err, []fraud.Share{first, s})
		n, err := b.nouns(-1)
		same(b, n, err, 4)
		b.sound()
	}},
	{"a hold is released once and stays on record", func(b *bench) {
		h := fraud.Hold{ID: "H-1", Ring: "R-1", Until: after(time.Hour), Reason: "a raid", By: "ana", FromOrg: "cfb", At: t0}
		k := fraud.Hold{ID: "H-2", Indicator: fraud.Indicator{Kind: fraud.Phone, Value: phoneA}, Until: after(time.Hour), Reason: "a raid", By: "ana", At: after(-time.Hour)}
		b.must(b.AddHold(b.ctx, h))
		b.must(b.AddHold(b.ctx, k))
		b.refused(b.AddHold(b.ctx, h), fraud.ErrConflict)
		b.refused(b.AddHold(b.ctx, fraud.Hold{ID: "H-3", Until: t0, At: t0}), fraud.ErrInvalid)
		b.refused(b.ReleaseHold(b.ctx, "H-9", "ana", t0), fraud.ErrNotFound)
		b.must(b.ReleaseHold(b.ctx, "H-1", "ana", after(time.Minute)))
		b.refused(b.ReleaseHold(b.ctx, "H-1", "kim", after(time.Minute)), fraud.ErrConflict)
		h.Released = after(time.Minute)
		all, err := b.Holds(b.ctx)
		same(b, all, err, []fraud.Hold{k, h})
	}},
}

func referral(version int) fraud.Referral {
	return fraud.Referral{
		ID: "REF-1", Version: version, Title: "Ten rings", JointCase: "C-1", Complainants: []fraud.OrgID{"alder", "birch"}, To: "cfb",
		Mark: fraud.Mark{TLP: fraud.TLPRed, PAP: fraud.PAPRed}, Embargo: after(time.Hour), Status: fraud.ReferralDraft, Manifest: "m1",
		Checks: []fraud.Check{{No: 1, Name: "hashes", OK: true, Says: "all hold"}}, At: t0,
	}
}

func status(s fraud.ReferralStatus, d time.Duration) fraud.StatusEvent {
	return fraud.StatusEvent{
		Referral: "REF-1", Status: s, Says: "it is " + string(s), From: "cfb", At: after(d), Signature: "sig",
		Figures: []fraud.Figure{{Name: "searches", Value: 76, Source: "agency", AsOf: t0}},
	}
}

var referralTests = []test{
	{"a referral keeps its versions and its history", func(b *bench) {
		one := referral(1)
		b.must(b.SaveReferral(b.ctx, one))
		one.Manifest, one.Status = "m2", fraud.ReferralSigned
		one.Signers = []fraud.Signer{{Org: "alder", Person: "A. Lawyer, Counsel", KeyID: "k", At: t0}}
		b.must(b.SaveReferral(b.ctx, one))
		taken := one
		taken.Manifest = "m3"
		b.refused(b.SaveReferral(b.ctx, taken), fraud.ErrConflict)
		one.Status, one.Sealed, one.Package = fraud.ReferralSealed, "ss", "pp"
		b.must(b.SaveReferral(b.ctx, one))
		two := referral(2)
		b.must(b.SaveReferral(b.ctx, two))
		b.must(b.AddStatus(b.ctx, status(fraud.ReferralReceived, time.Hour)))
		b.must(b.AddStatus(b.ctx, status(fraud.ReferralReceived, time.Hour)))
		b.must(b.AddStatus(b.ctx, status(fraud.ReferralOpened, 2*time.Hour)))
		history := []fraud.StatusEvent{status(fraud.ReferralReceived, time.Hour), status(fraud.ReferralOpened, 2*time.Hour)}
		one.History, two.History, one.Status = history, history, fraud.ReferralOpened
		got, err := b.Referral(b.ctx, "REF-1", 1)
		same(b, got, err, one) // nobody can have heard of the supplement, a draft
		got, err = b.Referral(b.ctx, "REF-1", 0)
		same(b, got, err, two)
		all, err := b.Referrals(b.ctx)
		same(b, all, err, []fraud.Referral{one, two})
		_, err = b.Referral(b.ctx, "REF-1", 3)
		b.refused(err, fraud.ErrNotFound)
		_, err = b.Referral(b.ctx, "REF-9", 0)
		b.refused(err, fraud.ErrNotFound)
		n, err := b.nouns(-1)
		same(b, n, err, 2)
		b.sound()
	}},
	{"steps that a saved referral brings are kept once", func(b *bench) {
		r := referral(1)
		r.Status, r.History = fraud.ReferralReceived, []fraud.StatusEvent{status(fraud.ReferralReceived, time.Hour)}
		b.must(b.SaveReferral(b.ctx, r))
		b.must(b.SaveReferral(b.ctx, r))
		b.must(b.AddStatus(b.ctx, r.History[0]))
		got, err := b.Referral(b.ctx, "REF-1", 0)
		same(b, got, err, r)
		n, err := b.nouns(-1)
		same(b, n, err, 1)
	}},
	{"an agency keeps the steps of a referral that it has no copy of", func(b *bench) {
		b.must(b.AddStatus(b.ctx, status(fraud.ReferralReceived, 0)))
		got, err := b.Statuses(b.ctx, "REF-1")
		same(b, got, err, []fraud.StatusEvent{status(fraud.ReferralReceived, 0)})
		got, err = b.Statuses(b.ctx, "")
		same(b, got, err, nil)
		odd := status("lost", 0)
		b.refused(b.AddStatus(b.ctx, odd), fraud.ErrInvalid)
	}},
	{"a version below one and an unknown status are refused", func(b *bench) {
		r := referral(0)
		b.refused(b.SaveReferral(b.ctx, r), fraud.ErrInvalid)
		r = referral(1)
		r.Status = "lost"
		b.refused(b.SaveReferral(b.ctx, r), fraud.ErrInvalid)
	}},
	{"the inbox takes a file once and opens what came", func(b *bench) {
		x := fraud.InboxItem{Referral: "REF-1", Version: 1, From: []fraud.OrgID{"alder", "birch"}, Sealed: "s1", ReceivedAt: after(time.Hour), Mark: fraud.Mark{TLP: fraud.TLPRed, PAP: fraud.PAPRed}}
		b.must(b.AddInbox(b.ctx, x))
		again := x
		again.ReceivedAt = after(2 * time.Hour)
		b.must(b.AddInbox(b.ctx, again))
		other := x
		other.Sealed = "s2"
		b.refused(b.AddInbox(b.ctx, other), fraud.ErrConflict)
		b.refused(b.SaveOpened(b.ctx, other), fraud.ErrConflict)
		missing := x
		missing.Referral = "REF-9"
		b.refused(b.SaveOpened(b.ctx, missing), fraud.ErrNotFound)
		x.Title, x.Package, x.OpenedAt, x.OpenedBy = "Ten rings", "p1", after(3*time.Hour), "ines"
		x.Verified = []fraud.Check{{No: 1, Name: "signatures", OK: true, Says: "two of two hold"}}
		b.must(b.SaveOpened(b.ctx, x))
		swapped := x
		swapped.Package = "p2"
		b.refused(b.SaveOpened(b.ctx, swapped), fraud.ErrConflict)
		later := fraud.InboxItem{Referral: "REF-1", Version: 2, Sealed: "s3", ReceivedAt: after(4 * time.Hour)}
		b.must(b.AddInbox(b.ctx, later))
		got, err := b.InboxItem(b.ctx, "REF-1", 1)
		same(b, got, err, x)
		got, err = b.InboxItem(b.ctx, "REF-1", 0)
		same(b, got, err, later)
		_, err = b.InboxItem(b.ctx, "REF-9", 0)
		b.refused(err, fraud.ErrNotFound)
		all, err := b.Inbox(b.ctx)
		same(b, all, err, []fraud.InboxItem{x, later})
	}},
}
