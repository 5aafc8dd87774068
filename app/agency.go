package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// receiveSealed takes a sealed referral in at an agency's node and answers
// with a signed receipt. Nothing inside has been read.
func (n *Node) receiveSealed(r *http.Request) (any, error) {
	ctx := r.Context()
	from, err := n.asking(ctx)
	if err != nil {
		return nil, err
	}
	if n.Org.Kind != fraud.OrgAgency {
		return nil, forbiddenf("%s is no agency; referrals go to one", n.Org.ID)
	}
	msg, err := read[toSign](r)
	if err != nil {
		return nil, err
	}
	if !plainID(string(msg.Referral)) {
		return nil, invalidf("%.60q is no id of a referral", msg.Referral)
	}
	name, err := n.arrived(from.ID, msg.Package)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := n.blobs.PutExpected(ctx, f, msg.Package.SHA256); err != nil {
		return nil, err
	}
	e, err := n.received(ctx, msg.Referral, msg.Version, msg.Package.SHA256, []fraud.OrgID{from.ID})
	if err != nil {
		return nil, err
	}
	return e, os.Remove(name)
}

// received puts a sealed package into the inbox and signs a receipt.
func (n *Node) received(ctx context.Context, id fraud.ReferralID, version int, sum string, from []fraud.OrgID) (fraud.StatusEvent, error) {
	item, err := n.Act.Receive(ctx, id, version, sum, from)
	if err != nil {
		return fraud.StatusEvent{}, err
	}
	e := fraud.StatusEvent{
		Referral: id, Status: fraud.ReferralReceived, Says: fmt.Sprintf("Received version %d, sealed, SHA-256 %s", version, sum), From: n.Org.ID, At: item.ReceivedAt,
	}
	text, err := canonicalStatus(e)
	if err != nil {
		return e, err
	}
	e.Signature = n.signWords(text)
	return e, n.db.AddStatus(ctx, e)
}

// ReceiveOnDisk takes in a sealed package that a person brought. Its outline
// is read to know whose it says it is; [Node.OpenReferral] verifies it. It
// returns the receipt for the person to carry back.
func (n *Node) ReceiveOnDisk(ctx context.Context, path string) (fraud.InboxItem, fraud.StatusEvent, error) {
	var item fraud.InboxItem
	var receipt fraud.StatusEvent
	if n.Org.Kind != fraud.OrgAgency {
		return item, receipt, forbiddenf("%s is no agency; referrals go to one", n.Org.ID)
	}
	if err := n.decide(ctx, access.ActOpenReferral, access.Thing{Kind: access.ThingReferral, Sealed: true}, access.Recipient{}); err != nil {
		return item, receipt, err
	}
	// It is opened before it is kept: what is damaged leaves nothing here.
	draw, err := n.newID("disk")
	if err != nil {
		return item, receipt, err
	}
	name := filepath.Join(n.Data, referralsDir, draw+".referral")
	if err := n.keep(name, func(w io.Writer) error { return n.UnsealFile(path, w) }); err != nil {
		return item, receipt, err
	}
	defer os.Remove(name)
	p, err := refer.Load(name)
	if err != nil {
		return item, receipt, err
	}
	id, version := p.Document.ID, p.Document.Version
	if err := p.Close(); err != nil {
		return item, receipt, err
	}
	if !plainID(string(id)) {
		return item, receipt, invalidf("%.60q is no id of a referral", id)
	}
	f, err := os.Open(path)
	if err != nil {
		return item, receipt, err
	}
	defer f.Close()
	sum, _, err := n.blobs.Put(ctx, f)
	if err != nil {
		return item, receipt, err
	}
	if receipt, err = n.received(ctx, id, version, sum, peersOf(name)); err != nil {
		return item, receipt, err
	}
	item, err = n.Act.InboxItem(ctx, id, version)
	return item, receipt, err
}

// OpenReferral unseals and verifies a package that came, with the keys that
// this node knows from its peers, writes down what held and what did not, and
// tells the complainants that it was opened.
func (n *Node) OpenReferral(ctx context.Context, id fraud.ReferralID, version int) (fraud.InboxItem, error) {
	item, err := n.Act.InboxItem(ctx, id, version)
	if err != nil {
		return item, err
	}
	if err := n.decide(ctx, access.ActOpenReferral, access.Thing{Kind: access.ThingReferral, ID: string(id), Sealed: true}, access.Recipient{}); err != nil {
		return item, err
	}
	name := n.referralFile(id, item.Version, "referral")
	sum, err := n.unseal(ctx, item.Sealed, name)
	if err != nil {
		return item, err
	}
	v, verr := refer.VerifyPath(name, n.trust(ctx, peersOf(name)))
	o := act.Opening{Title: v.Title, Package: sum, Mark: v.Mark, Checks: v.Checks}
	for _, s := range v.Signers {
		o.From = append(o.From, s.Org)
	}
	if p, err := refer.Load(name); err == nil {
		o.Embargo = p.Document.Embargo
		p.Close()
	}
	if item, err = n.Act.Opened(ctx, id, item.Version, o); err != nil {
		return item, err
	}
	if verr != nil {
		return item, verr
	}
	if err := n.Tell(ctx, fraud.StatusEvent{
		Referral: id, Status: fraud.ReferralOpened, Says: fmt.Sprintf("Opened and verified version %d: every signature, hash and ledger proof holds", item.Version),
	}, item.From); err != nil {
		return item, err
	}
	return item, n.joinCases(ctx, item)
}

// joinCases tells the complainants that a supplement went to the cases that
// the first version became.
func (n *Node) joinCases(ctx context.Context, item fraud.InboxItem) error {
	cases, err := n.casesOf(ctx, item.Referral)
	if err != nil || item.Version == 1 {
		return err
	}
	return n.tellNumbers(ctx, cases, fmt.Sprintf("Version %d was joined to case %%s", item.Version))
}

// casesOf are the cases that a referral became.
func (n *Node) casesOf(ctx context.Context, id fraud.ReferralID) ([]fraud.Case, error) {
	all, err := n.Act.Cases(ctx)
	return slices.DeleteFunc(all, func(c fraud.Case) bool { return c.Referral != id }), err
}

// tellNumbers tells each complainant the number of its own case, and of no
// other's: a case is sealed.
func (n *Node) tellNumbers(ctx context.Context, cases []fraud.Case, says string) error {
	var failed []error
	for _, c := range cases {
		words := fmt.Sprintf(says, c.Number)
		if c.Sealed {
			words += "; it is sealed until a court says otherwise"
		}
		e := fraud.StatusEvent{Referral: c.Referral, Status: fraud.ReferralRegistered, Says: words}
		failed = append(failed, n.Tell(ctx, e, []fraud.OrgID{c.Complainant}))
	}
	return errors.Join(failed...)
}

// peersOf are the complainants whom a package names, before it is trusted.
func peersOf(name string) []fraud.OrgID {
	p, err := refer.Load(name)
	if err != nil {
		return nil
	}
	defer p.Close()
	var out []fraud.OrgID
	for _, c := range p.Document.Complainants {
		out = append(out, c.Org.ID)
	}
	return out
}

// unseal decrypts a stored sealed package into a file and returns its SHA-256.
func (n *Node) unseal(ctx context.Context, sealed, name string) (string, error) {
	f, err := n.blobs.Get(ctx, sealed)
	if err != nil {
		return "", err
	}
	defer f.Close()
	plain, err := refer.Unseal(f, n.seals()...)
	if err != nil {
		return "", err
	}
	var sum string
	err = n.keep(name, func(w io.Writer) error {
		h := refer.NewHasher(w)
		_, err := io.Copy(h, plain)
		sum = h.Sum()
		return err
	})
	return sum, err
}

// RegisterCases registers the cases of a referral and tells each complainant
// the number of its own.
func (n *Node) RegisterCases(ctx context.Context, r act.Registration) ([]fraud.Case, error) {
	cases, err := n.Act.RegisterCases(ctx, r)
	if err != nil {
		return nil, err
	}
	return cases, n.tellNumbers(ctx, cases, "Registered as case %s on your complaint")
}

// AskMore asks the complainants for more than a referral holds. They answer
// with a supplement.
func (n *Node) AskMore(ctx context.Context, id fraud.ReferralID, says string) error {
	if strings.TrimSpace(says) == "" {
		return invalidf("say what more referral %s needs", id)
	}
	to, err := n.complainantsOf(ctx, id)
	if err != nil {
		return err
	}
	if len(to) == 0 {
		return fmt.Errorf("referral %s did not come here: %w", id, fraud.ErrNotFound)
	}
	return n.Tell(ctx, fraud.StatusEvent{Referral: id, Status: fraud.ReferralMoreAsked, Says: says}, to)
}

// UnsealCase opens a case by a court's order and tells its complainant that
// it is no longer sealed, and by what order.
func (n *Node) UnsealCase(ctx context.Context, id fraud.CaseID, order string) error {
	if c, err := n.Act.Case(ctx, id); err == nil {
		if err := n.noVictimOf(ctx, c.Referral, order); err != nil {
			return err
		}
	}
	if err := n.Act.UnsealCase(ctx, id, order); err != nil {
		return err
	}
	c, err := n.Act.Case(ctx, id)
	if err != nil || c.Referral == "" || c.Complainant == "" {
		return err
	}
	e := fraud.StatusEvent{Referral: c.Referral, Status: fraud.ReferralRegistered, Says: "Case " + c.Number + " was unsealed by order: " + order}
	return n.Tell(ctx, e, []fraud.OrgID{c.Complainant})
}

// RecordOutcome records what came of a referral and tells the complainants
// what the agency allows: the sentence, the figures and the disrupted rings.
func (n *Node) RecordOutcome(ctx context.Context, o fraud.Outcome) (fraud.Outcome, error) {
	if err := n.noVictimOf(ctx, o.Referral, o.Says); err != nil {
		return o, err
	}
	if err := n.ringsReferred(ctx, o); err != nil {
		return o, err
	}
	o, err := n.Act.RecordOutcome(ctx, o)
	if err != nil {
		return o, err
	}
	to, err := n.complainantsOf(ctx, o.Referral)
	if err != nil {
		return o, err
	}
	e := fraud.StatusEvent{Referral: o.Referral, Status: fraud.ReferralOutcome, Says: o.Says, Figures: o.Figures, Disrupted: o.Disrupted}
	return o, n.Tell(ctx, e, to)
}

// ringsReferred refuses an outcome of rings that the referral does not speak
// of: a misspelt one would be passed over at its complainant's, and not be
// watched for.
func (n *Node) ringsReferred(ctx context.Context, o fraud.Outcome) error {
	if len(o.Disrupted) == 0 {
		return nil
	}
	items, err := n.db.Inbox(ctx)
	if err != nil {
		return err
	}
	known := map[fraud.RingID]bool{}
	opened := false
	for _, i := range items {
		if i.Referral != o.Referral || i.OpenedAt.IsZero() {
			continue
		}
		p, err := refer.Load(n.referralFile(i.Referral, i.Version, "referral"))
		if err != nil {
			return err
		}
		opened = true
		for _, r := range p.Document.Rings {
			known[r.Ring] = true
		}
		if err := p.Close(); err != nil {
			return err
		}
	}
	for _, r := range o.Disrupted {
		if opened && !known[r] {
			return invalidf("%.60q is no ring of referral %s; its rings.jsonl has their ids", r, o.Referral)
		}
	}
	return nil
}

func (n *Node) complainantsOf(ctx context.Context, id fraud.ReferralID) ([]fraud.OrgID, error) {
	items, err := n.Act.InboxItems(ctx)
	if err != nil {
		return nil, err
	}
	var out []fraud.OrgID
	for _, i := range items {
		if i.Referral == id {
			out = append(out, i.From...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// ReferralMaterial reads an opened package's rings, for the agency's pages
// and for planning: what the complainants say, not what the agency knows.
func (n *Node) ReferralMaterial(ctx context.Context, id fraud.ReferralID, version int) (*refer.Package, error) {
	if err := n.decide(ctx, access.ActRead, access.Thing{Kind: access.ThingReferral, ID: string(id)}, access.Recipient{}); err != nil {
		return nil, err
	}
	return refer.Load(n.referralFile(id, version, "referral"))
}
