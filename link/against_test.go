package link

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

func seenRing(id fraud.RingID, from, to int, values ...fraud.Indicator) *fraud.Ring {
	day := func(n int) time.Time { return time.Date(2024, 1, 1+n, 9, 0, 0, 0, time.UTC) }
	r := &fraud.Ring{ID: id, Harm: fraud.Harm{FirstAt: day(from), LastAt: day(to)}}
	for _, v := range values {
		bits := 12.0
		if v.Kind == fraud.PersonAlias {
			bits = 2.5
		}
		r.Indicators = append(r.Indicators, fraud.RingIndicator{Indicator: v, Bits: bits})
	}
	return r
}

func values(kind fraud.Kind, prefix string, n int) (out []fraud.Indicator) {
	for i := range n {
		out = append(out, fraud.Indicator{Kind: kind, Value: fmt.Sprint(prefix, i)})
	}
	return out
}

// What two rings could have in common and have not is told kind by kind, what
// is missing most first, and nothing of what is common by nature or of kinds
// that one of them never named.
func TestWhatSpeaksAgainstIsCounted(t *testing.T) {
	number := values(fraud.Phone, "+1212555014", 1)
	a := seenRing("R-A", 0, 40, slices.Concat(number, values(fraud.Phone, "+1303555010", 3), values(fraud.BankAccount, "a", 5),
		values(fraud.PersonAlias, "kevin", 4), values(fraud.Wallet, "w", 2), values(fraud.Company, "c", 1), values(fraud.URL, "https://a.example/", 9))...)
	b := seenRing("R-B", 30, 90, slices.Concat(number, values(fraud.Phone, "+1404555010", 1), values(fraud.BankAccount, "b", 2),
		values(fraud.PersonAlias, "sam", 4), values(fraud.Company, "c", 1), values(fraud.URL, "https://b.example/", 9))...)
	want := []string{"Of 5 bank accounts of R-A and 2 of R-B none is the same.", "Of 4 numbers of R-A and 2 of R-B one is the same."}
	if got := against(a, b); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestRingsThatWereSeenOneAfterTheOtherAreToldSo(t *testing.T) {
	a, b := seenRing("R-A", 60, 90), seenRing("R-B", 0, 40)
	want := []string{"They were seen one after the other: R-B from 2024-01-01 to 2024-02-10, R-A from 2024-03-01 to 2024-03-31."}
	if got := against(a, b); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestKindsAreCountedInWords(t *testing.T) {
	for want, x := range map[string]struct {
		n    int
		kind fraud.Kind
	}{
		"1 bank account":        {1, fraud.BankAccount},
		"2 companies":           {2, fraud.Company},
		"3 addresses":           {3, fraud.Email},
		"4 network addresses":   {4, fraud.IP},
		"2 remote-access hosts": {2, fraud.RemoteHost},
	} {
		if got := counted(x.n, x.kind); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
