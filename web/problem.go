package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// problemPage is what a person sees when a page cannot be shown: what is the
// matter, and what to do next.
type problemPage struct {
	base
	Head string
	Says string // the sentence of the rule or the verb
	Next []step
}

// step is something that can be done next.
type step struct{ Href, Word string }

// problem is one thing to mend in a form.
type problem struct{ Field, Says string }

// signInFirst sends the public to the sign-in, and back afterwards.
type signInFirst struct{}

func (signInFirst) Error() string { return "sign in first" }

// tooMany says that an address asked too often.
type tooMany struct{ wait time.Duration }

func (t tooMany) Error() string { return "too many requests" }

// wrongMethod says that an address is served, though not by this method
// (RFC 9110, 15.5.6).
type wrongMethod struct{ allow []string }

func (wrongMethod) Error() string { return "not by this method" }

// fail turns an error into a page. What is no one's fault but ours or the
// machine's is logged with the path; its text is not shown.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.As(err, new(signInFirst)) {
		next := r.URL.RequestURI()
		if r.Method != http.MethodGet {
			next = "/"
		}
		http.Redirect(w, r, "/signin?next="+url.QueryEscape(next), http.StatusSeeOther)
		return
	}
	p := problemPage{Says: sentence(err)}
	status, title := http.StatusInternalServerError, "Something went wrong on our side"
	var many tooMany
	var method wrongMethod
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &many):
		status, title = http.StatusTooManyRequests, "Please wait a moment"
		p.Says = "Too many requests came from your connection. Try again in " + length(max(many.wait, time.Minute)) + "."
		w.Header().Set("Retry-After", strconv.Itoa(1+int(many.wait/time.Second)))
	case errors.As(err, &method):
		status, title = http.StatusMethodNotAllowed, "This address is not used like that"
		p.Says = "It is there, and takes " + strings.Join(method.allow, ", ") + ". Open it from its page."
		w.Header().Set("Allow", strings.Join(method.allow, ", "))
	case errors.As(err, &big):
		status, title = http.StatusRequestEntityTooLarge, "That is too large"
		p.Says = "The file or text is larger than this page takes. A picture may have 10 MB, a text 200,000 letters, a file for the desk 64 MB."
	case errors.Is(err, fraud.ErrForbidden):
		status, title = http.StatusForbidden, "You may not do this"
		p.Next = append(p.Next, step{"/signin", "Sign in as somebody else"})
	case errors.Is(err, fraud.ErrNotFound):
		status, title = http.StatusNotFound, "There is no such page"
		p.Says = "It does not exist, or you may not learn whether it does. Check the address, or begin again from the start page."
	case errors.Is(err, fraud.ErrInvalid):
		status, title = http.StatusUnprocessableEntity, "Something in the form has to be mended"
	case errors.Is(err, fraud.ErrConflict):
		status, title = http.StatusConflict, "This clashes with what is already recorded"
	default:
		s.Log.LogAttrs(r.Context(), slog.LevelError, "page failed", slog.String("method", r.Method), slog.String("path", routePath(r)), slog.Any("error", err))
		p.Says = "Nothing was changed by this request unless you see it in the list. Try again; if it happens once more, tell your administrator the time and this page's address."
	}
	p.Head = title
	p.base = s.base(w, r, title)
	p.Next = append(p.Next, step{"/", "Start page"})
	if err := s.render(w, status, "problem.html", p); err != nil {
		s.Log.LogAttrs(r.Context(), slog.LevelError, "problem page failed", slog.String("path", routePath(r)), slog.Any("error", err))
		http.Error(w, title, http.StatusInternalServerError)
	}
}

// routePath is the route's pattern, never the address itself, which may hold
// a receipt code.
func routePath(r *http.Request) string {
	if r.Pattern != "" {
		return r.Pattern
	}
	return "unknown"
}

// sentence is an error's text for a person: the sentinel's own word is cut
// off its end, since the page's title says it.
func sentence(err error) string {
	text := err.Error()
	for _, e := range []error{fraud.ErrForbidden, fraud.ErrNotFound, fraud.ErrInvalid, fraud.ErrConflict} {
		text = strings.TrimSuffix(text, ": "+e.Error())
	}
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// mendable says whether an error is one that a form shows above itself.
func mendable(err error) bool {
	return errors.Is(err, fraud.ErrInvalid) || errors.Is(err, fraud.ErrConflict)
}
