package act_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
)

var sum = strings.Repeat("ab", 32)

// opened is a desk with a referral of two complainants, opened and sound.
func opened(t testing.TB) desk {
	t.Helper()
	d := newDesk(t)
	must(t)(d.Receive(d.ctx, "ref-1", 1, sum, []fraud.OrgID{"alder", "birch"}))
	must(t)(d.Opened(d.ctx, "ref-1", 1, act.Opening{Title: "Chakra", Package: sum, Checks: []fraud.Check{{No: 1, Name: "signatures", OK: true}}}))
	return d
}

// must fails the test on an error and passes the value on.
func must(t testing.TB) func(any, error) any {
	return func(v any, err error) any {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func registered(t testing.TB) (desk, []fraud.Case) {
	t.Helper()
	d := opened(t)
	cases, err := d.RegisterCases(d.ctx, act.Registration{
		Referral: "ref-1", Version: 1, Law: "IPC 420, 120B; IT Act 66D", Numbers: map[fraud.OrgID]string{"alder": "RC-1", "birch": "RC-2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, cases
}

// searching is a desk with one search under way.
func searching(t testing.TB) (desk, fraud.Operation, fraud.Search) {
	t.Helper()
	d, cases := registered(t)
	op, err := d.OpenOperation(d.ctx, "Chakra", []fraud.CaseID{cases[0].ID, cases[1].ID}, d.t)
	if err != nil {
		t.Fatal(err)
	}
	site, err := d.AddSite(d.ctx, fraud.Site{
		Operation: op.ID, Name: "Sector 62", Address: "Plot 1", State: "UP", Country: "IN", TimeZone: "Asia/Kolkata", Confidence: "high", Evidence: "relay address",
	})
	if err != nil {
		t.Fatal(err)
	}
	x, err := d.StartSearch(d.ctx, site.ID, act.Warrant{Authority: "Warrant 7", Issuer: "Special Court", Expires: d.t.Add(48 * time.Hour), Officers: []string{"Insp. Rao"}})
	if err != nil {
		t.Fatal(err)
	}
	return d, op, x
}

func phone(search fraud.SearchID, key string) fraud.Seizure {
	return fraud.Seizure{Search: search, Type: fraud.ItemMobilePhone, What: "black phone", IMEI: "49-015420-323751-8", Place: "desk 4", Seal: "S-1", Key: key}
}

func TestEachComplainantGetsACaseLinkedAndSealedUntilACourtOpensIt(t *testing.T) {
	d, cases := registered(t)
	if len(cases) != 2 || cases[0].Complainant == cases[1].Complainant {
		t.Fatalf("cases %+v", cases)
	}
	for _, c := range d.mem.cases {
		if !c.Sealed || len(c.Linked) != 1 {
			t.Errorf("case %s: sealed %v, linked %v", c.ID, c.Sealed, c.Linked)
		}
	}
	if err := d.UnsealCase(d.ctx, cases[0].ID, " "); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("without an order: %v", err)
	}
	if err := d.UnsealCase(d.ctx, cases[0].ID, "Order 12/2024"); err != nil {
		t.Fatal(err)
	}
	if c := d.mem.cases[0]; c.Sealed || c.UnsealOrder != "Order 12/2024" {
		t.Errorf("case after the order: %+v", c)
	}
}

func TestReferralWhoseCheckFailsIsNotRegistered(t *testing.T) {
	d := newDesk(t)
	must(t)(d.Receive(d.ctx, "ref-1", 1, sum, []fraud.OrgID{"alder"}))
	reg := act.Registration{Referral: "ref-1", Version: 1, Law: "x", Numbers: map[fraud.OrgID]string{"alder": "RC-1"}}
	if _, err := d.RegisterCases(d.ctx, reg); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("before it was opened: %v", err)
	}
	must(t)(d.Opened(d.ctx, "ref-1", 1, act.Opening{Package: sum, Checks: []fraud.Check{{Name: "signatures", OK: false}}}))
	if _, err := d.RegisterCases(d.ctx, reg); !errors.Is(err, fraud.ErrInvalid) || !strings.Contains(err.Error(), "signatures") {
		t.Errorf("got %v, want a refusal that names the check", err)
	}
	if len(d.mem.cases) != 0 {
		t.Error("a case was half-registered")
	}
}

func TestSamePackageTwiceIsOneAndAnotherIsAConflict(t *testing.T) {
	d := opened(t)
	if x, err := d.Receive(d.ctx, "ref-1", 1, sum, []fraud.OrgID{"alder"}); err != nil || x.OpenedAt.IsZero() {
		t.Errorf("the same again: %+v, %v", x, err)
	}
	if _, err := d.Receive(d.ctx, "ref-1", 1, strings.Repeat("cd", 32), []fraud.OrgID{"alder"}); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("other bytes: %v", err)
	}
}

func TestNoSearchUnderAnAuthorityThatRanOut(t *testing.T) {
	d, _, x := searching(t)
	site, err := d.AddSite(d.ctx, fraud.Site{
		Operation: d.mem.ops[0].ID, Name: "B", Address: "Plot 2", State: "HR", Country: "IN", TimeZone: "Asia/Kolkata", Confidence: "low", Evidence: "one report",
	})
	if err != nil {
		t.Fatal(err)
	}
	w := act.Warrant{Authority: "Warrant 8", Issuer: "Court", Expires: d.t, Officers: []string{"Insp. Rao"}}
	if _, err := d.StartSearch(d.ctx, site.ID, w); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("at the very second of its expiry: %v", err)
	}
	w.Expires, w.Issuer = d.t.Add(time.Hour), ""
	if _, err := d.StartSearch(d.ctx, site.ID, w); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("without an issuer: %v", err)
	}
	w.Issuer = "Court"
	if _, err := d.StartSearch(d.ctx, x.Site, w); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("a second search of one site: %v", err)
	}
}

func TestItemsIdentifiersAreCheckedInTheRoom(t *testing.T) {
	d, _, x := searching(t)
	for _, tt := range []struct {
		name string
		edit func(*fraud.Seizure)
		ok   bool
	}{
		{"good", func(*fraud.Seizure) {}, true},
		{"imei with a wrong digit", func(s *fraud.Seizure) { s.IMEI = "490154203237517" }, false},
		{"imei of 14 digits", func(s *fraud.Seizure) { s.IMEI = "49015420323751" }, false},
		{"no seal", func(s *fraud.Seizure) { s.Seal = "" }, false},
		{"unknown type", func(s *fraud.Seizure) { s.Type = "spoon" }, false},
		{"sim card", func(s *fraud.Seizure) { s.Type, s.IMEI, s.ICCID = fraud.ItemSIM, "", "8991101200003204514" }, true},
		{"sim card with a wrong digit", func(s *fraud.Seizure) { s.Type, s.IMEI, s.ICCID = fraud.ItemSIM, "", "8991101200003204510" }, false},
		{"server image without its hash", func(s *fraud.Seizure) { s.Type, s.IMEI = fraud.ItemServerImage, "" }, false},
		{"cash without its amount", func(s *fraud.Seizure) { s.Type, s.IMEI = fraud.ItemCash, "" }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := phone(x.ID, tt.name)
			tt.edit(&s)
			_, err := d.AddItem(d.ctx, s)
			if (err == nil) != tt.ok || (err != nil && !errors.Is(err, fraud.ErrInvalid)) {
				t.Errorf("got %v, want ok %v", err, tt.ok)
			}
		})
	}
}

func TestOneWrongDigitOfAnIMEIIsAlwaysFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := []byte(rapid.StringMatching(`[0-9]{14}`).Draw(t, "digits"))
		for c := byte('0'); c <= '9'; c++ {
			if act.ValidIMEI(string(d) + string(c)) {
				d = append(d, c)
				break
			}
		}
		if len(d) != 15 {
			t.Fatal("no check digit fits")
		}
		at := rapid.IntRange(0, 14).Draw(t, "place")
		d[at] = '0' + (d[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if act.ValidIMEI(string(d)) {
			t.Errorf("%s passes with a wrong digit at %d", d, at)
		}
	})
}

func TestItemSentTwiceIsOneItem(t *testing.T) {
	d, _, x := searching(t)
	a, err := d.AddItem(d.ctx, phone(x.ID, "k1"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.AddItem(d.ctx, phone(x.ID, "k1"))
	if err != nil || b.ID != a.ID || b.No != 1 || len(d.mem.items) != 1 {
		t.Errorf("again: %+v, %v; %d items", b, err, len(d.mem.items))
	}
}

func TestListIsSignedByTwoWhoAreNotOfficersBeforeTheSearchEnds(t *testing.T) {
	d, _, x := searching(t)
	must(t)(d.AddItem(d.ctx, phone(x.ID, "k1")))
	if _, err := d.EndSearch(d.ctx, x.ID, sum); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("ended unsigned: %v", err)
	}
	for _, w := range [][]string{{"A. Kumar"}, {"A. Kumar", "a  Kumar "[:0]}, {"A. Kumar", "A. Kumar"}, {"A. Kumar", "Insp. Rao"}} {
		if _, err := d.SignList(d.ctx, x.ID, "Insp. Rao", w); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("signed with %q: %v", w, err)
		}
	}
	must(t)(d.SignList(d.ctx, x.ID, "Insp. Rao", []string{"A. Kumar", "S. Devi"}))
	if _, err := d.AddItem(d.ctx, phone(x.ID, "k2")); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("added after signing: %v", err)
	}
	ended, err := d.EndSearch(d.ctx, x.ID, "")
	if err != nil || ended.EndedAt.IsZero() {
		t.Fatalf("%+v, %v", ended, err)
	}
	clocks := act.SearchClocks(ended, d.t)
	if !slices.ContainsFunc(clocks, func(c act.Clock) bool { return strings.Contains(c.Source, "s.105") && !c.Done }) {
		t.Errorf("clocks %+v: the recording is due", clocks)
	}
	must(t)(d.AddRecording(d.ctx, x.ID, sum))
	if _, err := d.AddRecording(d.ctx, x.ID, strings.Repeat("cd", 32)); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("another recording: %v", err)
	}
}

func TestEveryGapInACustodyChainIsShown(t *testing.T) {
	d, _, x := searching(t)
	item, err := d.AddItem(d.ctx, phone(x.ID, "k1"))
	if err != nil {
		t.Fatal(err)
	}
	hand := act.Handover{Item: item.ID, To: "Malkhana", Place: "station", Why: "deposit"}
	must(t)(d.HandOver(d.ctx, hand))
	if _, gaps, err := d.Custody(d.ctx, item.ID); err != nil || len(gaps) != 0 {
		t.Fatalf("a whole chain has gaps: %+v, %v", gaps, err)
	}
	must(t)(d.Release(d.ctx, act.Handover{Item: item.ID, To: "FSL", Place: "station", Why: "examination", Seal: "S-1"}))
	must(t)(d.Take(d.ctx, act.Handover{Item: item.ID, To: "Somebody Else", Place: "FSL", Why: "examination", Seal: "S-9"}))
	_, gaps, err := d.Custody(d.ctx, item.ID)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, g := range gaps {
		kinds = append(kinds, g.Kind)
	}
	if !slices.Equal(kinds, []string{"holder", "seal"}) {
		t.Errorf("gaps %v, want holder and seal: %+v", kinds, gaps)
	}
}

func TestNoChangeToAWholeChainStaysUnseen(t *testing.T) {
	d, _, x := searching(t)
	s := phone(x.ID, "k1")
	s.SHA256 = sum
	item, err := d.AddItem(d.ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	d.t = d.t.Add(time.Hour)
	must(t)(d.HandOver(d.ctx, act.Handover{Item: item.ID, To: "Malkhana", Place: "station", Why: "deposit", SHA256: sum}))
	d.t = d.t.Add(time.Hour)
	must(t)(d.Examine(d.ctx, item.ID, fraud.CustodyImaged, "lab", "image", "S-2", sum))
	whole := d.mem.chain[item.ID]
	if len(act.Gaps(whole)) != 0 {
		t.Fatalf("gaps in a whole chain: %+v", act.Gaps(whole))
	}
	rapid.Check(t, func(t *rapid.T) {
		c := slices.Clone(whole)
		i := rapid.IntRange(0, len(c)-1).Draw(t, "event")
		switch rapid.IntRange(0, 6).Draw(t, "change") {
		case 0:
			c[i].Holder += "x"
		case 1:
			c[i].Seal += "x"
		case 2:
			c[i].At = c[i].At.Add(time.Second)
		case 3:
			c[i].SHA256 = strings.Repeat("00", 32)
		case 4:
			c[i].Prev = strings.Repeat("00", 32)
		case 5:
			if i == len(c)-1 {
				i-- // the last one's loss shows in the ledger, not in the chain
			}
			c = slices.Delete(c, i, i+1)
		case 6:
			j := (i + 1) % len(c)
			c[i], c[j] = c[j], c[i]
		}
		if len(act.Gaps(c)) == 0 {
			t.Errorf("a changed chain shows no gap: %+v", c)
		}
	})
}

func TestFreezeMovesOnlyAlongItsMachine(t *testing.T) {
	d, cases := registered(t)
	states := []fraud.FreezeState{
		fraud.FreezeRequested, fraud.FreezeAcknowledged, fraud.FreezeHeld, fraud.FreezePartial,
		fraud.FreezeExtended, fraud.FreezeRefused, fraud.FreezeReleased, fraud.FreezeExpired,
	}
	rapid.Check(t, func(rt *rapid.T) {
		f, err := d.RequestFreeze(d.ctx, fraud.Freeze{Case: cases[0].ID, Account: "bank_account:TEST/1", Bank: "Elm Bank", Channel: "IC3 RAT / FFKC"}, d.t, "victims' money")
		if err != nil {
			rt.Fatal(err)
		}
		for range 6 {
			to := rapid.SampledFrom(states).Draw(rt, "to")
			allowed := slices.Contains(act.Next(f.State), to)
			moved, err := d.MoveFreeze(d.ctx, fraud.FreezeEvent{Freeze: f.ID, State: to, Why: "x", Held: fraud.Money{Minor: 1, Currency: "USD"}})
			if allowed != (err == nil) {
				rt.Fatalf("%s to %s: allowed %v, got %v", f.State, to, allowed, err)
			}
			if err == nil {
				f = moved
			}
		}
		if len(act.Next(f.State)) == 0 && !slices.Contains([]fraud.FreezeState{fraud.FreezeRefused, fraud.FreezeReleased, fraud.FreezeExpired}, f.State) {
			rt.Errorf("%s is no end", f.State)
		}
	})
}

func TestFreezeDeadlineFollowsTheChannel(t *testing.T) {
	moved := time.Date(2023, 10, 18, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		channel string
		hours   int
	}{{"IC3 RAT / FFKC", 72}, {"FinCEN RRP", 72}, {"1930 CFCFRMS", 24}, {"I-GRIP", 0}} {
		due, _, ok := act.FreezeDeadline(tt.channel, moved)
		if ok != (tt.hours > 0) || (ok && due.Sub(moved) != time.Duration(tt.hours)*time.Hour) {
			t.Errorf("%s: %s, %v", tt.channel, due.Sub(moved), ok)
		}
	}
}

func TestUnansweredFreezeExpires(t *testing.T) {
	d, cases := registered(t)
	must(t)(d.RequestFreeze(d.ctx, fraud.Freeze{Case: cases[0].ID, Account: "a", Bank: "b", Channel: "1930"}, d.t, "x"))
	if got, err := d.ExpireFreezes(d.ctx); err != nil || len(got) != 0 {
		t.Fatalf("too early: %v, %v", got, err)
	}
	d.t = d.t.Add(25 * time.Hour)
	if got, err := d.ExpireFreezes(d.ctx); err != nil || len(got) != 1 || got[0].State != fraud.FreezeExpired {
		t.Errorf("after its deadline: %+v, %v", got, err)
	}
}

func figure(t *testing.T, b act.Board, name string) fraud.Figure {
	t.Helper()
	for _, f := range b.Counted {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no figure %q", name)
	return fraud.Figure{}
}

func TestBoardCountsFromRecordsAndUnknownIsNotZero(t *testing.T) {
	d, op, x := searching(t)
	b, err := d.Board(d.ctx, op.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mobile phones", "accounts frozen", "money held", "arrests"} {
		if f := figure(t, b, name); !f.Unknown {
			t.Errorf("%s is %d before anybody could know", name, f.Value)
		}
	}
	first, err := d.AddItem(d.ctx, phone(x.ID, "k1"))
	if err != nil {
		t.Fatal(err)
	}
	wrong := phone(x.ID, "k2")
	wrong.Corrects = first.ID
	must(t)(d.AddItem(d.ctx, wrong))
	must(t)(d.SignList(d.ctx, x.ID, "Insp. Rao", []string{"A", "B"}))
	must(t)(d.EndSearch(d.ctx, x.ID, sum))
	for _, held := range []int64{500, 300} {
		f, err := d.RequestFreeze(d.ctx, fraud.Freeze{Case: op.Cases[0], Account: "a", Bank: "b", Channel: "1930"}, time.Time{}, "x")
		if err != nil {
			t.Fatal(err)
		}
		must(t)(d.MoveFreeze(d.ctx, fraud.FreezeEvent{Freeze: f.ID, State: fraud.FreezeHeld, Held: fraud.Money{Minor: held, Currency: "INR"}, Why: "bank"}))
	}
	if b, err = d.Board(d.ctx, op.ID); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		want int64
	}{{"searches", 1}, {"states searched", 1}, {"cases", 2}, {"mobile phones", 1}, {"laptops", 0}, {"accounts frozen", 1}, {"money held", 500}} {
		f := figure(t, b, tt.name)
		if f.Unknown || f.Value != tt.want || f.Source == "" || f.AsOf.IsZero() {
			t.Errorf("%s: %+v, want %d with source and as-of", tt.name, f, tt.want)
		}
	}
	if !figure(t, b, "arrests").Unknown {
		t.Error("no arrest on record does not mean that there was none")
	}
}

func TestCallingHoursStandOnTheSitesClock(t *testing.T) {
	var calls []time.Time
	for i := range 20 {
		calls = append(calls, time.Date(2023, 10, 2+i, 14+i%3, 30, 0, 0, time.UTC)) // 20:00 to 22:00 in India
	}
	calls = append(calls, time.Date(2023, 10, 1, 0, 0, 0, 0, time.UTC)) // a date without an hour
	h, err := act.CallingHours(calls, "Asia/Kolkata")
	if err != nil {
		t.Fatal(err)
	}
	if h.Total != 20 || h.From != 20 || h.To != 22 || !h.Hours[21].Busy || h.Hours[14].Calls != 0 {
		t.Errorf("hours %+v", h)
	}
	if _, err := act.CallingHours(calls, "Nowhere/Town"); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("unknown zone: %v", err)
	}
}

func TestSeizedValuesLeadBackToReports(t *testing.T) {
	d, _, x := searching(t)
	item, err := d.AddItem(d.ctx, phone(x.ID, "k1"))
	if err != nil {
		t.Fatal(err)
	}
	known := fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}
	d.mem.reports[known] = []fraud.ReportID{"alder/1"}
	got, err := d.LinkBack(d.ctx, item.ID, []fraud.Indicator{{Kind: fraud.Phone, Value: "+12125550199"}, known, known})
	if err != nil || len(got) != 1 || got[0].Indicator != known {
		t.Errorf("found %+v, %v", got, err)
	}
}

func TestOnlyTheAgencysPeopleAct(t *testing.T) {
	d, op, _ := searching(t)
	company := access.With(context.Background(), access.Who{Person: "x", Org: "alder", OrgKind: fraud.OrgCompany, Roles: access.Roles})
	for _, ctx := range []context.Context{context.Background(), company} {
		if _, err := d.Board(ctx, op.ID); !errors.Is(err, fraud.ErrForbidden) {
			t.Errorf("board: %v", err)
		}
		if _, err := d.OpenOperation(ctx, "x", op.Cases, d.t); !errors.Is(err, fraud.ErrForbidden) {
			t.Errorf("operation: %v", err)
		}
	}
	if len(d.mem.audits) == 0 {
		t.Error("refusals are not written down")
	}
}

func TestOutcomeNeedsASourceForEachFigure(t *testing.T) {
	d, _ := registered(t)
	o := fraud.Outcome{Referral: "ref-1", Says: "two centres closed", Disrupted: []fraud.RingID{"R-2", "R-1", "R-2"}, Figures: []fraud.Figure{{Name: "arrests", Value: 3}}}
	if _, err := d.RecordOutcome(d.ctx, o); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("figure without a source: %v", err)
	}
	o.Figures[0].Source, o.Figures[0].AsOf = "press note", d.t
	got, err := d.RecordOutcome(d.ctx, o)
	if err != nil || len(got.Disrupted) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}
