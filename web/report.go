package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// reportPage is one step of the public report. What was answered before
// travels along in hidden fields: nothing is kept here before the person
// sends it, and "back" loses nothing.
type reportPage struct {
	base
	Step      string // "tell", "found", "missing", "consent", "review"
	StepNo    int
	Form      reportForm
	Cards     []findingCard
	Kept      []hidden // the answers of the other steps
	Rails     []option
	Roles     []option
	Places    []option
	Moneys    []string
	CanAttach bool
}

type hidden struct{ Name, Value string }

type option struct {
	Value, Word string
	Chosen      bool
}

// reportForm is everything that the steps ask.
type reportForm struct {
	Story, Who, Country                  string
	FileSHA, FileName, FileType          string
	FileSize                             int64
	Findings                             []finding
	More                                 string
	Paid, Amount, Currency, Rail, PaidOn string
	BankTold, Remote, Brand, Began, Age  string
	Police, Partner, Contact, Testify    bool
	Name, Mail, Phone                    string
}

// finding is a value that was found in the story, and what the person says
// it was.
type finding struct {
	Kind  fraud.Kind
	Value string
	Role  fraud.Role
}

type findingCard struct {
	finding
	No    int
	What  string
	Shown string
	Roles []option
}

func (s *Server) reportStart(w http.ResponseWriter, r *http.Request) error {
	return s.reportRender(w, r, "tell", reportForm{Who: "victim", Country: s.likelyCountry(r)}, nil)
}

// reportStep takes one step's answers and shows the next, or the same again
// with what has to be mended.
func (s *Server) reportStep(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return fmt.Errorf("the form could not be read: %w", wrapLarge(err))
	}
	words := s.wordsFor(w, r)
	f := readReport(r)
	step, to := r.PostFormValue("step"), r.PostFormValue("to")
	if to != "" { // back, or "change" on the review: no checks
		return s.reportRender(w, r, to, f, nil)
	}
	if wrong := f.wrong(step, words); len(wrong) > 0 {
		return s.reportRender(w, r, step, f, wrong)
	}
	switch step {
	case "tell":
		if err := s.takePicture(r, &f); err != nil {
			return err
		}
		found, err := s.understand(r.Context(), f.report(s.Now()))
		if err != nil {
			return fmt.Errorf("read what happened: %w", err)
		}
		f.Findings = mergeFindings(f.Findings, found)
		f.answerFrom(found)
		return s.reportRender(w, r, "found", f, nil)
	case "found":
		if strings.TrimSpace(f.More) != "" {
			if err := s.understandMore(r, &f); err != nil {
				return err
			}
		}
		return s.reportRender(w, r, "missing", f, nil)
	case "missing":
		return s.reportRender(w, r, "consent", f, nil)
	case "consent":
		return s.reportRender(w, r, "review", f, nil)
	case "review":
		return s.submit(w, r, f)
	}
	return s.reportRender(w, r, "tell", f, nil)
}

// moneys are the currencies that the form offers.
var moneys = []string{"USD", "EUR", "GBP", "INR", "CAD", "AUD", "JPY", "CHF"}

// answerFrom chooses the answers that the words already gave, so that nobody
// is asked what they have just told; each stands in the form and can be
// changed. Of several amounts nobody knows which was paid.
func (f *reportForm) answerFrom(found []fraud.Sighting) {
	if f.Rail == "" {
		f.Rail = railTold(f.Story, found)
	}
	amounts := map[string]bool{}
	for _, x := range found {
		switch {
		case x.Indicator.Kind == fraud.RemoteID && f.Remote == "":
			f.Remote = "yes"
		case x.Indicator.Kind == fraud.Amount:
			amounts[x.Indicator.Value] = true
		}
	}
	if len(amounts) != 1 || f.Amount != "" {
		return
	}
	for value := range amounts {
		currency, amount, _ := strings.Cut(value, " ")
		if slices.Contains(moneys, currency) && amountForm.MatchString(amount) {
			f.Currency, f.Amount = currency, amount
		}
	}
}

// currencyOf is the money of a country, as far as the form offers it.
func currencyOf(country string) string {
	switch country {
	case "GB":
		return "GBP"
	case "IN":
		return "INR"
	case "CA":
		return "CAD"
	case "AU":
		return "AUD"
	case "JP":
		return "JPY"
	case "CH", "LI":
		return "CHF"
	case "AT", "BE", "DE", "ES", "FI", "FR", "IE", "IT", "LU", "NL", "PT":
		return "EUR"
	}
	return "USD"
}

// understand reads a draft without keeping it.
func (s *Server) understand(ctx context.Context, draft *fraud.Report) ([]fraud.Sighting, error) {
	safe, err := s.Store.SafeList(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the safe list: %w", err)
	}
	list := make(extract.SafeList, len(safe))
	for _, e := range safe {
		list[e.Indicator] = e.Owner
	}
	return extract.Report(draft, extract.Options{Country: draft.Reporter.Country, Safe: list}).Sightings, nil
}

func wrapLarge(err error) error {
	var large *http.MaxBytesError
	if asLarge(err, &large) {
		return large
	}
	return fmt.Errorf("%w: %w", err, fraud.ErrInvalid)
}

// submit keeps the report. Only what the person said belongs to the ring goes
// into its fields; the story stays as it was told.
func (s *Server) submit(w http.ResponseWriter, r *http.Request, f reportForm) error {
	words := s.wordsFor(w, r)
	for _, step := range []string{"tell", "missing", "consent"} {
		if wrong := f.wrong(step, words); len(wrong) > 0 {
			return s.reportRender(w, r, step, f, wrong)
		}
	}
	if f.FileSHA != "" {
		if have, err := s.hasEvidence(r, f.FileSHA); err != nil || !have {
			if err != nil {
				return err
			}
			f.FileSHA, f.FileName = "", ""
		}
	}
	rep := f.report(s.Now())
	rep.Reporter.Language = words.Lang
	receipt, err := s.Intake.Submit(r.Context(), rep)
	if err != nil {
		return fmt.Errorf("keep the report: %w", err)
	}
	return done(w, r, "/now/"+pathID(receipt.Code), "received")
}

func (s *Server) hasEvidence(r *http.Request, sha string) (bool, error) {
	if s.Evidence == nil {
		return false, nil
	}
	have, err := s.Evidence.Has(r.Context(), sha)
	if err != nil {
		return false, fmt.Errorf("look for the picture: %w", err)
	}
	return have, nil
}

// takePicture keeps a file that came with the first step. It is stored as
// bytes and never shown as a page.
func (s *Server) takePicture(r *http.Request, f *reportForm) error {
	if s.Evidence == nil || r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return nil
	}
	head := r.MultipartForm.File["file"][0]
	if head.Size == 0 {
		return nil
	}
	file, err := head.Open()
	if err != nil {
		return fmt.Errorf("read the picture: %w", err)
	}
	defer func() { _ = file.Close() }() // read only
	sha, size, err := s.Evidence.Put(r.Context(), io.Reader(file))
	if err != nil {
		return fmt.Errorf("keep the picture: %w", err)
	}
	f.FileSHA, f.FileSize, f.FileName, f.FileType = sha, size, safeName(head), head.Header.Get("Content-Type")
	return nil
}

func safeName(h *multipart.FileHeader) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\<>:"|?*`, r) {
			return '_'
		}
		return r
	}, h.Filename)
	return clip(name, 80)
}

func (s *Server) understandMore(r *http.Request, f *reportForm) error {
	draft := f.report(s.Now())
	draft.Narrative = f.More
	found, err := s.understand(r.Context(), draft)
	if err != nil {
		return fmt.Errorf("read what was added: %w", err)
	}
	f.Findings = mergeFindings(f.Findings, found)
	f.Story += "\n\n" + f.More
	f.More = ""
	return nil
}

// mergeFindings adds what was found to what the person already sorted; a
// value stands once, and what the person said about it stays.
func mergeFindings(have []finding, found []fraud.Sighting) []finding {
	for _, sight := range found {
		if !asked(sight.Indicator.Kind) {
			continue
		}
		if slices.ContainsFunc(have, func(f finding) bool { return f.Kind == sight.Indicator.Kind && f.Value == sight.Indicator.Value }) {
			continue
		}
		have = append(have, finding{Kind: sight.Indicator.Kind, Value: sight.Indicator.Value, Role: sight.Role})
		if len(have) == 20 {
			break // more than that nobody sorts on a phone; the text keeps them all
		}
	}
	return have
}

// asked says whether a person can be asked about a value of this kind.
func asked(k fraud.Kind) bool {
	switch k {
	case fraud.Phone, fraud.Email, fraud.URL, fraud.Domain, fraud.RemoteID, fraud.BankAccount, fraud.UPI, fraud.Wallet, fraud.CardDescriptor, fraud.Company, fraud.PersonAlias, fraud.Handle:
		return true
	}
	return false
}

var (
	shaForm    = regexp.MustCompile(`^[0-9a-f]{64}$`)
	amountForm = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,8})?$`)
)

func readReport(r *http.Request) reportForm {
	v := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	f := reportForm{
		Story: v("story"), Who: v("who"), Country: v("country"), More: v("more"),
		Paid: v("paid"), Amount: strings.ReplaceAll(v("amount"), ",", ""), Currency: v("currency"), Rail: v("rail"), PaidOn: v("paid_on"),
		BankTold: v("bank_told"), Remote: v("remote"), Brand: v("brand"), Began: v("began"), Age: v("age"),
		Police: v("police") != "", Partner: v("partner") != "", Contact: v("contact") != "", Testify: v("testify") != "",
		Name: v("name"), Mail: v("mail"), Phone: v("phone"), FileName: clip(v("file_name"), 80), FileType: clip(v("file_type"), 80),
	}
	if sha := v("file_sha"); shaForm.MatchString(sha) {
		f.FileSHA = sha
		f.FileSize, _ = strconv.ParseInt(v("file_size"), 10, 64) // shown only; the store knows the size
	}
	for i := range 20 {
		n := strconv.Itoa(i)
		if value := v("value_" + n); value != "" {
			f.Findings = append(f.Findings, finding{Kind: fraud.Kind(v("kind_" + n)), Value: value, Role: fraud.Role(v("role_" + n))})
		}
	}
	return f
}

// wrong checks one step's answers.
func (f reportForm) wrong(step string, w Words) []problem {
	var out []problem
	switch step {
	case "tell":
		if f.Story == "" {
			out = append(out, problem{"story", w.TellEmpty})
		}
	case "missing":
		if f.Paid == "" {
			out = append(out, problem{"paid", w.MoneyMissing})
		}
		if f.Amount != "" && !amountForm.MatchString(f.Amount) {
			out = append(out, problem{"amount", w.AmountWrong})
		}
	case "consent":
		if f.Contact && f.Mail == "" && f.Phone == "" {
			out = append(out, problem{"mail", w.MailMissing})
		}
	}
	return out
}

// report makes the noun out of the answers.
func (f reportForm) report(now time.Time) *fraud.Report {
	rep := &fraud.Report{
		ReceivedAt: now.UTC(), Narrative: f.Story,
		Reporter: fraud.Reporter{Role: "victim", Country: f.Country, AgeBand: f.Age, Identity: fraud.Identity{Name: f.Name, Email: f.Mail, Phone: f.Phone}},
		Consent:  fraud.Consent{ShareLawEnforcement: f.Police, SharePartner: f.Partner, Contact: f.Contact, Testify: f.Testify},
	}
	if f.Who == "proxy" {
		rep.Reporter.Role = "proxy"
	}
	if f.FileSHA != "" {
		rep.Evidence = []fraud.Evidence{{SHA256: f.FileSHA, Name: f.FileName, MediaType: f.FileType, Size: f.FileSize}}
	}
	began := dayOf(f.Began)
	payment := fraud.Payment{Rail: fraud.Rail(f.Rail), Amount: f.Amount, At: dayOf(f.PaidOn)}
	switch f.Paid {
	case "sent", "attempted", "demanded":
		payment.Status = f.Paid
	}
	if f.Amount != "" {
		payment.Currency = f.Currency
	}
	if f.BankTold == "yes" {
		payment.BankNotifiedAt = now.UTC()
	}
	if f.Brand != "" || !began.IsZero() {
		rep.Contacts = append(rep.Contacts, fraud.Contact{At: began, Direction: "to_victim", Brand: f.Brand})
	}
	remote := fraud.RemoteAccess{}
	for _, x := range f.Findings {
		f.place(rep, &payment, &remote, x, began)
	}
	if f.Remote == "yes" || remote.SessionID != "" {
		rep.RemoteAccess = append(rep.RemoteAccess, remote)
	}
	if payment.Status != "" {
		rep.Payments = append(rep.Payments, payment)
	}
	return rep
}

// place puts one value into the report's field for what it was. A victim's
// own and a real company's values go nowhere: they stay in the story, where
// extraction reads them with their context.
func (f reportForm) place(rep *fraud.Report, pay *fraud.Payment, remote *fraud.RemoteAccess, x finding, began time.Time) {
	c := fraud.Contact{At: began, Direction: "to_victim", Brand: f.Brand}
	switch x.Role {
	case fraud.RoleVictimOwned, fraud.RoleGenuineBrand, fraud.RoleBystander, "drop":
		return
	case fraud.RoleShownCallerID:
		c.ShownCallerID = x.Value
	case fraud.RoleCallback:
		c.Callback = x.Value
	case fraud.RoleSender:
		c.Sender = x.Value
	case fraud.RoleLure, fraud.RoleRedirect:
		c.URL = x.Value
	case fraud.RolePayee:
		payTo(pay, x)
		return
	case fraud.RoleRemote:
		remote.Tool, remote.SessionID, _ = strings.Cut(x.Value, ":")
		return
	case fraud.RoleAlias, fraud.RoleCompany:
		if x.Kind == fraud.Company {
			rep.Subjects = append(rep.Subjects, fraud.NamedSubject{Company: strings.TrimPrefix(x.Value, "name:")})
			return
		}
		c.AgentAlias = x.Value
	default:
		return
	}
	rep.Contacts = append(rep.Contacts, c)
}

func payTo(pay *fraud.Payment, x finding) {
	if pay.Status == "" {
		pay.Status = "demanded"
	}
	switch x.Kind {
	case fraud.UPI:
		pay.ToUPI = x.Value
	case fraud.Wallet:
		pay.ToWallet = x.Value
	case fraud.CardDescriptor:
		pay.CardDescriptor = x.Value
	case fraud.Company, fraud.PersonAlias:
		pay.ToName = strings.TrimPrefix(x.Value, "name:")
	default:
		pay.ToBankCode, pay.ToAccount, _ = strings.Cut(x.Value, "/")
		if pay.ToAccount == "" {
			pay.ToAccount, pay.ToBankCode = pay.ToBankCode, ""
		}
	}
}

// dayOf reads a date field; what cannot be read is unknown.
func dayOf(v string) time.Time {
	t, err := time.Parse("2006-01-02", v)
	if err != nil {
		return time.Time{}
	}
	return t.Add(12 * time.Hour) // noon: a day without an hour must not seem to be midnight's
}
