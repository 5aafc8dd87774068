package act

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// minWitnesses is how many independent witnesses sign a search list: "two or
// more independent and respectable inhabitants" (BNSS 2023 s.103(4), formerly
// CrPC 1973 s.100(4)).
const minWitnesses = 2

// Warrant is the authority under which a search is made.
type Warrant struct {
	Authority string // warrant or section, with its number
	Issuer    string
	Expires   time.Time
	Officers  []string
	Witnesses []string // those known at the start; SignList needs two
}

// StartSearch begins the search of a site, now. It refuses, wrapping
// fraud.ErrForbidden, when the authority has run out; wrapping
// fraud.ErrInvalid, when authority, issuer, expiry or officers are missing;
// and wrapping fraud.ErrConflict, when the site has a search that has not
// ended.
func (s *Service) StartSearch(ctx context.Context, site fraud.SiteID, w Warrant) (fraud.Search, error) {
	who, err := s.door(ctx, access.ActSearch, thing(string(site)))
	if err != nil {
		return fraud.Search{}, err
	}
	if err := required("authority", w.Authority, "issuer of the authority", w.Issuer); err != nil {
		return fraud.Search{}, err
	}
	officers, witnesses := named(w.Officers), named(w.Witnesses)
	now := s.now().UTC()
	switch {
	case w.Expires.IsZero():
		return fraud.Search{}, fmt.Errorf("the authority's expiry is missing: %w", fraud.ErrInvalid)
	case !now.Before(w.Expires):
		return fraud.Search{}, fmt.Errorf("the authority ran out at %s: ask for a new one before the search: %w", w.Expires.UTC().Format(time.RFC3339), fraud.ErrForbidden)
	case len(officers) == 0:
		return fraud.Search{}, fmt.Errorf("a search needs at least one officer: %w", fraud.ErrInvalid)
	}
	at, err := s.store.Site(ctx, site)
	if err != nil {
		return fraud.Search{}, fmt.Errorf("find site %s: %w", site, err)
	}
	if err := s.noOpenSearch(ctx, at); err != nil {
		return fraud.Search{}, err
	}
	id, err := s.newID("search")
	if err != nil {
		return fraud.Search{}, err
	}
	x := fraud.Search{
		ID: fraud.SearchID(id), Site: site, Authority: w.Authority, Issuer: w.Issuer, Expires: w.Expires.UTC(),
		Officers: officers, Witnesses: witnesses, StartedAt: now, By: who.Person,
	}
	if err := s.store.SaveSearch(ctx, x); err != nil {
		return x, fmt.Errorf("start search %s: %w", x.ID, err)
	}
	return x, nil
}

func (s *Service) noOpenSearch(ctx context.Context, site fraud.Site) error {
	op, err := s.store.Operation(ctx, site.Operation)
	if err != nil {
		return fmt.Errorf("find operation %s: %w", site.Operation, err)
	}
	if !op.Done.IsZero() {
		return fmt.Errorf("operation %s has ended: %w", op.ID, fraud.ErrConflict)
	}
	all, err := s.store.Searches(ctx, op.ID)
	if err != nil {
		return fmt.Errorf("read the searches of operation %s: %w", op.ID, err)
	}
	for _, x := range all {
		if x.Site == site.ID && x.EndedAt.IsZero() {
			return fmt.Errorf("site %s is being searched under %s: %w", site.ID, x.ID, fraud.ErrConflict)
		}
	}
	return nil
}

// named trims names and drops blanks and doubles.
func named(in []string) []string {
	var out []string
	for _, n := range in {
		n = strings.Join(strings.Fields(n), " ")
		if n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// SignList records that officer and witnesses signed the seizure list. It
// wants at least two witnesses who are not officers of the search. After it,
// nothing is added to the list but corrections.
func (s *Service) SignList(ctx context.Context, id fraud.SearchID, officer string, witnesses []string) (fraud.Search, error) {
	_, x, err := s.openSearch(ctx, access.ActSearch, id)
	if err != nil {
		return x, err
	}
	if !x.SignedAt.IsZero() {
		return x, fmt.Errorf("the list of search %s is signed already: %w", id, fraud.ErrConflict)
	}
	signing := named(witnesses)
	officer = strings.Join(strings.Fields(officer), " ")
	switch {
	case !slices.Contains(x.Officers, officer):
		return x, fmt.Errorf("who signs for search %s must be one of its officers: %w", id, fraud.ErrInvalid)
	case len(signing) < minWitnesses:
		return x, fmt.Errorf("the list of search %s needs %d witnesses: %w", id, minWitnesses, fraud.ErrInvalid)
	}
	for _, w := range signing {
		if slices.Contains(x.Officers, w) {
			return x, fmt.Errorf("an officer of search %s cannot be its witness: %w", id, fraud.ErrInvalid)
		}
	}
	x.Witnesses, x.SignedAt = named(append(signing, x.Witnesses...)), s.now().UTC()
	if err := s.store.SaveSearch(ctx, x); err != nil {
		return x, fmt.Errorf("sign the list of search %s: %w", id, err)
	}
	return x, nil
}

// EndSearch ends a search. recording is the SHA-256 of its audio-video
// recording; it may be empty and given later by [Service.AddRecording], and
// until then a clock shows that it is due (BNSS s.105). The list must be
// signed first.
func (s *Service) EndSearch(ctx context.Context, id fraud.SearchID, recording string) (fraud.Search, error) {
	_, x, err := s.openSearch(ctx, access.ActSearch, id)
	if err != nil {
		return x, err
	}
	if x.SignedAt.IsZero() {
		return x, fmt.Errorf("the list of search %s is not signed: have officer and witnesses sign it: %w", id, fraud.ErrConflict)
	}
	if recording != "" && !sha256Form.MatchString(recording) {
		return x, fmt.Errorf("sha-256 of the recording must be 64 lower-case hex digits: %w", fraud.ErrInvalid)
	}
	x.RecordingSHA256, x.EndedAt = recording, s.now().UTC()
	if err := s.store.SaveSearch(ctx, x); err != nil {
		return x, fmt.Errorf("end search %s: %w", id, err)
	}
	return x, nil
}

// AddRecording gives the SHA-256 of a search's recording once. Another hash
// later is fraud.ErrConflict.
func (s *Service) AddRecording(ctx context.Context, id fraud.SearchID, recording string) (fraud.Search, error) {
	if _, err := s.door(ctx, access.ActSearch, thing(string(id))); err != nil {
		return fraud.Search{}, err
	}
	if !sha256Form.MatchString(recording) {
		return fraud.Search{}, fmt.Errorf("sha-256 of the recording must be 64 lower-case hex digits: %w", fraud.ErrInvalid)
	}
	x, err := s.store.Search(ctx, id)
	if err != nil {
		return x, fmt.Errorf("find search %s: %w", id, err)
	}
	switch x.RecordingSHA256 {
	case recording:
		return x, nil
	case "":
	default:
		return x, fmt.Errorf("search %s has a recording with another hash: %w", id, fraud.ErrConflict)
	}
	x.RecordingSHA256 = recording
	if err := s.store.SaveSearch(ctx, x); err != nil {
		return x, fmt.Errorf("add the recording of search %s: %w", id, err)
	}
	return x, nil
}

// openSearch passes the door and returns the search if it has begun and not
// ended.
func (s *Service) openSearch(ctx context.Context, action access.Action, id fraud.SearchID) (access.Who, fraud.Search, error) {
	who, err := s.door(ctx, action, thing(string(id)))
	if err != nil {
		return who, fraud.Search{}, err
	}
	x, err := s.store.Search(ctx, id)
	switch {
	case err != nil:
		return who, x, fmt.Errorf("find search %s: %w", id, err)
	case x.StartedAt.IsZero():
		return who, x, fmt.Errorf("search %s has not begun: %w", id, fraud.ErrConflict)
	case !x.EndedAt.IsZero():
		return who, x, fmt.Errorf("search %s has ended: %w", id, fraud.ErrConflict)
	}
	return who, x, nil
}

// Search returns one search.
func (s *Service) Search(ctx context.Context, id fraud.SearchID) (fraud.Search, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(id))); err != nil {
		return fraud.Search{}, err
	}
	x, err := s.store.Search(ctx, id)
	if err != nil {
		return x, fmt.Errorf("find search %s: %w", id, err)
	}
	return x, nil
}

// Searches returns an operation's searches.
func (s *Service) Searches(ctx context.Context, op fraud.OperationID) ([]fraud.Search, error) {
	if _, err := s.door(ctx, access.ActRead, thing(string(op))); err != nil {
		return nil, err
	}
	all, err := s.store.Searches(ctx, op)
	if err != nil {
		return nil, fmt.Errorf("read the searches of operation %s: %w", op, err)
	}
	return all, nil
}
