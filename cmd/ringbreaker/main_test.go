package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts in testdata call this very program.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"ringbreaker": main,
	})
}

// TestScripts runs the promises made to a person, one file each.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		Cmds:                scriptCommands(),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

func TestEveryCommandHelpsWithAnExample(t *testing.T) {
	for _, cmd := range commands() {
		t.Run(cmd.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(context.Background(), []string{cmd.name, "-h"}, strings.NewReader(""), &out, &errs)
			if code != exitDone {
				t.Fatalf("exit %d, %s", code, errs.String())
			}
			for _, want := range []string{"usage: ringbreaker " + cmd.name, "example:\n  ", cmd.does} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("help lacks %q:\n%s", want, out.String())
				}
			}
		})
	}
}

func TestUnknownFlagIsUsage(t *testing.T) {
	for _, cmd := range commands() {
		var out, errs bytes.Buffer
		code := run(context.Background(), []string{cmd.name, "-no-such-flag"}, strings.NewReader(""), &out, &errs)
		if code != exitUsage {
			t.Errorf("%s: exit %d, want %d", cmd.name, code, exitUsage)
		}
		if strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%s: error is not one line: %q", cmd.name, errs.String())
		}
	}
}

func TestEmptyCallIsUsageAndShowsAllCommands(t *testing.T) {
	var out bytes.Buffer
	if code := run(context.Background(), nil, nil, &out, &out); code != exitUsage {
		t.Errorf("exit %d, want %d", code, exitUsage)
	}
	for _, cmd := range commands() {
		if !strings.Contains(out.String(), cmd.name) {
			t.Errorf("overview lacks %s", cmd.name)
		}
	}
}
