package storetest

import (
	"fmt"
	"reflect"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// fill gives every field of v, however deep, a value that is not zero: so a
// field that the store forgets comes back as a difference.
func fill(v reflect.Value, n *int) {
	*n++
	if t, ok := v.Addr().Interface().(*time.Time); ok {
		*t = after(time.Duration(*n) * time.Hour)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("x", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.25)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), n)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n)
		fill(value, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	default:
		panic(fmt.Sprintf("the suite cannot fill a %v", v.Type()))
	}
}

// full is a T in which no field is zero, with what the schema demands of it
// put right by fix.
func full[T any](fix func(*T)) T {
	var v T
	n := 0
	fill(reflect.ValueOf(&v).Elem(), &n)
	fix(&v)
	return v
}

// kept adds a noun in which every field is filled and reads it back.
func kept[T any](b *bench, add func(T) error, read func() (T, error), fix func(*T)) {
	b.Helper()
	want := full(fix)
	if err := add(want); err != nil {
		b.Errorf("%T: %v", want, err)
		return
	}
	got, err := read()
	if err != nil {
		b.Errorf("%T: %v", want, err)
		return
	}
	same(b, got, nil, want)
}

// last is the last of a list that was read.
func last[T any](list []T, err error) (T, error) {
	if err == nil && len(list) == 0 {
		err = fraud.ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return list[len(list)-1], nil
}

var fieldTests = []test{
	{"no field of what the desk keeps is lost", func(b *bench) {
		b.three()
		c := b.ctx
		b.must(b.AddJudgement(c, fraud.Judgement{ID: "J-0", Verdict: fraud.VerdictConfirmed, A: "s/3", By: "ana", Reason: "called back", At: t0}))
		kept(b, func(j fraud.Judgement) error { return b.AddJudgement(c, j) }, func() (fraud.Judgement, error) { return last(b.Judgements(c)) },
			func(j *fraud.Judgement) {
				j.ID, j.Verdict, j.A, j.B, j.Withdraws = "J-1", fraud.VerdictSame, "s/1", "s/2", "J-0"
			})
		kept(b, func(x fraud.Transfer) error { _, err := b.AddTransfers(c, []fraud.Transfer{x}); return err },
			func() (fraud.Transfer, error) { return last(b.Transfers(c)) },
			func(x *fraud.Transfer) { x.Basis = fraud.Inferred })
		kept(b, func(r fraud.Ring) error { return b.SaveRings(c, fraud.Linking{Rings: []fraud.Ring{r}}) },
			func() (fraud.Ring, error) { return last(b.RingsByHarm(c, 0)) },
			func(r *fraud.Ring) { r.Reports = []fraud.ReportID{"s/1"} })
		kept(b, func(s fraud.Suggestion) error {
			return b.SaveRings(c, fraud.Linking{Suggestions: []fraud.Suggestion{s}})
		}, func() (fraud.Suggestion, error) { return last(b.Suggestions(c)) }, func(*fraud.Suggestion) {})
		kept(b, func(e fraud.RingEvent) error { return b.SaveRings(c, fraud.Linking{Events: []fraud.RingEvent{e}}) },
			func() (fraud.RingEvent, error) { return last(b.RingEvents(c, "R-1")) },
			func(e *fraud.RingEvent) { e.Seq, e.Ring, e.What = 1, "R-1", "split" })
		kept(b, func(s fraud.Signature) error { return b.SaveSignature(c, s) }, func() (fraud.Signature, error) { return last(b.Signatures(c)) },
			func(*fraud.Signature) {})
		kept(b, func(a fraud.Alert) error { _, err := b.AddAlert(c, a); return err }, func() (fraud.Alert, error) { return last(b.Alerts(c)) },
			func(a *fraud.Alert) { a.Kind = fraud.AlertGrowth })
	}},
	{"no field of what the public side keeps is lost", func(b *bench) {
		c := b.ctx
		kept(b, func(l fraud.Listing) error { return b.SaveListings(c, []fraud.Listing{l}) }, func() (fraud.Listing, error) { return last(b.Listings(c)) },
			func(l *fraud.Listing) { l.State = fraud.ListingHeld })
		kept(b, func(s fraud.SafeEntry) error { return b.AddSafe(c, []fraud.SafeEntry{s}) }, func() (fraud.SafeEntry, error) { return last(b.SafeList(c)) },
			func(*fraud.SafeEntry) {})
		kept(b, func(d fraud.Dispute) error { return b.AddDispute(c, d) }, func() (fraud.Dispute, error) { return last(b.Disputes(c)) },
			func(*fraud.Dispute) {})
		kept(b, func(e fraud.AuditEntry) error { return b.AddAudit(c, e) }, func() (fraud.AuditEntry, error) { return last(b.Audits(c, 0)) },
			func(e *fraud.AuditEntry) { e.Seq = 1 })
		kept(b, func(p access.Person) error { return b.AddPerson(c, p) }, func() (access.Person, error) { return last(b.Persons(c)) },
			func(p *access.Person) { p.ID = "ana" })
		kept(b, func(s access.Session) error { return b.AddSession(c, s) }, func() (access.Session, error) { return b.Session(c, "h") },
			func(s *access.Session) { s.TokenHash, s.Person = "h", "ana" })
	}},
	{"no field of what two orgs share is lost", func(b *bench) {
		c := b.ctx
		b.must(b.AddPeer(c, peer("birch")))
		kept(b, func(p fraud.Peer) error {
			if err := b.AddPeer(c, p); err != nil {
				return err
			}
			return b.CatchPeer(c, fraud.PeerFault{Peer: p.Org.ID, Why: "forked", Seen: "a", Shown: "b", At: p.Revoked})
		}, func() (fraud.Peer, error) { return last(b.Peers(c)) }, func(p *fraud.Peer) { p.Org.Kind, p.Why = fraud.OrgAgency, "its ledger forked" })
		kept(b, func(f fraud.PeerFault) error { return b.CatchPeer(c, f) }, func() (fraud.PeerFault, error) { return last(b.PeerFaults(c)) }, func(f *fraud.PeerFault) { f.Peer = "birch" })
		kept(b, func(m fraud.Match) error { return b.SaveMatch(c, m, nil) }, func() (fraud.Match, error) { return last(b.Matches(c)) },
			func(m *fraud.Match) { m.Peer, m.Step = "birch", fraud.MatchSuspects })
		kept(b, func(j fraud.JointCase) error { return b.SaveJointCase(c, j) }, func() (fraud.JointCase, error) { return last(b.JointCases(c)) },
			func(j *fraud.JointCase) { j.ID, j.Peer = "C-7", "birch" })
		kept(b, func(e fraud.JointEntry) error { return b.AddJointEntry(c, e) }, func() (fraud.JointEntry, error) { return last(b.JointEntries(c, "C-7")) },
			func(e *fraud.JointEntry) { e.Case, e.Kind = "C-7", fraud.JointTask })
		kept(b, func(s fraud.Share) error { return b.AddShare(c, s) }, func() (fraud.Share, error) { return last(b.Shares(c)) }, func(*fraud.Share) {})
		kept(b, func(h fraud.Hold) error {
			if err := b.AddHold(c, h); err != nil {
				return err
			}
			return b.ReleaseHold(c, h.ID, "ana", h.Released)
		}, func() (fraud.Hold, error) { return last(b.Holds(c)) }, func(*fraud.Hold) {})
		kept(b, func(r fraud.Referral) error { return b.SaveReferral(c, r) }, func() (fraud.Referral, error) { return last(b.Referrals(c)) },
			func(r *fraud.Referral) {
				r.Status = fraud.ReferralSent
				for i := range r.History {
					r.History[i].Referral, r.History[i].Status = r.ID, fraud.ReferralOutcome
				}
			})
	}},
	{"no field of what the agency keeps is lost", func(b *bench) {
		c := b.ctx
		b.search()
		kept(b, func(x fraud.InboxItem) error { return b.AddInbox(c, x) }, func() (fraud.InboxItem, error) { return last(b.Inbox(c)) }, func(*fraud.InboxItem) {})
		kept(b, func(x fraud.Case) error { return b.AddCase(c, x) }, func() (fraud.Case, error) { return last(b.Cases(c)) },
			func(x *fraud.Case) { x.Linked = []fraud.CaseID{"CASE-1"} })
		kept(b, func(o fraud.Operation) error { return b.AddOperation(c, o) }, func() (fraud.Operation, error) { return last(b.Operations(c)) }, func(*fraud.Operation) {})
		kept(b, func(s fraud.Site) error { return b.AddSite(c, s) }, func() (fraud.Site, error) { return last(b.Sites(c, "OP-1")) },
			func(s *fraud.Site) { s.Operation, s.Confidence = "OP-1", "low" })
		kept(b, func(s fraud.Search) error { return b.SaveSearch(c, s) }, func() (fraud.Search, error) { return last(b.Searches(c, "OP-1")) },
			func(s *fraud.Search) { s.Site = "SITE-1" })
		_, err := b.AddSeizure(c, item("I-1", ""))
		b.must(err)
		kept(b, func(s fraud.Seizure) error { _, err := b.AddSeizure(c, s); return err }, func() (fraud.Seizure, error) { return last(b.Seizures(c, "SR-1")) },
			func(s *fraud.Seizure) {
				s.Search, s.No, s.Type, s.Root, s.Corrects = "SR-1", 2, fraud.ItemGold, "I-1", "I-1"
			})
		kept(b, func(f fraud.Freeze) error { return b.AddFreeze(c, f) }, func() (fraud.Freeze, error) { return last(b.Freezes(c)) },
			func(f *fraud.Freeze) {
				f.Case, f.State = "CASE-1", fraud.FreezeHeld
				for i := range f.History {
					f.History[i].Freeze, f.History[i].State, f.History[i].Held = f.ID, fraud.FreezeHeld, f.Held
				}
			})
		kept(b, func(a fraud.Arrest) error { return b.AddArrest(c, a) }, func() (fraud.Arrest, error) { return last(b.Arrests(c)) },
			func(a *fraud.Arrest) { a.Case = "CASE-1" })
		kept(b, func(l fraud.Lead) error { return b.AddLead(c, l) }, func() (fraud.Lead, error) { return last(b.Leads(c)) },
			func(l *fraud.Lead) { l.Case = "CASE-1" })
		kept(b, func(o fraud.Outcome) error { return b.AddOutcome(c, o) }, func() (fraud.Outcome, error) { return last(b.Outcomes(c)) }, func(*fraud.Outcome) {})
		e := full(func(e *fraud.CustodyEvent) { e.Item, e.Act = "I-1", fraud.CustodyReturned })
		kept, err := b.AddCustody(c, e)
		b.must(err)
		e.Seq, e.Prev, e.Hash = kept.Seq, kept.Prev, kept.Hash
		got, err := last(b.Custody(c, "I-1"))
		same(b, got, err, e)
		b.sound()
	}},
}
