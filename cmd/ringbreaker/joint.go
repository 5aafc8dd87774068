package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
)

func jointCommand() command {
	return command{
		name: "joint", args: "open|accept|list|show|member|leave|task|done|comment|exhibit|shares|recall -data DIR -as PERSON [-id CASE] …",
		does: "works on a joint case with another organisation: who takes part, what is to be done, what was shared and taken back",
		example: `ringbreaker joint open -data node -as laura -match M-… -agency cfb -title 'Five operators' -agreement 'Agreement 4/2023'
  ringbreaker joint accept -data node -as leon -id J-…
  ringbreaker joint task -data node -as laura -id J-… -for 'Leon Castell' -due 2023-10-02 'Bank records of the two payees'
  ringbreaker joint exhibit -data node -as laura -id J-… -what 'Payments to the account' -from 'bank of the victims' export.csv
  ringbreaker joint recall -data node -as laura -share S-… 'the board withdrew its consent'`,
		run: runJoint,
	}
}

// jointVerbs are the kinds of line that a verb writes.
var jointVerbs = map[string]fraud.JointKind{
	"member": fraud.JointMember, "leave": fraud.JointLeft, "task": fraud.JointTask, "done": fraud.JointDone, "comment": fraud.JointComment,
}

type jointFlags struct {
	data, as, id, match, agency, title, purpose, legal, agreement, embargo *string
	person, role, about, due, worker, what, from, share, tlp               *string
}

func runJoint(ctx context.Context, c *call) error {
	verb := shift(c)
	f := jointFlags{
		data:      dataFlag(c),
		as:        c.flags.String("as", "", "the `PERSON` of the node who does it"),
		id:        c.flags.String("id", "", "the joint case"),
		match:     c.flags.String("match", "", "open: the match whose suspects in common it is about"),
		agency:    c.flags.String("agency", "", "open: the agency that may receive a referral of it"),
		title:     c.flags.String("title", "", "open: what it is about"),
		purpose:   c.flags.String("purpose", "joint criminal referral", "open: what for"),
		legal:     c.flags.String("legal-basis", "legitimate interests: prevention of fraud (GDPR recital 47)", "open: by what law"),
		agreement: c.flags.String("agreement", "", "open: the agreement between the two under which it is shared"),
		embargo:   c.flags.String("embargo", "", "open: nothing of its rings leaves the two nodes before this `TIME` (RFC 3339 or a day), but a sealed referral"),
		tlp:       c.flags.String("tlp", "AMBER", "open: the mark, RED, AMBER+STRICT, AMBER, GREEN or CLEAR"),
		person:    c.flags.String("person", "", "member, leave: whom"),
		role:      c.flags.String("role", "", "member: lead, analyst, counsel or observer"),
		about:     c.flags.String("about", "", "done: the task; comment: the ring or line that it is about"),
		worker:    c.flags.String("for", "", "task: who does it"),
		due:       c.flags.String("due", "", "task: until when, a day"),
		what:      c.flags.String("what", "", "exhibit: what it shows"),
		from:      c.flags.String("from", "", "exhibit: the system or item that it came from"),
		share:     c.flags.String("share", "", "recall: the share"),
	}
	if err := c.parse(); err != nil {
		return err
	}
	_, writes := jointVerbs[verb]
	if !writes && !slices.Contains([]string{"open", "accept", "list", "show", "exhibit", "shares", "recall"}, verb) {
		return usagef("say open, accept, list, show, member, leave, task, done, comment, exhibit, shares or recall")
	}
	need := map[string][]string{
		"open": {"data", "as", "match", "title", "agreement"}, "accept": {"data", "as", "id"}, "list": {"data"}, "show": {"data", "id"}, "exhibit": {"data", "as", "id", "what", "from"},
		"shares": {"data"}, "recall": {"data", "as", "share"}, "member": {"data", "as", "id", "person", "role"}, "leave": {"data", "as", "id", "person"}, "done": {"data", "as", "id", "about"},
	}[verb]
	if need == nil {
		need = []string{"data", "as", "id"}
	}
	if err := c.need(need...); err != nil {
		return err
	}
	if !writes && verb != "exhibit" && verb != "recall" {
		if err := c.alone(); err != nil {
			return err
		}
	}
	n, ctx, err := openOld(ctx, *f.data)
	if err != nil {
		return err
	}
	defer n.Close()
	if *f.as != "" {
		if ctx, err = n.As(ctx, fraud.PersonID(*f.as)); err != nil {
			return err
		}
	}
	if writes {
		return f.write(ctx, c, n, jointVerbs[verb])
	}
	return f.do(ctx, c, n, verb)
}

func (f jointFlags) do(ctx context.Context, c *call, n *app.Node, verb string) error {
	id := fraud.JointCaseID(*f.id)
	switch verb {
	case "open":
		return f.open(ctx, c, n)
	case "accept":
		return n.AcceptCase(ctx, id)
	case "list":
		list, err := n.JointCases(ctx)
		if err != nil {
			return err
		}
		return printJSON(c, list)
	case "show":
		return showJoint(ctx, c, n, id)
	case "exhibit":
		if c.flags.NArg() != 1 {
			return usagef("name one file")
		}
		e, err := n.AddJointExhibit(ctx, id, c.flags.Arg(0), *f.what, *f.from)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.stdout, "%s %s %d bytes, SHA-256 %s\n", e.ID, filepath.Base(c.flags.Arg(0)), e.Exhibit.Size, e.Exhibit.SHA256)
		return nil
	case "shares":
		list, err := n.Shares(ctx)
		if err != nil {
			return err
		}
		for _, s := range list {
			state := ""
			if !s.Recalled.IsZero() {
				state = "\trecalled " + s.Recalled.Format(time.RFC3339)
			}
			fmt.Fprintf(c.stdout, "%s\t%s\t%s\tto %s\tby %s\t%s%s\n", s.ID, s.What, s.Ref, s.To, s.By, s.Basis.Purpose, state)
		}
		return nil
	}
	if err := n.Recall(ctx, *f.share, joinArgs(c)); err != nil {
		return err
	}
	list, err := n.Shares(ctx)
	for _, s := range list {
		if s.ID == *f.share {
			fmt.Fprintln(c.stdout, s.Receipt)
		}
	}
	return err
}

func (f jointFlags) open(ctx context.Context, c *call, n *app.Node) error {
	until, err := moment(*f.embargo)
	if err != nil {
		return err
	}
	recipients := []fraud.OrgID{n.Org.ID}
	if *f.agency != "" {
		recipients = append(recipients, fraud.OrgID(*f.agency))
	}
	m, err := n.MatchPeer(ctx, fraud.MatchID(*f.match))
	if err != nil {
		return err
	}
	id, err := n.OpenCase(ctx, fraud.JointCase{
		Title: *f.title, Match: fraud.MatchID(*f.match), Embargo: until, Mark: fraud.Mark{TLP: fraud.TLP(*f.tlp), PAP: fraud.PAPAmber},
		Basis: fraud.ShareBasis{Purpose: *f.purpose, LegalBasis: *f.legal, Agreement: *f.agreement, Recipients: append(recipients, m)},
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, id)
	return nil
}

func (f jointFlags) write(ctx context.Context, c *call, n *app.Node, kind fraud.JointKind) error {
	due, err := moment(*f.due)
	if err != nil {
		return err
	}
	id, err := n.AddJoint(ctx, fraud.JointEntry{
		Case: fraud.JointCaseID(*f.id), Kind: kind, Person: fraud.PersonID(*f.person), Role: *f.role, Name: *f.worker, About: *f.about, Says: joinArgs(c), Due: due,
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, id)
	return nil
}

// showJoint prints a case for a person: who takes part, what is open, what
// was said.
func showJoint(ctx context.Context, c *call, n *app.Node, id fraud.JointCaseID) error {
	j, err := n.JointCase(ctx, id)
	if err != nil {
		return err
	}
	log, err := n.JointLog(ctx, id)
	if err != nil {
		return err
	}
	state := "waits to be accepted"
	if !j.Accepted.IsZero() {
		state = "accepted " + j.Accepted.Format(time.RFC3339)
	}
	fmt.Fprintf(c.stdout, "%s with %s: %s (%s)\n", j.ID, j.Peer, j.Title, state)
	fmt.Fprintf(c.stdout, "basis: %s; %s; %s\n", j.Basis.Purpose, j.Basis.LegalBasis, j.Basis.Agreement)
	if !j.Embargo.IsZero() {
		fmt.Fprintf(c.stdout, "embargo until %s\n", j.Embargo.Format(time.RFC3339))
	}
	fmt.Fprintf(c.stdout, "%d rings in common\n", len(fraud.Suspects(j.Overlaps)))
	for _, m := range app.Members(log) {
		fmt.Fprintf(c.stdout, "member: %s of %s, %s\n", m.Name, m.Org, m.Role)
	}
	for _, t := range app.OpenTasks(log) {
		fmt.Fprintf(c.stdout, "open task %s: %s (%s)\n", t.ID, t.Says, t.Name)
	}
	for _, e := range log {
		fmt.Fprintf(c.stdout, "%s %s %s %s: %s\n", e.At.Format(time.RFC3339), e.Org, e.Person, e.Kind, strings.Join(strings.Fields(e.About+" "+e.Says+" "+e.Exhibit.Name), " "))
	}
	return nil
}

// moment reads a time or a day; empty is none.
func moment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usagef("%.40q is no time: write 2023-10-20 or 2023-10-20T06:00:00Z", s)
}

func agencyCommand() command {
	return command{
		name: "agency", args: "inbox|receive|open|register|ask|unseal|outcome -data DIR -as PERSON [-referral REF] …",
		does: "what an agency does with a referral: takes it in, opens and verifies it, registers cases, asks for more, tells the outcome",
		example: `ringbreaker agency receive -data node -as ivan case.referral.age
  ringbreaker agency open     -data node -as ivan -referral REF-…
  ringbreaker agency register -data node -as ivan -referral REF-… -law 'IPC 420, 120B; IT Act 66D' -number alder=RC-12/2023 -number bramble=RC-13/2023
  ringbreaker agency ask      -data node -as ivan -referral REF-… 'Bank records of the two payees'
  ringbreaker agency unseal   -data node -as ivan -case CASE-… 'Order of 4 November 2023, Special Court'
  ringbreaker agency outcome  -data node -as ivan -referral REF-… -disrupted R-…,R-… 'Seventy-six places were searched'`,
		run: runAgency,
	}
}

func runAgency(ctx context.Context, c *call) error {
	verb := shift(c)
	data := dataFlag(c)
	as := c.flags.String("as", "", "the `PERSON` of the agency who does it")
	ref := c.flags.String("referral", "", "the referral")
	version := c.flags.Int("version", 0, "its version; default the newest")
	law := c.flags.String("law", "", "register: the sections")
	one := c.flags.String("case", "", "unseal: the case")
	rings := c.flags.String("disrupted", "", "outcome: the complainants' rings that were disrupted; commas between")
	out := c.flags.String("out", "", "receive: write the signed receipt into this `FILE`, to be carried back")
	numbers := keyFlags{}
	c.flags.Var(numbers, "number", "register: the case number for a complainant, `ORG=NUMBER`; once for each")
	if err := c.parse(); err != nil {
		return err
	}
	need, known := map[string][]string{
		"inbox": {}, "receive": {"as"}, "open": {"as", "referral"}, "register": {"as", "referral", "law"}, "ask": {"as", "referral"},
		"unseal": {"as", "case"}, "outcome": {"as", "referral"},
	}[verb]
	if !known {
		return usagef("say inbox, receive, open, register, ask, unseal or outcome")
	}
	if err := c.need(append([]string{"data"}, need...)...); err != nil {
		return err
	}
	if slices.Contains([]string{"inbox", "open", "register"}, verb) {
		if err := c.alone(); err != nil {
			return err
		}
	}
	n, ctx, err := openOld(ctx, *data)
	if err != nil {
		return err
	}
	defer n.Close()
	if *as != "" {
		if ctx, err = n.As(ctx, fraud.PersonID(*as)); err != nil {
			return err
		}
	}
	id := fraud.ReferralID(*ref)
	switch verb {
	case "inbox":
		list, err := n.Act.InboxItems(ctx)
		if err != nil {
			return err
		}
		for _, x := range list {
			state := "sealed"
			if !x.OpenedAt.IsZero() {
				state = "opened"
			}
			fmt.Fprintf(c.stdout, "%s\t%d\t%v\t%s\t%s\n", x.Referral, x.Version, x.From, state, x.Title)
		}
		return nil
	case "receive":
		return receiveOnDisk(ctx, c, n, *out)
	case "open":
		return openAtAgency(ctx, c, n, id, *version)
	case "register":
		return registerCases(ctx, c, n, app.Registration{Referral: id, Version: *version, Law: *law, Numbers: numbers})
	case "ask":
		return n.AskMore(ctx, id, joinArgs(c))
	case "unseal":
		return n.UnsealCase(ctx, fraud.CaseID(*one), joinArgs(c))
	}
	o := fraud.Outcome{Referral: id, Says: joinArgs(c)}
	for _, r := range splitList(*rings) {
		o.Disrupted = append(o.Disrupted, fraud.RingID(r))
	}
	_, err = n.RecordOutcome(ctx, o)
	return err
}

func receiveOnDisk(ctx context.Context, c *call, n *app.Node, out string) error {
	if c.flags.NArg() != 1 {
		return usagef("name one sealed package")
	}
	item, receipt, err := n.ReceiveOnDisk(ctx, c.flags.Arg(0))
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s version %d is in the inbox, from %v\n", item.Referral, item.Version, item.From)
	if out == "" {
		return printJSON(c, receipt)
	}
	to := *c
	return writeFile(out, func(w ioWriter) error {
		to.stdout = w
		return printJSON(&to, receipt)
	})
}

func openAtAgency(ctx context.Context, c *call, n *app.Node, id fraud.ReferralID, version int) error {
	item, err := n.OpenReferral(ctx, id, version)
	if errors.Is(err, fraud.ErrForbidden) { // item says what somebody else found
		return err
	}
	for _, k := range item.Verified {
		mark := "holds"
		if !k.OK {
			mark = "DOES NOT HOLD"
		}
		fmt.Fprintf(c.stdout, "%-13s %s: %s\n", mark, k.Name, k.Says)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s version %d: %s\n", item.Referral, item.Version, item.Title)
	return nil
}

func registerCases(ctx context.Context, c *call, n *app.Node, r app.Registration) error {
	cases, err := n.RegisterCases(ctx, r)
	for _, x := range cases {
		sealed := "sealed"
		if !x.Sealed {
			sealed = "open"
		}
		fmt.Fprintf(c.stdout, "%s\t%s\t%s\t%s\n", x.ID, x.Number, x.Complainant, sealed)
	}
	return err
}

// readReceipt reads what an agency gave back on a disk.
func readReceipt(name string) (fraud.StatusEvent, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return fraud.StatusEvent{}, err
	}
	return app.ParseReceipt(b)
}

func joinArgs(c *call) string { return strings.Join(c.flags.Args(), " ") }
