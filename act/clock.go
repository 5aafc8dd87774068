package act

import (
	"fmt"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// Clock is a time that runs out: what is due, since when, by whose rule.
type Clock struct {
	Name   string
	Ref    string // the record that it belongs to
	Starts time.Time
	Due    time.Time
	Left   time.Duration // until Due; negative once it has passed
	Done   bool          // the thing that was due has been recorded
	Source string        // the rule
}

// Passed says whether it ran out before the thing was done.
func (c Clock) Passed() bool { return !c.Done && c.Left < 0 }

// window is one way to stop money, with the time in which it works.
type window struct {
	names  []string // parts of a channel's name, lower case
	runs   time.Duration
	source string
}

// windows holds the money interdiction clocks that have a stated length. The
// others (I-GRIP, a bank's own desk) are "at once" and have no end to count to.
var windows = []window{
	{[]string{"ffkc", "kill chain", "ic3 rat"}, 72 * time.Hour, "FBI Financial Fraud Kill Chain: recall within 72 hours of the wire"},
	{[]string{"rrp", "rapid response"}, 72 * time.Hour, "FinCEN Rapid Response Program: better odds within 72 hours of the transaction"},
	{[]string{"1930", "cfcfrms", "ncrp"}, 24 * time.Hour, "I4C National Cybercrime Reporting Portal: registration completed within 24 hours of the acknowledgement"},
}

// FreezeDeadline is when a channel's window closes for money that moved at
// movedAt; ok is false for a channel without a stated window.
func FreezeDeadline(channel string, movedAt time.Time) (due time.Time, source string, ok bool) {
	channel = strings.ToLower(channel)
	for _, w := range windows {
		for _, n := range w.names {
			if strings.Contains(channel, n) && !movedAt.IsZero() {
				return movedAt.UTC().Add(w.runs), w.source, true
			}
		}
	}
	return time.Time{}, "", false
}

// FreezeClock is a freeze's clock; ok is false if it has none. It is done
// once the bank has answered, one way or the other.
func FreezeClock(f fraud.Freeze, now time.Time) (Clock, bool) {
	if f.Deadline.IsZero() {
		return Clock{}, false
	}
	c := Clock{Name: "freeze answered by the bank", Ref: string(f.ID), Due: f.Deadline, Left: f.Deadline.Sub(now), Source: "deadline of channel " + f.Channel}
	if len(f.History) > 0 {
		c.Starts = f.History[0].At
	}
	if _, source, ok := FreezeDeadline(f.Channel, now); ok {
		c.Source = source
	}
	c.Done = f.State != fraud.FreezeRequested && f.State != fraud.FreezeAcknowledged
	return c, true
}

// SearchClocks are a search's clocks: its authority's expiry, and the
// recording of search and list, which BNSS s.105 wants made and sent to the
// Magistrate without delay.
func SearchClocks(x fraud.Search, now time.Time) []Clock {
	clocks := []Clock{{
		Name: "authority expires", Ref: string(x.ID), Due: x.Expires, Left: x.Expires.Sub(now),
		Done: !x.StartedAt.IsZero(), Source: fmt.Sprintf("%s, issued by %s", x.Authority, x.Issuer),
	}}
	if !x.EndedAt.IsZero() {
		clocks = append(clocks, Clock{
			Name: "recording hashed and sent to the Magistrate", Ref: string(x.ID), Starts: x.EndedAt, Due: x.EndedAt,
			Left: x.EndedAt.Sub(now), Done: x.RecordingSHA256 != "", Source: "BNSS 2023 s.105: without delay",
		})
	}
	return clocks
}
