package web

import (
	"time"

	"ringbreaker.example/access"
)

// Also puts a rule before those of access: what it gives a reason for is
// refused. Within one organisation roles alone keep rings and reports from
// people, so that only a stricter rule shows which pages ask about them.
func (s *Server) Also(rule func(access.Who, access.Action, access.Thing) string) {
	s.decide = func(who access.Who, action access.Action, thing access.Thing, to access.Recipient, now time.Time) access.Decision {
		if reason := rule(who, action, thing); reason != "" {
			return access.Decision{Reason: reason}
		}
		return access.Decide(who, action, thing, to, now)
	}
}
