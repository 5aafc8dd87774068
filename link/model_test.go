package link_test

import (
	"errors"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

func TestShippedModelIsWhole(t *testing.T) {
	m := link.DefaultModel()
	if m.Version == "" || len(m.Priors) < 20 {
		t.Fatalf("model %q has %d priors", m.Version, len(m.Priors))
	}
	for _, p := range m.Priors {
		if p.Source == "" {
			t.Errorf("%s %s has no source", p.Kind, p.Role)
		}
	}
	for _, p := range m.Params {
		if p.Source == "" {
			t.Errorf("param %s has no source", p.Name)
		}
	}
}

func TestModelThatCannotBeReadIsRefusedByLine(t *testing.T) {
	for _, bad := range []string{"", "version\tx", "version\tx\nprior\tphone", "version\tx\nparam\tstrong\tmany\tx\ty"} {
		if _, err := link.ReadModel(strings.NewReader(bad)); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%q: %v, want ErrInvalid", bad, err)
		}
	}
}
