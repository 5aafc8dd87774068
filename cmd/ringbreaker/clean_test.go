package main

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Property: what is printed eight bytes at a time is JSON, and reads as what was
// meant, whatever stands at whatever place.
func TestPrintedTextsReadAsWhatWasMeant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Repeat("a", rapid.IntRange(0, 40).Draw(t, "before")) + rapid.StringOfN(rapid.RuneFrom([]rune("az \"\\\n\t\x00\x1fé\u2028😀")), 0, 3, -1).Draw(t, "text") +
			strings.Repeat("z", rapid.IntRange(0, 40).Draw(t, "behind"))
		out := appendJSON(nil, s)
		var back string
		if err := json.Unmarshal(out, &back); err != nil || back != s {
			t.Fatalf("%q is printed as %s, which reads as %q: %v", s, out, back, err)
		}
		want := true
		for i := range len(s) {
			want = want && clean[s[i]]
		}
		if whole, got := appendClean([]byte("["), s); got != want || got && string(whole) != "["+s {
			t.Fatalf("%q is clean: %v, want %v, and printed as %s", s, got, want, whole)
		}
		n := rapid.IntRange(-5, 20000).Draw(t, "place")
		if got, want := string(appendPlace(nil, n)), strconv.Itoa(n); got != want {
			t.Fatalf("place %s, want %s", got, want)
		}
	})
}
