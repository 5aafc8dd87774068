package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

var reportTests = []test{
	{"a report comes back as it was given", func(b *bench) {
		a := report("s", "1", phoneA)
		b.accept(a)
		got, err := b.Report(b.ctx, "s/1")
		same(b, got, err, a.Report)
		sightings, err := b.SightingsOf(b.ctx, "s/1")
		same(b, sightings, err, a.Sightings)
		_, err = b.Report(b.ctx, "s/none")
		b.refused(err, fraud.ErrNotFound)
		_, err = b.SightingsOf(b.ctx, "s/none")
		b.refused(err, fraud.ErrNotFound)
	}},
	{"each of a batch is told what became of it", func(b *bench) {
		one, two, other := report("s", "1", phoneA), report("s", "2", phoneA), report("s", "1", phoneB)
		taken, err := b.AcceptBatch(b.ctx, []fraud.Acceptance{one, two, one, other})
		same(b, taken, err, []fraud.Taken{fraud.TakenNew, fraud.TakenNew, fraud.TakenSame, fraud.TakenConflict})
		taken, err = b.AcceptBatch(b.ctx, []fraud.Acceptance{other, one, report("s", "3", phoneB)})
		same(b, taken, err, []fraud.Taken{fraud.TakenConflict, fraud.TakenSame, fraud.TakenNew})
		n, err := b.CountReports(b.ctx)
		same(b, n, err, 3)
		leaves, err := b.nouns(-1)
		same(b, leaves, err, 3)
		got, err := b.Report(b.ctx, "s/1")
		same(b, got, err, one.Report)
		b.sound()
	}},
	{"an empty batch and a batch without a report change nothing", func(b *bench) {
		taken, err := b.AcceptBatch(b.ctx, nil)
		same(b, taken, err, nil)
		_, err = b.AcceptBatch(b.ctx, []fraud.Acceptance{report("s", "1", phoneA), {}})
		b.refused(err, fraud.ErrInvalid)
		n, err := b.CountReports(b.ctx)
		same(b, n, err, 0)
	}},
	{"a cancelled batch leaves nothing", func(b *bench) {
		ctx, cancel := context.WithCancel(b.ctx)
		cancel()
		if _, err := b.AcceptBatch(ctx, []fraud.Acceptance{report("s", "1", phoneA)}); !errors.Is(err, context.Canceled) {
			b.Errorf("got %v, want context.Canceled", err)
		}
		n, err := b.CountReports(b.ctx)
		same(b, n, err, 0)
		b.sound()
	}},
	{"reports come in the order of their ids by bytes", func(b *bench) {
		ids := []string{"10", "9", "Z", "a", "b", "ä", "B", "a b", "_"}
		for _, x := range ids {
			b.accept(report("s", x, phoneA))
		}
		slices.Sort(ids)
		var got []string
		last := fraud.ReportID("")
		for {
			page, err := b.Reports(b.ctx, last, 4)
			b.must(err)
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				got = append(got, r.ID)
				last = r.Name()
			}
		}
		same(b, got, nil, ids)
		all, err := b.Reports(b.ctx, "", 0)
		same(b, len(all), err, len(ids))
	}},
	{"who else holds an indicator is answered with who came last first", func(b *bench) {
		b.three()
		got, err := b.ReportsWith(b.ctx, fraud.Indicator{Kind: fraud.Phone, Value: phoneA}, 0)
		same(b, got, err, []fraud.ReportID{"s/2", "s/1"})
		got, err = b.ReportsWith(b.ctx, fraud.Indicator{Kind: fraud.Phone, Value: phoneA}, 1)
		same(b, got, err, []fraud.ReportID{"s/2"})
		got, err = b.ReportsWith(b.ctx, fraud.Indicator{Kind: fraud.Handle, Value: "chat:\x00odd\xff2"}, 0)
		same(b, got, err, []fraud.ReportID{"s/2"})
		got, err = b.ReportsWith(b.ctx, fraud.Indicator{Kind: fraud.Email, Value: phoneA}, 0)
		same(b, got, err, nil)
	}},
	{"linking reads all that it needs of every report that is not superseded", func(b *bench) {
		corrected := report("s", "4", phoneB)
		corrected.Report.Supersedes = "1"
		itself := report("s", "5", phoneB)
		itself.Report.Supersedes = "5"
		batch := []fraud.Acceptance{corrected, itself, report("s", "1", phoneA), report("t", "1", phoneA), report("s", "2", phoneA)}
		b.accept(batch...)
		want := []fraud.Acceptance{batch[0], batch[1], batch[3], batch[4]}
		var n int
		err := b.EachCurrent(b.ctx, func(f fraud.ReportFacts, s []fraud.Sighting) error {
			if n == len(want) {
				b.Fatalf("got %s too", f.ID)
			}
			same(b, f, nil, want[n].Report.Facts())
			same(b, s, nil, want[n].Sightings)
			n++
			return nil
		})
		b.must(err)
		same(b, n, nil, len(want))
		stop := errors.New("enough")
		err = b.EachCurrent(b.ctx, func(fraud.ReportFacts, []fraud.Sighting) error { return stop })
		b.refused(err, stop)
	}},
	{"where a report stands is said with its corrections and its first reading", func(b *bench) {
		corrected, again, other := report("s", "4", phoneB), report("s", "0", phoneB), report("s", "2", phoneA)
		corrected.Report.Supersedes, again.Report.Supersedes, other.Report.Supersedes = "1", "4", "5"
		round := report("s", "5", phoneB)
		round.Report.Supersedes = "2"
		b.accept(report("s", "1", phoneA), corrected, again, other, round)
		got, err := b.ReportStand(b.ctx, "s/1")
		b.must(err)
		same(b, got.All, nil, []fraud.ReportID{"s/1", "s/4", "s/0"})
		same(b, got.Newest(), nil, fraud.ReportID("s/0"))
		same(b, got.Received.IsZero(), nil, false)
		same(b, got.Read, nil, time.Time{})
		for i, e := range []fraud.AuditEntry{{Act: "report.accept", Ref: "s/1"}, {Act: "report.read", Ref: "s/2"}, {Act: "report.read", Ref: "s/4"}, {Act: "report.read", Ref: "s/1"}} {
			e.At, e.By, e.OK = after(time.Duration(i)*time.Hour), "kim", true
			b.must(b.AddAudit(b.ctx, e))
		}
		got, err = b.ReportStand(b.ctx, "s/1")
		same(b, got.Read, err, after(2*time.Hour))
		b.must(b.AddJudgement(b.ctx, fraud.Judgement{ID: "J-1", Verdict: fraud.VerdictSame, A: "s/2", B: "s/0", By: "kim", Reason: "one voice", At: after(time.Hour)}))
		got, err = b.ReportStand(b.ctx, "s/1")
		same(b, got.Read, err, after(time.Hour))
		got, err = b.ReportStand(b.ctx, "s/2") // corrects itself by way of another
		b.must(err)
		same(b, len(got.All), nil, 2)
		_, err = b.ReportStand(b.ctx, "s/9")
		b.refused(err, fraud.ErrNotFound)
	}},
	{"who followed the reports up to a number reads on from there", func(b *bench) {
		corrected := report("s", "4", phoneB)
		corrected.Report.Supersedes = "1"
		batch := []fraud.Acceptance{report("t", "1", phoneA), report("s", "1", phoneA), corrected}
		b.accept(batch...)
		var last int64
		read := func(after, to int64, want ...fraud.Acceptance) {
			b.Helper()
			n := 0
			b.must(b.EachForLinkingBetween(b.ctx, after, to, func(no int64, f fraud.ReportFacts, s []fraud.Sighting, k []fraud.Sketch) error {
				if n == len(want) || no <= last {
					b.Fatalf("got %s, number %d after %d", f.ID, no, last)
				}
				same(b, f, nil, want[n].Report.Facts())
				same(b, s, nil, want[n].Sightings)
				same(b, k, nil, want[n].Sketches)
				n, last = n+1, no
				return nil
			}))
			same(b, n, nil, len(want))
		}
		read(0, 2, batch[:2]...)
		read(last, math.MaxInt64, batch[2:]...)
		read(last, math.MaxInt64)
		more := report("a", "1", phoneA)
		b.accept(more)
		read(last, math.MaxInt64, more)
		var of []fraud.ReportID
		b.must(b.EachForLinkingOf(b.ctx, []fraud.ReportID{"a/1", "s/1", "s/99"}, func(f fraud.ReportFacts, s []fraud.Sighting, k []fraud.Sketch) error {
			of = append(of, f.ID)
			same(b, len(s) > 0 && len(k) > 0, nil, true)
			return nil
		}))
		same(b, of, nil, []fraud.ReportID{"s/1", "a/1"})
		stop := errors.New("enough")
		b.refused(b.EachForLinkingBetween(b.ctx, 0, 9, func(int64, fraud.ReportFacts, []fraud.Sighting, []fraud.Sketch) error { return stop }), stop)
	}},
	{"eight writers at once lose nothing and count nothing twice", eightWriters},
	{"accepting is written in the audit log with who did it", func(b *bench) {
		b.ctx = access.With(b.ctx, access.Who{Person: "ana", Org: "alder"})
		b.accept(report("s", "1", phoneA))
		got, err := b.Audits(b.ctx, 0)
		b.must(err)
		if len(got) != 1 || got[0].At.IsZero() || got[0].Seq == 0 {
			b.Fatalf("got %+v, want one entry with its number and time", got)
		}
		got[0].At, got[0].Seq = t0, 1
		same(b, got, nil, []fraud.AuditEntry{{Seq: 1, At: t0, By: "ana", Org: "alder", Act: "report.accept", Ref: "s/1", Why: "import", OK: true}})
	}},
	{"what was told by form is listed, but for what a correction took the place of", func(b *bench) {
		first, second, third := report("s", "1", phoneA), report("s", "2", phoneA), report("s", "3", phoneA)
		third.Report.Supersedes = "1"
		first.Via, third.Via = "form", "form"
		b.accept(first, second)
		got, err := b.ToldByForm(b.ctx)
		same(b, got, err, []fraud.ReportID{"s/1"})
		b.accept(third)
		got, err = b.ToldByForm(b.ctx)
		same(b, got, err, []fraud.ReportID{"s/3"})
	}},
	{"the leaf of a report attests its digest", func(b *bench) {
		a := report("s", "1", phoneA)
		b.accept(report("s", "0", phoneA), a)
		i, err := b.LeafIndex(b.ctx, fraud.LeafReport, "s/1")
		same(b, i, err, 1)
		raw, err := b.Leaves(b.ctx, i, 1)
		b.must(err)
		l, err := fraud.ParseLeaf(raw[0])
		b.must(err)
		same(b, l.Digest, nil, a.Digest)
		same(b, l.Ref, nil, "s/1")
	}},
}

// eightWriters lets eight goroutines accept overlapping batches.
func eightWriters(b *bench) {
	const writers, each = 8, 40
	var mu sync.Mutex
	counts := make(map[fraud.Taken]int)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := 0; i < each; i += 4 {
				var batch []fraud.Acceptance
				for j := i; j < i+4; j++ {
					batch = append(batch, report("own", fmt.Sprintf("%d-%d", w, j), phoneA), report("shared", fmt.Sprint(j), phoneB))
				}
				taken, err := b.AcceptBatch(b.ctx, batch)
				if err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				for _, x := range taken {
					counts[x]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	same(b, counts, nil, map[fraud.Taken]int{fraud.TakenNew: writers*each + each, fraud.TakenSame: (writers - 1) * each})
	n, err := b.CountReports(b.ctx)
	same(b, n, err, writers*each+each)
	leaves, err := b.nouns(-1)
	same(b, leaves, err, int64(writers*each+each))
	b.sound()
}

var vaultTests = []test{
	{"an identity comes out only with a person and a reason and is written down", func(b *bench) {
		a := report("s", "1", phoneA)
		a.Vault = []byte("sealed\x00box")
		a.VaultKey = []byte("its key")
		b.accept(a, report("s", "2", phoneA))
		box, _, err := b.OpenVault(access.With(b.ctx, access.Who{Org: "alder"}), "s/1", "kim", "to call her back", t0)
		same(b, box, err, a.Vault)
		i, err := b.place(fraud.LeafVaultOpening, "s/1")
		same(b, i, err, 2)
		audits, err := b.Audits(b.ctx, 1)
		b.must(err)
		audits[0].Seq = 0
		same(b, audits, nil, []fraud.AuditEntry{{At: t0, By: "kim", Org: "alder", Act: "vault.open", Ref: "s/1", Why: "to call her back", OK: true}})
		b.sound()
	}},
	{"an opening without a reason, a person or an identity is refused and leaves no trace", func(b *bench) {
		a := report("s", "1", phoneA)
		a.Vault = []byte("box")
		a.VaultKey = []byte("its key")
		b.accept(a, report("s", "2", phoneA))
		for _, x := range []struct {
			id     fraud.ReportID
			by     fraud.PersonID
			reason string
			want   error
		}{
			{"s/1", "kim", " ", fraud.ErrInvalid},
			{"s/1", "", "to call her back", fraud.ErrInvalid},
			{"s/2", "kim", "to call her back", fraud.ErrNotFound},
			{"s/9", "kim", "to call her back", fraud.ErrNotFound},
		} {
			box, _, err := b.OpenVault(b.ctx, x.id, x.by, x.reason, t0)
			b.refused(err, x.want)
			if box != nil {
				b.Errorf("%s: the box came out all the same", x.id)
			}
		}
		n, err := b.nouns(-1)
		same(b, n, err, 2)
	}},
}

// digest is a made-up digest.
func digest(s string) [32]byte { return sha256.Sum256([]byte(s)) }
