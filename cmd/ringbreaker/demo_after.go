package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
)

// afterRaid passes on what belongs to the victims' countries.
func (d *demo) afterRaid(ctx context.Context) error {
	d.clock.Set(d.world.Truth.Raid.Add(2 * day))
	d.title("Leads go to the victims' countries")
	ivan, err := d.as(ctx, d.c, investigator)
	if err != nil {
		return err
	}
	p, err := d.c.node.ReferralMaterial(ivan, d.referral, 1)
	if err != nil {
		return err
	}
	defer p.Close()
	cases, err := d.c.node.Act.Cases(ivan)
	if err != nil {
		return err
	}
	for _, n := range p.Document.Nexus {
		if n.Country == agencyCountry {
			continue
		}
		if _, err := d.c.node.Act.SendLead(ivan, fraud.Lead{
			Case: cases[0].ID, Country: n.Country, To: "national central bureau " + n.Country, Says: n.Says + " Their reports are in the referral.", Reports: 1,
		}); err != nil {
			return err
		}
		d.line("%s  %s", n.Country, n.Says)
	}
	return nil
}

// protect lets the lists speak once the hold is over.
func (d *demo) protect(ctx context.Context) error {
	d.title("The hold is over: the public side may warn")
	for _, s := range []*seat{d.a, d.b} {
		if err := s.node.Flow(s.node.Console(ctx)); err != nil {
			return err
		}
		for _, format := range []string{"phones", "rpz", "stix"} {
			name := filepath.Join(d.dir, "lists", string(s.node.Org.ID)+"."+format)
			entries, err := d.export(ctx, s, name, format)
			if err != nil {
				return err
			}
			d.line("%-22s %s (%d bytes)", s.node.Org.Name, name, entries)
		}
	}
	a, err := d.a.node.Check(ctx, "A window says: Microsoft warning, your computer is blocked, call +1 888 555 0199 now")
	if err != nil {
		return err
	}
	d.line("check: %s. %s", a.Verdict, a.Sentence)
	return nil
}

// outcome is the agency's answer to both complainants.
func (d *demo) outcome(ctx context.Context) error {
	d.clock.Set(d.world.Truth.Raid.Add(4 * day))
	d.title("The outcome flows back, signed by the agency, and the rings are marked as disrupted")
	ivan, err := d.as(ctx, d.c, investigator)
	if err != nil {
		return err
	}
	ops, err := d.c.node.Act.Operations(ivan)
	if err != nil {
		return err
	}
	b, err := d.c.node.Act.Board(ivan, ops[0].ID)
	if err != nil {
		return err
	}
	rings, err := d.suspects(ivan)
	if err != nil {
		return err
	}
	if _, err := d.c.node.RecordOutcome(ivan, fraud.Outcome{
		Referral: d.referral, Says: "Call floors searched and closed; the investigation goes on", Disrupted: rings, Figures: b.Counted,
	}); err != nil {
		return err
	}
	for _, s := range []*seat{d.a, d.b} {
		r, err := s.node.Referral(ctx, d.referral)
		if err != nil {
			return err
		}
		last := r.History[len(r.History)-1]
		d.line("%-22s status %s: %s (%d figures)", s.node.Org.Name, r.Status, last.Says, len(last.Figures))
	}
	return nil
}

// rebuild brings in the months after: half of the operators come back.
func (d *demo) rebuild(ctx context.Context) error {
	d.clock.Set(d.world.Truth.End.Add(day))
	d.title("Half a year later: operators return under new numbers, and the watch says so")
	for i, s := range []*seat{d.a, d.b} {
		if err := d.bring(ctx, s, filepath.Join(d.dir, "world", d.world.Orgs[i].ID+"-after.jsonl")); err != nil {
			return err
		}
		if err := s.node.Flow(s.node.Console(ctx)); err != nil {
			return err
		}
		mia, err := d.as(ctx, s, analystOf(d, s))
		if err != nil {
			return err
		}
		alerts, err := s.node.Watch.Alerts(mia)
		if err != nil {
			return err
		}
		shown := 0
		for _, a := range alerts {
			if a.Kind != fraud.AlertReturn {
				continue
			}
			if shown++; shown <= 4 {
				d.line("%-22s %s", s.node.Org.Name, a.Says)
			}
		}
		d.line("%-22s %d rings are back", s.node.Org.Name, shown)
	}
	return nil
}

// prove has each node witnessed and checked against its own ledger.
func (d *demo) prove(ctx context.Context) error {
	d.title("Every node is held against its own ledger, and the ledgers against each other")
	for _, s := range d.nodes() {
		for _, peer := range d.nodes() {
			if s != peer {
				if err := s.node.AskWitness(s.node.Console(ctx), peer.node.Org.ID); err != nil {
					return err
				}
			}
		}
		start := time.Now()
		problems, err := s.node.Fsck(ctx)
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			return fmt.Errorf("node %s is not sound: %s", s.node.Org.ID, problems[0])
		}
		leaves, err := s.node.Leaves(ctx)
		if err != nil {
			return err
		}
		d.line("%-22s sound: %d leaves, witnessed by two peers (%.1f s)", s.node.Org.Name, leaves, time.Since(start).Seconds())
	}
	return nil
}

func (d *demo) export(ctx context.Context, s *seat, name, format string) (int64, error) {
	return app.ExportFile(s.node.Console(ctx), s.node, name, format, "public")
}
