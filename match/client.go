package match

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ringbreaker.example/fraud"
)

// chunk is how much of a list travels at once, in bytes.
const chunk = 1 << 19

// maxAnswer bounds what we read of a peer's answer, in bytes.
const maxAnswer = 8 << 20

// peerStatus is what a node tells the other about a match.
type peerStatus struct {
	Accepted bool              `json:"accepted"`
	Step     fraud.MatchStep   `json:"step"`
	Problem  string            `json:"problem,omitempty"`
	Consent  []fraud.MatchStep `json:"consent"`
	Seen     int64             `json:"seen"` // leaves of the asker's ledger that it has witnessed
	Have     map[string]int    `json:"have"` // bytes of the lists that are still coming
}

// answerError is a peer's refusal.
type answerError struct {
	Error  string `json:"error"`
	Broken bool   `json:"broken,omitempty"` // the peer says that we were caught
}

// offerBody opens a match.
type offerBody struct {
	ID    fraud.MatchID `json:"id"`
	Terms Terms         `json:"terms"`
}

// call sends a request to the peer's node.
func (e *Engine) call(ctx context.Context, peer fraud.Peer, method, path string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(peer.URL, "/")+e.c.Prefix+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := e.c.Client.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("call the node of peer %s: %w", peer.Org.ID, err)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return 0, nil, fmt.Errorf("read the answer of peer %s: %w", peer.Org.ID, err)
	}
	if len(b) > maxAnswer {
		return 0, nil, fmt.Errorf("answer of peer %s is longer than %d bytes: %w", peer.Org.ID, maxAnswer, fraud.ErrInvalid)
	}
	return resp.StatusCode, b, nil
}

// refused turns an answer that is no success into an error. A peer that says
// it caught us ends the match here too.
func refused(s *session, code int, body []byte) error {
	var a answerError
	if json.Unmarshal(body, &a) != nil || a.Error == "" {
		a.Error = "no reason given"
	}
	a.Error = plain(a.Error)
	if a.Broken {
		s.m.Step, s.m.Problem = fraud.MatchBroken, "the peer broke it off: "+a.Error
	}
	kind := fraud.ErrInvalid
	switch code {
	case http.StatusForbidden:
		kind = fraud.ErrForbidden
	case http.StatusNotFound:
		kind = fraud.ErrNotFound
	case http.StatusConflict:
		kind = fraud.ErrConflict
	}
	return fmt.Errorf("peer %s answered %d, %s: %w", s.m.Peer, code, a.Error, kind)
}

// plain makes a peer's text fit for a line of ours.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "") + "…"
	}
	return s
}

func matchPath(id fraud.MatchID, rest string) string { return "/" + url.PathEscape(string(id)) + rest }

func (e *Engine) sendOffer(ctx context.Context, s *session) error {
	b, err := json.Marshal(offerBody{ID: s.m.ID, Terms: s.state.Terms})
	if err != nil {
		return fmt.Errorf("write offer: %w", err)
	}
	code, answer, err := e.call(ctx, s.peer, http.MethodPost, "/offer", b)
	if err == nil && code != http.StatusOK {
		err = refused(s, code, answer)
	}
	return err
}

// Advance does all that can be done now in a match: for one that we offered
// it works through the rounds with the peer's node until a consent is missing
// or the match is over. After a lost connection it takes up where it was. For
// a match that the peer offered it changes nothing: that side drives.
func (e *Engine) Advance(ctx context.Context, id fraud.MatchID) (fraud.Match, error) {
	for anew := 0; ; {
		again := false
		m, err := e.with(ctx, id, func(s *session) error {
			var err error
			again, err = e.once(ctx, s)
			return err
		})
		if errors.Is(err, errAnew) && anew < sayAnew {
			anew++
			continue
		}
		if err != nil || !again {
			return m, err
		}
	}
}

// errAnew is of a message that the peer could not take because the world went
// on while it was made, and that is made anew; sayAnew bounds how often.
var errAnew = fmt.Errorf("what was said is to be said anew: %w", fraud.ErrConflict)

const sayAnew = 3

// once does one round and says whether there may be another.
func (e *Engine) once(ctx context.Context, s *session) (bool, error) {
	if !s.m.Offered || over(s.m.Step) {
		return false, nil
	}
	st, err := e.ask(ctx, s)
	if err != nil || !st.Accepted || over(s.m.Step) {
		return false, err
	}
	if s.state.Party == nil {
		if err := e.enter(ctx, s, offerer); err != nil {
			return false, err
		}
	}
	p := s.state.Party
	r, more := p.round()
	if !more || p.below() && r.gate != "" {
		return false, nil
	}
	if r.gate != "" {
		_, ours := s.m.Consent[r.gate]
		_, peers := s.m.PeerConsent[r.gate]
		if !ours || !peers {
			return false, nil
		}
	}
	p.seenByPeer = st.Seen
	if r.list {
		return true, e.trade(ctx, s, r, st.Have[r.name])
	}
	return e.talk(ctx, s, r)
}

// ask learns where the peer is; an offer that it does not know is sent again.
func (e *Engine) ask(ctx context.Context, s *session) (peerStatus, error) {
	var st peerStatus
	var ours []string
	for _, step := range stepOrder() {
		if _, ok := s.m.Consent[step]; ok {
			ours = append(ours, string(step))
		}
	}
	code, body, err := e.call(ctx, s.peer, http.MethodGet, matchPath(s.m.ID, "?consent="+strings.Join(ours, ",")), nil)
	if err != nil {
		return st, err
	}
	if code == http.StatusNotFound && s.state.Party == nil {
		return st, e.sendOffer(ctx, s)
	}
	if code != http.StatusOK {
		return st, refused(s, code, body)
	}
	if err := json.Unmarshal(body, &st); err != nil {
		return st, fmt.Errorf("status from peer %s cannot be read: %w", s.m.Peer, fraud.ErrInvalid)
	}
	e.consented(s, st.Consent)
	if st.Step == fraud.MatchRefused || st.Step == fraud.MatchBroken {
		s.m.Step, s.m.Problem = st.Step, "the peer says: "+plain(st.Problem)
	}
	return st, nil
}

// consented notes the peer's consents.
func (e *Engine) consented(s *session, steps []fraud.MatchStep) (more bool) {
	for _, step := range steps {
		if _, had := s.m.PeerConsent[step]; !had && slices.Contains(stepOrder(), step) {
			consent(&s.m.PeerConsent, step, e.c.Now())
			more = true
		}
	}
	return more
}

// talk exchanges the messages of a round.
func (e *Engine) talk(ctx context.Context, s *session, r round) (bool, error) {
	p := s.state.Party
	msg, err := p.say(ctx, r)
	if err != nil {
		return false, err
	}
	if err := e.save(ctx, s); err != nil { // what was sent can be sent again
		return false, err
	}
	code, reply, err := e.call(ctx, s.peer, http.MethodPost, matchPath(s.m.ID, "/message"), msg)
	switch {
	case err != nil:
		return false, err
	case code == http.StatusAccepted: // the peer's people have not consented yet
		return false, nil
	case code != http.StatusOK:
		if r.name == "commit" && code == http.StatusConflict {
			p.Pending = nil // the peer has seen more of our ledger meanwhile
			if err = refused(s, code, reply); !over(s.m.Step) {
				err = fmt.Errorf("%w: %w", err, errAnew)
			}
			return false, err
		}
		return false, refused(s, code, reply)
	}
	if err := p.hear(ctx, r, reply); err != nil {
		return false, err
	}
	if r.name == "commit" {
		c, err := p.theirCommitment()
		if err != nil {
			return false, err
		}
		if err := e.budget(ctx, s.m.Peer, s.state.Terms, c.Size, s.state.Chain); err != nil {
			s.m.Step, s.m.Problem = fraud.MatchRefused, reasonOf(err)
			return false, err
		}
	}
	return true, nil
}

func reasonOf(err error) string {
	return strings.TrimSuffix(err.Error(), ": "+fraud.ErrForbidden.Error())
}

// trade gives our list and takes the peer's, from where both are.
func (e *Engine) trade(ctx context.Context, s *session, r round, sent int) error {
	mine := s.state.Party.Mine[r.name]
	for sent < len(mine) {
		hi := min(sent+chunk, len(mine))
		code, body, err := e.call(ctx, s.peer, http.MethodPut, matchPath(s.m.ID, "/list/"+r.name+"?offset="+strconv.Itoa(sent)), mine[sent:hi])
		if err != nil {
			return err
		}
		if code != http.StatusOK {
			return refused(s, code, body)
		}
		sent = hi
		s.state.Party.tell(r.name, "send", sent, len(mine))
	}
	g, err := s.state.Party.come(r.name)
	if err != nil {
		return err
	}
	for done := false; !done; {
		if g.n >= s.state.Party.Size[r.name] { // came before a restart
			_, err := s.state.Party.receive(ctx, r, nil)
			return err
		}
		code, body, err := e.call(ctx, s.peer, http.MethodGet, matchPath(s.m.ID, "/list/"+r.name+"?offset="+strconv.Itoa(g.n)), nil)
		if err != nil {
			return err
		}
		if code != http.StatusOK {
			return refused(s, code, body)
		}
		if len(body) == 0 {
			return caught("ended its list of %s early", r.name)
		}
		if done, err = s.state.Party.receive(ctx, r, body); err != nil {
			return err
		}
	}
	return nil
}
