package intake

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// The folders and files inside a watched folder.
const (
	folderDone    = "done"
	folderRefused = "refused"
	folderTaken   = "taken.tsv" // in done: SHA-256, time, name of each file that was taken
)

// unfinished are the endings under which programs write files that are not
// whole yet; they are renamed when they are.
var unfinished = []string{".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".swp", "~"}

// FolderConfig says how a folder is watched. Zero fields mean the defaults
// that stand beside them.
type FolderConfig struct {
	Every  time.Duration // between two looks; default two seconds
	Settle time.Duration // how long a file must have stood unchanged; default five seconds
	// Told is called after each file; nil tells nobody.
	Told func(FolderFile)
}

// FolderFile is what became of one file of a watched folder.
type FolderFile struct {
	SHA256 string
	Name   string // under which it lies in done or refused now
	Result Result
	Again  bool   // its content had been taken before: it was not read again
	Reason string // why it was refused; empty if it was taken
	// Fault is why it lies where it was and is tried again, without its name;
	// nil if it was taken or refused.
	Fault error
}

// Folder watches a folder for files of any format that Import reads. Build it
// with [Service.OpenFolder].
type Folder struct {
	s      *Service
	dir    string
	cfg    FolderConfig
	taken  map[string]bool // SHA-256 of what was taken
	stable map[string]stamp
}

// stamp is how a file looked, and since when it has.
type stamp struct {
	size     int64
	modified time.Time
	since    time.Time
}

// OpenFolder makes a folder ready to be watched: it must be there; done and
// refused are made in it.
func (s *Service) OpenFolder(dir string, cfg FolderConfig) (*Folder, error) {
	if cfg.Every <= 0 {
		cfg.Every = 2 * time.Second
	}
	if cfg.Settle <= 0 {
		cfg.Settle = 5 * time.Second
	}
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return nil, fmt.Errorf("watch %s: there is no such folder; make it first: %w", dir, fraud.ErrNotFound)
	}
	for _, sub := range []string{folderDone, folderRefused} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("watch %s: %w", dir, err)
		}
	}
	f := &Folder{s: s, dir: dir, cfg: cfg, taken: map[string]bool{}, stable: map[string]stamp{}}
	return f, f.load()
}

// load reads what was taken before. A line that was cut off by a crash is of
// a file that will be read again, which changes nothing.
func (f *Folder) load() error {
	in, err := os.Open(filepath.Join(f.dir, folderDone, folderTaken))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("watch %s: %w", f.dir, err)
	}
	defer in.Close()
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if sum, rest, ok := strings.Cut(lines.Text(), "\t"); ok && len(sum) == 2*sha256.Size && strings.Count(rest, "\t") == 1 {
			f.taken[sum] = true
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("watch %s: read %s: %w", f.dir, folderTaken, err)
	}
	return nil
}

// Watch looks at the folder until ctx ends. Files are taken when they have
// stood unchanged, in the order of their names, one after the other; each is
// moved to done, or to refused with a file .reason beside it. A fault of the
// machine leaves the file where it is, and it is tried again.
func (f *Folder) Watch(ctx context.Context) error {
	if err := f.s.door(ctx, access.ActImport); err != nil {
		return err
	}
	tick := time.NewTicker(f.cfg.Every)
	defer tick.Stop()
	for {
		if err := f.Look(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Look looks at the folder once and takes what is ready. Whether a file is
// ready is known from the second look on.
func (f *Folder) Look(ctx context.Context) error {
	all, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("watch %s: %w", f.dir, err)
	}
	here := map[string]bool{}
	for _, e := range all {
		name := e.Name()
		if !e.Type().IsRegular() || strings.HasPrefix(name, ".") || strings.HasSuffix(name, rejectsEnd) ||
			slices.ContainsFunc(unfinished, func(end string) bool { return strings.HasSuffix(strings.ToLower(name), end) }) {
			continue
		}
		here[name] = true
		info, err := e.Info()
		if err != nil || !f.ready(name, info) {
			continue
		}
		if err := f.take(ctx, name); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			f.tell(FolderFile{Name: name, Fault: innermost(err)})
			delete(f.stable, name) // wait before the next time
		}
	}
	for name := range f.stable {
		if !here[name] {
			delete(f.stable, name)
		}
	}
	return nil
}

// ready says whether a file has looked the same for long enough.
func (f *Folder) ready(name string, info fs.FileInfo) bool {
	now := time.Now()
	was, known := f.stable[name]
	if !known || was.size != info.Size() || !was.modified.Equal(info.ModTime()) {
		f.stable[name] = stamp{info.Size(), info.ModTime(), now}
		return false
	}
	return now.Sub(was.since) >= f.cfg.Settle
}

// innermost is what went wrong, without the names that stand around it.
func innermost(err error) error {
	for {
		switch x := err.(type) { //nolint:errorlint // goes through the chain itself
		case interface{ Unwrap() error }:
			if x.Unwrap() == nil {
				return err
			}
			err = x.Unwrap()
		case interface{ Unwrap() []error }:
			err = x.Unwrap()[0]
		default:
			return err
		}
	}
}

func (f *Folder) tell(x FolderFile) {
	if f.cfg.Told != nil {
		f.cfg.Told(x)
	}
}

// take brings one file in and moves it.
func (f *Folder) take(ctx context.Context, name string) error {
	path := filepath.Join(f.dir, name)
	out := FolderFile{Name: name}
	sum, err := fileSum(path)
	switch {
	case errors.Is(err, fs.ErrPermission):
		out.Reason = "the node may not read the file"
	case err != nil:
		return err
	case f.taken[sum]:
		out.SHA256, out.Again = sum, true
	default:
		out.SHA256 = sum
		if out.Result, err = f.s.Import(ctx, path, nil); err != nil {
			return err
		}
		if out.Result.New+out.Result.Same == 0 {
			out.Reason = f.why(path, out.Result)
		} else if err := f.note(sum, name); err != nil {
			return err
		}
	}
	to := folderDone
	if out.Reason != "" {
		to = folderRefused
	}
	if out.Name, err = f.move(name, to, sum); err != nil {
		return err
	}
	if out.Reason != "" {
		if err := writeWhole(beside(filepath.Join(f.dir, to, out.Name), ".reason"), out.Reason+"\n"); err != nil {
			return err
		}
	}
	delete(f.stable, name)
	f.tell(out)
	return nil
}

func fileSum(path string) (string, error) {
	in, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("open: %w", err)
	}
	defer in.Close()
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return "", fmt.Errorf("read: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// why is one line on a file of which nothing was taken.
func (f *Folder) why(path string, res Result) string {
	switch {
	case res.Rejected+res.Conflicts > 0:
		return fmt.Sprintf("none of its %d records could be taken: %s says why, one by one", res.Records, filepath.Base(beside(path, rejectsEnd)))
	case len(res.Notes) > 0:
		return strings.ReplaceAll(res.Notes[0], path, filepath.Base(path))
	case res.Skipped > 0:
		return fmt.Sprintf("it holds no reports: %d records that its mapping leaves out", res.Skipped)
	}
	return "it holds no records"
}

// note writes down that a content was taken, before the file is moved: the
// other way round, a crash between the two could lose it.
func (f *Folder) note(sum, name string) error {
	out, err := os.OpenFile(filepath.Join(f.dir, folderDone, folderTaken), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", folderTaken, err)
	}
	name = strings.Map(func(c rune) rune {
		if c < ' ' {
			return ' '
		}
		return c
	}, name)
	// A line that a crash cut off is ended by the first break.
	_, err = fmt.Fprintf(out, "\n%s\t%s\t%s\n", sum, f.s.now().UTC().Format(time.RFC3339), name)
	if err == nil {
		err = out.Sync()
	}
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", folderTaken, err)
	}
	f.taken[sum] = true
	return nil
}

// move moves a file and its rejects; a file of the same name that lies there
// already is not overwritten.
func (f *Folder) move(name, to, sum string) (string, error) {
	target := name
	if _, err := os.Lstat(filepath.Join(f.dir, to, name)); err == nil {
		ext := filepath.Ext(name)
		target = beside(strings.TrimSuffix(name, ext), fmt.Sprintf("-%s-%d%s", sum[:min(8, len(sum))], f.s.now().UnixNano(), ext))
	}
	if err := os.Rename(filepath.Join(f.dir, name), filepath.Join(f.dir, to, target)); err != nil {
		return "", fmt.Errorf("move to %s: %w", to, err)
	}
	err := os.Rename(beside(filepath.Join(f.dir, name), rejectsEnd), beside(filepath.Join(f.dir, to, target), rejectsEnd))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("move the rejects to %s: %w", to, err)
	}
	return target, nil
}
