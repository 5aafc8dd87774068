package act

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Next says to which states a freeze may go from a state: the machine that
// the package comment draws. The empty state stands for "not asked yet".
func Next(from fraud.FreezeState) []fraud.FreezeState {
	const (
		ack, held, part   = fraud.FreezeAcknowledged, fraud.FreezeHeld, fraud.FreezePartial
		ext, no, rel, exp = fraud.FreezeExtended, fraud.FreezeRefused, fraud.FreezeReleased, fraud.FreezeExpired
	)
	switch from {
	case "":
		return []fraud.FreezeState{fraud.FreezeRequested}
	case fraud.FreezeRequested:
		return []fraud.FreezeState{ack, held, part, no, rel, exp}
	case ack:
		return []fraud.FreezeState{held, part, no, rel, exp}
	case held:
		return []fraud.FreezeState{part, ext, rel, exp}
	case part:
		return []fraud.FreezeState{held, ext, rel, exp}
	case ext:
		return []fraud.FreezeState{ext, rel, exp}
	}
	return nil
}

// RequestFreeze asks for an account to be frozen. f carries the case, the
// account, the bank, the channel, what trace saw there and the path from a
// victim; movedAt is when the money arrived, from which the channel's clock
// runs (zero if unknown: then no deadline is made up).
func (s *Service) RequestFreeze(ctx context.Context, f fraud.Freeze, movedAt time.Time, why string) (fraud.Freeze, error) {
	who, err := s.door(ctx, access.ActFreeze, thing(string(f.Case)))
	if err != nil {
		return fraud.Freeze{}, err
	}
	if err := required("account", f.Account, "bank", f.Bank, "channel", f.Channel, "reason", why); err != nil {
		return fraud.Freeze{}, err
	}
	if f.Seen.Minor < 0 {
		return fraud.Freeze{}, fmt.Errorf("the amount seen is not negative: %w", fraud.ErrInvalid)
	}
	if _, err := s.store.Case(ctx, f.Case); err != nil {
		return fraud.Freeze{}, fmt.Errorf("find case %s of the freeze: %w", f.Case, err)
	}
	id, err := s.newID("freeze")
	if err != nil {
		return fraud.Freeze{}, err
	}
	if f.Deadline.IsZero() {
		f.Deadline, _, _ = FreezeDeadline(f.Channel, movedAt)
	}
	f.ID, f.State, f.Held = fraud.FreezeID(id), fraud.FreezeRequested, fraud.Money{}
	f.History = []fraud.FreezeEvent{{Freeze: f.ID, State: f.State, Why: why, At: s.now().UTC(), By: who.Person}}
	if err := s.store.AddFreeze(ctx, f); err != nil {
		return f, fmt.Errorf("request freeze %s: %w", f.ID, err)
	}
	return f, nil
}

// MoveFreeze takes a freeze one step further. A step that the machine does not
// have is fraud.ErrConflict and says which are possible. held and partial
// need the amount that the bank says it holds.
func (s *Service) MoveFreeze(ctx context.Context, e fraud.FreezeEvent) (fraud.Freeze, error) {
	who, err := s.door(ctx, access.ActFreeze, thing(string(e.Freeze)))
	if err != nil {
		return fraud.Freeze{}, err
	}
	f, err := s.store.Freeze(ctx, e.Freeze)
	if err != nil {
		return f, fmt.Errorf("find freeze %s: %w", e.Freeze, err)
	}
	if !slices.Contains(Next(f.State), e.State) {
		return f, fmt.Errorf("freeze %s is %s and cannot become %s: it can become %v: %w", f.ID, f.State, e.State, Next(f.State), fraud.ErrConflict)
	}
	if err := required("reason", e.Why); err != nil {
		return f, err
	}
	switch {
	case e.Held.Minor < 0:
		return f, fmt.Errorf("the amount held is not negative: %w", fraud.ErrInvalid)
	case (e.State == fraud.FreezeHeld || e.State == fraud.FreezePartial) && e.Held.Currency == "":
		return f, fmt.Errorf("say how much the bank holds, with its currency (0 if nothing was left): %w", fraud.ErrInvalid)
	}
	e.At, e.By = s.now().UTC(), who.Person
	if err := s.store.AddFreezeEvent(ctx, e); err != nil {
		return f, fmt.Errorf("move freeze %s to %s: %w", f.ID, e.State, err)
	}
	f, err = s.store.Freeze(ctx, e.Freeze)
	if err != nil {
		return f, fmt.Errorf("find freeze %s: %w", e.Freeze, err)
	}
	return f, nil
}

// Freeze returns one freeze.
func (s *Service) Freeze(ctx context.Context, id fraud.FreezeID) (fraud.Freeze, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(id))); err != nil {
		return fraud.Freeze{}, err
	}
	f, err := s.store.Freeze(ctx, id)
	if err != nil {
		return f, fmt.Errorf("find freeze %s: %w", id, err)
	}
	return f, nil
}

// Freezes returns all freezes, the one whose clock runs out first before the
// others; those without a clock last, by id.
func (s *Service) Freezes(ctx context.Context) ([]fraud.Freeze, error) {
	if _, err := s.door(ctx, access.ActRead, thing("")); err != nil {
		return nil, err
	}
	all, err := s.store.Freezes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the freezes: %w", err)
	}
	slices.SortStableFunc(all, func(a, b fraud.Freeze) int {
		switch {
		case a.Deadline.IsZero() != b.Deadline.IsZero():
			if a.Deadline.IsZero() {
				return 1
			}
			return -1
		case !a.Deadline.Equal(b.Deadline):
			return a.Deadline.Compare(b.Deadline)
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return all, nil
}

// ExpireFreezes moves every freeze whose deadline has passed without an
// answer to expired, and returns those it moved.
func (s *Service) ExpireFreezes(ctx context.Context) ([]fraud.Freeze, error) {
	all, err := s.Freezes(ctx)
	if err != nil {
		return nil, err
	}
	var moved []fraud.Freeze
	for _, f := range all {
		c, ok := FreezeClock(f, s.now())
		if !ok || !c.Passed() {
			continue
		}
		f, err := s.MoveFreeze(ctx, fraud.FreezeEvent{Freeze: f.ID, State: fraud.FreezeExpired, Why: "no answer before the deadline of channel " + f.Channel})
		if err != nil {
			return moved, err
		}
		moved = append(moved, f)
	}
	return moved, nil
}
