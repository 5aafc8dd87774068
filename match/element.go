package match

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// Element is one indicator of a set: what it belongs to, and the reports it
// rests on.
type Element struct {
	Indicator fraud.Indicator `json:"indicator"`
	Ring      fraud.RingID    `json:"ring,omitempty"` // or the supplier's or launderer's id
	Relation  fraud.LinkKind  `json:"relation"`       // how it ties to Ring; empty means same operator
	Bits      float64         `json:"bits"`           // what it is worth as evidence
	Reports   int             `json:"reports"`        // that hold it
	Evidence  []Evidence      `json:"evidence"`       // at least Terms.MinReports of them
}

// Evidence is a report behind an element, by its name and its digest: the
// leaf that the ledger holds for it. Under Terms.Casework it is any record of
// the ledger, by the hash of its leaf (ledger.LeafHash) and the leaf's index.
type Evidence struct {
	Report fraud.ReportID `json:"report"`
	Digest [32]byte       `json:"digest"`
	Leaf   int64          `json:"leaf,omitempty"`
}

// Terms are what both sides agree to before a match: they stand in the offer
// and, by their hash, in both commitments.
type Terms struct {
	Kinds      []fraud.Kind     `json:"kinds"`       // what the sets may hold; empty means all that identify
	MinReports int              `json:"min_reports"` // behind each element
	MinCount   int              `json:"min_count"`   // fewer elements in common than this and the match stops at the count
	MaxSet     int              `json:"max_set"`     // elements a side
	Audit      int              `json:"audit"`       // elements whose evidence is shown, value hidden
	Open       int              `json:"open"`        // elements opened whole in the audit; shows values that may not match
	Sentinels  int              `json:"sentinels"`   // points without a value by which each checks the other's work
	Batch      int              `json:"batch"`       // indicators opened at a time
	Basis      fraud.ShareBasis `json:"basis"`       // why the match is lawful
	// Epoch keeps both sides' keys after this match, so that a later one can
	// continue it; Continues names the match that this one continues. Then only
	// what is new travels and costs.
	Epoch     bool          `json:"epoch,omitempty"`
	Continues fraud.MatchID `json:"continues,omitempty"`
	// Deconflict is between two agencies: at the count both learn whether they
	// look at the same target and whom to call, and no number.
	Deconflict bool `json:"deconflict,omitempty"`
	// Casework is of a deconfliction: the sets hold what the agencies' cases and
	// operations are about too, and the audit shows no leaf's text, but that a
	// leaf with the committed hash is in the ledger.
	Casework bool `json:"casework,omitempty"`
}

// maxValue is how many bytes the value of an element may have: longer than any
// address that browsers of every age take.
const maxValue = 4096

// Plain says whether a value may stand in a set: one line, not too long.
func Plain(value string) bool {
	return value != "" && len(value) <= maxValue && !strings.ContainsAny(value, "\x00\r\n")
}

// Limits of every match.
const (
	maxSet       = 4 << 20
	maxSentinels = 1 << 12
	maxAudit     = 1 << 8
	maxBatch     = 1 << 12
	maxEvidence  = 64  // digests an element commits to
	maxContact   = 200 // bytes
)

// Filled returns the terms with their defaults written out: all kinds, one
// report, two elements in common (one, of a deconfliction), a million a side, 32 audited with values
// hidden and none whole, 64 sentinels, 32 opened at a time.
func (t Terms) Filled() Terms {
	if len(t.Kinds) == 0 {
		t.Kinds = identifying()
	}
	t.Kinds = slices.Compact(slices.Sorted(slices.Values(t.Kinds)))
	least := 2
	if t.Deconflict {
		least = 1
	}
	for _, d := range []struct {
		v *int
		d int
	}{{&t.MinReports, 1}, {&t.MinCount, least}, {&t.MaxSet, 1 << 20}, {&t.Audit, 32}, {&t.Sentinels, 64}, {&t.Batch, 32}} {
		if *d.v == 0 {
			*d.v = d.d
		}
	}
	return t
}

// Valid returns fraud.ErrInvalid for terms that no match can be run under.
func (t Terms) Valid() error {
	bad := func(what string) error { return fmt.Errorf("terms of the match: %s: %w", what, fraud.ErrInvalid) }
	for _, k := range t.Kinds {
		if kindCode(k) == 0 {
			return bad("a kind that does not identify")
		}
	}
	switch {
	case len(t.Kinds) == 0:
		return bad("no kinds")
	case t.Casework && !t.Deconflict:
		return bad("casework goes into a deconfliction between agencies only")
	case t.MinReports < 1 || t.MinReports > maxEvidence:
		return bad(fmt.Sprintf("an element rests on 1 to %d reports", maxEvidence))
	case t.MinCount < 1:
		return bad("the least count is at least 1")
	case t.MaxSet < 1 || t.MaxSet > maxSet:
		return bad(fmt.Sprintf("a set holds 1 to %d elements", maxSet))
	case t.Audit < 0 || t.Audit > maxAudit || t.Open < 0 || t.Open > t.Audit:
		return bad(fmt.Sprintf("up to %d elements are audited, and no more opened than audited", maxAudit))
	case t.Sentinels < 1 || t.Sentinels > maxSentinels:
		return bad(fmt.Sprintf("1 to %d sentinels", maxSentinels))
	case t.Batch < 1 || t.Batch > maxBatch:
		return bad(fmt.Sprintf("1 to %d indicators are opened at a time", maxBatch))
	}
	return nil
}

// kinds that a set may hold, in the order of their codes, from 1
// (docs/spec/match.md). New kinds go at the end.
func identifying() []fraud.Kind {
	return []fraud.Kind{
		fraud.Phone, fraud.Email, fraud.URL, fraud.Domain, fraud.IP, fraud.RemoteID, fraud.RemoteHost, fraud.BankAccount,
		fraud.UPI, fraud.Wallet, fraud.TxID, fraud.CardDescriptor, fraud.MerchantID, fraud.Company, fraud.TaxID,
		fraud.PersonAlias, fraud.Handle, fraud.Tracker, fraud.Script, fraud.Image, fraud.File, fraud.IMEI, fraud.ICCID,
	}
}

// kindCode is a kind's byte on the wire, 0 for one that does not identify; 0
// is also the code of a sentinel.
func kindCode(k fraud.Kind) byte { return byte(slices.Index(identifying(), k) + 1) }

func kindOf(code byte) (fraud.Kind, bool) {
	all := identifying()
	if code == 0 || int(code) > len(all) {
		return "", false
	}
	return all[code-1], true
}

// relations in the order of their codes.
func relations() []fraud.LinkKind {
	return []fraud.LinkKind{fraud.SameOperator, fraud.SameSupplier, fraud.SameLaunderer}
}

// input is what is hashed to the group: kind, a zero byte, value.
func input(i fraud.Indicator) []byte {
	return append(append([]byte(i.Kind), 0), i.Value...)
}

// prepare checks a set against the terms, orders it and returns it; doubles,
// kinds that were not agreed and elements on too few reports are
// fraud.ErrInvalid, so that nothing goes in unnoticed.
func prepare(set []Element, t Terms) ([]Element, error) {
	out, err := checked(set, t)
	switch {
	case err != nil:
		return nil, err
	case len(out) == 0:
		return nil, fmt.Errorf("set is empty: nothing rests on %d reports yet: %w", t.MinReports, fraud.ErrInvalid)
	case len(out) > t.MaxSet:
		return nil, tooMany(len(out), t)
	}
	return out, nil
}

func tooMany(n int, t Terms) error {
	return fmt.Errorf("set holds %d elements, at most %d were agreed: %w", n, t.MaxSet, fraud.ErrInvalid)
}

// checked is prepare without a word on the size.
func checked(set []Element, t Terms) ([]Element, error) {
	out := make([]Element, 0, len(set))
	for _, e := range set {
		e.Evidence = slices.Clone(e.Evidence)
		slices.SortFunc(e.Evidence, func(a, b Evidence) int { return bytes.Compare(a.Digest[:], b.Digest[:]) })
		e.Evidence = slices.CompactFunc(e.Evidence, func(a, b Evidence) bool { return a.Digest == b.Digest })
		e.Reports = max(e.Reports, len(e.Evidence))
		if len(e.Evidence) > maxEvidence {
			e.Evidence = e.Evidence[:maxEvidence]
		}
		if e.Relation == "" {
			e.Relation = fraud.SameOperator
		}
		switch {
		case !slices.Contains(t.Kinds, e.Indicator.Kind):
			return nil, fmt.Errorf("set holds a %s, which was not agreed: %w", e.Indicator.Kind, fraud.ErrInvalid)
		case !Plain(e.Indicator.Value):
			return nil, fmt.Errorf("set holds a %s that is not in canonical form: %w", e.Indicator.Kind, fraud.ErrInvalid)
		case len(e.Evidence) < t.MinReports:
			return nil, fmt.Errorf("set holds a %s on %d reports, %d were agreed: %w", e.Indicator.Kind, len(e.Evidence), t.MinReports, fraud.ErrInvalid)
		case !slices.Contains(relations(), e.Relation):
			return nil, fmt.Errorf("set holds a %s with an unknown relation: %w", e.Indicator.Kind, fraud.ErrInvalid)
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Element) int {
		if a.Indicator.Less(b.Indicator) {
			return -1
		}
		if b.Indicator.Less(a.Indicator) {
			return 1
		}
		return 0
	})
	for i := 1; i < len(out); i++ {
		if out[i].Indicator == out[i-1].Indicator {
			return nil, fmt.Errorf("set holds a %s twice: %w", out[i].Indicator.Kind, fraud.ErrInvalid)
		}
	}
	return out, nil
}

// Collect makes a set out of rings: each indicator of a ring, and each
// supplier or launderer it is tied to, with the reports of the ring that hold
// it. behind gives the reports that hold an indicator; use says what may go
// in (access.Decide on each: holds, marks, safe list). Indicators on fewer
// than the agreed reports are left out, and so are numbers that phones only
// displayed. An indicator of two rings goes in
// once, under the ring where it is worth most.
func Collect(rings []fraud.Ring, t Terms, behind func(fraud.Indicator) []Evidence, use func(fraud.Indicator, fraud.Ring) bool) []Element {
	best := map[fraud.Indicator]Element{}
	add := func(e Element, r fraud.Ring) {
		if kindCode(e.Indicator.Kind) == 0 || !slices.Contains(t.Kinds, e.Indicator.Kind) || !use(e.Indicator, r) {
			return
		}
		old, there := best[e.Indicator]
		if there && (old.Bits > e.Bits || old.Bits == e.Bits && old.Ring <= e.Ring) {
			return
		}
		e.Evidence = behind(e.Indicator)
		if e.Reports = max(e.Reports, len(e.Evidence)); len(e.Evidence) >= t.MinReports {
			best[e.Indicator] = e
		}
	}
	for _, r := range rings {
		for _, i := range r.Indicators {
			if i.Role == fraud.RoleShownCallerID {
				continue // what a phone displayed may be an innocent's number
			}
			add(Element{Indicator: i.Indicator, Ring: r.ID, Relation: fraud.SameOperator, Bits: i.Bits, Reports: i.Reports}, r)
		}
		for _, tie := range r.Suppliers {
			add(Element{Indicator: tie.Indicator, Ring: fraud.RingID(tie.ID), Relation: fraud.SameSupplier, Bits: tie.Bits, Reports: tie.Reports}, r)
		}
		for _, tie := range r.Launderers {
			add(Element{Indicator: tie.Indicator, Ring: fraud.RingID(tie.ID), Relation: fraud.SameLaunderer, Bits: tie.Bits, Reports: tie.Reports}, r)
		}
	}
	out := make([]Element, 0, len(best))
	for _, e := range best {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Element) int { return strings.Compare(a.Indicator.String(), b.Indicator.String()) })
	return out
}

// digest hashes parts that cannot run into each other: a label, then each
// part with its length in eight bytes.
func digest(label string, parts ...[]byte) [32]byte {
	h := sha256.New()
	h.Write([]byte("ringbreaker/match/1/" + label + "\n"))
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	return [32]byte(h.Sum(nil))
}

func unix(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
