package web

import (
	"fmt"
	"time"
)

// hourTable is 7 days by 24 hours with the reports that happened in each. The
// number stands in each cell, so it reads without its shade.
type hourTable struct {
	Zone string // IANA name of the clock
	Rows []hourRow
	Says string // the finding: when most contacts happen
	All  int
}

type hourRow struct {
	Day   string
	Cells []hourCell
}

type hourCell struct {
	Hour  int
	N     int
	Shade int // 0 none … 5 most
}

// weekHours counts times by the hours of a clock. Raids are timed by it, so
// that calls are live when the door opens.
func weekHours(times []time.Time, zone *time.Location) hourTable {
	t := hourTable{Zone: zone.String(), All: len(times)}
	var count [7][24]int
	var byHour [24]int
	most := 0
	for _, at := range times {
		l := at.In(zone)
		d := (int(l.Weekday()) + 6) % 7 // Monday first
		count[d][l.Hour()]++
		byHour[l.Hour()]++
		most = max(most, count[d][l.Hour()])
	}
	for d, name := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		row := hourRow{Day: name}
		for h, n := range count[d] {
			shade := 0
			if n > 0 {
				shade = 1 + 4*n/max(most, 1)
			}
			row.Cells = append(row.Cells, hourCell{Hour: h, N: n, Shade: min(shade, 5)})
		}
		t.Rows = append(t.Rows, row)
	}
	t.Says = busiest(byHour, len(times), t.Zone)
	return t
}

// busiest finds the shortest run of hours, over midnight if need be, that
// holds at least four fifths of all.
func busiest(byHour [24]int, all int, zone string) string {
	if all == 0 {
		return "No times are known yet."
	}
	for length := 1; length < 24; length++ {
		best, from := 0, 0
		for h := range 24 {
			sum := 0
			for k := range length {
				sum += byHour[(h+k)%24]
			}
			if sum > best {
				best, from = sum, h
			}
		}
		if best*5 >= all*4 {
			return fmt.Sprintf("%d of %d contacts happen from %02d:00 to %02d:00 by the clock of %s.", best, all, from, (from+length)%24, zone)
		}
	}
	return fmt.Sprintf("Contacts happen all round the clock of %s.", zone)
}
