package watch_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
	"ringbreaker.example/watch"
)

var (
	raid    = time.Date(2023, 10, 19, 0, 0, 0, 0, time.UTC)
	account = fraud.Indicator{Kind: fraud.BankAccount, Value: "TEST0000001/12345678"}
	script  = fraud.Indicator{Kind: fraud.Script, Value: "script:aa"}
	oldNo   = fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}
	newNo   = fraud.Indicator{Kind: fraud.Phone, Value: "+18885550107"}
)

func days(n int) time.Time { return raid.Add(time.Duration(n) * 24 * time.Hour).Add(15 * time.Hour) }

// has is a value's part in a ring, from day a to day b.
func has(i fraud.Indicator, role fraud.Role, a, b int) fraud.RingIndicator {
	return fraud.RingIndicator{Indicator: i, Role: role, Tenure: fraud.Tenure{From: days(a), To: days(b)}, Reports: 3}
}

// broken is the ring that was raided.
func broken() fraud.Ring {
	return fraud.Ring{ID: "R-old", Indicators: []fraud.RingIndicator{
		has(account, fraud.RolePayee, -40, -2), has(script, fraud.RoleScript, -40, -2), has(oldNo, fraud.RoleCallback, -14, -2),
	}}
}

func back(xs ...fraud.RingIndicator) fraud.Ring {
	return fraud.Ring{ID: "R-new", Indicators: xs, Harm: fraud.Harm{LastAt: days(30)}}
}

func scan(rings []fraud.Ring, times ...int) []fraud.Alert {
	var when []time.Time
	for _, d := range times {
		when = append(when, days(d))
	}
	return watch.Scan(watch.Scene{
		Rings: rings, Times: map[fraud.RingID][]time.Time{"R-new": when},
		Signatures: []fraud.Signature{watch.SignatureOf(broken(), raid, nil)}, At: days(31),
	})
}

func TestRingThatKeptItsAccountIsRecognised(t *testing.T) {
	got := scan([]fraud.Ring{back(has(account, fraud.RolePayee, 12, 20), has(newNo, fraud.RoleCallback, 10, 30))}, 12, 15, 20)
	if len(got) != 1 {
		t.Fatalf("%d alerts, want 1", len(got))
	}
	a := got[0]
	if a.Broken != "R-old" || a.Ring != "R-new" || !a.Since.Equal(days(12)) || len(a.Kept) != 1 || a.Kept[0].Indicator != account || !slices.Contains(a.New, newNo) {
		t.Errorf("alert %+v", a)
	}
	if !strings.Contains(a.Says, "bank account") || a.Kept[0].Why == "" {
		t.Errorf("says %q, why %q", a.Says, a.Kept[0].Why)
	}
}

func TestWhatIsWeakOrSharedOrOldDoesNotCryWolf(t *testing.T) {
	many := func(i fraud.Indicator) []fraud.Ring {
		out := []fraud.Ring{back(has(i, fraud.RolePayee, 12, 20), has(newNo, fraud.RoleCallback, 10, 30))}
		for _, id := range []fraud.RingID{"R-2", "R-3"} {
			out = append(out, fraud.Ring{ID: id, Indicators: []fraud.RingIndicator{has(i, fraud.RolePayee, -9, -8)}, Harm: fraud.Harm{LastAt: days(-8)}})
		}
		return out
	}
	tied := back(has(account, fraud.RolePayee, 12, 20))
	tied.Launderers = []fraud.Tie{{ID: "L", Indicator: account}}
	early := back(has(account, fraud.RolePayee, -1, 1))
	early.Harm.LastAt = days(1)
	for _, tt := range []struct {
		name  string
		rings []fraud.Ring
		times []int
	}{
		{"a kit's script alone", []fraud.Ring{back(has(script, fraud.RoleScript, 12, 20))}, []int{12, 15, 20}},
		{"a rented number alone", []fraud.Ring{back(has(oldNo, fraud.RoleCallback, 25, 30))}, []int{25, 30}},
		{"an account that three rings use", many(account), []int{12, 15, 20}},
		{"a launderer's account", []fraud.Ring{tied}, []int{12, 15, 20}},
		{"calls of before the raid told after it", []fraud.Ring{early}, []int{1}},
		{"one report alone", []fraud.Ring{back(has(account, fraud.RolePayee, 12, 12))}, []int{12}},
		{"a shown caller id", []fraud.Ring{back(has(oldNo, fraud.RoleShownCallerID, 12, 20))}, []int{12, 20}},
		{"nothing in common", []fraud.Ring{back(has(newNo, fraud.RoleCallback, 12, 20))}, []int{12, 20}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := scan(tt.rings, tt.times...); len(got) != 0 {
				t.Errorf("alert: %s", got[0].Says)
			}
		})
	}
}

func TestTwoMediumFindingsOfDifferentFamiliesAreEnough(t *testing.T) {
	block := fraud.Indicator{Kind: fraud.Phone, Value: "+12125550188"}
	got := scan([]fraud.Ring{back(has(script, fraud.RoleScript, 12, 20), has(block, fraud.RoleCallback, 12, 20), has(oldNo, fraud.RoleCallback, 12, 14))}, 12, 15, 20)
	if len(got) != 1 || len(got[0].Kept) != 3 {
		t.Errorf("alerts %+v", got)
	}
}

func TestOrderOfRingsDoesNotMatterAndTheSameReturnHasOneID(t *testing.T) {
	rings := []fraud.Ring{back(has(account, fraud.RolePayee, 12, 20)), broken(), {ID: "R-x", Harm: fraud.Harm{LastAt: days(9)}}}
	want := scan(rings, 12, 15)
	rapid.Check(t, func(rt *rapid.T) {
		got := scan(rapid.Permutation(rings).Draw(rt, "order"), 12, 15)
		if len(got) != 1 || got[0].ID != want[0].ID || got[0].Bits != want[0].Bits {
			rt.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestSignatureHoldsOnlyWhatWasSeenBeforeAndItsHours(t *testing.T) {
	r := broken()
	r.Indicators = append(r.Indicators, has(newNo, fraud.RoleCallback, 3, 4), has(fraud.Indicator{Kind: fraud.Amount, Value: "USD 1"}, fraud.RoleMention, -3, -2))
	s := watch.SignatureOf(r, raid, []time.Time{days(-3), days(-2), days(5), raid.Add(-48 * time.Hour)})
	if len(s.Keeps) != 3 || s.Keeps[0].Indicator != account {
		t.Errorf("keeps %+v: want the account first, and nothing of after", s.Keeps)
	}
	if s.Hours[15] != 2 || s.Hours[0] != 0 {
		t.Errorf("hours %v: a date without an hour counts for none", s.Hours)
	}
}

func TestGrowthIsToldOnceAMonthAndNotByChance(t *testing.T) {
	ring := func(id fraud.RingID, now, was int) fraud.Ring {
		return fraud.Ring{ID: id, Harm: fraud.Harm{Last30d: now, Before30: was}}
	}
	got := watch.Growth([]fraud.Ring{ring("steady", 20, 18), ring("grows", 30, 5), ring("small", 4, 0)}, days(1))
	if len(got) != 1 || got[0].Ring != "grows" {
		t.Fatalf("alerts %+v", got)
	}
	again := watch.Growth([]fraud.Ring{ring("grows", 31, 5)}, days(2))
	if again[0].ID != got[0].ID {
		t.Error("told twice in a month")
	}
}

func TestClocksAreToldBeforeTheyRunOut(t *testing.T) {
	r := watch.Records{
		Holds:     []fraud.Hold{{ID: "h1", Until: days(1)}, {ID: "h2", Until: days(9)}, {ID: "h3", Until: days(1), Released: days(0)}},
		Referrals: []fraud.Referral{{ID: "ref", Embargo: days(2)}},
		Searches:  []fraud.Search{{ID: "s1", Expires: raid.Add(20 * time.Hour)}, {ID: "s2", Expires: raid.Add(20 * time.Hour), StartedAt: raid, EndedAt: raid}},
		Freezes:   []fraud.Freeze{{ID: "f1", Deadline: raid.Add(10 * time.Hour), State: fraud.FreezeRequested}, {ID: "f2", Deadline: raid.Add(10 * time.Hour), State: fraud.FreezeHeld}},
	}
	var refs []string
	for _, a := range watch.Running(r.Clocks(), raid) {
		refs = append(refs, strings.Fields(a.Says)[0]+a.Since.UTC().Format(" 15h"))
	}
	if len(refs) != 4 {
		t.Errorf("clocks told: %q, want hold, embargo, authority, freeze", refs)
	}
}
