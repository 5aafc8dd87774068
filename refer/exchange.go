package refer

import (
	"context"
	"fmt"

	"ringbreaker.example/exchange/caseuco"
	"ringbreaker.example/exchange/stix"
	"ringbreaker.example/fraud"
)

// exchange writes the referral in the field's own formats, for the agency's
// other tools.
func (b *builder) exchange(context.Context) error {
	orgs := map[fraud.OrgID]fraud.Org{}
	for _, c := range b.m.Complainants {
		orgs[c.Org.ID] = c.Org
	}
	c := stix.Content{Producer: b.m.Complainants[0].Org, Title: b.m.Title, At: b.m.At, Mark: b.m.Mark}
	for _, r := range b.m.Rings {
		c.Rings = append(c.Rings, stix.RingOf{Org: orgs[r.Org], Label: r.Label, Ring: r.Ring})
	}
	bundle, err := stix.Export(c)
	if err != nil {
		return fmt.Errorf("write %s: %w", stixName, err)
	}
	if err := b.put(stixName, bundle); err != nil {
		return err
	}
	graph, err := caseuco.Export(b.caseContent(orgs))
	if err != nil {
		return fmt.Errorf("write %s: %w", caseName, err)
	}
	return b.put(caseName, graph)
}

func (b *builder) caseContent(orgs map[fraud.OrgID]fraud.Org) caseuco.Content {
	c := caseuco.Content{Ref: string(b.m.ID), Title: b.m.Title, Says: b.m.Summary, At: b.m.At, Custody: b.m.Custody, Subjects: b.m.Subjects}
	for _, x := range b.m.Complainants {
		c.Orgs = append(c.Orgs, orgs[x.Org.ID])
	}
	c.Orgs = append(c.Orgs, b.m.To.Org)
	for _, e := range b.doc.Exhibits {
		// The hash of the file as it lies in the package, not the recorded one.
		e.SHA256, e.Size = b.files[e.Path].SHA256, b.files[e.Path].Size
		c.Exhibits = append(c.Exhibits, caseuco.Exhibit{Exhibit: e.Exhibit.Exhibit, Path: e.Path})
	}
	for _, r := range b.m.Rings {
		c.Rings = append(c.Rings, r.Ring)
	}
	if b.m.Basis.Agreement != "" {
		c.Authority = append(c.Authority, caseuco.Authority{Ref: b.m.Basis.Agreement, Type: "agreement"})
	}
	return c
}
