package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
)

// operationsPage lists operations.
type operationsPage struct {
	base
	Rows     []fraud.Operation
	Cases    []fraud.Case
	CanDo    bool
	Withheld int // that this person may not read
}

func (s *Server) mayOperate(r *http.Request) bool {
	return s.can(r.Context(), access.ActOperate, access.Thing{Kind: access.ThingCase})
}

func (s *Server) operations(w http.ResponseWriter, r *http.Request) error {
	p := operationsPage{base: s.base(w, r, "Operations"), CanDo: s.mayOperate(r)}
	all, err := s.Act.Operations(r.Context())
	if err != nil {
		return err
	}
	things, err := s.agencyThings(r.Context())
	if err != nil {
		return err
	}
	p.Rows, p.Withheld = readable(s, r.Context(), all, func(o fraud.Operation) access.Thing { return things.ofCases(o.Cases...) })
	slices.SortStableFunc(p.Rows, func(a, b fraud.Operation) int { return b.GoAt.Compare(a.GoAt) })
	cases, err := s.Act.Cases(r.Context())
	if err != nil {
		return err
	}
	p.Cases, _ = readable(s, r.Context(), cases, func(c fraud.Case) access.Thing { return things.ofCases(c.ID) })
	return s.render(w, http.StatusOK, "operations.html", p)
}

func (s *Server) openOperation(w http.ResponseWriter, r *http.Request) error {
	var cases []fraud.CaseID
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("read the form: %w", fraud.ErrInvalid)
	}
	for _, c := range r.PostForm["case"] {
		cases = append(cases, fraud.CaseID(c))
	}
	goAt, err := momentAt(r.PostFormValue("go_at"), "")
	if err != nil {
		return err
	}
	o, err := s.Act.OpenOperation(r.Context(), strings.TrimSpace(r.PostFormValue("name")), cases, goAt)
	if err != nil {
		return err
	}
	return done(w, r, "/operations/"+pathID(o.ID), "saved")
}

// momentAt reads a "datetime-local" field by the clock of a place, of UTC
// where none is known. Empty is the zero time. What cannot be read is told: a
// browser without a picker sends what was typed, and a warrant's end or the hour
// of an arrest would become another one without a word.
func momentAt(v, zone string) (time.Time, error) {
	if v = strings.TrimSpace(v); v == "" {
		return time.Time{}, nil
	}
	at, err := time.LoadLocation(zone)
	if err != nil {
		at = time.UTC
	}
	for _, layout := range [...]string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, v, at); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("give the time as 2006-01-02 15:04: %w", fraud.ErrInvalid)
}

// operationPage is the board of an operation: figures counted from records,
// each with source and as-of, and a tile for each site.
type operationPage struct {
	base
	act.Board
	Tiles  []siteTile
	States int
	CanDo  bool
	Zones  []string
}

type siteTile struct {
	fraud.Site
	Searches []fraud.Search
	Items    int
	State    string // "not begun", "under way", "done"
	Tone     string
}

func (s *Server) operation(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), fraud.OperationID(r.PathValue("id"))
	board, err := s.Act.Board(ctx, id)
	if err != nil {
		return err
	}
	p := operationPage{base: s.base(w, r, "Operation "+board.Operation.Name), Board: board, CanDo: s.mayOperate(r)}
	p.Zones = []string{"Asia/Kolkata", "Asia/Manila", "Asia/Dhaka", "Europe/London", "Europe/Bucharest", "Africa/Lagos", "America/New_York", "America/Bogota", "UTC"}
	sites, err := s.Act.Sites(ctx, id)
	if err != nil {
		return err
	}
	searches, err := s.Act.Searches(ctx, id)
	if err != nil {
		return err
	}
	states := map[string]bool{}
	for _, site := range sites {
		tile := siteTile{Site: site, State: "not begun", Tone: "soft"}
		states[site.State] = true
		for _, x := range searches {
			if x.Site != site.ID {
				continue
			}
			tile.Searches = append(tile.Searches, x)
			items, err := s.Act.Items(ctx, x.ID)
			if err != nil {
				return err
			}
			tile.Items += len(act.Standing(items))
			if x.EndedAt.IsZero() {
				tile.State, tile.Tone = "under way", "clock"
			} else if tile.State != "under way" {
				tile.State, tile.Tone = "done", "good"
			}
		}
		p.Tiles = append(p.Tiles, tile)
	}
	p.States = len(states)
	// What we told of an outcome ourselves is no second source.
	p.Stated = slices.DeleteFunc(slices.Clone(p.Stated), func(x fraud.Figure) bool {
		return slices.ContainsFunc(p.Counted, func(y fraud.Figure) bool {
			return x.Name == y.Name && x.Source == y.Source && x.Value == y.Value && x.Unit == y.Unit && x.Unknown == y.Unknown
		})
	})
	return s.render(w, http.StatusOK, "operation.html", p)
}

func (s *Server) addSite(w http.ResponseWriter, r *http.Request) error {
	id := fraud.OperationID(r.PathValue("id"))
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	site := fraud.Site{
		Operation: id, Case: fraud.CaseID(v("case")), Name: v("name"), Address: v("address"), State: v("state"), Country: strings.ToUpper(v("country")),
		TimeZone: v("time_zone"), Confidence: v("confidence"), Evidence: v("evidence"),
	}
	for _, ring := range strings.Fields(strings.ReplaceAll(v("rings"), ",", " ")) {
		site.Rings = append(site.Rings, fraud.RingID(ring))
	}
	if _, err := s.Act.AddSite(r.Context(), site); err != nil {
		return err
	}
	return done(w, r, "/operations/"+pathID(id), "saved")
}

func (s *Server) endOperation(w http.ResponseWriter, r *http.Request) error {
	id := fraud.OperationID(r.PathValue("id"))
	if err := s.Act.EndOperation(r.Context(), id); err != nil {
		return err
	}
	return done(w, r, "/operations/"+pathID(id), "ended")
}
