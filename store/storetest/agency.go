package storetest

import (
	"fmt"
	"sync"
	"time"

	"ringbreaker.example/fraud"
)

// aCase, with an operation, a site and a search of it.
func (b *bench) search() {
	b.Helper()
	b.must(b.AddCase(b.ctx, fraud.Case{ID: "CASE-1", Number: "FIR 7/2023", Complainant: "alder", Referral: "REF-1", Title: "t", Law: "s.66D", Rings: []fraud.RingID{"R-1"}, Sealed: true, RegisteredAt: t0, By: "ines"}))
	b.must(b.AddOperation(b.ctx, fraud.Operation{ID: "OP-1", Name: "Wheel", Cases: []fraud.CaseID{"CASE-1"}, GoAt: after(time.Hour), Lead: "ines", At: t0}))
	b.must(b.AddSite(b.ctx, site("SITE-1")))
	b.must(b.SaveSearch(b.ctx, search("SR-1")))
}

func site(id fraud.SiteID) fraud.Site {
	return fraud.Site{ID: id, Operation: "OP-1", Case: "CASE-1", Name: "Tower B", Address: "Sector 1", State: "Delhi", Country: "IN", TimeZone: "Asia/Kolkata", Confidence: "high", Evidence: "calls", Rings: []fraud.RingID{"R-1"}}
}

func search(id fraud.SearchID) fraud.Search {
	return fraud.Search{ID: id, Site: "SITE-1", Authority: "warrant 12", Issuer: "court", Expires: after(time.Hour), Officers: []string{"o"}, Witnesses: []string{"w1", "w2"}, StartedAt: t0, By: "omar"}
}

func item(id fraud.SeizureID, key string) fraud.Seizure {
	return fraud.Seizure{ID: id, Search: "SR-1", Type: fraud.ItemMobilePhone, What: "black, cracked", IMEI: "490154203237518", Place: "desk 3", Seal: "S-77", At: after(time.Minute), By: "omar", Key: key}
}

var agencyTests = []test{
	{"cases are linked both ways and unsealed once by an order", func(b *bench) {
		one := fraud.Case{ID: "CASE-1", Number: "FIR 7", Complainant: "alder", Referral: "REF-1", Title: "t", Law: "s.66D", Rings: []fraud.RingID{"R-1"}, Sealed: true, RegisteredAt: after(time.Hour), By: "ines"}
		two := fraud.Case{ID: "CASE-2", Complainant: "birch", RegisteredAt: t0, By: "ines"}
		b.must(b.AddCase(b.ctx, two))
		one.Linked = []fraud.CaseID{"CASE-2"}
		b.must(b.AddCase(b.ctx, one))
		b.refused(b.AddCase(b.ctx, one), fraud.ErrConflict)
		b.must(b.LinkCases(b.ctx, "CASE-2", "CASE-1"))
		b.refused(b.LinkCases(b.ctx, "CASE-1", "CASE-1"), fraud.ErrInvalid)
		b.refused(b.LinkCases(b.ctx, "CASE-1", "CASE-9"), fraud.ErrNotFound)
		b.refused(b.UnsealCase(b.ctx, "CASE-1", "", "ines", t0), fraud.ErrInvalid)
		b.must(b.UnsealCase(b.ctx, "CASE-1", "order 3", "ines", t0))
		b.refused(b.UnsealCase(b.ctx, "CASE-1", "order 4", "ines", t0), fraud.ErrConflict)
		b.refused(b.UnsealCase(b.ctx, "CASE-9", "order 4", "ines", t0), fraud.ErrNotFound)
		one.Sealed, one.UnsealOrder = false, "order 3"
		two.Linked = []fraud.CaseID{"CASE-1"}
		got, err := b.Case(b.ctx, "CASE-2")
		same(b, got, err, two)
		all, err := b.Cases(b.ctx)
		same(b, all, err, []fraud.Case{two, one})
		_, err = b.Case(b.ctx, "CASE-9")
		b.refused(err, fraud.ErrNotFound)
	}},
	{"an operation ends once", func(b *bench) {
		o := fraud.Operation{ID: "OP-1", Name: "Wheel", Cases: []fraud.CaseID{"CASE-1"}, GoAt: after(time.Hour), Lead: "ines", At: t0}
		first := fraud.Operation{ID: "OP-2", Name: "Spoke", At: after(-time.Hour)}
		b.must(b.AddOperation(b.ctx, o))
		b.must(b.AddOperation(b.ctx, first))
		b.refused(b.AddOperation(b.ctx, o), fraud.ErrConflict)
		b.must(b.EndOperation(b.ctx, "OP-1", after(2*time.Hour), "ines"))
		b.refused(b.EndOperation(b.ctx, "OP-1", after(3*time.Hour), "ines"), fraud.ErrConflict)
		b.refused(b.EndOperation(b.ctx, "OP-9", t0, "ines"), fraud.ErrNotFound)
		o.Done = after(2 * time.Hour)
		got, err := b.Operation(b.ctx, "OP-1")
		same(b, got, err, o)
		all, err := b.Operations(b.ctx)
		same(b, all, err, []fraud.Operation{first, o})
		_, err = b.Operation(b.ctx, "OP-9")
		b.refused(err, fraud.ErrNotFound)
	}},
	{"sites and searches belong to an operation", func(b *bench) {
		b.refused(b.AddSite(b.ctx, site("SITE-1")), fraud.ErrNotFound)
		b.refused(b.SaveSearch(b.ctx, search("SR-1")), fraud.ErrNotFound)
		b.search()
		b.must(b.AddSite(b.ctx, site("SITE-0")))
		odd := site("SITE-9")
		odd.Confidence = "certain"
		b.refused(b.AddSite(b.ctx, odd), fraud.ErrInvalid)
		got, err := b.Site(b.ctx, "SITE-1")
		same(b, got, err, site("SITE-1"))
		_, err = b.Site(b.ctx, "SITE-9")
		b.refused(err, fraud.ErrNotFound)
		all, err := b.Sites(b.ctx, "OP-1")
		same(b, all, err, []fraud.Site{site("SITE-0"), site("SITE-1")})
		all, err = b.Sites(b.ctx, "OP-9")
		same(b, all, err, nil)

		s := search("SR-1")
		s.EndedAt, s.SignedAt, s.RecordingSHA256 = after(time.Hour), after(time.Hour), "rr"
		b.must(b.SaveSearch(b.ctx, s))
		b.must(b.SaveSearch(b.ctx, s))
		for _, change := range []func(*fraud.Search){
			func(s *fraud.Search) { s.Site = "SITE-0" },
			func(s *fraud.Search) { s.SignedAt = after(2 * time.Hour) },
			func(s *fraud.Search) { s.RecordingSHA256 = "qq" },
		} {
			bad := s
			change(&bad)
			b.refused(b.SaveSearch(b.ctx, bad), fraud.ErrConflict)
		}
		backwards := search("SR-2")
		backwards.EndedAt = after(-time.Hour)
		b.refused(b.SaveSearch(b.ctx, backwards), fraud.ErrInvalid)
		kept, err := b.Search(b.ctx, "SR-1")
		same(b, kept, err, s)
		_, err = b.Search(b.ctx, "SR-9")
		b.refused(err, fraud.ErrNotFound)
		list, err := b.Searches(b.ctx, "OP-1")
		same(b, list, err, []fraud.Search{s})
	}},
	{"items are numbered within their search and sent twice are one", func(b *bench) {
		_, err := b.AddSeizure(b.ctx, item("I-1", ""))
		b.refused(err, fraud.ErrNotFound)
		b.search()
		b.must(b.SaveSearch(b.ctx, search("SR-2")))
		first, err := b.AddSeizure(b.ctx, item("I-1", "key-1"))
		want := item("I-1", "key-1")
		want.No = 1
		same(b, first, err, want)
		again := item("I-7", "key-1")
		again.At = after(time.Hour)
		got, err := b.AddSeizure(b.ctx, again)
		same(b, got, err, want)
		again.What = "white"
		_, err = b.AddSeizure(b.ctx, again)
		b.refused(err, fraud.ErrConflict)
		sim := fraud.Seizure{ID: "I-2", Search: "SR-1", Type: fraud.ItemSIM, ICCID: "8991000000000000000", Root: "I-1", At: t0, By: "omar"}
		got, err = b.AddSeizure(b.ctx, sim)
		sim.No = 2
		same(b, got, err, sim)
		cash := fraud.Seizure{ID: "I-3", Search: "SR-2", Type: fraud.ItemCash, Amount: fraud.Money{Minor: 123456, Currency: "INR"}, At: t0, By: "omar", Key: "key-1"}
		got, err = b.AddSeizure(b.ctx, cash)
		cash.No = 1
		same(b, got, err, cash)
		list, err := b.Seizures(b.ctx, "SR-1")
		same(b, list, err, []fraud.Seizure{want, sim})
		got, err = b.Seizure(b.ctx, "I-2")
		same(b, got, err, sim)
		_, err = b.Seizure(b.ctx, "I-9")
		b.refused(err, fraud.ErrNotFound)
		odd := item("I-8", "")
		odd.Type = "boat"
		_, err = b.AddSeizure(b.ctx, odd)
		b.refused(err, fraud.ErrInvalid)
		odd = item("I-8", "")
		odd.Corrects = "I-9"
		_, err = b.AddSeizure(b.ctx, odd)
		b.refused(err, fraud.ErrNotFound)
		b.sound()
	}},
	{"eight phones at once number without a gap", func(b *bench) {
		b.search()
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := range 5 {
					name := fmt.Sprintf("I-%d-%d", w, i)
					if _, err := b.AddSeizure(b.ctx, item(fraud.SeizureID(name), name)); err != nil {
						b.Error(err)
					}
				}
			})
		}
		wg.Wait()
		list, err := b.Seizures(b.ctx, "SR-1")
		b.must(err)
		for i, s := range list {
			same(b, s.No, nil, i+1)
		}
		same(b, len(list), nil, 40)
		b.sound()
	}},
	{"a custody chain is whole from the seizure on and shows its gaps", func(b *bench) {
		b.search()
		_, err := b.AddSeizure(b.ctx, item("I-1", ""))
		b.must(err)
		chain, err := b.Custody(b.ctx, "I-1")
		b.must(err)
		if len(chain) != 1 || chain[0].Act != fraud.CustodySeized || chain[0].Holder != "omar" || chain[0].Seal != "S-77" {
			b.Fatalf("got %+v, want the seizure as the first event", chain)
		}
		handed, err := b.AddCustody(b.ctx, fraud.CustodyEvent{Item: "I-1", Act: fraud.CustodyReceived, Holder: "lab", From: "somebody else", Place: "lab", Why: "imaging", At: after(time.Hour + time.Nanosecond), By: "lena"})
		b.must(err)
		same(b, handed.Seq, nil, 2)
		same(b, handed.Prev, nil, chain[0].Hash)
		same(b, handed.At, nil, after(time.Hour))
		same(b, handed.From, nil, "somebody else")
		sum, err := handed.ChainHash()
		same(b, handed.Hash, err, sum)
		_, err = b.AddCustody(b.ctx, fraud.CustodyEvent{Item: "I-1", Act: fraud.CustodyExamined, Holder: "lab", At: after(time.Minute), By: "lena"})
		b.refused(err, fraud.ErrConflict)
		_, err = b.AddCustody(b.ctx, fraud.CustodyEvent{Item: "I-1", Act: "lost", Holder: "lab", At: after(2 * time.Hour), By: "lena"})
		b.refused(err, fraud.ErrInvalid)
		_, err = b.AddCustody(b.ctx, fraud.CustodyEvent{Item: "I-9", Act: fraud.CustodyExamined, Holder: "lab", At: after(2 * time.Hour), By: "lena"})
		b.refused(err, fraud.ErrNotFound)
		got, err := b.Custody(b.ctx, "I-1")
		same(b, got, err, append(chain, handed))
		i, err := b.place(fraud.LeafCustody, "I-1#2")
		same(b, i, err, 1)
		b.sound()
	}},
	{"a freeze stands as its last step says", func(b *bench) {
		f := fraud.Freeze{
			ID: "F-1", Case: "CASE-1", Account: "upi:shop@example", Bank: "bank", Channel: "1930", Seen: fraud.Money{Minor: 500, Currency: "INR"},
			State: fraud.FreezeRequested, Deadline: after(72 * time.Hour), Path: []string{"victim", "mule"},
			History: []fraud.FreezeEvent{{Freeze: "F-1", State: fraud.FreezeRequested, Why: "traced", At: t0, By: "ines"}},
		}
		b.refused(b.AddFreeze(b.ctx, f), fraud.ErrNotFound)
		b.search()
		b.must(b.AddFreeze(b.ctx, f))
		b.refused(b.AddFreeze(b.ctx, f), fraud.ErrConflict)
		held := fraud.FreezeEvent{Freeze: "F-1", State: fraud.FreezePartial, Held: fraud.Money{Minor: 300, Currency: "INR"}, BankRef: "B-1", Why: "what was left", At: after(time.Hour), By: "ines"}
		extended := fraud.FreezeEvent{Freeze: "F-1", State: fraud.FreezeExtended, Why: "order", At: after(2 * time.Hour), By: "ines"}
		b.must(b.AddFreezeEvent(b.ctx, held))
		b.must(b.AddFreezeEvent(b.ctx, extended))
		b.refused(b.AddFreezeEvent(b.ctx, fraud.FreezeEvent{Freeze: "F-9", State: fraud.FreezeHeld, At: t0}), fraud.ErrNotFound)
		b.refused(b.AddFreezeEvent(b.ctx, fraud.FreezeEvent{Freeze: "F-1", State: "thawed", At: t0}), fraud.ErrInvalid)
		f.History = append(f.History, held, extended)
		f.State, f.Held = fraud.FreezeExtended, held.Held
		got, err := b.Freeze(b.ctx, "F-1")
		same(b, got, err, f)
		bare := fraud.Freeze{ID: "F-0", Case: "CASE-1"}
		b.must(b.AddFreeze(b.ctx, bare))
		bare.State = fraud.FreezeRequested
		all, err := b.Freezes(b.ctx)
		same(b, all, err, []fraud.Freeze{bare, f})
		_, err = b.Freeze(b.ctx, "F-9")
		b.refused(err, fraud.ErrNotFound)
		_, err = b.Freeze(b.ctx, "")
		b.refused(err, fraud.ErrNotFound)
	}},
	{"arrests leads and outcomes come oldest first", func(b *bench) {
		b.search()
		a1 := fraud.Arrest{ID: "A-1", Case: "CASE-1", Person: "P", Role: "operator", Law: "s.66D", Place: "Delhi", At: after(time.Hour), By: "ines"}
		a2 := fraud.Arrest{ID: "A-2", Case: "CASE-1", Person: "Q", At: t0, By: "ines"}
		b.must(b.AddArrest(b.ctx, a1))
		b.must(b.AddArrest(b.ctx, a2))
		b.refused(b.AddArrest(b.ctx, a1), fraud.ErrConflict)
		b.refused(b.AddArrest(b.ctx, fraud.Arrest{ID: "A-3", Case: "CASE-9", At: t0}), fraud.ErrNotFound)
		arrests, err := b.Arrests(b.ctx)
		same(b, arrests, err, []fraud.Arrest{a2, a1})
		l1 := fraud.Lead{ID: "L-1", Case: "CASE-1", Country: "DE", To: "BKA", Says: "40 victims", Reports: 40, At: after(time.Hour), By: "ines"}
		l2 := fraud.Lead{ID: "L-2", Case: "CASE-1", Country: "SG", At: t0, By: "ines"}
		b.must(b.AddLead(b.ctx, l1))
		b.must(b.AddLead(b.ctx, l2))
		b.refused(b.AddLead(b.ctx, l1), fraud.ErrConflict)
		leads, err := b.Leads(b.ctx)
		same(b, leads, err, []fraud.Lead{l2, l1})
		o1 := fraud.Outcome{ID: "O-1", Referral: "REF-1", Says: "searched", Disrupted: []fraud.RingID{"R-1"}, Figures: []fraud.Figure{{Name: "searches", Value: 76, Source: "agency", AsOf: t0}, {Name: "money", Unknown: true, Unit: "USD", Source: "agency", AsOf: t0}}, At: after(time.Hour), By: "ines"}
		o2 := fraud.Outcome{ID: "O-2", Referral: "REF-1", At: t0}
		b.must(b.AddOutcome(b.ctx, o1))
		b.must(b.AddOutcome(b.ctx, o2))
		b.refused(b.AddOutcome(b.ctx, o1), fraud.ErrConflict)
		outcomes, err := b.Outcomes(b.ctx)
		same(b, outcomes, err, []fraud.Outcome{o2, o1})
	}},
}
