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
	"time"

	"golang.org/x/text/encoding/unicode"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// headSize is how much of a file is looked at to find out what it is.
const headSize = 8 << 10

// Import brings a file in, or every file of a folder and the folders in it, in
// the order of their names. Reports of any format named in the package
// comment are taken in batches, each on disk before the next; a record that
// cannot be taken is told in FILE.rejects.jsonl and in the result. Running it
// again changes nothing. progress may be nil; it is called after each batch.
//
// The error is about the import as a whole (no such file, the disk is full),
// never about a record.
func (s *Service) Import(ctx context.Context, path string, progress func(Progress)) (Result, error) {
	var res Result
	if err := s.door(ctx, access.ActImport); err != nil {
		return res, err
	}
	if err := s.loadSafe(ctx); err != nil {
		return res, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return res, fmt.Errorf("import %s: %w", path, asNotFound(err))
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = s.filesUnder(path); err != nil {
			return res, err
		}
	}
	for _, f := range files {
		if err := s.importFile(ctx, f, &res, progress); err != nil {
			return res, fmt.Errorf("import %s: %w", f, err)
		}
	}
	return res, nil
}

func asNotFound(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("no such file or folder: %w", fraud.ErrNotFound)
	}
	return err
}

// filesUnder lists the files of a folder and the folders in it, sorted.
// Hidden ones, links, files of rejects and what is the node's own are left
// out.
func (s *Service) filesUnder(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(d.Name(), ".") && p != dir || s.cfg.Own != nil && s.cfg.Own(p)
		switch {
		case d.IsDir() && hidden:
			return filepath.SkipDir
		case !d.Type().IsRegular() || hidden || strings.HasSuffix(p, rejectsEnd):
			return nil
		}
		files = append(files, p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", dir, err)
	}
	slices.Sort(files)
	return files, nil
}

func (s *Service) importFile(ctx context.Context, path string, res *Result, progress func(Progress)) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer func() { _ = f.Close() }() // only read from
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	rej := &rejects{path: path, dir: s.cfg.RejectDir}
	in := &counted{r: f}
	res.Files++
	r := s.newRun(ctx, res, rej, nil)
	r.tell = func() {
		if progress != nil {
			r.mu.Lock()
			snap := *res
			r.mu.Unlock()
			progress(Progress{File: path, Bytes: in.n.Load(), Size: info.Size(), Result: snap})
		}
	}
	src := source{name: filepath.Base(path), label: path, modified: info.ModTime(), r: in, at: f, size: info.Size()}
	if err := r.finish(r.read(src)); err != nil { //nolint:contextcheck // the run carries it
		return err
	}
	written, err := rej.write()
	if written != "" {
		res.Rejects = append(res.Rejects, written)
	}
	r.tell()
	return err
}

// source is one stream to read records from: a file, or a file in an archive.
type source struct {
	name     string    // by which its format is guessed
	label    string    // as a reject names it: "box.zip!calls.csv"
	modified time.Time // stands in for a report's time where it has none
	r        io.Reader
	at       io.ReaderAt // for archives; nil inside one
	size     int64
	depth    int     // of archives around it
	budget   *budget // of the outermost archive around it; nil outside
}

// read finds out what src is and reads its records. What cannot be read at
// all is one reject of line 0.
func (r *run) read(src source) error {
	b := bufio.NewReaderSize(src.r, 256<<10)
	head, err := b.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		if errors.Is(err, fraud.ErrInvalid) {
			return r.reject(src.label, 0, err)
		}
		return fmt.Errorf("read %s: %w", src.label, err)
	}
	src.r = b
	kind := detect(src.name, head)
	if mark := string(head[:min(2, len(head))]); (kind == formatLines || kind == formatJSON) && (mark == "\xff\xfe" || mark == "\xfe\xff") {
		// What PowerShell writes. Texts and tables look for the mark themselves.
		src.r = unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM).NewDecoder().Reader(b)
	}
	switch kind {
	case formatLines:
		err = r.jsonLines(src)
	case formatJSON:
		err = r.jsonDoc(src)
	case formatTable:
		err = r.table(src)
	case formatMbox:
		err = r.mbox(src)
	case formatMail:
		err = r.whole(src, maxMail, r.s.mailReport)
	case formatOutlook:
		err = r.whole(src, maxMail, r.s.outlookReport)
	case formatHTML:
		err = r.whole(src, maxPage, r.s.pageReport)
	case formatText:
		err = r.whole(src, maxText, r.s.textReport)
	case formatZip:
		err = r.zip(src)
	case formatGzip:
		err = r.gzip(src)
	case formatTar:
		err = r.tar(src)
	default:
		r.skip(1)
		r.note("%s holds no reports in a format that is known, so it was left alone: known are JSONL, CSV, mails, Outlook messages, pages, STIX, MISP and text, packed or not", src.label)
		return nil
	}
	if err != nil && errors.Is(err, fraud.ErrInvalid) {
		return r.reject(src.label, 0, err)
	}
	return err
}

// Limits of a record that is a whole file.
const (
	maxMail = 32 << 20
	maxPage = 16 << 20
	maxText = 2 << 20
	maxDoc  = 512 << 20 // a JSON document: a bundle, an event, an API answer
)

// whole reads one record that is all of src.
func (r *run) whole(src source, most int64, build func(whole) (built, error)) error {
	b, err := io.ReadAll(io.LimitReader(src.r, most+1))
	if err != nil {
		return fmt.Errorf("read %s: %w", src.label, err)
	}
	if int64(len(b)) > most {
		return fmt.Errorf("the file is longer than %d bytes: %w", most, fraud.ErrInvalid)
	}
	w := whole{ctx: r.ctx, body: b, name: src.name, modified: src.modified}
	return r.add(item{file: src.label, line: 1, decode: func() (built, error) { return build(w) }})
}

// whole is a record that is a file of its own.
type whole struct {
	ctx      context.Context // of the import that reads it
	body     []byte
	name     string
	modified time.Time
	door     bool   // it came through the door of mails, just now
	original []byte // as it came, where body is another writing of it
}

// bytes are the record as it came.
func (w whole) bytes() []byte {
	if w.original != nil {
		return w.original
	}
	return w.body
}

// mediaType is the registered type of a mail in the form in which it came.
func (w whole) mediaType() string {
	if w.original != nil {
		return "application/vnd.ms-outlook"
	}
	return "message/rfc822"
}
