package web

import (
	"context"
	"fmt"
	"strings"

	"ringbreaker.example/fraud"
)

// checkRow is a check with the address of the record that offends.
type checkRow struct {
	fraud.Check
	Href string // empty where no page of this node shows the record
}

// checkRows gives each check the page of its record.
func (s *Server) checkRows(ctx context.Context, p *referralPage) error {
	for _, c := range p.Checks {
		href, err := s.recordHref(ctx, c.Ref, p)
		if err != nil {
			return err
		}
		p.Found = append(p.Found, checkRow{c, href})
	}
	return nil
}

// recordHref is where the record of a check stands: a check names it by its
// noun and its id, "ring R-17". A record that the partner holds, or that is a
// part of the package alone, is found in the package's list of files.
func (s *Server) recordHref(ctx context.Context, ref string, p *referralPage) (string, error) {
	noun, id, _ := strings.Cut(ref, " ")
	file := func(is func(name string) bool) string {
		for _, f := range p.Files {
			if is(f.Name) {
				return "#" + fileID(f.Name)
			}
		}
		return ""
	}
	named := func(name string) string { return file(func(n string) bool { return n == name }) }
	switch noun {
	case "ring":
		heads, err := s.Store.RingHeads(ctx, []fraud.RingID{fraud.RingID(id)})
		if err != nil {
			return "", fmt.Errorf("look for %s: %w", ref, err)
		}
		if len(heads) == 0 { // the partner's
			return named("rings.jsonl"), nil
		}
		return "/rings/" + pathID(id), nil
	case "report":
		entries, err := s.Store.ReportEntries(ctx, []fraud.ReportID{fraud.ReportID(id)})
		if err != nil {
			return "", fmt.Errorf("look for %s: %w", ref, err)
		}
		if len(entries) == 0 {
			return named("victims.csv"), nil
		}
		return "/reports/" + id, nil
	case "indicator":
		return searchHref(id), nil // an indicator's own page is what is known of it
	case "exhibit":
		return file(func(n string) bool { return strings.HasPrefix(n, "exhibits/") && strings.Contains(n, id) }), nil
	case "file":
		return named(id), nil
	case "victim":
		return named("victims.csv"), nil
	case "query", "figure":
		return named("referral.json"), nil
	case "subject", "premises":
		return named("dossier.html"), nil
	case "disclosure":
		return named("disclosure.csv"), nil
	case "annex":
		return named("annex-victims.age"), nil
	case "money", "account":
		return "/money", nil
	case "overlap", "overlaps", "complainant", "recipients", "basis", "deconfliction", "mark":
		if p.JointCase != "" {
			return "/joint/" + pathID(p.JointCase), nil
		}
	}
	return "", nil
}

// fileID is where a file stands in the list of a package's files.
func fileID(name string) string { return "file-" + strings.TrimPrefix(textID(name), "text-") }
