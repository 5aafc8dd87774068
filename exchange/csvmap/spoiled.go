package csvmap

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Spreadsheets change what they are given. What they did is undone where that
// can be known, and told where it cannot: a digit that is gone is never made
// up.
var (
	// cut is a number in the form that hides its last digits: 1.85555E+10.
	cut = regexp.MustCompile(`^[0-9](?:[.,][0-9]+)?E\+[0-9]{1,3}$`)
	// tooWide is what a narrow column shows in place of a number.
	tooWide = regexp.MustCompile(`^#{3,}$`)
	// serial is a day counted from the end of 1899, with the time as its fraction
	// (ECMA-376 part 1 §18.17.4.1): 20000 is in 1954, 79999 in 2119.
	serial = regexp.MustCompile(`^[2-7][0-9]{4}(?:[.,][0-9]{1,12})?$`)
	// epoch is a time in seconds of Unix, or thousandths of them.
	epoch = regexp.MustCompile(`^1[0-9]{9}(?:[0-9]{3})?$`)
)

// lost says why a cell's value is gone; "" if it is not.
func lost(cell string) string {
	s := strings.ToUpper(strings.TrimSpace(cell))
	switch {
	case tooWide.MatchString(s):
		return "the spreadsheet wrote ### for a column that was too narrow"
	case cut.MatchString(s) && cut.MatchString(strings.ToUpper(unspoil(s))):
		return "the spreadsheet cut off its last digits, as in 1.23457E+10"
	}
	return ""
}

// Lost says which places of a row's report stay empty because a spreadsheet
// has destroyed what stood there, one line each, without the value: "column
// Phone, for contacts[0].callback: …". The row is good for the rest.
func (m *Mapping) Lost(r Row) []string {
	var out []string
	for _, place := range slices.Sorted(maps.Keys(m.Fields)) {
		for _, c := range m.Fields[place].From {
			if why := lost(r.raw(c)); why != "" {
				out = append(out, fmt.Sprintf("column %s, for %s: %s; ask for the column formatted as text", c, place, why))
			}
		}
	}
	return out
}

// mended brings back what can be known of a value: the zero in front of a US
// routing number, whose check digit proves it (ABA).
func mended(place, v string) string {
	if strings.HasSuffix(place, ".to_bank_code") && len(v) == 8 && strings.Trim(v, "0123456789") == "" && abaOK("0"+v) {
		return "0" + v
	}
	return v
}

func abaOK(s string) bool {
	sum := 0
	for i, c := range s {
		sum += int(c-'0') * [3]int{3, 7, 1}[i%3]
	}
	return sum%10 == 0 && sum > 0
}

// counted reads a time that is written as a number: a day of a spreadsheet,
// in the mapping's zone, or a second of Unix.
func counted(v string, zone *time.Location) (time.Time, bool) {
	switch {
	case serial.MatchString(v):
		days, err := strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64)
		if err != nil {
			return time.Time{}, false
		}
		whole, frac := math.Modf(days)
		// By days of the calendar: hours of the zone change with the season.
		day := time.Date(1899, 12, 30, 0, 0, 0, 0, zone).AddDate(0, 0, int(whole))
		seconds := int(math.Round(frac * 86400))
		return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, seconds, 0, zone), true
	case epoch.MatchString(v):
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return time.Time{}, false
		}
		if len(v) == 13 {
			return time.UnixMilli(n), true
		}
		return time.Unix(n, 0), true
	}
	return time.Time{}, false
}
