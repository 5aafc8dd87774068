package extract

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const script = "This is an important call from the Windows help desk. We have found that your computer sends errors to our server. " +
	"Your license will be cancelled within 24 hours unless you speak with a technician. Please press one now or call us back at 888-555-0142 to keep your files safe and your refund of $299.99."

// contained estimates how much of the smaller sketch is in the greater one.
func contained(a, b []uint64) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	limit := min(a[len(a)-1], b[len(b)-1])
	in, of := 0, 0
	for _, h := range a {
		if h <= limit {
			of++
			if slices.Contains(b, h) {
				in++
			}
		}
	}
	return float64(in) / float64(max(of, 1))
}

func TestScriptsWithOtherNumbersHaveOneSketch(t *testing.T) {
	other := strings.NewReplacer("888-555-0142", "877 555 0199", "$299.99", "USD 1,499.00", "24", "48").Replace(script)
	a, b := Sketch("narrative", script), Sketch("narrative", other)
	if c := contained(a.Hashes, b.Hashes); c < 0.9 {
		t.Errorf("containment %.2f of scripts that differ in numbers alone, want 0.9", c)
	}
}

func TestPieceOfAScriptIsContainedInIt(t *testing.T) {
	piece := script[strings.Index(script, "We have"):strings.Index(script, "Please")]
	a, b := Sketch("t", piece), Sketch("t", script)
	if c := contained(a.Hashes, b.Hashes); c < 0.8 {
		t.Errorf("containment %.2f of a piece, want 0.8", c)
	}
	other := Sketch("t", "I bought a garden chair on the internet last spring and it never came, so I wrote to the shop and asked for my money back but nobody answered.")
	if c := contained(other.Hashes, b.Hashes); c > 0.1 {
		t.Errorf("containment %.2f of another text, want none", c)
	}
}

// Property: a sketch's hashes ascend, are no more than 128, and do not depend
// on letter case or on blanks.
func TestSketchesAreSortedAndBlindToCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,9}`), 0, 200).Draw(t, "words")
		a := Sketch("f", strings.Join(words, " "))
		b := Sketch("f", strings.ToUpper(strings.Join(words, "  ")))
		if !slices.IsSorted(a.Hashes) || len(a.Hashes) > sketchSize || len(slices.Compact(slices.Clone(a.Hashes))) != len(a.Hashes) {
			t.Fatal("hashes are not ascending and single")
		}
		if !slices.Equal(a.Hashes, b.Hashes) || a.Words != b.Words {
			t.Fatal("case or blanks changed the sketch")
		}
	})
}

func TestTemplateShowsWhatTwoScriptsShare(t *testing.T) {
	got := Template("Hello, your Norton plan renews for $299.99. Call 888-555-0142 today.", "Hello, your McAfee plan renews for $499.00. Call 877-555-0199 today.")
	if want := "Hello your […] plan renews for […] Call […] today"; got.Template != want {
		t.Errorf("got %q, want %q", got.Template, want)
	}
	if got.OfA < 0.8 || got.OfB < 0.8 {
		t.Errorf("shared %.2f and %.2f, want most of both", got.OfA, got.OfB)
	}
}

// Property: what is worked out eight bytes at a time and sorted by buckets is
// what one byte at a time and a plain sort give; sketches are kept for years.
func TestSketchesAreThoseOfThePlainWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x scan
		x.tokenise(strings.Join(rapid.SliceOfN(rapid.StringMatching(`[A-Za-z@é€0-9ß]{1,12}[ ,.]{0,2}`), 0, 100).Draw(t, "text"), " "))
		for i, tok := range x.toks {
			if got, want := x.wordHash(int(tok.start), int(tok.end)), hashOf(x.bytes(i)); got != want {
				t.Fatalf("hash of %q is %x, want %x", x.bytes(i), got, want)
			}
		}
		hashes := rapid.SliceOfN(rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 9)), 0, 3*mostSpread/2).Draw(t, "hashes")
		want := slices.Clone(hashes)
		slices.Sort(want)
		if got := x.ascending(hashes); !slices.Equal(got, slices.Compact(want)) {
			t.Fatalf("%d hashes come out as %x, want %x", len(hashes), got, want)
		}
	})
}
