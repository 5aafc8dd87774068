package refer_test

import (
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// commands are the shell blocks of docs/verify-by-hand.md, in order.
func commands(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "docs", "verify-by-hand.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	in := false
	for line := range strings.Lines(string(page)) {
		switch {
		case strings.HasPrefix(line, "```sh"):
			in = true
		case strings.HasPrefix(line, "```"):
			in = false
		case in:
			out.WriteString(line)
		}
	}
	if out.Len() < 1000 {
		t.Fatal("the page has no commands")
	}
	return out.String()
}

// byHand runs the page on a sealed package that tamper may have changed
// before it was sealed again.
func byHand(t *testing.T, tamper func(list []entry) []entry, pubs map[string]string) (string, error) {
	t.Helper()
	for _, tool := range []string{"bash", "age", "tar", "sha256sum", "openssl", "awk", "basenc", "od", "cmp", "diff"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED ALOUD: %s is not installed, so the page's commands cannot run", tool)
		}
	}
	w := newWorld(t)
	clock := newTSA(t, "Example Time")
	whole := put(t, tamper(take(t, stampedBy(t, w, refer.StampAt(clock.Client(), clock.URL)))))
	dir := t.TempDir()
	sealed, err := os.Create(filepath.Join(dir, "case.referral.age"))
	if err != nil {
		t.Fatal(err)
	}
	to, err := refer.Seal(sealed, []string{w.cfb.Keys.Seal})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := to.Write(whole); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	if err := sealed.Close(); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"agency.key": w.cfb.seal.String(), "alder.pub": w.alder.Keys.Sign, "birch.pub": w.birch.Keys.Sign, "stamps.pem": rootOf(clock)}
	for name, v := range pubs {
		files[name] = v
	}
	for name, v := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(v+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-e", "-u", "-o", "pipefail", "-c", commands(t))
	cmd.Dir = dir
	said, err := cmd.CombinedOutput()
	return string(said), err
}

func rootOf(s *tsa) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.root.Raw}))
}

func TestThePageVerifyByHandDoesWhatItSays(t *testing.T) {
	said, err := byHand(t, func(l []entry) []entry { return l }, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, want := range []string{"files hold", "signature of alder: A. Signer", "signature of birch", "time stamp of alder: Oct  1 09:00:00 2023 GMT", "time stamp of birch: Oct  1 09:00:00 2023 GMT", "ledger of birch", "checkpoint of alder.example/ringbreaker", "everything on this page holds"} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say %q:\n%s", want, said)
		}
	}
}

func TestThePageVerifyByHandRefusesWhatIsWrong(t *testing.T) {
	stranger := newOrg(t, "mallory", "Mallory", fraud.OrgCompany, "US")
	for name, tt := range map[string]struct {
		tamper func(l []entry) []entry
		pubs   map[string]string
	}{
		"a changed table": {tamper: func(l []entry) []entry {
			i := index(t, l, "victims.csv")
			l[i].body[10] ^= 1
			return l
		}},
		"an added file": {tamper: func(l []entry) []entry { return append(l, file("more.csv", "x")) }},
		"a changed signature": {tamper: func(l []entry) []entry {
			l[1].body = []byte(strings.Replace(string(l[1].body), `"sig": "`, `"sig": "A`, 1))
			return l
		}},
		"a changed ledger": {tamper: func(l []entry) []entry {
			l[2].body = []byte(strings.Replace(string(l[2].body), `"index": 3`, `"index": 2`, 1))
			return l
		}},
		"another service's root": {tamper: func(l []entry) []entry { return l }, pubs: map[string]string{"stamps.pem": rootOf(newTSA(t, "Another Time"))}},
		"another's key":          {tamper: func(l []entry) []entry { return l }, pubs: map[string]string{"birch.pub": stranger.Keys.Sign}},
		"a third complainant":    {tamper: func(l []entry) []entry { return l }, pubs: map[string]string{"mallory.pub": stranger.Keys.Sign}},
	} {
		if said, err := byHand(t, tt.tamper, tt.pubs); err == nil || strings.Contains(said, "everything on this page holds") {
			t.Errorf("%s: the page says that everything holds:\n%s", name, said)
		}
	}
}
