package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var (
	tokens = regexp.MustCompile(`(name="csrf" value="|data-csrf=")[^"]*`)
	blanks = regexp.MustCompile(`\n\s*\n+`)
)

// mainOf is the part of a page between its frame, without what chance puts
// into it.
func mainOf(page string) string {
	_, rest, _ := strings.Cut(page, `<main id="main">`)
	body, _, _ := strings.Cut(rest, "</main>")
	return strings.TrimSpace(blanks.ReplaceAllString(tokens.ReplaceAllString(body, "${1}TOKEN"), "\n")) + "\n"
}

func goldenName(prefix, path string) string {
	name := strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-", "&", "-", "%", "", "+", "-").Replace(path), "-")
	if name == "" {
		name = "home"
	}
	return prefix + "." + name + ".html"
}

// TestPagesAndDrawingsAreAsTheyWereReviewed keeps every page of the invented
// world as a file: a change of a page is a diff that somebody reads.
func TestPagesAndDrawingsAreAsTheyWereReviewed(t *testing.T) {
	v := visit(t, serve(t, company(t))).as("analyst")
	for _, p := range companyPages {
		if p == "/advice" {
			continue // its words are protect's, and change with its book
		}
		_, _, body := v.get(p)
		golden(t, goldenName("company", p), mainOf(body))
	}
	_, _, body := v.post("/check", url.Values{"asked": {"call +1 212 555 0142 now"}})
	golden(t, "company.check-answer.html", mainOf(body))
	v = visit(t, serve(t, company(t))).as("admin")
	for _, p := range adminPages {
		_, _, body := v.get(p)
		golden(t, goldenName("company", p), mainOf(body))
	}
	v = visit(t, serve(t, bureau(t))).as("investigator")
	for _, p := range agencyPages {
		_, _, body := v.get(p)
		golden(t, goldenName("agency", p), mainOf(body))
	}
}
