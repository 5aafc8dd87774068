package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
)

func sortedKinds(m map[fraud.Kind]int) []fraud.Kind {
	var out []fraud.Kind
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b fraud.Kind) int {
		if m[a] != m[b] {
			return m[b] - m[a]
		}
		if a < b {
			return -1
		}
		return 1
	})
	return out
}

// jointCase has both sides agree to work together, under a hold.
func (d *demo) jointCase(ctx context.Context) error {
	d.title("A joint case, by consent of both; nothing about it may be listed until the raid")
	laura, err := d.as(ctx, d.a, lawyerA)
	if err != nil {
		return err
	}
	leon, err := d.as(ctx, d.b, lawyerB)
	if err != nil {
		return err
	}
	d.joint, err = d.a.node.OpenCase(laura, fraud.JointCase{
		Title: "Operators that defraud customers of both", Match: d.match, Embargo: d.world.Truth.Raid.Add(day),
		Basis: fraud.ShareBasis{
			Purpose: "joint criminal referral", LegalBasis: "legitimate interests: prevention of fraud (GDPR recital 47)",
			Agreement: "peer agreement", Recipients: []fraud.OrgID{d.a.node.Org.ID, d.b.node.Org.ID, agencyID},
		},
	})
	if err != nil {
		return err
	}
	if err := d.b.node.AcceptCase(leon, d.joint); err != nil {
		return err
	}
	d.line("joint case %s, opened by %s, accepted by %s, embargo until %s", d.joint, d.a.node.Org.Name, d.b.node.Org.Name, d.world.Truth.Raid.Add(day).Format(time.RFC3339))
	return nil
}

// refer builds, checks, signs twice, seals and sends the referral.
func (d *demo) refer(ctx context.Context) error {
	d.title("One referral: built from both nodes, checked, signed by two people, sealed to the agency")
	laura, err := d.as(ctx, d.a, lawyerA)
	if err != nil {
		return err
	}
	leon, err := d.as(ctx, d.b, lawyerB)
	if err != nil {
		return err
	}
	if d.referral, err = d.a.node.Build(laura, d.joint, agencyID, "Operators that defraud customers of both"); err != nil {
		return err
	}
	r, err := d.a.node.Referral(ctx, d.referral)
	if err != nil {
		return err
	}
	held := 0
	for _, c := range r.Checks {
		if c.OK {
			held++
			continue
		}
		d.line("check %2d does not hold (%s): %s", c.No, c.Ref, c.Says)
		if err := d.a.node.Override(laura, d.referral, 0, c.No, "Accepted for the demonstration by counsel of both complainants."); err != nil {
			return err
		}
	}
	d.line("%d of %d checks hold", held, len(r.Checks))
	if err := d.a.node.Sign(laura, d.referral, 0); err != nil {
		return err
	}
	if err := d.b.node.Sign(leon, d.referral, 0); err != nil {
		return err
	}
	if r, err = d.a.node.Referral(ctx, d.referral); err != nil {
		return err
	}
	for _, s := range r.Signers {
		d.line("signed by %s for %s, key %s…", s.Person, s.Org, s.KeyID[:16])
	}
	if err := d.a.node.Send(laura, d.referral, 0); err != nil {
		return err
	}
	for _, sealed := range []bool{false, true} {
		name := d.a.node.PackageFile(d.referral, 1, sealed)
		st, err := os.Stat(name)
		if err != nil {
			return err
		}
		d.line("%s (%d kB)", name, st.Size()/1000)
	}
	return nil
}

// verify does what any third party can do with the package alone.
func (d *demo) verify(context.Context) error {
	d.title("Anyone verifies the package, without a node and without a network")
	name := d.a.node.PackageFile(d.referral, 1, false)
	v, err := app.VerifyReferral(name, nil, "")
	if err != nil {
		return err
	}
	d.line("%d files, %d signatures, %d things checked: all hold", v.Files, len(v.Signers), len(v.Checks))
	return d.flip(name)
}

// flip changes one byte of a copy, to show that it is found.
func (d *demo) flip(name string) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	b[len(b)/2] ^= 1
	bad := name + ".flipped"
	if err := os.WriteFile(bad, b, 0o600); err != nil {
		return err
	}
	defer os.Remove(bad)
	if _, err = app.VerifyReferral(bad, nil, ""); err == nil {
		return fmt.Errorf("a flipped bit was not found")
	}
	d.line("with one bit flipped: %s", oneLine(err))
	return nil
}

// open is the agency's first look.
func (d *demo) open(ctx context.Context) error {
	d.clock.Set(d.clock.Now().Add(day))
	d.title("The agency opens it, verifies it and registers cases")
	ivan, err := d.as(ctx, d.c, investigator)
	if err != nil {
		return err
	}
	item, err := d.c.node.OpenReferral(ivan, d.referral, 1)
	if err != nil {
		return err
	}
	d.line("%q from %v: %d things verified", item.Title, item.From, len(item.Verified))
	cases, err := d.register(ivan)
	if err != nil {
		return err
	}
	for _, c := range cases {
		d.line("case %s  %s  on the complaint of %s, sealed", c.Number, c.Law, c.Complainant)
	}
	return nil
}
