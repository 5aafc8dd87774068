package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"ringbreaker.example/fraud"
	"ringbreaker.example/protect"

	"golang.org/x/text/language"
)

// advicePage is what to do, by what happened and where.
type advicePage struct {
	base
	Country string
	Places  []option
	Steps   []protect.Step
	Offices []protect.Authority
}

func (s *Server) advice(w http.ResponseWriter, r *http.Request) error {
	p := advicePage{base: s.base(w, r, ""), Country: cmp.Or(strings.ToUpper(r.URL.Query().Get("country")), s.likelyCountry(r))}
	p.PageTitle = p.Words.LinkAdvice
	p.Places = s.countryOptions(p.Words, p.Country)
	if s.Protect != nil {
		p.Steps = s.Protect.Advise(protect.Situation{
			Country: p.Country, Language: p.Lang, Paid: true, Remote: true, Password: true, Rails: slices.Clone(fraud.Rails),
		})
		p.Offices = s.Protect.Advice().Of(p.Country)
	}
	return s.render(w, http.StatusOK, "advice.html", p)
}

// countryName names a country in its own language, as its people look for it.
func countryName(code string) string {
	switch code {
	case "US":
		return "United States"
	case "GB":
		return "United Kingdom"
	case "CA":
		return "Canada"
	case "AU":
		return "Australia"
	case "NZ":
		return "New Zealand"
	case "IE":
		return "Ireland"
	case "DE":
		return "Deutschland"
	case "AT":
		return "Österreich"
	case "CH":
		return "Schweiz / Suisse"
	case "ES":
		return "España"
	case "MX":
		return "México"
	case "FR":
		return "France"
	case "IN":
		return "भारत / India"
	case "JP":
		return "日本"
	case "SG":
		return "Singapore"
	}
	return code
}

// likelyCountry is where a visitor most likely is, by the region that the
// browser names, else where this organisation is: what stands chosen in a form
// is what most people send, and the wrong country gives them the wrong police.
// "en-US" is what English browsers say anywhere and tells nothing.
func (s *Server) likelyCountry(r *http.Request) string {
	accept, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(accept) == 0 || s.Protect == nil {
		return s.Org.Country
	}
	region, sure := accept[0].Region()
	if sure == language.Exact && region.String() != "US" && slices.Contains(s.Protect.Advice().Countries(), region.String()) {
		return region.String()
	}
	return s.Org.Country
}

func (s *Server) countryOptions(w Words, chosen string) []option {
	var out []option
	known := false
	if s.Protect != nil {
		for _, c := range s.Protect.Advice().Countries() {
			out = append(out, option{c, countryName(c), c == chosen})
			known = known || c == chosen
		}
	}
	slices.SortFunc(out, func(a, b option) int { return cmp.Compare(a.Word, b.Word) })
	return append(out, option{"", w.CountryOther, !known})
}
