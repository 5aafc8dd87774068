package watch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// Clock is a time that runs out, in a node of either kind.
type Clock struct {
	What string // "hold", "embargo", "authority", "freeze"
	Ref  string // the record's id
	Ring fraud.RingID
	Due  time.Time
	Says string // what happens then, and what to do
}

// ahead is how long before a clock runs out it is told. A hold and an embargo
// end by themselves and open doors: whoever asked for them must be able to
// prolong them. A freeze's window is short.
var ahead = map[string]time.Duration{
	"hold": 48 * time.Hour, "embargo": 72 * time.Hour, "authority": 24 * time.Hour, "freeze": 24 * time.Hour,
}

// Records are what clocks hang on.
type Records struct {
	Holds      []fraud.Hold
	JointCases []fraud.JointCase
	Referrals  []fraud.Referral
	Searches   []fraud.Search
	Freezes    []fraud.Freeze
}

// Clocks are all clocks that still run.
func (r Records) Clocks() []Clock {
	var out []Clock
	for _, h := range r.Holds {
		if h.Released.IsZero() && !h.Until.IsZero() {
			out = append(out, Clock{"hold", h.ID, h.Ring, h.Until, fmt.Sprintf("Hold %s ends at %s: after it, what it covers may be listed and shared. Prolong it if the agency still needs it.", h.ID, minute(h.Until))})
		}
	}
	for _, j := range r.JointCases {
		if !j.Embargo.IsZero() {
			out = append(out, Clock{"embargo", string(j.ID), "", j.Embargo, fmt.Sprintf("The embargo of joint case %s ends at %s.", j.ID, minute(j.Embargo))})
		}
	}
	for _, f := range r.Referrals {
		if !f.Embargo.IsZero() {
			out = append(out, Clock{"embargo", string(f.ID), "", f.Embargo, fmt.Sprintf("The embargo of referral %s ends at %s.", f.ID, minute(f.Embargo))})
		}
	}
	for _, s := range r.Searches {
		if s.StartedAt.IsZero() || s.EndedAt.IsZero() {
			out = append(out, Clock{"authority", string(s.ID), "", s.Expires, fmt.Sprintf("The authority of search %s runs out at %s.", s.ID, minute(s.Expires))})
		}
	}
	for _, f := range r.Freezes {
		if !f.Deadline.IsZero() && (f.State == fraud.FreezeRequested || f.State == fraud.FreezeAcknowledged) {
			out = append(out, Clock{"freeze", string(f.ID), "", f.Deadline, fmt.Sprintf("The window of freeze %s closes at %s and the bank has not answered: call it.", f.ID, minute(f.Deadline))})
		}
	}
	return out
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// Running returns an alert for each clock that runs out soon. A clock that
// ran out long ago is not told again and again: it is told for as long after
// as before. Sorted by when they run out.
func Running(clocks []Clock, at time.Time) []fraud.Alert {
	sorted := slices.Clone(clocks)
	slices.SortFunc(sorted, func(a, b Clock) int {
		if c := a.Due.Compare(b.Due); c != 0 {
			return c
		}
		return strings.Compare(a.What+a.Ref, b.What+b.Ref)
	})
	var out []fraud.Alert
	for _, c := range sorted {
		lead := ahead[c.What]
		if c.Due.IsZero() || at.Before(c.Due.Add(-lead)) || at.After(c.Due.Add(lead)) {
			continue
		}
		out = append(out, fraud.Alert{
			ID: alertID("clock", c.What, c.Ref, c.Due.UTC().Format(time.RFC3339)), Kind: fraud.AlertClock, Ring: c.Ring,
			Says: c.Says, Since: c.Due.UTC(), At: at.UTC(),
		})
	}
	return out
}
