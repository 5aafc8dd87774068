package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
)

func referralCommand() command {
	return command{
		name: "referral",
		args: "complainant|build|checks|override|sign|send|receipt|status|supplement|seal|open|verify|show|list … (see the example)",
		does: "makes, signs, seals, opens and verifies the package of a joint referral",
		example: `ringbreaker referral verify CASE.referral
  ringbreaker referral verify -key alder=KEY -stamps clocks.pem CASE.referral
  ringbreaker referral complainant -data node alder.json
  ringbreaker referral build -data node -as laura -joint-case J-… -to cfb -title 'Five operators'
  ringbreaker referral checks -data node -id REF-…
  ringbreaker referral sign  -data node -as laura -id REF-…
  ringbreaker referral send  -data node -as laura -id REF-… [-disk CASE.referral.age]
  ringbreaker referral status -data node -id REF-…
  ringbreaker referral supplement -data node -as laura -id REF-… -title 'Bank records'
  ringbreaker referral seal  -to age1… -out CASE.referral.age CASE.referral
  ringbreaker referral open  -data agency -out CASE.referral CASE.referral.age
  ringbreaker referral open  -identity agency.key -out CASE.referral CASE.referral.age`,
		run: runReferral,
	}
}

func runReferral(ctx context.Context, c *call) error {
	what := shift(c)
	f := referralFlags{
		data:   dataFlag(c),
		joint:  c.flags.String("joint-case", "", "build: the joint case that the referral is made of"),
		to:     c.flags.String("to", "", "build: the agency; seal: age recipients, commas between; also a plugin's or ssh-ed25519"),
		title:  c.flags.String("title", "", "build: what it is about"),
		id:     c.flags.String("id", "", "the referral"),
		person: c.flags.String("as", "", "the `PERSON` of the node who does it; sign: default the node's first signatory"),
		disk:   c.flags.String("disk", "", "send: write the sealed package into this `FILE` for a person to carry"),
		key:    c.flags.String("identity", "", "open: without a node, the `FILE` of an age identity, of a plugin's, or of an SSH key"),
		out:    c.flags.String("out", "", "`FILE` to write"),
		check:  c.flags.Int("check", 0, "override: the number of the check"),
		reason: c.flags.String("reason", "", "override: why it is signed all the same"),
		stamps: c.flags.String("stamps", "", "verify: the `FILE` of the certificates (PEM) of the time-stamping services that you trust"),
		asJSON: c.flags.Bool("json", false, "verify: print JSON"),
	}
	keys := keyFlags{}
	c.flags.Var(&keys, "key", "verify: pin a signing key, `ORG=BASE64`; may stand several times")
	if err := c.parse(); err != nil {
		return err
	}
	switch what {
	case "verify":
		return verifyReferral(c, keys, *f.stamps, *f.asJSON)
	case "show":
		return showReferral(c)
	case "seal":
		return sealReferral(c, f)
	case "open":
		if *f.key != "" {
			return openWith(c, f)
		}
		return nodeReferral(ctx, c, what, f)
	case "build", "sign", "send", "override", "list", "complainant", "checks", "receipt", "status", "supplement":
		return nodeReferral(ctx, c, what, f)
	}
	return usagef("say complainant, build, checks, override, sign, send, receipt, status, supplement, seal, open, verify, show or list")
}

type referralFlags struct {
	data, joint, to, title, id, person, out, key, reason, disk, stamps *string
	check                                                              *int
	asJSON                                                             *bool
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
func verifyReferral(c *call, keys keyFlags, stamps string, asJSON bool) error {
	if c.flags.NArg() != 1 {
		return usagef("name one package")
	}
	if _, err := os.Stat(c.flags.Arg(0)); err != nil {
		return err
	}
	v, err := app.VerifyReferral(c.flags.Arg(0), keys, stamps)
	if err != nil && (v.Checks == nil || !errors.Is(err, fraud.ErrInvalid)) {
		return err // it could not be looked at; nothing is said of the package
	}
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
	signed := map[fraud.OrgID]bool{}
	for _, s := range v.Signers {
		signed[s.Org] = true
	}
	for org := range keys { // a key for a misspelt name would vouch for nobody, and say yes
		if !signed[org] {
			return no("a key was given for %s, and %s has not signed this package", org, org)
		}
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

// openWith opens a sealed package without a node.
func openWith(c *call, f referralFlags) error {
	if c.flags.NArg() != 1 {
		return usagef("name one sealed package")
	}
	if err := c.need("out"); err != nil {
		return err
	}
	say := func(format string, args ...any) { fmt.Fprintf(c.stderr, format+"\n", args...) }
	return writeSecret(*f.out, func(w ioWriter) error { return app.UnsealWith(c.flags.Arg(0), *f.key, say, w) })
}

func nodeReferral(ctx context.Context, c *call, what string, f referralFlags) error {
	need := map[string][]string{
		"build": {"joint-case", "to", "title"}, "open": {"out"}, "list": {}, "complainant": {}, "receipt": {}, "override": {"id", "reason"},
	}[what]
	if need == nil {
		need = []string{"id"}
	}
	if err := c.need(append([]string{"data"}, need...)...); err != nil {
		return err
	}
	if !slices.Contains([]string{"complainant", "receipt", "open"}, what) {
		if err := c.alone(); err != nil {
			return err
		}
	}
	n, ctx, err := openOld(ctx, *f.data)
	if err != nil {
		return err
	}
	defer n.Close()
	if *f.person != "" {
		if ctx, err = n.As(ctx, fraud.PersonID(*f.person)); err != nil {
			return err
		}
	}
	switch what {
	case "complainant", "receipt", "open":
		return referralFile(ctx, c, n, what, f)
	case "checks", "status":
		return tellReferral(ctx, c, n, what, fraud.ReferralID(*f.id))
	}
	return makeReferral(ctx, c, n, what, f)
}

// makeReferral is every step that changes a referral.
func makeReferral(ctx context.Context, c *call, n *app.Node, what string, f referralFlags) error {
	id := fraud.ReferralID(*f.id)
	switch what {
	case "build":
		id, err := n.Build(ctx, fraud.JointCaseID(*f.joint), fraud.OrgID(*f.to), *f.title)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.stdout, "%s\n%s\n", id, n.PackageFile(id, 1, false))
		return nil
	case "supplement":
		version, err := n.Supplement(ctx, id, *f.title)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.stdout, "%s version %d\n%s\n", id, version, n.PackageFile(id, version, false))
		return nil
	case "override":
		return n.Override(ctx, id, 0, *f.check, *f.reason)
	case "sign":
		ctx, err := n.Signatory(ctx, fraud.PersonID(*f.person))
		if err != nil {
			return err
		}
		return n.Sign(ctx, id, 0)
	case "send":
		if *f.disk == "" {
			return n.Send(ctx, id, 0)
		}
		name, err := n.SendOnDisk(ctx, id, 0)
		if err != nil {
			return err
		}
		return copyFile(*f.disk, name)
	}
	list, err := n.Referrals(ctx)
	if err != nil {
		return err
	}
	return printJSON(c, list)
}

// referralFile is every step that takes a file in.
func referralFile(ctx context.Context, c *call, n *app.Node, what string, f referralFlags) error {
	if what == "complainant" && c.flags.NArg() == 0 {
		return printJSON(c, n.Complainant) // the form to fill in
	}
	if c.flags.NArg() != 1 {
		return usagef("name one file")
	}
	in := c.flags.Arg(0)
	switch what {
	case "complainant":
		b, err := os.ReadFile(in)
		if err != nil {
			return err
		}
		return n.SetComplainant(ctx, b)
	case "receipt":
		e, err := readReceipt(in)
		if err != nil {
			return err
		}
		return n.TakeReceipt(ctx, e)
	}
	return writeSecret(*f.out, func(w ioWriter) error { return n.UnsealFile(in, w) })
}

// statusTime is how a step's time is printed.
const statusTime = "2006-01-02 15:04 UTC"

// tellReferral prints the checks of a referral, or what became of it.
func tellReferral(ctx context.Context, c *call, n *app.Node, what string, id fraud.ReferralID) error {
	r, err := n.Referral(ctx, id)
	if err != nil {
		return err
	}
	if what == "status" {
		fmt.Fprintf(c.stdout, "%s version %d: %s\n", r.ID, r.Version, r.Status)
		for _, s := range r.Signers {
			fmt.Fprintf(c.stdout, "%s signed by %s for %s\n", s.At.UTC().Format(statusTime), s.Person, s.Org)
		}
		for _, e := range r.History {
			fmt.Fprintf(c.stdout, "%s %s: %s\n", e.At.UTC().Format(statusTime), e.Status, e.Says)
		}
		return nil
	}
	failing := 0
	for _, k := range r.Checks {
		state := "holds"
		switch {
		case k.OK:
		case k.Override != "":
			state = "OVERRIDDEN"
		default:
			state = "FAILS"
			failing++
		}
		fmt.Fprintf(c.stdout, "%2d %-10s %s: %s", k.No, state, k.Name, k.Says)
		if k.Ref != "" {
			fmt.Fprintf(c.stdout, " [%s]", k.Ref)
		}
		fmt.Fprintln(c.stdout)
	}
	if failing > 0 {
		return no("%d checks fail; mend the records, or override each with a reason", failing)
	}
	return nil
}

func copyFile(to, from string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	return writeFile(to, func(w ioWriter) error { _, err := io.Copy(w, f); return err })
}
