package refer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"ringbreaker.example/fraud"
)

// verifyDir verifies a package's folder: the same checks, the files taken in
// the order of the tar, and nothing else may lie in it.
func verifyDir(dir string, trust Trust) (v Verification, err error) {
	vr := &verifier{trust: trust, content: newContent()}
	p, err := loadDir(dir)
	if err != nil {
		return vr.result(err)
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	want := p.Names()
	if err := onlyThese(dir, want); err != nil {
		return vr.result(err)
	}
	var open io.Closer
	next := func() (string, int64, io.Reader, error) {
		if open != nil {
			if err := open.Close(); err != nil {
				return "", 0, nil, err
			}
			open = nil
		}
		if len(want) == 0 {
			return "", 0, nil, io.EOF
		}
		name := want[0]
		want = want[1:]
		r, err := p.Open(name)
		if err != nil {
			return "", 0, nil, err
		}
		open = r
		size := p.size(name)
		if info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); err == nil {
			size = info.Size()
		}
		return name, size, r, nil
	}
	err = vr.walk(next, nil)
	if open != nil {
		err = errors.Join(err, open.Close())
	}
	return vr.result(err)
}

// onlyThese refuses whatever else lies in a folder.
func onlyThese(dir string, names []string) error {
	listed, folders := make(map[string]bool, len(names)), map[string]bool{".": true}
	for _, name := range names {
		listed[name] = true
		for at := strings.LastIndexByte(name, '/'); at > 0; at = strings.LastIndexByte(name[:at], '/') {
			folders[name[:at]] = true
		}
	}
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if d.IsDir() {
			if !folders[name] {
				return broken("the folder %.120q holds nothing that the manifest lists: it was added", name)
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return broken("%.120q is not a plain file", name)
		}
		if !listed[name] {
			return broken("%.120q is not in the manifest: it was added or renamed", name)
		}
		return nil
	})
}

// Save writes the package as NAME.referral at path, or as a folder if path
// does not end in .referral. The file appears whole or not at all.
func (p *Package) Save(path string) error {
	if !strings.HasSuffix(path, ".referral") {
		return p.WriteDir(path)
	}
	return atomically(path, p.Pack)
}

// halfName begins what is written beside its place and is not whole yet.
const halfName = ".referral-"

// halfDead is how long nothing must have been written to a half package until it
// counts as a killed program's: one that is at work writes all the time.
const halfDead = time.Hour

// sweep takes away what killed programs left unfinished in a folder: nobody else
// would, and it may hold what is to be sealed. What cannot be looked at stays.
func sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, halfName+"*"))
	for _, name := range left {
		number := strings.TrimPrefix(filepath.Base(name), halfName)
		if number == "" || strings.Trim(number, "0123456789") != "" {
			continue // somebody's own: ours end in digits
		}
		if last, err := lastWritten(name); err == nil && time.Since(last) > halfDead {
			_ = os.RemoveAll(name) // tried again the next time
		}
	}
}

// lastWritten is when a file, or anything in a folder, was written last.
func lastWritten(name string) (last time.Time, err error) {
	err = filepath.WalkDir(name, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
		return err
	})
	return last, err
}

// atomically writes a file beside its place and moves it there at the end.
func atomically(path string, write func(io.Writer) error) error {
	sweep(filepath.Dir(path))
	f, err := os.CreateTemp(filepath.Dir(path), halfName+"*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	done := false
	defer func() {
		if !done {
			_ = os.Remove(f.Name()) // a leftover of a failed write; the error of the write counts
		}
	}()
	if err := write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	done = true
	return nil
}

// SignPath signs a package where it lies: a .referral file or a folder.
func SignPath(ctx context.Context, path string, as SignAs) (_ *Package, err error) {
	p, err := Load(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Sign(ctx, as); err != nil {
		return nil, err
	}
	return p, p.rewrite(path)
}

// ProvePath adds a ledger proof to a package where it lies.
func ProvePath(path string, prove func(*Package) error) (err error) {
	p, err := Load(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := prove(p); err != nil {
		return err
	}
	return p.rewrite(path)
}

// rewrite puts the two files that may change back in place.
func (p *Package) rewrite(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("write referral %s: %w", path, err)
	}
	if !info.IsDir() {
		return atomically(path, p.Pack)
	}
	for name, b := range map[string][]byte{signaturesName: p.signatures, ledgerName: p.ledger} {
		err := atomically(filepath.Join(path, name), func(w io.Writer) error {
			_, err := w.Write(b)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// SealPath verifies the .referral at in, and seals it to the agency's age
// recipients as out, usually NAME.referral.age. What does not verify is not
// sealed.
func SealPath(in, out string, trust Trust) (v Verification, err error) {
	v, err = VerifyPath(in, trust)
	if err != nil {
		return v, err
	}
	p, err := Load(in)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	return v, atomically(out, func(w io.Writer) error { return p.SealTo(w) })
}

// SealTo writes the package sealed to the recipients that referral.json
// names, in constant memory.
func (p *Package) SealTo(w io.Writer) error {
	to, err := Seal(w, p.Document.To.Recipients)
	if err != nil {
		return err
	}
	if err := p.Pack(to); err != nil {
		return err
	}
	if err := to.Close(); err != nil {
		return fmt.Errorf("seal referral %s: %w", p.Document.ID, err)
	}
	return nil
}

// Open unseals a NAME.referral.age from r, verifies every byte on the way
// and writes the files into the folder dir, which appears only if all of it
// holds. It is how an agency takes a referral in.
func Open(r io.Reader, dir string, trust Trust, identities ...age.Identity) (Verification, error) {
	plain, err := Unseal(r, identities...)
	if err != nil {
		return Verification{}, err
	}
	return unpack(plain, dir, trust)
}

// OpenPath opens the file at in, sealed or not, into the folder dir.
func OpenPath(in, dir string, trust Trust, identities ...age.Identity) (v Verification, err error) {
	f, err := os.Open(in)
	if errors.Is(err, fs.ErrNotExist) {
		return Verification{}, fmt.Errorf("no referral at %s: %w", in, fraud.ErrNotFound)
	}
	if err != nil {
		return Verification{}, fmt.Errorf("read referral %s: %w", in, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if strings.HasSuffix(in, ".age") {
		return Open(f, dir, trust, identities...)
	}
	return unpack(f, dir, trust)
}

func unpack(r io.Reader, dir string, trust Trust) (v Verification, err error) {
	if _, err := os.Lstat(dir); err == nil {
		return v, fmt.Errorf("folder %s exists: choose a new one: %w", dir, fraud.ErrConflict)
	}
	above := filepath.Dir(filepath.Clean(dir))
	sweep(above)
	temp, err := os.MkdirTemp(above, halfName+"*")
	if err != nil {
		return v, fmt.Errorf("open the referral: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(temp))
		}
	}()
	buf := newBuffer(copySize)
	v, err = verifyTo(r, trust, func(name string, r io.Reader) error { return writeFile(temp, name, r, buf) })
	if err != nil {
		return v, err
	}
	if err := os.Rename(temp, dir); err != nil {
		return v, fmt.Errorf("open the referral: %w", err)
	}
	return v, nil
}
