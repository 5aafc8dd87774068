package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// What one organisation owes another arrives, also if the other's node is down
// for days: an agency's word, a signature, a package, a line of a joint case, a
// recall. It is written down as a [fraud.Letter] in the transaction of what it
// tells (a sealed package and a relayed word are told again by whoever repeats
// the step), tried at once, and tried again until it is taken:
//
//	decided ─▶ letter ─▶ tried ─┬▶ taken
//	                     ▲      ├▶ refused for good (told to the audit trail and to whoever is there)
//	                     └──────┴▶ not reached: put off, longer each time
//
// Every door that takes a letter takes it twice with the same result, since an
// answer can be lost.
const (
	letterStatus  = "status"
	letterSigned  = "signed"
	letterToSign  = "to_sign"
	letterSealed  = "sealed"
	letterJoint   = "joint"
	letterRecall  = "recall"
	firstPutOff   = 30 * time.Second
	longestPutOff = time.Hour
	// letterLife is after how long a letter that nobody takes is given up: a
	// year of an agency's silence is for people to settle.
	letterLife = 365 * 24 * time.Hour
	// postEvery is how often a serving node looks for letters that are due.
	postEvery = 15 * time.Second
)

// outbox guards that a letter is sent by one hand at a time in this process;
// another process may send it too, which costs a message. The zero value is
// ready.
type outbox struct {
	mu   sync.Mutex // guards busy
	busy map[int64]bool
}

// take reserves a letter; it is false while another hand sends it.
func (o *outbox) take(no int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy[no] {
		return false
	}
	if o.busy == nil {
		o.busy = map[int64]bool{}
	}
	o.busy[no] = true
	return true
}

func (o *outbox) give(no int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.busy, no)
}

// letter makes a letter with a message for one address of a peer's node.
func (n *Node) letter(to fraud.OrgID, what, ref, path string, body any) (*fraud.Letter, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write a letter to %s: %w", to, err)
	}
	return &fraud.Letter{To: to, What: what, Ref: ref, Path: path, Body: b, At: n.now().UTC()}, nil
}

// packageLetter makes a letter with which a version of a referral goes.
func (n *Node) packageLetter(to fraud.OrgID, what string, r fraud.Referral) *fraud.Letter {
	return &fraud.Letter{To: to, What: what, Ref: string(r.ID), Version: r.Version, Body: []byte("{}"), At: n.now().UTC()}
}

// errWaits says that a letter was written down and not taken yet.
var errWaits = errors.New("it is sent by itself as soon as that node answers")

// sendNow tries a letter that was just written down, and those that are due
// with it. A refusal is returned; if it waits, errWaits.
func (n *Node) sendNow(ctx context.Context, l *fraud.Letter) error {
	ctx = context.WithoutCancel(ctx) // it was decided; who asked may go
	became, err := n.deliver(ctx)
	if err != nil {
		return err
	}
	waiting, err := n.db.WaitingLetters(ctx)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(waiting, func(w fraud.Letter) bool { return w.No == l.No }); i >= 0 {
		return fmt.Errorf("%s did not take it (%s): %w", l.To, waiting[i].Problem, errWaits)
	}
	return became[l.No]
}

// told tries letters of which none need be taken at once: only refusals are
// returned.
func (n *Node) told(ctx context.Context, letters ...*fraud.Letter) error {
	became, err := n.deliver(context.WithoutCancel(ctx)) // it was decided; who asked may go
	for _, l := range letters {
		err = errors.Join(err, became[l.No])
	}
	return err
}

// deliver sends all letters that are due, and says which were refused for good.
func (n *Node) deliver(ctx context.Context) (refused map[int64]error, err error) {
	refused = map[int64]error{}
	for tried := true; tried; {
		due, err := n.db.DueLetters(ctx, n.now())
		if err != nil {
			return refused, err
		}
		tried = false
		for _, l := range due {
			if !n.out.take(l.No) {
				continue
			}
			tried = true
			if err := n.try(ctx, l, refused); err != nil {
				return refused, err
			}
		}
	}
	return refused, nil
}

// try sends one letter that was taken from the outbox, and writes down what
// came of it.
func (n *Node) try(ctx context.Context, l fraud.Letter, refused map[int64]error) error {
	defer n.out.give(l.No)
	sent := n.carryLetter(ctx, l)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	final := sent != nil && (forGood(sent) || n.now().Sub(l.At) > letterLife)
	if final {
		refused[l.No] = sent
	}
	if err := n.mark(ctx, l, sent, final); err != nil && !errors.Is(err, fraud.ErrConflict) {
		return err
	}
	return nil
}

// forGood says whether a peer's refusal will not change by asking again. Not
// found and in conflict may: what they wait for can still come; and a node that
// does not know our key yet hears of it by itself.
func forGood(err error) bool {
	return errors.Is(err, fraud.ErrForbidden) && !errors.As(err, new(stranger)) || errors.Is(err, fraud.ErrInvalid)
}

// mark writes down what came of a try.
func (n *Node) mark(ctx context.Context, l fraud.Letter, sent error, final bool) error {
	log := n.log.With(slog.Int64("letter", l.No), slog.String("peer", string(l.To)), slog.String("what", l.What), slog.String("ref", l.Ref))
	now := n.now().UTC()
	switch {
	case sent == nil:
		return n.db.EndLetter(ctx, l.No, "", now)
	case final:
		log.WarnContext(ctx, "letter refused", slog.String("error", sent.Error()))
		n.audit(ctx, "letter.refused", l.Ref, fmt.Sprintf("%s of letter %d: %v", l.To, l.No, sent), false)
		return n.db.EndLetter(ctx, l.No, sent.Error(), now)
	}
	wait := min(firstPutOff<<min(l.Tries, 10), longestPutOff)
	log.InfoContext(ctx, "letter put off", slog.Duration("for", wait), slog.String("error", sent.Error()))
	return n.db.PutOffLetter(ctx, l.No, sent.Error(), now.Add(wait))
}

// carryLetter sends one letter.
func (n *Node) carryLetter(ctx context.Context, l fraud.Letter) error {
	switch l.What {
	case letterSealed:
		return n.handIn(ctx, fraud.ReferralID(l.Ref), l.Version)
	case letterToSign:
		return n.askSignature(ctx, l.To, fraud.ReferralID(l.Ref), l.Version)
	case letterRecall:
		return n.askRecall(ctx, l)
	}
	return n.call(ctx, l.To, l.Path, json.RawMessage(l.Body), nil)
}

// keepPosting sends letters while the node serves.
func (n *Node) keepPosting(ctx context.Context) {
	tick := time.NewTicker(postEvery)
	defer tick.Stop()
	for {
		if _, err := n.deliver(n.Console(ctx)); err != nil && ctx.Err() == nil {
			n.log.ErrorContext(ctx, "letters", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Waiting are the letters that peers have not taken yet.
func (n *Node) Waiting(ctx context.Context) ([]fraud.Letter, error) { return n.db.WaitingLetters(ctx) }

// Refused are the letters that peers refused for good since a time, newest
// first: a person has to mend and repeat what each tells of.
func (n *Node) Refused(ctx context.Context, since time.Time) ([]fraud.Letter, error) {
	const most = 200 // more than a person mends
	return n.db.RefusedLetters(ctx, since, most)
}

// SendWaiting tries every waiting letter now, those that were put off too, and
// returns what still waits.
func (n *Node) SendWaiting(ctx context.Context) ([]fraud.Letter, error) {
	if err := n.decide(ctx, access.ActPost, access.Thing{Kind: access.ThingSettings}, access.Recipient{}); err != nil {
		return nil, err
	}
	n.audit(ctx, "letters.post", "", "", true)
	waiting, err := n.db.WaitingLetters(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range waiting {
		if err := n.db.HurryLetters(ctx, l.To, n.now().UTC()); err != nil {
			return nil, err
		}
	}
	if _, err := n.deliver(ctx); err != nil {
		return nil, err
	}
	return n.db.WaitingLetters(ctx)
}
