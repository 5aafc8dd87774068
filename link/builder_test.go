package link

import (
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

// A time that cannot be right is the report's, and where that cannot be either,
// when it was received: a day after that is allowed for clocks, and five years
// before.
func TestATimeThatCannotBeRightIsTheReports(t *testing.T) {
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateTime, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	const received, at = "2024-02-29 12:00:00", "2024-02-20 09:00:00"
	for _, tt := range []struct{ report, told, want string }{
		{at, "2024-02-10 08:00:00", "2024-02-10 08:00:00"},
		{at, "2024-03-01 12:00:00", "2024-03-01 12:00:00"},
		{at, "2024-03-01 12:00:01", at},
		{at, "2019-03-01 12:00:00", "2019-03-01 12:00:00"}, // 29 February five years before
		{at, "2019-03-01 11:59:59", at},
		{"2025-01-01 00:00:00", "2026-01-01 00:00:00", received},
		{"2025-01-01 00:00:00", "2024-02-01 00:00:00", "2024-02-01 00:00:00"},
	} {
		b := NewBuilder(DefaultModel())
		b.Add(fraud.ReportFacts{ID: "a/1", At: day(tt.report), ReceivedAt: day(received)}, []fraud.Sighting{
			{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}, Role: fraud.RoleCallback, At: day(tt.told), Valid: true},
			{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+12125550143"}, Role: fraud.RoleVictimOwned, At: day(tt.told), Valid: true},
		}, nil)
		if len(b.sights) != 1 {
			t.Fatalf("%d sightings can link, want 1", len(b.sights))
		}
		if got := fromMinutes(b.sights[0].at); !got.Equal(day(tt.want).Truncate(time.Minute)) {
			t.Errorf("told %s in a report of %s: %v, want %s", tt.told, tt.report, got, tt.want)
		}
	}
}
