package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
	"ringbreaker.example/synth"
)

func demoCommand() command {
	return command{
		name: "demo", args: "[-once] [-reports N] [-seed S] [-addr HOST:PORT] [-out DIR]",
		does:    "plays the whole story on three nodes with an invented world, then serves their pages",
		example: "ringbreaker demo -once",
		run:     runDemo,
	}
}

func runDemo(ctx context.Context, c *call) error {
	once := c.flags.Bool("once", false, "exit after the story instead of serving the pages")
	reports := c.flags.Int("reports", 0, "how many reports; 0 means the scenario's own number, about 2,300")
	seed := c.flags.Int64("seed", 7, "the same seed gives the same world")
	addr := c.flags.String("addr", "127.0.0.1:8700", "where the first node listens; the other two take the next ports")
	out := c.flags.String("out", "", "`DIR` for the three nodes; default a new temporary folder")
	if err := c.parseAlone(); err != nil {
		return err
	}
	dir := *out
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "ringbreaker-demo-"); err != nil {
			return err
		}
	}
	d, err := newDemo(ctx, c.stdout, dir, *seed, *reports, *addr)
	if err != nil {
		return err
	}
	defer d.close() //nolint:contextcheck // what is closed is closed when ctx has ended, too
	if err := d.play(ctx); err != nil {
		return err
	}
	if *once {
		return nil
	}
	d.say("")
	d.say("The pages (stop with Ctrl-C). Sign in with the name and the password %q:", demoPassword)
	for _, s := range d.nodes() {
		d.say("  %-28s %s   names: %s", s.node.Org.Name, s.url, s.people)
	}
	d.say("  The public side, no name needed: %s/report and %s/check", d.a.url, d.a.url)
	return d.wait(ctx)
}

// demoPassword opens the demo's invented people and nothing else.
const demoPassword = "invented-people-only"

// clock is the story's time: it is set at each step and runs on from there,
// so that a year's story plays in a minute and every node agrees on the hour.
type clock struct {
	mu   sync.Mutex // guards both
	base time.Time
	set  time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base.Add(time.Since(c.set))
}

func (c *clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.set = t, time.Now()
}

// seat is one node of the demo with its people.
type seat struct {
	node   *app.Node
	url    string
	people string
	server *http.Server
}

// demo is the story's stage: an invented world and three nodes that talk over
// loopback HTTP.
type demo struct {
	out     io.Writer
	dir     string
	world   *synth.World
	clock   *clock
	a, b, c *seat
	step    int
	started time.Time
	failed  chan error

	referral fraud.ReferralID
	joint    fraud.JointCaseID
	match    fraud.MatchID
}

func newDemo(ctx context.Context, out io.Writer, dir string, seed int64, reports int, addr string) (*demo, error) {
	w, err := synth.Make("chakra", seed, reports, 2)
	if err != nil {
		return nil, usageError{oneLine(err)}
	}
	if err := w.Write(filepath.Join(dir, "world")); err != nil {
		return nil, err
	}
	d := &demo{out: out, dir: dir, world: w, clock: &clock{}, started: time.Now(), failed: make(chan error, 3)}
	d.clock.Set(w.Truth.Raid.Add(-referralBefore))
	listeners, err := threePorts(ctx, addr)
	if err != nil {
		return nil, err
	}
	for i, org := range demoOrgs(w) {
		s, err := d.seat(ctx, org, listeners[i])
		if err != nil {
			d.close() //nolint:contextcheck // likewise
			return nil, err
		}
		*[]**seat{&d.a, &d.b, &d.c}[i] = s
	}
	return d, nil
}

// threePorts listens for three nodes: on loopback each at an address of its
// own with one port, since a browser keeps cookies by host and would sign one
// node's people out at the next; elsewhere on the next ports. A port that is
// taken gives way to a free one.
func threePorts(ctx context.Context, addr string) ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, usagef("-addr is HOST:PORT, not %q", addr)
	}
	first, err := net.LookupPort("tcp", port)
	if err != nil {
		return nil, usagef("-addr is HOST:PORT, not %q", addr)
	}
	var lc net.ListenConfig
	var out []net.Listener
	for i := range 3 {
		tries := []string{net.JoinHostPort(host, fmt.Sprint(first+min(i, first))), net.JoinHostPort(host, "0")}
		if host == "127.0.0.1" {
			own := fmt.Sprintf("127.0.0.%d", 1+i)
			tries = append([]string{net.JoinHostPort(own, fmt.Sprint(first)), net.JoinHostPort(own, "0")}, tries...)
		}
		var l net.Listener
		for _, at := range tries {
			if l, err = lc.Listen(ctx, "tcp", at); err == nil {
				break
			}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// seat opens one node and serves it.
func (d *demo) seat(ctx context.Context, o demoOrg, l net.Listener) (*seat, error) {
	cfg := app.Config{
		Data: filepath.Join(d.dir, string(o.org.ID)), Org: o.org, Addr: l.Addr().String(), URL: "http://" + l.Addr().String(),
		Complainant: o.complainant, Browser: app.FindBrowser(),
	}
	if err := cfg.Save(); err != nil {
		return nil, err
	}
	n, err := app.Open(ctx, cfg, d.clock.Now)
	if err != nil {
		return nil, err
	}
	s := &seat{node: n, url: cfg.URL, people: o.names()}
	for _, p := range o.people {
		if _, err := n.AddUserNamed(n.Console(ctx), p.id, p.name, p.office, p.roles, demoPassword); err != nil && !errors.Is(err, fraud.ErrConflict) {
			return nil, err
		}
	}
	h, follow, err := n.Living()
	if err != nil {
		return nil, err
	}
	go follow(ctx)
	s.server = &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			d.failed <- err
		}
	}()
	return s, nil
}

func (d *demo) nodes() []*seat { return []*seat{d.a, d.b, d.c} }

func (d *demo) close() {
	stop, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for _, s := range d.nodes() {
		if s != nil {
			_ = s.server.Shutdown(stop) // a visitor who does not leave is cut off
			s.node.Close()
		}
	}
}

// wait serves until somebody stops it.
func (d *demo) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-d.failed:
		return err
	}
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// title begins a step of the story.
func (d *demo) title(format string, args ...any) {
	d.step++
	d.say("\n%2d. %s   [%s, %.1f s]", d.step, fmt.Sprintf(format, args...), d.clock.Now().UTC().Format("2 Jan 2006"), time.Since(d.started).Seconds())
}

// line is a figure or a file of the step.
func (d *demo) line(format string, args ...any) { d.say("    "+format, args...) }
