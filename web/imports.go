package web

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
)

// Imports takes the files that people bring to a page; *intake.Uploads is one.
type Imports interface {
	Add(ctx context.Context, name string, r io.Reader) (intake.Upload, error)
	// List gives the reader's own uploads, newest first.
	List(context.Context) ([]intake.Upload, error)
	Get(ctx context.Context, id string) (intake.Upload, error)
	// Propose guesses what the columns mean; fraud.ErrInvalid if it is no table.
	Propose(ctx context.Context, id string) (intake.Proposal, error)
	Try(ctx context.Context, id string, m *csvmap.Mapping) (intake.Proposal, error)
	// Start reads the file, by the mapping or, if it is nil, as what it is.
	Start(ctx context.Context, id string, m *csvmap.Mapping) error
	Rejects(ctx context.Context, id string, limit int) ([]intake.Reject, error)
}

// importsPage takes a file in, and lists what became of earlier ones.
type importsPage struct {
	base
	Rows []intake.Upload
	Most string // how large a file may be
}

// importPage is one upload: what its columns mean, then what became of it.
type importPage struct {
	base
	Up      intake.Upload
	Fits    string // the known mapping that fits
	AsItIs  bool   // no table: nothing to say about columns
	Columns []columnRow
	Form    mapForm
	Unshown int // columns past those that a person would read through
	Asks    mapAsks
	Tried   *intake.Proposal // what the first rows give, by the choices of the form
	Lost    []string
	Rejects []intake.Reject
	More    int // rejects that the page does not list
}

// columnRow is a column with what it may be taken for.
type columnRow struct {
	intake.Column
	No     int
	Groups []placeGroup
	Chosen string
	Why    string
}

type placeGroup struct {
	Word    string
	Options []option
}

// mapForm is what a person says about a table as a whole.
type mapForm struct {
	Name, Source, Order, Got, Currency, Status, Medium, Zone string
}

// mapAsks says which of the questions about the table as a whole matter, by the
// columns chosen.
type mapAsks struct {
	Order, Got, Money, Currency, Medium bool
}

const (
	// maxImport is what one upload may have: a desk's spreadsheet of a year.
	// Larger files come by `ringbreaker import` or the watched folder.
	maxImport = 64 << 20
	// dropped marks a column that is not even kept with the report.
	dropped        = "drop"
	rejectsShown   = 200
	columnsShown   = 120
	waitedForStart = 1500 * time.Millisecond
)

func (s *Server) imports(w http.ResponseWriter, r *http.Request) error {
	return s.importsWith(w, r, nil)
}

func (s *Server) importsWith(w http.ResponseWriter, r *http.Request, wrong []problem) error {
	p := importsPage{base: s.base(w, r, "Bring a file in"), Most: fmt.Sprintf("%d MB", maxImport>>20)}
	p.Problems = wrong
	var err error
	if p.Rows, err = s.Imports.List(r.Context()); err != nil {
		return fmt.Errorf("list the uploads: %w", err)
	}
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.render(w, status, "imports.html", p)
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) error {
	f, head, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return s.importsWith(w, r, []problem{{"file", "Choose the file."}})
	}
	if err != nil {
		return fmt.Errorf("the file could not be read: %w", wrapLarge(err))
	}
	defer func(f multipart.File) { _ = f.Close() }(f) // only read from
	up, err := s.Imports.Add(r.Context(), head.Filename, f)
	if mendable(err) {
		return s.importsWith(w, r, []problem{{"file", sentence(err)}})
	}
	if err != nil {
		return fmt.Errorf("take an upload: %w", err)
	}
	return done(w, r, "/imports/"+pathID(up.ID), "")
}

// importView shows what stands next: the choice, the progress, or the end. A
// short import is over before the page is drawn.
func (s *Server) importView(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	up, err := s.Imports.Get(ctx, id)
	for began := time.Now(); err == nil && up.State == intake.UploadRunning && time.Since(began) < waitedForStart; {
		select {
		case <-ctx.Done():
			return nil // the reader has gone
		case <-time.After(50 * time.Millisecond):
		}
		up, err = s.Imports.Get(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("read upload %s: %w", id, err)
	}
	p := importPage{base: s.base(w, r, "File "+up.Name), Up: up}
	switch up.State {
	case intake.UploadWaiting, intake.UploadFailed:
		if err := s.proposed(ctx, &p); err != nil {
			return err
		}
	case intake.UploadDone:
		all, err := s.Imports.Rejects(ctx, id, 0)
		if err != nil {
			return fmt.Errorf("read the rejects: %w", err)
		}
		p.Rejects = all[:min(len(all), rejectsShown)]
		p.More = len(all) - len(p.Rejects)
	case intake.UploadRunning:
	}
	return s.render(w, http.StatusOK, "import.html", p)
}

// proposed fills the page with the guess.
func (s *Server) proposed(ctx context.Context, p *importPage) error {
	guess, err := s.Imports.Propose(ctx, p.Up.ID)
	switch {
	case errors.Is(err, fraud.ErrInvalid):
		p.AsItIs = true
		return nil
	case err != nil:
		return fmt.Errorf("guess what the columns mean: %w", err)
	case guess.Fits != "":
		p.Fits = guess.Fits
		return nil
	}
	m := guess.Mapping
	p.Form = mapForm{Name: p.Up.Name, Source: m.Source, Status: "demanded", Medium: "other", Zone: "UTC"}
	for _, rule := range m.Fields {
		p.Form.Order = cmp.Or(p.Form.Order, string(rule.OrderOf()))
	}
	chosen := make([]string, len(guess.Columns))
	for i, c := range guess.Columns {
		if i < columnsShown {
			chosen[i] = c.Place
		}
		if c.Place == "" && slices.Contains(m.Drop, c.Name) {
			chosen[i] = dropped
		}
	}
	p.show(guess, chosen)
	return nil
}

// show lays the columns out with what was chosen for each.
func (p *importPage) show(guess intake.Proposal, chosen []string) {
	p.Unshown = len(guess.Columns) - min(len(guess.Columns), columnsShown)
	for i, c := range guess.Columns[:len(guess.Columns)-p.Unshown] {
		row := columnRow{Column: c, No: i, Chosen: chosen[i], Groups: placeChoices(chosen[i])}
		if c.Place != "" && c.Place == chosen[i] && guess.Mapping != nil {
			// What follows the colon is for who writes mappings by hand.
			row.Why, _, _ = strings.Cut(guess.Mapping.Why[c.Place], ": add \"layouts\"")
		}
		p.Columns = append(p.Columns, row)
		p.Asks.Order = p.Asks.Order || c.Slashed && csvmap.IsTime(chosen[i])
	}
	some := func(is func(string) bool) bool { return slices.ContainsFunc(chosen, is) }
	has := func(place string) bool { return slices.Contains(chosen, place) }
	p.Asks.Got = !has("received_at")
	p.Asks.Money = some(func(v string) bool { return strings.HasPrefix(v, "payments[0].") }) && !has("payments[0].status")
	p.Asks.Currency = has("payments[0].amount") && !has("payments[0].currency")
	p.Asks.Medium = some(func(v string) bool { return strings.HasPrefix(v, "contacts[0].") }) && !has("contacts[0].medium")
	p.Lost = guess.Lost
}

// importDo looks again at the first rows by what was chosen, or starts.
func (s *Server) importDo(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	up, err := s.Imports.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("read upload %s: %w", id, err)
	}
	p := importPage{base: s.base(w, r, "File "+up.Name), Up: up}
	if r.PostFormValue("do") == "as it is" {
		if err := s.Imports.Start(ctx, id, nil); err != nil {
			return fmt.Errorf("start upload %s: %w", id, err)
		}
		return done(w, r, "/imports/"+pathID(id), "")
	}
	guess, err := s.Imports.Propose(ctx, id)
	if err != nil {
		return fmt.Errorf("read the columns: %w", err)
	}
	if guess.Mapping == nil {
		return fmt.Errorf("the mapping %s fits this file: nothing is to be said about its columns: %w", guess.Fits, fraud.ErrConflict)
	}
	chosen := make([]string, len(guess.Columns))
	for i := range chosen {
		chosen[i] = r.PostFormValue("column-" + strconv.Itoa(i))
	}
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	p.Form = mapForm{v("name"), v("source"), v("order"), v("got"), v("currency"), v("status"), v("medium"), cmp.Or(v("zone"), "UTC")}
	p.show(guess, chosen)
	m, wrong := p.mapping(guess, s.Now())
	if len(wrong) == 0 {
		tried, err := s.Imports.Try(ctx, id, m)
		if err != nil {
			return fmt.Errorf("try the mapping: %w", err)
		}
		p.Tried = &tried
		if tried.Rows > 0 && tried.Refused == tried.Rows {
			wrong = []problem{{"tried", "None of the first " + plural(tried.Rows, "row") + " becomes a report. " + strings.Join(tried.Reasons, "; ") + "."}}
		} else if r.PostFormValue("do") == "start" {
			err := s.Imports.Start(ctx, id, m)
			if err == nil {
				return done(w, r, "/imports/"+pathID(id), "")
			}
			if !mendable(err) {
				return fmt.Errorf("start upload %s: %w", id, err)
			}
			wrong = []problem{{"name", sentence(err)}}
		}
	}
	status := http.StatusOK
	if len(wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	p.Problems = wrong
	return s.render(w, status, "import.html", p)
}

// mapping is what the person chose, as intake reads it.
func (p *importPage) mapping(guess intake.Proposal, now time.Time) (*csvmap.Mapping, []problem) {
	old := guess.Mapping
	f := p.Form
	m := csvmap.Mapping{
		Name: f.Name, About: "confirmed on a page by " + string(p.Person.ID), Shape: old.Shape, Source: f.Source, Match: old.Match, Records: old.Records,
		Fields: map[string]csvmap.Rule{}, Zone: f.Zone,
	}
	var wrong []problem
	add := func(field, says string) { wrong = append(wrong, problem{field, says}) }
	order := csvmap.DateOrder(f.Order)
	for _, c := range p.Columns {
		switch {
		case c.Chosen == "":
		case c.Chosen == dropped:
			m.Drop = append(m.Drop, c.Name)
		case !slices.Contains(csvmap.Places(), c.Chosen):
			add("column-"+strconv.Itoa(c.No), "Choose from the list what "+c.Name+" is.")
		default:
			rule := old.Fields[c.Chosen]
			if c.Place != c.Chosen {
				rule = csvmap.Rule{}
			}
			rule.From, rule.Default = append(m.Fields[c.Chosen].From, c.Name), ""
			if csvmap.IsTime(c.Chosen) {
				rule.Layouts = order.Layouts()
			}
			m.Fields[c.Chosen] = rule
		}
	}
	if len(m.Fields) == 0 {
		add("column-0", "Say of at least one column what it is.")
	}
	if p.Asks.Order && order.Layouts() == nil {
		add("order", "Say whether the day or the month stands first in dates such as 3/4/2026.")
	}
	if day, err := time.Parse(time.DateOnly, f.Got); p.Asks.Got && (err != nil || day.After(now)) {
		add("got", "Give the day on which you got this table, not after today.")
	}
	status := "demanded"
	if f.Status == "sent" {
		status = "sent"
	}
	m.Complete(csvmap.Same{Got: f.Got, Medium: f.Medium, Status: status, Currency: strings.ToUpper(f.Currency)})
	if p.Asks.Currency && f.Currency == "" {
		add("currency", "Say in which currency the amounts are.")
	}
	if f.Name == "" {
		add("name", "Give the mapping a name, so that the next such file is read by it.")
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	b, err := json.Marshal(m)
	if err != nil {
		return nil, []problem{{"name", "This cannot be written down as a mapping."}}
	}
	parsed, err := csvmap.Parse(b)
	if err != nil {
		field := "source"
		if _, zone := time.LoadLocation(f.Zone); zone != nil {
			field = "zone"
		}
		return nil, []problem{{field, sentence(err)}}
	}
	return parsed, nil
}

// importRejects is what was not taken, as a file for who mends it.
func (s *Server) importRejects(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	all, err := s.Imports.Rejects(r.Context(), id, 0)
	if err != nil {
		return fmt.Errorf("read the rejects of upload %s: %w", id, err)
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="rejects.csv"`)
	out := csv.NewWriter(w)
	rows := [][]string{{"file", "line", "reason"}}
	for _, x := range all {
		rows = append(rows, []string{plainCell(x.File), strconv.Itoa(x.Line), plainCell(x.Reason)})
	}
	if err := out.WriteAll(rows); err != nil {
		return nil // the reader has gone
	}
	return nil
}

// placeWords are the places of a report in words, in the groups of the
// choice.
var placeWords = []struct {
	word   string
	places [][2]string
}{
	{"The report", [][2]string{
		{"narrative", "what happened, in words"},
		{"received_at", "when it was reported"},
		{"supersedes", "the report that it corrects"},
		{"external_refs[0].ref", "another authority's number for it"},
		{"external_refs[0].agency", "whose number that is"},
		{"tlp", "TLP mark"},
		{"pap", "PAP mark"},
	}},
	{"How they made contact", [][2]string{
		{"contacts[0].callback", "number to call back"},
		{"contacts[0].shown_caller_id", "number that the telephone showed"},
		{"contacts[0].sender", "sender"},
		{"contacts[0].url", "site or link"},
		{"contacts[0].text", "text of the message or call"},
		{"contacts[0].brand", "brand they posed as"},
		{"contacts[0].agent_alias", "name that the caller gave"},
		{"contacts[0].at", "when it happened"},
		{"contacts[0].medium", "by call, mail, message…"},
		{"contacts[0].direction", "who contacted whom"},
	}},
	{"Money", [][2]string{
		{"payments[0].amount", "amount"},
		{"payments[0].currency", "currency"},
		{"payments[0].status", "asked or sent"},
		{"payments[0].rail", "way of paying"},
		{"payments[0].at", "when it was paid"},
		{"payments[0].to_account", "account paid to"},
		{"payments[0].to_bank_code", "its bank's code"},
		{"payments[0].to_institution", "its bank"},
		{"payments[0].to_name", "its holder"},
		{"payments[0].to_upi", "UPI id paid to"},
		{"payments[0].to_wallet", "wallet paid to"},
		{"payments[0].txid", "transaction's id"},
		{"payments[0].card_descriptor", "text on the card's bill"},
		{"payments[0].gift_card_brand", "brand of gift card"},
		{"payments[0].from_institution", "the victim's bank"},
	}},
	{"Remote access", [][2]string{{"remote_access[0].tool", "tool"}, {"remote_access[0].session_id", "its session's id"}, {"remote_access[0].host", "its relay"}}},
	{"Who reports: to the vault", [][2]string{
		{"reporter.name", "name"}, {"reporter.email", "e-mail"}, {"reporter.phone", "telephone"}, {"reporter.address", "address"},
	}},
	{"Who reports: kept as it is", [][2]string{
		{"reporter.country", "country"},
		{"reporter.region", "region"},
		{"reporter.language", "language"},
		{"reporter.age_band", "age band"},
		{"reporter.time_zone", "time zone"},
		{"reporter.role", "victim, relative, desk…"},
		{"consent.contact", "may be contacted"},
		{"consent.share_law_enforcement", "may go to the police"},
		{"consent.share_partner", "may go to a partner"},
		{"consent.testify", "would testify"},
	}},
	{"Who is blamed", [][2]string{
		{"subjects[0].name", "person"}, {"subjects[0].company", "company"}, {"subjects[0].address", "address of either"}, {"subjects[0].country", "country of either"}, {"subjects[0].registration_no", "company's number"}, {"subjects[0].tax_id", "tax number"},
	}},
	{"A file", [][2]string{{"evidence[0].sha256", "SHA-256"}, {"evidence[0].name", "name of the file"}, {"evidence[0].media_type", "media type"}, {"evidence[0].size", "size"}}},
}

func placeChoices(chosen string) []placeGroup {
	out := []placeGroup{{"Not read", []option{
		{"", "not read, kept with the report", chosen == ""}, {dropped, "not read and not kept: it names a victim, or says nothing", chosen == dropped},
	}}}
	for _, g := range placeWords {
		group := placeGroup{Word: g.word}
		for _, p := range g.places {
			group.Options = append(group.Options, option{p[0], p[1], p[0] == chosen})
		}
		out = append(out, group)
	}
	return out
}

// placeWord is a place of a report in words.
func placeWord(place string) string {
	for _, g := range placeWords {
		for _, p := range g.places {
			if p[0] == place {
				return strings.ToLower(g.word[:1]) + g.word[1:] + ": " + p[1]
			}
		}
	}
	return place
}
