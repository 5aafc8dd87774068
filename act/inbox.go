package act

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

var sha256Form = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Receive writes down that a sealed package came: whose it says it is, and
// the SHA-256 of its bytes as they came (lower-case hex). Nothing inside has
// been read. The same package again changes nothing; another package under
// the same referral and version is fraud.ErrConflict.
func (s *Service) Receive(ctx context.Context, ref fraud.ReferralID, version int, sealed string, from []fraud.OrgID) (fraud.InboxItem, error) {
	if err := required("referral", string(ref)); err != nil {
		return fraud.InboxItem{}, err
	}
	switch {
	case version < 1:
		return fraud.InboxItem{}, fmt.Errorf("version of referral %s is counted from 1: %w", ref, fraud.ErrInvalid)
	case !sha256Form.MatchString(sealed):
		return fraud.InboxItem{}, fmt.Errorf("sha-256 of referral %s must be 64 lower-case hex digits: %w", ref, fraud.ErrInvalid)
	case len(from) == 0:
		return fraud.InboxItem{}, fmt.Errorf("referral %s names no sender: %w", ref, fraud.ErrInvalid)
	}
	// A node hands it in with its signature; a person brings it on a disk.
	action := access.ActOpenReferral
	if access.From(ctx).Peer {
		action = access.ActReceive
	}
	if _, err := s.door(ctx, action, thing(string(ref))); err != nil {
		return fraud.InboxItem{}, err
	}
	have, err := s.store.InboxItem(ctx, ref, version)
	switch {
	case err == nil && have.Sealed == sealed:
		return have, nil
	case err == nil:
		return have, fmt.Errorf("referral %s version %d came before with other bytes: %w", ref, version, fraud.ErrConflict)
	case !errors.Is(err, fraud.ErrNotFound):
		return have, fmt.Errorf("look for referral %s in the inbox: %w", ref, err)
	}
	item := fraud.InboxItem{
		Referral: ref, Version: version, From: slices.Clone(from), Sealed: sealed,
		ReceivedAt: s.now().UTC(), Mark: fraud.Mark{TLP: fraud.TLPRed, PAP: fraud.PAPRed}, // until opened, the strictest
	}
	if err := s.store.AddInbox(ctx, item); err != nil {
		return item, fmt.Errorf("put referral %s into the inbox: %w", ref, err)
	}
	return item, nil
}

// Opening is what opening and verifying a sealed package showed. It is made
// by refer and handed over by app, so that this room needs no keys.
type Opening struct {
	Title   string
	Package string // SHA-256 of the opened package
	Mark    fraud.Mark
	Embargo time.Time
	From    []fraud.OrgID // who signed; empty keeps what the cover said
	Checks  []fraud.Check // what was verified and what was not
}

// Opened writes down what was found when a package was opened. An item is
// opened once; doing it again with another package is fraud.ErrConflict.
// Checks that failed are kept as they are: the person decides what to do.
func (s *Service) Opened(ctx context.Context, ref fraud.ReferralID, version int, o Opening) (fraud.InboxItem, error) {
	who, err := s.door(ctx, access.ActOpenReferral, thing(string(ref)))
	if err != nil {
		return fraud.InboxItem{}, err
	}
	if len(o.Checks) == 0 {
		return fraud.InboxItem{}, fmt.Errorf("opening referral %s without a check: verify it first: %w", ref, fraud.ErrInvalid)
	}
	if !sha256Form.MatchString(o.Package) {
		return fraud.InboxItem{}, fmt.Errorf("sha-256 of the opened referral %s must be 64 lower-case hex digits: %w", ref, fraud.ErrInvalid)
	}
	item, err := s.store.InboxItem(ctx, ref, version)
	if err != nil {
		return item, fmt.Errorf("find referral %s in the inbox: %w", ref, err)
	}
	if !item.OpenedAt.IsZero() && item.Package != o.Package {
		return item, fmt.Errorf("referral %s was opened before with other content: %w", ref, fraud.ErrConflict)
	}
	item.Title, item.Package, item.Mark, item.Embargo = o.Title, o.Package, o.Mark.Filled(), o.Embargo.UTC()
	if o.Embargo.IsZero() {
		item.Embargo = time.Time{}
	}
	if len(o.From) > 0 {
		item.From = slices.Clone(o.From)
	}
	item.Verified = slices.Clone(o.Checks)
	if item.OpenedAt.IsZero() {
		item.OpenedAt, item.OpenedBy = s.now().UTC(), who.Person
	}
	if err := s.store.SaveOpened(ctx, item); err != nil {
		return item, fmt.Errorf("write down the opening of referral %s: %w", ref, err)
	}
	return item, nil
}

// InboxItems returns what lies at the door, newest first.
func (s *Service) InboxItems(ctx context.Context) ([]fraud.InboxItem, error) {
	if _, err := s.door(ctx, access.ActRead, thing("inbox")); err != nil {
		return nil, err
	}
	items, err := s.store.Inbox(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	return items, nil
}

// InboxItem returns one referral as it lies at the door.
func (s *Service) InboxItem(ctx context.Context, ref fraud.ReferralID, version int) (fraud.InboxItem, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(ref))); err != nil {
		return fraud.InboxItem{}, err
	}
	item, err := s.store.InboxItem(ctx, ref, version)
	if err != nil {
		return item, fmt.Errorf("find referral %s in the inbox: %w", ref, err)
	}
	return item, nil
}

// Sound says whether every check of an opened item held, and names the first
// that did not.
func Sound(item fraud.InboxItem) (ok bool, first fraud.Check) {
	if item.OpenedAt.IsZero() || len(item.Verified) == 0 {
		return false, fraud.Check{Name: "opened", Says: "The package has not been opened and verified yet."}
	}
	for _, c := range item.Verified {
		if !c.OK && c.Override == "" {
			return false, c
		}
	}
	return true, fraud.Check{}
}
