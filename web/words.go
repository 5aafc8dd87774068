package web

import (
	"net/http"
	"reflect"
	"strings"

	"golang.org/x/text/language"
)

// Words is every string of the public pages in one language. A struct, so
// that a language with a string missing does not compile to a silent gap: a
// test finds each empty field.
type Words struct {
	Lang string // BCP 47
	Name string // of the language, in itself

	// On every page.
	Service, Skip, Languages, Back, Continue, Change, Optional, Wish, Yes, No, NotSure, Problem, ErrorWord, Home, NotGuilty, FootPrivacy, FootWhat string

	// Home.
	HomeTitle, HomeLead, DoorReport, DoorReportSub, DoorCheck, DoorCheckSub, PaidTitle, PaidText, NeverTitle                string
	NeverPhone, NeverGift, NeverRemote, NeverSecret, LinkAdvice, LinkFigures, LinkDispute, LinkWhere, CodeLabel, CodeButton string

	// Check.
	CheckTitle, CheckLead, CheckLabel, CheckHint, CheckButton, CheckAgain, CheckEmpty, CheckLong string
	WhyTitle, DoTitle, CheckAsked                                                                string

	// Report.
	ReportStep, TellTitle, TellHint, TellLabel, TellPaste, TellFile, TellFileHint, TellEmpty, TellMineLabel, TellMine, TellOther, CountryLabel, CountryOther                                                                        string
	FoundTitle, FoundLead, FoundNone, FoundRoleLabel, FoundAddLabel, FoundAddHint                                                                                                                                                   string
	RoleCallback, RoleShown, RoleSender, RoleLure, RolePayee, RoleRemote, RoleNamed, RoleMine, RoleGenuine, RoleDrop                                                                                                                string
	KindPhone, KindSite, KindMail, KindMoney, KindFirm, KindRemote, KindOther                                                                                                                                                       string
	MissingTitle, MoneyAsk, MoneySent, MoneyTried, MoneyAsked, MoneyNone, AmountLabel, CurrencyLabel, RailLabel, SentWhenLabel, BankToldLabel                                                                                       string
	RailCard, RailWire, RailGift, RailCrypto, RailCash, RailCourier, RailUPI, RailTransfer, RailOther                                                                                                                               string
	RemoteAsk, RemoteHint, BrandLabel, BrandHint, WhenLabel, AgeLabel, AgeHint, Age60, AgeSecret                                                                                                                                    string
	ConsentTitle, ConsentLead, ConsentPolice, ConsentPoliceText, ConsentPartner, ConsentPartnerText, ConsentContact, ConsentContactText, ConsentTestify, ConsentTestifyText, ContactName, ContactMail, ContactPhone, ContactPrivacy string
	ReviewTitle, ReviewYourWords, ReviewFound, ReviewMoney, ReviewRemote, ReviewBrand, ReviewWhen, ReviewConsents, ReviewNothing, ReviewSend, ReviewSendText                                                                        string
	AmountWrong, MoneyMissing, MailMissing                                                                                                                                                                                          string

	// Now: what to do in the first hour. The steps themselves are protect's.
	NowTitle, NowCode, NowCodeText, NowLead, NowClock, NowClockOver, NowSource, PoliceTitle string

	// Where a report stands, for who has its code.
	StandTitle, StandReceived, StandReceivedText, StandRead, StandReadText, StandTogether, StandTogetherText, StandPolice, StandPoliceText, StandNotYet, StandNotAgreed, StandBeware                                           string
	StandAdd, StandAddLabel, StandAddSend, StandAdded, StandAddEmpty, StandAddLong, StandAgreed, StandWithdraw, StandWithdrawText, StandWithdrawYes, StandWithdrawn, StandKeep, StandDelete, StandDeleteText, StandDeleteFirst string
	StandDeleteReferred, StandDeleteGoes, StandDeleteGoesText, StandDeleteStays, StandDeleteStaysText, StandDeleteLast, StandDeleteYes, StandDeleted                                                                           string
}

// Gaps names what a language leaves unsaid, or says without the value that
// belongs into it.
func (w Words) Gaps() []string {
	var out []string
	v, en := reflect.ValueOf(w), reflect.ValueOf(english())
	for i := range v.NumField() {
		name, text := v.Type().Field(i).Name, v.Field(i).String()
		if text == "" {
			out = append(out, name+" is missing")
		}
		if strings.Count(text, "%s") != strings.Count(en.Field(i).String(), "%s") {
			out = append(out, name+" must hold %s as the English does")
		}
	}
	return out
}

// Languages are the languages of the public pages, English first; each name
// is written in itself.
func Languages() []Words {
	return []Words{english(), spanish(), german(), french(), hindi(), japanese()}
}

// wordsFor chooses the language of a request: what it asks for by ?lang, what
// it chose before, what its browser prefers, else English.
func (s *Server) wordsFor(w http.ResponseWriter, r *http.Request) Words {
	if asked := r.URL.Query().Get("lang"); asked != "" {
		for _, have := range s.words {
			if have.Lang == asked {
				http.SetCookie(w, &http.Cookie{
					Name: "lang", Value: asked, Path: "/", MaxAge: 180 * 24 * 3600,
					Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
				})
				return have
			}
		}
	}
	if c, err := r.Cookie("lang"); err == nil {
		for _, have := range s.words {
			if have.Lang == c.Value {
				return have
			}
		}
	}
	accept, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(accept) == 0 {
		return s.words[0]
	}
	_, i, confidence := s.matcher.Match(accept...)
	if confidence == language.No {
		return s.words[0]
	}
	return s.words[i]
}

func matcher(have []Words) language.Matcher {
	tags := make([]language.Tag, len(have))
	for i, w := range have {
		tags[i] = language.Make(w.Lang)
	}
	return language.NewMatcher(tags)
}

// fill puts a value into a string at its one "%s"; strings differ in where.
func fill(text, value string) string { return strings.Replace(text, "%s", value, 1) }
