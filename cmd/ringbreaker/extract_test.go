package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// found is one line of the output of `extract`.
type found struct {
	Doc   string     `json:"doc"`
	Kind  fraud.Kind `json:"kind"`
	Value string     `json:"value"`
	Raw   string     `json:"raw"`
	Start int        `json:"start"`
	End   int        `json:"end"`
	Role  fraud.Role `json:"role"`
	Valid bool       `json:"valid"`
	Field string     `json:"field,omitempty"`
	Why   string     `json:"why,omitempty"`
}

// reportLines are n reports, some refused, some blank, one far too long.
func reportLines(n int) string {
	var out strings.Builder
	for i := range n {
		switch {
		case i%97 == 5:
			out.WriteString("{\"id\":\n")
		case i%89 == 7:
			out.WriteString(" \r\n")
		case i == 200:
			out.WriteString(strings.Repeat("x", fraud.MaxReportBytes+10) + "\n")
		default:
			fmt.Fprintf(&out, `{"id":"%d","source":"s","received_at":"2023-01-01T00:00:00Z","reporter":{"country":"US"},"contacts":[{"callback":"888-555-%04d","text":"Call +1 888 555 %04d or visit pc-care-%d.example \"now\""}],"narrative":"I paid $%d.99 — by gift card.\nThen they called from (212) 555-%04d."}`+"\r\n", i, 100+i%100, 100+i%100, i%7, i, 100+i%99)
		}
	}
	return strings.TrimSuffix(out.String(), "\r\n")
}

// The bytes that come out must not depend on how many workers there are, nor
// on how the bytes come in.
func TestExtractPrintsTheSameBytesWhateverTheNumberOfWorkers(t *testing.T) {
	in := reportLines(3000)
	var wantOut, wantErr string
	for i, tt := range []struct {
		workers int
		r       io.Reader
	}{{1, strings.NewReader(in)}, {2, strings.NewReader(in)}, {7, iotest.HalfReader(strings.NewReader(in))}, {3, iotest.DataErrReader(strings.NewReader(in))}} {
		var out, errs bytes.Buffer
		c := &call{stdout: &out, stderr: &errs}
		if err := extractLines(t.Context(), c, "f", tt.r, "jsonl", extract.Options{}, tt.workers); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			wantOut, wantErr = out.String(), errs.String()
		}
		if out.String() != wantOut || errs.String() != wantErr {
			t.Errorf("%d workers print something else", tt.workers)
		}
	}
	if n := strings.Count(wantOut, "\n"); n < 14_000 {
		t.Errorf("%d lines came out, want nearly five a report", n)
	}
	for _, want := range []string{"f:6: report is not whole JSON", "f:201: line is longer than"} {
		if !strings.Contains(wantErr, want) {
			t.Errorf("errors lack %q: %.300s", want, wantErr)
		}
	}
	if strings.Count(wantErr, "\n") != 32 {
		t.Errorf("%d lines were refused, want 31 and the long one", strings.Count(wantErr, "\n"))
	}
	for line := range strings.Lines(wantOut) {
		var f found
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
}

func TestExtractStopsWhenNobodyReadsOn(t *testing.T) {
	c := &call{stdout: failingWriter{}, stderr: io.Discard}
	if err := extractLines(t.Context(), c, "f", strings.NewReader(reportLines(3000)), "jsonl", extract.Options{}, 2); err == nil {
		t.Error("a writer that fails was not told")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c = &call{stdout: io.Discard, stderr: io.Discard}
	if err := extractLines(ctx, c, "f", strings.NewReader(reportLines(3000)), "jsonl", extract.Options{}, 2); err == nil {
		t.Error("a cancelled run says that it is done")
	}
	c = &call{stdout: io.Discard, stderr: io.Discard}
	if err := extractLines(t.Context(), c, "f", iotest.TimeoutReader(strings.NewReader(reportLines(3000))), "jsonl", extract.Options{}, 2); err == nil {
		t.Error("a file that cannot be read to its end was not told")
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Property: a string is written as encoding/json writes it without escaping
// for HTML, the reader of every other JSON of ours.
func FuzzAppendJSON(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\\b\f\n\r\t\x00\x1f", "é\u2028\u2029\U0001F600", "\xff\xc3(", "a\xf0\x9f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(s); err != nil {
			t.Fatal(err)
		}
		if got := string(appendJSON(nil, s)); got+"\n" != want.String() {
			t.Errorf("got %s, want %s", got, want.String())
		}
	})
}
