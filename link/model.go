package link

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"ringbreaker.example/fraud"
)

//go:embed model.tsv
var modelFile string

// Model is what shared evidence is worth: a frozen, versioned table. Two
// linkings with the same Model and the same input are the same to the byte.
type Model struct {
	Version string
	Priors  []Prior
	Params  []Param
	// Shared holds hosts that strangers share: the host alone is no evidence.
	Shared []string
	// Assets holds hosts of fonts, libraries and standards: not even a full
	// URL there is evidence.
	Assets []string
	// Fitted is what the figures rest on, where they were fitted ([Builder.Fit]).
	Fitted []FittedPrior

	byKey  map[priorKey]Prior
	param  map[string]float64
	shared map[string]bool
	assets map[string]bool
}

// Prior is what one value of a kind, seen in a role, is worth.
type Prior struct {
	Kind    fraud.Kind
	Role    fraud.Role // "*" for every role without a row of its own
	Family  fraud.Family
	Bits    float64 // log2(1/u), before rarity, diversity and age
	GapDays int     // a longer silence starts a new tenure; 0 = never
	Source  string  // where the figure comes from, or "inference"
}

// Param is a number of the model that belongs to no kind.
type Param struct {
	Name   string
	Value  float64
	Says   string // what it does
	Source string
}

type priorKey struct {
	kind fraud.Kind
	role fraud.Role
}

// DefaultModel is the model that ships with Ringbreaker. The file is part of
// the program and read by its tests, so a fault in it cannot reach a user; an
// empty Model, which links nothing, would be the result.
func DefaultModel() Model {
	m, err := ReadModel(strings.NewReader(modelFile))
	if err != nil {
		return Model{}
	}
	return m
}

// ReadModel reads a model file: tab-separated rows "version", "param",
// "prior", "fitted", "shared" and "asset", "#" comments. A file that was written before a parameter
// was thought of has the shipped one. Errors wrap [fraud.ErrInvalid] and name the line.
func ReadModel(r io.Reader) (Model, error) {
	m, err := parseModel(r)
	if err != nil {
		return Model{}, err
	}
	for _, name := range paramNames {
		if _, ok := m.param[name]; !ok {
			return Model{}, fmt.Errorf("model has no param %q: %w", name, fraud.ErrInvalid)
		}
	}
	return m, m.addLater()
}

// addLater gives a model the shipped parameters that its file is too old for: a
// node that adopted it must not stand still when the program is renewed.
func (m *Model) addLater() error {
	var shipped Model
	for _, name := range laterParams {
		if _, ok := m.param[name]; ok {
			continue
		}
		if shipped.Version == "" {
			var err error
			if shipped, err = parseModel(strings.NewReader(modelFile)); err != nil {
				return err
			}
		}
		i := slices.IndexFunc(shipped.Params, func(p Param) bool { return p.Name == name })
		m.Params = append(m.Params, shipped.Params[i])
	}
	m.index()
	return nil
}

func parseModel(r io.Reader) (Model, error) {
	var m Model
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		line := sc.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := m.row(strings.Split(line, "\t")); err != nil {
			return Model{}, fmt.Errorf("model line %d: %w", n, err)
		}
	}
	if err := sc.Err(); err != nil {
		return Model{}, fmt.Errorf("read model: %w", err)
	}
	m.index()
	if m.Version == "" {
		return Model{}, fmt.Errorf("model has no version row: %w", fraud.ErrInvalid)
	}
	return m, nil
}

// paramNames are the parameters that a model must hold.
var paramNames = []string{
	"strong", "medium", "second", "assign", "merge", "miss", "hand", "hand_other", "hand_miss", "miss_hand", "taper", "share_contact", "share_reuse", "share_web", "share_money", "share_remote", "share_script", "share_identity", "attribute", "poison_reports", "poison_stories", "poison_hours", "poison_factor", "reuse", "block", "block_span", "shown_reports", "shown",
	"script_words_low", "script_words_high", "script_short", "script_long", "script_kit", "containment", "containment_story",
}

// laterParams are those that came after models were first adopted.
var laterParams = []string{"split", "silent", "silent_most", "silent_least", "supplied", "supplied_least", "hang_core"}

func (m *Model) row(f []string) error {
	switch {
	case f[0] == "version" && len(f) == 2:
		m.Version = f[1]
	case f[0] == "shared":
		m.Shared = append(m.Shared, f[1:]...)
	case f[0] == "asset":
		m.Assets = append(m.Assets, f[1:]...)
	case f[0] == "param" && len(f) == 5:
		v, err := number(f[2])
		if err != nil {
			return err
		}
		m.Params = append(m.Params, Param{f[1], v, f[3], f[4]})
	case f[0] == "prior" && len(f) == 7:
		bits, err := number(f[4])
		if err != nil {
			return err
		}
		gap, err := strconv.Atoi(f[5])
		if err != nil || gap < 0 || gap > 36500 {
			return fmt.Errorf("gap_days is not a number of days: %w", fraud.ErrInvalid)
		}
		m.Priors = append(m.Priors, Prior{fraud.Kind(f[1]), fraud.Role(f[2]), fraud.Family(f[3]), bits, gap, f[6]})
	case f[0] == "fitted" && len(f) == 12:
		x, err := readFitted(f)
		if err != nil {
			return err
		}
		m.Fitted = append(m.Fitted, x)
	default:
		return fmt.Errorf("a row %q with %d columns is not known: %w", f[0], len(f), fraud.ErrInvalid)
	}
	return nil
}

func number(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v < 0 || v > 1e6 || math.IsNaN(v) {
		return 0, fmt.Errorf("%q is not a number from 0 to a million: %w", s, fraud.ErrInvalid)
	}
	return v, nil
}

func (m *Model) index() {
	m.byKey = make(map[priorKey]Prior, len(m.Priors))
	for _, p := range m.Priors {
		m.byKey[priorKey{p.Kind, p.Role}] = p
	}
	m.param = make(map[string]float64, len(m.Params))
	for _, p := range m.Params {
		m.param[p.Name] = p.Value
	}
	m.shared = make(map[string]bool, len(m.Shared))
	for _, h := range m.Shared {
		m.shared[h] = true
	}
	m.assets = make(map[string]bool, len(m.Assets))
	for _, h := range m.Assets {
		m.assets[h] = true
	}
}

// Prior gives what a value of this kind in this role is worth. It says false
// for what never links: kinds and roles that the model leaves out, and the
// three roles of DESIGN §2.
func (m *Model) Prior(kind fraud.Kind, role fraud.Role) (Prior, bool) {
	if !role.Links() {
		return Prior{}, false
	}
	p, ok := m.byKey[priorKey{kind, role}]
	if !ok {
		p, ok = m.byKey[priorKey{kind, "*"}]
	}
	return p, ok
}

// Shares says whether strangers share the value whatever its role: a shared
// host as a domain or remote host, and anything on a host of common assets.
func (m *Model) Shares(i fraud.Indicator) bool {
	switch i.Kind {
	case fraud.Domain, fraud.RemoteHost:
		return m.shared[i.Value] || m.assets[i.Value]
	case fraud.URL:
		_, rest, _ := strings.Cut(i.Value, "://")
		host, _, _ := strings.Cut(rest, "/")
		host, _, _ = strings.Cut(host, "?")
		return m.assets[host]
	}
	return false
}

// Param gives a parameter by name, 0 if the model does not hold it.
func (m *Model) Param(name string) float64 { return m.param[name] }
