package intake

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// Store is what intake needs from storage; *store.DB satisfies it.
type Store interface {
	// AcceptBatch takes reports in, in one transaction; what it says is new is
	// on disk when it returns.
	AcceptBatch(context.Context, []fraud.Acceptance) ([]fraud.Taken, error)
	// SafeList returns the genuine values, which get the role genuine_brand.
	SafeList(context.Context) ([]fraud.SafeEntry, error)
	AddAudit(context.Context, fraud.AuditEntry) error
}

// Vault keeps identities: *access.Vault is one.
type Vault interface {
	// Seal encrypts the identity of a report to a key of its own, and wraps that
	// with the node's vault key.
	Seal(report fraud.ReportID, id fraud.Identity) (box, key []byte, err error)
	// Pseudonym is the same for the same person at this node, and tells
	// nothing to who has not the vault's key.
	Pseudonym(id fraud.Identity) string
}

// Config is what New needs beyond storage and vault. Its zero fields mean the
// defaults named with each.
type Config struct {
	Source     string            // of reports that are made here (form, mail, pages, text); default "node"
	Country    string            // where numbers without a country are at home; empty asks each report's own
	Batch      int               // reports in a transaction; default 500
	Workers    int               // that decode and extract; default 2
	RejectDir  string            // where rejects go if the input's folder cannot be written; default none
	Mappings   []*csvmap.Mapping // tried before the built-in ones
	KeepFile   Keeper            // keeps the original mails and pages as evidence; nil keeps none
	Confirm    Confirm           // asks a person about a guessed mapping; nil answers no
	MaxArchive int64             // bytes that one archive may unpack to; default 4 GiB
	// Own says that a file or folder is the node's own (its keys, its
	// database): a folder that is brought in with it inside leaves it alone.
	// nil means that none is.
	Own func(path string) bool
	// FindTool finds a program that reads attachments (pdftotext, pdftoppm,
	// tesseract); default exec.LookPath. What is not found is told in each
	// record that would have needed it.
	FindTool func(name string) (path string, err error)
}

// Keeper stores evidence and returns its SHA-256 in hex and size.
type Keeper func(ctx context.Context, r io.Reader) (sha256 string, size int64, err error)

// Confirm shows a guessed mapping to a person, with the first rows as reports,
// and returns whether it may be used.
type Confirm func(m *csvmap.Mapping, examples [][]byte) bool

// Service takes reports in. It is safe for use by several goroutines.
type Service struct {
	store  Store
	vault  Vault
	now    func() time.Time
	random io.Reader
	cfg    Config
	maps   atomic.Pointer[[]*csvmap.Mapping] // in the order in which they are tried
	safe   atomic.Pointer[extract.SafeList]  // as of the last import or submission
	tools  *tools
	langs  spoken
}

// New returns an intake into store that seals identities to vault.
func New(store Store, vault Vault, now func() time.Time, random io.Reader, cfg Config) (*Service, error) {
	builtin, err := csvmap.Builtin()
	if err != nil {
		return nil, err
	}
	if cfg.Source == "" {
		cfg.Source = "node"
	}
	if cfg.Batch <= 0 {
		cfg.Batch = 500
	}
	if cfg.Workers <= 0 {
		cfg.Workers = 2
	}
	if cfg.MaxArchive <= 0 {
		cfg.MaxArchive = 4 << 30
	}
	s := &Service{store: store, vault: vault, now: now, random: random, cfg: cfg, tools: newTools(cfg.FindTool)}
	all := append(slices.Clone(cfg.Mappings), builtin...)
	s.maps.Store(&all)
	s.safe.Store(&extract.SafeList{})
	return s, nil
}

// mappings are the ones at hand, in the order in which they are tried.
func (s *Service) mappings() []*csvmap.Mapping { return *s.maps.Load() }

// Use tries a mapping before all others from now on.
func (s *Service) Use(m *csvmap.Mapping) {
	all := append([]*csvmap.Mapping{m}, s.mappings()...)
	s.maps.Store(&all)
}

// door asks access whether who is in ctx may do action here.
func (s *Service) door(ctx context.Context, action access.Action) error {
	who := access.From(ctx)
	d := access.Decide(who, action, access.Thing{Kind: access.ThingReport}, access.Recipient{}, s.now())
	if d.Allow {
		return nil
	}
	err := s.store.AddAudit(ctx, fraud.AuditEntry{
		At: s.now().UTC(), By: who.Person, Org: who.Org, Act: "intake." + string(action), Why: d.Reason,
	})
	if err != nil {
		return fmt.Errorf("write down a refusal: %w", err)
	}
	return d.Err()
}

// loadSafe reads the safe list anew.
func (s *Service) loadSafe(ctx context.Context) error {
	all, err := s.store.SafeList(ctx)
	if err != nil {
		return fmt.Errorf("read the safe list: %w", err)
	}
	list := make(extract.SafeList, len(all))
	for _, e := range all {
		list[e.Indicator] = e.Owner
	}
	s.safe.Store(&list)
	return nil
}
