package access_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// seed is a private key that everybody knows.
func seed(what string) ed25519.PrivateKey {
	sum := sha256.Sum256([]byte("ringbreaker vector: " + what))
	return ed25519.NewKeyFromSeed(sum[:])
}

// knownKeys are an organisation's keys drawn from seeds, with sealing keys that
// were drawn for this test and open nothing.
func knownKeys(t *testing.T, turn string) *access.Keys {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(seed("sign " + turn))
	if err != nil {
		t.Fatal(err)
	}
	log := seed("ledger") // stays: witnesses know the ledger by it
	public, _ := log.Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey("alder.example/ringbreaker", public)
	if err != nil {
		t.Fatal(err)
	}
	hash := vkey[len("alder.example/ringbreaker+"):][:8]
	skey := "PRIVATE+KEY+alder.example/ringbreaker+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, log.Seed()...))
	seal := map[string]string{
		"old": "AGE-SECRET-KEY-140D34D0ZENDZTZTYURH2XP2MK8GPZX8WFEL69YDMYP3788XSACTQ404YMN",
		"new": "AGE-SECRET-KEY-14SZZLVASSMAF4T34YMM3DTZCDXQKMRVT46L2EN979X6PEK9A3HHS9PA3F4",
	}[turn]
	dir := t.TempDir()
	for name, text := range map[string]string{
		"sign.pem": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "ledger.skey": skey, "seal.txt": seal,
		"vault.key": base64.StdEncoding.EncodeToString(make([]byte, access.VaultKeySize)),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k, err := access.LoadKeys("alder", dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// keyVector is one line of docs/spec/vectors/keys.json.
type keyVector struct {
	What   string            `json:"what"`
	Seeds  map[string]string `json:"seeds,omitempty"` // Ed25519 private keys in hex
	Keys   *fraud.OrgKeys    `json:"keys,omitempty"`
	Words  string            `json:"words,omitempty"`
	Hex    string            `json:"hex,omitempty"`
	Change *access.KeyChange `json:"change,omitempty"`
	Signed string            `json:"signed,omitempty"` // what both signatures are over
}

// By these another implementation can check that it reads fingerprints and key
// changes as we do.
func TestKeysAreReadAndChangedAsPublished(t *testing.T) {
	old, fresh := knownKeys(t, "old"), knownKeys(t, "new")
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	change, err := access.ChangeKeys(old, fresh, "a year is over", at)
	if err != nil {
		t.Fatal(err)
	}
	gone, err := access.ChangeKeys(old, nil, "lost", at)
	if err != nil {
		t.Fatal(err)
	}
	var list []keyVector
	for _, k := range []*access.Keys{old, fresh} {
		keys := k.Public()
		words, sum := access.Fingerprint(keys)
		list = append(list, keyVector{What: "fingerprint", Keys: &keys, Words: words, Hex: sum})
	}
	for what, c := range map[string]access.KeyChange{"keys change": change} {
		list = append(list, keyVector{What: what, Change: &c, Signed: signedText(c), Seeds: map[string]string{
			"old": hex.EncodeToString(seed("sign old").Seed()), "new": hex.EncodeToString(seed("sign new").Seed()),
		}})
	}
	list = append(list, keyVector{What: "key given up", Change: &gone, Signed: signedText(gone), Seeds: map[string]string{"old": hex.EncodeToString(seed("sign old").Seed())}})
	org := fraud.Org{ID: "alder", Keys: old.Public()}
	for _, v := range list {
		if v.Change == nil {
			continue
		}
		if err := v.Change.Check(org, at); err != nil {
			t.Errorf("%s: %v", v.What, err)
		}
		sig, err := base64.StdEncoding.DecodeString(v.Change.ByOld)
		if err != nil || !ed25519.Verify(seed("sign old").Public().(ed25519.PublicKey), []byte(v.Signed), sig) {
			t.Errorf("%s: the old key did not sign what the specification says: %v", v.What, err)
		}
	}
	got, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("..", "docs", "spec", "vectors", "keys.json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(got) != string(want) {
		t.Errorf("the format has changed: other implementations would no longer agree with us (%v)\n%s", err, got)
	}
}

// signedText is made by the words of docs/spec/match.md, not by our code: the
// heading, a line feed, and the JSON without the two signatures.
func signedText(c access.KeyChange) string {
	keys := func(k fraud.OrgKeys) string {
		return `{"sign":"` + k.Sign + `","ledger":"` + k.Ledger + `","seal":"` + k.Seal + `"}`
	}
	return "ringbreaker/key-change/1\n" + `{"org":"` + string(c.Org) + `","old":` + keys(c.Old) + `,"new":` + keys(c.New) + `,"reason":"` + c.Reason + `","at":"` + c.At.Format(time.RFC3339) + `"}`
}
