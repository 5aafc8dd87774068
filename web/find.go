package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// findPage is the answer of the search over everything, by noun.
type findPage struct {
	base
	Asked    string
	Rings    []ringRow
	Values   []foundValue
	Common   []commonText // of a value that is a text
	Reports  []foundReport
	Texts    []foundReport
	Others   []foundGroup
	Behind   int // reports whose texts are not searched yet
	Any      bool
	Withheld int // of what was found, what this person may not read
}

// foundValue is a value in one kind, with the rings that hold it.
type foundValue struct {
	Indicator fraud.Indicator
	Reports   int
	More      bool // there are more reports than were counted
	Rings     []fraud.RingID
}

// foundReport is a report as a search shows it: what it says is read at its
// own door, which writes down who read it.
type foundReport struct {
	ID       fraud.ReportID
	Received time.Time
	Country  string
	Ring     fraud.RingID
	Mark     fraud.Mark
}

// foundGroup is what was found of one noun.
type foundGroup struct {
	Word string
	Hits []foundThing
}

type foundThing struct {
	Href, Ref, Says string
	Mark            fraud.Mark
}

const (
	foundEach    = 20 // of each noun
	longestAsked = 500
)

// find looks for whatever was typed: a value in any writing, the id of
// anything, words of a text. Each answer is decided by itself.
func (s *Server) find(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	// What is no text stands in no report, and no store can look for it.
	asked := strings.ReplaceAll(strings.ToValidUTF8(r.URL.Query().Get("q"), ""), "\x00", "")
	p := findPage{base: s.base(w, r, "Search"), Asked: strings.TrimSpace(asked)}
	if p.Asked == "" || len(p.Asked) > longestAsked {
		return s.render(w, http.StatusOK, "find.html", p)
	}
	if there, err := s.exactly(ctx, p.Asked); err != nil || there != "" {
		if err != nil {
			return err
		}
		return done(w, r, there, "")
	}
	hits, err := s.Store.Find(ctx, p.Asked, foundEach)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if err := s.foundValues(ctx, &p, hits); err != nil {
		return err
	}
	if err := s.foundRings(ctx, &p, hits); err != nil {
		return err
	}
	if err := s.foundScripts(ctx, &p); err != nil {
		return err
	}
	if err := s.foundReports(ctx, &p, hits); err != nil {
		return err
	}
	if err := s.foundOthers(ctx, &p, hits); err != nil {
		return err
	}
	if p.Behind, err = s.Store.TextsBehind(ctx); err != nil {
		return fmt.Errorf("ask which texts are searched: %w", err)
	}
	p.Any = len(p.Rings)+len(p.Values)+len(p.Reports)+len(p.Texts)+len(p.Others) > 0
	return s.render(w, http.StatusOK, "find.html", p)
}

// exactly gives the address of the ring or report that is called just so.
// Whether it may be read is asked there.
func (s *Server) exactly(ctx context.Context, name string) (string, error) {
	heads, err := s.Store.RingHeads(ctx, []fraud.RingID{fraud.RingID(name)})
	if err != nil {
		return "", fmt.Errorf("search the rings: %w", err)
	}
	if len(heads) > 0 {
		return "/rings/" + pathID(name), nil
	}
	rep, err := s.Store.Report(ctx, fraud.ReportID(name))
	switch {
	case err == nil:
		source, rest := rep.Name().Split()
		return "/reports/" + pathID(source) + "/" + rest, nil
	case isNotFound(err):
		return "", nil
	}
	return "", fmt.Errorf("search the reports: %w", err)
}

// foundValues fills in the values: first those that what was typed is another
// writing of, then those that begin like it. A value that is a victim's own
// in every report that was looked at is nobody's evidence and is not shown.
func (s *Server) foundValues(ctx context.Context, p *findPage, hits []fraud.Hit) error {
	known := map[fraud.Indicator]fraud.Hit{}
	ask := s.spellings(p.Asked)
	written := len(ask)
	for _, h := range hits {
		if h.Kind == fraud.HitIndicator && len(known) < foundEach && !slices.Contains(ask[:written], h.Indicator) {
			known[h.Indicator] = h
			ask = append(ask, h.Indicator)
		}
	}
	held, err := s.Store.Held(ctx, ask, foundEach+1)
	if err != nil {
		return fmt.Errorf("search the values: %w", err)
	}
	var ids []fraud.ReportID
	for _, h := range held {
		ids = append(ids, h.Reports[:min(len(h.Reports), ownersAsked)]...)
	}
	sightings, err := s.Store.SightingsOfMany(ctx, ids)
	if err != nil {
		return fmt.Errorf("read the sightings: %w", err)
	}
	for _, h := range held {
		own := withoutOwners(h.Indicator, h.Reports, sightings)
		if len(own) == 0 && len(h.Reports) > 0 || len(p.Values) >= foundEach {
			continue
		}
		v := foundValue{Indicator: h.Indicator, Reports: min(len(own), foundEach), More: len(h.Reports) > foundEach, Rings: h.Rings}
		if begins, ok := known[h.Indicator]; ok {
			v.Reports, v.More = begins.Reports, begins.Reports >= 1000
		} else {
			for _, id := range own[:min(len(own), foundEach)] {
				if !slices.ContainsFunc(p.Reports, func(x foundReport) bool { return x.ID == id }) && len(p.Reports) < foundEach {
					p.Reports = append(p.Reports, foundReport{ID: id})
				}
			}
		}
		p.Values = append(p.Values, v)
	}
	return s.onlyReadable(ctx, p)
}

// onlyReadable takes out values whose rings this person may not read.
func (s *Server) onlyReadable(ctx context.Context, p *findPage) error {
	var ids []fraud.RingID
	for _, v := range p.Values {
		ids = append(ids, v.Rings...)
	}
	slices.Sort(ids)
	heads, err := s.Store.RingHeads(ctx, slices.Compact(ids))
	if err != nil {
		return fmt.Errorf("read the rings: %w", err)
	}
	mark := map[fraud.RingID]fraud.Mark{}
	for _, h := range heads {
		mark[h.ID] = h.Mark
	}
	before := len(p.Values)
	defer func() { p.Withheld += before - len(p.Values) }()
	p.Values = slices.DeleteFunc(p.Values, func(v foundValue) bool {
		marks := []fraud.Mark{{}}
		for _, id := range v.Rings {
			marks = append(marks, mark[id])
		}
		return !s.can(ctx, access.ActRead, access.Thing{Kind: access.ThingIndicator, ID: v.Indicator.String(), Mark: fraud.Strictest(marks...)})
	})
	return nil
}

// ownersAsked is in how many reports of each value the page looks whose it
// is: a victim's own number stands in a victim's few.
const ownersAsked = foundEach + 1

// withoutOwners leaves out reports in which the value is the victim's own:
// nobody finds a victim by their number here (DESIGN §6.3).
func withoutOwners(i fraud.Indicator, ids []fraud.ReportID, sightings map[fraud.ReportID][]fraud.Sighting) []fraud.ReportID {
	return slices.DeleteFunc(slices.Clone(ids), func(id fraud.ReportID) bool {
		held, owned := false, true
		for _, x := range sightings[id] {
			if x.Indicator == i {
				held, owned = true, owned && x.Role == fraud.RoleVictimOwned
			}
		}
		return held && owned
	})
}

func (s *Server) foundRings(ctx context.Context, p *findPage, hits []fraud.Hit) error {
	var ids []fraud.RingID
	for _, h := range hits {
		if h.Kind == fraud.HitRing {
			ids = append(ids, h.Ring)
		}
	}
	for _, v := range p.Values {
		ids = append(ids, v.Rings...)
	}
	slices.Sort(ids)
	heads, err := s.Store.RingHeads(ctx, slices.Compact(ids))
	if err != nil {
		return fmt.Errorf("read the rings: %w", err)
	}
	if p.Rings, err = s.readableRings(ctx, heads); err != nil {
		return err
	}
	p.Withheld += len(heads) - len(p.Rings)
	slices.SortFunc(p.Rings, func(a, b ringRow) int {
		return cmp.Or(cmp.Compare(b.Harm.Score, a.Harm.Score), cmp.Compare(a.ID, b.ID))
	})
	p.Rings = p.Rings[:min(len(p.Rings), foundEach)]
	return nil
}

// scriptRings is in how many rings a searched script is looked for until two
// reports of one show what it says, the smallest first.
const scriptRings = 4

// foundScripts shows what a text says that was searched by the linker's name
// for it, as it stands in two reports of one ring that holds it.
func (s *Server) foundScripts(ctx context.Context, p *findPage) error {
	for _, v := range p.Values {
		if v.Indicator.Kind != fraud.Script {
			continue
		}
		holding := slices.DeleteFunc(slices.Clone(p.Rings), func(r ringRow) bool { return !slices.Contains(v.Rings, r.ID) })
		slices.SortStableFunc(holding, func(a, b ringRow) int { return cmp.Compare(a.Harm.Reports, b.Harm.Reports) })
		for _, r := range holding[:min(len(holding), scriptRings)] {
			common, err := s.scriptIn(ctx, r.ID, v.Indicator)
			if err != nil {
				return err
			}
			if len(common) > 0 {
				p.Common = append(p.Common, common...)
				break
			}
		}
	}
	p.Said = hear(p.Common)
	return nil
}

// scriptIn aligns the two reports that a ring names for a script; those of its
// links where an older program linked it.
func (s *Server) scriptIn(ctx context.Context, id fraud.RingID, i fraud.Indicator) ([]commonText, error) {
	ring, err := s.ringOf(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, x := range ring.Indicators {
		if x.Indicator == i && len(x.Texts) == 2 {
			return s.commonTexts(ctx, []fraud.Link{{Cause: []fraud.Cause{{Indicator: i, Texts: x.Texts}}}})
		}
	}
	links, err := s.Store.RingLinks(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read the links of ring %s: %w", id, err)
	}
	for k := range links {
		links[k].Cause = slices.DeleteFunc(links[k].Cause, func(c fraud.Cause) bool { return c.Indicator != i })
	}
	return s.commonTexts(ctx, links)
}

// foundReports fills in what a list shows of each report found, and leaves
// out those that this person may not read.
func (s *Server) foundReports(ctx context.Context, p *findPage, hits []fraud.Hit) error {
	for _, h := range hits {
		x := foundReport{ID: fraud.ReportID(h.Ref), Ring: h.Ring}
		switch {
		case h.Kind == fraud.HitReport && !slices.ContainsFunc(p.Reports, func(y foundReport) bool { return y.ID == x.ID }):
			p.Reports = append(p.Reports, x)
		case h.Kind == fraud.HitText:
			p.Texts = append(p.Texts, x)
		}
	}
	var err error
	if p.Reports, err = s.readableReports(ctx, p, p.Reports); err != nil {
		return err
	}
	p.Texts, err = s.readableReports(ctx, p, p.Texts)
	return err
}

func (s *Server) readableReports(ctx context.Context, p *findPage, list []foundReport) ([]foundReport, error) {
	ids := make([]fraud.ReportID, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	entries, err := s.Store.ReportEntries(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read the reports that were found: %w", err)
	}
	byID := make(map[fraud.ReportID]fraud.InboxEntry, len(entries))
	for _, e := range entries {
		byID[e.Report.Name()] = e
	}
	out := list[:0]
	for _, x := range list {
		e, ok := byID[x.ID]
		if !ok {
			continue
		}
		if !s.can(ctx, access.ActRead, access.Thing{Kind: access.ThingReport, ID: string(x.ID), Mark: e.Report.Mark()}) {
			p.Withheld++
			continue
		}
		x.Received, x.Country, x.Mark, x.Ring = e.Report.ReceivedAt, e.Report.Reporter.Country, e.Report.Mark(), e.Ring
		out = append(out, x)
	}
	return out, nil
}

// foundOthers groups what is found by id, number or title.
func (s *Server) foundOthers(ctx context.Context, p *findPage, hits []fraud.Hit) error {
	for _, g := range []struct {
		kind  fraud.HitKind
		word  string
		path  string
		thing access.ThingKind
	}{
		{fraud.HitMatch, "Matches", "/matches/", access.ThingMatch},
		{fraud.HitJointCase, "Joint cases", "/joint/", access.ThingJointCase},
		{fraud.HitReferral, "Referrals", "/referrals/", access.ThingReferral},
		{fraud.HitCase, "Cases", "/cases/", access.ThingCase},
		{fraud.HitOperation, "Operations", "/operations/", access.ThingCase},
		{fraud.HitSite, "Sites", "/sites/", access.ThingCase},
		{fraud.HitExhibit, "Exhibits", "/exhibits/", access.ThingCase},
	} {
		group := foundGroup{Word: g.word}
		for _, h := range hits {
			if h.Kind != g.kind {
				continue
			}
			thing, err := s.foundAs(ctx, g.thing, h)
			if err != nil {
				return err
			}
			if !s.can(ctx, access.ActRead, thing) {
				p.Withheld++
				continue
			}
			group.Hits = append(group.Hits, foundThing{Href: g.path + pathID(h.Ref), Ref: h.Ref, Says: h.Says, Mark: thing.Mark.Filled()})
		}
		if len(group.Hits) > 0 {
			p.Others = append(p.Others, group)
		}
	}
	return nil
}

// foundAs is what was found as the rules are asked about it, with its own
// mark: that of the case that it belongs to, or of the rings that it shows.
func (s *Server) foundAs(ctx context.Context, kind access.ThingKind, h fraud.Hit) (access.Thing, error) {
	thing := access.Thing{Kind: kind, ID: h.Ref, Mark: h.Mark}
	switch h.Kind {
	case fraud.HitMatch:
		m, _, err := s.Store.Match(ctx, fraud.MatchID(h.Ref))
		if err != nil {
			return thing, fmt.Errorf("read match %s: %w", h.Ref, err)
		}
		return s.matchThing(ctx, m)
	case fraud.HitJointCase:
		c, err := s.Store.JointCase(ctx, fraud.JointCaseID(h.Ref))
		if err != nil {
			return thing, fmt.Errorf("read joint case %s: %w", h.Ref, err)
		}
		return s.jointThing(ctx, c)
	case fraud.HitReferral:
		x, err := s.Store.Referral(ctx, fraud.ReferralID(h.Ref), 0)
		if err != nil {
			return thing, fmt.Errorf("read referral %s: %w", h.Ref, err)
		}
		return s.referralThing(ctx, x)
	case fraud.HitCase, fraud.HitOperation, fraud.HitSite, fraud.HitExhibit:
		return s.foundAtAgency(ctx, h)
	default:
		return thing, nil
	}
}

// foundAtAgency is what an agency found: it carries the mark of its cases.
func (s *Server) foundAtAgency(ctx context.Context, h fraud.Hit) (access.Thing, error) {
	thing := access.Thing{Kind: access.ThingCase, ID: h.Ref, Mark: h.Mark}
	if s.Act == nil {
		return thing, nil
	}
	var cases []fraud.CaseID
	var err error
	switch h.Kind {
	case fraud.HitCase:
		cases = []fraud.CaseID{fraud.CaseID(h.Ref)}
	case fraud.HitOperation:
		var o fraud.Operation
		o, err = s.Act.Operation(ctx, fraud.OperationID(h.Ref))
		cases = o.Cases
	case fraud.HitSite:
		cases, err = s.casesOfSite(ctx, fraud.SiteID(h.Ref))
	default:
		var x fraud.Seizure
		if x, err = s.Act.Item(ctx, fraud.SeizureID(h.Ref)); err == nil {
			cases, err = s.casesOfSearch(ctx, x.Search)
		}
	}
	if err != nil {
		return thing, fmt.Errorf("find the case of %s %s: %w", h.Kind, h.Ref, err)
	}
	things, err := s.agencyThings(ctx)
	if err != nil {
		return thing, err
	}
	thing.Mark = things.ofCases(cases...).Mark
	return thing, nil
}

// searchHref is the address of the search for a value.
func searchHref(value string) string { return "/search?" + url.Values{"q": {value}}.Encode() }

// sendJSON answers a script of our own.
func sendJSON(w http.ResponseWriter, status int, v any) error {
	var buf bytes.Buffer
	if err := json.NewEncoder(&buf).Encode(v); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(buf.Bytes()); err != nil {
		return nil // the reader has gone
	}
	return nil
}
