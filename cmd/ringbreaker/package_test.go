package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestPackageScripts plays a short story once and runs the scripts about what
// it leaves behind: a package, its seal, and three nodes.
func TestPackageScripts(t *testing.T) {
	dir := t.TempDir()
	var out, errs bytes.Buffer
	code := run(context.Background(), []string{"demo", "-once", "-reports", "400", "-out", dir, "-addr", "127.0.0.1:0"}, strings.NewReader(""), &out, &errs)
	if code != exitDone || errs.Len() > 0 {
		t.Fatalf("the story ended with %d: %s\n%s", code, errs.String(), out.String())
	}
	for _, want := range []string{".referral", "sound: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the story does not tell of %q:\n%s", want, out.String())
		}
	}
	sealed, err := filepath.Glob(filepath.Join(dir, "alder", "referrals", "*.referral.age"))
	if err != nil || len(sealed) != 1 {
		t.Fatalf("sealed packages: %v, %v", sealed, err)
	}
	pkg := strings.TrimSuffix(sealed[0], ".age")
	if _, err := os.Stat(pkg); err != nil || !strings.Contains(out.String(), pkg) {
		t.Fatalf("the story does not print the path of its package %s: %v", pkg, err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "package"),
		Cmds:                scriptCommands(),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PACKAGE", pkg)
			env.Setenv("SEALED", sealed[0])
			env.Setenv("ALDER", filepath.Join(dir, "alder"))
			env.Setenv("AGENCY", filepath.Join(dir, "cfb"))
			return nil
		},
	})
	t.Run("another program's changes are refused", func(t *testing.T) { changedByAnotherProgram(t, dir) })
}

// changedByAnotherProgram lets a program that shares no code with ours change
// the package in a hundred ways, from outside and with the complainants' own
// keys; `make interop` tries all of its twelve hundred.
func changedByAnotherProgram(t *testing.T, nodes string) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED ALOUD: python3 is not installed, so the other program cannot run")
	}
	said, err := exec.CommandContext(t.Context(), python, filepath.Join("..", "..", "scripts", "interop", "mutate.py"),
		"-share", "24", "-flips", "48", "-seconds", "300", "-mib", "2048", "ringbreaker", nodes).CombinedOutput()
	if err != nil || !bytes.Contains(said, []byte(" 0 judged wrongly")) {
		t.Errorf("%v\n%s", err, said)
	}
	t.Logf("\n%s", said)
}
