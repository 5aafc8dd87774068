package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
	"ringbreaker.example/synth"
)

// referralBefore is how long before the raid the referral is made: about two
// weeks lay between them in October 2023.
const referralBefore = 15 * 24 * time.Hour

const day = 24 * time.Hour

// play is the whole story in order; each step is real work on real nodes.
func (d *demo) play(ctx context.Context) error {
	d.say("%d reports of %s and %s, two invented companies; %s, an invented agency. All people, firms and numbers are invented.",
		d.world.Truth.Reports, d.world.Orgs[0].Name, d.world.Orgs[1].Name, agencyName)
	d.line("world  %s", filepath.Join(d.dir, "world"))
	for _, step := range []func(context.Context) error{
		d.peers, d.intake, d.rings, d.money, d.matching, d.jointCase, d.refer, d.verify, d.open,
		d.lastDays, d.raid, d.afterRaid, d.protect, d.outcome, d.rebuild, d.prove,
	} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("step %d: %w", d.step, err)
		}
	}
	d.say("\nThe story took %.1f s.", time.Since(d.started).Seconds())
	return nil
}

// as is a context in which a person of a node acts.
func (d *demo) as(ctx context.Context, s *seat, person fraud.PersonID) (context.Context, error) {
	return s.node.As(ctx, person)
}

// peers has the three nodes trust each other after their people compared
// fingerprints.
func (d *demo) peers(ctx context.Context) error {
	d.title("Three nodes compare fingerprints and become peers")
	for _, from := range d.nodes() {
		for _, to := range d.nodes() {
			if from == to {
				continue
			}
			card, err := app.FetchCard(ctx, to.url)
			if err != nil {
				return err
			}
			words, _ := to.node.Card().Fingerprint() // as its people read it out
			if err := from.node.AddPeer(from.node.Console(ctx), card, words); err != nil {
				return err
			}
		}
		words, _ := from.node.Card().Fingerprint()
		d.line("%-22s %s  %s", from.node.Org.Name, from.url, firstWords(words, 4))
	}
	return nil
}

func firstWords(s string, n int) string {
	f := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '-' || r == '\n' })
	if len(f) > n {
		return strings.Join(f[:n], " ") + " …"
	}
	return s
}

// intake brings in what each company's customers reported until now.
func (d *demo) intake(ctx context.Context) error {
	d.title("Customers' reports come in at both companies, each on its own node")
	cut := d.clock.Now()
	for i, s := range []*seat{d.a, d.b} {
		early, err := d.split(i, cut)
		if err != nil {
			return err
		}
		if err := d.bring(ctx, s, early); err != nil {
			return err
		}
		file, err := d.transfersOf(i)
		if err != nil {
			return err
		}
		added, _, err := s.node.ImportTransfers(s.node.Console(ctx), file)
		if err != nil {
			return err
		}
		d.line("%-22s %d transfers from %s", s.node.Org.Name, added, file)
	}
	return nil
}

func (d *demo) bring(ctx context.Context, s *seat, file string) error {
	ctx, err := d.as(ctx, s, analystOf(d, s))
	if err != nil {
		return err
	}
	res, err := s.node.Import(ctx, file, nil)
	if err != nil {
		return err
	}
	d.line("%-22s %d reports from %s (%d refused)", s.node.Org.Name, res.New, file, res.Rejected)
	return nil
}

func analystOf(d *demo, s *seat) fraud.PersonID {
	if s == d.a {
		return analystA
	}
	return analystB
}

// split writes the reports that had been received by a time, and the rest of
// those before the raid, into two files. It returns the first; lastDays finds
// the second by its name.
func (d *demo) split(i int, cut time.Time) (early string, err error) {
	o := d.world.Orgs[i]
	var before, after bytes.Buffer
	for _, line := range o.Reports {
		r, err := fraud.DecodeReport(line)
		if err != nil {
			return "", err
		}
		to := &before
		if !r.ReceivedAt.Before(cut) {
			to = &after
		}
		to.Write(line)
		to.WriteByte('\n')
	}
	early = filepath.Join(d.dir, "world", o.ID+"-until-referral.jsonl")
	if err := os.WriteFile(early, before.Bytes(), 0o600); err != nil {
		return "", err
	}
	return early, os.WriteFile(filepath.Join(d.dir, "world", o.ID+"-until-raid.jsonl"), after.Bytes(), 0o600)
}

// transfersOf writes the transfers that a company may know: those that its
// own customers made, and what banks told it of the accounts behind.
func (d *demo) transfersOf(i int) (string, error) {
	name := filepath.Join(d.dir, "world", d.world.Orgs[i].ID+"-transfers.csv")
	mine := map[string]bool{}
	for _, line := range d.world.Orgs[i].Reports {
		r, err := fraud.DecodeReport(line)
		if err != nil {
			return "", err
		}
		mine[string(r.Name())] = true
	}
	var list []fraud.Transfer
	for _, t := range d.world.Transfers {
		if t.Report == "" || mine[string(t.Report)] {
			list = append(list, t)
		}
	}
	return name, writeFile(name, func(w ioWriter) error { return synth.WriteTransfers(w, list) })
}

// rings links each company's reports by themselves.
func (d *demo) rings(ctx context.Context) error {
	d.title("Each company links its own reports into rings")
	for _, s := range []*seat{d.a, d.b} {
		if err := s.node.Flow(s.node.Console(ctx)); err != nil {
			return err
		}
		all, err := s.node.Rings(ctx, 10)
		if err != nil {
			return err
		}
		count, err := s.node.CountRings(ctx)
		if err != nil {
			return err
		}
		d.line("%-22s %d rings; the most harmful:", s.node.Org.Name, count)
		for _, r := range all[:min(3, len(all))] {
			d.line("    %s  %4d victims (%d aged 60+), %s sent, last seen %s, %d suppliers, %d launderers", r.ID, r.Harm.Victims, r.Harm.Aged60,
				sums(r.Harm.Sent), r.Harm.LastAt.Format(time.DateOnly), len(r.Suppliers), len(r.Launderers))
		}
	}
	return nil
}

func sums(s fraud.Sums) string {
	best := fraud.Money{}
	for c, v := range s {
		if v > best.Minor || v == best.Minor && c < best.Currency {
			best = fraud.Money{Minor: v, Currency: c}
		}
	}
	if best.Currency == "" {
		return "nothing"
	}
	text := best.String()
	if len(s) > 1 {
		text += fmt.Sprintf(" and %d more currencies", len(s)-1)
	}
	return text
}

// money follows what was sent and says what can still be frozen.
func (d *demo) money(ctx context.Context) error {
	d.title("The money is followed, by several rules side by side")
	ctx, err := d.as(ctx, d.a, analystA)
	if err != nil {
		return err
	}
	list, err := d.a.node.FreezeList(ctx)
	if err != nil {
		return err
	}
	d.line("%-22s %d accounts could be asked to freeze; first:", d.a.node.Org.Name, len(list))
	for _, f := range list[:min(3, len(list))] {
		d.line("    %s  %s to %s by %s, %d hops from a victim", f.Account, f.Low, f.High.Decimal(), f.Channel, f.Hops)
	}
	return nil
}

// matching lets the two learn which rings they share, a step at a time.
func (d *demo) matching(ctx context.Context) error {
	d.title("Private matching: commit, blind, count, then step by step with both sides' consent")
	mia, err := d.as(ctx, d.a, analystA)
	if err != nil {
		return err
	}
	noor, err := d.as(ctx, d.b, analystB)
	if err != nil {
		return err
	}
	if d.match, err = d.a.node.OfferMatch(mia, d.b.node.Org.ID, nil, 2); err != nil {
		return err
	}
	if err := d.b.node.ConsentMatch(noor, d.match, fraud.MatchCount); err != nil {
		return err
	}
	if err := d.reached(ctx, fraud.MatchCount); err != nil {
		return err
	}
	for _, step := range []fraud.MatchStep{fraud.MatchKinds, fraud.MatchSuspects, fraud.MatchIndicators} {
		a, b := mia, noor
		if step == fraud.MatchIndicators { // opening values is a share: somebody who signs for the company agrees
			if a, err = d.as(ctx, d.a, lawyerA); err != nil {
				return err
			}
			if b, err = d.as(ctx, d.b, lawyerB); err != nil {
				return err
			}
		}
		if err := d.b.node.ConsentMatch(b, d.match, step); err != nil {
			return err
		}
		if err := d.a.node.ConsentMatch(a, d.match, step); err != nil {
			return err
		}
		if err := d.reached(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// reached waits until the offering side has come to a step, and tells it.
func (d *demo) reached(ctx context.Context, step fraud.MatchStep) error {
	for tries := 0; ; tries++ {
		st, err := d.a.node.Match.Status(ctx, d.match)
		if err != nil {
			return err
		}
		m := st.Match
		switch {
		case m.Step == fraud.MatchBroken || m.Step == fraud.MatchRefused:
			return fmt.Errorf("match %s is %s: %s", m.ID, m.Step, m.Problem)
		case m.Step == step:
			d.matchLine(m)
			return nil
		case tries > 6000:
			return fmt.Errorf("match %s stands at %s and does not reach %s", m.ID, m.Step, step)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (d *demo) matchLine(m fraud.Match) {
	switch m.Step {
	case fraud.MatchCount:
		d.line("count       %d elements in common, of %d and %d; neither side knows which", m.Report.Count, m.OurSize, m.PeerSize)
	case fraud.MatchKinds:
		d.line("kinds       %s", kindCounts(m.Report.ByKind))
	case fraud.MatchSuspects:
		d.line("suspects    %d pairs of rings have evidence in common", len(m.Report.Overlaps))
		for _, o := range m.Report.Overlaps[:min(5, len(m.Report.Overlaps))] {
			d.line("            %s with their ring %s: %d elements (%s), %s", o.OurRing, o.PeerRing, o.Elements, kindCounts(o.Kinds), strings.ReplaceAll(string(o.Relation), "_", " "))
		}
	case fraud.MatchIndicators:
		d.line("indicators  %d opened by both against the commitments logged before the run", len(m.Report.Shared))
	}
}

func kindCounts(m map[fraud.Kind]int) string {
	var parts []string
	for _, k := range sortedKinds(m) {
		parts = append(parts, fmt.Sprintf("%d %s", m[k], strings.ReplaceAll(string(k), "_", " ")))
	}
	return strings.Join(parts, ", ")
}
