package web

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Package reads the packages of referrals that this node built or opened.
type Package interface {
	// Files lists a package's files with size and hash, as the manifest does;
	// fraud.ErrNotFound if it is not here, or still sealed.
	Files(ctx context.Context, id fraud.ReferralID, version int) ([]fraud.Exhibit, error)
	// File opens one of them.
	File(ctx context.Context, id fraud.ReferralID, version int, name string) (io.ReadCloser, error)
	// Names says whether a package names one of these reports; one that is not
	// here names none.
	Names(ctx context.Context, id fraud.ReferralID, version int, reports []fraud.ReportID) (bool, error)
}

// readableFile says whether a file of a package is given out by a page: what
// the node itself wrote. Exhibits are other people's files and come out of the
// package by command only; an annex is sealed.
func readableFile(name string) bool {
	switch path.Ext(name) {
	case ".html", ".pdf", ".md", ".csv", ".json", ".jsonl", ".jsonld":
		return !strings.HasPrefix(name, "exhibits/")
	}
	return false
}

// readFirst are the files by which a person reads what is to be signed, or
// what came.
func readFirst(files []fraud.Exhibit) []string {
	var out []string
	for _, want := range []string{"dossier.pdf", "statement-", "disclosure.csv"} {
		for _, f := range files {
			if strings.HasPrefix(f.Name, want) && readableFile(f.Name) {
				out = append(out, f.Name)
			}
		}
	}
	return out
}

// referralFile gives out one file of a referral's package.
func (s *Server) referralFile(w http.ResponseWriter, r *http.Request) error {
	id := fraud.ReferralID(r.PathValue("id"))
	version, err := versionOf(r.URL.Query().Get("version"))
	if err != nil {
		return err
	}
	return s.giveFile(w, r, id, version)
}

// inboxFile gives out one file of a package that this agency opened.
func (s *Server) inboxFile(w http.ResponseWriter, r *http.Request) error {
	id, version, err := s.inboxRef(r)
	if err != nil {
		return err
	}
	item, err := s.Act.InboxItem(r.Context(), id, version)
	if err != nil {
		return err
	}
	if item.OpenedAt.IsZero() {
		return fmt.Errorf("referral %s version %d is still sealed: open it first: %w", id, version, fraud.ErrConflict)
	}
	return s.giveFile(w, r, id, version)
}

// giveFile sends a file to be kept, never to be drawn as a page of ours: its
// bytes are what was signed. Who read it is written down.
func (s *Server) giveFile(w http.ResponseWriter, r *http.Request, id fraud.ReferralID, version int) error {
	ctx, name := r.Context(), r.PathValue("name")
	if !readableFile(name) {
		return fmt.Errorf("file %.120q is given out by no page: %w", name, fraud.ErrNotFound)
	}
	f, err := s.Package.File(ctx, id, version, name)
	if err != nil {
		return fmt.Errorf("open a file of referral %s: %w", id, err)
	}
	defer func() { _ = f.Close() }() // it was only read
	who := access.From(ctx)
	err = s.Store.AddAudit(ctx, fraud.AuditEntry{At: s.Now().UTC(), By: who.Person, Org: who.Org, Act: "referral.file", Ref: string(id), Why: name, OK: true})
	if err != nil {
		return fmt.Errorf("write down who read it: %w", err)
	}
	media := mime.TypeByExtension(path.Ext(name))
	if media == "" || strings.HasPrefix(media, "text/html") {
		media = "application/octet-stream"
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": string(id) + "-" + strings.ReplaceAll(name, "/", "-")}))
	if _, err := io.Copy(w, f); err != nil {
		return nil // the reader has gone: nobody is left to tell
	}
	return nil
}
