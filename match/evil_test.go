package match

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cloudflare/circl/group"

	"ringbreaker.example/fraud"
)

// These tests stand inside the package because the liar must: what a cheating
// peer does cannot be said through an honest party's doors.

func invented(org string, from, n int) []Element {
	out := make([]Element, n)
	for i := range out {
		v := fmt.Sprintf("+1%03d5550%03d", 200+(from+i)/1000, (from+i)%1000)
		out[i] = Element{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: v}, Ring: fraud.RingID(fmt.Sprintf("%s-%d", org, (from+i)/5)), Bits: 10}
		for k := range 2 {
			out[i].Evidence = append(out[i].Evidence, Evidence{Report: fraud.ReportID(fmt.Sprintf("%s/%s-%d", org, v, k)), Digest: sha256.Sum256([]byte(fmt.Sprint(org, v, k)))})
		}
	}
	return out
}

// lie is what b does wrong, and when: before its side of a round is made.
type lie struct {
	name  string
	round string
	list  bool
	do    func(t *testing.T, b *party)
	after func(b *party) // and when its side is made
	terms func(*Terms)
	want  string // what a says of it
}

func (l lie) run(t *testing.T) error {
	t.Helper()
	terms := Terms{MinReports: 2, Batch: 4, Audit: 8, Sentinels: 16}.Filled()
	if l.terms != nil {
		l.terms(&terms)
	}
	pa, pb, err := pair(invented("a", 0, 40), invented("b", 30, 40), terms)
	if err != nil {
		t.Fatal(err)
	}
	for {
		r, more := pa.round()
		if !more {
			return nil
		}
		if r.name == l.round && r.list == l.list && l.do != nil {
			l.do(t, pb)
		}
		if _, _, err := exchange(t.Context(), pa, pb, r); err != nil {
			return err
		}
		if r.name == l.round && r.list == l.list && l.after != nil {
			l.after(pb)
		}
	}
}

func TestALiarIsCaughtAndTheMatchNamesTheLie(t *testing.T) {
	for _, l := range []lie{
		{name: "works with another key", round: "tags", do: func(t *testing.T, b *party) {
			b.Set.Key = encodeScalar(randomScalar())
			if err := errors.Join(b.feed("points", 0, b.Got["points"]), b.usePoints(b.Got["points"])); err != nil {
				t.Fatal(err)
			}
		}, want: "did not raise our points"},
		{name: "spoils half of the tags", round: "tags", do: func(_ *testing.T, b *party) {
			tags := b.sortedTags()
			for i := range tags {
				if i%2 == 0 {
					tags[i][8] ^= 1
				}
			}
			b.Mine["tags"] = packTags(tags)
		}, want: "did not raise our points"},
		{name: "drops tags", round: "tags", do: func(_ *testing.T, b *party) { b.Mine["tags"] = packTags(b.sortedTags()[1:]) }, want: "tags that cannot be read"},
		{name: "gives a tag twice", round: "tags", do: func(_ *testing.T, b *party) {
			tags := b.sortedTags()
			tags[1] = tags[0]
			b.Mine["tags"] = packTags(tags)
		}, want: "tags that cannot be read"},
		{name: "sends other points than announced", round: "points", list: true, do: func(_ *testing.T, b *party) {
			b.Mine["points"] = bytes.Clone(b.Mine["points"])
			copy(b.Mine["points"], b.Mine["points"][pointLen:2*pointLen])
		}, want: "other points than it had announced"},
		{name: "counts too few", round: "result", do: func(_ *testing.T, b *party) { b.Matched = b.Matched[1:] }, want: "elements in common where we count"},
		{name: "tosses another coin", round: "result", do: func(_ *testing.T, b *party) { b.Set.Coin[0] ^= 1 }, want: "another coin"},
		{name: "shows other kinds", round: "kinds", do: func(_ *testing.T, b *party) { b.Set.Elements[0].Indicator.Kind = fraud.Email }, want: "other kinds than it had committed"},
		{name: "inserts a guess after committing", round: "blind", do: func(_ *testing.T, b *party) {
			// One element becomes a guess that a holds; nothing of it was committed to.
			b.Set.Elements[39].Indicator.Value = "+12005550005"
		}, want: "commit"},
		{name: "asks for a ring that did not match", round: "ask", do: func(_ *testing.T, b *party) {
			free := 0 // a point of a's that does not match
			for slices.Contains(places(b), free) {
				free++
			}
			at := places(b)[0]
			swap(b.PeerPts, at, free)
			swap(b.Got["labels"], at, free)
		}, want: "asked for the ring of something that does not match"},
		{name: "mixes two labels", round: "ask", do: func(_ *testing.T, b *party) {
			at := places(b)
			swap(b.Got["labels"], at[0], at[9])
		}, want: "changed a label"},
		{
			name: "names another ring", round: "rings", do: func(_ *testing.T, b *party) { b.Labels[3][0] ^= 1 },
			after: func(b *party) { b.Labels[3][0] ^= 1 }, want: "named another ring",
		},
		{name: "opens a place that did not match", round: "open-0", do: func(_ *testing.T, b *party) {
			at := places(b)
			b.TagsOf = bytes.Clone(b.TagsOf)
			i := 0
			for slices.Contains(at, i) {
				i++
			}
			copy(b.TagsOf[i*tagLen:], b.TagsOf[at[0]*tagLen:(at[0]+1)*tagLen])
			for n := range tagLen {
				b.TagsOf[at[0]*tagLen+n] = 0
			}
			b.at = nil
		}, want: "opened a match"},
		{name: "shows another value", round: "show-0", do: func(_ *testing.T, b *party) { b.Opened[0] = (b.Opened[0] + 1) % 40 }, want: "showed another value"},
		{name: "claims more reports than it committed to", round: "show-0", do: func(_ *testing.T, b *party) {
			b.Set.Elements[b.Opened[0]].Reports = 99
		}, want: "had not committed to"},
		{name: "hides the audited evidence", round: "audit", do: func(_ *testing.T, b *party) {
			for i := range b.Set.Elements {
				b.Set.Elements[i].Evidence = b.Set.Elements[i].Evidence[:1]
			}
		}, want: "failed the audit"},
		{name: "commits to elements on fewer reports than agreed", round: "commit", do: func(_ *testing.T, b *party) {
			for i := range b.Set.Elements {
				b.Set.Elements[i].Evidence = b.Set.Elements[i].Evidence[:1]
			}
		}, want: "does not rest on the reports that were agreed"},
		{name: "counts one report for two", round: "commit", do: func(_ *testing.T, b *party) {
			for i := range b.Set.Elements {
				b.Set.Elements[i].Evidence[1] = b.Set.Elements[i].Evidence[0]
			}
		}, want: "counts a report twice"},
		{name: "commits to a kind that was not agreed", round: "commit", do: func(_ *testing.T, b *party) {
			for i := range b.Set.Elements {
				b.Set.Elements[i].Indicator.Kind = fraud.Email
			}
		}, terms: func(t *Terms) { t.Kinds, t.Open = []fraud.Kind{fraud.Phone}, 8 }, want: "was not opened whole"},
		{name: "swaps the evidence under audit", round: "audit", do: func(_ *testing.T, b *party) {
			for i := range b.Set.Elements {
				b.Set.Elements[i].Evidence[0].Digest[0] ^= 1
			}
		}, want: "failed the audit"},
	} {
		t.Run(l.name, func(t *testing.T) {
			err := l.run(t)
			if !isCheat(err) || !errors.Is(err, fraud.ErrConflict) || !strings.Contains(err.Error(), l.want) {
				t.Errorf("got %v, want the peer caught: %q", err, l.want)
			}
		})
	}
}

// places are where the matched tags stand among the peer's points.
func places(p *party) []int {
	at, err := p.positions()
	if err != nil {
		panic(err) // in memory nothing can be lost
	}
	return at
}

func swap(list []byte, i, j int) {
	a, b := list[i*pointLen:(i+1)*pointLen], list[j*pointLen:(j+1)*pointLen]
	t := bytes.Clone(a)
	copy(a, b)
	copy(b, t)
}

func TestTheHonestAreNeverCaught(t *testing.T) {
	for _, open := range []int{0, 8} {
		if err := (lie{terms: func(t *Terms) { t.Open = open }}).run(t); err != nil {
			t.Error(err)
		}
	}
}

// A peer that probes with keys of its own for single elements sees which of
// them match. The audit of whole elements finds it, as likely as it opens one
// of them.
func TestAnElementUnderAKeyOfItsOwnIsFoundByTheWholeAudit(t *testing.T) {
	terms := Terms{MinReports: 2, Audit: 40, Open: 40, Sentinels: 16}.Filled()
	pa, pb, err := pair(invented("a", 0, 40), invented("b", 30, 40), terms)
	if err != nil {
		t.Fatal(err)
	}
	for {
		r, more := pa.round()
		if !more {
			t.Fatal("not caught")
		}
		if r.name == "points" {
			list := pb.Mine["points"]
			for at := range pb.Set.Order {
				if i, ok := pb.Set.at(at); ok && i == 7 {
					p, err := pointAt(list, at)
					if err != nil {
						t.Fatal(err)
					}
					copy(list[at*pointLen:], encodePoint(p.Mul(p, randomScalar())))
				}
			}
			pa.Want["points"] = hash(list) // it would have announced these
		}
		if _, _, err = exchange(t.Context(), pa, pb, r); err != nil {
			break
		}
	}
	if !isCheat(err) || !strings.Contains(err.Error(), "key it had committed to") {
		t.Errorf("got %v, want it caught by the audit", err)
	}
}

func hash(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

// A peer that knows our public key can make tags that match points of its
// own. They count, but they cannot be opened.
func TestAMadeUpMatchIsCaughtWhenItIsOpened(t *testing.T) {
	terms := Terms{MinReports: 2, Audit: 4, Sentinels: 8}.Filled()
	pa, pb, err := pair(invented("a", 0, 40), invented("b", 30, 40), terms)
	if err != nil {
		t.Fatal(err)
	}
	u := randomScalar()
	for {
		r, more := pa.round()
		if !more {
			t.Fatal("not caught")
		}
		if r.name == "points" {
			copy(pb.Mine["points"], encodePoint(curve().NewElement().MulGen(u)))
			pa.Want["points"] = hash(pb.Mine["points"])
		}
		if r.name == "tags" && !r.list {
			c, err := pb.theirCommitment()
			if err != nil {
				t.Fatal(err)
			}
			key, err := decodePoint(c.Key)
			if err != nil {
				t.Fatal(err)
			}
			made := tagOf(encodePoint(curve().NewElement().Mul(key, u)))
			copy(pb.TagsOf, made[:]) // in the place of one of a's points; a sentinel is hit one time in six
			pb.Mine["tags"] = packTags(pb.sortedTags())
		}
		if _, _, err = exchange(t.Context(), pa, pb, r); err != nil {
			break
		}
	}
	if !isCheat(err) {
		t.Errorf("got %v, want the peer caught", err)
	}
}

func TestBadPointsAreRefused(t *testing.T) {
	// RFC 9496 A.3: encodings that are not canonical, negative, not square, …
	for _, h := range []string{
		"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
		"c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
		"26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
		"0000000000000000000000000000000000000000000000000000000000000000", // the identity
		"00",
	} {
		b, err := hex.DecodeString(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodePoint(b); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", h, err)
		}
	}
}

func TestABadPointInAListBreaksTheMatch(t *testing.T) {
	for name, bad := range map[string][]byte{"identity": make([]byte, 32), "not canonical": bytes.Repeat([]byte{0xff}, 32)} {
		t.Run(name, func(t *testing.T) {
			pa, pb, err := pair(invented("a", 0, 20), invented("b", 10, 20), Terms{Audit: 4}.Filled())
			if err != nil {
				t.Fatal(err)
			}
			for {
				r, _ := pa.round()
				if r.list {
					copy(pb.Mine["points"][5*pointLen:], bad)
					pa.Want["points"] = hash(pb.Mine["points"])
				}
				if _, _, err = exchange(t.Context(), pa, pb, r); err != nil {
					break
				}
			}
			if !isCheat(err) || !strings.Contains(err.Error(), "bad point at 5") {
				t.Errorf("got %v, want the bad point named", err)
			}
		})
	}
}

func TestAPointTwiceBreaksTheMatch(t *testing.T) {
	pa, pb, err := pair(invented("a", 0, 20), invented("b", 10, 20), Terms{Audit: 4}.Filled())
	if err != nil {
		t.Fatal(err)
	}
	for {
		r, _ := pa.round()
		if r.list {
			copy(pb.Mine["points"], pb.Mine["points"][pointLen:2*pointLen])
			pa.Want["points"] = hash(pb.Mine["points"])
		}
		if _, _, err = exchange(t.Context(), pa, pb, r); err != nil {
			break
		}
	}
	if !isCheat(err) || !strings.Contains(err.Error(), "a point twice") {
		t.Errorf("got %v, want the double named", err)
	}
}

func TestAMessageOfAnotherMatchOrRoundIsRefused(t *testing.T) {
	ctx := t.Context()
	pa, pb, err := pair(invented("a", 0, 20), invented("b", 10, 20), Terms{Audit: 4}.Filled())
	if err != nil {
		t.Fatal(err)
	}
	old := sayNow(t, ctx, pa)
	r, _ := pa.round()
	if _, _, err := exchange(ctx, pa, pb, r); err != nil {
		t.Fatal(err)
	}
	if again, err := pb.answer(ctx, old); err != nil || !bytes.Equal(again, pb.Answered) {
		t.Errorf("the last message again: got %v, want the same reply", err)
	}
	r, _ = pa.round()
	if _, _, err := exchange(ctx, pa, pb, r); err != nil {
		t.Fatal(err)
	}
	next := pb.Next
	if _, err := pb.answer(ctx, old); !errors.Is(err, fraud.ErrConflict) || isCheat(err) || pb.Next != next {
		t.Errorf("an old message: got %v, want it refused and nothing changed", err)
	}
	// The right round with another course: the peer cannot deny what was said.
	var e envelope
	if err := json.Unmarshal(sayNow(t, ctx, pa), &e); err != nil {
		t.Fatal(err)
	}
	e.Transcript[0] ^= 1
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pb.answer(ctx, raw); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("another course: got %v, want the signature refused", err)
	}
	// The same, signed: the peer says that the match went another way.
	e.Sig = ed25519.Sign(pa.env.sign, e.signed())
	if raw, err = json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	if _, err := pb.answer(ctx, raw); !isCheat(err) || !strings.Contains(err.Error(), "another course") || pb.Next != next {
		t.Errorf("another course, signed: got %v, want the peer caught", err)
	}
	// And the other way round: an answer to something that was not said.
	good := sayNow(t, ctx, pa)
	reply, err := pb.answer(ctx, good)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(reply, &e); err != nil {
		t.Fatal(err)
	}
	e.Transcript[0] ^= 1
	e.Sig = ed25519.Sign(pb.env.sign, e.signed())
	if raw, err = json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	r, _ = pa.round()
	if err := pa.hear(ctx, r, raw); !isCheat(err) || !strings.Contains(err.Error(), "another course") {
		t.Errorf("an answer of another course, signed: got %v, want the peer caught", err)
	}
	// Another match between the same two.
	qa, _, err := pair(invented("a", 0, 20), invented("b", 10, 20), Terms{Audit: 4}.Filled())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pb.answer(ctx, sayNow(t, ctx, qa)); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("another match: got %v, want ErrConflict", err)
	}
}

func sayNow(t *testing.T, ctx context.Context, p *party) []byte {
	t.Helper()
	r, _ := p.round()
	b, err := p.say(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A list of points says nothing to one who guesses values: without the key,
// no guess can be told from any other. What the sides send of one set under
// two matches has no point in common.
func TestTwoMatchesOfOneSetShareNoPoint(t *testing.T) {
	set := invented("a", 0, 50)
	seen := map[string]bool{}
	for range 3 {
		p, _, err := pair(set, set, Terms{}.Filled())
		if err != nil {
			t.Fatal(err)
		}
		list, err := p.Set.points(0, func(int, int) {})
		if err != nil {
			t.Fatal(err)
		}
		for i := range len(list) / pointLen {
			at := string(list[i*pointLen : (i+1)*pointLen])
			if seen[at] {
				t.Fatal("a point came twice")
			}
			seen[at] = true
		}
		root, err := p.Set.root()
		if err != nil || seen[string(root[:])] {
			t.Fatalf("root came twice, %v", err)
		}
		seen[string(root[:])] = true
	}
}

func TestPowersAreProvenTogetherAndOnlyIfTrue(t *testing.T) {
	k := randomScalar()
	key := publicKey(k)
	var from, to []group.Element
	for i := range 40 {
		p := hashToGroup([]byte{byte(i)})
		from, to = append(from, p), append(to, curve().NewElement().Mul(p, k))
	}
	proof, err := prove(k, key, from, to)
	if err != nil || !proved(key, from, to, proof) {
		t.Fatalf("a true proof is refused: %v", err)
	}
	for i := range proof {
		bad := bytes.Clone(proof)
		bad[i] ^= 1
		if proved(key, from, to, bad) {
			t.Errorf("byte %d changed and still a proof", i)
		}
	}
	to[17] = curve().NewElement().Mul(from[17], randomScalar())
	if lie, err := prove(k, key, from, to); err == nil && proved(key, from, to, lie) {
		t.Error("a wrong power is proven")
	}
	if proved(key, from, to[:39], proof) || proved(make([]byte, 32), from, to, proof) {
		t.Error("a proof of other things holds")
	}
}

// A peer that takes back or swaps what it had committed to in the match
// before cannot prove that its tree was only added to.
func TestASetThatWasChangedBetweenMatchesIsCaught(t *testing.T) {
	for name, change := range map[string]func(*ownSet){
		"swapped":           func(s *ownSet) { s.Old[3].Indicator.Value = "+12005559999" },
		"on other evidence": func(s *ownSet) { s.Old[3].Evidence[0].Digest[0] ^= 1 },
		"other key":         func(s *ownSet) { s.Key = encodeScalar(randomScalar()) },
		"":                  func(*ownSet) {},
	} {
		t.Run("set "+name, func(t *testing.T) {
			pa, pb, terms := afterADay(t)
			qa, errA := continued(pa, "M-2", terms, invented("a", 0, 45), pa.env)
			qb, errB := continued(pb, "M-2", terms, invented("b", 30, 50), pb.env)
			if err := errors.Join(errA, errB); err != nil {
				t.Fatal(err)
			}
			change(qb.Set)
			qb.Set.tree = nil // a liar commits to what it has now
			for n := range qb.Set.past {
				qb.Set.past[n].Tree, qb.Set.past[n].Leaves = piece{}, piece{}
			}
			var err error
			for {
				r, more := qa.round()
				if !more {
					break
				}
				if _, _, err = exchange(t.Context(), qa, qb, r); err != nil {
					break
				}
			}
			if name == "" {
				if err != nil || qa.Report.Count != 15 {
					t.Errorf("an honest day: got %d in common, %v; want 15", qa.Report.Count, err)
				}
				return
			}
			if !isCheat(err) || !strings.Contains(err.Error(), "changed its set") {
				t.Errorf("got %v, want it caught", err)
			}
		})
	}
}
