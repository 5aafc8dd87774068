package web

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// tenureBar is one unbroken run of use of one indicator.
type tenureBar struct {
	Label    string
	Family   string
	From, To time.Time
	Reports  int
}

// timeMark is something that was done or happened: a hold, a merge, a raid.
type timeMark struct {
	At   time.Time
	What string
}

const (
	timeW      = 1120
	timeLeft   = 250.0
	timeRight  = 40.0
	timeRow    = 18.0
	timeTop    = 108.0
	timeRows   = 40
	histHeight = 52.0
	timeQuote  = 30 // letters of a script's first words
)

// drawTimeline draws tenures as bars, reports as columns a week, and marks as
// lines, over one axis of days in UTC.
func drawTimeline(id, title, caption string, bars []tenureBar, reports []time.Time, marks []timeMark) Drawing {
	d := Drawing{ID: id, W: timeW, Title: title, Caption: caption}
	shown := bars[:min(len(bars), timeRows)]
	d.H = int(timeTop + timeRow*float64(len(shown)) + 34)
	from, to, ok := span(bars, reports, marks)
	if !ok {
		d.H = 60
		d.Shapes = []Shape{label("note start", 20, 30, "No times are known yet.")}
		return d
	}
	days := math.Max(to.Sub(from).Hours()/24, 1)
	x := func(t time.Time) float64 {
		return timeLeft + (timeW-timeLeft-timeRight)*clamp(t.Sub(from).Hours()/24/days, 0, 1)
	}
	floor := float64(d.H) - 24
	d.Shapes = append(d.Shapes, timeAxis(from, to, x, floor)...)
	d.Shapes = append(d.Shapes, weekColumns(from, to, reports, x)...)
	for i, b := range shown {
		y := timeTop + timeRow*float64(i)
		tip := fmt.Sprintf("%s: %s to %s, %s", b.Label, day(b.From), day(b.To), plural(b.Reports, "report"))
		bar := rect("tenure fam-"+b.Family, x(b.From), y+3, math.Max(x(b.To)-x(b.From), 3), timeRow-7)
		bar.R = 2
		d.Shapes = append(d.Shapes, label("name end", timeLeft-10, y+13, clip(b.Label, 36)), bar.tipped(tip))
	}
	for i, m := range marks {
		y := timeTop - 30 + 12*float64(i%2)
		d.Shapes = append(d.Shapes, line("mark", x(m.At), y+4, x(m.At), floor), label("mark-name mid", clamp(x(m.At), timeLeft+30, timeW-90), y, clip(m.What, 30)).tipped(day(m.At)+": "+m.What))
	}
	d.Desc = fmt.Sprintf("%s from %s to %s; %s counted by week.", plural(len(shown), "run of use", "runs of use"), day(from), day(to), plural(len(reports), "report"))
	return d
}

func span(bars []tenureBar, reports []time.Time, marks []timeMark) (from, to time.Time, ok bool) {
	add := func(t time.Time) {
		if t.IsZero() {
			return
		}
		if !ok || t.Before(from) {
			from = t
		}
		if !ok || t.After(to) {
			to = t
		}
		ok = true
	}
	for _, b := range bars {
		add(b.From)
		add(b.To)
	}
	for _, r := range reports {
		add(r)
	}
	for _, m := range marks {
		add(m.At)
	}
	return from, to, ok
}

func timeAxis(from, to time.Time, x func(time.Time) float64, floor float64) []Shape {
	var out []Shape
	months := 1 + int(to.Sub(from).Hours()/24/30/14) // about fourteen labels at most
	first := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC)
	for t := first; !t.After(to); t = t.AddDate(0, months, 0) {
		if t.Before(from) {
			continue
		}
		out = append(out, line("grid", x(t), timeTop-histHeight-46, x(t), floor), label("tick mid", x(t), floor+16, t.Format("Jan 2006")))
	}
	if len(out) == 0 {
		out = append(out, label("tick mid", x(from)+20, floor+16, day(from)), label("tick mid", x(to)-20, floor+16, day(to)))
	}
	return out
}

func weekColumns(from, to time.Time, reports []time.Time, x func(time.Time) float64) []Shape {
	const week = 7 * 24 * time.Hour
	n := int(to.Sub(from)/week) + 1
	count := make([]int, n)
	for _, r := range reports {
		if i := int(r.Sub(from) / week); i >= 0 && i < n {
			count[i]++
		}
	}
	most := slices.Max(count)
	if most == 0 {
		return nil
	}
	base := timeTop - 46
	out := []Shape{
		label("note end", timeLeft-10, base-8, "reports a week"), label("note end", timeLeft-10, base-22, fmt.Sprintf("most: %d", most)),
		line("rule", timeLeft, base, timeW-timeRight, base),
	}
	for i, c := range count {
		if c == 0 {
			continue
		}
		start := from.Add(time.Duration(i) * week)
		x1, x2 := x(start), x(start.Add(week))
		h := histHeight * float64(c) / float64(most)
		out = append(out, rect("column", x1, base-h, math.Max(x2-x1-1, 1.5), h).tipped(fmt.Sprintf("week of %s: %s", day(start), plural(c, "report"))))
	}
	return out
}

// drawSpark draws reports of the 30 days before beside those of the last 30.
func drawSpark(before, last int) Drawing {
	most := float64(max(before, last, 1))
	d := Drawing{W: 34, H: 18}
	h1, h2 := 16*float64(before)/most, 16*float64(last)/most
	d.Shapes = []Shape{rect("spark before", 2, 17-h1, 12, h1), rect("spark last", 18, 17-h2, 12, h2), line("rule", 0, 17.5, 34, 17.5)}
	return d
}
