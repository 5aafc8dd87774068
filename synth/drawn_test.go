package synth

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// A world too large for memory is drawn as it is written. Its bytes must be
// those of the same world kept in memory.
func TestDrawnAndKeptWorldsAreTheSameBytes(t *testing.T) {
	w, err := Make("chakra", 11, 6500, 2)
	if err != nil {
		t.Fatal(err)
	}
	kept, drawn := t.TempDir(), t.TempDir()
	if err := w.Write(kept); err != nil {
		t.Fatal(err)
	}
	w.kept = false
	if err := w.Write(drawn); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(drawn)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 8 {
		t.Errorf("got %d files, want 8 and no part left over", len(entries))
	}
	for _, e := range entries {
		a, errA := os.ReadFile(filepath.Join(kept, e.Name()))
		b, errB := os.ReadFile(filepath.Join(drawn, e.Name()))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs (%v, %v)", e.Name(), errA, errB)
		}
	}
}
