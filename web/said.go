package web

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"ringbreaker.example/access"
	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// tieRows are suppliers or launderers of a ring with the names of scripts.
type tieRows struct {
	Said said
	Rows []fraud.Tie
}

// tiesFirst is how many of them stand in plain sight: what a person can do
// about the ring stands below.
const tiesFirst = 5

// More says what is folded away.
func (t tieRows) More() string { return number(len(t.Rows)-tiesFirst) + " more" }

// said is what scripts begin with: the name by which a person knows a text
// that the linker knows by a hash.
type said map[fraud.Indicator]string

// calledValue is a value as a person reads it. A script is quoted; its hash
// tells two that begin alike apart.
type calledValue struct{ Text, Quote, Hash string }

func (w said) called(i fraud.Indicator) calledValue {
	if quote := w[i]; quote != "" {
		return calledValue{Quote: quote, Hash: i.Value}
	}
	return calledValue{Text: indicatorText(i)}
}

// hear takes names from texts that a page shows anyway.
func hear(common []commonText) said {
	out := said{}
	for _, c := range common {
		out[c.Script] = firstWords(c.Template)
	}
	return out
}

// name is the same as plain text: for a picture's label.
func (w said) name(i fraud.Indicator) string {
	if quote := w[i]; quote != "" {
		return "“" + quote + "”"
	}
	return indicatorText(i)
}

// label is a name with room for so many letters of a quote.
func (w said) label(i fraud.Indicator, letters int) string {
	quote := w[i]
	if quote == "" {
		return indicatorText(i)
	}
	if r := []rune(strings.TrimSuffix(quote, "…")); len(r) > letters {
		quote = strings.TrimSpace(string(r[:letters])) + "…"
	}
	return "“" + quote + "”"
}

// script is a text that several reports hold, and two reports in which it
// stands.
type script struct {
	fraud.Indicator
	a, b fraud.ReportID
}

// scriptsOf finds the scripts among what rings hold.
func scriptsOf(in []fraud.RingIndicator) (out []script) {
	for _, i := range in {
		if i.Kind == fraud.Script && len(i.Texts) == 2 {
			out = append(out, script{i.Indicator, i.Texts[0], i.Texts[1]})
		}
	}
	return out
}

// scriptsIn finds the scripts among the causes of links.
func scriptsIn(links ...fraud.Link) (out []script) {
	for _, l := range links {
		for _, c := range l.Cause {
			if a, b := textsOf(l, c); c.Indicator.Kind == fraud.Script && a != "" && b != "" {
				out = append(out, script{c.Indicator, a, b})
			}
		}
	}
	return out
}

// textsOf names the two reports in which the script of a cause stands.
func textsOf(l fraud.Link, c fraud.Cause) (a, b fraud.ReportID) {
	if len(c.Texts) == 2 {
		return c.Texts[0], c.Texts[1]
	}
	return l.A, l.B
}

const (
	saidWords = 8  // of a script, that stand for it
	saidRunes = 60 // at most
	saidRun   = 4  // words that follow each other in both texts: from there on it is the script and not who it was read to
	saidMost  = 80 // scripts of one page: each that is new is two reports read and aligned
	saidKept  = 20_000
)

// spoken keeps what scripts begin with from page to page.
type spoken struct {
	mu   sync.Mutex // guards keep
	keep map[script]spokenText
}

// spokenText is what a script begins with, and who may read the two reports
// that it was taken from.
type spokenText struct {
	words string
	a, b  fraud.Mark
}

// whatIsSaid gives the first words of scripts as far as this person may read
// the reports: what two victims' reports have in common, so that what differs,
// and every number, is a slot.
func (s *Server) whatIsSaid(ctx context.Context, scripts []script) (said, error) {
	out := said{}
	var fresh []script
	var ids []fraud.ReportID
	may := func(x script, t spokenText) bool {
		return s.can(ctx, access.ActRead, access.Thing{Kind: access.ThingReport, ID: string(x.a), Mark: t.a}) &&
			s.can(ctx, access.ActRead, access.Thing{Kind: access.ThingReport, ID: string(x.b), Mark: t.b})
	}
	s.spoken.mu.Lock()
	for _, x := range scripts {
		if t, ok := s.spoken.keep[x]; !ok && len(fresh) < saidMost {
			fresh, ids = append(fresh, x), append(ids, x.a, x.b)
		} else if ok && out[x.Indicator] == "" && may(x, t) {
			out[x.Indicator] = t.words
		}
	}
	s.spoken.mu.Unlock()
	if len(fresh) == 0 {
		return out, nil
	}
	entries, err := s.Store.ReportEntries(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read what %s say: %w", plural(len(fresh), "script"), err)
	}
	reports := make(map[fraud.ReportID]*fraud.Report, len(entries))
	for _, e := range entries {
		reports[e.Report.Name()] = e.Report
	}
	for _, x := range fresh {
		a, b := reports[x.a], reports[x.b]
		if a == nil || b == nil {
			continue
		}
		t := spokenText{firstWords(extract.CommonText(a, b).Template), a.Mark(), b.Mark()}
		s.spoken.put(x, t)
		if out[x.Indicator] == "" && may(x, t) {
			out[x.Indicator] = t.words
		}
	}
	return out, nil
}

func (k *spoken) put(x script, t spokenText) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keep == nil || len(k.keep) >= saidKept {
		k.keep = map[script]spokenText{}
	}
	k.keep[x] = t
}

// firstWords is where a template begins to be the same for everybody,
// shortened; empty if it never is.
func firstWords(template string) string {
	list := strings.Fields(template)
	run := 0
	for i, w := range list {
		if w == extract.Slot {
			run = 0
			continue
		}
		if run++; run < saidRun {
			continue
		}
		from := i + 1 - saidRun
		to := min(len(list), from+saidWords)
		says := strings.TrimSuffix(strings.Join(list[from:to], " "), " "+extract.Slot)
		if r := []rune(says); len(r) > saidRunes {
			return strings.TrimSpace(string(r[:saidRunes])) + "…"
		}
		if to < len(list) {
			says += "…"
		}
		return says
	}
	return ""
}
