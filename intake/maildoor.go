package intake

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/time/rate"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Limits of the door of mails. A report centre's mailbox gets a few thousand
// a day; a client is another mail server or a person's program.
const (
	mailConns       = 100              // at once; each may hold one mail of maxMail on disk, 3 GiB in all
	mailConnsEach   = 10               // of one address
	mailsEachHour   = 600              // of one address, in the long run
	mailsEachBurst  = 100              // of one address, at once
	mailRecipients  = 10               // of one mail; all of them must be ours
	mailLine        = 1 << 20          // bytes of one line: RFC 5322 §2.1.1 says 998, and programs put a whole page of HTML into one
	mailWrong       = 5                // recipients who are not ours, after which we hang up
	mailIdle        = 2 * time.Minute  // between two bytes; RFC 5321 §4.5.3.2 asks for more of servers that relay, and this one does not
	mailLife        = 15 * time.Minute // of a connection in all: one byte a minute is not a mail
	mailTakers      = 4                // mails in memory at once, over all connections
	mailWait        = 5 * time.Minute  // for one of these; the client waits ten (RFC 5321 §4.5.3.2.6)
	mailRememberIPs = 10_000           // addresses whose rate is kept
)

// MailDoorConfig says where mails are taken and for whom.
type MailDoorConfig struct {
	Domain string      // by which the door greets, such as node.alder.example
	For    []string    // the addresses that reports go to: reports@alder.example
	TLS    *tls.Config // for STARTTLS; nil offers none
	// Relays are our own mail servers, which hand on the mails of many people:
	// the limits for one address do not hold for them.
	Relays []netip.Prefix
	Log    *slog.Logger
	Idle   time.Duration // between two bytes of a client; default mailIdle
	Life   time.Duration // of a connection in all; default mailLife
	Spool  string        // folder in which mails lie, without a name, while they come in; default the system's
}

// MailDoor takes mails in by SMTP (RFC 5321) as reports. It relays nothing,
// sends nothing, and answers 250 to a mail only once its report is on disk.
type MailDoor struct {
	s      *Service
	cfg    MailDoorConfig
	server *smtp.Server
	takers chan struct{}
	ctx    context.Context // of Serve

	mu    sync.Mutex // guards the next two
	conns map[netip.Addr]int
	rates map[netip.Addr]*rate.Limiter
}

// NewMailDoor returns a door into s. The error wraps fraud.ErrInvalid if it
// would take mails for nobody.
func NewMailDoor(s *Service, cfg MailDoorConfig) (*MailDoor, error) {
	cfg.For = slices.Clone(cfg.For)
	for i, a := range cfg.For {
		if _, domain, ok := strings.Cut(a, "@"); !ok || domain == "" {
			return nil, fmt.Errorf("the door of mails: %q is no address: %w", a, fraud.ErrInvalid)
		}
		cfg.For[i] = strings.ToLower(a)
	}
	if len(cfg.For) == 0 || cfg.Domain == "" {
		return nil, fmt.Errorf("the door of mails needs a domain, and an address that reports go to: %w", fraud.ErrInvalid)
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Idle <= 0 {
		cfg.Idle = mailIdle
	}
	if cfg.Life <= 0 {
		cfg.Life = mailLife
	}
	d := &MailDoor{s: s, cfg: cfg, takers: make(chan struct{}, mailTakers), conns: map[netip.Addr]int{}, rates: map[netip.Addr]*rate.Limiter{}}
	d.server = smtp.NewServer(d)
	d.server.Domain, d.server.TLSConfig = cfg.Domain, cfg.TLS
	d.server.MaxMessageBytes, d.server.MaxRecipients = maxMail, mailRecipients
	d.server.MaxLineLength = mailLine
	d.server.ReadTimeout, d.server.WriteTimeout = cfg.Idle, cfg.Idle
	d.server.EnableSMTPUTF8 = true // RFC 6531: addresses and headers are text to us
	d.server.ErrorLog = quietLog{}
	return d, nil
}

// quietLog drops what the server says of broken connections: it quotes what
// clients sent, which may be a person's words.
type quietLog struct{}

func (quietLog) Printf(string, ...any) {}
func (quietLog) Println(...any)        {}

// Serve takes mails from l until ctx ends; a mail that is being taken is
// taken to its end.
func (d *MailDoor) Serve(ctx context.Context, l net.Listener) error {
	d.ctx = context.WithoutCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- d.server.Serve(&gate{Listener: l, d: d}) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		stop, cancel := context.WithTimeout(d.ctx, 10*time.Second)
		defer cancel()
		if err := d.server.Shutdown(stop); err != nil { //nolint:contextcheck // ctx has ended; mails that are being taken get ten seconds
			_ = d.server.Close() // who has no answer by now sends again
		}
		<-done //nolint:errcheck // it says that it was closed
		return nil
	}
}

// gate lets connections in, as many as the limits say.
type gate struct {
	net.Listener
	d *MailDoor
}

func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		ip := addressOf(c)
		if !g.d.enter(ip) {
			_ = c.SetDeadline(time.Now().Add(time.Second))
			_, _ = io.WriteString(c, "421 4.7.0 "+g.d.cfg.Domain+" too many connections, try again later\r\n")
			_ = c.Close()
			continue
		}
		return &visit{Conn: c, idle: g.d.cfg.Idle, end: time.Now().Add(g.d.cfg.Life), leave: sync.OnceFunc(func() { g.d.left(ip) })}, nil
	}
}

func addressOf(c net.Conn) netip.Addr {
	a, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	ip := a.Addr().Unmap()
	if ip.Is6() {
		// One household has a network of 2⁶⁴ addresses (RFC 6177).
		if p, err := ip.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return ip
}

func (d *MailDoor) relay(ip netip.Addr) bool {
	return slices.ContainsFunc(d.cfg.Relays, func(p netip.Prefix) bool { return p.Contains(ip) })
}

func (d *MailDoor) enter(ip netip.Addr) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := 0
	for _, n := range d.conns {
		all += n
	}
	if all >= mailConns || d.conns[ip] >= mailConnsEach && !d.relay(ip) {
		return false
	}
	d.conns[ip]++
	return true
}

func (d *MailDoor) left(ip netip.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conns[ip]--; d.conns[ip] <= 0 {
		delete(d.conns, ip)
	}
}

// may counts one mail of an address.
func (d *MailDoor) may(ip netip.Addr) bool {
	if d.relay(ip) {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.rates[ip]
	if r == nil {
		if len(d.rates) >= mailRememberIPs {
			clear(d.rates) // everybody begins anew: memory stays bounded
		}
		r = rate.NewLimiter(rate.Every(time.Hour/mailsEachHour), mailsEachBurst)
		d.rates[ip] = r
	}
	return r.Allow()
}

// visit is a connection that ends when nothing comes for a while, and when its
// time is over, whatever comes.
type visit struct {
	net.Conn
	idle  time.Duration
	end   time.Time
	leave func()
	cut   atomic.Bool // refused in the middle of a mail, which still comes
	drain sync.Once
}

// Read waits for the next bytes, not for the whole mail: a slow line is no
// fault as long as something comes.
func (v *visit) Read(p []byte) (int, error) {
	if err := v.SetReadDeadline(time.Now().Add(v.idle)); err != nil {
		return 0, err
	}
	return v.Conn.Read(p)
}

func (v *visit) SetReadDeadline(t time.Time) error {
	if t.IsZero() || t.After(v.end) {
		t = v.end
	}
	return v.Conn.SetReadDeadline(t)
}

// Close ends the visit. A client whose mail was refused before its end is sent
// no more, and heard out: a connection that is closed on bytes that nobody read
// is reset (RFC 9293 §3.10.4), which throws the answer away on its way. The
// client would send the same mail for days.
func (v *visit) Close() error {
	half, ok := v.Conn.(interface{ CloseWrite() error })
	if !ok || !v.cut.Load() || half.CloseWrite() != nil {
		v.leave()
		return v.Conn.Close()
	}
	v.drain.Do(func() {
		go func() {
			defer v.leave()
			defer v.Conn.Close()
			_, _ = io.CopyN(io.Discard, v, maxMail)
		}()
	})
	return nil
}

// refusedBeforeEnd marks the connection of a session as cut.
func refusedBeforeEnd(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if v, ok := c.(*visit); ok {
		v.cut.Store(true)
	}
}

// The answers of the door (RFC 5321 §4.2, RFC 3463).
func answer(code int, enhanced smtp.EnhancedCode, says string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: says}
}

// NewSession begins a visit, after its greeting.
func (d *MailDoor) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &mailVisit{d: d, c: c, ip: addressOf(c.Conn())}, nil
}

// mailVisit is one client's visit.
type mailVisit struct {
	d     *MailDoor
	c     *smtp.Conn
	ip    netip.Addr
	wrong int
}

// Reset forgets a mail that was begun.
func (*mailVisit) Reset() {}

// Logout ends the visit.
func (*mailVisit) Logout() error { return nil }

// Mail begins a mail. Bounces are no reports, and this door sends nothing
// that could bounce.
func (v *mailVisit) Mail(from string, _ *smtp.MailOptions) error {
	if from == "" {
		return answer(550, smtp.EnhancedCode{5, 7, 1}, "bounces are not taken here: this server sends no mail")
	}
	if !v.d.may(v.ip) {
		return answer(450, smtp.EnhancedCode{4, 7, 1}, "too many mails from your address, try again later")
	}
	return nil
}

// Rcpt takes the addresses of reports and no other: nothing is relayed.
func (v *mailVisit) Rcpt(to string, _ *smtp.RcptOptions) error {
	if slices.Contains(v.d.cfg.For, strings.ToLower(to)) {
		return nil
	}
	if v.wrong++; v.wrong >= mailWrong {
		defer v.c.Close()
	}
	return answer(550, smtp.EnhancedCode{5, 7, 1}, "this server takes reports for its own address only and relays nothing")
}

// Data takes the mail. nil is never returned: 250 names the report, which is
// on disk by then.
func (v *mailVisit) Data(r io.Reader) error {
	spool, drop, err := v.d.spool()
	if err != nil {
		v.d.cfg.Log.ErrorContext(v.d.ctx, "mail not taken", slog.String("error", err.Error()))
		return answer(451, smtp.EnhancedCode{4, 3, 1}, "the mail could not be stored; try again later")
	}
	defer drop()
	n, err := io.Copy(spool, io.LimitReader(r, maxMail+1))
	var ended *smtp.SMTPError
	switch {
	case errors.As(err, &ended):
		return ended
	case errors.Is(err, smtp.ErrTooLongLine): // it would be as long the next time
		refusedBeforeEnd(v.c.Conn())
		return answer(554, smtp.EnhancedCode{5, 6, 0}, fmt.Sprintf("a line of the mail is longer than %d bytes; send it as an attachment", mailLine))
	case err != nil:
		return answer(451, smtp.EnhancedCode{4, 4, 2}, "the mail broke off, or could not be stored; try again later")
	case n > maxMail:
		return smtp.ErrDataTooLarge
	}
	wait := time.NewTimer(mailWait)
	defer wait.Stop()
	select {
	case v.d.takers <- struct{}{}:
		defer func() { <-v.d.takers }()
	case <-wait.C:
		return answer(451, smtp.EnhancedCode{4, 3, 2}, "too many mails at once, try again later")
	}
	body := make([]byte, n)
	if _, err := spool.ReadAt(body, 0); err != nil && !errors.Is(err, io.EOF) {
		return answer(451, smtp.EnhancedCode{4, 3, 0}, "the mail could not be stored; try again later")
	}
	got, err := v.d.s.ReceiveMail(v.d.ctx, body)
	switch {
	case errors.Is(err, fraud.ErrInvalid):
		return answer(554, smtp.EnhancedCode{5, 6, 0}, ascii(reason(err)))
	case err != nil:
		v.d.cfg.Log.ErrorContext(v.d.ctx, "mail not taken", slog.String("report", string(got.Report)), slog.String("error", err.Error()))
		return answer(451, smtp.EnhancedCode{4, 3, 0}, "the report could not be stored; try again later")
	}
	says := "taken in as report " + ascii(string(got.Report))
	if got.More > 0 {
		says += fmt.Sprintf(" and %d more, one for each mail that it carries", got.More)
	}
	return answer(250, smtp.EnhancedCode{2, 0, 0}, says)
}

// spool opens a file without a name for one mail: what a slow client sends
// fills no memory, and a crash leaves nothing of it behind.
func (d *MailDoor) spool() (f *os.File, drop func(), err error) {
	f, err = os.CreateTemp(d.cfg.Spool, ".mail-*")
	if err != nil {
		return nil, nil, fmt.Errorf("spool a mail: %w", err)
	}
	_ = os.Remove(f.Name()) // not on systems that keep open files: then below
	return f, func() { _ = f.Close(); _ = os.Remove(f.Name()) }, nil
}

// ascii is text as an answer may hold it.
func ascii(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, cut(s, 300))
}

// ReceiveMail takes in a mail that somebody sent to the address of reports.
// Who sent it is the reporter, whose name and address go to the vault and
// nowhere else; the mail that they forwarded, if they did, is the
// fraudster's; of several that are attached to one, each is a report. When it returns without an error, the report is on disk. The
// same bytes again are the same report. The error wraps fraud.ErrInvalid if
// they are no mail.
func (s *Service) ReceiveMail(ctx context.Context, body []byte) (Receipt, error) {
	if err := s.door(ctx, access.ActReport); err != nil {
		return Receipt{}, err
	}
	if err := s.loadSafe(ctx); err != nil {
		return Receipt{}, err
	}
	b, err := s.mailReport(whole{ctx: ctx, body: body, name: "mail.eml", modified: s.now(), door: true}) //nolint:contextcheck // the mail carries it
	if err != nil {
		return Receipt{}, err
	}
	all, err := s.prepareAll(b, "email")
	rec := Receipt{Report: b.report.Name(), More: len(b.more)}
	if err != nil {
		return rec, err
	}
	taken, err := s.store.AcceptBatch(ctx, all)
	if err != nil {
		return rec, fmt.Errorf("take in report %s: %w", rec.Report, err)
	}
	if rec.Taken = taken[0]; rec.Taken == fraud.TakenConflict {
		rec.Taken = fraud.TakenSame // named by its bytes: sent again, at another time
	}
	return rec, nil
}
