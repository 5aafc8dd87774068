package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
)

func referralCommand() command {
	return command{
		name: "referral",
		args: "build|sign|seal|send|open|verify|show|list … (see the example)",
		does: "makes, signs, seals, opens and verifies the package of a joint referral",
		example: `ringbreaker referral verify CASE.referral
  ringbreaker referral build -data node -joint-case J-… -to cfb -title 'Five operators'
  ringbreaker referral sign  -data node -id REF-…
  ringbreaker referral send  -data node -id REF-…
  ringbreaker referral seal  -to age1… -out CASE.referral.age CASE.referral
  ringbreaker referral open  -data agency -out CASE.referral CASE.referral.age`,
		run: runReferral,
	}
}

func runReferral(ctx context.Context, c *call) error {
	what := shift(c)
	f := referralFlags{
		data:   dataFlag(c),
		joint:  c.flags.String("joint-case", "", "build: the joint case that the referral is made of"),
		to:     c.flags.String("to", "", "build: the agency; seal: an age recipient"),
		title:  c.flags.String("title", "", "build: what it is about"),
		id:     c.flags.String("id", "", "the referral"),
		person: c.flags.String("as", "", "sign: the person who signs; default the node's first signatory"),
		out:    c.flags.String("out", "", "`FILE` to write"),
		check:  c.flags.Int("check", 0, "override: the number of the check"),
		reason: c.flags.String("reason", "", "override: why it is signed all the same"),
		asJSON: c.flags.Bool("json", false, "verify: print JSON"),
	}
	keys := keyFlags{}
	c.flags.Var(&keys, "key", "verify: pin a signing key, `ORG=BASE64`; may stand several times")
	if err := c.parse(); err != nil {
		return err
	}
	switch what {
	case "verify":
		return verifyReferral(c, keys, *f.asJSON)
	case "show":
		return showReferral(c)
	case "seal":
		return sealReferral(c, f)
	case "build", "sign", "send", "open", "override", "list":
		return nodeReferral(ctx, c, what, f)
	}
	return usagef("say build, override, sign, seal, send, open, verify, show or list")
}

type referralFlags struct {
	data, joint, to, title, id, person, out, reason *string
	check                                           *int
	asJSON                                          *bool
}

// keyFlags is -key ORG=BASE64, several times.
type keyFlags map[fraud.OrgID]string

func (k keyFlags) String() string { return "" }

func (k keyFlags) Set(s string) error {
	org, key, ok := strings.Cut(s, "=")
	if !ok {
		return fmt.Errorf("write it as ORG=KEY")
	}
	k[fraud.OrgID(org)] = key
	return nil
}

// verifyReferral needs no node and no network.
func verifyReferral(c *call, keys keyFlags, asJSON bool) error {
	if c.flags.NArg() != 1 {
		return usagef("name one package")
	}
	if _, err := os.Stat(c.flags.Arg(0)); err != nil {
		return err
	}
	v, err := app.VerifyReferral(c.flags.Arg(0), keys)
	if asJSON {
		if perr := printJSON(c, v); perr != nil {
			return perr
		}
	} else {
		for _, k := range v.Checks {
			mark := "holds"
			if !k.OK {
				mark = "DOES NOT HOLD"
			}
			fmt.Fprintf(c.stdout, "%-13s %s: %s\n", mark, k.Name, k.Says)
		}
		for _, s := range v.Signers {
			pinned := "the key is not one that you gave: compare its words with the signer"
			if s.Pinned {
				pinned = "the key is the one that you gave"
			}
			fmt.Fprintf(c.stdout, "signed by %s for %s at %s\n  %s\n  %s\n", s.Person, s.Org, s.At.Format("2006-01-02 15:04:05Z07:00"), s.Words, pinned)
		}
	}
	if err != nil {
		return no("%s", strings.TrimSuffix(oneLine(err), ": invalid"))
	}
	if !asJSON {
		fmt.Fprintf(c.stdout, "%s version %d verifies: every signature, hash, certificate reference and ledger proof holds\n", v.Referral, v.Version)
	}
	return nil
}

func showReferral(c *call) error {
	if c.flags.NArg() != 1 {
		return usagef("name one package")
	}
	return app.ShowReferral(c.flags.Arg(0), c.stdout)
}

func sealReferral(c *call, f referralFlags) error {
	if c.flags.NArg() != 1 {
		return usagef("name one package")
	}
	if err := c.need("to", "out"); err != nil {
		return err
	}
	in := c.flags.Arg(0)
	return writeFile(*f.out, func(w ioWriter) error { return app.SealReferral(in, splitList(*f.to), w) })
}

func nodeReferral(ctx context.Context, c *call, what string, f referralFlags) error {
	if err := c.need("data"); err != nil {
		return err
	}
	n, ctx, err := openOld(ctx, *f.data)
	if err != nil {
		return err
	}
	defer n.Close()
	id := fraud.ReferralID(*f.id)
	switch what {
	case "build":
		if err := c.need("joint-case", "to", "title"); err != nil {
			return err
		}
		id, err := n.Build(ctx, fraud.JointCaseID(*f.joint), fraud.OrgID(*f.to), *f.title)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.stdout, "%s\n%s\n", id, n.PackageFile(id, 1, false))
		return nil
	case "override":
		return n.Override(ctx, id, 0, *f.check, *f.reason)
	case "sign":
		if ctx, err = n.Signatory(ctx, fraud.PersonID(*f.person)); err != nil {
			return err
		}
		return n.Sign(ctx, id, 0)
	case "send":
		return n.Send(ctx, id, 0)
	case "list":
		list, err := n.Referrals(ctx)
		if err != nil {
			return err
		}
		return printJSON(c, list)
	}
	if c.flags.NArg() != 1 {
		return usagef("name one sealed package")
	}
	if err := c.need("out"); err != nil {
		return err
	}
	in := c.flags.Arg(0)
	return writeFile(*f.out, func(w ioWriter) error { return n.UnsealFile(in, w) })
}
