package intake

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/access"
	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/fraud"
)

// UploadState says how far a file is that somebody uploaded.
type UploadState string

// The states.
const (
	UploadWaiting UploadState = "waiting" // for somebody to say what its columns mean
	UploadRunning UploadState = "running"
	UploadDone    UploadState = "done"
	UploadFailed  UploadState = "failed" // as a whole; the file is still there
)

// Upload is a file that a person brought to a page, and what became of it.
type Upload struct {
	ID     string         `json:"id"`
	Name   string         `json:"name"` // as a label: letters, digits, dots and hyphens
	By     fraud.PersonID `json:"by"`
	At     time.Time      `json:"at"`
	Size   int64          `json:"size"`
	State  UploadState    `json:"state"`
	Read   int64          `json:"-"` // bytes, while it runs
	Result Result         `json:"result"`
	Why    string         `json:"why,omitempty"` // of a failure, for the person
}

const (
	// uploadLife is how long a file waits for its confirmation: it holds what
	// victims told, in clear, outside the vault.
	uploadLife = 24 * time.Hour
	// uploadsKept is how many uploads are remembered; older ones are forgotten.
	uploadsKept = 50
	uploadFile  = "upload.json"
)

// UploadsConfig is what [Service.OpenUploads] needs beside a folder.
type UploadsConfig struct {
	Keep  func(context.Context, *csvmap.Mapping) error // keeps a confirmed mapping for later files
	After func(context.Context)                        // what follows when reports came in; may be nil
	Go    func(func())                                 // starts what goes on after the answer; nil starts a goroutine
	Fault func(id string, err error)                   // is told why an upload failed as a whole; may be nil
}

// Uploads are the files that people bring to a page, each in a folder of its
// own, until they have said what its columns mean:
//
//	Add ─▶ waiting ─▶ Start(mapping) ─▶ running ─▶ done: its rejects stay, the file goes
//	                                          └──▶ failed: the file stays, to be tried again
//
// The file itself is readable by the person who brought it alone, and gone
// once it was read or a day old.
type Uploads struct {
	s   *Service
	dir string
	cfg UploadsConfig

	mu   sync.Mutex // guards runs, and the files upload.json
	runs map[string]Progress
}

// OpenUploads makes a folder of uploads ready.
func (s *Service) OpenUploads(dir string, cfg UploadsConfig) (*Uploads, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of uploads: %w", err)
	}
	if cfg.Go == nil {
		cfg.Go = func(f func()) { go f() }
	}
	return &Uploads{s: s, dir: dir, cfg: cfg, runs: map[string]Progress{}}, nil
}

// Add keeps a file until somebody confirms how it is read. The error wraps
// fraud.ErrForbidden for who may not import.
func (u *Uploads) Add(ctx context.Context, name string, r io.Reader) (Upload, error) {
	if err := u.s.door(ctx, access.ActImport); err != nil {
		return Upload{}, err
	}
	if err := u.sweep(); err != nil {
		return Upload{}, err
	}
	id, err := fraud.NewID("UP", u.s.random)
	if err != nil {
		return Upload{}, fmt.Errorf("draw an id: %w", err)
	}
	up := Upload{ID: id, Name: label(name), By: access.From(ctx).Person, At: u.s.now().UTC(), State: UploadWaiting}
	folder := filepath.Join(u.dir, id)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return Upload{}, fmt.Errorf("keep upload %s: %w", id, err)
	}
	f, err := os.OpenFile(u.file(up), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		up.Size, err = io.Copy(f, r)
		err = errors.Join(err, f.Close())
	}
	if err == nil && up.Size == 0 {
		err = fmt.Errorf("the file is empty: %w", fraud.ErrInvalid)
	}
	if err == nil {
		err = u.save(up)
	}
	if err != nil {
		return Upload{}, errors.Join(fmt.Errorf("keep upload %s: %w", id, err), os.RemoveAll(folder))
	}
	return up, nil
}

// label is a file's name as it may stand on a page and on a disk.
func label(name string) string {
	name = strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
			return c
		}
		return '-'
	}, filepath.Base(strings.ReplaceAll(name, "\\", "/")))
	name = strings.TrimLeft(name, ".-")
	if len(name) > 80 { // its end says what it is
		name = name[len(name)-80:]
	}
	if name == "" || name == uploadFile {
		name = "file"
	}
	return name
}

func (u *Uploads) file(up Upload) string { return filepath.Join(u.dir, up.ID, up.Name) }

func (u *Uploads) save(up Upload) error {
	b, err := json.Marshal(up, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("write upload %s: %w", up.ID, err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	return writeWhole(filepath.Join(u.dir, up.ID, uploadFile), string(b))
}

func (u *Uploads) load(id string) (Upload, error) {
	var up Upload
	missing := fmt.Errorf("upload %q is not here, or it was not confirmed within a day; bring the file again: %w", id, fraud.ErrNotFound)
	if id == "" || label(id) != id {
		return up, missing
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	b, err := os.ReadFile(filepath.Join(u.dir, id, uploadFile))
	if errors.Is(err, fs.ErrNotExist) {
		return up, missing
	}
	if err != nil {
		return up, fmt.Errorf("read upload %s: %w", id, err)
	}
	if err := json.Unmarshal(b, &up); err != nil {
		return up, fmt.Errorf("read upload %s: %w", id, err)
	}
	if up.State == UploadRunning {
		p, here := u.runs[id]
		if !here { // the node was stopped in the middle
			up.State, up.Why = UploadFailed, "the node was stopped while it read the file; start it again, what is in already stays the same"
		}
		up.Read = p.Bytes
		if here {
			up.Result = p.Result
		}
	}
	return up, nil
}

// Get says what is known of an upload. Only who brought it may ask.
func (u *Uploads) Get(ctx context.Context, id string) (Upload, error) {
	if err := u.s.door(ctx, access.ActImport); err != nil {
		return Upload{}, err
	}
	up, err := u.load(id)
	if err != nil {
		return up, err
	}
	if up.By != access.From(ctx).Person {
		return Upload{}, fmt.Errorf("upload %s was brought by somebody else, and may hold what victims told: ask them, or bring the file yourself: %w", id, fraud.ErrForbidden)
	}
	return up, nil
}

// List gives the uploads of the person who asks, newest first.
func (u *Uploads) List(ctx context.Context) ([]Upload, error) {
	if err := u.s.door(ctx, access.ActImport); err != nil {
		return nil, err
	}
	if err := u.sweep(); err != nil {
		return nil, err
	}
	all, err := u.all()
	me := access.From(ctx).Person
	return slices.DeleteFunc(all, func(x Upload) bool { return x.By != me }), err
}

// all are the uploads there are, newest first.
func (u *Uploads) all() ([]Upload, error) {
	dirs, err := os.ReadDir(u.dir)
	if err != nil {
		return nil, fmt.Errorf("list the uploads: %w", err)
	}
	var out []Upload
	for _, d := range dirs {
		up, err := u.load(d.Name())
		if errors.Is(err, fraud.ErrNotFound) {
			continue // is being made, or is none
		}
		if err != nil {
			return nil, err
		}
		out = append(out, up)
	}
	slices.SortFunc(out, func(a, b Upload) int { return b.At.Compare(a.At) })
	return out, nil
}

// sweep takes away what waited too long, and remembers only the newest.
func (u *Uploads) sweep() error {
	all, err := u.all()
	if err != nil {
		return err
	}
	for i, up := range all {
		old := u.s.now().Sub(up.At) > uploadLife && up.State != UploadRunning && up.State != UploadDone
		if old || i >= uploadsKept && up.State != UploadRunning {
			if err := os.RemoveAll(filepath.Join(u.dir, up.ID)); err != nil {
				return fmt.Errorf("take upload %s away: %w", up.ID, err)
			}
		}
	}
	return nil
}

// Propose guesses what the columns of an upload mean; where nothing in them
// is recognised, the mapping fills nothing yet. fraud.ErrInvalid means that it
// is no table: it can still be read as what it is.
func (u *Uploads) Propose(ctx context.Context, id string) (Proposal, error) {
	return u.look(ctx, id, func(path string) (Proposal, error) {
		p, err := Propose(path, u.s.mappings())
		if errors.Is(err, fraud.ErrInvalid) { // a table in which nothing was recognised is one all the same
			p, err = u.s.Try(path, nil)
		}
		return p, err
	})
}

// Try shows the first rows of an upload by a mapping that a person is about
// to confirm.
func (u *Uploads) Try(ctx context.Context, id string, m *csvmap.Mapping) (Proposal, error) {
	return u.look(ctx, id, func(path string) (Proposal, error) { return u.s.Try(path, m) })
}

func (u *Uploads) look(ctx context.Context, id string, look func(path string) (Proposal, error)) (Proposal, error) {
	up, err := u.Get(ctx, id)
	if err != nil {
		return Proposal{}, err
	}
	if up.State == UploadDone {
		return Proposal{}, fmt.Errorf("upload %s was read already, and the file is gone: %w", id, fraud.ErrConflict)
	}
	p, err := look(u.file(up))
	if errors.Is(err, fraud.ErrInvalid) { // the path is ours and nobody's business
		err = fmt.Errorf("%s: %w", strings.ReplaceAll(reason(err), u.file(up), up.Name), fraud.ErrInvalid)
	}
	return p, err
}

// Start reads an upload: by the mapping, which is kept for later files, or,
// if it is nil, as what it is. It returns at once; Get says how far it is.
func (u *Uploads) Start(ctx context.Context, id string, m *csvmap.Mapping) error {
	up, err := u.Get(ctx, id)
	if err != nil {
		return err
	}
	if up.State != UploadWaiting && up.State != UploadFailed {
		return fmt.Errorf("upload %s is %s already: %w", id, up.State, fraud.ErrConflict)
	}
	if m != nil {
		if m.Guessed {
			return fmt.Errorf("the mapping was guessed and nobody has confirmed it: %w", fraud.ErrInvalid)
		}
		if err := u.cfg.Keep(ctx, m); err != nil {
			return err
		}
	}
	up.State, up.Why, up.Result = UploadRunning, "", Result{}
	u.mu.Lock()
	_, twice := u.runs[id]
	if !twice {
		u.runs[id] = Progress{}
	}
	u.mu.Unlock()
	if twice {
		return fmt.Errorf("upload %s is running already: %w", id, fraud.ErrConflict)
	}
	if err := u.save(up); err != nil {
		return errors.Join(err, u.ended(up, err))
	}
	going := context.WithoutCancel(ctx)
	u.cfg.Go(func() { u.run(going, up) })
	return nil
}

func (u *Uploads) run(ctx context.Context, up Upload) {
	res, err := u.s.Import(ctx, u.file(up), func(p Progress) {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.runs[up.ID] = p
	})
	up.Result = u.named(up, res)
	err = errors.Join(err, u.ended(up, err))
	if err != nil && u.cfg.Fault != nil {
		u.cfg.Fault(up.ID, err)
	}
	if res.New > 0 && u.cfg.After != nil {
		u.cfg.After(ctx)
	}
}

// ended writes down how a run ended.
func (u *Uploads) ended(up Upload, err error) error {
	up.State = UploadDone
	if err != nil {
		up.State, up.Why = UploadFailed, "the node could not go on reading it; what is in already stays, and starting it again changes nothing of it. Its administrator finds the reason in the log"
	}
	err = u.save(up)
	if up.State == UploadDone {
		err = errors.Join(err, os.Remove(u.file(up)))
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.runs, up.ID)
	return err
}

// named puts the file's own name where its path on this machine stands.
func (u *Uploads) named(up Upload, res Result) Result {
	for i := range res.Notes {
		res.Notes[i] = strings.ReplaceAll(res.Notes[i], u.file(up), up.Name)
	}
	for i := range res.Rejects {
		res.Rejects[i] = filepath.Base(res.Rejects[i])
	}
	return res
}

// Rejects gives what was not taken of an upload, each with its place and its
// reason, up to limit of them (all, if it is zero or less).
func (u *Uploads) Rejects(ctx context.Context, id string, limit int) ([]Reject, error) {
	up, err := u.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(u.file(up) + rejectsEnd)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the rejects of upload %s: %w", id, err)
	}
	defer f.Close()
	var out []Reject
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() && (limit <= 0 || len(out) < limit) {
		var x Reject
		if err := json.Unmarshal(in.Bytes(), &x); err != nil {
			return out, fmt.Errorf("read the rejects of upload %s: %w", id, err)
		}
		x.File = strings.ReplaceAll(x.File, u.file(up), up.Name)
		out = append(out, x)
	}
	return out, in.Err()
}
