package synth

import (
	"fmt"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// seen is one indicator of a supplier or launderer in a report of an operator.
type seen struct {
	kind  byte // 'n' seller's number, 'r' redirect, 'm' mule, 'a' kit's asset
	who   int32
	value uint64 // which number; 0 where there is one value
	op    int32
	after bool
}

// paid is money that a report says was sent to an account.
type paid struct {
	report fraud.ReportID
	at     time.Time
	money  fraud.Money
	rail   fraud.Rail
	to     fraud.Indicator
	op     int
	mule   int // -1: the operator's own
	after  bool
}

// writer turns plans into reports. Each has dice and buffers of its own.
type writer struct {
	c          *cast
	p          *planner
	d          *dice
	vd         *dice
	names      map[string]string // slots of the report being written
	lastNumber uint64            // the callback of the report being written
	ask        int64             // what its victim is asked first, minor units
	seen       map[seen]int
	paid       []paid
	keep       bool // collect paid
}

func (c *cast) writer(after bool) *writer {
	return &writer{c: c, p: c.planner(after), d: roll(c.seed, forReport, 0), vd: roll(c.seed, forVictim, 0), names: map[string]string{}, seen: map[seen]int{}}
}

// victim is who a report is about; drawn from the victim's own dice, so that
// somebody who reports twice is the same person.
type victim struct {
	fraud.Reporter
	consent fraud.Consent
	offset  time.Duration // of local time from UTC
	lang    string
	money   string
	rate    float64
}

var homes = map[string][]struct {
	region, zone string
	offset       int // hours from UTC in winter
	code         uint64
}{
	"US": {
		{"US-NY", "America/New_York", -5, 212},
		{"US-FL", "America/New_York", -5, 305},
		{"US-PA", "America/New_York", -5, 215},
		{"US-OH", "America/New_York", -5, 216},
		{"US-TX", "America/Chicago", -6, 214},
		{"US-IL", "America/Chicago", -6, 312},
		{"US-MN", "America/Chicago", -6, 612},
		{"US-CO", "America/Denver", -7, 303},
		{"US-AZ", "America/Phoenix", -7, 602},
		{"US-CA", "America/Los_Angeles", -8, 415},
		{"US-CA", "America/Los_Angeles", -8, 213},
		{"US-WA", "America/Los_Angeles", -8, 206},
	},
	"CA": {{"CA-ON", "America/Toronto", -5, 416}, {"CA-BC", "America/Vancouver", -8, 604}},
	"GB": {{"GB-ENG", "Europe/London", 0, 0}, {"GB-SCT", "Europe/London", 0, 0}},
	"AU": {{"AU-NSW", "Australia/Sydney", 10, 0}, {"AU-VIC", "Australia/Melbourne", 10, 0}},
	"DE": {{"DE-BE", "Europe/Berlin", 1, 0}, {"DE-BY", "Europe/Berlin", 1, 0}},
	"ES": {{"ES-MD", "Europe/Madrid", 1, 0}, {"ES-CT", "Europe/Madrid", 1, 0}},
}

var currencies = map[string]struct {
	code string
	rate float64
}{"US": {"USD", 1}, "CA": {"CAD", 1.35}, "GB": {"GBP", 0.8}, "AU": {"AUD", 1.5}, "DE": {"EUR", 0.92}, "ES": {"EUR", 0.92}}

func (w *writer) victim(pl plan) victim {
	d, stream := w.vd, forVictim
	if pl.after {
		stream = forAfterVictim
	}
	d.reset(w.c.seed, stream, pl.victim)
	var v victim
	v.Country = w.c.countries.draw(d)
	home := pick(d, homes[v.Country])
	v.Region, v.TimeZone, v.offset = home.region, home.zone, time.Duration(home.offset)*time.Hour
	v.lang = map[string]string{"DE": "de", "ES": "es"}[v.Country]
	if v.lang == "" {
		v.lang = "en"
	}
	v.Language = v.lang
	v.money, v.rate = currencies[v.Country].code, currencies[v.Country].rate
	v.AgeBand = "60_plus"
	if !d.chance(w.c.sc.Victims.Aged60) {
		v.AgeBand = pick(d, []string{"20_29", "30_39", "40_49", "40_49", "50_59", "50_59", "50_59", "under_20"})
	}
	v.Role = "victim"
	if v.AgeBand == "60_plus" && d.chance(0.2) {
		v.Role = "proxy"
	}
	if d.chance(w.c.sc.Victims.Identified) {
		first, last := pick(d, firstNames), pick(d, lastNames)
		v.Name = first + " " + last
		v.Email = fmt.Sprintf("%s.%s%d@%s.example", strings.ToLower(first), strings.ToLower(last), pl.victim%10000, pick(d, []string{"post", "mailbox", "letters", "home"}))
		v.Address = fmt.Sprintf("%d %s Lane, %s", d.between(1, 400), pick(d, lastNames), v.Region)
		v.Phone = w.victimPhone(d, v.Country)
		v.consent = fraud.Consent{Contact: d.chance(0.8), ShareLawEnforcement: d.chance(0.85), SharePartner: d.chance(0.4), Testify: d.chance(0.25)}
	} else {
		v.consent = fraud.Consent{ShareLawEnforcement: d.chance(0.5)}
	}
	return v
}

func (w *writer) victimPhone(d *dice, country string) string {
	switch country {
	case "GB":
		return fmt.Sprintf("+44 7700 900%03d", d.IntN(1000))
	case "DE":
		return fmt.Sprintf("+49 89 99998%03d", 500+d.IntN(500))
	case "AU":
		return fmt.Sprintf("+61 2 5550 %04d", 5000+d.IntN(5000))
	case "ES":
		return ""
	}
	n := w.c.bystander(d)
	return fmt.Sprintf("+1 %03d 555 %04d", n/10000000%1000, n%10000)
}

// report writes one report and returns its name and true ring.
func (w *writer) report(i int) (*fraud.Report, plan) {
	pl := w.p.plan(i)
	v := w.victim(pl)
	stream := forReport
	if pl.after {
		stream = forAfter + 100
	}
	w.d.reset(w.c.seed, stream, uint64(i))
	clear(w.names)
	r := &fraud.Report{ID: pl.id(), Source: w.source(pl), Reporter: v.Reporter, Consent: v.consent}
	at := w.calledAt(pl, v)
	w.names["brand"] = w.c.sc.Orgs[pl.org].Brand
	w.names["code"] = w.d.errorCode()
	switch pl.kind {
	case fromVictim:
		w.incident(r, pl, v, at)
	case fromDesk:
		w.deskReport(r, pl, at)
	case background:
		w.unconnected(r, v, at)
	case aboutFirm, poisonFirm:
		w.firmComplaint(r, pl, at)
	case aboutRecycled:
		w.wrongNumber(r, pl, at)
	case poisonRival:
		w.falseReport(r, pl, at)
	}
	r.ReceivedAt = w.receivedAt(pl, at)
	// A desk that wants others to be warned marks what it may: half of the
	// reports keep the default, AMBER.
	switch mark := w.d.Float64(); {
	case mark < 0.35:
		r.TLP, r.PAP = fraud.TLPClear, fraud.PAPClear
	case mark < 0.5:
		r.TLP, r.PAP = fraud.TLPGreen, fraud.PAPGreen
	}
	return r, pl
}

func (d *dice) errorCode() string {
	return pick(d, []string{"0x", "#DW", "ERR-", "E"}) + strings.ToUpper(hexDigits(d, d.between(4, 8)))
}

func (w *writer) source(pl plan) string {
	return strings.ToLower(w.c.sc.Orgs[pl.org].Name) + w.c.sc.Sources[pl.source].Suffix
}

// calledAt moves the report's moment into the victim's day: operators work
// when their victims are awake, mostly from Monday to Friday.
func (w *writer) calledAt(pl plan, v victim) time.Time {
	local := pl.at.Add(v.offset).Truncate(day)
	if wd := local.Weekday(); (wd == time.Saturday || wd == time.Sunday) && w.d.chance(0.7) {
		local = local.AddDate(0, 0, -2)
	}
	hour := min(max(13.5+2.6*w.d.NormFloat64(), 8), 20.5)
	at := local.Add(time.Duration(hour * float64(time.Hour))).Add(-v.offset).Truncate(time.Second)
	if low := w.p.from; at.Before(low) {
		at = low.Add(time.Duration(w.d.IntN(3600*6)) * time.Second)
	}
	if !at.Before(w.p.to.Add(-2 * time.Hour)) {
		at = w.p.to.Add(-2*time.Hour - time.Duration(w.d.IntN(3600*20))*time.Second)
	}
	return at.UTC()
}

func (w *writer) receivedAt(pl plan, at time.Time) time.Time {
	r := at.Add(time.Hour/2 + time.Duration(w.d.logNormal(20, 1.2)*float64(time.Hour))).Truncate(time.Second)
	if !r.Before(w.p.to) {
		r = w.p.to.Add(-time.Duration(1+w.d.IntN(3600)) * time.Second)
	}
	if !r.After(at) {
		r = at.Add(time.Minute)
	}
	return r.UTC()
}
