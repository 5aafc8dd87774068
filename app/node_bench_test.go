package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ringbreaker.example/fraud"
	"ringbreaker.example/store"
	"ringbreaker.example/synth"
)

// The node of a size as a whole, as `serve` runs it: how long it takes to
// start, how soon one more report is on disk and in its ring, what it holds in
// memory, and how long its background works on a change.
//
//	RINGBREAKER_NODE            a node's folder with reports and rings in it (scripts/node.sh makes one); it is changed
//	RINGBREAKER_NODE_REPORTS    without one: how many reports of an invented world to make one of (5,000)
//	RINGBREAKER_NODE_MORE       how many reports come in one by one (200)
//	RINGBREAKER_NODE_WAIT       how long to wait for the rings to be settled after them (10m)

// nodeOf is the folder of the node to measure.
func nodeOf(b *testing.B) string {
	b.Helper()
	if dir := os.Getenv("RINGBREAKER_NODE"); dir != "" {
		return dir
	}
	reports := int(setting(b, "RINGBREAKER_NODE_REPORTS", 5_000))
	dir, ctx := b.TempDir(), context.Background()
	cfg, err := LoadConfig(dir, "")
	if err != nil {
		b.Fatal(err)
	}
	n, err := Open(ctx, cfg, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close()
	world, err := synth.Make("flood", 1, reports, 1)
	if err != nil {
		b.Fatal(err)
	}
	for i, org := range world.Orgs {
		name := filepath.Join(b.TempDir(), fmt.Sprintf("%d.jsonl", i))
		var lines []byte
		for _, l := range org.Reports {
			lines = append(append(lines, l...), '\n')
		}
		if err := os.WriteFile(name, lines, 0o600); err != nil {
			b.Fatal(err)
		}
		if _, err := n.Import(n.Console(ctx), name, nil); err != nil {
			b.Fatal(err)
		}
	}
	if err := n.Flow(n.Console(ctx)); err != nil {
		b.Fatal(err)
	}
	return dir
}

func setting(b *testing.B, name string, otherwise int64) int64 {
	b.Helper()
	if v := os.Getenv(name); v != "" {
		if _, err := fmt.Sscan(v, &otherwise); err != nil {
			b.Fatalf("%s=%s: %v", name, v, err)
		}
	}
	return otherwise
}

// serving is a node that serves.
type serving struct {
	*Node
	url  string
	stop func()
}

func serve(b *testing.B, dir string) serving {
	b.Helper()
	cfg, err := LoadConfig(dir, "")
	if err != nil {
		b.Fatal(err)
	}
	cfg.Addr = "127.0.0.1:0"
	ctx, cancel := context.WithCancel(context.Background())
	n, err := Open(ctx, cfg, nil)
	if err != nil {
		b.Fatal(err)
	}
	url, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- n.Serve(ctx, func(u string) { url <- u }, func(string) {}) }()
	s := serving{Node: n, stop: func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		if err := n.Close(); err != nil {
			b.Error(err)
		}
	}}
	select {
	case s.url = <-url:
	case err := <-ended:
		b.Fatal(err)
	}
	return s
}

// moreLike makes reports like some that are there: new ones, of other people,
// received now, that hold what those of rings hold.
func moreLike(b *testing.B, dir string, n int) []*fraud.Report {
	b.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, filepath.Join(dir, "ringbreaker.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	rings, err := db.ListRings(ctx, fraud.RingQuery{Order: fraud.RingsByLastSeen, Limit: 200})
	if err != nil {
		b.Fatal(err)
	}
	var names []fraud.ReportID
	for _, h := range rings.Rings {
		r, err := db.Ring(ctx, h.ID)
		if err != nil {
			b.Fatal(err)
		}
		if len(r.Reports) >= 3 {
			names = append(names, r.Reports...)
		}
	}
	if len(names) == 0 {
		b.Fatal("the node has no rings")
	}
	random := rand.New(rand.NewPCG(11, 11))
	var out []*fraud.Report
	for i := range n {
		like, err := db.Report(ctx, names[random.IntN(len(names))])
		if err != nil {
			b.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(like.Raw, &doc); err != nil {
			b.Fatal(err)
		}
		doc["id"], doc["source"] = fmt.Sprintf("more-%d-%d", time.Now().UnixNano(), i), "more"
		delete(doc, "supersedes")
		line, err := json.Marshal(doc)
		if err != nil {
			b.Fatal(err)
		}
		r, err := fraud.DecodeReport(line)
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// memory reads a line of /proc/self/status, in MB (proc(5)); zero where there
// is no such file.
func memory(line string) float64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), line+":"); ok {
			var kB float64
			if _, err := fmt.Sscan(rest, &kB); err == nil {
				return kB * 1024 / 1e6
			}
		}
	}
	return 0
}

func patience(b *testing.B) time.Duration {
	b.Helper()
	d, err := time.ParseDuration(os.Getenv("RINGBREAKER_NODE_WAIT"))
	if err != nil {
		return 10 * time.Minute
	}
	return d
}

// waits until ok, at most as long as RINGBREAKER_NODE_WAIT says.
func waits(b *testing.B, what string, ok func() bool) {
	b.Helper()
	for end := time.Now().Add(patience(b)); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("not within %v: %s", patience(b), what)
		}
	}
}

func (s serving) pending(b *testing.B) time.Time {
	b.Helper()
	since, err := s.PendingSince(context.Background(), "")
	if err != nil {
		b.Fatal(err)
	}
	return since
}

// BenchmarkNode starts a node, gives it reports one by one, goes on so while
// its rings are found anew, and then refreshes its lists and its watch.
func BenchmarkNode(b *testing.B) {
	dir := nodeOf(b)
	n := int(setting(b, "RINGBREAKER_NODE_MORE", 200))
	more := moreLike(b, dir, 6*n)
	b.Run(fmt.Sprintf("more=%d", n), func(b *testing.B) {
		for b.Loop() {
			oneLife(b, dir, more, n)
			more = nil // a second life begins with what the first took in
		}
	})
}

func oneLife(b *testing.B, dir string, more []*fraud.Report, n int) {
	began, used := time.Now(), cpuOf(b)
	lap := func(name string) {
		b.ReportMetric(time.Since(began).Seconds(), name+"-s")
		b.ReportMetric((cpuOf(b) - used).Seconds(), name+"-cpu-s")
		b.Logf("%s: %v wall, %v CPU, %.0f MB", name, time.Since(began).Round(time.Millisecond), (cpuOf(b) - used).Round(time.Millisecond), memory("VmRSS"))
		began, used = time.Now(), cpuOf(b)
	}
	s := serve(b, dir)
	stopped := false
	defer func() {
		if !stopped {
			s.stop()
		}
	}()
	r, err := http.Get(s.url + "/figures")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		b.Fatal(err)
	}
	r.Body.Close()
	lap("first-page")
	waits(b, "the node follows its reports", func() bool { return s.rings.seen.Load() != nil })
	lap("start")
	waits(b, "nothing is pending", func() bool { return s.pending(b).IsZero() })
	lap("start-settled")
	if len(more) > 0 {
		placed(b, s, "", more[:n], time.Time{})
		lap("more")
		waits(b, "a settling has begun", func() bool {
			if s.rings.one.TryLock() {
				s.rings.one.Unlock()
				return false
			}
			return true
		})
		lap("pause")
		placed(b, s, "-settling", more[n:], s.pending(b))
		lap("settled")
	}
	b.ReportMetric(memory("VmHWM"), "peak-MB")
	s.stop()
	stopped = true
	lap("stop")
	s = serving{} // what it held is no part of what follows
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600) // the peak begins anew (proc(5)); elsewhere it is of both
	cfg, err := LoadConfig(dir, "")
	if err != nil {
		b.Fatal(err)
	}
	node, err := Open(context.Background(), cfg, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer node.Close()
	ctx := node.Console(context.Background())
	began, used = time.Now(), cpuOf(b)
	if _, err := node.Protect.Refresh(ctx); err != nil {
		b.Fatal(err)
	}
	lap("lists")
	if _, err := node.Watch.Run(ctx); err != nil {
		b.Fatal(err)
	}
	lap("watch")
	b.ReportMetric(memory("VmHWM"), "peak-lists-MB")
}

// placed gives the node reports one by one and times each until it is
// acknowledged, and until it is in a ring; if a settling goes on since a
// time, as long as it does.
func placed(b *testing.B, s serving, name string, more []*fraud.Report, during time.Time) {
	ctx := s.Console(context.Background())
	var taken, found []time.Duration
	none := 0
	for _, r := range more {
		if !during.IsZero() {
			if !s.pending(b).Equal(during) {
				break
			}
			time.Sleep(20 * time.Millisecond) // the settling may have its half
		}
		began := time.Now()
		got, err := s.Intake.Submit(ctx, r)
		if err != nil {
			b.Fatal(err)
		}
		acknowledged := time.Since(began)
		taken = append(taken, acknowledged)
		for {
			ring, settled := s.rings.seen.Load().RingOf(got.Report)
			if ring != "" || settled {
				found = append(found, time.Since(began)-acknowledged)
				break
			}
			if time.Since(began) > 3*time.Second {
				none++
				break
			}
			time.Sleep(100 * time.Microsecond)
		}
	}
	if len(taken) == 0 {
		return
	}
	slices.Sort(taken)
	slices.Sort(found)
	at := func(list []time.Duration, of int) float64 {
		if len(list) == 0 {
			return 0
		}
		return float64(list[len(list)*of/100].Microseconds()) / 1000
	}
	b.ReportMetric(at(taken, 50), "ack"+name+"-p50-ms")
	b.ReportMetric(at(taken, 99), "ack"+name+"-p99-ms")
	b.ReportMetric(at(found, 50), "placed"+name+"-p50-ms")
	b.ReportMetric(at(found, 99), "placed"+name+"-p99-ms")
	b.Logf("%d reports%s: acknowledged p50 %v p99 %v max %v ms, then placed p50 %v p99 %v ms, %d in no ring",
		len(taken), name, at(taken, 50), at(taken, 99), taken[len(taken)-1], at(found, 50), at(found, 99), none)
}

// cpuOf is the CPU time that this process has used, SQLite's included.
func cpuOf(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
