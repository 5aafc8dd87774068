package taxii

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// Shelf is what a collection holds, and since when. The zero Shelf is empty;
// one that was kept comes back by [Restore]. It is not safe for use from several
// goroutines at once.
//
// When an object was added is when the shelf first had it, in this form, and
// not a time of the object: a listing that was under a hold is added when the
// hold ends, so that a client which asks for what is new gets it. No two objects
// were added at the same instant, so that an instant is a place between two
// pages, and none is added at or before an instant that was given once, though
// the clock be set back. A shelf that is made anew instead of restored has all
// objects added anew: clients get them again and miss none.
type Shelf struct {
	list  string
	fill  int64 // how often it changed
	items map[string]*held
	order []*held // by when they were added
	last  time.Time
}

// held is one object on the shelf.
type held struct {
	id, kind, spec, version string
	added                   time.Time
	raw                     jsontext.Value // nil until a restored shelf is filled
	digest                  [32]byte       // of raw
}

// Restore gives a shelf that remembers what was kept of it. It holds nothing
// for clients until it is filled.
func Restore(kept fraud.Shelf) *Shelf {
	s := &Shelf{list: kept.List, fill: kept.Fill, last: kept.Last.UTC(), items: make(map[string]*held, len(kept.Objects))}
	for _, o := range kept.Objects {
		s.items[o.ID] = &held{id: o.ID, added: o.Added.UTC(), digest: o.Digest}
	}
	return s
}

// stamp is an instant as TAXII writes it: microseconds tell all apart.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// Fill puts objects on the shelf in their order: the first of an id counts,
// what is there in the same form stays as it was added, and what is not among
// them is taken off. If that changes the shelf, keep is told what changes
// before it does: what a client was given once is kept by then. An error of keep is
// returned, and one that wraps fraud.ErrInvalid means that an object is no STIX
// object; then the shelf is as it was.
func (s *Shelf) Fill(objects []jsontext.Value, now time.Time, keep func(fraud.Shelving) error) error {
	next := make([]*held, 0, len(objects))
	given := make(map[string]bool, len(objects))
	for n, raw := range objects {
		var o struct {
			ID       string `json:"id"`
			Type     string `json:"type"`
			Spec     string `json:"spec_version"`
			Created  string `json:"created"`
			Modified string `json:"modified"`
		}
		if err := json.Unmarshal(raw, &o); err != nil || o.ID == "" || o.Type == "" {
			return fmt.Errorf("object %d is no STIX object: %w", n+1, fraud.ErrInvalid)
		}
		if given[o.ID] {
			continue
		}
		given[o.ID] = true
		next = append(next, &held{id: o.ID, kind: o.Type, spec: cmp.Or(o.Spec, "2.0"), version: cmp.Or(o.Modified, o.Created), raw: raw, digest: sha256.Sum256(raw)})
	}
	items := make(map[string]*held, len(next))
	at, last := now.UTC().Truncate(time.Microsecond), s.last
	change := fraud.Shelving{List: s.list, Fill: s.fill + 1}
	for _, x := range next {
		if old := s.items[x.id]; old != nil && old.digest == x.digest {
			x.added = old.added
		} else {
			if !at.After(last) {
				at = last.Add(time.Microsecond)
			}
			x.added, last = at, at
			change.Added = append(change.Added, fraud.Shelved{ID: x.id, Digest: x.digest, Added: at})
		}
		x.version = cmp.Or(x.version, stamp(x.added)) // an observable has none of its own (§5.3.1.1)
		items[x.id] = x
	}
	for id := range s.items {
		if items[id] == nil {
			change.Gone = append(change.Gone, id)
		}
	}
	slices.Sort(change.Gone)
	if len(change.Added)+len(change.Gone) > 0 {
		if err := keep(change); err != nil {
			return err
		}
		s.fill, s.last = change.Fill, last
	}
	slices.SortFunc(next, func(a, b *held) int { return a.added.Compare(b.added) })
	s.items, s.order = items, next
	return nil
}

// page is the part of a shelf that a query takes.
func (s *Shelf) page(q Query) (all []*held, more bool) {
	from, _ := slices.BinarySearchFunc(s.order, q.After, func(x *held, t time.Time) int { return x.added.Compare(t) })
	for _, x := range s.order[from:] {
		if !q.takes(x) {
			continue
		}
		if len(all) == q.Limit {
			return all, true
		}
		all = append(all, x)
	}
	return all, false
}

// Span is when the first and the last object of an answer were added, for the
// headers X-TAXII-Date-Added-First and -Last; both empty without any.
type Span struct{ First, Last string }

func spanOf(all []*held) Span {
	if len(all) == 0 {
		return Span{}
	}
	return Span{stamp(all[0].added), stamp(all[len(all)-1].added)}
}

func next(all []*held, more bool) string {
	if !more {
		return ""
	}
	return stamp(all[len(all)-1].added)
}

// Objects answers a request for objects (§5.4, §5.6).
func (s *Shelf) Objects(q Query) (Envelope, Span) {
	all, more := s.page(q)
	e := Envelope{More: more, Next: next(all, more)}
	for _, x := range all {
		e.Objects = append(e.Objects, x.raw)
	}
	return e, spanOf(all)
}

// Manifest answers a request for the manifest (§5.3).
func (s *Shelf) Manifest(q Query) (Manifest, Span) {
	all, more := s.page(q)
	m := Manifest{More: more, Next: next(all, more)}
	for _, x := range all {
		m.Objects = append(m.Objects, Entry{ID: x.id, DateAdded: stamp(x.added), Version: x.version, MediaType: STIX})
	}
	return m, spanOf(all)
}

// Versions answers a request for an object's versions (§5.8).
func (s *Shelf) Versions(id string, q Query) (Versions, Span) {
	q.IDs = []string{id}
	all, more := s.page(q)
	v := Versions{More: more, Next: next(all, more)}
	for _, x := range all {
		v.Versions = append(v.Versions, x.version)
	}
	return v, spanOf(all)
}

// Has says whether an object is on the shelf.
func (s *Shelf) Has(id string) bool { return s.items[id] != nil }
