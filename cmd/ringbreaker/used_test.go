package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringbreaker.example/link"
)

const keptApart = `{"id":"1","source":"alder","received_at":"2026-03-01T10:00:00Z","contacts":[{"url":"https://shop-a.example/x","agent_alias":"Kevin"}]}
{"id":"2","source":"alder","received_at":"2026-03-01T10:00:00Z","contacts":[{"url":"https://shop-b.example/x","agent_alias":"Kevin"}]}
`

// What is said of two reports is weighed by the model that they were linked by.
func TestExplainWeighsByTheModelThatLinked(t *testing.T) {
	dir := t.TempDir()
	in, out, model := filepath.Join(dir, "in.jsonl"), filepath.Join(dir, "out"), filepath.Join(dir, "mine.tsv")
	m := link.DefaultModel()
	m.Version = "mine"
	for i := range m.Priors {
		if m.Priors[i].Kind == "person_alias" {
			m.Priors[i].Bits = 1.5
		}
	}
	var text bytes.Buffer
	if err := link.WriteModel(&text, m); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{in: keptApart, model: text.String()} {
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said := func(args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr); code != exitDone {
			t.Fatalf("%v: %d %s", args, code, stderr.String())
		}
		return stdout.String()
	}
	for _, x := range []struct {
		args []string
		bits string
	}{{[]string{"-model", model}, "comes to 1.5 bits"}, {nil, "comes to 2.5 bits"}} { // the second linking takes the model away again
		said(append([]string{"link", "-in", in, "-out", out}, x.args...)...)
		if got := said("explain", "-in", in, "-out", out, "alder/1", "alder/2"); !strings.Contains(got, x.bits) {
			t.Errorf("linked with %v it says, want %q:\n%s", x.args, x.bits, got)
		}
	}
}
