package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/access"
	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// The roles that a person can have in a joint case. Who observes reads and
// writes nothing; who leads says who takes part.
const (
	jointLead     = "lead"
	jointAnalyst  = "analyst"
	jointCounsel  = "counsel"
	jointObserver = "observer"
)

// mostSays bounds a line of a joint case's log, in bytes: a page and a half.
const mostSays = 4000

// JointLog is what both sides wrote in a joint case, in order.
func (n *Node) JointLog(ctx context.Context, id fraud.JointCaseID) ([]fraud.JointEntry, error) {
	if err := n.decide(ctx, access.ActRead, access.Thing{Kind: access.ThingJointCase, ID: string(id)}, access.Recipient{}); err != nil {
		return nil, err
	}
	return n.db.JointEntries(ctx, id)
}

// AddJoint writes a line into a joint case's log, here and on the other
// side's node, signed. e says kind and content; who and when are added. It
// returns the line's id.
func (n *Node) AddJoint(ctx context.Context, e fraud.JointEntry) (string, error) {
	c, err := n.db.JointCase(ctx, e.Case)
	if err != nil {
		return "", err
	}
	log, err := n.db.JointEntries(ctx, e.Case)
	if err != nil {
		return "", err
	}
	who := access.From(ctx).Person
	if e.Kind == fraud.JointMember {
		p, err := n.db.Person(ctx, e.Person)
		if err != nil {
			return "", fmt.Errorf("person %s of %s: %w", e.Person, n.Org.ID, err)
		}
		e.Name = p.Name
	} else if e.Kind != fraud.JointLeft {
		e.Person = who
	}
	e.Org = n.Org.ID
	if err := n.jointRules(ctx, c, log, e, who); err != nil {
		return "", err
	}
	return n.writeJoint(ctx, c, e)
}

// jointRules is what a line must keep to before it is written.
func (n *Node) jointRules(ctx context.Context, c fraud.JointCase, log []fraud.JointEntry, e fraud.JointEntry, who fraud.PersonID) error {
	rings := ringsOf(c)
	about := rings[:0:0]
	if slices.Contains(rings, fraud.RingID(e.About)) {
		about = []fraud.RingID{fraud.RingID(e.About)}
	}
	if err := n.mayTell(ctx, c, access.ActMatch, about); err != nil {
		return err
	}
	members := Members(log)
	mine := slices.IndexFunc(members, func(m fraud.JointEntry) bool { return m.Org == n.Org.ID && m.Person == who })
	staffed := slices.ContainsFunc(members, func(m fraud.JointEntry) bool { return m.Org == n.Org.ID })
	switch {
	case c.Accepted.IsZero() && e.Kind != fraud.JointRecalled:
		return conflictf("joint case %s was not accepted by both sides", c.ID)
	case staffed && mine < 0:
		return forbiddenf("%s is not a member of joint case %s: its lead adds people", who, c.ID)
	case mine >= 0 && members[mine].Role == jointObserver:
		return forbiddenf("%s observes joint case %s and does not write in it", who, c.ID)
	case staffed && (e.Kind == fraud.JointMember || e.Kind == fraud.JointLeft) && members[mine].Role != jointLead:
		return forbiddenf("only a lead says who takes part in joint case %s", c.ID)
	}
	return n.jointContent(ctx, c, log, e)
}

// jointContent holds a line's words against its kind.
func (n *Node) jointContent(ctx context.Context, c fraud.JointCase, log []fraud.JointEntry, e fraud.JointEntry) error {
	has := func(kind fraud.JointKind, id string) bool {
		return slices.ContainsFunc(log, func(x fraud.JointEntry) bool { return x.Kind == kind && (x.ID == id || x.About == id) })
	}
	switch e.Kind {
	case fraud.JointMember:
		if !slices.Contains([]string{jointLead, jointAnalyst, jointCounsel, jointObserver}, e.Role) {
			return invalidf("a role in a joint case is lead, analyst, counsel or observer, not %.40q", e.Role)
		}
	case fraud.JointTask, fraud.JointComment:
		if strings.TrimSpace(e.Says) == "" {
			return invalidf("a %s says something", e.Kind)
		}
	case fraud.JointDone:
		if !has(fraud.JointTask, e.About) || slices.ContainsFunc(log, func(x fraud.JointEntry) bool { return x.Kind == fraud.JointDone && x.About == e.About }) {
			return conflictf("%.60q is no open task of joint case %s", e.About, c.ID)
		}
	case fraud.JointComplainant:
		if !slices.Contains(ringsOf(c), fraud.RingID(e.About)) {
			return invalidf("%.60q is no ring of %s in joint case %s", e.About, n.Org.ID, c.ID)
		}
	case fraud.JointLeft:
		if !slices.ContainsFunc(Members(log), func(m fraud.JointEntry) bool { return m.Org == n.Org.ID && m.Person == e.Person }) {
			return conflictf("%.60q of %s takes no part in joint case %s", e.Person, n.Org.ID, c.ID)
		}
	case fraud.JointExhibit, fraud.JointRecalled:
	default:
		return invalidf("a joint case has no %.40q", e.Kind)
	}
	if len(e.Says) > mostSays {
		return invalidf("a line of a joint case has at most %d bytes", mostSays)
	}
	for _, text := range []string{e.Says, e.Name, e.Exhibit.Name, e.Exhibit.What} {
		if err := n.noIdentity(ctx, c, text); err != nil && e.Kind != fraud.JointMember && e.Kind != fraud.JointRecalled {
			return err
		}
	}
	if e.Kind == fraud.JointMember { // the name of one of our own people
		return nil
	}
	return n.noVictim(ctx, c, e.Says, e.About, e.Exhibit.Name, e.Exhibit.What, e.Exhibit.From)
}

// personal are the kinds of value by which a victim could be known.
var personal = []fraud.Kind{fraud.Phone, fraud.Email, fraud.BankAccount, fraud.UPI, fraud.TaxID, fraud.Handle}

// noIdentity refuses a text that holds a number, an address or an account
// which is no indicator of the case's rings: it could be a victim's, and a
// victim's identity never goes to a partner. A victim is called by the
// pseudonym.
func (n *Node) noIdentity(ctx context.Context, c fraud.JointCase, text string) error {
	found := extract.Text(text, extract.Options{Country: n.Org.Country})
	found = slices.DeleteFunc(found, func(f extract.Finding) bool { return !slices.Contains(personal, f.Kind) })
	if len(found) == 0 {
		return nil
	}
	known := map[fraud.Indicator]bool{}
	for _, id := range ringsOf(c) {
		r, err := n.db.Ring(ctx, id)
		if err != nil {
			continue // the ring was merged since: its indicators count as unknown
		}
		for _, i := range r.Indicators {
			known[i.Indicator] = i.Role.Links() && i.Role != fraud.RoleShownCallerID
		}
	}
	for _, f := range found {
		if !known[f.Indicator] {
			return forbiddenf("the text holds a %s that is no indicator of this case's rings and could be a victim's: "+
				"call a victim by the pseudonym (rule 3, identities)", strings.ReplaceAll(string(f.Kind), "_", " "))
		}
	}
	return nil
}

// writeJoint signs a line, keeps it and sends it to the other side.
func (n *Node) writeJoint(ctx context.Context, c fraud.JointCase, e fraud.JointEntry) (string, error) {
	var err error
	if e.ID, err = n.newID("JE"); err != nil {
		return "", err
	}
	e.Case, e.Org, e.At, e.Mark = c.ID, n.Org.ID, n.now().UTC().Truncate(time.Second), c.Mark.Filled()
	text, err := canonicalJoint(e)
	if err != nil {
		return "", err
	}
	e.Signature = n.signWords(text)
	l, err := n.letter(c.Peer, letterJoint, string(c.ID), "/peer/v1/joint-cases/entries", e)
	if err != nil {
		return "", err
	}
	if err := n.db.AddJointEntry(ctx, e, l); err != nil {
		return "", err
	}
	return e.ID, n.told(ctx, l)
}

func canonicalJoint(e fraud.JointEntry) (string, error) {
	e.Signature = ""
	b, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	v := jsontext.Value(b)
	return string(v), v.Canonicalize()
}

// receiveJoint takes the other side's line.
func (n *Node) receiveJoint(r *http.Request) (any, error) {
	ctx := r.Context()
	from, e, err := asked[fraud.JointEntry](n, r)
	if err != nil {
		return nil, err
	}
	c, err := n.db.JointCase(ctx, e.Case)
	if err != nil {
		return nil, err
	}
	if c.Peer != from.ID || e.Org != from.ID {
		return nil, forbiddenf("joint case %s is not %s's to write in", e.Case, from.ID)
	}
	if len(e.Says) > mostSays || !plainID(e.ID) {
		return nil, invalidf("a line of a joint case has an id and at most %d bytes", mostSays)
	}
	text, err := canonicalJoint(e)
	if err != nil {
		return nil, err
	}
	if err := verifyWords(from, text, e.Signature); err != nil {
		return nil, err
	}
	return nil, n.db.AddJointEntry(ctx, e)
}

// Members are the people who take part, each once, by their last line.
func Members(log []fraud.JointEntry) []fraud.JointEntry {
	var out []fraud.JointEntry
	for _, e := range log {
		if e.Kind != fraud.JointMember && e.Kind != fraud.JointLeft {
			continue
		}
		out = slices.DeleteFunc(out, func(x fraud.JointEntry) bool { return x.Org == e.Org && x.Person == e.Person })
		if e.Kind == fraud.JointMember {
			out = append(out, e)
		}
	}
	return out
}

// OpenTasks are the tasks that nobody has said to be done.
func OpenTasks(log []fraud.JointEntry) []fraud.JointEntry {
	done := map[string]bool{}
	for _, e := range log {
		if e.Kind == fraud.JointDone {
			done[e.About] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(log), func(e fraud.JointEntry) bool { return e.Kind != fraud.JointTask || done[e.ID] })
}

// AddJointExhibit puts a file to a joint case as an exhibit of ours. The other
// side learns its name, size and hash; the bytes go with a referral only.
func (n *Node) AddJointExhibit(ctx context.Context, id fraud.JointCaseID, path, what, from string) (fraud.JointEntry, error) {
	var e fraud.JointEntry
	if strings.TrimSpace(what) == "" || strings.TrimSpace(from) == "" {
		return e, invalidf("say what the exhibit shows and which system or item it came from")
	}
	f, err := os.Open(path)
	if err != nil {
		return e, err
	}
	defer f.Close()
	return n.putJointExhibit(ctx, id, f, fraud.Exhibit{Name: filepath.Base(path), What: what, From: from})
}

func (n *Node) putJointExhibit(ctx context.Context, id fraud.JointCaseID, r io.Reader, x fraud.Exhibit) (fraud.JointEntry, error) {
	e := fraud.JointEntry{Case: id, Kind: fraud.JointExhibit}
	var err error
	if x.SHA256, x.Size, err = n.blobs.Put(ctx, r); err != nil {
		return e, err
	}
	x.Org, x.TakenAt = n.Org.ID, n.now().UTC().Truncate(time.Second)
	e.Exhibit = x
	e.ID, err = n.AddJoint(ctx, e)
	return e, err
}

// staff makes the person who agreed to a joint case its lead, says of which
// rings we complain, and holds these rings until the embargo ends: nothing of
// them is listed, exported, or matched with anyone else before.
func (n *Node) staff(ctx context.Context, c fraud.JointCase) error {
	who := access.From(ctx).Person
	e := fraud.JointEntry{Case: c.ID, Kind: fraud.JointMember, Person: who, Role: jointLead}
	if p, err := n.db.Person(ctx, who); err == nil {
		e.Name = p.Name
	}
	lines := []fraud.JointEntry{e}
	for _, id := range ringsOf(c) {
		lines = append(lines, fraud.JointEntry{Case: c.ID, Kind: fraud.JointComplainant, Person: who, About: string(id), Says: n.Org.Name + " complains of what this ring did to its customers"})
	}
	for _, e := range lines {
		if _, err := n.writeJoint(ctx, c, e); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) embargo(ctx context.Context, c fraud.JointCase) error {
	if !c.Embargo.After(n.now()) {
		return nil
	}
	for _, ring := range ringsOf(c) {
		id, err := n.newID("H")
		if err != nil {
			return err
		}
		h := fraud.Hold{ID: id, Ring: ring, Until: c.Embargo, Reason: holdReason(c.ID), By: access.From(ctx).Person, FromOrg: n.Org.ID, At: n.now().UTC()}
		if err := n.db.AddHold(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

func holdReason(id fraud.JointCaseID) string { return "embargo of joint case " + string(id) }

// heldTill is until when any of these rings is under a hold that is not the
// joint case's own embargo.
func (n *Node) heldTill(ctx context.Context, rings []fraud.RingID, c fraud.JointCaseID) (time.Time, error) {
	holds, err := n.db.Holds(ctx)
	var till time.Time
	for _, h := range holds {
		if h.Released.IsZero() && slices.Contains(rings, h.Ring) && h.Reason != holdReason(c) && h.Until.After(till) {
			till = h.Until
		}
	}
	return till, err
}

// mayTell asks the door whether the other side of a joint case may learn
// something of these rings.
func (n *Node) mayTell(ctx context.Context, c fraud.JointCase, action access.Action, rings []fraud.RingID) error {
	p, err := n.peer(ctx, c.Peer)
	if err != nil {
		return err
	}
	held, err := n.heldTill(ctx, rings, c.ID)
	if err != nil {
		return err
	}
	thing := access.Thing{Kind: access.ThingJointCase, ID: string(c.ID), Mark: c.Mark, Basis: c.Basis, HeldTill: held}
	return n.decide(ctx, action, thing, access.ToOrg(p.Org))
}
