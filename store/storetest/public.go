package storetest

import (
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

var numberA = fraud.Indicator{Kind: fraud.Phone, Value: phoneA}

var publicTests = []test{
	{"the safe list has each value once", func(b *bench) {
		x := fraud.SafeEntry{Indicator: numberA, Owner: "Alder", Source: "its site"}
		y := fraud.SafeEntry{Indicator: fraud.Indicator{Kind: fraud.Domain, Value: "alder.example"}, Owner: "Alder", Source: "its site"}
		b.must(b.AddSafe(b.ctx, []fraud.SafeEntry{x, y}))
		x.Source = "a letter"
		b.must(b.AddSafe(b.ctx, []fraud.SafeEntry{x}))
		got, err := b.SafeList(b.ctx)
		same(b, got, err, []fraud.SafeEntry{y, x})
		b.refused(b.AddSafe(b.ctx, []fraud.SafeEntry{{Owner: "Alder"}}), fraud.ErrInvalid)
		b.must(b.AddSafe(b.ctx, nil))
	}},
	{"a listing takes the place of the one before", func(b *bench) {
		l := fraud.Listing{
			Indicator: numberA, State: fraud.ListingActive, Since: t0, LastSeen: t0, Expires: after(720 * time.Hour), Sources: 2, Reports: 3,
			Ring: "R-1", Brand: "Alder", Mark: fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPClear},
		}
		site := l
		site.Indicator, site.Judged, site.LastSeen = fraud.Indicator{Kind: fraud.Domain, Value: "bad.example"}, "J-1", time.Time{}
		b.must(b.SaveListings(b.ctx, []fraud.Listing{l, site}))
		l.State, l.Reports = fraud.ListingDisputed, 4
		b.must(b.SaveListings(b.ctx, []fraud.Listing{l}))
		got, err := b.Listing(b.ctx, numberA)
		same(b, got, err, l)
		all, err := b.Listings(b.ctx)
		same(b, all, err, []fraud.Listing{site, l})
		_, err = b.Listing(b.ctx, fraud.Indicator{Kind: fraud.Phone, Value: phoneB})
		b.refused(err, fraud.ErrNotFound)
		l.State = "whispered"
		b.refused(b.SaveListings(b.ctx, []fraud.Listing{l}), fraud.ErrInvalid)
	}},
	{"a dispute is decided once by a person with a reason", func(b *bench) {
		d := fraud.Dispute{ID: "D-1", Indicator: numberA, Says: "it is ours", Contact: "sealed", At: after(time.Hour)}
		first := fraud.Dispute{ID: "D-2", Indicator: numberA, Says: "no\x00", At: t0}
		b.must(b.AddDispute(b.ctx, d))
		b.must(b.AddDispute(b.ctx, first))
		b.refused(b.AddDispute(b.ctx, d), fraud.ErrConflict)
		d.Decided, d.Upheld = after(2*time.Hour), true
		b.refused(b.DecideDispute(b.ctx, d), fraud.ErrInvalid)
		d.By, d.Reason = "ana", "it is theirs"
		b.must(b.DecideDispute(b.ctx, d))
		b.refused(b.DecideDispute(b.ctx, d), fraud.ErrConflict)
		missing := d
		missing.ID = "D-9"
		b.refused(b.DecideDispute(b.ctx, missing), fraud.ErrNotFound)
		first.Says = "no\uFFFD"
		all, err := b.Disputes(b.ctx)
		same(b, all, err, []fraud.Dispute{first, d})
	}},
	{"a signature takes the place of the one before", func(b *bench) {
		s := fraud.Signature{Ring: "R-1", Disrupted: t0, Keeps: linking().Rings[0].Indicators, Hours: [24]int{3: 1, 23: 7}}
		other := fraud.Signature{Ring: "R-0", Disrupted: t0}
		b.must(b.SaveSignature(b.ctx, s))
		s.Disrupted = after(time.Hour)
		b.must(b.SaveSignature(b.ctx, s))
		b.must(b.SaveSignature(b.ctx, other))
		got, err := b.Signatures(b.ctx)
		same(b, got, err, []fraud.Signature{other, s})
	}},
	{"an alert is new once and seen by who saw it first", func(b *bench) {
		a := fraud.Alert{
			ID: "AL-1", Kind: fraud.AlertReturn, Ring: "R-2", Broken: "R-1", Says: "it is back", Kept: linking().Links[0].Cause,
			New: []fraud.Indicator{numberA}, Bits: 31.5, Since: t0, At: after(time.Hour),
		}
		first := fraud.Alert{ID: "AL-2", Kind: fraud.AlertClock, Says: "72 hours", At: t0}
		for i, want := range []bool{true, false} {
			isNew, err := b.AddAlert(b.ctx, a)
			if isNew != want || err != nil {
				b.Errorf("time %d: got %v and %v, want %v", i+1, isNew, err, want)
			}
		}
		_, err := b.AddAlert(b.ctx, first)
		b.must(err)
		b.must(b.SeeAlert(b.ctx, "AL-1", "ana", after(2*time.Hour)))
		b.must(b.SeeAlert(b.ctx, "AL-1", "kim", after(3*time.Hour)))
		b.refused(b.SeeAlert(b.ctx, "AL-9", "ana", t0), fraud.ErrNotFound)
		a.Seen = after(2 * time.Hour)
		got, err := b.Alerts(b.ctx)
		same(b, got, err, []fraud.Alert{first, a})
	}},
}

// put is a change of a list that adds objects, a microsecond apart.
func put(fill int64, at time.Time, ids ...string) fraud.Shelving {
	c := fraud.Shelving{List: "public", Fill: fill}
	for i, id := range ids {
		c.Added = append(c.Added, fraud.Shelved{ID: id, Digest: digest(id + at.String()), Added: at.Add(time.Duration(i) * time.Microsecond)})
	}
	return c
}

var shelfTests = []test{
	{"a list remembers since when it holds what it holds", func(b *bench) {
		got, err := b.Shelf(b.ctx, "public")
		same(b, got, err, fraud.Shelf{List: "public"})
		first := put(1, t0, "a", "b", "c")
		b.must(b.Shelve(b.ctx, first))
		again := put(2, after(time.Hour), "b", "d") // b in a new form
		again.Gone = []string{"a", "x"}
		b.must(b.Shelve(b.ctx, again))
		want := fraud.Shelf{List: "public", Fill: 2, Last: again.Added[1].Added, Objects: []fraud.Shelved{first.Added[2], again.Added[0], again.Added[1]}}
		for range 2 {
			got, err = b.Shelf(b.ctx, "public")
			same(b, got, err, want)
			db, err := reopen(b)
			b.must(err)
			got, err = db.Shelf(b.ctx, "public")
			same(b, got, err, want)
		}
		// What is taken off alone moves no instant, and what comes back does.
		b.must(b.Shelve(b.ctx, fraud.Shelving{List: "public", Fill: 3, Gone: []string{"d"}}))
		got, err = b.Shelf(b.ctx, "public")
		same(b, got, err, fraud.Shelf{List: "public", Fill: 3, Last: want.Last, Objects: want.Objects[:2]})
		got, err = b.Shelf(b.ctx, "community")
		same(b, got, err, fraud.Shelf{List: "community"})
	}},
	{"an instant that was given is never given again", func(b *bench) {
		b.must(b.Shelve(b.ctx, put(1, t0, "a", "b")))
		b.must(b.Shelve(b.ctx, fraud.Shelving{List: "public", Fill: 2, Gone: []string{"b"}}))
		want, err := b.Shelf(b.ctx, "public")
		b.must(err)
		for _, c := range []fraud.Shelving{
			put(3, t0.Add(time.Microsecond), "c"), // b's, which is gone
			put(3, t0.Add(-time.Hour), "c"),       // a clock that was set back
			put(2, after(time.Hour), "c"),         // by who had read it before
			put(1, after(time.Hour), "c"),
			put(4, after(time.Hour), "c"),
			{List: "public", Fill: 2, Gone: []string{"a"}},
			{List: "community", Fill: 1, Gone: []string{"a"}},
		} {
			b.refused(b.Shelve(b.ctx, c), fraud.ErrConflict)
		}
		late := put(3, after(time.Hour), "c", "d")
		late.Added[1].Added = late.Added[0].Added
		b.refused(b.Shelve(b.ctx, late), fraud.ErrInvalid)
		late.Added[1].Added = time.Time{}
		b.refused(b.Shelve(b.ctx, late), fraud.ErrInvalid)
		got, err := b.Shelf(b.ctx, "public")
		same(b, got, err, want)
		b.must(b.Shelve(b.ctx, put(3, t0.Add(2*time.Microsecond), "c")))
	}},
}

var peopleTests = []test{
	{"a person is added once and changed by intent", func(b *bench) {
		p := access.Person{ID: "ana", Org: "alder", Name: "Ana Example", Office: "Analyst", Roles: []access.Role{access.RoleAnalyst}, Password: "$argon2id$x"}
		b.must(b.AddPerson(b.ctx, p))
		b.refused(b.AddPerson(b.ctx, p), fraud.ErrConflict)
		b.refused(b.AddPerson(b.ctx, access.Person{}), fraud.ErrInvalid)
		b.must(b.AddPerson(b.ctx, access.Person{ID: "abe"}))
		b.must(b.AddSession(b.ctx, access.Session{TokenHash: "h", Person: "ana", CSRF: "c", Created: time.Now(), Expires: time.Now().Add(time.Hour)}))
		p.Office, p.Disabled = "Senior analyst", t0
		b.must(b.SavePerson(b.ctx, p))
		got, err := b.Person(b.ctx, "ana")
		same(b, got, err, p)
		_, err = b.Session(b.ctx, "h")
		b.refused(err, fraud.ErrNotFound)
		_, err = b.Person(b.ctx, "zed")
		b.refused(err, fraud.ErrNotFound)
		b.refused(b.SavePerson(b.ctx, access.Person{ID: "zed"}), fraud.ErrNotFound)
		all, err := b.Persons(b.ctx)
		same(b, all, err, []access.Person{{ID: "abe"}, p})
	}},
	{"a session lives until it is dropped or expires", func(b *bench) {
		b.refused(b.AddSession(b.ctx, access.Session{TokenHash: "h", Person: "ana", Created: t0, Expires: t0}), fraud.ErrNotFound)
		b.must(b.AddPerson(b.ctx, access.Person{ID: "ana"}))
		now := time.Now().UTC().Truncate(time.Microsecond)
		s := access.Session{TokenHash: "h", Person: "ana", CSRF: "c", Created: now, Expires: now.Add(time.Hour)}
		old := access.Session{TokenHash: "old", Person: "ana", CSRF: "c", Created: t0, Expires: t0}
		b.must(b.AddSession(b.ctx, old))
		b.must(b.AddSession(b.ctx, s))
		b.refused(b.AddSession(b.ctx, s), fraud.ErrConflict)
		got, err := b.Session(b.ctx, "h")
		same(b, got, err, s)
		_, err = b.Session(b.ctx, "old")
		b.refused(err, fraud.ErrNotFound)
		b.must(b.DropSession(b.ctx, "h"))
		b.must(b.DropSession(b.ctx, "h"))
		_, err = b.Session(b.ctx, "h")
		b.refused(err, fraud.ErrNotFound)
	}},
	{"audits come newest first", func(b *bench) {
		for i := range 3 {
			b.must(b.AddAudit(b.ctx, fraud.AuditEntry{At: after(-time.Duration(i) * time.Hour), By: "ana", Org: "alder", Act: "report.read", Ref: id("s", i), Why: "w", OK: i%2 == 0}))
		}
		got, err := b.Audits(b.ctx, 2)
		b.must(err)
		for i := range got {
			got[i].Seq = 0
		}
		same(b, got, nil, []fraud.AuditEntry{
			{At: after(-2 * time.Hour), By: "ana", Org: "alder", Act: "report.read", Ref: "s-0002", Why: "w", OK: true},
			{At: after(-time.Hour), By: "ana", Org: "alder", Act: "report.read", Ref: "s-0001", Why: "w", OK: false},
		})
		b.refused(b.AddAudit(b.ctx, fraud.AuditEntry{At: t0}), fraud.ErrInvalid)
	}},
}
