package watch

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// Scene is what a scan looks at.
type Scene struct {
	Rings []fraud.Ring
	// Times are when a ring's reports happened, as far as they are known; a
	// ring without an entry is judged by its tenures alone.
	Times      map[fraud.RingID][]time.Time
	Signatures []fraud.Signature
	At         time.Time
}

// The thresholds of a return. Merging two reports into one ring takes about
// as much (DESIGN §7.5); the grace is for calls of before the raid that are
// told after it.
const (
	returnBits  = 12.0           // over families, shared evidence capped
	aloneBits   = 18.0           // with which a single report after the raid is enough
	sharedBits  = 3.0            // all that shared evidence may add, in sum
	minReports  = 2              // after the disruption, below aloneBits
	grace       = 48 * time.Hour // after the disruption
	hourReports = 20             // on each side, before hours of calling count
	hourBits    = 2.0            // most that hours add
	manyRings   = 3              // a value in this many rings is shared
)

// Scan holds the rings of now against what survives of the broken ones, and
// returns an alert for each that seems to be one of those again: which, what
// it kept in bits, what is new, and since when. Of several broken rings the
// one that explains a ring best is named. Sorted by bits, most first.
func Scan(s Scene) []fraud.Alert {
	spread := holders(s.Rings)
	var out []fraud.Alert
	for _, ring := range s.Rings {
		best, found := fraud.Alert{}, false
		for _, sig := range s.Signatures {
			a, ok := returned(ring, sig, s.Times[ring.ID], spread, s.At)
			if ok && (!found || a.Bits > best.Bits || (a.Bits == best.Bits && a.Broken < best.Broken)) {
				best, found = a, true
			}
		}
		if found {
			out = append(out, best)
		}
	}
	slices.SortFunc(out, func(a, b fraud.Alert) int {
		switch {
		case a.Bits > b.Bits:
			return -1
		case a.Bits < b.Bits:
			return 1
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// holders counts in how many rings a value stands, ties among them: what
// many hold is a supplier's, a launderer's or nobody's.
func holders(rings []fraud.Ring) map[fraud.Indicator]int {
	n := map[fraud.Indicator]int{}
	for _, ring := range rings {
		seen := map[fraud.Indicator]bool{}
		for _, x := range ring.Indicators {
			seen[x.Indicator] = true
		}
		for _, tie := range ties(ring) {
			seen[tie.Indicator] = true
		}
		for i := range seen {
			n[i]++
		}
		for _, tie := range ties(ring) {
			n[tie.Indicator] = max(n[tie.Indicator], manyRings)
		}
	}
	return n
}

// evidence gathers what a ring kept, the strongest per family.
type evidence struct {
	kept   []fraud.Cause
	family map[fraud.Family]float64
	shared float64
	blocks map[string]bool
	alias  bool // a name that an agent used has been counted
}

func (e *evidence) add(c fraud.Cause, isShared bool) {
	e.kept = append(e.kept, c)
	if c.Indicator.Kind == fraud.PersonAlias {
		if e.alias {
			return // agents are called Kevin and Alex everywhere: one says as much as five
		}
		e.alias = true
	}
	if isShared {
		e.shared = max(e.shared, min(c.Bits, sharedBits))
		return
	}
	// The second value of a family adds a little: it does not come by itself.
	if have := e.family[c.Family]; c.Bits > have {
		e.family[c.Family] = c.Bits + have/4
	} else {
		e.family[c.Family] = have + c.Bits/4
	}
}

func (e *evidence) bits() float64 {
	sum := e.shared
	for _, f := range []fraud.Family{fraud.FamilyContact, fraud.FamilyWeb, fraud.FamilyMoney, fraud.FamilyRemote, fraud.FamilyScript, fraud.FamilyIdentity} {
		sum += e.family[f]
	}
	return sum
}

// own is the evidence without what several rings share.
func (e *evidence) own() float64 { return e.bits() - e.shared }

// returned says whether ring looks like the broken one again.
func returned(ring fraud.Ring, sig fraud.Signature, times []time.Time, spread map[fraud.Indicator]int, at time.Time) (fraud.Alert, bool) {
	from := sig.Disrupted.Add(grace)
	if !ring.Harm.LastAt.IsZero() && ring.Harm.LastAt.Before(from) {
		return fraud.Alert{}, false
	}
	e := compare(ring, sig, spread, from)
	if len(e.kept) == 0 {
		return fraud.Alert{}, false
	}
	after, since := activity(ring, times, from, at)
	if after == 0 {
		return fraud.Alert{}, false
	}
	bits := e.bits() + likeHours(sig.Hours, times, from)
	if e.own() == 0 || bits < returnBits || (after < minReports && e.own() < aloneBits) {
		return fraud.Alert{}, false
	}
	slices.SortStableFunc(e.kept, func(a, b fraud.Cause) int { return compareCauses(a, b) })
	a := fraud.Alert{
		ID: alertID("return", string(sig.Ring), string(ring.ID)), Kind: fraud.AlertReturn, Ring: ring.ID, Broken: sig.Ring,
		Kept: e.kept, New: fresh(ring, sig), Bits: math.Round(bits*10) / 10, Since: since.UTC(), At: at.UTC(),
	}
	a.Says = says(a, after)
	return a, true
}

func compareCauses(a, b fraud.Cause) int {
	switch {
	case a.Bits > b.Bits:
		return -1
	case a.Bits < b.Bits:
		return 1
	case a.Indicator.Less(b.Indicator):
		return -1
	case b.Indicator.Less(a.Indicator):
		return 1
	}
	return 0
}

// compare finds what of the signature the ring shows after the disruption.
func compare(ring fraud.Ring, sig fraud.Signature, spread map[fraud.Indicator]int, from time.Time) *evidence {
	e := &evidence{family: map[fraud.Family]float64{}, blocks: map[string]bool{}}
	kept, blocks := map[fraud.Indicator]fraud.RingIndicator{}, map[string]fraud.RingIndicator{}
	for _, k := range sig.Keeps {
		kept[k.Indicator] = k
		if b := block(k.Value); k.Kind == fraud.Phone && b != "" {
			blocks[b] = k
		}
	}
	seen := map[fraud.Indicator]bool{}
	for _, x := range ring.Indicators {
		if seen[x.Indicator] || !survives(x) || x.Tenure.To.Before(from) {
			continue
		}
		seen[x.Indicator] = true
		p := priors[x.Kind]
		cause := fraud.Cause{Indicator: x.Indicator, Role: x.Role, Family: p.family, Tenure: x.Tenure, Reports: x.Reports, Texts: x.Texts}
		if k, ok := kept[x.Indicator]; ok {
			shared := spread[x.Indicator] >= manyRings
			cause.Bits = min(bitsOf(k), bitsOf(x))
			cause.Why = fmt.Sprintf("the %s was used before the disruption, last on %s, and is used again", name(x.Kind), day(k.Tenure.To))
			if shared {
				cause.Bits = min(cause.Bits, sharedBits)
				cause.Why += "; several rings share it, so it counts little"
			}
			e.add(cause, shared)
			continue
		}
		b := block(x.Value)
		if k, ok := blocks[b]; ok && x.Kind == fraud.Phone && b != "" && !e.blocks[b] && x.Tenure.From.After(from) {
			e.blocks[b] = true
			cause.Bits = blockBits
			cause.Why = fmt.Sprintf("the number is from the same block of a hundred as one of the broken ring, last used on %s", day(k.Tenure.To))
			e.add(cause, false)
		}
	}
	return e
}

// activity counts the reports after from, and says when the first happened.
// Without times, the tenures of the ring's values stand in.
func activity(ring fraud.Ring, times []time.Time, from, at time.Time) (n int, since time.Time) {
	note := func(t time.Time, k int) {
		if t.Before(from) || t.After(at) {
			return
		}
		n += k
		if since.IsZero() || t.Before(since) {
			since = t
		}
	}
	if len(times) > 0 {
		for _, t := range times {
			note(t, 1)
		}
		return n, since
	}
	for _, x := range ring.Indicators {
		if x.Tenure.From.After(from) {
			note(x.Tenure.From, max(1, x.Reports))
		} else {
			note(x.Tenure.To, 1)
		}
	}
	return n, since
}

// fresh are the values that the broken ring did not have and that first show
// after it was disrupted.
func fresh(ring fraud.Ring, sig fraud.Signature) []fraud.Indicator {
	had := map[fraud.Indicator]bool{}
	for _, k := range sig.Keeps {
		had[k.Indicator] = true
	}
	var out []fraud.Indicator
	for _, x := range ring.Indicators {
		if !had[x.Indicator] && survives(x) && x.Tenure.From.After(sig.Disrupted) {
			had[x.Indicator] = true
			out = append(out, x.Indicator)
		}
	}
	slices.SortFunc(out, func(a, b fraud.Indicator) int {
		switch {
		case a.Less(b):
			return -1
		case b.Less(a):
			return 1
		}
		return 0
	})
	return out
}

// likeHours is what the hours of calling add: the cosine of the two clocks,
// once both have enough calls to show a shift.
func likeHours(before [24]int, times []time.Time, from time.Time) float64 {
	var after [24]int
	for _, t := range times {
		if !t.Before(from) {
			count(&after, t)
		}
	}
	var n, m int
	var dot, a2, b2 float64
	for i := range before {
		n, m = n+before[i], m+after[i]
		dot += float64(before[i] * after[i])
		a2 += float64(before[i] * before[i])
		b2 += float64(after[i] * after[i])
	}
	if n < hourReports || m < hourReports {
		return 0
	}
	const like = 0.8 // two day shifts in different places stay below it
	return max(0, (dot/math.Sqrt(a2*b2)-like)/(1-like)) * hourBits
}

// says is the alert in one sentence.
func says(a fraud.Alert, reports int) string {
	var kinds []string
	for _, c := range a.Kept {
		if n := name(c.Indicator.Kind); !slices.Contains(kinds, n) {
			kinds = append(kinds, n)
		}
	}
	what := strings.Join(kinds[:min(3, len(kinds))], ", ")
	if a.Ring == a.Broken {
		return fmt.Sprintf("Ring %s, disrupted before, is active again since %s: it kept its %s; %d values are new; %d reports since.", a.Ring, day(a.Since), what, len(a.New), reports)
	}
	return fmt.Sprintf("Ring %s looks like the disrupted ring %s returning since %s: it kept its %s; %d values are new; %d reports since.", a.Ring, a.Broken, day(a.Since), what, len(a.New), reports)
}

// name is a kind as a sentence says it.
func name(k fraud.Kind) string {
	if k == fraud.PersonAlias {
		return "agent's name"
	}
	return strings.ReplaceAll(string(k), "_", " ")
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

// alertID is the same for the same finding, so that it is told once.
func alertID(parts ...string) string {
	return fraud.DerivedID("alert", sha256.Sum256([]byte(strings.Join(parts, "\x00"))))
}

// Growth returns an alert for each ring that grows faster than chance: at
// least five reports in the last thirty days, and more than the thirty before
// by three times what chance would give. It is told once a month.
func Growth(rings []fraud.Ring, at time.Time) []fraud.Alert {
	var out []fraud.Alert
	for _, r := range rings {
		now, was := r.Harm.Last30d, r.Harm.Before30
		if now < 5 || float64(now-was) < 3*math.Sqrt(float64(was+1)) {
			continue
		}
		out = append(out, fraud.Alert{
			ID: alertID("growth", string(r.ID), at.UTC().Format("2006-01")), Kind: fraud.AlertGrowth, Ring: r.ID,
			Says:  fmt.Sprintf("Ring %s grows: %d reports in the last 30 days, %d in the 30 before.", r.ID, now, was),
			Since: r.Harm.FirstAt.UTC(), At: at.UTC(),
		})
	}
	slices.SortFunc(out, func(a, b fraud.Alert) int { return strings.Compare(string(a.Ring), string(b.Ring)) })
	return out
}
