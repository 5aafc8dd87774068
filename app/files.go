package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age/plugin"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// VerifyReferral verifies a package offline. keys pins signing keys by
// organisation; with none, the keys that the package carries are used and
// said to be unpinned. stamps names a PEM file with the certificates of the
// time-stamping services that are trusted; without it a time stamp's own
// certificate is taken and said to be nobody's that is known.
func VerifyReferral(path string, keys map[fraud.OrgID]string, stamps string) (refer.Verification, error) {
	trust := refer.Trust{Keys: keys}
	if stamps != "" {
		text, err := os.ReadFile(stamps)
		if err != nil {
			return refer.Verification{}, err
		}
		if trust.Stamps, err = refer.StampRoots(text); err != nil {
			return refer.Verification{}, fmt.Errorf("%s: %w", filepath.Base(stamps), err)
		}
	}
	return refer.VerifyPath(path, trust)
}

// ShowReferral prints what a package says of itself, for a person.
func ShowReferral(path string, w io.Writer) error {
	p, err := refer.Load(path)
	if err != nil {
		return err
	}
	defer p.Close()
	return p.Show(w)
}

// SealReferral seals a package to age recipients.
func SealReferral(path string, recipients []string, w io.Writer) error {
	p, err := refer.Load(path) // what is no package could be sealed too, and the agency would find out
	if err != nil {
		return err
	}
	if err := p.Close(); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	out, err := refer.Seal(w, recipients)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, f); err != nil {
		return fmt.Errorf("seal %s: %w", path, err)
	}
	return out.Close()
}

// UnsealFile opens a sealed package that came on a disk with the node's key.
func (n *Node) UnsealFile(path string, w io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	plain, err := refer.Unseal(f, n.seals()...)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, plain)
	return err
}

// UnsealWith opens a sealed package without a node, with the identities of a
// file: age's own, those of its plugins, or an SSH private key. A plugin that
// wants a touch or a PIN says so through say.
func UnsealWith(path, identityFile string, say func(string, ...any), w io.Writer) error {
	text, err := os.ReadFile(identityFile)
	if err != nil {
		return err
	}
	ids, err := access.Identities(text, plugin.NewTerminalUI(say, say))
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(identityFile), err)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	plain, err := refer.Unseal(f, ids...)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, plain)
	return err
}

// Signatory returns a context in which a person of the node signs: the one
// named, or the node's first signatory.
func (n *Node) Signatory(ctx context.Context, id fraud.PersonID) (context.Context, error) {
	if id != "" {
		return n.As(ctx, id)
	}
	people, err := n.db.Persons(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if p.Active() && slices.Contains(p.Roles, access.RoleSignatory) {
			return n.As(ctx, p.ID)
		}
	}
	return nil, conflictf("node %s has no signatory; add a person with the role signatory", n.Org.ID)
}

// Referrals are all referrals of this node.
func (n *Node) Referrals(ctx context.Context) ([]fraud.Referral, error) { return n.db.Referrals(ctx) }

// Rings are the most harmful rings, most first.
func (n *Node) Rings(ctx context.Context, limit int) ([]fraud.Ring, error) {
	return n.db.RingsByHarm(ctx, limit)
}

// CountRings is how many rings the last linking found.
func (n *Node) CountRings(ctx context.Context) (int, error) {
	_, _, rings, err := n.db.LastLinking(ctx)
	return rings, err
}

// Referral is the newest version of a referral with its history.
func (n *Node) Referral(ctx context.Context, id fraud.ReferralID) (fraud.Referral, error) {
	return n.db.Referral(ctx, id, 0)
}

// JointCase is one joint case.
func (n *Node) JointCase(ctx context.Context, id fraud.JointCaseID) (fraud.JointCase, error) {
	return n.db.JointCase(ctx, id)
}

// JointCases are all joint cases of this node, oldest first.
func (n *Node) JointCases(ctx context.Context) ([]fraud.JointCase, error) {
	return n.db.JointCases(ctx)
}

// Shares are all that left this node, oldest first.
func (n *Node) Shares(ctx context.Context) ([]fraud.Share, error) { return n.db.Shares(ctx) }

// MatchPeer is with whom a match was run.
func (n *Node) MatchPeer(ctx context.Context, id fraud.MatchID) (fraud.OrgID, error) {
	m, _, err := n.db.Match(ctx, id)
	return m.Peer, err
}

// ParseReceipt reads an agency's signed word as it came on a disk.
func ParseReceipt(b []byte) (fraud.StatusEvent, error) {
	var e fraud.StatusEvent
	if err := json.Unmarshal(b, &e); err != nil || e.Referral == "" {
		return e, invalidf("this is no receipt of an agency")
	}
	return e, nil
}

// SetComplainant writes into the node's configuration what a referral says of
// this organisation: standing, authority, its record-keeping system. A node
// that runs takes it up when it is started again.
func (n *Node) SetComplainant(ctx context.Context, form []byte) error {
	if err := n.decide(ctx, access.ActManage, access.Thing{Kind: access.ThingSettings, ID: "complainant"}, access.Recipient{}); err != nil {
		return err
	}
	var c Complainant
	dec := json.NewDecoder(bytes.NewReader(form))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return invalidf("the complainant's form cannot be read (%v)", err)
	}
	for _, must := range []struct{ name, value string }{
		{"standing", c.Standing}, {"authority", c.Authority}, {"statement", c.Statement}, {"system.name", c.System.Name}, {"system.process", c.System.Process},
	} {
		if strings.TrimSpace(must.value) == "" {
			return invalidf("the complainant's form does not fill %s", must.name)
		}
	}
	cfg := n.Config
	cfg.Org.Keys, cfg.Complainant = fraud.OrgKeys{}, c // keys are read from the node's own folder
	return cfg.Save()
}

// Leaves is the size of the node's ledger.
func (n *Node) Leaves(ctx context.Context) (int64, error) { return n.db.LeafCount(ctx) }

// Hold keeps a ring or an indicator from being listed, exported or shown
// until a time.
func (n *Node) Hold(ctx context.Context, h fraud.Hold) error {
	if err := n.decide(ctx, access.ActHold, access.Thing{Kind: access.ThingRing, ID: string(h.Ring), Reason: h.Reason}, access.Recipient{}); err != nil {
		return err
	}
	id, err := n.newID("H")
	if err != nil {
		return err
	}
	h.ID, h.By, h.At = id, access.From(ctx).Person, n.now().UTC()
	return n.db.AddHold(ctx, h)
}

// ExportFile writes a list into a file and returns its size in bytes.
func ExportFile(ctx context.Context, n *Node, name, format, audience string) (int64, error) {
	h := &counter{}
	err := n.keep(name, func(w io.Writer) error {
		h.w = w
		return n.Export(ctx, h, format, audience)
	})
	return h.n, err
}

// counter counts the bytes that it passes on.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
