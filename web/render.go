package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// layout says which of the three readers a page is for.
type layout string

const (
	layoutPublic layout = "public"
	layoutDesk   layout = "desk"
	layoutField  layout = "field"
)

// base is what every page has.
type base struct {
	PageTitle string
	Lang      string
	Words     Words
	Languages []langLink
	Org       fraud.Org
	Person    access.Person
	Nav       []navItem
	CSRF      string
	Path      string
	Now       time.Time
	Problems  []problem
	Notice    string // what was just done, in one sentence
	Said      said   // what the scripts of the page begin with
	Layout    layout
}

type langLink struct {
	Lang, Name, Href string
	Current          bool
}

type navItem struct {
	Href, Word string
	Current    bool
	Waits      int // how many things wait there
}

func (s *Server) base(w http.ResponseWriter, r *http.Request, title string) base {
	v := visitOf(r)
	b := base{
		PageTitle: title, Lang: "en", Org: s.Org, Person: v.person, CSRF: v.session.CSRF, Path: r.URL.Path, Now: s.Now(),
		Layout: v.layout, Words: s.words[0],
	}
	if b.Layout == "" || v.person.ID == "" && b.Layout == layoutDesk && r.URL.Path != "/signin" {
		b.Layout = layoutPublic
	}
	if b.Layout == layoutPublic {
		b.Words = s.wordsFor(w, r)
		b.Lang = b.Words.Lang
		for _, l := range s.words {
			q := url.Values{"lang": {l.Lang}}
			path := r.URL.Path
			if r.Method != http.MethodGet {
				path = "/"
			}
			b.Languages = append(b.Languages, langLink{Lang: l.Lang, Name: l.Name, Href: path + "?" + q.Encode(), Current: l.Lang == b.Lang})
		}
	}
	if b.Layout == layoutDesk {
		b.Nav = s.nav(access.From(r.Context()), r.URL.Path)
		for i := range b.Nav {
			if b.Nav[i].Href == "/letters" {
				b.Nav[i].Waits = s.waitingCount(r.Context())
			}
		}
	}
	b.Notice = noticeOf(r)
	return b
}

// notices are the sentences that a page may show after a form was sent. The
// address names one by its key, so that no address can put words on a page.
func noticeOf(r *http.Request) string {
	switch r.URL.Query().Get("done") {
	case "judged":
		return "Your judgement is recorded. The rings are linked again with it."
	case "withdrawn":
		return "The judgement is taken back. It stays in the log and counts no more; the rings are linked again without it."
	case "held":
		return "The hold is placed. Nothing about it leaves this node until then."
	case "deleted":
		return "The report is deleted. A leaf of the ledger says so; its bytes go from the disk within a day."
	case "released":
		return "The hold is released."
	case "consented":
		return "Your consent is recorded and was sent to the other side."
	case "offered":
		return "The offer was sent. The other side decides whether to accept."
	case "accepted":
		return "The offer is accepted. Both sides commit to their sets before anything is compared."
	case "opened":
		return "The joint case is open. The other side was asked to accept it."
	case "written":
		return "Written into the case's log, here and on the other side's node."
	case "checked":
		return "The records were gathered anew and every check was run again."
	case "asked":
		return "The complainants were asked. They answer with a supplement."
	case "built":
		return "The referral was built. Read its checks before you sign."
	case "overridden":
		return "Your reason is recorded. It goes into the package."
	case "signed":
		return "Signed."
	case "sealed":
		return "Sealed and sent. It can no longer be read here."
	case "saved":
		return "Saved."
	case "registered":
		return "The cases are registered, one for each complainant, linked to each other and sealed."
	case "unsealed":
		return "The case is unsealed."
	case "ended":
		return "Ended."
	case "sent":
		return "Sent."
	case "posted":
		return "Tried again. What a peer's node did not take still stands here with the reason; something large may still be on its way."
	case "seen":
		return "Marked as seen."
	case "decided":
		return "The objection is decided."
	}
	return ""
}

// render draws a page into a buffer and sends it when it is whole.
func (s *Server) render(w http.ResponseWriter, status int, name string, page any) error {
	var buf bytes.Buffer
	if err := s.templates.ExecuteTemplate(&buf, name, page); err != nil {
		return fmt.Errorf("draw page %s: %w", name, err)
	}
	return s.send(w, status, &buf)
}

// done sends the browser on to a page after a form was acted on, so that a
// reload does not send it twice.
func done(w http.ResponseWriter, r *http.Request, path, what string) error {
	if what != "" {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		path += sep + "done=" + url.QueryEscape(what)
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

func (s *Server) funcs() template.FuncMap {
	return template.FuncMap{
		"static":      s.staticPath,
		"number":      func(v int) string { return number(v) },
		"number64":    func(v int64) string { return number(v) },
		"plural":      plural,
		"money":       moneyText,
		"moneyish":    moneyShort,
		"sums":        sums,
		"sumsShort":   sumsShort,
		"figure":      figureText,
		"day":         day,
		"days":        days,
		"clock":       clock,
		"stamp":       stamp,
		"stampAt":     stampAt,
		"fileWhat":    fileWhat,
		"source":      sourceText,
		"asOf":        asOfAll,
		"upper":       func(s string) string { return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):] },
		"consent":     consentWords,
		"joinRows":    func(name string, rows []jointRing, p jointPage) jointRows { return jointRows{name, rows, p} },
		"method":      methodWord,
		"readable":    readableFile,
		"byKind":      byKind,
		"graphLegend": graphLegend,
		"legendTop":   func() int { return graphFloor + 14 },
		"pairRows":    func(name string, rows []overlapRow, p matchPage) pairRows { return pairRows{name, rows, p} },
		"whence":      whenceWord,
		"machine":     machineTime,
		"left":        left,
		"short":       short,
		"grouped":     grouped,
		"bits":        bits,
		"indicator":   indicatorText,
		"called":      func(w said, i fraud.Indicator) calledValue { return w.called(i) },
		"ties":        func(w said, t []fraud.Tie) tieRows { return tieRows{w, t} },
		"account":     accountText,
		"kind":        kindWord,
		"role":        roleWord,
		"fill":        fill,
		"percent":     percent,
		"percent64":   func(part, whole int64) string { return percent(int(part), int(whole)) },
		"place":       placeWord,
		"textTitle":   textTitle,
		"textID":      textID,
		"fileID":      fileID,
		"words":       anyWords,
		"joinOrgs":    func(o []fraud.OrgID) string { return join(o, ", ") },
		"joinRings":   func(o []fraud.RingID) string { return join(o, ", ") },
		"someRings": func(o []fraud.RingID) string {
			list := make([]string, len(o))
			for i, id := range o {
				list[i] = string(id)
			}
			return some(list)
		},
		"joinKinds": func(o []fraud.Kind) string { return joinKinds(o) },
		"some":      some,
		"join":      func(l []string) string { return strings.Join(l, ", ") },
		"pathID":    pathID,
		"suspect":   suspectPath,
		"tlpClass":  func(t fraud.TLP) string { return "tlp-" + strings.ToLower(strings.ReplaceAll(string(t), "+", "")) },
		"spark":     func(h fraud.Harm) Drawing { return drawSpark(h.Before30, h.Last30d) },
		"problemOf": problemOf,
		"list":      func(v ...string) []string { return v },
		"item":      itemWord,
		"age":       ageWord,
		"tel":       telLink,
		"site":      siteText,
		"inc":       func(i int) int { return i + 1 },
		"lower":     func(s string) string { return strings.ToLower(s[:min(1, len(s))]) + s[min(1, len(s)):] },
	}
}

// anyWords turns an identifier of any named string type into words.
func anyWords(v any) string { return strings.ReplaceAll(fmt.Sprint(v), "_", " ") }

func percent(part, whole int) string {
	if whole == 0 {
		return "not known"
	}
	return fmt.Sprintf("%d %%", (part*100+whole/2)/whole)
}

func joinKinds(kinds []fraud.Kind) string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = kindWord(k)
	}
	return strings.Join(out, ", ")
}

// some names the first few of a list and counts the rest.
func some(list []string) string {
	const most = 4
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:most-1], ", ") + " and " + fmt.Sprint(len(list)-most+1) + " more"
}

// suspectPath is the page of what a match names on our side: a ring, or in a
// deconfliction the case that a value is of.
func suspectPath(id fraud.RingID) string {
	switch {
	case strings.HasPrefix(string(id), "case-"):
		return "/cases/" + pathID(id)
	case strings.HasPrefix(string(id), "L-"), strings.HasPrefix(string(id), "S-"): // a launderer or supplier has no page of its own
		return ""
	}
	return "/rings/" + pathID(id)
}

// pathID escapes an id for one segment of an address: a report is named
// "source/id".
func pathID(v any) string { return url.PathEscape(fmt.Sprint(v)) }

func (s *Server) staticPath(name string) string {
	return "/static/" + name + "?v=" + s.static[name].hash
}

// problemOf returns what is wrong with one field, if anything is.
func problemOf(problems []problem, field string) string {
	for _, p := range problems {
		if p.Field == field {
			return p.Says
		}
	}
	return ""
}

// telLink makes a link of a phone number of the advice book. The book is ours
// and nothing but digits and a plus passes.
func telLink(phone string) template.URL {
	return template.URL("tel:" + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' || r == '#' || r == '*' {
			return r
		}
		return -1
	}, phone))
}

// siteText is an address without its scheme, as people write it.
func siteText(address string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "www."), "/")
}
