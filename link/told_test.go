package link_test

import (
	"reflect"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

func TestNamesThatAreToldTwiceAndCirclesAreCounted(t *testing.T) {
	b := link.NewBuilder(link.DefaultModel())
	at := time.Date(2023, 9, 1, 0, 0, 0, 0, time.UTC)
	add := func(id, corrects fraud.ReportID, country string) {
		b.Add(fraud.ReportFacts{ID: id, Source: "s", At: at, ReceivedAt: at, Supersedes: corrects, Country: country}, nil, nil)
	}
	add("s/a", "s/b", "US")
	add("s/b", "s/c", "US")
	add("s/c", "s/b", "US") // b and c correct each other, a hangs on
	add("s/d", "s/e", "US") // e is not here
	add("s/f", "", "US")
	add("s/f", "", "US")
	add("s/f", "", "DE")
	if got := b.Twice(); got != 1 {
		t.Errorf("%d were told twice, want 1", got)
	}
	if got, want := b.Circles(), []fraud.ReportID{"s/b", "s/c"}; !reflect.DeepEqual(got, want) {
		t.Errorf("circles %v, want %v", got, want)
	}
}
