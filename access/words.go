package access

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strings"

	"ringbreaker.example/fraud"
)

// wordList holds 256 words that sound unlike each other on the telephone: no
// two begin with the same four letters or differ by a single one. A byte is a
// word, in the order of the list.
//
//go:embed words.txt
var wordList string

// fingerprintWords is how many words are read aloud: 12 of them carry 96
// bits, which nobody can match by trying keys.
const fingerprintWords = 12

// Fingerprint is what two people compare before their nodes trust each
// other: SHA-256 over the public keys, as words to read aloud and in full as
// hex.
//
//	SHA-256("ringbreaker/fingerprint/1" LF SIGN LF LEDGER LF SEAL LF)
func Fingerprint(keys fraud.OrgKeys) (words, hexSum string) {
	sum := sha256.Sum256([]byte("ringbreaker/fingerprint/1\n" + keys.Sign + "\n" + keys.Ledger + "\n" + keys.Seal + "\n"))
	list := strings.Fields(wordList)
	out := make([]string, fingerprintWords)
	for i := range out {
		out[i] = list[sum[i]]
	}
	return strings.Join(out, " "), hex.EncodeToString(sum[:])
}

// SameFingerprint says whether what a person typed, words or hex in any case
// and with any blanks or hyphens between, is the fingerprint of keys.
func SameFingerprint(keys fraud.OrgKeys, typed string) bool {
	words, sum := Fingerprint(keys)
	typed = strings.Join(strings.Fields(strings.ToLower(strings.NewReplacer("-", " ", ",", " ", ":", " ").Replace(typed))), " ")
	return typed == words || strings.ReplaceAll(typed, " ", "") == sum
}
