package web

import (
	"context"
	"fmt"

	"ringbreaker.example/access"
	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// commonText is what two linked reports both read or showed.
type commonText struct {
	Script fraud.Indicator
	A, B   fraud.ReportID // in which it stands
	extract.Common
}

// PercentA is how much of A's text is shared.
func (c commonText) PercentA() int { return int(100*c.OfA + 0.5) }

// PercentB is how much of B's text is shared.
func (c commonText) PercentB() int { return int(100*c.OfB + 0.5) }

// commonShown is how many scripts of a page are shown with their text: each
// is two reports read and aligned.
const commonShown = 5

// commonTexts aligns the texts behind the links that a script holds, one pair
// for each script. Reports that this person may not read are left out.
func (s *Server) commonTexts(ctx context.Context, links []fraud.Link) ([]commonText, error) {
	var out []commonText
	seen := map[fraud.Indicator]bool{}
	for _, l := range links {
		for _, c := range l.Cause {
			if c.Indicator.Kind != fraud.Script || seen[c.Indicator] || len(out) == commonShown {
				continue
			}
			inA, inB := textsOf(l, c)
			a, err := s.readable(ctx, inA)
			if err != nil {
				return nil, err
			}
			b, err := s.readable(ctx, inB)
			if err != nil {
				return nil, err
			}
			if a == nil || b == nil {
				continue
			}
			seen[c.Indicator] = true
			if t := extract.CommonText(a, b); t.Shared > 0 {
				out = append(out, commonText{c.Indicator, inA, inB, t})
			}
		}
	}
	return out, nil
}

// readable is a report, nil if this person may not read it or it is not here.
func (s *Server) readable(ctx context.Context, id fraud.ReportID) (*fraud.Report, error) {
	r, err := s.Store.Report(ctx, id)
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read report %s: %w", id, err)
	}
	if !s.can(ctx, access.ActRead, access.Thing{Kind: access.ThingReport, ID: string(id), Mark: r.Mark()}) {
		return nil, nil
	}
	return r, nil
}
