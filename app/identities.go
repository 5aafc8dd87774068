package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// What people type may name a victim: a comment in a joint case, a statement, a
// title, an agency's question. A node that knows the victim refuses it before it
// leaves (DESIGN §6.3). It compares by a [refer.Matcher], which keeps hashes and
// says pseudonyms: nobody is shown an identity by it, and each box that it opens
// is logged as an opening for this reason.

// watchlist are the victims of a joint case's rings as this node knows them.
type watchlist struct {
	mu    sync.Mutex // guards both
	seen  map[fraud.ReportID]bool
	names *refer.Matcher
}

// watchlists of the joint cases that somebody writes in. The zero value is
// ready.
type watchlists struct {
	mu sync.Mutex // guards of
	of map[fraud.JointCaseID]*watchlist
}

func (w *watchlists) list(id fraud.JointCaseID) *watchlist {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of == nil {
		w.of = map[fraud.JointCaseID]*watchlist{}
	}
	if w.of[id] == nil {
		w.of[id] = &watchlist{seen: map[fraud.ReportID]bool{}, names: refer.NewMatcher()}
	}
	return w.of[id]
}

// withVictims calls use with a matcher of the victims of a joint case's rings,
// new reports included. Boxes are opened once while the node runs, in the name
// of whoever is in ctx.
func (n *Node) withVictims(ctx context.Context, c fraud.JointCase, use func(*refer.Matcher) error) error {
	w := n.watch.list(c.ID)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ringsOf(c) {
		ring, err := n.db.Ring(ctx, id)
		if errors.Is(err, fraud.ErrNotFound) {
			continue // merged since: its reports are in the other ring
		}
		if err != nil {
			return err
		}
		for _, name := range ring.Reports {
			if w.seen[name] {
				continue
			}
			if err := n.addVictim(ctx, w.names, name, "to make sure that no victim is named in joint case "+string(c.ID)); err != nil {
				return err
			}
			w.seen[name] = true
		}
	}
	return use(w.names)
}

func (n *Node) addVictim(ctx context.Context, m *refer.Matcher, name fraud.ReportID, reason string) error {
	r, err := n.db.Report(ctx, name)
	if err != nil || r.Victim == "" {
		return err
	}
	id, err := n.identity(ctx, name, reason)
	if err != nil {
		return err
	}
	m.Add(refer.Victim{Pseudonym: r.Victim, Identity: id})
	return nil
}

// noVictim refuses texts of a joint case in which one of its victims is named.
func (n *Node) noVictim(ctx context.Context, c fraud.JointCase, texts ...string) error {
	return n.withVictims(ctx, c, func(m *refer.Matcher) error {
		for _, text := range texts {
			if who := m.Text(text); who != "" {
				return forbiddenf("the text names victim %s: call a victim by the pseudonym (rule 3, identities)", who)
			}
		}
		return nil
	})
}

// noVictimIn refuses a package in which a victim of ours is named outside the
// sealed annexes: the node that built it knows only its own.
func (n *Node) noVictimIn(ctx context.Context, c fraud.JointCase, p *refer.Package) error {
	return n.withVictims(ctx, c, func(m *refer.Matcher) error {
		file, who, err := p.Search(m)
		if err == nil && who != "" {
			err = forbiddenf("%s of referral %s names victim %s outside the sealed annex (rule 3, identities)", file, p.Document.ID, who)
		}
		return err
	})
}

// withoutNames refuses to give a part of a referral whose words name a victim.
func (g *gathering) withoutNames() error {
	words := g.out
	words.Annex = nil
	b, err := json.Marshal(words)
	if err != nil {
		return fmt.Errorf("search the part of %s: %w", g.node.Org.ID, err)
	}
	m := refer.NewMatcher()
	m.Add(g.named...)
	found, err := m.File("part.json", func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil })
	if err != nil {
		return fmt.Errorf("search the part of %s: %w", g.node.Org.ID, err)
	}
	if who := found.Pseudonym; who != "" {
		return forbiddenf("what %s would give names victim %s; look at its statement, the exhibits' descriptions and the schedules (rule 3, identities)", g.node.Org.ID, who)
	}
	return nil
}

// noVictimOf refuses an agency's words in which somebody is named whom the
// referral's sealed annexes identify: what is told goes to every complainant.
func (n *Node) noVictimOf(ctx context.Context, id fraud.ReferralID, says string) error {
	if n.Org.Kind != fraud.OrgAgency || says == "" {
		return nil
	}
	items, err := n.db.Inbox(ctx)
	if err != nil {
		return err
	}
	m := refer.NewMatcher()
	for _, i := range items {
		if i.Referral != id {
			continue
		}
		p, err := refer.Load(n.referralFile(id, i.Version, "referral"))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fraud.ErrNotFound) {
			continue // not opened yet: nobody here knows a name of it
		}
		if err != nil {
			return err
		}
		people, err := p.ReadAnnex(n.seals()...)
		if errors.Is(err, fraud.ErrForbidden) {
			err = nil // sealed to a key that is not on this node, which knows no name then
		}
		if err := errors.Join(err, p.Close()); err != nil {
			return err
		}
		for _, v := range people {
			m.Add(refer.Victim{Pseudonym: v.Pseudonym, Identity: v.Identity})
		}
	}
	if who := m.Text(says); who != "" {
		return forbiddenf("what would be told names victim %s, and goes to every complainant: call a victim by the pseudonym (rule 3, identities)", who)
	}
	return nil
}
