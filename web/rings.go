package web

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// ringsPage lists rings, most harm still to come first.
type ringsPage struct {
	base
	Rows     []ringRow
	Withheld int // rings of this page that this person may not read
	All      int // rings that the node holds
	From     int // the place of the first row, 1 on the first page
	Choices  []choiceOf
	Active   []chip // what is filtered by; each leads to the list without it
	Sorts    []chip
	Next     string // address of the next page
	First    string // address of the first page, on the others
	CSVPath  string
	AsOf     time.Time // when the rings were derived
	Pending  time.Time // since when they are worked out again
}

// choiceOf is one thing that a list is filtered by.
type choiceOf struct {
	Name, Word string
	Options    []ringOption
}

type ringOption struct {
	Value, Word string
	Chosen      bool
}

type ringRow struct {
	fraud.RingHead
	State  string
	Tone   string
	HeldTo time.Time
}

// Why says why it stands where it stands.
func (r ringRow) Why() string { return harmWhy(r.Harm) }

const (
	ringsShown  = 50
	ringsInCSV  = 5000
	ringsOption = 60 // options of one filter; past it people type into the search
)

// ringFilters are the names of the filters in the address, in the order of
// the page.
var ringFilters = []struct{ name, word string }{
	{"state", "Status"},
	{"seen", "Last seen"},
	{"brand", "Brand"},
	{"country", "Country"},
	{"language", "Language"},
	{"money", "Money sent"},
	{"kind", "Evidence"},
	{"tlp", "TLP"},
}

func (s *Server) rings(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := ringsPage{base: s.base(w, r, "Rings"), From: 1}
	ask := r.URL.Query()
	q, err := s.ringQuery(ctx, ask)
	if err != nil {
		return err
	}
	q.Limit = ringsShown + 1
	list, err := s.Store.ListRings(ctx, q)
	if err != nil {
		return fmt.Errorf("read the rings: %w", err)
	}
	facets, err := s.Store.RingFacets(ctx)
	if err != nil {
		return fmt.Errorf("count the rings: %w", err)
	}
	for _, f := range facets {
		if f.Facet == "all" {
			p.All = f.Rings
		}
	}
	if from, err := strconv.Atoi(ask.Get("from")); err == nil && from > 0 {
		p.From = from
		p.First = ringsHref(ask, map[string]string{"from": "", "after": "", "key": ""})
	}
	if len(list.Rings) > ringsShown {
		last := ringsShown - 1
		p.Next = ringsHref(ask, map[string]string{
			"from": strconv.Itoa(p.From + ringsShown), "after": string(list.Rings[last].ID), "key": strconv.FormatFloat(list.Keys[last], 'g', -1, 64),
		})
		list.Rings = list.Rings[:ringsShown]
	}
	if p.Rows, err = s.readableRings(ctx, list.Rings); err != nil {
		return err
	}
	p.Withheld = len(list.Rings) - len(p.Rows)
	p.Choices = ringChoices(ask, facets)
	for _, f := range ringFilters {
		if v := ask.Get(f.name); v != "" {
			p.Active = append(p.Active, chip{Word: f.word + ": " + filterWord(f.name, v), Href: ringsHref(ask, map[string]string{f.name: "", "from": "", "after": "", "key": ""})})
		}
	}
	for _, x := range []struct {
		key  fraud.RingOrder
		word string
	}{{fraud.RingsByHarm, "harm to come"}, {fraud.RingsByVictims, "victims"}, {fraud.RingsByLastSeen, "last seen"}, {fraud.RingsByGrowth, "growth"}} {
		p.Sorts = append(p.Sorts, chip{Word: x.word, Href: ringsHref(ask, map[string]string{"sort": strings.TrimPrefix(string(x.key), "harm"), "from": "", "after": "", "key": ""}), Chosen: x.key == cmp.Or(q.Order, fraud.RingsByHarm)})
	}
	p.CSVPath = strings.Replace(ringsHref(ask, map[string]string{"from": "", "after": "", "key": ""}), "/rings", "/rings.csv", 1)
	if p.AsOf, _, _, err = s.Store.LastLinking(ctx); err != nil && !isNotFound(err) {
		return fmt.Errorf("read when the rings were derived: %w", err)
	}
	if p.Pending, err = s.pendingSince(ctx, ""); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "rings.html", p)
}

// pendingSince says since when a ring, or any, is being worked out again.
func (s *Server) pendingSince(ctx context.Context, id fraud.RingID) (time.Time, error) {
	if s.Pending == nil {
		return time.Time{}, nil
	}
	at, err := s.Pending.PendingSince(ctx, id)
	if err != nil {
		return at, fmt.Errorf("ask what is worked out again: %w", err)
	}
	return at, nil
}

// ringsHref is the list's address with some of its parts changed; empty takes
// a part out.
func ringsHref(ask url.Values, change map[string]string) string {
	v := url.Values{}
	for _, name := range []string{"state", "seen", "brand", "country", "language", "money", "kind", "tlp", "sort", "from", "after", "key"} {
		value, changed := change[name]
		if !changed {
			value = ask.Get(name)
		}
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return "/rings"
	}
	return "/rings?" + v.Encode()
}

// ringQuery reads an address. What it does not know it ignores, as a link
// that somebody kept may be old.
func (s *Server) ringQuery(ctx context.Context, ask url.Values) (fraud.RingQuery, error) {
	q := fraud.RingQuery{
		Brand: ask.Get("brand"), Country: ask.Get("country"), Language: ask.Get("language"), Kind: fraud.Kind(ask.Get("kind")),
		TLP: fraud.TLP(ask.Get("tlp")), Money: fraud.RingMoney(ask.Get("money")), After: fraud.RingID(ask.Get("after")),
	}
	switch order := fraud.RingOrder(ask.Get("sort")); order {
	case fraud.RingsByVictims, fraud.RingsByLastSeen, fraud.RingsByGrowth:
		q.Order = order
	}
	if q.After != "" {
		var err error
		if q.Key, err = strconv.ParseFloat(ask.Get("key"), 64); err != nil || math.IsNaN(q.Key) {
			return q, fmt.Errorf("this page of the list has no place in it; open the list again: %w", fraud.ErrInvalid)
		}
	}
	now := s.Now()
	switch ask.Get("seen") {
	case "7d":
		q.SeenFrom = now.AddDate(0, 0, -7)
	case "30d":
		q.SeenFrom = now.AddDate(0, 0, -30)
	case "90d":
		q.SeenFrom = now.AddDate(0, 0, -90)
	case "older":
		q.SeenTo = now.AddDate(0, 0, -90)
	}
	state := ask.Get("state")
	if state == "" {
		return q, nil
	}
	held, err := s.heldRings(ctx)
	if err != nil {
		return q, err
	}
	ids := make([]fraud.RingID, 0, len(held))
	for id := range held {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	switch state {
	case stateHeld:
		q.Only = ids
	case stateActive:
		q.Not = ids
		if from := now.Add(-activeFor); from.After(q.SeenFrom) {
			q.SeenFrom = from
		}
	case stateQuiet:
		q.Not = ids
		if to := now.Add(-activeFor); q.SeenTo.IsZero() || to.Before(q.SeenTo) {
			q.SeenTo = to
		}
	}
	return q, nil
}

func filterWord(name, value string) string {
	switch name {
	case "seen":
		return map[string]string{"7d": "in 7 days", "30d": "in 30 days", "90d": "in 90 days", "older": "over 90 days ago"}[value]
	case "money":
		switch fraud.RingMoney(value) {
		case fraud.RingMoneySent:
			return "some is known"
		case fraud.RingMoneyNone:
			return "none known"
		case fraud.RingMoneyGreat:
			return "100,000 or more"
		}
		return "in " + value
	case "kind":
		return kindWord(fraud.Kind(value))
	}
	return value
}

// ringChoices gives the filters with what each ring list knows, most rings
// first.
func ringChoices(ask url.Values, facets []fraud.FacetCount) []choiceOf {
	var out []choiceOf
	for _, f := range ringFilters {
		c := choiceOf{Name: f.name, Word: f.word, Options: []ringOption{{Word: "any"}}}
		chosen := ask.Get(f.name)
		add := func(value, word string) {
			c.Options = append(c.Options, ringOption{Value: value, Word: word, Chosen: value == chosen})
		}
		switch f.name {
		case "state":
			for _, x := range []string{stateActive, stateQuiet, stateHeld} {
				add(x, x)
			}
		case "seen":
			for _, x := range []string{"7d", "30d", "90d", "older"} {
				add(x, filterWord("seen", x))
			}
		}
		known := false
		for _, x := range facets {
			if x.Facet == f.name && (len(c.Options) <= ringsOption || x.Value == chosen) {
				add(x.Value, fmt.Sprintf("%s (%s)", filterWord(f.name, x.Value), number(x.Rings)))
			}
		}
		for _, o := range c.Options {
			known = known || o.Value == chosen
		}
		if !known {
			add(chosen, filterWord(f.name, chosen)+" (0)")
		}
		out = append(out, c)
	}
	return out
}

// ringsCSV is the same table as a file. A cell that a spreadsheet would take
// for a formula gets a quote before it (OWASP, CSV injection).
func (s *Server) ringsCSV(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q, err := s.ringQuery(ctx, r.URL.Query())
	if err != nil {
		return err
	}
	q.Limit = ringsInCSV
	list, err := s.Store.ListRings(ctx, q)
	if err != nil {
		return fmt.Errorf("read the rings: %w", err)
	}
	all, err := s.readableRings(ctx, list.Rings)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="rings.csv"`)
	out := csv.NewWriter(w)
	rows := [][]string{{"ring", "victims", "reports", "sent_minor", "aged_60_plus", "last_30_days", "prior_30_days", "first_seen", "last_seen", "brands", "countries", "languages", "state", "tlp", "pap"}}
	for _, x := range all {
		var sent []string
		for _, m := range sums(x.Harm.Sent) {
			sent = append(sent, m.Currency+" "+strconv.FormatInt(m.Minor, 10))
		}
		rows = append(rows, []string{
			string(x.ID), strconv.Itoa(x.Harm.Victims), strconv.Itoa(x.Harm.Reports), strings.Join(sent, "; "), strconv.Itoa(x.Harm.Aged60),
			strconv.Itoa(x.Harm.Last30d), strconv.Itoa(x.Harm.Before30), machineTime(x.Harm.FirstAt), machineTime(x.Harm.LastAt),
			strings.Join(x.Brands, "; "), strings.Join(x.Countries, "; "), strings.Join(x.Languages, "; "), x.State, string(x.Mark.TLP), string(x.Mark.PAP),
		})
	}
	if n := len(list.Rings) - len(all); n > 0 {
		rows = append(rows, append([]string{fmt.Sprintf("%d withheld by their marks", n)}, make([]string, len(rows[0])-1)...))
	}
	for _, row := range rows {
		for i := range row {
			row[i] = plainCell(row[i])
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return nil // the reader has gone
	}
	return nil
}

func plainCell(v string) string {
	if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
		return "'" + v
	}
	return v
}

// readableRings gives those rings that this person may read, with their
// states.
func (s *Server) readableRings(ctx context.Context, rings []fraud.RingHead) ([]ringRow, error) {
	held, err := s.heldRings(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]ringRow, 0, len(rings))
	for _, x := range rings {
		if s.mayReadRing(ctx, x) {
			out = append(out, stateOf(x, held[x.ID], s.Now()))
		}
	}
	return out, nil
}

// activeFor is how long after its last report a ring still counts as active:
// the median life of a callback number is 14 days (Cisco Talos 2026).
const activeFor = 14 * 24 * time.Hour

// What a ring is doing, as far as reports tell.
const (
	stateActive = "active now"
	stateQuiet  = "quiet"
	stateHeld   = "on hold"
)

func stateOf(x fraud.RingHead, heldTo, now time.Time) ringRow {
	row := ringRow{RingHead: x, State: stateQuiet, Tone: "soft", HeldTo: heldTo}
	if now.Sub(x.Harm.LastAt) <= activeFor {
		row.State, row.Tone = stateActive, "harm"
	}
	if !heldTo.IsZero() {
		row.State, row.Tone = stateHeld, "clock"
	}
	return row
}

// harmWhy says why a ring ranks where it ranks, in the parts that its score
// is made of: reports to be expected, at the rate at which it grew, and what
// a report costs.
func harmWhy(h fraud.Harm) string {
	if h.Last30d == 0 {
		return "no report in the last 30 days of the data"
	}
	growth := min(max(float64(h.Last30d+1)/float64(h.Before30+1), 0.25), 4) // the linker's own bounds
	says := fmt.Sprintf("about %s to come in 30 days", plural(int(math.Round(float64(h.Last30d)*growth)), "report"))
	switch {
	case h.Last30d > h.Before30:
		says += fmt.Sprintf(": %d in the last 30, up from %d", h.Last30d, h.Before30)
	case h.Last30d < h.Before30:
		says += fmt.Sprintf(": %d in the last 30, down from %d", h.Last30d, h.Before30)
	default:
		says += fmt.Sprintf(": %d in the last 30, as before", h.Last30d)
	}
	if money := sums(h.Sent); len(money) > 0 && h.Reports > 0 {
		each := fraud.Money{Minor: money[0].Minor / int64(h.Reports), Currency: money[0].Currency}
		says += "; " + moneyShort(each) + " a report"
	}
	if h.Aged60*2 >= h.Reports && h.Aged60 > 0 {
		says += "; most are 60 or older"
	}
	return says
}

// heldRings says until when each ring that a live hold touches is held.
func (s *Server) heldRings(ctx context.Context) (map[fraud.RingID]time.Time, error) {
	holds, err := s.Store.Holds(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the holds: %w", err)
	}
	out := map[fraud.RingID]time.Time{}
	now := s.Now()
	for _, h := range holds {
		if !h.Released.IsZero() || !h.Until.After(now) {
			continue
		}
		rings := []fraud.RingID{h.Ring}
		if h.Ring == "" {
			if rings, err = s.Store.RingsWith(ctx, h.Indicator, heldByOne); err != nil {
				return nil, fmt.Errorf("find the rings of hold %s: %w", h.ID, err)
			}
		}
		for _, id := range rings {
			if h.Until.After(out[id]) {
				out[id] = h.Until
			}
		}
	}
	return out, nil
}

// heldByOne is how many rings the hold of one indicator marks: an indicator
// that serves more is nobody's alone.
const heldByOne = 200
