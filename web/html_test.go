package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// htmlProblems holds a page against what every page promises: one h1, a
// language, a title, a label for each field, a text for each picture, no
// inline script or style, nothing loaded from elsewhere, ids that are unique
// and links within the page that lead somewhere.
func htmlProblems(page string) []string {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	c := &htmlCheck{labelled: map[string]bool{}, ids: map[string]int{}}
	c.walk(doc, "")
	return c.done()
}

type htmlCheck struct {
	bad      []string
	h1       int
	lang     bool
	title    bool
	labelled map[string]bool
	fields   []string
	ids      map[string]int
	links    []string
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		b.WriteString(text(k))
	}
	return b.String()
}

func (c *htmlCheck) fail(s string) { c.bad = append(c.bad, s) }

func (c *htmlCheck) walk(n *html.Node, inside string) {
	if n.Type == html.ElementNode {
		c.element(n, inside)
		if n.Data == "label" || n.Data == "svg" || n.Data == "button" || n.Data == "a" {
			inside = n.Data
		}
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		c.walk(k, inside)
	}
}

func (c *htmlCheck) element(n *html.Node, inside string) {
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"):
			c.fail("inline script: " + n.Data + " " + a.Key)
		case a.Key == "style":
			c.fail("inline style on " + n.Data)
		case strings.Contains(a.Val, "ZgotmplZ"):
			c.fail("a value was refused by the template: " + n.Data + " " + a.Key)
		}
	}
	if id, ok := attr(n, "id"); ok {
		c.ids[id]++
	}
	src, _ := attr(n, "src")
	href, _ := attr(n, "href")
	switch n.Data {
	case "html":
		lang, _ := attr(n, "lang")
		c.lang = lang != ""
	case "title":
		c.title = c.title || inside != "svg" && strings.TrimSpace(text(n)) != ""
	case "h1":
		c.h1++
		if strings.TrimSpace(text(n)) == "" {
			c.fail("empty h1")
		}
	case "script":
		if src == "" || text(n) != "" {
			c.fail("inline script")
		}
	case "style":
		c.fail("inline style element")
	case "iframe", "object", "embed":
		c.fail("no page frames another: " + n.Data)
	case "label":
		if f, ok := attr(n, "for"); ok {
			c.labelled[f] = true
		}
	case "input", "select", "textarea":
		c.field(n, inside)
	case "img":
		if _, ok := attr(n, "alt"); !ok {
			c.fail("img without alt")
		}
	case "svg":
		hidden, _ := attr(n, "aria-hidden")
		by, _ := attr(n, "aria-labelledby")
		if hidden != "true" && by == "" {
			c.fail("svg without a text")
		}
	case "a":
		if strings.TrimSpace(text(n)) == "" {
			c.fail("link without words: " + href)
		}
		if strings.HasPrefix(href, "#") && len(href) > 1 {
			c.links = append(c.links, href[1:])
		}
	case "button":
		if strings.TrimSpace(text(n)) == "" {
			c.fail("button without words")
		}
	}
	outside := strings.HasPrefix(src, "http") || strings.HasPrefix(src, "//") || n.Data == "link" && (strings.HasPrefix(href, "http") || strings.HasPrefix(href, "//"))
	if outside {
		c.fail("loads from elsewhere: " + n.Data + " " + src + href)
	}
}

func (c *htmlCheck) field(n *html.Node, inside string) {
	kind, _ := attr(n, "type")
	if kind == "hidden" || inside == "label" {
		return
	}
	id, _ := attr(n, "id")
	if id == "" {
		name, _ := attr(n, "name")
		c.fail("field without an id: " + name)
		return
	}
	c.fields = append(c.fields, id)
}

func (c *htmlCheck) done() []string {
	for _, f := range c.fields {
		if !c.labelled[f] {
			c.fail("field without a label: " + f)
		}
	}
	for id, n := range c.ids {
		if n > 1 {
			c.fail("id stands twice: " + id)
		}
	}
	for _, l := range c.links {
		if c.ids[l] == 0 {
			c.fail("link leads nowhere in the page: #" + l)
		}
	}
	if c.h1 != 1 {
		c.fail("a page has one h1")
	}
	if !c.lang || !c.title {
		c.fail("a page has a language and a title")
	}
	slices.Sort(c.bad)
	return c.bad
}

func TestHTMLCheckFindsWhatItIsFor(t *testing.T) {
	bad := `<html><body><h1>a</h1><h1>b</h1><p style="x" onclick="y">z</p><input name="q"><input id="w"><img src="http://else.example/x.png"><a href="#gone">g</a><svg></svg><script>1</script><i id="d"></i><i id="d"></i></body></html>`
	got := strings.Join(htmlProblems(bad), "\n")
	for _, want := range []string{"one h1", "inline style", "inline script", "without an id: q", "without a label: w", "from elsewhere", "without alt", "#gone", "svg without", "stands twice: d", "language and a title"} {
		if !strings.Contains(got, want) {
			t.Errorf("does not find %q in\n%s", want, got)
		}
	}
	good := `<html lang="en"><head><title>t</title></head><body><h1>a</h1><label for="q">Q</label><input id="q"></body></html>`
	if p := htmlProblems(good); len(p) != 0 {
		t.Errorf("finds %v in a good page", p)
	}
}

func TestEveryPageIsWellMadeAndSafe(t *testing.T) {
	check := func(v *visitor, paths []string) {
		for _, p := range paths {
			_, head, body := v.get(p)
			for _, b := range htmlProblems(body) {
				t.Errorf("%s: %s", p, b)
			}
			checkHeaders(t, p, head)
		}
	}
	check(visit(t, serve(t, company(t))), []string{"/", "/report", "/check", "/advice", "/dispute", "/figures", "/signin", "/nowhere"})
	check(visit(t, serve(t, company(t))).as("analyst"), companyPages)
	check(visit(t, serve(t, company(t))).as("signatory"), []string{"/referrals/REF-2K7M", "/joint/JC-4HBD", "/disputes", "/matches/M-7QXT"})
	check(visit(t, serve(t, company(t))).as("auditor"), []string{"/audit", "/reports/alder/r-0001"})
	check(visit(t, serve(t, bureau(t))).as("investigator"), agencyPages)
}

func checkHeaders(t *testing.T, path string, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", path, name, got, want)
		}
	}
	csp := h.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("%s: the content security policy lacks %s", path, want)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
		t.Errorf("%s: the content security policy lets something else in: %s", path, csp)
	}
}
