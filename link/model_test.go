package link_test

import (
	"bytes"
	"errors"
	"regexp"
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

// A node that adopted a model goes on when the program learns a parameter that
// the model's file is too old for.
func TestModelOlderThanAParameterHasTheShippedOne(t *testing.T) {
	shipped := link.DefaultModel()
	var file bytes.Buffer
	if err := link.WriteModel(&file, shipped); err != nil {
		t.Fatal(err)
	}
	later := regexp.MustCompile("(?m)^param\t(split|silent|silent_most|silent_least|supplied|supplied_least)\t.*\n")
	if n := len(later.FindAllString(file.String(), -1)); n != 6 {
		t.Fatalf("the shipped model has %d of the six", n)
	}
	old, err := link.ReadModel(strings.NewReader(later.ReplaceAllString(file.String(), "")))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range shipped.Params {
		if old.Param(p.Name) != p.Value {
			t.Errorf("%s is %v, want the shipped %v", p.Name, old.Param(p.Name), p.Value)
		}
	}
	without := regexp.MustCompile("(?m)^param\tstrong\t.*\n").ReplaceAllString(file.String(), "")
	if _, err := link.ReadModel(strings.NewReader(without)); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("a model without what all models have is read: %v", err)
	}
}

func TestModelThatCannotBeReadIsRefusedByLine(t *testing.T) {
	for _, bad := range []string{"", "version\tx", "version\tx\nprior\tphone", "version\tx\nparam\tstrong\tmany\tx\ty"} {
		if _, err := link.ReadModel(strings.NewReader(bad)); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%q: %v, want ErrInvalid", bad, err)
		}
	}
}
