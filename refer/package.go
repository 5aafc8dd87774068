package refer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"ringbreaker.example/fraud"
)

// Package is one referral: built from Material, or loaded from a folder or a
// .referral file. Loading checks its outline; [Verify] checks every byte.
type Package struct {
	Manifest Manifest
	Document Document

	manifest   []byte
	signatures []byte
	ledger     []byte
	open       map[string]opener
	closer     io.Closer
}

type opener func() (io.ReadCloser, error)

func openBytes(b []byte) opener {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

// Close releases the file that the package was loaded from.
func (p *Package) Close() error {
	if p.closer == nil {
		return nil
	}
	return p.closer.Close()
}

// Open gives the bytes of one file of the package. It returns ErrNotFound
// for a name that is not in it.
func (p *Package) Open(name string) (io.ReadCloser, error) {
	switch name {
	case manifestName:
		return openBytes(p.manifest)()
	case signaturesName:
		return openBytes(p.signatures)()
	case ledgerName:
		return openBytes(p.ledger)()
	}
	o, ok := p.open[name]
	if !ok {
		return nil, fmt.Errorf("file %.120q of referral %s: %w", name, p.Manifest.Referral, fraud.ErrNotFound)
	}
	return o()
}

// Digest is the SHA-256 of manifest.json in hex: what the complainants sign
// and what their ledgers hold.
func (p *Package) Digest() string { return sha256Hex(p.manifest) }

// Names lists the files in the order of the tar.
func (p *Package) Names() []string { return p.Manifest.order() }

// Seals are the two files that grow while complainants sign: signatures.json
// and ledger.json.
func (p *Package) Seals() (signatures, ledger []byte) { return p.signatures, p.ledger }

// Adopt puts another copy's signatures and ledger proofs into this one, after
// each that is there was held against this manifest: a co-signer sends back a
// few kilobytes and not the whole package. ErrInvalid names what does not hold.
func (p *Package) Adopt(signatures, ledger []byte) error {
	var all Signatures
	if err := decodeExact(signatures, &all, signaturesName); err != nil {
		return err
	}
	for _, s := range all.By {
		c, ok := p.Document.complainant(s.Org)
		if !ok {
			return broken("%.80q signed and is not a complainant", s.Org)
		}
		if _, err := checkSignature(s, c, &p.Document, p.manifest); err != nil {
			return err
		}
	}
	var proofs Ledgers
	if err := decodeExact(ledger, &proofs, ledgerName); err != nil {
		return err
	}
	for _, l := range proofs.Proofs {
		c, ok := p.Document.complainant(l.Org)
		if !ok {
			return broken("%.80q proves a ledger and is not a complainant", l.Org)
		}
		if _, err := checkProof(&p.Document, c, l.Proof, p.Digest()); err != nil {
			return err
		}
	}
	p.signatures, p.ledger = signatures, ledger
	return nil
}

func (p *Package) size(name string) int64 {
	switch name {
	case manifestName:
		return int64(len(p.manifest))
	case signaturesName:
		return int64(len(p.signatures))
	case ledgerName:
		return int64(len(p.ledger))
	}
	f, _ := p.Manifest.Find(name)
	return f.Size
}

// Pack writes the package as a .referral. It hashes each file on the way and
// returns ErrConflict, naming it, if one no longer is what the manifest says.
func (p *Package) Pack(w io.Writer) error {
	t := tarWriter{w, p.buffer()}
	for _, name := range p.Names() {
		if err := p.each(name, func(r io.Reader) error { return t.file(name, p.size(name), r) }); err != nil {
			return err
		}
	}
	return t.close()
}

// buffer is one for copying every file of the package.
func (p *Package) buffer() []byte {
	var most int64
	for _, name := range p.Names() {
		most = max(most, p.size(name))
	}
	return newBuffer(most)
}

// each opens one file, lets use read all of it and checks its hash.
func (p *Package) each(name string, use func(io.Reader) error) error {
	r, err := p.Open(name)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	defer r.Close()
	h := newHashing(r)
	err = use(h)
	sum := h.sum() // also after an error: nothing works on use's bytes any more
	if err != nil {
		return err
	}
	var one [1]byte
	if n, _ := r.Read(one[:]); n > 0 {
		return fmt.Errorf("%s is longer than its list says: %w", name, fraud.ErrConflict)
	}
	want, listed := p.Manifest.Find(name)
	if listed && sum != want.SHA256 {
		return fmt.Errorf("%s is not what the manifest says: its SHA-256 differs: %w", name, fraud.ErrConflict)
	}
	return nil
}

// WriteDir writes the package as a folder, which must not exist yet or be
// empty.
func (p *Package) WriteDir(dir string) error {
	if old, err := os.ReadDir(dir); err == nil && len(old) > 0 {
		return fmt.Errorf("folder %s is not empty: choose a new one: %w", dir, fraud.ErrConflict)
	}
	buf := p.buffer()
	for _, name := range p.Names() {
		if err := p.each(name, func(r io.Reader) error { return writeFile(dir, name, r, buf) }); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(dir, name string, r io.Reader, buf []byte) error {
	if err := checkPath(name); err != nil {
		return err
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder for %s: %w", name, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if _, err := copyAll(f, r, buf); err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Join(err, f.Close()))
	}
	return f.Close()
}

// Load reads a package from a folder or a .referral file: the outline now,
// the files when they are opened. Close it after use.
func Load(path string) (*Package, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no referral at %s: %w", path, fraud.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read referral %s: %w", path, err)
	}
	if info.IsDir() {
		return loadDir(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read referral %s: %w", path, err)
	}
	p, err := loadTar(f, info.Size())
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	p.closer = f
	return p, nil
}

func loadDir(dir string) (*Package, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("read referral %s: %w", dir, err)
	}
	p := &Package{open: map[string]opener{}, closer: root}
	read := func(name string, most int64) ([]byte, error) {
		f, err := openPlain(root, name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return readMost(f, name, most)
	}
	err = p.outline(read)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	for _, f := range p.Manifest.Files {
		p.open[f.Path] = func() (io.ReadCloser, error) { return openPlain(root, f.Path) }
	}
	return p, nil
}

// openPlain opens a regular file below root; a link or a device is refused,
// not followed.
func openPlain(root *os.Root, name string) (io.ReadCloser, error) {
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, broken("%s is missing from the folder", name)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, broken("%s is not a plain file", name)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return f, nil
}

// outline reads the four files that say what the rest is.
func (p *Package) outline(read func(name string, most int64) ([]byte, error)) error {
	var err error
	if p.manifest, err = read(manifestName, maxManifest); err != nil {
		return err
	}
	if p.Manifest, err = decodeManifest(p.manifest); err != nil {
		return err
	}
	if p.signatures, err = read(signaturesName, mostSignatures(len(p.manifest))); err != nil {
		return err
	}
	if p.ledger, err = read(ledgerName, maxLedger); err != nil {
		return err
	}
	doc, err := read(referralName, maxReferral)
	if err != nil {
		return err
	}
	if want, ok := p.Manifest.Find(referralName); !ok || want.SHA256 != sha256Hex(doc) {
		return broken("%s is not the one that the manifest lists", referralName)
	}
	p.Document, err = decodeDocument(doc)
	return err
}

func readMost(r io.Reader, name string, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(b)) > most {
		return nil, broken("%s is larger than %d bytes", name, most)
	}
	return b, nil
}

// loadTar indexes a .referral file without reading the bodies.
func loadTar(f io.ReaderAt, end int64) (*Package, error) {
	p := &Package{open: map[string]opener{}}
	var names []string
	var at int64
	for {
		name, size, err := headerAt(f, at, end)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if p.open[name] != nil {
			return nil, broken("%s stands twice in the package", name)
		}
		if len(names) > maxFiles+3 {
			return nil, broken("the package has more than %d files", maxFiles)
		}
		from := at + block
		p.open[name] = func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(f, from, size)), nil }
		names = append(names, name)
		at = from + size + padding(size)
	}
	err := p.outline(func(name string, most int64) ([]byte, error) {
		open := p.open[name]
		if open == nil {
			return nil, broken("%s is missing", name)
		}
		r, err := open()
		if err != nil {
			return nil, err
		}
		return readMost(r, name, most)
	})
	if err != nil {
		return nil, err
	}
	if !slices.Equal(names, p.Manifest.order()) {
		return nil, orderProblem(names, p.Manifest.order(), true)
	}
	return p, nil
}

// orderProblem names the first file that is not where it belongs. Where not
// all names are known yet, a missing file and a reordered one look alike.
func orderProblem(got, want []string, all bool) error {
	seen := make(map[string]bool, len(got)) // a package may have 100,000 files
	for i, name := range got {
		twice := seen[name]
		seen[name] = true
		switch {
		case i < len(want) && name == want[i]:
		case twice:
			return broken("%s stands twice in the package", name)
		case !slices.Contains(want, name):
			return broken("%s is not in the manifest: it was added or renamed", name)
		case !all && i < len(want):
			return broken("%s stands where %s must stand: that one is missing or out of its place", name, want[i])
		case i < len(want) && !slices.Contains(got, want[i]):
			return broken("%s is missing: it was removed or renamed", want[i])
		default:
			return broken("%s stands in the wrong place: the files were reordered", name)
		}
	}
	return broken("%s is missing: it was removed or renamed", want[len(got)])
}

func headerAt(f io.ReaderAt, at, end int64) (string, int64, error) {
	if at < 0 || at+2*block > end {
		return "", 0, broken("the package ends before its end blocks")
	}
	t := tarReader{r: io.NewSectionReader(f, at, block)}
	if at+2*block == end {
		t.r = io.NewSectionReader(f, at, 2*block)
	}
	return t.next()
}
