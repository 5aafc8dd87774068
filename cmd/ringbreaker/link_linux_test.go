package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A disk that is full is told in one line, while memory is short and while
// rings are written, and the rings of the last time stay as they are.
func TestLinkOnAFullDiskLeavesWhatWasThere(t *testing.T) {
	world, out := t.TempDir(), t.TempDir()
	ringbreaker := func(args ...string) (int, string) {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr)
		return code, stderr.String()
	}
	if code, errs := ringbreaker("synth", "-reports", "1500", "-scenario", "kits", "-out", world); code != exitDone {
		t.Fatal(errs)
	}
	if err := syscall.Mount("tmpfs", out, "tmpfs", 0, "size=256k"); err != nil {
		t.Logf("SKIPPED: a full disk: %v (mounting one takes root)", err) // the same doors, by a folder that cannot be
		none := filepath.Join(world, "a.jsonl", "out")
		if code, errs := ringbreaker("link", "-in", filepath.Join(world, "a.jsonl"), "-out", none); code != exitFault || strings.Count(errs, "\n") != 1 {
			t.Errorf("a folder that cannot be: exit %d, %q", code, errs)
		}
		return
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(out, 0); err != nil {
			t.Error(err)
		}
	})
	old := filepath.Join(out, "assign.tsv")
	if err := os.WriteFile(old, []byte("the last time's\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	in := filepath.Join(world, "a.jsonl") + "," + filepath.Join(world, "b.jsonl")
	for name, memory := range map[string]string{"arrays": "1MB", "rings": "1GB"} {
		code, errs := ringbreaker("link", "-in", in, "-memory", memory, "-out", out)
		if code != exitFault || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "no space left") {
			t.Errorf("%s: exit %d, %q", name, code, errs)
		}
		left, err := os.ReadDir(out)
		if err != nil || len(left) != 1 {
			t.Errorf("%s: the folder holds %v (%v), want what was there", name, left, err)
		}
		if b, err := os.ReadFile(old); err != nil || string(b) != "the last time's\n" {
			t.Errorf("%s: the last time's file holds %q (%v)", name, b, err)
		}
	}
}
