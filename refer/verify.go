package refer

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Trust is what a verifier knows from elsewhere. A package carries the keys
// that signed it, so by itself it proves that nobody changed it since, not
// that the complainants are who they say: pin their keys to prove that too.
type Trust struct {
	// Keys pins complainants' signing keys, in base64.
	Keys map[fraud.OrgID]string
	// Ledgers pins their ledgers' note verifier keys (C2SP signed-note).
	Ledgers map[fraud.OrgID]string
	// Stamps are the time-stamping services' roots; nil takes the certificate
	// that a time stamp carries, and says that nobody here vouched for it.
	Stamps *x509.CertPool
	// MaxBytes is the most a package may hold; zero means 1 TiB.
	MaxBytes int64
}

// Verification is what was verified of a package and what was not, in the
// order in which it was done. Checks holds a sentence for each; the first
// that does not hold is the last.
type Verification struct {
	Referral fraud.ReferralID `json:"referral"`
	Version  int              `json:"version"`
	Title    string           `json:"title"`
	Mark     fraud.Mark       `json:"mark"`
	Manifest string           `json:"manifest_sha256"`
	Package  string           `json:"package_sha256"`
	Files    int              `json:"files"`
	Bytes    int64            `json:"bytes"` // of all files
	Signers  []Signed         `json:"signers"`
	Checks   []fraud.Check    `json:"checks"`
	OK       bool             `json:"ok"`
}

// Signed is one complainant's signature as it was verified.
type Signed struct {
	fraud.Signer
	Office string `json:"office"`
	Key    string `json:"key"`    // base64
	Words  string `json:"words"`  // the key's fingerprint to read aloud
	Pinned bool   `json:"pinned"` // the key is one that the verifier already knew
	// Stamp is the time stamp of the signature, nil if it has none.
	Stamp *Stamped `json:"time_stamp,omitempty"`
}

// Verify reads a .referral from r once, in constant memory, and checks every
// byte of it: the form of the tar, each hash, each signature, each
// certificate's references, each ledger proof. The error wraps ErrInvalid
// and names the first thing that does not hold; any other error means that r
// could not be read.
func Verify(r io.Reader, trust Trust) (Verification, error) {
	return verifyTo(r, trust, nil)
}

// VerifyPath verifies a .referral file or a package's folder.
func VerifyPath(path string, trust Trust) (v Verification, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return Verification{}, fmt.Errorf("no referral at %s: %w", path, fraud.ErrNotFound)
	}
	if info.IsDir() {
		return verifyDir(path, trust)
	}
	f, err := os.Open(path)
	if err != nil {
		return Verification{}, fmt.Errorf("read referral %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return Verify(f, trust)
}

// verifier walks once over a package.
type verifier struct {
	v        Verification
	trust    Trust
	manifest []byte
	m        Manifest
	doc      Document
	sigs     Signatures
	ledger   []byte
	content  content
	buf      []byte // for copying, made once
}

// sink takes each file while it is being verified: [Open] writes them out.
type sink func(name string, r io.Reader) error

func verifyTo(r io.Reader, trust Trust, to sink) (Verification, error) {
	whole := newHashing(r)
	t := &tarReader{r: whole}
	next := func() (string, int64, io.Reader, error) {
		name, size, err := t.next()
		return name, size, t, err
	}
	vr := &verifier{trust: trust, content: newContent()}
	err := vr.walk(next, to)
	vr.v.Package = whole.sum()
	return vr.result(err)
}

func (vr *verifier) result(err error) (Verification, error) {
	if err != nil {
		vr.v.Package = ""
		if errors.Is(err, fraud.ErrInvalid) {
			vr.v.Checks = append(vr.v.Checks, fraud.Check{No: len(vr.v.Checks) + 1, Name: "broken", Says: err.Error()})
		}
		return vr.v, err
	}
	vr.v.OK = true
	return vr.v, nil
}

func (vr *verifier) says(name, format string, args ...any) {
	vr.v.Checks = append(vr.v.Checks, fraud.Check{No: len(vr.v.Checks) + 1, Name: name, OK: true, Says: fmt.Sprintf(format, args...)})
}

// walk reads the four outline files, then every file of the manifest.
func (vr *verifier) walk(next func() (string, int64, io.Reader, error), to sink) error {
	if err := vr.outline(next, to); err != nil {
		return err
	}
	return vr.rest(next, to, outlined[:])
}

// outlined are the files that stand first, in their order.
var outlined = [4]string{manifestName, signaturesName, ledgerName, referralName}

// rest reads what follows the files that were got already.
func (vr *verifier) rest(next func() (string, int64, io.Reader, error), to sink, got []string) error {
	want := vr.m.order()
	got = slices.Clone(got)
	for {
		name, size, r, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		got = append(got, name)
		if len(got) > len(want) || want[len(got)-1] != name {
			return orderProblem(got, want, false)
		}
		f, _ := vr.m.Find(name)
		if err := vr.file(f, size, r, to); err != nil {
			return err
		}
	}
	if len(got) != len(want) {
		return orderProblem(got, want, true)
	}
	vr.says("files", "All %d files have the size and SHA-256 that the manifest lists; none is added, missing, renamed or out of place.", len(vr.m.Files))
	return vr.inside()
}

// outline reads manifest, signatures, ledger and referral, and checks the
// signatures before any other file is looked at.
func (vr *verifier) outline(next func() (string, int64, io.Reader, error), to sink) error {
	limits := [4]int64{maxManifest, 0, maxLedger, maxReferral}
	var b [4][]byte
	for i, want := range outlined {
		name, size, r, err := next()
		if errors.Is(err, io.EOF) {
			return broken("%s is missing", want)
		}
		if err != nil {
			return err
		}
		if name != want {
			return broken("%s stands where %s must stand", name, want)
		}
		if i == 1 {
			limits[i] = mostSignatures(len(b[0]))
		}
		if size > limits[i] {
			return broken("%s is larger than %d bytes", want, limits[i])
		}
		if i == 3 { // its size is known and bounds what is read
			if f, ok := vr.m.Find(referralName); !ok || f.Size != size {
				return broken("%s is not what the manifest says: it has %d bytes", referralName, size)
			}
		}
		if b[i], err = readMost(r, want, limits[i]); err != nil {
			return err
		}
		if i == 0 { // before anything else is read into memory
			if err := vr.takeManifest(b[0]); err != nil {
				return err
			}
		}
	}
	for _, take := range []func() error{
		func() error { return vr.takeReferral(b[3]) },
		func() error { return vr.takeSignatures(b[1]) },
		func() error { return vr.takeLedger(b[2]) },
	} {
		if err := take(); err != nil {
			return err
		}
	}
	if to == nil {
		return nil
	}
	for i, name := range outlined {
		if err := to(name, bytes.NewReader(b[i])); err != nil {
			return err
		}
	}
	return nil
}

func (vr *verifier) takeManifest(b []byte) (err error) {
	vr.manifest = b
	if vr.m, err = decodeManifest(b); err != nil {
		return err
	}
	vr.v.Manifest, vr.v.Referral, vr.v.Version = sha256Hex(b), vr.m.Referral, vr.m.Version
	return vr.budget()
}

func (vr *verifier) takeReferral(b []byte) (err error) {
	ref, ok := vr.m.Find(referralName)
	if !ok || ref.Size != int64(len(b)) || ref.SHA256 != sha256Hex(b) {
		return broken("%s is not what the manifest says: its SHA-256 differs", referralName)
	}
	if vr.doc, err = decodeDocument(b); err != nil {
		return err
	}
	if vr.doc.ID != vr.m.Referral || vr.doc.Version != vr.m.Version {
		return broken("%s and the manifest name different referrals", referralName)
	}
	vr.v.Title, vr.v.Mark = vr.doc.Title, vr.doc.Mark
	return nil
}

func (vr *verifier) takeSignatures(b []byte) error {
	if err := decodeExact(b, &vr.sigs, signaturesName); err != nil {
		return err
	}
	return vr.signatures()
}

func (vr *verifier) takeLedger(b []byte) error {
	vr.ledger = b
	return vr.ledgers()
}

func (vr *verifier) budget() error {
	most := vr.trust.MaxBytes
	if most == 0 {
		most = 1 << 40
	}
	var sum, kept int64
	for _, f := range vr.m.Files {
		if vr.content.wants(f.Path) {
			kept += min(f.Size, mostKept+1)
		}
		if kept > mostKept {
			return broken("the tables and certificates are larger than %d bytes together", mostKept)
		}
		if f.Size > most || sum > most-f.Size {
			return broken("the manifest lists more than the %d bytes allowed here", most)
		}
		sum += f.Size
	}
	vr.v.Files, vr.v.Bytes = len(vr.m.Files), sum
	return nil
}

// signatures wants one from each complainant and none from anyone else.
func (vr *verifier) signatures() error {
	if vr.sigs.Format != signaturesFormat {
		return broken("%s has format %.40q, want %s", signaturesName, vr.sigs.Format, signaturesFormat)
	}
	if len(vr.sigs.By) == 0 {
		return broken("nobody has signed referral %s", vr.doc.ID)
	}
	for i, c := range vr.doc.Complainants {
		if i >= len(vr.sigs.By) || vr.sigs.By[i].Org != c.Org.ID {
			return broken("complainant %s has not signed, or its signature is out of place", c.Org.ID)
		}
		st, err := checkSignature(vr.sigs.By[i], c, &vr.doc, vr.manifest)
		if err != nil {
			return err
		}
		if err := vr.trusted(c, st, vr.sigs.By[i]); err != nil {
			return err
		}
	}
	if len(vr.sigs.By) > len(vr.doc.Complainants) {
		return broken("%.80q signed and is not a complainant", vr.sigs.By[len(vr.doc.Complainants)].Org)
	}
	return nil
}

// trusted says whose key it is, as far as the verifier can know.
func (vr *verifier) trusted(c Complainant, st Signing, mine SignatureOf) error {
	pub, err := publicKey(c.Org.Keys.Sign)
	if err != nil {
		return err
	}
	stamp, err := st.timeStamp(mine.Manifest, vr.trust.Stamps)
	if err != nil {
		return fmt.Errorf("signature of %s: %w", c.Org.ID, err)
	}
	pin, pinned := vr.trust.Keys[c.Org.ID]
	if pinned {
		known, err := publicKey(pin)
		if err != nil {
			return fmt.Errorf("the key given for %s: %w", c.Org.ID, err)
		}
		if !known.Equal(pub) {
			return broken("%s signed with key %.16s…, and the key known for it is %.16s…", c.Org.ID, KeyID(pub), KeyID(known))
		}
	}
	words, _ := access.Fingerprint(c.Org.Keys)
	vr.v.Signers = append(vr.v.Signers, Signed{
		Signer: fraud.Signer{Org: c.Org.ID, Person: st.Person, KeyID: st.KeyID, At: st.At},
		Office: st.Office, Key: c.Org.Keys.Sign, Words: words, Pinned: pinned, Stamp: stamp,
	})
	how := "with a key that nobody here vouched for: read its words to the complainant by telephone"
	if pinned {
		how = "with the key that was known for it"
	}
	if c.SignKey != "" {
		how += ", by way of its signatory's key, for which that one vouches"
	}
	vr.says("signature "+string(c.Org.ID), "%s, %s of %s, signed at %s, %s (%s).",
		st.Person, st.Office, c.Org.Name, st.At.Format(time.RFC3339), how, words)
	switch {
	case stamp != nil && stamp.Pinned:
		vr.says("time stamp "+string(c.Org.ID), "%s, a service known here, stamped this signature at %s.", stamp.By, stamp.At.Format(time.RFC3339))
	case stamp != nil:
		vr.says("time stamp "+string(c.Org.ID), "A service that calls itself %s stamped this signature at %s; nobody here vouched for its certificate.", stamp.By, stamp.At.Format(time.RFC3339))
	case st.NoTimeStamp == "" && vr.trust.Stamps != nil:
		vr.says("time stamp "+string(c.Org.ID), "There is no time stamp: none was asked for.")
	case st.NoTimeStamp != "":
		vr.says("time stamp "+string(c.Org.ID), "There is no time stamp: %s.", st.NoTimeStamp)
	}
	return nil
}

// file hashes one file and keeps of it what the last checks need.
func (vr *verifier) file(f File, size int64, r io.Reader, to sink) error {
	if size != f.Size {
		return broken("%s has %d bytes, the manifest says %d", f.Path, size, f.Size)
	}
	h := newHashing(r)
	var err error
	if in := vr.content.watch(f.Path, f.Size, h); to != nil {
		err = to(f.Path, in)
	} else {
		err = vr.discard(in, f.Size)
	}
	sum := h.sum() // also after an error: nothing works on the bytes any more
	if err != nil {
		return err
	}
	if sum != f.SHA256 {
		return broken("%s is not what the manifest says: its SHA-256 differs", f.Path)
	}
	return nil
}

// discard reads to the end with one buffer, no larger than the largest file.
func (vr *verifier) discard(r io.Reader, size int64) error {
	if want := newBuffer(size); len(vr.buf) < len(want) {
		vr.buf = want
	}
	_, err := copyAll(io.Discard, r, vr.buf)
	return err
}
