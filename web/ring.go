package web

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// ringPage is one ring: what it is in a sentence, then one tab of seven.
type ringPage struct {
	base
	keptRing
	State    string
	Tone     string
	HeldTo   time.Time
	Why      string    // why it ranks where it ranks
	Pending  time.Time // since when it is worked out again
	AsOf     time.Time // when the rings were derived
	Sentence string
	Tabs     []chip
	Tab      string
	CanHold  bool
	CanJudge bool
	Holds    []fraud.Hold

	Graph     *Drawing
	Shown     string // what of the ring the picture holds
	Bridges   []bridgeRow
	Waiting   []fraud.Suggestion
	People    *peopleTable
	Timeline  *Drawing
	Events    []fraud.RingEvent
	Victims   *hourTable
	Operators *hourTable
	Zone      string
	Sampled   string
	Flows     []flowTable
	Evidence  []fraud.RingIndicator
	Links     []fraud.Link
	LinksAll  int
	Common    []commonText
	Members   []fraud.ReportID
	MoreOf    string // address of the next page of members or indicators
}

// flowTable is one currency's picture with the table behind it.
type flowTable struct {
	Currency string
	Drawing  Drawing
	Rows     []flow
	Left     int
}

func (s *Server) ring(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), fraud.RingID(r.PathValue("id"))
	ring, err := s.ringOf(ctx, id)
	if err != nil {
		return err
	}
	if err := s.may(ctx, access.ActRead, access.Thing{Kind: access.ThingRing, ID: string(id), Mark: ring.Mark}); err != nil {
		return err
	}
	p := ringPage{base: s.base(w, r, "Ring "+string(id)), keptRing: ring, Tab: r.PathValue("tab")}
	if err := s.ringHead(ctx, &p); err != nil {
		return err
	}
	p.CanHold = s.can(ctx, access.ActHold, access.Thing{Kind: access.ThingRing})
	p.CanJudge = s.Judge != nil && s.can(ctx, access.ActJudge, access.Thing{})
	for _, t := range []struct{ key, word string }{{"", "Graph"}, {"time", "Time"}, {"hours", "Hours"}, {"victims", "Victims"}, {"money", "Money"}, {"evidence", "Evidence"}, {"reports", "Reports"}} {
		href := "/rings/" + pathID(id)
		if t.key != "" {
			href += "/" + t.key
		}
		p.Tabs = append(p.Tabs, chip{Word: t.word, Href: href, Chosen: t.key == p.Tab})
	}
	fillTab := map[string]func(context.Context, *http.Request, *ringPage) error{
		"": s.ringGraphTab, "time": s.ringTimeTab, "hours": s.ringHoursTab, "money": s.ringMoneyTab, "evidence": s.ringEvidenceTab,
		"reports": s.ringReportsTab, "victims": s.ringVictimsTab,
	}[p.Tab]
	if fillTab == nil {
		return fmt.Errorf("a ring has no page of this name: %w", fraud.ErrNotFound)
	}
	if err := fillTab(ctx, r, &p); err != nil {
		return err
	}
	if p.Said == nil {
		if p.Said, err = s.whatIsSaid(ctx, p.scripts()); err != nil {
			return err
		}
	}
	return s.render(w, http.StatusOK, "ring.html", p)
}

// ringHead fills in what stands above the tabs.
func (s *Server) ringHead(ctx context.Context, p *ringPage) error {
	holds, err := s.Store.Holds(ctx)
	if err != nil {
		return fmt.Errorf("read the holds: %w", err)
	}
	for _, h := range holds {
		if h.Ring == p.ID && h.Released.IsZero() {
			p.Holds = append(p.Holds, h)
		}
	}
	row := stateOf(p.Head(nil), heldTill(p.Ring, holds, s.Now()), s.Now())
	p.State, p.Tone, p.HeldTo, p.Why = row.State, row.Tone, row.HeldTo, row.Why()
	p.Sentence = ringSentence(row)
	if p.AsOf, _, _, err = s.Store.LastLinking(ctx); err != nil && !isNotFound(err) {
		return fmt.Errorf("read when the rings were derived: %w", err)
	}
	p.Pending, err = s.pendingSince(ctx, p.ID)
	return err
}

// heldTill is the latest live hold on a ring or any of its indicators.
func heldTill(x fraud.Ring, holds []fraud.Hold, now time.Time) time.Time {
	var till time.Time
	for _, h := range holds {
		if !h.Released.IsZero() || !h.Until.After(now) || !h.Until.After(till) {
			continue
		}
		on := h.Ring == x.ID || h.Indicator.Kind != "" && slices.ContainsFunc(x.Indicators, func(i fraud.RingIndicator) bool { return i.Indicator == h.Indicator })
		if on {
			till = h.Until
		}
	}
	return till
}

// ringSentence says what a ring is before anybody asks.
func ringSentence(x ringRow) string {
	parts := []string{plural(x.Harm.Victims, "victim")}
	if money := sums(x.Harm.Sent); len(money) > 0 {
		sent := moneyShort(money[0]) + " sent"
		if len(money) > 1 {
			sent += " (and " + plural(len(money)-1, "other currency", "other currencies") + ")"
		}
		parts = append(parts, sent)
	} else {
		parts = append(parts, "no money known to be sent")
	}
	switch len(x.Brands) {
	case 0:
	case 1:
		parts = append(parts, "poses as "+x.Brands[0])
	case 2:
		parts = append(parts, "poses as both "+x.Brands[0]+" and "+x.Brands[1])
	default:
		parts = append(parts, "poses as "+strings.Join(x.Brands[:2], ", ")+" and "+plural(len(x.Brands)-2, "other"))
	}
	state := x.State
	if state == "quiet" {
		state = "quiet since " + day(x.Harm.LastAt)
	}
	if state == "on hold" {
		state = "on hold until " + stamp(x.HeldTo)
	}
	return "Ring " + string(x.ID) + ": " + strings.Join(append(parts, state), ", ") + "."
}

func (s *Server) ringGraphTab(ctx context.Context, _ *http.Request, p *ringPage) error {
	g, err := s.graphOf(ctx, p.keptRing)
	if err != nil {
		return err
	}
	p.Evidence = byReports(p.Indicators)[:min(len(p.Indicators), 25)]
	p.Bridges = g.Bridges
	if p.Said, err = s.whatIsSaid(ctx, append(p.scripts(), inGraph(p.Ring)...)); err != nil {
		return err
	}
	g = g.named(p.Said)
	g.Title = graphFinding(p.Ring, p.Said)
	g.Desc = fmt.Sprintf("%s and %s; %s and %s at the edges. The tables below name them.", plural(len(p.Indicators), "indicator"), plural(p.Harm.Reports, "report"), plural(len(p.Suppliers), "supplier"), plural(len(p.Launderers), "launderer"))
	g.Caption = fmt.Sprintf("A dot is a report, a shape is a value that reports hold; the larger a shape, the more reports. Linked by model %s; last report %s.", p.Model, stamp(p.Harm.LastAt))
	d := drawGraph("graph", g)
	p.Graph, p.Shown = &d, g.Left
	if p.Waiting, err = s.Store.SuggestionsOf(ctx, p.ID, 5); err != nil {
		return fmt.Errorf("read the suggestions of ring %s: %w", p.ID, err)
	}
	return nil
}

// scripts are those of the page but for its picture's.
func (p *ringPage) scripts() []script {
	out := scriptsOf(p.Evidence)
	for _, b := range p.Bridges {
		out = append(out, scriptsIn(b.Link)...)
	}
	ties := map[fraud.Indicator]bool{}
	for _, t := range slices.Concat(p.Suppliers, p.Launderers) {
		ties[t.Indicator] = true
	}
	return append(out, scriptsOf(slices.DeleteFunc(slices.Clone(p.Indicators), func(i fraud.RingIndicator) bool { return !ties[i.Indicator] }))...)
}

// inGraph are the scripts of a ring that a picture has room to name.
func inGraph(r fraud.Ring) []script {
	out := scriptsOf(byReports(r.Indicators))
	return out[:min(len(out), graphMostNames)]
}

func graphFinding(x fraud.Ring, w said) string {
	if len(x.Indicators) == 0 {
		return "No shared indicator is known"
	}
	top := slices.MaxFunc(x.Indicators, func(a, b fraud.RingIndicator) int {
		return cmp.Or(cmp.Compare(a.Reports, b.Reports), cmp.Compare(a.Bits, b.Bits), cmp.Compare(b.String(), a.String()))
	})
	says := fmt.Sprintf("%s %s holds most of it together: %d of %d reports", strings.ToUpper(kindWord(top.Kind)[:1])+kindWord(top.Kind)[1:], w.name(top.Indicator), top.Reports, x.Harm.Reports)
	if len(x.Bridges) > 0 {
		says += "; " + plural(len(x.Bridges), "bridge") + " to look at"
	}
	return says
}

func byReports(in []fraud.RingIndicator) []fraud.RingIndicator {
	out := slices.Clone(in)
	slices.SortStableFunc(out, func(a, b fraud.RingIndicator) int {
		return cmp.Or(cmp.Compare(b.Reports, a.Reports), cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.String(), b.String()))
	})
	return out
}

// ringSample is how many reports of a ring are read for its times and people:
// enough for the shape of its days, and quick.
const ringSample = 2000

// incidentsOf reads when and to whom the contacts of a ring happened, evenly
// drawn where the ring is larger.
func (s *Server) incidentsOf(ctx context.Context, x fraud.Ring) (out []fraud.Incident, says string, err error) {
	ids := evenly(x.Reports, ringSample)
	if out, err = s.Store.Incidents(ctx, ids); err != nil {
		return nil, "", fmt.Errorf("read the incidents of ring %s: %w", x.ID, err)
	}
	says = fmt.Sprintf("Counted on all %s.", plural(len(out), "report"))
	if len(ids) < len(x.Reports) {
		says = fmt.Sprintf("Counted on %s of %s, evenly drawn.", number(len(out)), plural(len(x.Reports), "report"))
	}
	return out, says, nil
}

// evenly draws at most n of a list, in its order, the same ones each time.
func evenly[T any](list []T, n int) []T {
	if len(list) <= n {
		return list
	}
	out := make([]T, n)
	for i := range out {
		out[i] = list[i*len(list)/n]
	}
	return out
}

func (s *Server) ringTimeTab(ctx context.Context, _ *http.Request, p *ringPage) error {
	times, says, err := s.incidentsOf(ctx, p.Ring)
	if err != nil {
		return err
	}
	if p.Events, err = s.Store.RingEvents(ctx, p.ID); err != nil {
		return fmt.Errorf("read the log of ring %s: %w", p.ID, err)
	}
	p.Evidence = byReports(p.Indicators)[:min(len(p.Indicators), 200)]
	if p.Said, err = s.whatIsSaid(ctx, p.scripts()); err != nil {
		return err
	}
	var bars []tenureBar
	for _, i := range p.Indicators {
		bars = append(bars, tenureBar{Label: p.Said.label(i.Indicator, timeQuote), Family: string(familyOf(i.Kind)), From: i.Tenure.From, To: i.Tenure.To, Reports: i.Reports})
	}
	slices.SortStableFunc(bars, func(a, b tenureBar) int { return cmp.Compare(b.Reports, a.Reports) })
	bars = bars[:min(len(bars), timeRows)]
	slices.SortStableFunc(bars, func(a, b tenureBar) int { return a.From.Compare(b.From) })
	at := make([]time.Time, len(times))
	for i, t := range times {
		at[i] = t.At
	}
	var marks []timeMark
	for _, e := range p.Events {
		if e.What == "merged" || e.What == "split" {
			marks = append(marks, timeMark{At: e.At, What: e.What})
		}
	}
	for _, h := range p.Holds {
		marks = append(marks, timeMark{At: h.At, What: "hold placed"})
	}
	title := fmt.Sprintf("Seen from %s to %s; %d reports in the last 30 days, %d in the 30 before", day(p.Harm.FirstAt), day(p.Harm.LastAt), p.Harm.Last30d, p.Harm.Before30)
	d := drawTimeline("timeline", title, says+" A bar is one unbroken run of use. Times are UTC.", bars, at, marks)
	p.Timeline, p.Sampled = &d, says
	return nil
}

func (s *Server) ringHoursTab(ctx context.Context, r *http.Request, p *ringPage) error {
	times, says, err := s.incidentsOf(ctx, p.Ring)
	if err != nil {
		return err
	}
	p.Sampled = says
	p.Zone = cmp.Or(r.URL.Query().Get("zone"), "Asia/Kolkata")
	zone, err := time.LoadLocation(p.Zone)
	if err != nil || p.Zone == "Local" {
		return fmt.Errorf("no clock is known by this name; give an IANA zone such as Asia/Kolkata: %w", fraud.ErrInvalid)
	}
	var all []time.Time
	var local []time.Time
	zones := map[string]*time.Location{}
	for _, t := range times {
		if dateOnly(t.At) {
			continue
		}
		all = append(all, t.At)
		own, known := zones[t.TimeZone]
		if !known {
			if own, err = time.LoadLocation(cmp.Or(t.TimeZone, "UTC")); err != nil || t.TimeZone == "Local" {
				own = time.UTC
			}
			zones[t.TimeZone] = own
		}
		l := t.At.In(own) // the victim's wall clock, written as if it were UTC
		local = append(local, time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC))
	}
	operators, victims := weekHours(all, zone), weekHours(local, time.UTC)
	victims.Zone = "the victims' own clocks"
	victims.Says = strings.Replace(victims.Says, "the clock of UTC", "the victims' own clocks", 1)
	p.Operators, p.Victims = &operators, &victims
	return nil
}

// dateOnly says whether a time is a day without an hour.
func dateOnly(t time.Time) bool {
	u := t.UTC()
	return u.IsZero() || u.Hour()+u.Minute()+u.Second()+u.Nanosecond() == 0
}

// moneyMost is how many transfers one picture is drawn from.
const moneyMost = 20_000

func (s *Server) ringMoneyTab(ctx context.Context, _ *http.Request, p *ringPage) error {
	payees := map[string]bool{}
	for _, i := range p.Indicators {
		if familyOf(i.Kind) == fraud.FamilyMoney {
			payees[i.String()] = true
		}
	}
	for _, t := range p.Launderers {
		payees[t.Indicator.String()] = true
	}
	transfers, err := s.transfersFrom(ctx, payees)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, t := range transfers {
		if (payees[t.To] || payees[t.From]) && !seen[t.Amount.Currency] {
			seen[t.Amount.Currency] = true
		}
	}
	currencies := make([]string, 0, len(seen))
	for c := range seen {
		currencies = append(currencies, c)
	}
	slices.Sort(currencies)
	for _, c := range currencies {
		flows := flowsFrom(transfers, payees, c)
		t := flowTable{Currency: c, Rows: flows[:min(len(flows), 100)]}
		t.Left = len(flows) - len(t.Rows)
		title := flowFinding(flows, c)
		if !strings.Contains(title, c) { // two currencies must not have one name
			title = c + ": " + title
		}
		t.Drawing = drawSankey("money-"+strings.ToLower(c), title, fmt.Sprintf("From %s that this node holds; solid is observed or reported, dashed is inferred. A band's width is its amount.", plural(len(transfers), "transfer")), c, flows)
		p.Flows = append(p.Flows, t)
	}
	return nil
}

// transfersFrom reads the transfers of a ring's accounts, and on from where
// they went, as far as the picture reaches.
func (s *Server) transfersFrom(ctx context.Context, payees map[string]bool) ([]fraud.Transfer, error) {
	asked, out, have := map[string]bool{}, []fraud.Transfer(nil), map[string]bool{}
	next := slices.Sorted(maps.Keys(payees))
	for range sankeyHops {
		if len(next) == 0 || len(out) >= moneyMost {
			break
		}
		got, err := s.Store.TransfersOf(ctx, next, moneyMost-len(out))
		if err != nil {
			return nil, fmt.Errorf("read the transfers: %w", err)
		}
		for _, a := range next {
			asked[a] = true
		}
		next = nil
		for _, t := range got {
			if !have[t.ID] {
				have[t.ID] = true
				out = append(out, t)
			}
			if asked[t.From] && !asked[t.To] && !slices.Contains(next, t.To) {
				next = append(next, t.To)
			}
		}
	}
	return out, nil
}

func flowFinding(flows []flow, currency string) string {
	var in int64
	to := map[string]bool{}
	for _, f := range flows {
		if f.From == victimsNode {
			in += f.Minor
			to[f.To] = true
		}
	}
	if in == 0 {
		return "Money that passed through the ring's accounts"
	}
	return fmt.Sprintf("Victims paid %s into %s", moneyShort(fraud.Money{Minor: in, Currency: currency}), plural(len(to), "account"))
}

// evidenceShown is how many indicators of a ring one page names.
const evidenceShown = 500

func (s *Server) ringEvidenceTab(ctx context.Context, r *http.Request, p *ringPage) error {
	links, all, err := s.Store.StrongestLinks(ctx, p.ID)
	if err != nil && !isNotFound(err) {
		return fmt.Errorf("read the links of ring %s: %w", p.ID, err)
	}
	p.LinksAll, p.Links = all, links[:min(len(links), 60)]
	if p.Common, err = s.commonTexts(ctx, links); err != nil {
		return err
	}
	p.Evidence = slices.Clone(p.Indicators)
	slices.SortStableFunc(p.Evidence, func(a, b fraud.RingIndicator) int {
		return cmp.Or(cmp.Compare(b.Bits, a.Bits), cmp.Compare(b.Reports, a.Reports), cmp.Compare(a.String(), b.String()))
	})
	from := 0
	if n, err := strconv.Atoi(r.URL.Query().Get("from")); err == nil {
		from = min(max(n-1, 0), len(p.Evidence))
	}
	if to := from + evidenceShown; to < len(p.Evidence) {
		p.MoreOf = p.Path + "?" + url.Values{"from": {strconv.Itoa(to + 1)}}.Encode()
	}
	p.Evidence = p.Evidence[from:min(len(p.Evidence), from+evidenceShown)]
	return nil
}

// membersShown is how many reports of a ring one page names.
const membersShown = 1000

func (s *Server) ringReportsTab(_ context.Context, r *http.Request, p *ringPage) error {
	after := fraud.ReportID(r.URL.Query().Get("after"))
	at, found := slices.BinarySearch(p.Reports, after)
	if found {
		at++
	}
	p.Members = p.Reports[at:min(len(p.Reports), at+membersShown)]
	if n := len(p.Members); at+n < len(p.Reports) {
		p.MoreOf = p.Path + "?" + url.Values{"after": {string(p.Members[n-1])}}.Encode()
	}
	return nil
}

func (s *Server) ringVictimsTab(ctx context.Context, _ *http.Request, p *ringPage) error {
	people, says, err := s.incidentsOf(ctx, p.Ring)
	if err != nil {
		return err
	}
	t := peopleOf(people)
	p.People, p.Sampled = &t, says
	return nil
}
