package taxii_test

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ringbreaker.example/exchange/taxii"
	"ringbreaker.example/fraud"
)

var day = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func object(n int, modified string) jsontext.Value {
	kind := []string{"indicator", "domain-name"}[n%2]
	if modified != "" {
		modified = `,"created":"2026-01-01T00:00:00.000Z","modified":"` + modified + `"`
	}
	return jsontext.Value(fmt.Sprintf(`{"type":%q,"spec_version":"2.1","id":"%s--%08d-0000-4000-8000-000000000000"%s}`, kind, kind, n, modified))
}

func objects(n int) []jsontext.Value {
	var all []jsontext.Value
	for i := range n {
		m := "2026-02-01T00:00:00.000Z"
		if i%2 == 1 {
			m = ""
		}
		all = append(all, object(i, m))
	}
	return all
}

func query(t testing.TB, s string) taxii.Query {
	t.Helper()
	v, err := url.ParseQuery(s)
	if err != nil {
		t.Fatal(err)
	}
	q, err := taxii.ParseQuery(v)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func ids(e taxii.Envelope) []string {
	var out []string
	for _, o := range e.Objects {
		out = append(out, string(o))
	}
	return out
}

func forget(fraud.Shelving) error { return nil }

// Property: however a walk is cut into pages, by next or by what the header
// says was added last, and whatever is put on the shelf on the way, each object
// comes once and none is missed.
func TestAWalkHoldsEachObjectOnce(t *testing.T) {
	for _, by := range []string{"next", "added_after"} {
		for _, size := range []int{1, 3, 7, 1000} {
			var s taxii.Shelf
			if err := s.Fill(objects(20), day, forget); err != nil {
				t.Fatal(err)
			}
			seen := map[string]int{}
			from, walks := "", 0
			for {
				e, span := s.Objects(query(t, fmt.Sprintf("limit=%d%s", size, from)))
				for _, id := range ids(e) {
					seen[id]++
				}
				if walks++; walks == 2 {
					if err := s.Fill(objects(25), day, forget); err != nil { // the clock stood still
						t.Fatal(err)
					}
				}
				if !e.More && walks > 2 {
					break
				}
				switch {
				case by == "next" && e.More:
					from = "&next=" + e.Next
				case span.Last != "":
					from = "&added_after=" + span.Last
				}
			}
			if len(seen) != 25 {
				t.Errorf("by %s in pages of %d: %d of 25 objects", by, size, len(seen))
			}
			for id, n := range seen {
				if n != 1 {
					t.Errorf("by %s in pages of %d: %d times %s", by, size, n, id)
				}
			}
		}
	}
}

func TestWhatComesBackIsAddedAnewAndWhatIsGoneIsGone(t *testing.T) {
	var s taxii.Shelf
	all := objects(4)
	fill := func(at time.Duration, o ...jsontext.Value) string {
		t.Helper()
		if err := s.Fill(o, day.Add(at), forget); err != nil {
			t.Fatal(err)
		}
		_, span := s.Objects(taxii.Query{Limit: 10})
		return span.Last
	}
	last := fill(0, all...)
	since := func() []string {
		e, _ := s.Objects(query(t, "added_after="+last))
		return ids(e)
	}
	fill(time.Hour, all[0], all[1], all[3]) // all[2] is under a hold
	if s.Has("indicator--00000002-0000-4000-8000-000000000000") || len(since()) != 0 {
		t.Errorf("what is under a hold is there: %v", since())
	}
	fill(2*time.Hour, all...)
	if got := since(); !slices.Equal(got, []string{string(all[2])}) {
		t.Errorf("what came back is %v", got)
	}
	last = fill(3*time.Hour, all[0], all[1], object(2, "2026-02-02T00:00:00.000Z"), all[3])
	if e, _ := s.Objects(query(t, "match[id]=indicator--00000002-0000-4000-8000-000000000000")); len(e.Objects) != 1 || !strings.Contains(ids(e)[0], "02-02") {
		t.Errorf("the newer version is %v", ids(e))
	}
	if err := s.Fill([]jsontext.Value{jsontext.Value(`{"type":"x"}`)}, day, forget); !errors.Is(err, fraud.ErrInvalid) || !s.Has("domain-name--00000001-0000-4000-8000-000000000000") {
		t.Errorf("what is no object: %v", err)
	}
}

// keeper keeps a shelf as a store does.
type keeper struct{ fraud.Shelf }

func (k *keeper) keep(c fraud.Shelving) error {
	if c.Fill != k.Fill+1 {
		return fraud.ErrConflict
	}
	k.Fill = c.Fill
	k.Objects = slices.DeleteFunc(k.Objects, func(o fraud.Shelved) bool {
		return slices.Contains(c.Gone, o.ID) || slices.ContainsFunc(c.Added, func(n fraud.Shelved) bool { return n.ID == o.ID })
	})
	for _, o := range c.Added {
		if !o.Added.After(k.Last) {
			return fmt.Errorf("%s was added at %v, after %v: %w", o.ID, o.Added, k.Last, fraud.ErrInvalid)
		}
		k.Objects, k.Last = append(k.Objects, o), o.Added
	}
	return nil
}

// Property: whatever is put on a shelf, taken off and changed, and however often and by
// whatever clock it is made anew out of what was kept, it answers as the shelf that stayed, and
// no instant is given twice.
func TestARestoredShelfAnswersAsTheOneThatStayed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stayed taxii.Shelf
		var kept keeper
		again := taxii.Restore(kept.Shelf)
		for step := range rapid.IntRange(1, 8).Draw(t, "steps") {
			var all []jsontext.Value
			for i := range 6 {
				switch rapid.SampledFrom([]string{"there", "there", "off", "newer"}).Draw(t, "object") {
				case "there":
					all = append(all, object(i, ""))
				case "newer":
					all = append(all, object(i, fmt.Sprintf("2026-02-01T00:00:%02d.000Z", step)))
				}
			}
			now := day.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "clock")) * time.Microsecond)
			if err := stayed.Fill(all, now, forget); err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "restart") {
				again = taxii.Restore(kept.Shelf)
			}
			if err := again.Fill(all, now, kept.keep); err != nil {
				t.Fatal(err)
			}
			q := taxii.Query{Limit: 100}
			want, spanWant := stayed.Manifest(q)
			got, span := again.Manifest(q)
			if diff := cmp.Diff(want, got); diff != "" || span != spanWant {
				t.Fatalf("after %d steps: %v, want %v\n%s", step+1, span, spanWant, diff)
			}
			o, _ := stayed.Objects(q)
			if p, _ := again.Objects(q); !slices.Equal(ids(o), ids(p)) {
				t.Fatalf("objects %v, want %v", ids(p), ids(o))
			}
		}
	})
}

func TestAShelfThatCannotBeKeptIsAsItWas(t *testing.T) {
	var s taxii.Shelf
	if err := s.Fill(objects(3), day, forget); err != nil {
		t.Fatal(err)
	}
	before, _ := s.Manifest(taxii.Query{Limit: 10})
	full := errors.New("no space left")
	if err := s.Fill(objects(5)[1:], day.Add(time.Hour), func(fraud.Shelving) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	if got, _ := s.Manifest(taxii.Query{Limit: 10}); !cmp.Equal(got, before) || s.Has("domain-name--00000003-0000-4000-8000-000000000000") {
		t.Errorf("it holds %v, want %v", got, before)
	}
	if err := s.Fill(objects(3), day.Add(time.Hour), func(fraud.Shelving) error { return full }); err != nil {
		t.Errorf("nothing changed and it was to be kept: %v", err)
	}
}

func TestFiltersTakeAnyOfOneAndAllOfThem(t *testing.T) {
	var s taxii.Shelf
	if err := s.Fill(objects(10), day, forget); err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string]int{
		"":                                  10,
		"match[type]=indicator":             5,
		"match[type]=indicator,domain-name": 10,
		"match[type]=malware":               0,
		"match[id]=indicator--00000002-0000-4000-8000-000000000000,domain-name--00000003-0000-4000-8000-000000000000":                       2,
		"match[type]=indicator&match[id]=indicator--00000002-0000-4000-8000-000000000000,domain-name--00000003-0000-4000-8000-000000000000": 1,
		"match[spec_version]=2.1":                  10,
		"match[spec_version]=2.0":                  0,
		"match[version]=first":                     10,
		"match[version]=last,2020-01-01T00:00:00Z": 10,
		"match[version]=2026-02-01T00:00:00Z":      5, // however the digits are written
		"match[version]=2026-02-01T00:00:00.001Z":  0,
		"added_after=2026-03-01T09:00:00.000004Z":  5,
		"next=": 10,
	} {
		if e, _ := s.Objects(query(t, q)); len(e.Objects) != want {
			t.Errorf("%q gives %d objects, want %d", q, len(e.Objects), want)
		}
	}
	for _, q := range []string{"limit=0", "limit=x", "added_after=yesterday", "next=x", "match[version]=newest", "match[name]=x"} {
		v, _ := url.ParseQuery(q)
		if _, err := taxii.ParseQuery(v); !errors.Is(err, fraud.ErrInvalid) || strings.Contains(err.Error(), "yesterday") {
			t.Errorf("%q: %v", q, err)
		}
	}
}

func TestManifestAndVersionsSayWhatObjectsSay(t *testing.T) {
	var s taxii.Shelf
	if err := s.Fill(objects(3), day, forget); err != nil {
		t.Fatal(err)
	}
	m, span := s.Manifest(query(t, "limit=2"))
	b, err := taxii.Write(m)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"more":true,"next":"2026-03-01T09:00:00.000001Z","objects":[` +
		`{"id":"indicator--00000000-0000-4000-8000-000000000000","date_added":"2026-03-01T09:00:00.000000Z","version":"2026-02-01T00:00:00.000Z","media_type":"application/stix+json;version=2.1"},` +
		`{"id":"domain-name--00000001-0000-4000-8000-000000000000","date_added":"2026-03-01T09:00:00.000001Z","version":"2026-03-01T09:00:00.000001Z","media_type":"application/stix+json;version=2.1"}]}`
	if string(b) != want || span != (taxii.Span{First: "2026-03-01T09:00:00.000000Z", Last: "2026-03-01T09:00:00.000001Z"}) {
		t.Errorf("got %s, %v", b, span)
	}
	v, _ := s.Versions("indicator--00000002-0000-4000-8000-000000000000", query(t, ""))
	if b, err := taxii.Write(v); err != nil || string(b) != `{"versions":["2026-02-01T00:00:00.000Z"]}` {
		t.Errorf("got %s, %v", b, err)
	}
	if b, err := taxii.Write(taxii.Envelope{}); err != nil || string(b) != "{}" {
		t.Errorf("nothing is %s, %v", b, err)
	}
}

func TestAnswersGoToThoseWhoTakeThem(t *testing.T) {
	for accept, want := range map[string]bool{
		"": true, "*/*": true, "application/*": true, taxii.MediaType: true, "application/taxii+json": true, `application/taxii+json; version="2.1"`: true,
		"text/html, application/taxii+json;version=2.1;q=0.5": true, "application/taxii+json;version=2.0": false, "application/vnd.oasis.taxii+json": false,
		"application/json": false, "text/html": false, "application/taxii+json;q=0": false,
	} {
		if got := taxii.Acceptable(accept); got != want {
			t.Errorf("%q: %v", accept, got)
		}
	}
}

func FuzzParseQuery(f *testing.F) {
	f.Add("limit=3&added_after=2026-03-01T09:00:00Z&match[type]=indicator", "application/taxii+json;version=2.1")
	f.Add("match[version]=all,first&next=x", "*/*;q=0, a/b")
	var s taxii.Shelf
	if err := s.Fill(objects(10), day, forget); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw, accept string) {
		taxii.Acceptable(accept)
		v, _ := url.ParseQuery(raw)
		q, err := taxii.ParseQuery(v)
		if err != nil {
			if !errors.Is(err, fraud.ErrInvalid) {
				t.Errorf("%v", err)
			}
			return
		}
		e, _ := s.Objects(q)
		m, _ := s.Manifest(q)
		if len(e.Objects) != len(m.Objects) || len(e.Objects) > q.Limit || e.More != m.More {
			t.Errorf("%d objects, %d of the manifest, limit %d", len(e.Objects), len(m.Objects), q.Limit)
		}
	})
}
