package web

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// ringsPage lists rings, most harm still to come first.
type ringsPage struct {
	base
	Rows    []ringRow
	All     int
	States  []chip
	Brands  []chip
	Places  []chip
	Sorts   []chip
	CSVPath string
}

type ringRow struct {
	fraud.Ring
	State  string
	Tone   string
	HeldTo time.Time
}

const ringsMost = 2000

func (s *Server) rings(w http.ResponseWriter, r *http.Request) error {
	p := ringsPage{base: s.base(w, r, "Rings")}
	all, err := s.ringRows(r)
	if err != nil {
		return err
	}
	p.All = len(all)
	q := r.URL.Query()
	state, brand, place, sort := q.Get("state"), q.Get("brand"), q.Get("place"), q.Get("sort")
	href := func(key, value string) string {
		v := url.Values{}
		for k, old := range map[string]string{"state": state, "brand": brand, "place": place, "sort": sort} {
			if old != "" {
				v.Set(k, old)
			}
		}
		v.Del(key)
		if value != "" {
			v.Set(key, value)
		}
		return "/rings?" + v.Encode()
	}
	p.CSVPath = strings.Replace(href("", ""), "/rings", "/rings.csv", 1)
	for _, x := range []string{"", "active now", "quiet", "on hold"} {
		p.States = append(p.States, chip{Word: cmp.Or(x, "all states"), Href: href("state", x), Chosen: x == state})
	}
	p.Brands = append(p.Brands, chip{Word: "all brands", Href: href("brand", ""), Chosen: brand == ""})
	for _, b := range mostCommon(all, func(x ringRow) []string { return x.Brands }, 6) {
		p.Brands = append(p.Brands, chip{Word: b, Href: href("brand", b), Chosen: b == brand})
	}
	p.Places = append(p.Places, chip{Word: "all countries", Href: href("place", ""), Chosen: place == ""})
	for _, c := range mostCommon(all, func(x ringRow) []string { return x.Countries }, 8) {
		p.Places = append(p.Places, chip{Word: c, Href: href("place", c), Chosen: c == place})
	}
	for _, x := range []struct{ key, word string }{{"", "harm to come"}, {"victims", "victims"}, {"last", "last seen"}, {"growth", "growth"}} {
		p.Sorts = append(p.Sorts, chip{Word: x.word, Href: href("sort", x.key), Chosen: x.key == sort})
	}
	p.Rows = chooseRings(all, state, brand, place, sort)
	return s.render(w, http.StatusOK, "rings.html", p)
}

// ringsCSV is the same table as a file. A cell that a spreadsheet would take
// for a formula gets a quote before it (OWASP, CSV injection).
func (s *Server) ringsCSV(w http.ResponseWriter, r *http.Request) error {
	all, err := s.ringRows(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="rings.csv"`)
	out := csv.NewWriter(w)
	rows := [][]string{{"ring", "victims", "reports", "sent_minor", "aged_60_plus", "last_30_days", "prior_30_days", "first_seen", "last_seen", "brands", "countries", "state", "tlp", "pap"}}
	for _, x := range chooseRings(all, q.Get("state"), q.Get("brand"), q.Get("place"), q.Get("sort")) {
		var sent []string
		for _, m := range sums(x.Harm.Sent) {
			sent = append(sent, m.Currency+" "+strconv.FormatInt(m.Minor, 10))
		}
		rows = append(rows, []string{
			string(x.ID), strconv.Itoa(x.Harm.Victims), strconv.Itoa(x.Harm.Reports), strings.Join(sent, "; "), strconv.Itoa(x.Harm.Aged60),
			strconv.Itoa(x.Harm.Last30d), strconv.Itoa(x.Harm.Before30), machineTime(x.Harm.FirstAt), machineTime(x.Harm.LastAt),
			strings.Join(x.Brands, "; "), strings.Join(x.Countries, "; "), x.State, string(x.Mark.TLP), string(x.Mark.PAP),
		})
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

func (s *Server) ringRows(r *http.Request) ([]ringRow, error) {
	ctx := r.Context()
	rings, err := s.Store.RingsByHarm(ctx, ringsMost)
	if err != nil {
		return nil, fmt.Errorf("read the rings: %w", err)
	}
	holds, err := s.Store.Holds(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the holds: %w", err)
	}
	who := access.From(ctx)
	var out []ringRow
	for _, x := range rings {
		if !access.Decide(who, access.ActRead, access.Thing{Kind: access.ThingRing, Mark: x.Mark}, access.Recipient{}, s.Now()).Allow {
			continue
		}
		out = append(out, stateOf(x, holds, s.Now()))
	}
	return out, nil
}

// activeFor is how long after its last report a ring still counts as active:
// the median life of a callback number is 14 days (Cisco Talos 2026).
const activeFor = 14 * 24 * time.Hour

func stateOf(x fraud.Ring, holds []fraud.Hold, now time.Time) ringRow {
	row := ringRow{Ring: x, State: "quiet", Tone: "soft"}
	if now.Sub(x.Harm.LastAt) <= activeFor {
		row.State, row.Tone = "active now", "harm"
	}
	row.HeldTo = heldTill(x, holds, now)
	if !row.HeldTo.IsZero() {
		row.State, row.Tone = "on hold", "clock"
	}
	return row
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

func chooseRings(all []ringRow, state, brand, place, sort string) []ringRow {
	out := make([]ringRow, 0, len(all))
	for _, x := range all {
		if state != "" && x.State != state || brand != "" && !slices.Contains(x.Brands, brand) || place != "" && !slices.Contains(x.Countries, place) {
			continue
		}
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b ringRow) int {
		switch sort {
		case "victims":
			return cmp.Compare(b.Harm.Victims, a.Harm.Victims)
		case "last":
			return b.Harm.LastAt.Compare(a.Harm.LastAt)
		case "growth":
			return cmp.Compare(b.Harm.Last30d-b.Harm.Before30, a.Harm.Last30d-a.Harm.Before30)
		}
		return cmp.Compare(b.Harm.Score, a.Harm.Score)
	})
	return out
}

func mostCommon(rows []ringRow, of func(ringRow) []string, most int) []string {
	count := map[string]int{}
	for _, x := range rows {
		for _, v := range of(x) {
			count[v]++
		}
	}
	names := make([]string, 0, len(count))
	for v := range count {
		names = append(names, v)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	return names[:min(most, len(names))]
}
