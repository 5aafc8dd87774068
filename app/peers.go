package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Card is what an organisation hands to another so that their nodes may
// talk: who it is, its public keys, and where its node is.
type Card struct {
	Org fraud.Org `json:"org"`
	URL string    `json:"url"`
}

// maxAnswer bounds what a node reads of another's answer, in bytes: the
// largest is a contribution to a referral.
const maxAnswer = 64 << 20

// Card is this node's own.
func (n *Node) Card() Card { return Card{Org: n.Org, URL: n.url()} }

// Fingerprint is what two people read to each other before they trust a card.
func (c Card) Fingerprint() (words, hexSum string) { return access.Fingerprint(c.Org.Keys) }

// FetchCard asks a node for its card. It is not to be trusted before two
// people have compared its fingerprint.
func FetchCard(ctx context.Context, url string) (Card, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(url, "/")+"/peer/v1/card", nil)
	if err != nil {
		return Card{}, fmt.Errorf("peer address %q cannot be used: %w", url, fraud.ErrInvalid)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return Card{}, fmt.Errorf("ask %s for its card: %w", url, err)
	}
	defer res.Body.Close()
	var c Card
	if err := readAnswer(res, &c); err != nil {
		return Card{}, fmt.Errorf("ask %s for its card: %w", url, err)
	}
	return c, nil
}

// AddPeer trusts another organisation's node. fingerprint is what a person
// typed after hearing it from that organisation, as words or hex.
func (n *Node) AddPeer(ctx context.Context, c Card, fingerprint string) error {
	if err := n.decide(ctx, access.ActManage, access.Thing{Kind: access.ThingSettings, ID: string(c.Org.ID)}, access.Recipient{}); err != nil {
		return err
	}
	if err := access.ValidKeys(c.Org.Keys); err != nil {
		return fmt.Errorf("card of %s: %w", c.Org.ID, err)
	}
	if c.Org.ID == n.Org.ID {
		return fmt.Errorf("a node is no peer of its own organisation %s: %w", n.Org.ID, fraud.ErrInvalid)
	}
	if !access.SameFingerprint(c.Org.Keys, fingerprint) {
		return fmt.Errorf("the fingerprint given is not that of %s's card; hear it from them again: %w", c.Org.ID, fraud.ErrForbidden)
	}
	p := fraud.Peer{Org: c.Org, URL: strings.TrimRight(c.URL, "/"), AddedBy: access.From(ctx).Person, AddedAt: n.now().UTC()}
	if err := n.db.AddPeer(ctx, p); err != nil {
		return err
	}
	n.audit(ctx, "peer.add", string(c.Org.ID), "", true)
	return nil
}

// peer returns a peer that is still trusted.
func (n *Node) peer(ctx context.Context, id fraud.OrgID) (fraud.Peer, error) {
	p, err := n.db.Peer(ctx, id)
	if err != nil {
		return p, fmt.Errorf("organisation %s is no peer of this node; exchange cards first: %w", id, err)
	}
	if !p.Revoked.IsZero() {
		why := ""
		if p.Why != "" {
			why = ", because " + p.Why
		}
		return p, fmt.Errorf("peer %s was revoked on %s%s; compare fingerprints anew to trust it again: %w", id, p.Revoked.UTC().Format("2006-01-02"), why, fraud.ErrForbidden)
	}
	return p, nil
}

// lookup is what signed requests are verified with.
func (n *Node) lookup(ctx context.Context, id fraud.OrgID) (fraud.Org, error) {
	p, err := n.peer(ctx, id)
	return p.Org, err
}

// asking is the peer whose signed request this is.
func (n *Node) asking(ctx context.Context) (fraud.Org, error) {
	who := access.From(ctx)
	if !who.Peer {
		return fraud.Org{}, fmt.Errorf("only a peer's node may ask this: %w", fraud.ErrForbidden)
	}
	return n.lookup(ctx, who.Org)
}

// call sends JSON to a peer's node and reads JSON back; into may be nil.
func (n *Node) call(ctx context.Context, to fraud.OrgID, path string, body, into any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write a message to %s: %w", to, err)
	}
	return n.send(ctx, to, path, "application/json", b, into)
}

func (n *Node) send(ctx context.Context, to fraud.OrgID, path, media string, body []byte, into any) error {
	p, err := n.peer(ctx, to)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("address of peer %s cannot be used: %w", to, fraud.ErrInvalid)
	}
	req.Header.Set("Content-Type", media)
	res, err := n.client.Do(req)
	if err != nil {
		return fmt.Errorf("reach the node of %s: %w", to, err)
	}
	defer res.Body.Close()
	if err := readAnswer(res, into); err != nil {
		return fmt.Errorf("node of %s: %w", to, err)
	}
	return nil
}

// post sends JSON with a client of its own and takes no answer but yes or no.
func post(ctx context.Context, client *http.Client, url string, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("address cannot be used: %w", fraud.ErrInvalid)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return readAnswer(res, nil)
}

// refusal is the body of an answer that is no.
type refusal struct {
	Error string `json:"error"`
}

// statusOf says which HTTP status stands for which of the four errors.
func statusOf(err error) int {
	switch {
	case errors.Is(err, fraud.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, fraud.ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, fraud.ErrConflict):
		return http.StatusConflict
	case errors.Is(err, fraud.ErrInvalid):
		return http.StatusUnprocessableEntity
	}
	return http.StatusInternalServerError
}

// readAnswer reads a peer's answer; a refusal becomes the error it was.
func readAnswer(res *http.Response, into any) error {
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("answer broke off: %w", err)
	}
	if len(b) > maxAnswer {
		return fmt.Errorf("answer is larger than %d bytes: %w", maxAnswer, fraud.ErrInvalid)
	}
	if res.StatusCode >= http.StatusBadRequest {
		return answerError(res.StatusCode, b)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("answer is not what was asked for: %w", fraud.ErrInvalid)
	}
	return nil
}

// errStranger says that a peer's node did not know the request for ours: it
// has not heard of our new keys yet, or one of the clocks is wrong.
var errStranger = stranger{}

type stranger struct{}

func (stranger) Error() string        { return fraud.ErrForbidden.Error() }
func (stranger) Is(target error) bool { return target == fraud.ErrForbidden }

func answerError(status int, body []byte) error {
	var no refusal
	if err := json.Unmarshal(body, &no); err != nil || no.Error == "" {
		no.Error = fmt.Sprintf("answered %d", status)
	}
	kind := map[int]error{
		http.StatusNotFound: fraud.ErrNotFound, http.StatusForbidden: fraud.ErrForbidden, http.StatusUnauthorized: errStranger,
		http.StatusConflict: fraud.ErrConflict, http.StatusUnprocessableEntity: fraud.ErrInvalid, http.StatusBadRequest: fraud.ErrInvalid,
	}[status]
	if kind == nil {
		return errors.New(no.Error)
	}
	return fmt.Errorf("%s: %w", strings.TrimSuffix(no.Error, ": "+kind.Error()), kind)
}
