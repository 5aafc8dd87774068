package web

import "net/http"

// homePage offers two large choices.
type homePage struct {
	base
	CanReport, CanCheck bool
	Desk                string // where a person who signed in goes on
}

func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	p := homePage{base: s.base(w, r, ""), CanReport: s.Intake != nil, CanCheck: s.Protect != nil}
	p.PageTitle = p.Words.HomeTitle
	if p.Person.ID != "" {
		p.Desk = s.firstDesk(p.Person)
	}
	return s.render(w, http.StatusOK, "home.html", p)
}
