package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/fraud"
)

// sitePage is the field page of one site: where a search starts.
type sitePage struct {
	base
	fraud.Site
	Searches  []fraud.Search
	CanSearch bool
	Again     bool // it was searched before
	Form      warrantForm
}

type warrantForm struct{ Authority, Issuer, Expires, Officers, Witnesses string }

func (s *Server) site(w http.ResponseWriter, r *http.Request) error {
	return s.siteRender(w, r, warrantForm{}, nil)
}

func (s *Server) siteRender(w http.ResponseWriter, r *http.Request, f warrantForm, wrong []problem) error {
	ctx, id := r.Context(), fraud.SiteID(r.PathValue("id"))
	site, err := s.Act.Site(ctx, id)
	if err != nil {
		return err
	}
	p := sitePage{base: s.base(w, r, site.Name), Site: site, Form: f}
	p.Problems = wrong
	all, err := s.Act.Searches(ctx, site.Operation)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Site == id {
			p.Searches = append(p.Searches, x)
		}
	}
	op, err := s.Act.Operation(ctx, site.Operation)
	if err != nil {
		return err
	}
	p.CanSearch, p.Again = op.Done.IsZero() && s.can(ctx, access.ActSearch, access.Thing{Kind: access.ThingCase}), len(p.Searches) > 0
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.render(w, status, "site.html", p)
}

func (s *Server) startSearch(w http.ResponseWriter, r *http.Request) error {
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	f := warrantForm{v("authority"), v("issuer"), v("expires"), v("officers"), v("witnesses")}
	site, err := s.Act.Site(r.Context(), fraud.SiteID(r.PathValue("id")))
	if err != nil {
		return err
	}
	expires, err := momentAt(f.Expires, site.TimeZone)
	if err != nil {
		return s.siteRender(w, r, f, []problem{{"expires", sentence(err)}})
	}
	x, err := s.Act.StartSearch(r.Context(), fraud.SiteID(r.PathValue("id")), act.Warrant{
		Authority: f.Authority, Issuer: f.Issuer, Expires: expires, Officers: namesOf(f.Officers), Witnesses: namesOf(f.Witnesses),
	})
	if err != nil {
		if mendable(err) {
			return s.siteRender(w, r, f, []problem{{"authority", sentence(err)}})
		}
		return err
	}
	return done(w, r, "/searches/"+pathID(x.ID), "saved")
}

// namesOf splits a text into names, one a line.
func namesOf(v string) []string {
	var out []string
	for _, l := range strings.Split(v, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// searchPage is the seizure list as it stands, made for one hand.
type searchPage struct {
	base
	fraud.Search
	Site  fraud.Site
	Items []fraud.Seizure
	Count int
	CanDo bool
}

func (s *Server) searchList(w http.ResponseWriter, r *http.Request) error {
	p, err := s.searchPage(w, r)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "search.html", p)
}

func (s *Server) searchPage(w http.ResponseWriter, r *http.Request) (searchPage, error) {
	ctx, id := r.Context(), fraud.SearchID(r.PathValue("id"))
	x, err := s.Act.Search(ctx, id)
	if err != nil {
		return searchPage{}, err
	}
	site, err := s.Act.Site(ctx, x.Site)
	if err != nil {
		return searchPage{}, err
	}
	items, err := s.Act.Items(ctx, id)
	if err != nil {
		return searchPage{}, err
	}
	p := searchPage{base: s.base(w, r, site.Name), Search: x, Site: site, Items: items, Count: len(act.Standing(items))}
	p.CanDo = x.EndedAt.IsZero() && s.can(ctx, access.ActSeize, access.Thing{Kind: access.ThingCase})
	return p, nil
}

// itemPage is one item a screen.
type itemPage struct {
	base
	SearchID fraud.SearchID
	No       int // the number that it will most likely get
	Types    []itemChoice
	Items    []fraud.Seizure
	Form     itemForm
}

type itemChoice struct {
	Type   fraud.ItemType
	Word   string
	Chosen bool
}

// itemForm is an item as it was typed.
type itemForm struct {
	Key, Type, What, IMEI, ICCID, Serial, Place, Seal, Root, SHA256, Amount, Currency, Corrects string
}

// Is says whether the item's type is one of a list.
func (f itemForm) Is(types string) bool { return slices.Contains(strings.Fields(types), f.Type) }

func (s *Server) itemForm(w http.ResponseWriter, r *http.Request) error {
	key, err := s.newID("K")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	return s.itemRender(w, r, itemForm{Key: key, Type: q.Get("type"), Corrects: q.Get("corrects"), Root: q.Get("root")}, nil)
}

func (s *Server) itemRender(w http.ResponseWriter, r *http.Request, f itemForm, wrong []problem) error {
	id := fraud.SearchID(r.PathValue("id"))
	items, err := s.Act.Items(r.Context(), id)
	if err != nil {
		return err
	}
	p := itemPage{base: s.base(w, r, "Add item"), SearchID: id, No: len(items) + 1, Items: items, Form: f}
	p.Problems = wrong
	for _, t := range fraud.ItemTypes {
		p.Types = append(p.Types, itemChoice{Type: t, Word: itemWord(t), Chosen: string(t) == f.Type})
	}
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.render(w, status, "item.html", p)
}

func readItem(r *http.Request) itemForm {
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	return itemForm{
		Key: v("key"), Type: v("type"), What: v("what"), IMEI: v("imei"), ICCID: v("iccid"), Serial: v("serial"), Place: v("place"), Seal: v("seal"),
		Root: v("root"), SHA256: strings.ToLower(v("sha256")), Amount: strings.ReplaceAll(v("amount"), ",", ""), Currency: strings.ToUpper(v("currency")), Corrects: v("corrects"),
	}
}

func (f itemForm) seizure(search fraud.SearchID) (fraud.Seizure, error) {
	x := fraud.Seizure{
		Search: search, Key: f.Key, Type: fraud.ItemType(f.Type), What: f.What, IMEI: f.IMEI, ICCID: f.ICCID, Serial: f.Serial, Place: f.Place,
		Seal: f.Seal, Root: fraud.SeizureID(f.Root), SHA256: f.SHA256, Corrects: fraud.SeizureID(f.Corrects),
	}
	if f.Amount != "" {
		m, err := fraud.ParseMoney(f.Amount, f.Currency)
		if err != nil {
			return x, err
		}
		x.Amount = m
	}
	return x, nil
}

func (s *Server) keepItem(r *http.Request, f itemForm) (fraud.Seizure, error) {
	x, err := f.seizure(fraud.SearchID(r.PathValue("id")))
	if err != nil {
		return x, err
	}
	return s.Act.AddItem(r.Context(), x)
}

func (s *Server) addItem(w http.ResponseWriter, r *http.Request) error {
	f := readItem(r)
	if _, err := s.keepItem(r, f); err != nil {
		if mendable(err) {
			return s.itemRender(w, r, f, []problem{{fieldOf(err), sentence(err)}})
		}
		return err
	}
	next := "/searches/" + pathID(r.PathValue("id"))
	if r.PostFormValue("again") != "" {
		next += "/add"
	}
	return done(w, r, next, "saved")
}

// fieldOf guesses from an error's words which field of the item form it
// means, so that the message leads there.
func fieldOf(err error) string {
	text := strings.ToLower(err.Error())
	for _, f := range []struct{ word, field string }{
		{"imei", "imei"}, {"iccid", "iccid"}, {"seal", "seal"}, {"place", "place"}, {"amount", "amount"}, {"sha-256", "sha256"}, {"type", "type"},
	} {
		if strings.Contains(text, f.word) {
			return f.field
		}
	}
	return "what"
}

// addItemJSON takes an item that a phone kept while it was offline. The same
// key sent twice is the same item. It answers with the running number, or
// with the sentence of what is wrong.
func (s *Server) addItemJSON(w http.ResponseWriter, r *http.Request) error {
	x, err := s.keepItem(r, readItem(r))
	answer := struct {
		ID    fraud.SeizureID `json:"id,omitempty"`
		No    int             `json:"no,omitempty"`
		Error string          `json:"error,omitempty"`
	}{ID: x.ID, No: x.No}
	status := http.StatusCreated
	if err != nil {
		if !mendable(err) {
			return err
		}
		answer.ID, answer.No, answer.Error = "", 0, sentence(err)
		status = http.StatusUnprocessableEntity
	}
	b, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(b); err != nil {
		return nil // the phone has gone again: it will send the same key once more
	}
	return nil
}

// signPage is where officer and witnesses sign the list.
type signPage struct {
	searchPage
	Officer   string
	Witnesses string
}

func (s *Server) signForm(w http.ResponseWriter, r *http.Request) error {
	p, err := s.searchPage(w, r)
	if err != nil {
		return err
	}
	p.PageTitle = "Sign the list"
	return s.render(w, http.StatusOK, "sign.html", signPage{searchPage: p, Witnesses: strings.Join(p.Witnesses, "\n")})
}

func (s *Server) signList(w http.ResponseWriter, r *http.Request) error {
	id := fraud.SearchID(r.PathValue("id"))
	officer, witnesses := strings.TrimSpace(r.PostFormValue("officer")), r.PostFormValue("witnesses")
	if _, err := s.Act.SignList(r.Context(), id, officer, namesOf(witnesses)); err != nil {
		if !mendable(err) {
			return err
		}
		p, perr := s.searchPage(w, r)
		if perr != nil {
			return perr
		}
		p.PageTitle, p.Problems = "Sign the list", []problem{{"officer", sentence(err)}}
		return s.render(w, http.StatusUnprocessableEntity, "sign.html", signPage{searchPage: p, Officer: officer, Witnesses: witnesses})
	}
	return done(w, r, "/searches/"+pathID(id), "signed")
}

func (s *Server) endSearch(w http.ResponseWriter, r *http.Request) error {
	id := fraud.SearchID(r.PathValue("id"))
	if _, err := s.Act.EndSearch(r.Context(), id, strings.ToLower(strings.TrimSpace(r.PostFormValue("recording")))); err != nil {
		return err
	}
	return done(w, r, "/searches/"+pathID(id), "ended")
}
