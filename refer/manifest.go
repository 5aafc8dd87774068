package refer

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

const manifestFormat = "ringbreaker/manifest/1"

// Manifest lists every file of a package but itself, signatures.json and
// ledger.json. It is what the complainants sign.
type Manifest struct {
	Format   string           `json:"format"`
	Referral fraud.ReferralID `json:"referral"`
	Version  int              `json:"version"`
	Files    []File           `json:"files"` // ascending by path, byte by byte
}

// File is one line of the manifest.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Limits of what a verifier reads into memory. They are far above a referral
// of 100,000 exhibits.
const (
	maxFiles    = 100_000
	maxManifest = 32 << 20
	maxLedger   = 16 << 20
	maxReferral = 64 << 20
	// maxComplainants sign one referral; signatures.json holds the manifest in
	// base64 for each, and a statement with a time stamp. maxSignatures bounds it
	// where manifests are large: three complainants of the largest manifest, 32 of
	// one of 10,000 files.
	maxComplainants = 32
	maxSignatures   = 132 << 20
	// maxWitnesses of one complainant's ledger: each is a signature to verify.
	maxWitnesses = 32
	// maxQueries that are counted again, and the bytes of tables that they may
	// read together: a minute of work.
	maxQueries = 1000
	maxCounted = 4 << 30
	// maxDistinct values are held in memory by one query: more victims, accounts
	// or indicators than any referral has.
	maxDistinct = 5_000_000
)

// mostSignatures bounds signatures.json beside a manifest of size bytes.
func mostSignatures(size int) int64 {
	return min(maxSignatures, maxComplainants*(int64(base64.StdEncoding.EncodedLen(size))+2*maxStamp+16<<10))
}

var hexForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// encode writes JSON in the one form of this format: fields in the order of
// their types, map keys sorted, two blanks of indent, a line feed at the end.
func encode(v any) ([]byte, error) {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return append(b, '\n'), nil
}

// decodeExact reads JSON that must be in the one form that encode writes, so
// that no byte of it is free to change.
func decodeExact(b []byte, v any, what string) error {
	if err := json.Unmarshal(b, v, json.RejectUnknownMembers(true), json.WithUnmarshalers(new(scale).unmarshalers())); err != nil {
		return fmt.Errorf("%s is not the JSON of this format: %w", what, fraud.ErrInvalid)
	}
	again, err := encode(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(b, again) {
		return fmt.Errorf("%s is not in its one byte form: %w", what, fraud.ErrInvalid)
	}
	return nil
}

// scale weighs what JSON becomes in memory while it is read. Written in the one
// form, an object takes about as many bytes as its Go value, since every field
// stands there; "{}" takes three and may become a thousand. So a file that grows
// by more than mostGrown is in another form, and is refused before it has filled
// the machine.
type scale struct{ spent int64 }

const (
	freeWeight = 1 << 20 // bytes that any file may become
	mostGrown  = 4       // bytes in memory for each byte of JSON; the most in a real referral is under 1
)

var errGrown = errors.New("it becomes more in memory than its one form can")

func (s *scale) unmarshalers() *json.Unmarshalers {
	return json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v any) error {
		s.spent += int64(reflect.TypeOf(v).Elem().Size())
		if s.spent > freeWeight+mostGrown*dec.InputOffset() {
			return errGrown
		}
		return json.SkipFunc // and is read as ever
	})
}

// decodeManifest reads and checks a manifest.
func decodeManifest(b []byte) (Manifest, error) {
	var m Manifest
	if err := decodeExact(b, &m, manifestName); err != nil {
		return m, err
	}
	if m.Format != manifestFormat {
		return m, fmt.Errorf("%s has format %.40q, want %s: %w", manifestName, m.Format, manifestFormat, fraud.ErrInvalid)
	}
	if len(m.Files) > maxFiles {
		return m, fmt.Errorf("%s lists %d files, the most is %d: %w", manifestName, len(m.Files), maxFiles, fraud.ErrInvalid)
	}
	seen, folders := make(map[string]string, len(m.Files)), map[string]string{}
	for i, f := range m.Files {
		if err := checkPath(f.Path); err != nil {
			return m, err
		}
		if outsideManifest(f.Path) {
			return m, fmt.Errorf("%s lists %s, which it cannot: %w", manifestName, f.Path, fraud.ErrInvalid)
		}
		if i > 0 && m.Files[i-1].Path >= f.Path {
			return m, fmt.Errorf("%s: %s stands out of order or twice: %w", manifestName, f.Path, fraud.ErrInvalid)
		}
		if other, twice := seen[strings.ToLower(f.Path)]; twice {
			return m, fmt.Errorf("%s: %s and %s differ only in capitals: %w", manifestName, other, f.Path, fraud.ErrInvalid)
		}
		seen[strings.ToLower(f.Path)] = f.Path
		for at, c := range f.Path {
			if c == '/' {
				folders[strings.ToLower(f.Path[:at])] = f.Path
			}
		}
		if f.Size < 0 || !hexForm.MatchString(f.SHA256) {
			return m, fmt.Errorf("%s: size or SHA-256 of %s cannot be right: %w", manifestName, f.Path, fraud.ErrInvalid)
		}
	}
	for folder, path := range folders { // "a-" stands between "a" and "a/b", so this waits until all are known
		other, clash := seen[folder]
		if clash || outsideManifest(folder) {
			return m, fmt.Errorf("%s: %s is below a file (%s), not a folder: %w", manifestName, path, cmp.Or(other, folder), fraud.ErrInvalid)
		}
	}
	return m, nil
}

// Find gives the manifest's line for a path.
func (m Manifest) Find(path string) (File, bool) {
	i, ok := slices.BinarySearchFunc(m.Files, path, func(f File, p string) int { return strings.Compare(f.Path, p) })
	if !ok {
		return File{}, false
	}
	return m.Files[i], true
}

// order is the order in which a package's files stand in the tar.
func (m Manifest) order() []string {
	out := []string{manifestName, signaturesName, ledgerName, referralName}
	for _, f := range m.Files {
		if f.Path != referralName {
			out = append(out, f.Path)
		}
	}
	return out
}

// schedulesDigest is the hash that the dossier prints in its footer: SHA-256
// over a line "SHA256  PATH" for every file of the manifest but the dossier
// itself, in the manifest's order. sha256sum makes the same lines.
func schedulesDigest(files []File) string {
	h := sha256.New()
	for _, f := range files {
		if f.Path != dossierHTML && f.Path != dossierPDF {
			fmt.Fprintf(h, "%s  %s\n", f.SHA256, f.Path)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
