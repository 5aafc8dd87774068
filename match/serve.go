package match

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Handler is the door for the peers' nodes. The requests come through
// access.VerifyPeers, which says whose node it is.
//
//	POST /offer                        opens a match
//	GET  /{id}                         where it stands
//	POST /{id}/message                 a round's message; 202 while our people have not consented
//	PUT  /{id}/list/{name}?offset=N    a part of the offerer's list
//	GET  /{id}/list/{name}?offset=N    a part of ours
func (e *Engine) Handler() http.Handler {
	mux := http.NewServeMux()
	door := func(pattern string, f func(http.ResponseWriter, *http.Request, access.Who) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			who := access.From(r.Context())
			err := access.Decide(who, access.ActReceive, access.Thing{Kind: access.ThingMatch}, access.Recipient{}, e.c.Now()).Err()
			if err == nil {
				err = f(w, r, who)
			}
			if err != nil {
				sendError(w, err)
			}
		})
	}
	door("POST /offer", e.serveOffer)
	door("GET /{id}", e.serveStatus)
	door("POST /{id}/message", e.serveMessage)
	door("PUT /{id}/list/{name}", e.takePart)
	door("GET /{id}/list/{name}", e.givePart)
	return mux
}

func sendError(w http.ResponseWriter, err error) {
	code := http.StatusInternalServerError
	for _, c := range []struct {
		err  error
		code int
	}{{fraud.ErrInvalid, http.StatusBadRequest}, {fraud.ErrForbidden, http.StatusForbidden}, {fraud.ErrNotFound, http.StatusNotFound}, {fraud.ErrConflict, http.StatusConflict}} {
		if errors.Is(err, c.err) {
			code = c.code
		}
	}
	text := err.Error()
	if code == http.StatusInternalServerError {
		text = "this node could not do it"
	}
	sendJSON(w, code, answerError{Error: text, Broken: isCheat(err)})
}

func sendJSON(w http.ResponseWriter, code int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		code, b = http.StatusInternalServerError, []byte(`{"error":"this node could not answer"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(b) // a peer that went away asks again
}

func readBody(r *http.Request) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	if len(b) > maxAnswer {
		return nil, fmt.Errorf("request is longer than %d bytes: %w", maxAnswer, fraud.ErrInvalid)
	}
	return b, nil
}

// serveOffer keeps a peer's offer for our people to see. The same offer again
// changes nothing.
func (e *Engine) serveOffer(w http.ResponseWriter, r *http.Request, who access.Who) error {
	b, err := readBody(r)
	if err != nil {
		return err
	}
	var o offerBody
	if err := json.Unmarshal(b, &o); err != nil || o.ID == "" || len(o.ID) > 64 {
		return fmt.Errorf("offer cannot be read: %w", fraud.ErrInvalid)
	}
	t := o.Terms.Filled()
	if err := t.Valid(); err != nil {
		return err
	}
	if had, _, err := e.c.Store.Match(r.Context(), o.ID); err == nil {
		if had.Peer != who.Org || had.Offered {
			return fmt.Errorf("there is another match %s: %w", o.ID, fraud.ErrConflict)
		}
		sendJSON(w, http.StatusOK, struct{}{})
		return nil
	} else if !errors.Is(err, fraud.ErrNotFound) {
		return err
	}
	peer, err := e.c.Store.Peer(r.Context(), who.Org)
	if err != nil {
		return fmt.Errorf("find peer %s: %w", who.Org, err)
	}
	if t.Deconflict && (e.c.Org.Kind != fraud.OrgAgency || peer.Org.Kind != fraud.OrgAgency) {
		return fmt.Errorf("deconfliction is between two agencies: %w", fraud.ErrForbidden)
	}
	if err := e.budget(r.Context(), who.Org, t, 0, nil); err != nil {
		return err
	}
	s := &session{id: o.ID, with: who.Org, m: e.newMatch(o.ID, who.Org, false, t), peer: peer, state: state{Terms: t}}
	consent(&s.m.PeerConsent, fraud.MatchCount, e.c.Now())
	if err := e.save(r.Context(), s); err != nil {
		return err
	}
	sendJSON(w, http.StatusOK, struct{}{})
	return nil
}

// ofPeer finds a match of that peer; to others it does not exist.
func (e *Engine) ofPeer(r *http.Request, who access.Who) (fraud.MatchID, error) {
	id := fraud.MatchID(r.PathValue("id"))
	s, err := e.session(r.Context(), id)
	if err != nil {
		return "", err
	}
	if s.with != who.Org || s.offered {
		return "", fmt.Errorf("there is no match %s with peer %s: %w", id, who.Org, fraud.ErrNotFound)
	}
	return id, nil
}

func (e *Engine) serveStatus(w http.ResponseWriter, r *http.Request, who access.Who) error {
	id, err := e.ofPeer(r, who)
	if err != nil {
		return err
	}
	s, err := e.session(r.Context(), id)
	if err != nil {
		return err
	}
	release, err := e.hold(r.Context(), s)
	if err != nil {
		return err
	}
	defer release()
	var told []fraud.MatchStep
	for _, step := range strings.Split(r.URL.Query().Get("consent"), ",") {
		told = append(told, fraud.MatchStep(step))
	}
	if e.consented(s, told) {
		if err := e.save(r.Context(), s); err != nil {
			return err
		}
	}
	seen, err := e.c.Ledger.Witnessed(r.Context(), s.peer.Org)
	if err != nil {
		return err
	}
	st := peerStatus{Accepted: s.state.Party != nil, Step: s.m.Step, Problem: s.m.Problem, Seen: seen, Have: map[string]int{}}
	for _, step := range stepOrder() {
		if _, ok := s.m.Consent[step]; ok {
			st.Consent = append(st.Consent, step)
		}
	}
	if p := s.state.Party; p != nil {
		for name, got := range p.Got {
			st.Have[name] = len(got)
		}
		if rd, more := p.round(); more && rd.list {
			g, err := p.come(rd.name)
			if err != nil {
				return err
			}
			st.Have[rd.name] = g.n
			if g.n > 0 && g.n >= p.Size[rd.name] { // came before a restart
				if err := e.takePartOf(r.Context(), s, rd, nil); err != nil {
					return err
				}
			}
		}
	}
	sendJSON(w, http.StatusOK, st)
	return nil
}

// serveMessage answers a round's message, once our people have consented to
// the step it belongs to.
func (e *Engine) serveMessage(w http.ResponseWriter, r *http.Request, who access.Who) error {
	id, err := e.ofPeer(r, who)
	if err != nil {
		return err
	}
	msg, err := readBody(r)
	if err != nil {
		return err
	}
	var reply []byte
	wait, ctx := false, r.Context()
	_, err = e.with(ctx, id, func(s *session) error {
		p := s.state.Party
		switch {
		case over(s.m.Step) && s.m.Step != fraud.MatchIndicators:
			return fmt.Errorf("match %s is %s: %w", id, s.m.Step, fraud.ErrConflict)
		case p == nil:
			wait = true
			return nil
		}
		round, more := p.round()
		if more && round.gate != "" && !sameAsHeard(p, msg) {
			if p.below() {
				return fmt.Errorf("match %s has fewer than %d elements in common and stops at the count: %w", id, s.state.Terms.MinCount, fraud.ErrForbidden)
			}
			consent(&s.m.PeerConsent, round.gate, e.c.Now())
			if _, ok := s.m.Consent[round.gate]; !ok {
				wait = true
				return nil
			}
		}
		if reply, err = p.answer(ctx, msg); err != nil {
			return err
		}
		if round.name == "commit" {
			return e.admit(ctx, s)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case wait:
		sendJSON(w, http.StatusAccepted, struct{}{})
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(reply) // a peer that went away asks again
	}
	return nil
}

func sameAsHeard(p *party, msg []byte) bool { return p.Heard != nil && string(p.Heard) == string(msg) }

// admit holds the size that the peer committed to against our budget.
func (e *Engine) admit(ctx context.Context, s *session) error {
	c, err := s.state.Party.theirCommitment()
	if err != nil {
		return err
	}
	if err := e.budget(ctx, s.m.Peer, s.state.Terms, c.Size, s.state.Chain); err != nil {
		s.m.Step, s.m.Problem = fraud.MatchRefused, reasonOf(err)
		return err
	}
	return nil
}

// takePart takes a part of the offerer's list. A part that we have is
// answered as if it were new; one that would leave a gap is refused with the
// offset that we have.
func (e *Engine) takePart(w http.ResponseWriter, r *http.Request, who access.Who) error {
	id, err := e.ofPeer(r, who)
	if err != nil {
		return err
	}
	part, err := readBody(r)
	if err != nil {
		return err
	}
	name := r.PathValue("name")
	offset, err := strconv.Atoi(r.URL.Query().Get("offset"))
	if err != nil || offset < 0 {
		return fmt.Errorf("offset is no number: %w", fraud.ErrInvalid)
	}
	s, err := e.session(r.Context(), id)
	if err != nil {
		return err
	}
	release, err := e.hold(r.Context(), s)
	if err != nil {
		return err
	}
	defer release()
	p := s.state.Party
	if p == nil || over(s.m.Step) {
		return fmt.Errorf("match %s takes no list now: %w", id, fraud.ErrConflict)
	}
	if got, done := p.Got[name]; done && offset+len(part) <= len(got) {
		sendJSON(w, http.StatusOK, struct{}{})
		return nil
	}
	rd, more := p.round()
	if !more || !rd.list || rd.name != name {
		return fmt.Errorf("no list %q is due: %w", name, fraud.ErrConflict)
	}
	g, err := p.come(name)
	if err != nil {
		return err
	}
	if offset != g.n {
		return fmt.Errorf("list %s goes on at %d, not at %d: %w", name, g.n, offset, fraud.ErrConflict)
	}
	if err := e.takePartOf(r.Context(), s, rd, part); err != nil {
		return err
	}
	sendJSON(w, http.StatusOK, struct{}{})
	return nil
}

// takePartOf works on a part of the offerer's list and saves the match when
// the list is whole.
func (e *Engine) takePartOf(ctx context.Context, s *session, rd round, part []byte) error {
	done, err := s.state.Party.receive(ctx, rd, part)
	e.note(ctx, s, err)
	if done || err != nil {
		err = errors.Join(err, e.save(ctx, s))
	}
	return err
}

// givePart gives a part of our list: fewer bytes than a whole part end it.
// It is given only when the offerer's own list is here, so that neither
// chooses its points or tags by the other's.
func (e *Engine) givePart(w http.ResponseWriter, r *http.Request, who access.Who) error {
	id, err := e.ofPeer(r, who)
	if err != nil {
		return err
	}
	offset, err := strconv.Atoi(r.URL.Query().Get("offset"))
	if err != nil || offset < 0 {
		return fmt.Errorf("offset is no number: %w", fraud.ErrInvalid)
	}
	name := r.PathValue("name")
	s, err := e.session(r.Context(), id)
	if err != nil {
		return err
	}
	release, err := e.hold(r.Context(), s)
	if err != nil {
		return err
	}
	defer release()
	p := s.state.Party
	if p == nil || over(s.m.Step) || p.Got[name] == nil {
		return fmt.Errorf("list %q is not to be had yet: %w", name, fraud.ErrConflict)
	}
	list := p.Mine[name]
	if offset > len(list) {
		return fmt.Errorf("list %s has %d bytes: %w", name, len(list), fraud.ErrInvalid)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(list[offset:min(offset+chunk, len(list))]) // a peer that went away asks again
	return nil
}
