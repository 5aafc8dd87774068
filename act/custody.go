package act

import (
	"context"
	"fmt"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Handover is an item passing from who holds it to somebody else.
type Handover struct {
	Item   fraud.SeizureID
	To     string
	Place  string
	Why    string
	Seal   string // as found; empty means the seal of the event before
	SHA256 string // hashed again at this hand-over, where it is data
}

// HandOver records both sides of a hand-over: the holder's release and the
// taker's receipt. Where the two stand at two phones, use [Service.Release]
// and [Service.Take]; a release that nobody took is a gap until it is taken.
func (s *Service) HandOver(ctx context.Context, h Handover) ([]fraud.CustodyEvent, error) {
	given, err := s.Release(ctx, h)
	if err != nil {
		return nil, err
	}
	taken, err := s.Take(ctx, h)
	if err != nil {
		return []fraud.CustodyEvent{given}, err
	}
	return []fraud.CustodyEvent{given, taken}, nil
}

// Release records that the holder gave the item to h.To.
func (s *Service) Release(ctx context.Context, h Handover) (fraud.CustodyEvent, error) {
	last, err := s.lastEvent(ctx, h.Item)
	if err != nil {
		return fraud.CustodyEvent{}, err
	}
	return s.addEvent(ctx, last, fraud.CustodyEvent{
		Item: h.Item, Act: fraud.CustodyReleased, From: last.Holder, Holder: h.To,
		Place: h.Place, Why: h.Why, Seal: h.Seal, SHA256: h.SHA256,
	})
}

// Take records that h.To has the item, as the last event said it should.
// Taking what was not released is recorded too, and shows as a gap.
func (s *Service) Take(ctx context.Context, h Handover) (fraud.CustodyEvent, error) {
	last, err := s.lastEvent(ctx, h.Item)
	if err != nil {
		return fraud.CustodyEvent{}, err
	}
	from := last.Holder
	if last.Act == fraud.CustodyReleased {
		from = last.From
	}
	return s.addEvent(ctx, last, fraud.CustodyEvent{
		Item: h.Item, Act: fraud.CustodyReceived, From: from, Holder: h.To,
		Place: h.Place, Why: h.Why, Seal: h.Seal, SHA256: h.SHA256,
	})
}

// handling are the acts of Examine: the holder does not change.
var handling = map[fraud.CustodyAct]bool{
	fraud.CustodyExamined: true, fraud.CustodyImaged: true, fraud.CustodyResealed: true,
	fraud.CustodyReturned: true, fraud.CustodyDestroyed: true,
}

// Examine records what the holder did with the item: examined, imaged,
// resealed, returned to its owner or destroyed by order. seal is the seal
// after it, empty if it is the one before; sum is the hash taken at it.
func (s *Service) Examine(ctx context.Context, item fraud.SeizureID, act fraud.CustodyAct, place, why, seal, sum string) (fraud.CustodyEvent, error) {
	if !handling[act] {
		return fraud.CustodyEvent{}, fmt.Errorf("custody act is not one of examined, imaged, resealed, returned, destroyed: %w", fraud.ErrInvalid)
	}
	last, err := s.lastEvent(ctx, item)
	if err != nil {
		return fraud.CustodyEvent{}, err
	}
	return s.addEvent(ctx, last, fraud.CustodyEvent{
		Item: item, Act: act, From: last.Holder, Holder: last.Holder, Place: place, Why: why, Seal: seal, SHA256: sum,
	})
}

func (s *Service) lastEvent(ctx context.Context, item fraud.SeizureID) (fraud.CustodyEvent, error) {
	if _, err := s.door(ctx, access.ActCustody, thing(string(item))); err != nil {
		return fraud.CustodyEvent{}, err
	}
	chain, err := s.store.Custody(ctx, item)
	if err != nil {
		return fraud.CustodyEvent{}, fmt.Errorf("read the custody of item %s: %w", item, err)
	}
	if len(chain) == 0 {
		return fraud.CustodyEvent{}, fmt.Errorf("item %s has no custody: was it seized: %w", item, fraud.ErrNotFound)
	}
	return chain[len(chain)-1], nil
}

// addEvent appends e after last. What contradicts the chain is still
// written: it is what happened, and Gaps shows it.
func (s *Service) addEvent(ctx context.Context, last, e fraud.CustodyEvent) (fraud.CustodyEvent, error) {
	if err := required("who holds it", e.Holder, "place", e.Place, "reason", e.Why); err != nil {
		return e, err
	}
	if e.SHA256 != "" && !sha256Form.MatchString(e.SHA256) {
		return e, fmt.Errorf("sha-256 of item %s must be 64 lower-case hex digits: %w", e.Item, fraud.ErrInvalid)
	}
	if e.Seal == "" {
		e.Seal = last.Seal
	}
	e.At, e.By = s.now().UTC(), access.From(ctx).Person
	kept, err := s.store.AddCustody(ctx, e)
	if err != nil {
		return kept, fmt.Errorf("record the custody of item %s: %w", e.Item, err)
	}
	return kept, nil
}

// Custody returns an item's chain with its gaps.
func (s *Service) Custody(ctx context.Context, item fraud.SeizureID) ([]fraud.CustodyEvent, []Gap, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(item))); err != nil {
		return nil, nil, err
	}
	chain, err := s.store.Custody(ctx, item)
	if err != nil {
		return nil, nil, fmt.Errorf("read the custody of item %s: %w", item, err)
	}
	return chain, Gaps(chain), nil
}

// Gap is a place where a custody chain does not hold, with a sentence for the
// person who must explain it.
type Gap struct {
	Seq  int    // the event at which it shows
	Kind string // "order", "holder", "one_sided", "seal", "hash", "time", "chain", "after_end"
	Says string
}

// Gaps finds every place where a chain does not hold. It looks at the
// records alone and mends nothing: a gap is shown, never hidden. An empty
// chain is itself a gap.
func Gaps(chain []fraud.CustodyEvent) []Gap {
	if len(chain) == 0 {
		return []Gap{{Kind: "order", Says: "There is no record of who held this item."}}
	}
	var gaps []Gap
	add := func(e fraud.CustodyEvent, kind, format string, args ...any) {
		gaps = append(gaps, Gap{Seq: e.Seq, Kind: kind, Says: fmt.Sprintf(format, args...)})
	}
	sum := ""
	for i, e := range chain {
		if want, err := e.ChainHash(); err != nil || want != e.Hash {
			add(e, "chain", "Event %d was changed after it was written: its hash is not its content's.", e.Seq)
		}
		if e.Seq != i+1 {
			add(e, "order", "Event %d stands where event %d should.", e.Seq, i+1)
		}
		if i == 0 {
			if e.Act != fraud.CustodySeized || e.Prev != "" {
				add(e, "order", "The chain does not begin with the seizure.")
			}
		} else {
			gaps = append(gaps, between(chain[i-1], e)...)
		}
		if e.SHA256 != "" && sum != "" && e.SHA256 != sum {
			add(e, "hash", "The hash taken at event %d is not the one before: the content changed.", e.Seq)
		}
		if e.SHA256 != "" {
			sum = e.SHA256
		}
	}
	if last := chain[len(chain)-1]; last.Act == fraud.CustodyReleased {
		add(last, "one_sided", "%s gave it away at event %d; nobody has signed for it yet.", last.From, last.Seq)
	}
	return gaps
}

// breaksSeal are the acts after which another seal is lawful.
var breaksSeal = map[fraud.CustodyAct]bool{fraud.CustodyExamined: true, fraud.CustodyImaged: true, fraud.CustodyResealed: true}

// between finds what does not hold from one event to the next.
func between(a, b fraud.CustodyEvent) []Gap {
	var gaps []Gap
	add := func(kind, format string, args ...any) {
		gaps = append(gaps, Gap{Seq: b.Seq, Kind: kind, Says: fmt.Sprintf(format, args...)})
	}
	if b.Prev != a.Hash {
		add("chain", "Event %d does not name the hash of event %d: an event is missing or was changed.", b.Seq, a.Seq)
	}
	if b.At.Before(a.At) {
		add("time", "Event %d is earlier than event %d.", b.Seq, a.Seq)
	}
	if a.Act == fraud.CustodyReturned || a.Act == fraud.CustodyDestroyed {
		add("after_end", "Event %d comes after the item was %s.", b.Seq, a.Act)
	}
	switch {
	case b.Act == fraud.CustodySeized:
		add("order", "Event %d seizes the item again.", b.Seq)
	case a.Act == fraud.CustodyReleased && b.Act == fraud.CustodyReceived:
		if b.From != a.From || !samePerson(b.Holder, a.Holder) {
			add("holder", "It was given to %s at event %d and %s signed for it at event %d.", a.Holder, a.Seq, b.Holder, b.Seq)
		}
	case b.Act == fraud.CustodyReceived:
		add("one_sided", "%s took it at event %d; %s did not sign that it was given.", b.Holder, b.Seq, a.Holder)
	case a.Act == fraud.CustodyReleased:
		add("one_sided", "It was given to %s at event %d, who never signed for it.", a.Holder, a.Seq)
	case b.From != "" && !samePerson(b.From, a.Holder):
		add("holder", "Event %d says that %s had it, event %d that %s did.", b.Seq, b.From, a.Seq, a.Holder)
	}
	if b.Seal != a.Seal && !breaksSeal[b.Act] {
		add("seal", "Seal %q at event %d became %q at event %d without being opened.", a.Seal, a.Seq, b.Seal, b.Seq)
	}
	return gaps
}

func samePerson(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}
