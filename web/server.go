package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"golang.org/x/text/language"
	"ringbreaker.example/access"
	"ringbreaker.example/exchange/taxii"
	"ringbreaker.example/fraud"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// Config is what the pages stand on. A service that is nil leaves its pages
// out: an agency's node has no Match, a company's no Act.
type Config struct {
	Org    fraud.Org        // whose node it is
	Now    func() time.Time // the clock; nil means time.Now
	Secure bool             // served over HTTPS: cookies say so, and HSTS is sent
	Random io.Reader        // of ids; nil means crypto/rand.Reader
	Log    *slog.Logger     // faults, with ids only; nil means slog.Default()
	Store  Store            // what pages read

	Intake   Intake   // the public form
	Protect  Protect  // check, dispute
	Lists    Lists    // what programs fetch by TAXII; nil leaves that out
	Shelves  Shelves  // since when they could; must be there if Lists is
	Evidence Evidence // pictures that come with a report; nil leaves the field out
	Judge    Judge    // decisions of the desk
	Explain  Explain  // why two reports are together
	Trace    Trace    // what can be frozen now
	Match    Match    // private matching with a peer
	Joint    Joint    // joint cases, and what a match would send
	Refer    Refer    // referrals to an agency
	Act      Act      // the agency's workspace
	Vault    Vault    // opens one victim's identity
	Delete   Delete   // takes a report away at its victim's wish; nil says whom to write to
	Imports  Imports  // files that people bring to the desk
	Keys     Keys     // our keys, and trust in peers'
	Package  Package  // the files of referrals' packages
	Post     Post     // what waits to be sent to peers
	Pending  Pending  // since when rings are worked out again; nil means never
}

// Server serves the pages. Build it with [New].
type Server struct {
	Config
	templates *template.Template
	static    map[string]asset
	words     []Words
	matcher   language.Matcher
	secure    bool
	signIns   *access.Limiter // per address
	public    *access.Limiter // per address
	layouts   *layouts        // of the graphs that were looked at last
	looked    keptRings
	spoken    spoken // what scripts begin with
	shelves   shelves
	basics    basics
	// decide is access.Decide; a test puts a stricter one here, to see that
	// every page asks about what it shows.
	decide func(access.Who, access.Action, access.Thing, access.Recipient, time.Time) access.Decision
}

type asset struct {
	body  []byte
	media string
	hash  string // in its address, so that it may be kept for ever
}

// New returns pages over what cfg holds. It reads all templates at once: a
// broken one is an error here and never in front of a person.
func New(cfg Config) (*Server, error) {
	if cfg.Store == nil || cfg.Org.ID == "" {
		return nil, fmt.Errorf("web needs a store and the organisation whose node it is: %w", fraud.ErrInvalid)
	}
	if cfg.Lists != nil && cfg.Shelves == nil {
		return nil, fmt.Errorf("lists need a place that remembers since when they hold what: %w", fraud.ErrInvalid)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	s := &Server{Config: cfg, secure: cfg.Secure, words: Languages(), layouts: newLayouts(), decide: access.Decide}
	s.matcher = matcher(s.words)
	s.shelves.all, s.shelves.held, s.basics.until = map[string]*taxii.Shelf{}, map[string][]fraud.Listing{}, map[[sha256.Size]byte]time.Time{}
	s.signIns = access.NewLimiter(10*time.Second, 8, 50_000, cfg.Now)
	s.public = access.NewLimiter(500*time.Millisecond, 60, 100_000, cfg.Now)
	var err error
	if s.static, err = loadStatic(); err != nil {
		return nil, err
	}
	if s.templates, err = template.New("web").Funcs(s.funcs()).ParseFS(templateFiles, "templates/*.html"); err != nil {
		return nil, fmt.Errorf("read the page templates: %w", err)
	}
	return s, nil
}

func loadStatic() (map[string]asset, error) {
	out := map[string]asset{}
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		out[strings.TrimPrefix(name, "static/")] = asset{body: b, media: mime.TypeByExtension(path.Ext(name)), hash: hex.EncodeToString(sum[:6])}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the static files: %w", err)
	}
	return out, nil
}

// Handler serves every route of the table, and the static files.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range s.routes() {
		mux.Handle(rt.Method+" "+rt.Pattern, s.door(rt))
	}
	mux.HandleFunc("GET /static/{file}", s.serveStatic)
	mux.Handle("/", s.door(route{Action: access.ActRead, Thing: access.ThingAdvice, serve: func(_ *Server, _ http.ResponseWriter, r *http.Request) error {
		if allow := otherMethods(mux, r); len(allow) > 0 {
			return wrongMethod{allow}
		}
		return fmt.Errorf("no page has this address: %w", fraud.ErrNotFound)
	}}))
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(s.door(route{Action: access.ActRead, Thing: access.ThingAdvice, serve: func(*Server, http.ResponseWriter, *http.Request) error {
		return fmt.Errorf("this form came from another site and was not accepted; open the page here and send it again: %w", fraud.ErrForbidden)
	}}))
	return cross.Handler(mux)
}

// otherMethods are those by which a request's address is served. A mux that
// serves everything that is left over, as ours does for its own page, cannot
// say so itself.
func otherMethods(mux *http.ServeMux, r *http.Request) (allow []string) {
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		asked := *r
		asked.Method = m
		if _, pattern := mux.Handler(&asked); pattern != "/" && pattern != "" {
			allow = append(allow, m)
		}
	}
	return allow
}

func (s *Server) serveStatic(w http.ResponseWriter, r *http.Request) {
	a, ok := s.static[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	s.secureHeaders(h)
	h.Set("Content-Type", a.media)
	if r.URL.Query().Get("v") == a.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.body))
}

// secureHeaders are sent with everything (OWASP ASVS 5.0 §3.4). Nothing but
// our own files may be loaded, framed or posted to.
func (s *Server) secureHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// maxForm bounds what a form may send; the public report may carry a picture.
const (
	maxForm    = 1 << 20
	maxPicture = 10 << 20
)

// door is what stands before every page: headers, who is asking, whether they
// may, whether the form is theirs. What the page returns as an error becomes
// a page too.
func (s *Server) door(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.secureHeaders(w.Header())
		w.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxForm+rt.Upload)
		err := s.enter(w, &r, rt) //nolint:contextcheck // the request carries it
		if err == nil {
			err = rt.serve(s, w, r)
		}
		switch {
		case err != nil && rt.Basic:
			s.taxiiFail(w, r, err)
		case err != nil:
			s.fail(w, r, err)
		}
	})
}

// enter signs the person in, asks the rules and checks the form's token.
func (s *Server) enter(w http.ResponseWriter, rp **http.Request, rt route) error {
	r := *rp
	if rt.Open {
		if ok, wait := s.public.Allow(access.AddressKey(r.RemoteAddr)); !ok {
			return tooMany{wait: wait}
		}
	}
	var session access.Session
	var person access.Person
	var err error
	if rt.Basic {
		person, err = s.basic(r)
	} else {
		session, person, err = s.signedIn(r)
	}
	if err != nil {
		return err
	}
	ctx := r.Context()
	if person.ID != "" {
		ctx = access.With(ctx, person.As(s.Org.Kind))
	}
	ctx = context.WithValue(ctx, visitKey{}, visit{session: session, person: person, layout: rt.Layout})
	r = r.WithContext(ctx)
	*rp = r
	who := access.From(ctx)
	if who.Public() && !rt.Open && r.URL.Path != "/" && s.mounted(rt) {
		return signInFirst{}
	}
	if err := s.may(ctx, rt.Action, access.Thing{Kind: rt.Thing, ID: rt.id(r), Reason: rt.reason(r)}); err != nil {
		return err
	}
	if rt.of != nil {
		thing, err := rt.of(s, r)
		if err != nil {
			return err
		}
		if err := s.may(ctx, rt.Action, thing); err != nil {
			return err
		}
	}
	if r.Method == http.MethodPost && !who.Public() && !rt.Basic && !session.RightCSRF(r.PostFormValue("csrf")) {
		return fmt.Errorf("this form is older than your sign-in; open the page again and send it once more: %w", fraud.ErrForbidden)
	}
	return nil
}

func (s *Server) mounted(rt route) bool { return rt.Pattern != "" }

// may asks the rules and writes a refusal into the audit trail.
func (s *Server) may(ctx context.Context, action access.Action, thing access.Thing) error {
	who := access.From(ctx)
	d := s.decide(who, action, thing, access.Recipient{}, s.Now())
	if d.Allow {
		return nil
	}
	if !who.Public() {
		err := s.Store.AddAudit(ctx, fraud.AuditEntry{
			At: s.Now().UTC(), By: who.Person, Org: who.Org, Act: string(action), Ref: thing.ID, Why: d.Reason,
		})
		if err != nil {
			return fmt.Errorf("write down a refusal: %w", err)
		}
	}
	return d.Err()
}

// can asks the rules where nothing is refused but something is left out: a
// row of a list, a button.
func (s *Server) can(ctx context.Context, action access.Action, thing access.Thing) bool {
	return s.decide(access.From(ctx), action, thing, access.Recipient{}, s.Now()).Allow
}

type visitKey struct{}

// visit is what the door learnt about who is at it.
type visit struct {
	session access.Session
	person  access.Person
	layout  layout
}

func visitOf(r *http.Request) visit {
	v, _ := r.Context().Value(visitKey{}).(visit)
	return v
}

// send writes a rendered page. It is whole before its first byte leaves.
func (s *Server) send(w http.ResponseWriter, status int, page *bytes.Buffer) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := io.Copy(w, page); err != nil {
		return nil // the reader has gone: nobody is left to tell
	}
	return nil
}
