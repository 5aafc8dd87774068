package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
	"ringbreaker.example/refer"
	"ringbreaker.example/web"
)

// pages makes the node's pages; an agency has the agency's, a company the
// desk's.
func (n *Node) pages() (http.Handler, error) {
	cfg := web.Config{
		Org: n.Org, Now: n.now, Secure: strings.HasPrefix(n.url(), "https://"), Log: n.log, Store: n.db,
		Intake: n.Intake, Protect: n.Protect, Lists: n.Protect, Shelves: n.db, Evidence: n.blobs, Vault: n, Delete: n, Imports: n.uploads, Keys: keysDesk{n}, Post: postDesk{n}, Package: packageDesk{n},
	}
	if n.Org.Kind == fraud.OrgAgency {
		cfg.Act, cfg.Match, cfg.Joint = agencyDesk{n.Act, n}, matchDesk{n.Match, n}, n
	} else {
		cfg.Judge, cfg.Explain, cfg.Pending, cfg.Trace, cfg.Match, cfg.Joint, cfg.Refer = n, n, n, n, matchDesk{n.Match, n}, n, referDesk{n}
	}
	s, err := web.New(cfg)
	if err != nil {
		return nil, err
	}
	return s.Handler(), nil
}

// readEvery is how often a serving node takes the words of what came in into
// its search: a person who was told "just reported" looks within minutes.
const readEvery = 15 * time.Second

// keepSearched brings the words of new reports into the search until ctx ends.
func (n *Node) keepSearched(ctx context.Context) {
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	for {
		if _, err := n.db.IndexTexts(ctx, 0); err != nil && ctx.Err() == nil {
			n.log.ErrorContext(ctx, "words of new reports", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// postDesk is what waits for peers as the pages see it: nobody's page waits for
// a package of gigabytes.
type postDesk struct{ *Node }

// longestPost is how long a page waits for the letters that it had sent.
const longestPost = 8 * time.Second

// SendNow makes everything that waits due and sends it. What takes longer than
// a person waits goes on by itself.
func (p postDesk) SendNow(ctx context.Context) error {
	sent := make(chan error, 1)
	background := context.WithoutCancel(ctx)
	p.work.Go(func() {
		_, err := p.SendWaiting(background)
		if err != nil {
			p.log.WarnContext(background, "letters", slog.String("error", err.Error()))
		}
		sent <- err
	})
	select {
	case err := <-sent:
		return err
	case <-time.After(longestPost):
	case <-ctx.Done():
	}
	return nil
}

// matchDesk is matching as the pages see it: after each consent all that can
// be done is done.
type matchDesk struct {
	*match.Engine
	n *Node
}

func (m matchDesk) Accept(ctx context.Context, id fraud.MatchID) (fraud.Match, error) {
	got, err := m.Engine.Accept(ctx, id)
	if err != nil {
		return got, err
	}
	return got, m.n.goOn(ctx, got)
}

func (m matchDesk) Consent(ctx context.Context, id fraud.MatchID, step fraud.MatchStep) (fraud.Match, error) {
	got, err := m.Engine.Consent(ctx, id, step)
	if err != nil {
		return got, err
	}
	return got, m.n.goOn(ctx, got)
}

// referDesk is referring as the pages see it.
type referDesk struct{ *Node }

// packageDesk is the packages of referrals as the pages read them. Who may is
// asked by the page, which knows the mark.
type packageDesk struct{ *Node }

// Files lists what the manifest lists.
func (d packageDesk) Files(ctx context.Context, id fraud.ReferralID, version int) ([]fraud.Exhibit, error) {
	p, err := d.load(ctx, id, version)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	var out []fraud.Exhibit
	for _, f := range p.Manifest.Files {
		out = append(out, fraud.Exhibit{Name: f.Path, Size: f.Size, SHA256: f.SHA256})
	}
	return out, nil
}

// load opens a package: of one of our referrals, or of one that was opened here.
func (d packageDesk) load(ctx context.Context, id fraud.ReferralID, version int) (*refer.Package, error) {
	if d.Org.Kind != fraud.OrgAgency {
		r, err := d.db.Referral(ctx, id, version)
		if err != nil {
			return nil, err
		}
		version = r.Version
	}
	p, err := refer.Load(d.referralFile(id, version, "referral"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the package of referral %s version %d is not here: %w", id, version, fraud.ErrNotFound)
	}
	return p, err
}

// packageFile closes its package with it.
type packageFile struct {
	io.ReadCloser
	of *refer.Package
}

func (f packageFile) Close() error { return errors.Join(f.ReadCloser.Close(), f.of.Close()) }

// File opens one file of a package.
func (d packageDesk) File(ctx context.Context, id fraud.ReferralID, version int, name string) (io.ReadCloser, error) {
	p, err := d.load(ctx, id, version)
	if err != nil {
		return nil, err
	}
	f, err := p.Open(name)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return packageFile{f, p}, nil
}

// Names says whether a package names one of these reports; one that is not here
// names none.
func (d packageDesk) Names(ctx context.Context, id fraud.ReferralID, version int, reports []fraud.ReportID) (bool, error) {
	f, err := d.File(ctx, id, version, "rings.jsonl")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fraud.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	for dec := jsontext.NewDecoder(f); ; {
		var line struct {
			Ring struct {
				Reports []fraud.ReportID `json:"reports"`
			} `json:"ring"`
		}
		if err := json.UnmarshalDecode(dec, &line); errors.Is(err, io.EOF) {
			return false, nil
		} else if err != nil {
			return false, err
		}
		if slices.ContainsFunc(reports, func(id fraud.ReportID) bool { return slices.Contains(line.Ring.Reports, id) }) {
			return true, nil
		}
	}
}

// Words gives the words of a signing key that this node knows.
func (d referDesk) Words(ctx context.Context, keyID string) ([]string, error) {
	orgs := []fraud.Org{d.Org}
	peers, err := d.db.Peers(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range peers {
		orgs = append(orgs, p.Org)
	}
	for _, o := range orgs {
		key, err := access.SignKey(o.Keys)
		if err == nil && refer.KeyID(key) == keyID {
			words, _ := access.Fingerprint(o.Keys)
			return strings.Fields(words), nil
		}
	}
	return nil, fmt.Errorf("key %s belongs to nobody that this node knows: %w", keyID, fraud.ErrNotFound)
}

// agencyDesk is the agency's workspace with what app adds: opening needs the
// node's key, and complainants are told.
type agencyDesk struct {
	*act.Service
	n *Node
}

func (a agencyDesk) Open(ctx context.Context, id fraud.ReferralID, version int) (fraud.InboxItem, error) {
	return a.n.OpenReferral(ctx, id, version)
}

func (a agencyDesk) RegisterCases(ctx context.Context, r act.Registration) ([]fraud.Case, error) {
	return a.n.RegisterCases(ctx, r)
}

func (a agencyDesk) AskMore(ctx context.Context, id fraud.ReferralID, says string) error {
	return a.n.AskMore(ctx, id, says)
}

func (a agencyDesk) UnsealCase(ctx context.Context, id fraud.CaseID, order string) error {
	return a.n.UnsealCase(ctx, id, order)
}

func (a agencyDesk) RecordOutcome(ctx context.Context, o fraud.Outcome) (fraud.Outcome, error) {
	return a.n.RecordOutcome(ctx, o)
}
