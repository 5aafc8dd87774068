package act

import (
	"context"
	"fmt"
	"time"
	_ "time/tzdata" // a site's clock must not depend on what the machine has installed

	"ringbreaker.example/fraud"
)

// Hour is one hour of a site's clock, with how many calls fell into it.
type Hour struct {
	Local int // 0…23 at the site
	Calls int
	Busy  bool // inside the busy window
}

// Hours is a ring's calling hours by a site's clock. Raids are timed to catch
// live calls: that is what it is for.
type Hours struct {
	Zone  string
	Hours [24]Hour
	Total int
	// From and To are the shortest run of hours, around the clock, that holds
	// at least four fifths of the calls: From 19, To 3 reads "from 19:00 to
	// 04:00". They mean nothing if Total is zero.
	From, To int
	Share    float64 // of the calls, that fall into the window
	Peak     int     // the busiest hour
}

// busyShare is the part of the calls that the busy window must hold. Four
// fifths leaves out stray calls and wrong dates without losing the shift.
const busyShare = 0.8

// CallingHours puts times of contact onto the clock of an IANA time zone. A
// zone's summer time is obeyed date by date. Times that fall on midnight UTC
// to the second are left out: they are dates without an hour.
func CallingHours(times []time.Time, zoneName string) (Hours, error) {
	loc, err := zone(zoneName)
	if err != nil {
		return Hours{}, err
	}
	h := Hours{Zone: zoneName}
	for i := range h.Hours {
		h.Hours[i].Local = i
	}
	for _, t := range times {
		u := t.UTC()
		if u.IsZero() || u.Hour()+u.Minute()+u.Second()+u.Nanosecond() == 0 {
			continue
		}
		h.Hours[u.In(loc).Hour()].Calls++
		h.Total++
	}
	h.window()
	return h, nil
}

// window finds the shortest run that holds busyShare of the calls; of runs
// of one length the fullest, and of those the earliest.
func (h *Hours) window() {
	if h.Total == 0 {
		return
	}
	for i, x := range h.Hours {
		if x.Calls > h.Hours[h.Peak].Calls {
			h.Peak = i
		}
	}
	for length := 1; length <= 24; length++ {
		best, from := 0, 0
		for start := range 24 {
			sum := 0
			for k := range length {
				sum += h.Hours[(start+k)%24].Calls
			}
			if sum > best {
				best, from = sum, start
			}
		}
		if float64(best) >= busyShare*float64(h.Total) {
			h.From, h.To, h.Share = from, (from+length-1)%24, float64(best)/float64(h.Total)
			for k := range length {
				h.Hours[(from+k)%24].Busy = true
			}
			return
		}
	}
}

func zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("time zone is missing: give an IANA name such as Asia/Kolkata: %w", fraud.ErrInvalid)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone is not an IANA name such as Asia/Kolkata: %w", fraud.ErrInvalid)
	}
	return loc, nil
}

// Brief is what an officer reads before going in.
type Brief struct {
	Operation fraud.Operation
	Site      fraud.Site
	Hours     Hours
	// GoLocal is when the operation goes, by the site's clock, and GoIsBusy
	// whether calls are likely to be live then.
	GoLocal  time.Time
	GoIsBusy bool
	Searches []fraud.Search // of this site, with their authority and its expiry
	Clocks   []Clock        // of those searches
	AsOf     time.Time
}

// Briefing makes a site's briefing. times are when the victims of the site's
// rings were called: whoever may read the rings hands them over.
func (s *Service) Briefing(ctx context.Context, id fraud.SiteID, times []time.Time) (Brief, error) {
	site, err := s.Site(ctx, id)
	if err != nil {
		return Brief{}, err
	}
	op, err := s.Operation(ctx, site.Operation)
	if err != nil {
		return Brief{}, err
	}
	hours, err := CallingHours(times, site.TimeZone)
	if err != nil {
		return Brief{}, err
	}
	loc, err := zone(site.TimeZone)
	if err != nil {
		return Brief{}, err
	}
	searches, err := s.Searches(ctx, op.ID)
	if err != nil {
		return Brief{}, err
	}
	b := Brief{Operation: op, Site: site, Hours: hours, GoLocal: op.GoAt.In(loc), AsOf: s.now().UTC()}
	b.GoIsBusy = hours.Total > 0 && hours.Hours[b.GoLocal.Hour()].Busy
	for _, x := range searches {
		if x.Site == id {
			b.Searches = append(b.Searches, x)
			b.Clocks = append(b.Clocks, SearchClocks(x, b.AsOf)...)
		}
	}
	return b, nil
}
