package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/access"
	"ringbreaker.example/exchange/stix"
	"ringbreaker.example/exchange/taxii"
	"ringbreaker.example/fraud"
)

// Lists gives what may go to a recipient now; *protect.Service is one.
type Lists interface {
	// Shareable asks access.Decide about each listing and leaves out what it
	// refuses, such as what is under a hold.
	Shareable(context.Context, access.Recipient) ([]fraud.Listing, error)
}

// Shelves remember since when the lists hold what they hold; *store.DB is one.
type Shelves interface {
	Shelf(ctx context.Context, list string) (fraud.Shelf, error)
	// Shelve is fraud.ErrConflict if the shelf changed since it was read.
	Shelve(ctx context.Context, change fraud.Shelving) error
}

// taxiiRoot is where the one API root is (TAXII 2.1 §4.1 fixes /taxii2/).
const taxiiRoot = "/taxii2/lists/"

// taxiiLists are the collections: the audiences of export -for.
var taxiiLists = []struct {
	alias string
	to    access.RecipientKind
	says  string
}{
	{"public", access.ToPublic, "what anybody may have and block by"},
	{"community", access.ToCommunity, "what members of the community may have and block by, the public's among it"},
}

// taxiiRoutes are the addresses of TAXII 2.1 §4 and §5. The lists are read and
// never written to; who comes needs the role, and each listing is asked about besides.
func taxiiRoutes() []route {
	at := func(method, pattern string, serve func(*Server, http.ResponseWriter, *http.Request) error) route {
		return route{Method: method, Pattern: pattern, Action: access.ActFetch, Thing: access.ThingListing, Basic: true, serve: serve}
	}
	const list = taxiiRoot + "collections/{id}/"
	return []route{
		at("GET", "/taxii2/{$}", (*Server).taxiiDiscovery),
		at("GET", taxiiRoot+"{$}", (*Server).taxiiAPIRoot),
		at("GET", taxiiRoot+"collections/{$}", (*Server).taxiiCollections),
		at("GET", list+"{$}", (*Server).taxiiCollection),
		at("GET", list+"manifest/{$}", (*Server).taxiiManifest),
		at("GET", list+"objects/{$}", (*Server).taxiiObjects),
		at("POST", list+"objects/{$}", (*Server).taxiiReadOnly),
		at("GET", list+"objects/{object}/{$}", (*Server).taxiiObject),
		at("DELETE", list+"objects/{object}/{$}", (*Server).taxiiReadOnly),
		at("GET", list+"objects/{object}/versions/{$}", (*Server).taxiiVersions),
		at("GET", "/taxii2/{rest...}", (*Server).taxiiNothing),
	}
}

// shelves are the lists as they were filled last.
type shelves struct {
	mu   sync.Mutex // guards all below
	all  map[string]*taxii.Shelf
	held map[string][]fraud.Listing // that a shelf was filled with
}

func (s *Server) taxiiDiscovery(w http.ResponseWriter, r *http.Request) error {
	root := "http://" + r.Host + taxiiRoot
	if s.secure || r.TLS != nil {
		root = "https://" + r.Host + taxiiRoot
	}
	return s.taxiiSend(w, r, taxii.Discovery{
		Title: "Lists of " + s.Org.Name, Description: "Numbers, sites and accounts that fraudsters use, each with its expiry. Read only.", Default: root, APIRoots: []string{root},
	}, taxii.Span{})
}

func (s *Server) taxiiAPIRoot(w http.ResponseWriter, r *http.Request) error {
	return s.taxiiSend(w, r, taxii.APIRoot{Title: "Lists of " + s.Org.Name, Versions: []string{taxii.MediaType}, MaxContentLength: maxForm}, taxii.Span{})
}

func (s *Server) taxiiCollections(w http.ResponseWriter, r *http.Request) error {
	var all taxii.Collections
	for i := range taxiiLists {
		all.Collections = append(all.Collections, s.collection(i))
	}
	return s.taxiiSend(w, r, all, taxii.Span{})
}

func (s *Server) collection(i int) taxii.Collection {
	l := taxiiLists[i]
	return taxii.Collection{
		ID: taxii.CollectionID(string(s.Org.ID), l.alias), Alias: l.alias, Title: "Listings of " + s.Org.Name + ": " + l.alias,
		Description: l.says, CanRead: true, MediaTypes: []string{taxii.STIX},
	}
}

// listAt is the list that an address names, by its id or its alias (§5.2.1).
func (s *Server) listAt(r *http.Request) (int, error) {
	id := r.PathValue("id")
	for i, l := range taxiiLists {
		if id == l.alias || id == s.collection(i).ID {
			return i, nil
		}
	}
	return 0, fmt.Errorf("there is no such collection: %w", fraud.ErrNotFound)
}

func (s *Server) taxiiCollection(w http.ResponseWriter, r *http.Request) error {
	i, err := s.listAt(r)
	if err != nil {
		return err
	}
	return s.taxiiSend(w, r, s.collection(i), taxii.Span{})
}

// asked fills the shelf of the list that is asked about with what may be seen
// now, and hands it to serve together with what is asked.
func (s *Server) asked(r *http.Request, serve func(*taxii.Shelf, taxii.Query) (any, taxii.Span, error)) (any, taxii.Span, error) {
	i, err := s.listAt(r)
	if err != nil {
		return nil, taxii.Span{}, err
	}
	q, err := taxii.ParseQuery(r.URL.Query())
	if err != nil {
		return nil, taxii.Span{}, err
	}
	l := taxiiLists[i]
	listings, err := s.Lists.Shareable(r.Context(), access.Recipient{Kind: l.to})
	if err != nil {
		return nil, taxii.Span{}, fmt.Errorf("read the list %s: %w", l.alias, err)
	}
	s.shelves.mu.Lock()
	defer s.shelves.mu.Unlock()
	shelf := s.shelves.all[l.alias]
	if shelf == nil || !slices.Equal(s.shelves.held[l.alias], listings) {
		if shelf, err = s.filled(r.Context(), l.alias, shelf, listings); err != nil {
			return nil, taxii.Span{}, fmt.Errorf("write the list %s: %w", l.alias, err)
		}
		s.shelves.all[l.alias], s.shelves.held[l.alias] = shelf, listings
	}
	return serve(shelf, q)
}

// fillTries bounds how often a shelf is read anew because another server of
// the same node has filled it in between.
const fillTries = 3

// filled is the shelf of a list with what may be seen now. What is new on it
// is kept before anybody is told; nil is read from where it was kept.
func (s *Server) filled(ctx context.Context, list string, shelf *taxii.Shelf, listings []fraud.Listing) (*taxii.Shelf, error) {
	objects, err := listObjects(s.Org, listings)
	if err != nil {
		return nil, err
	}
	for range fillTries {
		if shelf == nil {
			kept, err := s.Shelves.Shelf(ctx, list)
			if err != nil {
				return nil, err
			}
			shelf = taxii.Restore(kept)
		}
		err = shelf.Fill(objects, s.Now(), func(c fraud.Shelving) error { return s.Shelves.Shelve(ctx, c) })
		if !errors.Is(err, fraud.ErrConflict) {
			return shelf, err
		}
		shelf = nil
	}
	return nil, err
}

// identityAt is the version of our own identity in the lists: it does not
// change with what is listed.
var identityAt = time.Date(2023, 10, 19, 0, 0, 0, 0, time.UTC)

// listObjects are the objects of a list's STIX bundle, each in the version of
// when its listing changed last and with its listing's own mark.
func listObjects(org fraud.Org, listings []fraud.Listing) ([]jsontext.Value, error) {
	all, err := stix.Objects(stix.Content{Producer: org, At: identityAt, Mark: fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPClear}})
	if err != nil {
		return nil, err
	}
	listings = slices.Clone(listings)
	slices.SortFunc(listings, func(a, b fraud.Listing) int {
		return cmp.Or(changed(a).Compare(changed(b)), cmp.Compare(a.Indicator.String(), b.Indicator.String()))
	})
	for _, l := range listings {
		some, err := stix.Objects(stix.Content{Producer: org, At: changed(l), Mark: l.Mark, Listings: []fraud.Listing{l}})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func changed(l fraud.Listing) time.Time {
	if l.LastSeen.After(l.Since) {
		return l.LastSeen
	}
	return l.Since
}

func (s *Server) taxiiAnswer(w http.ResponseWriter, r *http.Request, serve func(*taxii.Shelf, taxii.Query) (any, taxii.Span, error)) error {
	answer, span, err := s.asked(r, serve)
	if err != nil {
		return err
	}
	return s.taxiiSend(w, r, answer, span)
}

func (s *Server) taxiiManifest(w http.ResponseWriter, r *http.Request) error {
	return s.taxiiAnswer(w, r, func(shelf *taxii.Shelf, q taxii.Query) (any, taxii.Span, error) {
		a, span := shelf.Manifest(q)
		return a, span, nil
	})
}

func (s *Server) taxiiObjects(w http.ResponseWriter, r *http.Request) error {
	return s.taxiiAnswer(w, r, func(shelf *taxii.Shelf, q taxii.Query) (any, taxii.Span, error) {
		a, span := shelf.Objects(q)
		return a, span, nil
	})
}

var errNoObject = fmt.Errorf("there is no such object on this list: %w", fraud.ErrNotFound)

func (s *Server) taxiiObject(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("object")
	return s.taxiiAnswer(w, r, func(shelf *taxii.Shelf, q taxii.Query) (any, taxii.Span, error) {
		if !shelf.Has(id) {
			return nil, taxii.Span{}, errNoObject
		}
		q.IDs = []string{id}
		a, span := shelf.Objects(q)
		return a, span, nil
	})
}

func (s *Server) taxiiVersions(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("object")
	return s.taxiiAnswer(w, r, func(shelf *taxii.Shelf, q taxii.Query) (any, taxii.Span, error) {
		if !shelf.Has(id) {
			return nil, taxii.Span{}, errNoObject
		}
		a, span := shelf.Versions(id, q)
		return a, span, nil
	})
}

func (s *Server) taxiiReadOnly(_ http.ResponseWriter, r *http.Request) error {
	if _, err := s.listAt(r); err != nil {
		return err
	}
	return fmt.Errorf("the lists are made from reports and cannot be written to; send what you know as a report: %w", fraud.ErrForbidden)
}

func (s *Server) taxiiNothing(http.ResponseWriter, *http.Request) error {
	return fmt.Errorf("nothing has this address; addresses end in a slash, and discovery is at /taxii2/: %w", fraud.ErrNotFound)
}

// notAcceptable says that a client takes no answer that we give.
type notAcceptable struct{}

func (notAcceptable) Error() string { return "answers are " + taxii.MediaType + " only" }

func (s *Server) taxiiSend(w http.ResponseWriter, r *http.Request, resource any, span taxii.Span) error {
	if !taxii.Acceptable(r.Header.Get("Accept")) {
		return notAcceptable{}
	}
	b, err := taxii.Write(resource)
	if err != nil {
		return fmt.Errorf("write a TAXII answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", taxii.MediaType)
	if span.First != "" {
		h.Set("X-TAXII-Date-Added-First", span.First)
		h.Set("X-TAXII-Date-Added-Last", span.Last)
	}
	_, _ = w.Write(append(b, '\n')) // the client may have gone: nobody is left to tell
	return nil
}

// taxiiFail tells an error as TAXII does (§3.6).
func (s *Server) taxiiFail(w http.ResponseWriter, r *http.Request, err error) {
	status, says := http.StatusInternalServerError, "something went wrong on our side; try again later"
	var many tooMany
	switch {
	case errors.As(err, new(signInFirst)):
		status, says = http.StatusUnauthorized, "give the name and password of a subscriber, or of somebody who may export lists, by HTTP Basic"
		w.Header().Set("WWW-Authenticate", `Basic realm="lists", charset="UTF-8"`)
	case errors.As(err, &many):
		status, says = http.StatusTooManyRequests, "too many attempts came from your address"
		w.Header().Set("Retry-After", strconv.Itoa(1+int(many.wait/time.Second)))
	case errors.As(err, new(notAcceptable)):
		status, says = http.StatusNotAcceptable, err.Error()
	case errors.Is(err, fraud.ErrForbidden):
		status, says = http.StatusForbidden, sentence(err)
	case errors.Is(err, fraud.ErrNotFound):
		status, says = http.StatusNotFound, sentence(err)
	case errors.Is(err, fraud.ErrInvalid):
		status, says = http.StatusBadRequest, sentence(err)
	default:
		s.Log.LogAttrs(r.Context(), slog.LevelError, "taxii failed", slog.String("method", r.Method), slog.String("path", routePath(r)), slog.Any("error", err))
	}
	b, err := taxii.Write(taxii.Problem{Title: http.StatusText(status), Description: says, HTTPStatus: strconv.Itoa(status)})
	if err != nil {
		b = []byte("{}")
	}
	w.Header().Set("Content-Type", taxii.MediaType)
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // as above
}

// basics are the passwords that were right lately: hashing one takes a
// twentieth of a second and 19 MiB, and a client walks a list in many requests.
type basics struct {
	mu    sync.Mutex
	until map[[sha256.Size]byte]time.Time
}

const (
	basicLife = 5 * time.Minute
	basicMost = 1000
)

// basic reads who a request names by HTTP Basic (RFC 7617). Nobody, a wrong
// password and somebody who may no longer sign in are all the public.
func (s *Server) basic(r *http.Request) (access.Person, error) {
	name, password, ok := r.BasicAuth()
	if !ok {
		return access.Person{}, nil
	}
	person, err := s.Store.Person(r.Context(), fraud.PersonID(name))
	if err != nil && !errors.Is(err, fraud.ErrNotFound) {
		return access.Person{}, fmt.Errorf("read who asks for a list: %w", err)
	}
	// With the stored hash in it, a new password ends what the old one opened.
	key := sha256.Sum256([]byte(person.Password + "\x00" + name + "\x00" + password))
	now := s.Now()
	s.basics.mu.Lock()
	known := err == nil && now.Before(s.basics.until[key])
	s.basics.mu.Unlock()
	if !known {
		if ok, wait := s.signIns.Allow(access.AddressKey(r.RemoteAddr)); !ok {
			return access.Person{}, tooMany{wait: wait}
		}
		// Hashed even where nobody has the name, as at the sign-in.
		if right := access.CheckPassword(person.Password, password); err != nil || !right {
			return access.Person{}, nil
		}
		s.basics.mu.Lock()
		if len(s.basics.until) >= basicMost {
			clear(s.basics.until)
		}
		s.basics.until[key] = now.Add(basicLife)
		s.basics.mu.Unlock()
	}
	if !person.Active() {
		return access.Person{}, nil
	}
	return person, nil
}
