package main

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
)

func TestLinkingComponentsTellsOfTheFutureToo(t *testing.T) {
	row := func(received string) string {
		return "7\t" + base64.StdEncoding.EncodeToString([]byte(`{"f":{"id":"alder/`+received+`","source":"alder","at":"`+received+`","received_at":"`+received+`"}}`)) + "\n"
	}
	var stdout, stderr bytes.Buffer
	in := strings.NewReader(row("2026-03-01T10:00:00Z") + row("9203-03-01T10:00:00Z"))
	if code := run(t.Context(), []string{"link", "-component"}, in, &stdout, &stderr); code != exitDone || !strings.HasPrefix(stderr.String(), "1 reports hold a time in the future") {
		t.Errorf("%d %q", code, stderr.String())
	}
}
