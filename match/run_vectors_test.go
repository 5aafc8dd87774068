package match

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

// runVector is docs/spec/vectors/match-run.json: a whole match between two
// sides whose every secret is published, message by message.
type runVector struct {
	What       string             `json:"what"`
	Match      fraud.MatchID      `json:"match"`
	Terms      Terms              `json:"terms"`
	At         time.Time          `json:"at"`
	A          runSide            `json:"a"`
	B          runSide            `json:"b"`
	Rounds     []runRound         `json:"rounds"`
	Transcript string             `json:"transcript"` // after the last message
	Matched    []string           `json:"matched"`    // tags, ascending
	ReportA    *fraud.MatchReport `json:"report_a"`
	ReportB    *fraud.MatchReport `json:"report_b"`
}

// runSide is what one side brings and draws, in hex where it is bytes.
type runSide struct {
	Org      fraud.OrgID  `json:"org"`
	SignSeed string       `json:"sign_seed"` // Ed25519
	Seed     string       `json:"seed"`
	Key      string       `json:"key"`
	LabelKey string       `json:"label_key"`
	Coin     string       `json:"coin"`
	Order    []int        `json:"order"` // by position: an element's place, or -1 less a sentinel's number
	Elements []runElement `json:"elements"`
}

type runElement struct {
	Kind     fraud.Kind     `json:"kind"`
	Value    string         `json:"value"`
	Ring     fraud.RingID   `json:"ring"`
	Relation fraud.LinkKind `json:"relation"`
	Reports  int            `json:"reports"`
	Digests  []string       `json:"digests"`
}

// runRound is a message each way as it travels, or a list each way in hex.
type runRound struct {
	Round string `json:"round"`
	List  bool   `json:"list,omitempty"`
	A     string `json:"a"`
	B     string `json:"b"`
}

// drawn are the rounds whose messages hold fresh random numbers of their
// proofs, so that nobody makes the same bytes twice.
func drawn(name string) bool {
	return name == "audit" || name == "ask" || strings.HasPrefix(name, "open-") || strings.HasPrefix(name, "show-")
}

// side makes a side out of what is published of it.
func (v runVector) side(t *testing.T, role string) *party {
	t.Helper()
	mine, peer := v.A, v.B
	if role == answerer {
		mine, peer = v.B, v.A
	}
	key := ed25519.NewKeyFromSeed(unhex(t, mine.SignSeed))
	pub, _ := ed25519.NewKeyFromSeed(unhex(t, peer.SignSeed)).Public().(ed25519.PublicKey)
	var set []Element
	for _, e := range mine.Elements {
		x := Element{Indicator: fraud.Indicator{Kind: e.Kind, Value: e.Value}, Ring: e.Ring, Relation: e.Relation, Reports: e.Reports, Bits: 10}
		for _, d := range e.Digests {
			x.Evidence = append(x.Evidence, Evidence{Digest: [32]byte(unhex(t, d))})
		}
		set = append(set, x)
	}
	p, err := newParty(v.Match, role, mine.Org, peer.Org, v.Terms, set, env{sign: key, verify: pub, now: func() time.Time { return v.At }})
	if err != nil {
		t.Fatal(err)
	}
	p.Set.Seed, p.Set.Key, p.Set.LabelKey, p.Set.Coin = [32]byte(unhex(t, mine.Seed)), unhex(t, mine.Key), unhex(t, mine.LabelKey), [32]byte(unhex(t, mine.Coin))
	for at, i := range mine.Order {
		if p.Set.Order[at] = uint32(i); i < 0 {
			p.Set.Order[at] = isSentinel | uint32(-1-i)
		}
	}
	return p
}

// made is the match to publish, before its messages.
func made() runVector {
	h := func(parts ...string) string {
		var all [][]byte
		for _, p := range parts {
			all = append(all, []byte(p))
		}
		d := digest("vector", all...)
		return hex.EncodeToString(d[:])
	}
	scalar := func(what string) string {
		d := digest("vector", []byte(what))
		return hex.EncodeToString(encodeScalar(curve().HashToScalar(d[:], []byte(labelDST))))
	}
	v := runVector{
		What: "a whole match between two sides whose secrets are published; the sides keep no ledger here (docs/spec/ledger.md has vectors of its own)",
		// Every kind that stands in the sets, and one that does not.
		Match: "M-VECTOR0000000001", At: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		Terms: Terms{Kinds: []fraud.Kind{fraud.Phone, fraud.UPI, fraud.Domain, fraud.Wallet}, MinReports: 2, Audit: 3, Open: 1, Sentinels: 2, Batch: 2}.Filled(),
		A:     runSide{Org: "alder", Order: []int{3, -1, 0, 5, 1, -2, 4, 2}},
		B:     runSide{Org: "birch", Order: []int{-2, 1, 4, 2, 0, 3, -1}},
	}
	phone := func(n string) fraud.Indicator { return fraud.Indicator{Kind: fraud.Phone, Value: "+1212555" + n} }
	lists := map[string][]fraud.Indicator{
		"a": {phone("0101"), phone("0102"), phone("0103"), {Kind: fraud.UPI, Value: "mule@bank"}, {Kind: fraud.Domain, Value: "help-desk.example"}, phone("0104")},
		"b": {phone("0102"), phone("0103"), phone("0199"), {Kind: fraud.UPI, Value: "mule@bank"}, {Kind: fraud.Domain, Value: "other-desk.example"}},
	}
	for name, s := range map[string]*runSide{"a": &v.A, "b": &v.B} {
		s.SignSeed, s.Seed, s.Coin, s.Key, s.LabelKey = h(name, "sign"), h(name, "seed"), h(name, "coin"), scalar(name+" key"), scalar(name+" label key")
		for i, x := range lists[name] {
			e := runElement{Kind: x.Kind, Value: x.Value, Ring: fraud.RingID(name + "-ring-" + string(rune('1'+i/2))), Relation: fraud.SameOperator, Reports: 2 + i}
			if x.Kind == fraud.UPI {
				e.Ring, e.Relation = fraud.RingID(name+"-launderer"), fraud.SameLaunderer
			}
			for k := range 2 {
				e.Digests = append(e.Digests, h(name, x.Value, string(rune('1'+k))))
			}
			slices.Sort(e.Digests)
			s.Elements = append(s.Elements, e)
		}
		// The places that order names: by kind and value.
		slices.SortFunc(s.Elements, func(x, y runElement) int {
			if (fraud.Indicator{Kind: x.Kind, Value: x.Value}).Less(fraud.Indicator{Kind: y.Kind, Value: y.Value}) {
				return -1
			}
			return 1
		})
	}
	return v
}

// play runs the match and writes down what travels.
func (v *runVector) play(t *testing.T) {
	t.Helper()
	pa, pb := v.side(t, offerer), v.side(t, answerer)
	for {
		r, more := pa.round()
		if !more {
			break
		}
		said := runRound{Round: r.name, List: r.list}
		if r.list {
			said.A, said.B = hex.EncodeToString(pa.Mine[r.name]), hex.EncodeToString(pb.Mine[r.name])
		} else {
			said.A = string(sayNow(t, t.Context(), pa))
		}
		if _, _, err := exchange(t.Context(), pa, pb, r); err != nil {
			t.Fatalf("round %s: %v", r.name, err)
		}
		if !r.list {
			said.B = string(pb.Answered)
		}
		v.Rounds = append(v.Rounds, said)
	}
	v.Transcript = hex.EncodeToString(pa.Transcript[:])
	for _, x := range pa.Matched {
		v.Matched = append(v.Matched, hex.EncodeToString(x[:]))
	}
	v.ReportA, v.ReportB = &pa.Report, &pb.Report
}

// hears plays one side of the published match against the other's published
// words. What holds no fresh random numbers it must say in the very same
// bytes.
func (v runVector) hears(t *testing.T, role string) *party {
	t.Helper()
	ctx, p := context.Background(), v.side(t, role)
	for _, said := range v.Rounds {
		r, more := p.round()
		if !more || r.name != said.Round || r.list != said.List {
			t.Fatalf("%s: round %s is published, ours is %s", role, said.Round, r.name)
		}
		mine, theirs := said.A, said.B
		if role == answerer {
			mine, theirs = said.B, said.A
		}
		if r.list {
			if got := hex.EncodeToString(p.Mine[r.name]); got != mine {
				t.Errorf("%s: list %s is %s, published is %s", role, r.name, got, mine)
			}
			if err := hand(ctx, p, r, unhex(t, theirs)); err != nil {
				t.Fatalf("%s: list %s: %v", role, r.name, err)
			}
			continue
		}
		if role == offerer {
			if got := sayNow(t, ctx, p); string(got) != mine && !drawn(r.name) {
				t.Errorf("%s: round %s\n%s\npublished\n%s", role, r.name, got, mine)
			}
			p.Pending = []byte(mine)
			if err := p.hear(ctx, r, []byte(theirs)); err != nil {
				t.Fatalf("%s: round %s: %v", role, r.name, err)
			}
			continue
		}
		before := *p
		if got, err := p.answer(ctx, []byte(theirs)); err != nil || string(got) != mine && !drawn(r.name) {
			t.Fatalf("%s: round %s: %v\n%s\npublished\n%s", role, r.name, err, got, mine)
		}
		if drawn(r.name) { // our own words are the published ones from here on
			var heard, own envelope
			if err := json.Unmarshal([]byte(theirs), &heard); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(mine), &own); err != nil {
				t.Fatal(err)
			}
			p.Transcript = before.Transcript
			p.absorb(heard)
			if !ed25519.Verify(p.env.sign.Public().(ed25519.PublicKey), own.signed(), own.Sig) || !bytes.Equal(own.Transcript, p.Transcript[:]) {
				t.Errorf("%s: the published message of round %s is not signed over its course", role, r.name)
			}
			p.absorb(own)
		}
	}
	if _, more := p.round(); more {
		t.Errorf("%s: the published match ends early", role)
	}
	return p
}

// A program that was written by docs/spec and shares no code with ours finds
// every vector of docs/spec/vectors right.
func TestTheVectorsHoldForAnotherProgram(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED ALOUD: python3 is not installed, so the other program cannot run")
	}
	said, err := exec.CommandContext(t.Context(), python, filepath.Join("..", "scripts", "interop", "vectors.py")).CombinedOutput()
	if err != nil || !bytes.Contains(said, []byte("match-run")) || !bytes.Contains(said, []byte("things hold")) {
		t.Errorf("%v\n%s", err, said)
	}
}

func TestAWholeMatchIsAsPublished(t *testing.T) {
	path := filepath.Join("..", "docs", "spec", "vectors", "match-run.json")
	if *update {
		v := made()
		v.play(t)
		b, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v runVector
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if want := made(); v.A.Seed != want.A.Seed || len(v.Rounds) < 18 || len(v.Matched) != 3 {
		t.Fatalf("not the match that this test publishes: %d rounds, %d in common", len(v.Rounds), len(v.Matched))
	}
	for role, want := range map[string]*fraud.MatchReport{offerer: v.ReportA, answerer: v.ReportB} {
		p := v.hears(t, role)
		if got := hex.EncodeToString(p.Transcript[:]); got != v.Transcript {
			t.Errorf("%s: transcript %s, published %s", role, got, v.Transcript)
		}
		got, err := json.Marshal(p.Report)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := json.Marshal(want); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: report %s, published %s", role, got, want)
		}
	}
}
