package app

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Fsck proves the node: the store against its own ledger, every evidence file
// against its name, our newest checkpoint against the tree. It returns what is
// wrong, a line each.
func (n *Node) Fsck(ctx context.Context) ([]string, error) {
	problems, _, err := n.FsckCounting(ctx)
	return problems, err
}

// FsckCounting is Fsck that says too how many records are under leaves only
// since an upgrade found them: what was changed before it is not found.
func (n *Node) FsckCounting(ctx context.Context) (problems []string, before int, err error) {
	problems, before, err = n.db.FsckCounting(ctx, n.vault.Was)
	if err != nil {
		return nil, 0, err
	}
	boxes, err := n.db.BrokenBoxes(ctx, n.vault.Whole)
	if err != nil {
		return nil, 0, err
	}
	for _, id := range boxes {
		problems = append(problems, fmt.Sprintf("report %s: the vault key does not open its identity: it was changed, or the key was", id))
	}
	bad, err := n.blobs.Verify(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, b := range bad {
		problems = append(problems, fmt.Sprint(b))
	}
	if _, err := n.ledger.Checkpoint(ctx); err != nil {
		problems = append(problems, err.Error())
	}
	return problems, before, nil
}

// halfBackup is the folder in which a backup copies the database.
const halfBackup = ".backup-*"

// sweepBackups takes away what backups left that were killed: each is a copy
// of the database, and nobody else would ever delete it. A backup that runs
// is younger than a day.
func (n *Node) sweepBackups() {
	left, _ := filepath.Glob(filepath.Join(n.Data, halfBackup))
	for _, dir := range left {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			os.RemoveAll(dir)
		}
	}
}

// backupHead is the first entry of a backup, so that another tar is told
// from one.
const backupHead = "ringbreaker-backup-1"

// Backup writes a whole node into one file: database, evidence, referrals,
// keys, mappings and configuration, as a gzip'd tar. It holds every secret of the node:
// keep it as you keep the keys. The node may go on running.
func (n *Node) Backup(ctx context.Context, to string) error {
	n.sweepBackups()
	tmp, err := os.MkdirTemp(n.Data, halfBackup)
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	copyOf := filepath.Join(tmp, dbFile)
	if err := n.db.Backup(ctx, copyOf); err != nil {
		return err
	}
	return n.keep(to, func(w io.Writer) error {
		zw := gzip.NewWriter(w)
		tw := tar.NewWriter(zw)
		if err := tw.WriteHeader(&tar.Header{Name: backupHead, Mode: 0o600}); err != nil {
			return err
		}
		names := []string{keysDir, configFile, referralsDir, blobsDir, matchesDir, modelsDir, mappingsDir}
		old, err := filepath.Glob(filepath.Join(n.Data, keysUntil+"*"))
		for _, dir := range old {
			names = append(names, filepath.Base(dir))
		}
		for _, name := range names {
			if err := errors.Join(err, addTree(tw, n.Data, name)); err != nil {
				return err
			}
		}
		if err := addFile(tw, copyOf, dbFile); err != nil {
			return err
		}
		return errors.Join(tw.Close(), zw.Close())
	})
}

// keeps says that a file or folder is what the node itself keeps in its folder.
// What else lies there is not, since some keep their reports beside it.
func (n *Node) keeps(name string) bool {
	rel, err := filepath.Rel(realPath(n.Data), realPath(name))
	if err != nil {
		return false
	}
	first, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
	switch first {
	case keysDir, keysNext, configFile, referralsDir, blobsDir, matchesDir, modelsDir, mappingsDir, uploadsDir, incomingDir, spoolDir, rejectsDir, linkedFile:
		return true
	}
	return strings.HasPrefix(first, keysUntil) || strings.HasPrefix(first, dbFile)
}

// realPath is where a file or folder lies, whatever leads there.
func realPath(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	return name
}

func addTree(tw *tar.Writer, root, name string) error {
	return filepath.WalkDir(filepath.Join(root, name), func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		return addFile(tw, p, filepath.ToSlash(rel))
	})
}

func addFile(tw *tar.Writer, from, name string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: st.Size(), ModTime: st.ModTime()}); err != nil {
		return err
	}
	if _, err := io.Copy(tw, f); err != nil {
		return fmt.Errorf("back up %s: %w", name, err)
	}
	return nil
}

// maxBackup bounds what a backup may unpack to, in bytes: more than a node of
// ten million reports, less than a bomb.
const maxBackup = 1 << 40

// Restore unpacks a backup into a folder that must not hold a node yet. The
// folder is there whole or not at all: a cut or changed backup leaves none.
func Restore(from, dir string) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty; restore into a new folder: %w", dir, fraud.ErrConflict)
	}
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	above := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(above, 0o700); err != nil {
		return err
	}
	part, err := os.MkdirTemp(above, ".restore-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	if err := restoreTree(f, from, part); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(part, dir)
}

// restoreTree unpacks a backup. It reads to the very end, where gzip's own
// sum stands (RFC 1952 §2.3.1): the tar inside ends before it.
func restoreTree(f io.Reader, from, dir string) error {
	zr, err := gzip.NewReader(f)
	if err != nil {
		return invalidf("%s is no backup of a node", from)
	}
	all := io.LimitReader(zr, maxBackup)
	tr := tar.NewReader(all)
	head, err := tr.Next()
	if err != nil || head.Name != backupHead {
		return invalidf("%s is no backup of a node", from)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	whole := false
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return invalidf("%s is cut or damaged; take another copy", from)
		}
		whole = whole || h.Name == dbFile
		var disk *fs.PathError
		if err := restoreFile(root, h.Name, tr); err != nil && !errors.As(err, &disk) && !errors.Is(err, fraud.ErrInvalid) {
			return invalidf("%s is cut or damaged; take another copy", from) // the disk names its file, what unpacks does not
		} else if err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, all); err != nil {
		return invalidf("%s is cut or damaged; take another copy", from)
	}
	if !whole {
		return invalidf("%s is cut: it holds no database", from)
	}
	return nil
}

func restoreFile(root *os.Root, name string, r io.Reader) error {
	if !filepath.IsLocal(name) || strings.Contains(name, "\\") {
		return invalidf("backup holds a path outside its folder")
	}
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		f.Close()
		return fmt.Errorf("restore %s: %w", name, err)
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// AddUser adds a person who may sign in. An empty password draws one, which
// is returned and kept nowhere.
func (n *Node) AddUser(ctx context.Context, p access.Person, password string) (string, error) {
	if len(p.Roles) == 0 {
		return "", invalidf("person %s needs at least one role", p.ID)
	}
	for _, r := range p.Roles {
		if !knownRole(r) {
			return "", invalidf("%q is no role; the roles are %v", r, access.Roles)
		}
	}
	if password == "" {
		password = access.NewPassword()
	}
	var err error
	if p.Password, err = access.HashPassword(password, rand.Reader); err != nil {
		return "", err
	}
	p.Org = n.Org.ID
	err = n.db.AddPerson(ctx, p)
	if errors.Is(err, fraud.ErrConflict) {
		return "", conflictf("person %s is there already; choose another id", p.ID)
	}
	if err != nil {
		return "", err
	}
	n.audit(ctx, "person.add", string(p.ID), "", true)
	return password, nil
}

// DisableUser ends a person's or a program's way in: their sessions are over
// and their password opens nothing any more. What they did stays under their name.
func (n *Node) DisableUser(ctx context.Context, id fraud.PersonID) error {
	p, err := n.db.Person(ctx, id)
	if errors.Is(err, fraud.ErrNotFound) {
		return fmt.Errorf("there is no person %s; list shows who there is: %w", id, fraud.ErrNotFound)
	}
	if err != nil {
		return err
	}
	if !p.Active() {
		return conflictf("person %s was disabled on %s", id, p.Disabled.Format(time.DateOnly))
	}
	p.Disabled = n.now().UTC()
	if err := n.db.SavePerson(ctx, p); err != nil {
		return err
	}
	n.audit(ctx, "person.disable", string(id), "", true)
	return nil
}

func knownRole(r access.Role) bool {
	for _, k := range access.Roles {
		if k == r {
			return true
		}
	}
	return false
}

// Console is who acts on the command line of the machine that holds the
// node's keys: its administrator. It may do what any role may, since whoever
// can read the keys already can.
func (n *Node) Console(ctx context.Context) context.Context {
	return access.With(ctx, access.Who{Person: "console", Org: n.Org.ID, OrgKind: n.Org.Kind, Roles: access.Roles})
}
