package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Keys cares for this organisation's keys, and ends trust in peers.
type Keys interface {
	// Ours are the keys as they are now: a change shows at once.
	Ours(context.Context) (fraud.OrgKeys, error)
	// Change draws new keys and tells the peers; with giveUp it states that
	// the old ones are no longer ours.
	Change(ctx context.Context, reason string, giveUp bool) (told, waiting []fraud.OrgID, err error)
	// Tell tells the peers that did not take a change yet.
	Tell(context.Context) (told, waiting []fraud.OrgID, err error)
	// Notices says which peers took which of our statements, by its number.
	Notices(context.Context) (map[int64]map[fraud.OrgID]bool, error)
	Revoke(ctx context.Context, peer fraud.OrgID, why string) error
}

// keysPage is the administrator's page of keys: ours, what was stated about
// them, who took it, and the peers'.
type keysPage struct {
	base
	Ours, Hex string // the words and the hex of our keys
	Peers     []keyPeer
	Stated    []ownStatement // of ours, newest first
	Waiting   []fraud.OrgID  // peers that did not take the newest yet
	Sure      *keyStep       // what is about to be done
	Told      []fraud.OrgID  // who took what was just done
	Did       string         // what was just done
}

type keyPeer struct {
	fraud.Peer
	Words, Hex string
}

// ownStatement is a statement about our keys with who took it.
type ownStatement struct {
	keyRow
	Took    []fraud.OrgID
	Waiting []fraud.OrgID
	Text    string // the statement as it was signed
}

// keyStep is the second step of a change: what will happen, and the word that
// must be typed so that nobody does it by a slip.
type keyStep struct {
	What   string // "rotate", "give-up" or "revoke"
	Peer   fraud.OrgID
	Reason string
	Type   string   // the word to type
	Will   []string // what will happen, a sentence each
	Button string
}

func (s *Server) keysView(w http.ResponseWriter, r *http.Request) error {
	p, err := s.keysPage(w, r)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "keys.html", p)
}

func (s *Server) keysPage(w http.ResponseWriter, r *http.Request) (keysPage, error) {
	ctx := r.Context()
	p := keysPage{base: s.base(w, r, "Keys")}
	ours, err := s.Keys.Ours(ctx)
	if err != nil {
		return p, fmt.Errorf("read our keys: %w", err)
	}
	p.Ours, p.Hex = access.Fingerprint(ours)
	peers, err := s.Store.Peers(ctx)
	if err != nil {
		return p, fmt.Errorf("read the peers: %w", err)
	}
	for _, x := range peers {
		row := keyPeer{Peer: x}
		row.Words, row.Hex = access.Fingerprint(x.Org.Keys)
		p.Peers = append(p.Peers, row)
	}
	changes, err := s.Store.KeyChanges(ctx)
	if err != nil {
		return p, fmt.Errorf("read the key changes: %w", err)
	}
	notices, err := s.Keys.Notices(ctx)
	if err != nil {
		return p, fmt.Errorf("read who took them: %w", err)
	}
	for _, c := range slices.Backward(changes) {
		if c.Org != s.Org.ID {
			continue
		}
		x := ownStatement{keyRow: keyRowOf(c)}
		for _, q := range peers {
			switch {
			case notices[c.No][q.Org.ID]:
				x.Took = append(x.Took, q.Org.ID)
			case q.Revoked.IsZero() && !q.AddedAt.After(c.Came): // who came later saw the new keys
				x.Waiting = append(x.Waiting, q.Org.ID)
			}
		}
		b, err := json.MarshalIndent(c.KeyChange, "", "  ")
		if err != nil {
			return p, fmt.Errorf("write statement %d: %w", c.No, err)
		}
		x.Text = string(b)
		p.Stated = append(p.Stated, x)
	}
	for _, x := range p.Stated {
		for _, id := range x.Waiting {
			if !slices.Contains(p.Waiting, id) {
				p.Waiting = append(p.Waiting, id)
			}
		}
	}
	return p, nil
}

func keyRowOf(c access.KeyRecord) keyRow {
	row := keyRow{KeyRecord: c}
	row.OldWords, _ = access.Fingerprint(c.Old)
	if !c.Revokes() {
		row.NewWords, _ = access.Fingerprint(c.New)
	}
	return row
}

// keysDo takes the first step, which changes nothing and says what would
// happen, and the second, which does it.
func (s *Server) keysDo(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := s.keysPage(w, r)
	if err != nil {
		return err
	}
	what, reason := r.PostFormValue("what"), strings.TrimSpace(r.PostFormValue("reason"))
	if what == "tell" {
		told, waiting, err := s.Keys.Tell(ctx)
		if err != nil {
			return fmt.Errorf("tell the peers of our keys: %w", err)
		}
		if p, err = s.keysPage(w, r); err != nil {
			return err
		}
		p.Told, p.Waiting, p.Did = told, waiting, what
		return s.render(w, http.StatusOK, "keys.html", p)
	}
	step, err := p.step(what, fraud.OrgID(r.PostFormValue("peer")), reason)
	if err != nil {
		return err
	}
	if reason == "" {
		p.Problems = []problem{{"reason-" + what, "Say why: peers and auditors read it."}}
		if what == "revoke" {
			p.Problems[0].Field = "reason-" + string(step.Peer)
		}
		return s.render(w, http.StatusUnprocessableEntity, "keys.html", p)
	}
	p.Sure = step
	typed, sent := r.PostForm["typed"]
	if !sent {
		return s.render(w, http.StatusOK, "keys.html", p)
	}
	if !strings.EqualFold(strings.TrimSpace(typed[0]), step.Type) {
		p.Problems = []problem{{"typed", "Type " + step.Type + " to go on. Nothing was changed."}}
		return s.render(w, http.StatusUnprocessableEntity, "keys.html", p)
	}
	var told []fraud.OrgID
	if what == "revoke" {
		err = s.Keys.Revoke(ctx, step.Peer, reason)
	} else {
		told, _, err = s.Keys.Change(ctx, reason, what == "give-up")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", strings.ReplaceAll(what, "-", " "), err)
	}
	if p, err = s.keysPage(w, r); err != nil {
		return err
	}
	p.Told, p.Did = told, what
	return s.render(w, http.StatusOK, "keys.html", p)
}

// step says what a change would do, in numbers.
func (p *keysPage) step(what string, peer fraud.OrgID, reason string) (*keyStep, error) {
	trusted := 0
	for _, x := range p.Peers {
		if x.Revoked.IsZero() {
			trusted++
		}
	}
	words := strings.FieldsFunc(p.Ours, func(r rune) bool { return r == ' ' || r == '-' })
	step := &keyStep{What: what, Peer: peer, Reason: reason, Type: string(peer)}
	if len(words) > 0 && peer == "" {
		step.Type = words[len(words)-1]
	}
	switch what {
	case "rotate":
		step.Button = "Change our keys: " + plural(trusted, "peer") + " told at once"
		step.Will = []string{
			"New signing and sealing keys are drawn. A statement signed with the old key and the new one goes to " + plural(trusted, "peer") + " and into the ledger.",
			"Peers that take it need not compare words again. Those that cannot be reached are told each hour; after seven days they would have to compare words anew.",
			"The old keys stay in the node's folder: they open what was sealed to them. The ledger and the vault keep their keys.",
		}
	case "give-up":
		step.Button = "Give our keys up: " + plural(trusted, "peer") + " refuse us from now on"
		step.Will = []string{
			"A statement that our signing key was lost or stolen goes to " + plural(trusted, "peer") + ". Each that hears it refuses everything that we sign, at once.",
			"Matches, joint cases and referrals with them stand still until two people have compared the words of the new keys, peer by peer.",
			"It cannot be taken back. If the keys are only old, change them instead.",
		}
	case "revoke":
		i := slices.IndexFunc(p.Peers, func(x keyPeer) bool { return x.Org.ID == peer })
		if i < 0 {
			return nil, fmt.Errorf("%s is no peer of this node: %w", peer, fraud.ErrNotFound)
		}
		if !p.Peers[i].Revoked.IsZero() {
			return nil, fmt.Errorf("%s is revoked already: %w", peer, fraud.ErrConflict)
		}
		step.Button = "Revoke " + string(peer) + ": nothing that it signs is taken any more"
		step.Will = []string{
			"Every request of " + p.Peers[i].Org.Name + " is refused from now on, and we send it nothing. What it signed before stays as it is.",
			"It is trusted again only after two people have compared words and an administrator adds it anew.",
		}
	default:
		return nil, fmt.Errorf("choose what to do: %w", fraud.ErrInvalid)
	}
	return step, nil
}
