package link

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"ringbreaker.example/fraud"
)

// Fit is what data say of a model's figures: a new version of the model, what
// it was fitted on, and both linkings of the same input, so that a person can
// see what adopting it would change. Nothing adopts it by itself.
type Fit struct {
	// New is the fitted model. Its version names the model it was fitted from,
	// the day and the input.
	New    Model
	Old    string // version of the model that it was fitted from
	Priors []FittedPrior
	// Reports is how many reports the figures rest on: those in rings of
	// MinFitRing reports or more.
	Reports int
	Rings   int // such rings
	Rounds  int
	Input   string // SHA-256 of the input, in hexadecimal
	// Before and After are the same input linked with the old model and the new.
	Before, After *Linking
}

// FittedPrior is one row of the model as the data have it.
type FittedPrior struct {
	Kind fraud.Kind
	Role fraud.Role
	// M is how often two reports of one ring, of one month, that both name a
	// value of the kind in the role, name the same; U the same for two rings.
	M, U float64
	// Supply is how often two reports of two rings name the same because
	// somebody serves both: it is no chance and not in U.
	Supply     float64
	Same, Diff int64   // pairs of reports that M and U rest on
	Data       float64 // bits by the data alone
	Was, Bits  float64
	Shipped    float64 // what it is drawn towards
}

// FitConfig says how to fit. Its zero value fits without labels.
type FitConfig struct {
	At time.Time // when, for the version's name and the sources; must be set
	// Truth gives the ring of reports whose ring is known. Where it is set,
	// pairs are told apart by it instead of by linking.
	Truth map[fraud.ReportID]string
}

// The bounds of a fit. They are constants, not parameters of the model: a
// model must not be able to widen the bounds within which it may be moved.
const (
	// MinFitRing is from how many reports on a ring's placing can be trusted:
	// of the pairs of reports in different rings of ten or more, four in a
	// thousand are of one operator on worlds of both generators.
	MinFitRing = 10
	// A fit needs as many rings and pairs as a world of some hundred reports
	// has; below, every figure would stay where it was.
	minFitRings = 4
	minFitSame  = 500
	minFitDiff  = 5_000
	// shrinkPairs is how many pairs between rings weigh as much as the shipped
	// figure; shrinkSame how many within rings.
	shrinkPairs = 5_000
	shrinkSame  = 100
	// fitErrors is by how many standard errors a count must be off before it
	// says anything: pairs of one ring are not independent, so more than two.
	fitErrors = 3
	// maxFitBits is how far a figure may go from the shipped one, up or down,
	// however often a model is fitted anew: a factor of four. Nor does a figure
	// cross the thresholds "medium" and "strong": who can send reports must not
	// be able to buy that two rings merge or that one splits, and on worlds
	// that were not fitted on, crossing cost more than it brought.
	maxFitBits = 2.0
	// fitRounds bounds the rounds; figures that moved less than fitStill bits stand still.
	fitRounds = 5
	fitStill  = 0.05
)

// Fit estimates, without labels, how often reports of one ring and of two
// agree by chance (Fellegi and Sunter's m and u), row by row of the model. It is expectation
// maximisation by classes (Celeux and Govaert 1992): the linking tells which
// pairs of reports are one operator's, counting gives m and u, the new figures
// link again, until they stand still. People's judgements are obeyed in every
// linking, so they count as labels.
//
// Figures are drawn towards the shipped ones by pseudo-counts and bounded on
// both sides. The result depends on the content of what was added and on cfg
// alone. It wraps [fraud.ErrInvalid] where there is too little to fit on.
//
// The Builder's own model is left as it was.
func (b *Builder) Fit(cfg FitConfig) (Fit, error) {
	old := b.model
	f := Fit{Old: old.Version, Before: b.Solve()}
	f.Input = f.Before.inputDigest()
	now, last := f.Before, figures(old)
	for f.Rounds = 1; ; f.Rounds++ {
		classes := now.classes()
		if cfg.Truth != nil {
			classes = now.classesBy(cfg.Truth)
		}
		c := now.m.count(classes, &old)
		f.Reports, f.Rings = c.reports, c.rings
		if err := c.enough(); err != nil {
			return f, err
		}
		f.Priors = c.priors(&old)
		f.New = f.model(old, cfg.At)
		moved := furthest(last, figures(f.New))
		last = figures(f.New)
		if moved < fitStill && f.Rounds > 1 || f.Rounds > fitRounds || cfg.Truth != nil && f.Rounds > 1 {
			break
		}
		now = b.with(f.New).Solve()
	}
	f.After = b.with(f.New).Solve()
	return f, nil
}

// with is a Builder of the same reports with another model. A linking reads
// its Builder whenever it is written out, so each model needs its own.
func (b *Builder) with(m Model) *Builder {
	other := *b
	other.model = m
	return &other
}

// figures lists what a fit may move, on one scale.
func figures(m Model) []float64 {
	var out []float64
	for _, p := range m.Priors {
		out = append(out, p.Bits)
	}
	return out
}

func furthest(a, b []float64) float64 {
	most := 0.0
	for i := range a {
		most = max(most, math.Abs(a[i]-b[i]))
	}
	return most
}

// model writes the fitted figures into a copy of the old model.
func (f *Fit) model(old Model, at time.Time) Model {
	day := at.UTC().Format(time.DateOnly)
	on := fmt.Sprintf("fitted on %d reports, %s, input %.12s", f.Reports, day, f.Input)
	m := old
	m.Priors = slices.Clone(old.Priors)
	m.Fitted = nil
	for i := range m.Priors {
		p, x := &m.Priors[i], f.Priors[i]
		if x.Same == 0 && x.Diff == 0 {
			continue
		}
		m.Fitted = append(m.Fitted, x)
		if p.Bits = x.Bits; p.Bits != x.Was {
			p.Source = on + fmt.Sprintf("; was %g: %s", x.Was, origin(p.Source))
		}
	}
	m.index()
	m.Version = fmt.Sprintf("%s+fit.%s.%s", base(old.Version), day, digestOf(m))
	return m
}

// digestOf tells models apart by what is in them: two fits of one day on one
// input that started from different models have different names.
func digestOf(m Model) string {
	m.Version = ""
	h := sha256.New()
	_ = WriteModel(h, m) // a hash takes all
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// inputDigest is a SHA-256 over all that a linking goes by: the reports that
// count, what they name, and people's judgements. It does not depend on the
// order of adding, nor on the figures of the model.
func (l *Linking) inputDigest() string {
	var sum [sha256.Size]byte
	add := func(format string, args ...any) {
		one, carry := sha256.Sum256(fmt.Appendf(nil, format, args...)), 0
		for i := range sum { // a sum: the order does not matter, and what is there twice does not cancel
			carry += int(sum[i]) + int(one[i])
			sum[i], carry = byte(carry), carry>>8
		}
	}
	m := l.m
	for r, n := range m.order {
		add("report %s %d", m.id(uint32(r)), m.b.reports[n].digest)
	}
	for i := range m.tenures {
		for _, inc := range m.of(i) {
			add("named %s %d %d %d %d", m.id(inc.report), m.tenures[i].hash, m.tenures[i].soft, inc.role, inc.at)
		}
	}
	for _, j := range m.b.judged() {
		add("judged %s %d", j.ID, j.At.UnixNano())
	}
	return hex.EncodeToString(sum[:])
}

// WriteModel writes a model so that [ReadModel] reads the same one, the record
// of its fit with it.
func WriteModel(w io.Writer, m Model) error {
	var out []byte
	out = append(out, "# The linking model: what shared evidence is worth. One row a prior, tab-separated. Frozen per version.\n"...)
	if len(m.Fitted) > 0 {
		out = append(out, "# Fitted by `ringbreaker link -fit` (docs/linking.md); adopt it with `ringbreaker link -model FILE`, on a node with -adopt.\n"...)
	}
	out = fmt.Appendf(out, "version\t%s\n", m.Version)
	for _, p := range m.Params {
		out = fmt.Appendf(out, "param\t%s\t%g\t%s\t%s\n", p.Name, p.Value, p.Says, p.Source)
	}
	out = append(out, "# kind\trole\tfamily\tbits\tgap_days\tsource\n"...)
	for _, p := range m.Priors {
		out = fmt.Appendf(out, "prior\t%s\t%s\t%s\t%g\t%d\t%s\n", p.Kind, p.Role, p.Family, p.Bits, p.GapDays, p.Source)
	}
	if len(m.Fitted) > 0 {
		out = append(out, "# what the fit rests on: kind, role, m, u, agreement by supply, pairs within rings, pairs between rings, bits by the data alone, bits before, bits now, shipped bits\n"...)
	}
	for _, x := range m.Fitted {
		out = fmt.Appendf(out, "fitted\t%s\t%s\t%.6f\t%.9f\t%.9f\t%d\t%d\t%g\t%g\t%g\t%g\n", x.Kind, x.Role, x.M, x.U, x.Supply, x.Same, x.Diff, x.Data, x.Was, x.Bits, x.Shipped)
	}
	for _, h := range m.Shared {
		out = fmt.Appendf(out, "shared\t%s\n", h)
	}
	for _, h := range m.Assets {
		out = fmt.Appendf(out, "asset\t%s\n", h)
	}
	_, err := w.Write(out)
	return err
}

// readFitted reads a row "fitted" of a model file.
func readFitted(f []string) (FittedPrior, error) {
	x := FittedPrior{Kind: fraud.Kind(f[1]), Role: fraud.Role(f[2])}
	var same, diff float64
	for i, to := range []*float64{&x.M, &x.U, &x.Supply, &same, &diff, &x.Data, &x.Was, &x.Bits, &x.Shipped} {
		v, err := strconv.ParseFloat(f[3+i], 64)
		if err != nil || v < 0 || v > math.MaxInt64/2 || math.IsNaN(v) {
			return x, fmt.Errorf("%q of a fitted row is not a figure: %w", f[3+i], fraud.ErrInvalid)
		}
		*to = v
	}
	x.Same, x.Diff = int64(same), int64(diff)
	return x, nil
}
