package web

import (
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
)

// custodyStep is one event of a chain with the gaps that show at it.
type custodyStep struct {
	fraud.CustodyEvent
	Gaps []string
}

// custodyChain sets each gap before the event at which it shows, so that it
// stands in the picture between two holders, in plain sight.
func custodyChain(events []fraud.CustodyEvent, gaps []act.Gap) []custodyStep {
	at := map[int][]string{}
	for _, g := range gaps {
		at[g.Seq] = append(at[g.Seq], g.Says)
	}
	chain := make([]custodyStep, len(events))
	for i, e := range events {
		chain[i] = custodyStep{CustodyEvent: e, Gaps: at[e.Seq]}
	}
	return chain
}
