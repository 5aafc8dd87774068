package match

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// offerStands is how long the peer is asked whether it has accepted an offer;
// after that it says so itself, or a person asks.
const offerStands = 7 * 24 * time.Hour

// Resume goes on with every match that we offered and that stands still though
// nobody's consent is missing: a connection was lost, one of the nodes was
// down. It returns how many it went on with, and what came in the way of others.
func (e *Engine) Resume(ctx context.Context) (int, error) {
	all, err := e.c.Store.Matches(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the matches: %w", err)
	}
	n := 0
	var faults []error
	for _, m := range all {
		if !m.Offered || over(m.Step) {
			continue
		}
		st, err := e.Status(ctx, m.ID)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		// A match of which nothing is said has not begun here: its peer may have accepted.
		if st.Busy || st.Stopped || st.Wants != "" || st.Round == "" && e.c.Now().Sub(m.At) > offerStands {
			continue
		}
		got, err := e.Advance(ctx, m.ID)
		if err != nil {
			faults = append(faults, fmt.Errorf("go on with match %s: %w", m.ID, err))
		}
		if got.Step != m.Step {
			n++
		}
	}
	return n, errors.Join(faults...)
}
