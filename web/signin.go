package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// signInPage asks for a name and a password.
type signInPage struct {
	base
	Name string
	Next string
}

// signedIn reads who a request's cookie belongs to. No cookie, an old one and
// a person who may no longer sign in are all the public.
func (s *Server) signedIn(r *http.Request) (access.Session, access.Person, error) {
	token := access.TokenOf(r)
	if token == "" {
		return access.Session{}, access.Person{}, nil
	}
	session, err := s.Store.Session(r.Context(), access.HashToken(token))
	if errors.Is(err, fraud.ErrNotFound) || err == nil && !session.Live(s.Now()) {
		return access.Session{}, access.Person{}, nil
	}
	if err != nil {
		return access.Session{}, access.Person{}, fmt.Errorf("read the sign-in: %w", err)
	}
	person, err := s.Store.Person(r.Context(), session.Person)
	if errors.Is(err, fraud.ErrNotFound) || err == nil && !person.Active() {
		return access.Session{}, access.Person{}, nil
	}
	if err != nil {
		return access.Session{}, access.Person{}, fmt.Errorf("read who signed in: %w", err)
	}
	return session, person, nil
}

func (s *Server) signInForm(w http.ResponseWriter, r *http.Request) error {
	p := signInPage{base: s.base(w, r, "Sign in"), Next: ownPath(r.URL.Query().Get("next"))}
	return s.render(w, http.StatusOK, "signin.html", p)
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if ok, wait := s.signIns.Allow(access.AddressKey(r.RemoteAddr)); !ok {
		return tooMany{wait: wait}
	}
	name := strings.TrimSpace(r.PostFormValue("name"))
	person, err := s.Store.Person(r.Context(), fraud.PersonID(name))
	if err != nil && !errors.Is(err, fraud.ErrNotFound) {
		return fmt.Errorf("read who signs in: %w", err)
	}
	// The password is hashed even where nobody has the name, so that the time
	// it takes does not tell who exists.
	right := access.CheckPassword(person.Password, r.PostFormValue("password"))
	if err != nil || !right || !person.Active() {
		p := signInPage{base: s.base(w, r, "Sign in"), Name: name, Next: ownPath(r.PostFormValue("next"))}
		p.Problems = []problem{{Field: "password", Says: "The name or the password is not right. Try again, or ask your administrator for a new one."}}
		return s.render(w, http.StatusUnprocessableEntity, "signin.html", p)
	}
	if person.As(s.Org.Kind).Fetches() {
		p := signInPage{base: s.base(w, r, "Sign in"), Name: name}
		p.Problems = []problem{{Field: "password", Says: "This name is a program's, which fetches lists, and opens no page. Ask your administrator for a name of your own."}}
		return s.render(w, http.StatusForbidden, "signin.html", p)
	}
	token, session := access.NewSession(person.ID, s.Now())
	if err := s.Store.AddSession(r.Context(), session); err != nil {
		return fmt.Errorf("sign %s in: %w", person.ID, err)
	}
	http.SetCookie(w, access.Cookie(token, access.SessionLife, s.secure))
	next := ownPath(r.PostFormValue("next"))
	if next == "" {
		next = s.firstDesk(person)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if token := access.TokenOf(r); token != "" {
		if err := s.Store.DropSession(r.Context(), access.HashToken(token)); err != nil && !errors.Is(err, fraud.ErrNotFound) {
			return fmt.Errorf("sign out: %w", err)
		}
	}
	http.SetCookie(w, access.Cookie("", 0, s.secure))
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// firstDesk is where a person's day begins.
func (s *Server) firstDesk(p access.Person) string {
	for _, item := range s.nav(p.As(s.Org.Kind), "") {
		return item.Href
	}
	return "/"
}

// ownPath returns next only if it is a path of this node: a sign-in must not
// send anybody to another site.
func ownPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return ""
	}
	return next
}
