package main

import (
	"bufio"
	"fmt"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// served is a node that was started as a program of its own.
type served struct {
	cmd  *exec.Cmd
	mail string // where it takes mails
}

var takesMails = regexp.MustCompile(`takes mails for \S+ at (\S+)`)

// serveDoors starts a node with its doors open and waits until it serves.
func serveDoors(t *testing.T, program, data, watch string) *served {
	t.Helper()
	s := &served{cmd: exec.Command(program, "serve", "-data", data, "-addr", "127.0.0.1:0", "-watch", watch, "-smtp", "127.0.0.1:0", "-smtp-for", "reports@alder.example")}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if m := takesMails.FindStringSubmatch(lines.Text()); m != nil {
			s.mail = m[1]
		}
		if strings.Contains(lines.Text(), "serves at") {
			return s
		}
	}
	t.Fatal("the node does not serve")
	return nil
}

func (s *served) kill() {
	_ = s.cmd.Process.Kill() // SIGKILL
	_ = s.cmd.Wait()
}

// TestKilledAfter250AMailIsThere kills the node the moment it has answered
// 250, and wants every mail that was answered for in the next start's store.
// A watched folder that was cut off goes on where it was.
func TestKilledAfter250AMailIsThere(t *testing.T) {
	program, err := exec.LookPath("ringbreaker")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	data, watch := filepath.Join(dir, "node"), filepath.Join(dir, "drop")
	if err := os.Mkdir(watch, 0o700); err != nil {
		t.Fatal(err)
	}
	said(t, exitDone, "fingerprint", "keygen", "-data", data, "-org", "alder", "-name", "Alder Systems", "-country", "US")
	db := filepath.Join(data, "ringbreaker.db")
	acknowledged := 0
	for round := range 3 {
		s := serveDoors(t, program, data, watch)
		if round == 0 {
			// Dropped before the kill, taken by whichever start gets to it.
			line := `{"id":"W1","source":"desk","received_at":"2023-09-01T09:00:00Z","contacts":[{"callback":"+1 212 555 0142"}]}` + "\n"
			if err := os.WriteFile(filepath.Join(watch, "drop.jsonl"), []byte(line), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for n := range 3 {
			mail := fmt.Sprintf("From: Edna Sample <edna@mail.example>\r\nSubject: Fwd %d.%d\r\n\r\nCall back +1 888 555 01%02d\r\n", round, n, 10*round+n)
			if err := smtp.SendMail(s.mail, nil, "edna@mail.example", []string{"reports@alder.example"}, []byte(mail)); err != nil {
				t.Fatalf("round %d, mail %d: %v", round, n, err)
			}
			acknowledged++
		}
		s.kill()
		if got := count(t, db); got < acknowledged {
			t.Fatalf("round %d: %d mails were answered 250, %d reports are there", round, acknowledged, got)
		}
	}
	s := serveDoors(t, program, data, watch)
	for deadline := time.Now().Add(time.Minute); ; {
		if _, err := os.Stat(filepath.Join(watch, "done", "drop.jsonl")); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the dropped file was not taken")
		}
		<-time.After(200 * time.Millisecond)
	}
	s.kill()
	if got := count(t, db); got != acknowledged+1 {
		t.Errorf("%d reports, want %d mails and the dropped one", got, acknowledged)
	}
	said(t, exitDone, "sound", "fsck", "-data", data)
}

func TestDoorsThatCannotOpenAreToldBeforeTheNodeServes(t *testing.T) {
	dir := t.TempDir()
	said(t, exitDone, "fingerprint", "keygen", "-data", dir, "-org", "alder", "-name", "Alder Systems")
	for want, args := range map[string][]string{
		"there is no such folder; make it first": {"-watch", filepath.Join(dir, "none")},
		"is no address":                          {"-smtp", "127.0.0.1:0", "-smtp-for", "reports"},
		"go together":                            {"-smtp", "127.0.0.1:0"},
	} {
		var out, errs strings.Builder
		code := run(t.Context(), append([]string{"serve", "-data", dir, "-addr", "127.0.0.1:0"}, args...), strings.NewReader(""), &out, &errs)
		if code == exitDone || !strings.Contains(errs.String(), want) || strings.Contains(out.String(), "serves at") {
			t.Errorf("%v: exit %d, %q%q, want %q", args, code, out.String(), errs.String(), want)
		}
	}
}
