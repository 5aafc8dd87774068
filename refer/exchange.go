package refer

import (
	"context"
	"fmt"

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
	return b.put(stixName, bundle)
}
