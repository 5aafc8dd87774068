package access_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

func TestOnlyTheRightPasswordIsRight(t *testing.T) {
	const right = "correct horse battery"
	phc, err := access.HashPassword(right, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") || access.NeedsRehash(phc) {
		t.Errorf("got %s, want argon2id at today's cost", phc)
	}
	for _, tt := range []struct {
		name, phc, password string
		want                bool
	}{
		{"right", phc, right, true},
		{"wrong", phc, right + " ", false},
		{"empty", phc, "", false},
		{"unknown user", "", right, false},
		{"broken hash", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$", "", false},
		{"costs that would hang us", "$argon2id$v=19$m=4294967295,t=1000,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", right, false},
		{"endless", phc, strings.Repeat("a", 1<<20), false},
	} {
		if got := access.CheckPassword(tt.phc, tt.password); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
	for _, bad := range []string{"", "short", strings.Repeat("a", 2000)} {
		if _, err := access.HashPassword(bad, rand.Reader); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%d characters: got %v, want ErrInvalid", len(bad), err)
		}
	}
	if again, _ := access.HashPassword(right, rand.Reader); again == phc {
		t.Error("two hashes of one password are the same: no salt")
	}
	if len(access.NewPassword()) < access.MinPassword {
		t.Error("a drawn password would not be accepted")
	}
}

func FuzzPasswordHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, phc string) {
		access.NeedsRehash(phc) // parses, and must not panic
	})
}

func TestASessionIsKeptByItsHashAlone(t *testing.T) {
	token, s := access.NewSession("p1", now)
	if strings.Contains(fmt.Sprint(s), token) || s.TokenHash != access.HashToken(token) {
		t.Error("the session holds its token")
	}
	if !s.Live(now) || s.Live(now.Add(access.SessionLife)) {
		t.Error("a session lives from now until its end")
	}
	if !s.RightCSRF(s.CSRF) || s.RightCSRF("") || s.RightCSRF(token) || (access.Session{}).RightCSRF("") {
		t.Error("only the session's own CSRF token is right")
	}
	c := access.Cookie(token, access.SessionLife, true)
	if !strings.HasPrefix(c.Name, "__Host-") || !c.HttpOnly || !c.Secure || c.Path != "/" {
		t.Errorf("got cookie %v, want it out of reach of scripts and other sites", c)
	}
	req := post(t, "http://alder.example/", "")
	req.AddCookie(c)
	if got := access.TokenOf(req); got != token {
		t.Errorf("got %q off the request, want the token", got)
	}
}

func TestTheLimiterHoldsEachKeyToItsRateInBoundedMemory(t *testing.T) {
	at := now
	l := access.NewLimiter(time.Minute, 3, 100, func() time.Time { return at })
	for i := range 3 {
		if ok, _ := l.Allow("a"); !ok {
			t.Fatalf("try %d of 3 was refused", i+1)
		}
	}
	ok, wait := l.Allow("a")
	if ok || wait <= 0 || wait > time.Minute {
		t.Errorf("got %v, wait %v; want the fourth refused for up to a minute", ok, wait)
	}
	if ok, _ := l.Allow("b"); !ok {
		t.Error("b was refused for what a did")
	}
	at = at.Add(time.Minute)
	if ok, _ := l.Allow("a"); !ok {
		t.Error("a minute later one more was refused")
	}
	for i := range 1000 {
		l.Allow(fmt.Sprint(i))
	}
	if got := l.Known(); got != 100 {
		t.Errorf("remembers %d keys, want 100", got)
	}
}

func TestAHouseholdIsOneAddress(t *testing.T) {
	for _, tt := range []struct{ a, b string }{
		{"192.0.2.7:1", "192.0.2.7:2"},
		{"[2001:db8::1]:1", "[2001:db8::ffff:1]:2"},
		{"[::ffff:192.0.2.7]:1", "192.0.2.7:1"},
		{"nonsense", "else"},
	} {
		if a, b := access.AddressKey(tt.a), access.AddressKey(tt.b); a != b {
			t.Errorf("%s is %s and %s is %s, want one key", tt.a, a, tt.b, b)
		}
	}
	if access.AddressKey("192.0.2.7:1") == access.AddressKey("192.0.2.8:1") {
		t.Error("two addresses have one key")
	}
}

func vault(t *testing.T, seed byte) *access.Vault {
	t.Helper()
	v, err := access.NewVault(bytes.Repeat([]byte{seed}, access.VaultKeySize))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var someone = fraud.Identity{Name: "Ada Example", Email: "ada@example.org", Phone: "+1 212 555 0142", Address: "1 High St"}

func TestABoxOpensOnlyWithItsKeyUnderItsReport(t *testing.T) {
	v := vault(t, 1)
	box, key, err := v.Seal("alder/1", someone)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open("alder/1", box, key); err != nil || got != someone {
		t.Errorf("got %v, %v; want what was sealed", got.Empty(), err)
	}
	if bytes.Contains(box, []byte("ada@")) {
		t.Error("the box shows the address")
	}
	if _, err := v.Open("alder/2", box, key); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("another report: got %v, want ErrInvalid", err)
	}
	if _, err := vault(t, 2).Open("alder/1", box, key); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("another key: got %v, want ErrInvalid", err)
	}
	for i := range box {
		bad := bytes.Clone(box)
		bad[i] ^= 1
		if _, err := v.Open("alder/1", bad, key); !errors.Is(err, fraud.ErrInvalid) {
			t.Fatalf("byte %d flipped: got %v, want ErrInvalid", i, err)
		}
	}
	for i := range box {
		if _, err := v.Open("alder/1", box[:i], key); !errors.Is(err, fraud.ErrInvalid) {
			t.Fatalf("cut at %d: got %v, want ErrInvalid", i, err)
		}
	}
	for i := range key {
		bad := bytes.Clone(key)
		bad[i] ^= 1
		if _, err := v.Open("alder/1", box, bad); !errors.Is(err, fraud.ErrInvalid) {
			t.Fatalf("byte %d of the key flipped: got %v, want ErrInvalid", i, err)
		}
	}
	if _, err := v.Open("alder/1", box, nil); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("without its key: got %v, want ErrInvalid", err)
	}
	_, other, err := v.Seal("alder/1", someone)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Open("alder/1", box, other); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("with the key of another box: got %v, want ErrInvalid", err)
	}
	if again, _, _ := v.Seal("alder/1", someone); bytes.Equal(again, box) {
		t.Error("sealed twice gives the same box: the nonce is not fresh")
	}
	if _, err := access.NewVault([]byte("short")); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("short key: got %v, want ErrInvalid", err)
	}
}

// A box of before was sealed to the vault's key itself.
func TestABoxOfBeforeGetsAKeyOfItsOwnAndStaysWhatTheLedgerTellsOf(t *testing.T) {
	v := vault(t, 1)
	old := v.SealBytes("report alder/1", []byte(`{"name":"Ada Example"}`))
	if got, err := v.Open("alder/1", old, nil); err != nil || got.Name != "Ada Example" {
		t.Fatalf("before: got %v", err)
	}
	box, key, err := v.Rebox("alder/1", old)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open("alder/1", box, key); err != nil || got.Name != "Ada Example" {
		t.Errorf("with its key: got %v", err)
	}
	if was, err := v.Was("alder/1", box, key); err != nil || !bytes.Equal(was, old) {
		t.Errorf("it is not what it was: %v", err)
	}
	if bytes.Contains(box, old[25:]) {
		t.Error("the old box lies open in the new one: the vault's key alone would read it")
	}
	for _, lost := range [][]byte{nil, v.SealBytes("key of report alder/1", make([]byte, 32))} {
		if _, err := v.Open("alder/1", box, lost); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("without its own key: got %v, want ErrInvalid", err)
		}
		if _, err := v.Was("alder/1", box, lost); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("what it was, without its own key: got %v, want ErrInvalid", err)
		}
	}
}

func TestOnePersonHasOnePseudonymAtOneNode(t *testing.T) {
	v := vault(t, 1)
	base := v.Pseudonym(someone)
	if !strings.HasPrefix(base, "V-") || len(base) != 14 {
		t.Errorf("got %q, want V- and twelve characters", base)
	}
	same := fraud.Identity{Name: "A. Example", Email: " ADA@example.org "}
	if got := v.Pseudonym(same); got != base {
		t.Errorf("the same address written otherwise: got %s, want %s", got, base)
	}
	if v.Pseudonym(fraud.Identity{Phone: "+12125550142"}) != v.Pseudonym(fraud.Identity{Phone: "0012 12 555-0142"}) {
		t.Error("one phone in two writings has two pseudonyms")
	}
	if vault(t, 2).Pseudonym(someone) == base {
		t.Error("two nodes give one person the same pseudonym: they could be joined")
	}
	if got := v.Pseudonym(fraud.Identity{}); got != "" {
		t.Errorf("nobody has the pseudonym %q", got)
	}
}

func TestSealedBytesComeBackWhole(t *testing.T) {
	v := vault(t, 3)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		of := rapid.String().Draw(t, "of")
		got, err := v.OpenBytes(of, v.SealBytes(of, plain))
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("got %x, %v; want %x", got, err, plain)
		}
	})
}

func TestKeysComeBackFromTheirFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	k := keysOf(t, "alder")
	if err := access.SaveKeys(dir, k); err != nil {
		t.Fatal(err)
	}
	got, err := access.LoadKeys("alder", dir)
	if err != nil {
		t.Fatal(err)
	}
	if got.Public() != k.Public() || got.Vault != k.Vault || !got.Sign.Equal(k.Sign) || got.Seal.String() != k.Seal.String() || got.Origin() != "alder.example/ringbreaker" {
		t.Error("what was loaded is not what was saved")
	}
	if err := access.ValidKeys(got.Public()); err != nil {
		t.Error(err)
	}
	if err := access.SaveKeys(dir, keysOf(t, "alder")); !errors.Is(err, fraud.ErrConflict) {
		t.Errorf("saving over keys: got %v, want ErrConflict", err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 4 {
		t.Fatalf("got %d files, %v; want 4", len(files), err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", f.Name(), info.Mode())
		}
	}
}

func TestSpoiltKeysAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(dir string) error
		want  error
	}{
		{"missing", func(d string) error { return os.Remove(filepath.Join(d, "vault.key")) }, fraud.ErrNotFound},
		{"open to all", func(d string) error { return os.Chmod(filepath.Join(d, "sign.pem"), 0o644) }, fraud.ErrForbidden},
		{"cut", func(d string) error { return os.Truncate(filepath.Join(d, "seal.txt"), 90) }, fraud.ErrInvalid},
		{"other text", func(d string) error {
			return os.WriteFile(filepath.Join(d, "ledger.skey"), []byte("PRIVATE+KEY+a+1+b"), 0o600)
		}, fraud.ErrInvalid},
		{"no pem", func(d string) error { return os.WriteFile(filepath.Join(d, "sign.pem"), []byte("x"), 0o600) }, fraud.ErrInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := access.SaveKeys(dir, keysOf(t, "alder")); err != nil {
				t.Fatal(err)
			}
			if err := tt.spoil(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := access.LoadKeys("alder", dir); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	if _, err := access.GenerateKeys("alder", "has blanks"); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("origin with blanks: got %v, want ErrInvalid", err)
	}
}

func TestFingerprintsDifferByAnyKeyAndAreReadAloud(t *testing.T) {
	k := keysOf(t, "alder").Public()
	words, sum := access.Fingerprint(k)
	if len(strings.Fields(words)) != 12 || len(sum) != 64 {
		t.Errorf("got %q and %q, want 12 words and 64 hex digits", words, sum)
	}
	if !access.SameFingerprint(k, " "+strings.ToUpper(strings.ReplaceAll(words, " ", "-"))) || !access.SameFingerprint(k, sum[:32]+" "+sum[32:]) {
		t.Error("what a person types, words or hex, is not recognised")
	}
	for _, other := range []fraud.OrgKeys{
		{Sign: k.Sign + "A", Ledger: k.Ledger, Seal: k.Seal}, {Sign: k.Sign, Ledger: k.Ledger + "A", Seal: k.Seal}, {Sign: k.Sign, Ledger: k.Ledger, Seal: k.Seal + "a"},
	} {
		if access.SameFingerprint(other, words) || access.SameFingerprint(other, sum) {
			t.Error("other keys have the same fingerprint")
		}
	}
}

func TestTheWordListSoundsUnlikeItself(t *testing.T) {
	text, err := os.ReadFile("words.txt")
	if err != nil {
		t.Fatal(err)
	}
	list := strings.Fields(string(text))
	if len(list) != 256 {
		t.Fatalf("got %d words, want 256", len(list))
	}
	starts := map[string]string{}
	for _, w := range list {
		if other, ok := starts[w[:4]]; ok {
			t.Errorf("%s and %s begin alike", w, other)
		}
		starts[w[:4]] = w
	}
}

func TestWhoAsksComesFromTheContext(t *testing.T) {
	if !access.From(t.Context()).Public() {
		t.Error("an empty context is not the public")
	}
	p := access.Person{ID: "p1", Org: "alder", Roles: []access.Role{access.RoleAnalyst}}
	who := access.From(access.With(t.Context(), p.As(fraud.OrgCompany)))
	if who.Person != "p1" || !who.Has(access.RoleAnalyst) || who.Has(access.RoleAdmin) || who.Public() {
		t.Errorf("got %+v, want the analyst", who)
	}
	p.Disabled = now
	if p.Active() {
		t.Error("a disabled person is active")
	}
}
