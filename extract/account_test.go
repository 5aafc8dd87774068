package extract_test

import (
	"strings"
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// What a number, an address or an id did is told by more than the words right
// beside it; each case is a cause, in words that no corpus has.
func TestAnAccountTellsThePartOfAValue(t *testing.T) {
	for _, tt := range []struct {
		name, country, text, value string
		want                       fraud.Role
	}{
		{"a line of one's own", "US", "They want payment. My best contact is 406-555-0141.", "+14065550141", fraud.RoleVictimOwned},
		{"where the speaker can be reached", "US", "I can be reached at 406-555-0142 after six.", "+14065550142", fraud.RoleVictimOwned},
		{"where the fraudster can be reached", "US", "He can be reached at 406-555-0143 he said.", "+14065550143", fraud.RoleCallback},
		{"where kin can be phoned", "GB", "My son can be phoned on 07700 900181.", "+447700900181", fraud.RoleVictimOwned},
		{"joignable", "FR", "Je suis joignable au 06 39 98 31 07.", "+33639983107", fraud.RoleVictimOwned},
		{"rung by", "GB", "Then I was rung by 0131 496 0177 about my router.", "+441314960177", fraud.RoleShownCallerID},
		{"texted by", "US", "A link was texted to me by 406-555-0144.", "+14065550144", fraud.RoleSender},
		{"contacted the complainant by phone", "US", "Subject contacted complainant by phone (406-555-0145) twice.", "+14065550145", fraud.RoleShownCallerID},
		{"llamaron a mi padre", "ES", "A mi padre lo llamaron del 912 345 671 ayer.", "+34912345671", fraud.RoleShownCallerID},
		{"what was asked", "US", "Q: What number did they call from? A: It was 406-555-0146.", "+14065550146", fraud.RoleShownCallerID},
		{"what the speaker dialled, told behind", "US", "The window displayed 877-555-0147 which I dialed.", "+18775550147", fraud.RoleCallback},
		{"the genuine line that told of the fraud", "US", "I called the county clerk at 406-555-0148 and they said it was a scam.", "+14065550148", fraud.RoleGenuineBrand},
		{"the police who took it down", "DE", "Sachbearbeiterin PHK Lenz, Tel. 0221 4710 181.", "+492214710181", fraud.RoleBystander},
		{"a closing and the own number below", "GB", "The caller wanted my card. Kind regards,\nPam Doyle\n01632 960 181", "+441632960181", fraud.RoleVictimOwned},
		{"el oficial is no official number", "US", "Me dijeron que llamara al 888-555-0149 con el oficial Ramos.", "+18885550149", fraud.RoleCallback},
		{"Pix is paid to a number", "BR", "Fiz um pix para a chave celular (31) 98888-7701.", "+5531988887701", fraud.RolePayee},
		{"PayID is paid to a number", "AU", "I sent $900 via PayID 0491 570 157.", "+61491570157", fraud.RolePayee},
		{"my laptop is not my id", "US", "A man got onto my laptop with AnyDesk 331 204 772 and typed.", "anydesk:331204772", fraud.RoleRemote},
		{"my id is", "US", "My AnyDesk id is 331 204 773.", "anydesk:331204773", fraud.RoleVictimOwned},
		{"an id answered in a chat, the product named later", "US", "Agent: read me the number\nMe: 331 204 774\nAgent: yes that is AnyDesk", "anydesk:331204774", fraud.RoleVictimOwned},
		{"a site opened for a session", "US", "He had me open fixdesk.example and then AnyDesk came up.", "fixdesk.example", fraud.RoleRemote},
		{"a site opened and no session", "US", "He had me open fixdesk.example and log in.", "fixdesk.example", fraud.RoleLure},
		{"payments through a site", "US", "All payments through shopdesk.example as far as I know.", "shopdesk.example", fraud.RolePayee},
		{"a voicemail from somebody at a number", "US", "Got a voicemail from the bank at (406) 555-0151 about a charge.", "+14065550151", fraud.RoleShownCallerID},
		{"numbers used", "US", "He keeps calling. Numbers used so far: 876-555-0152.", "+18765550152", fraud.RoleShownCallerID},
		{"a form's cell of the complainant", "US", "Complainant: nurse, 61. Cell: (406) 555-0153.", "+14065550153", fraud.RoleVictimOwned},
		{"a form's cell of the suspect", "US", "Complainant: nurse, 61. Suspect's cell: (406) 555-0154.", "+14065550154", fraud.RoleCallback},
		{"his number, the nephew's", "US", "My nephew fixed it, his number is 406-555-0155.", "+14065550155", fraud.RoleVictimOwned},
		{"his number, the mother's caller's", "US", "My mother says his number is 406-555-0156.", "+14065550156", fraud.RoleCallback},
		{"my own number was spoofed", "US", "The number that showed up was my own number, (406) 555-0157.", "+14065550157", fraud.RoleVictimOwned},
		{"if you need me", "GB", "A driver took the card. If you need me: 01632 960 182.", "+441632960182", fraud.RoleVictimOwned},
		{"reported to", "US", "Reported to Detective Finch, Mesa PD, 406-555-0158.", "+14065550158", fraud.RoleBystander},
		{"localizarme", "ES", "Pueden localizarme en el 612 345 645.", "+34612345645", fraud.RoleVictimOwned},
		{"I emailed it", "US", "I emailed sales@pup-home.example twice.", "sales@pup-home.example", fraud.RoleCallback},
		{"a from before an article", "US", "To cancel I should call. It was sent from a gmail address, orders77@freebox.example, to me.", "orders77@freebox.example", fraud.RoleSender},
		{"another's cashtag behind my", "US", "she said send it to my manager cashapp $hartmgmt8", "cashapp:hartmgmt8", fraud.RolePayee},
		{"sent via a site is no payment", "US", "Good morning. Sent via gatewaysms.example", "gatewaysms.example", fraud.RoleLure},
		{"contact me", "US", "I used to work there, contact me insider@homebox.example", "insider@homebox.example", fraud.RoleVictimOwned},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var roles []fraud.Role
			for _, f := range extract.Text(tt.text, extract.Options{Country: tt.country}) {
				if f.Value == tt.value {
					roles = append(roles, f.Role)
				}
			}
			if len(roles) != 1 || roles[0] != tt.want {
				t.Errorf("%s in %q is %v, want %s", tt.value, tt.text, roles, tt.want)
			}
		})
	}
}

// What a machine or a spammer did to digits.
func TestDigitsThatWereSpoiltAreReadOrLeft(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"letters that look like digits", "gave me his direct line l-8OO-555-Ol43", "phone:+18005550143"},
		{"letters in two groups, split", "call 8O5 - 555 - O1 44 now", "phone:+18055550144"},
		{"no letters, no dashes: a part's name", "part O0l 555 O144", ""},
		{"a code of other lengths", "key 8OO-555-Ol43-77", ""},
		{"arrows", "call +1 \u27a4 802 \u27a4 555 \u27a4 0145", "phone:+18025550145"},
		{"a spreadsheet's exponent with all digits", "1.8885550146E+10", "phone:+18885550146"},
		{"of another country", "4.42079460147E+11", "phone:+442079460147"},
		{"a spreadsheet's exponent that lost digits", "callback 1.88855E+10", ""},
		{"a number with brackets, whatever stands before", "Accounts Payable, (402) 555-0148", "phone:+14025550148"},
		{"a German file's number", "Az. 511000-004418-25/3", ""},
		{"an account before a pound sign is an account and no amount", "20-45-77 60119284 £1,750.00", "bank_account:204577/60119284 amount:GBP 1750.00"},
		{"yen with a comma behind the ten thousands", "料金29万8,000円", "amount:JPY 298000"},
		{"a firm behind years and a word", "Copyright 2019-2025 Birchwood Assist LLC", "company:name:birchwood assist llc"},
		{"a host behind a brand's name", "track at parcel.example@sh0rt.example/a1b2 today", "url:http://sh0rt.example/a1b2 domain:sh0rt.example"},
		{"a brand that is a person's name", "Thank you, Charles Schwab", ""},
		{"a firm's end and no name", "between & Co., Inc. ends", ""},
		{"a tenant is nobody's brand", "mail from qx77@harbor4.onmicrosoft.com", "email:qx77@harbor4.onmicrosoft.com"},
		{"Inhaber", "Bitte überweisen Sie an Konto, Inhaber Südwind Handels GmbH", "company:name:sudwind handels gmbh"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range extract.Text(tt.text, extract.Options{}) {
				got = append(got, f.String())
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%q gives %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

// A mail in a victim's own words to those who take reports is an account; the
// same to a trap is a fraudster's.
func TestAMailToThoseWhoTakeReportsIsAnAccount(t *testing.T) {
	const body = "From: Pam <pam@homebox.example>\nTo: %\nSubject: call\n\nI was rung by 0131 496 0178.\n"
	for to, want := range map[string]fraud.Role{"reports@desk.example": fraud.RoleVictimOwned, "phishing@trap.example": fraud.RoleSender} {
		_, found, err := extract.Mail([]byte(strings.Replace(body, "%", to, 1)), extract.Options{Country: "GB"})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if f.Kind == fraud.Email && f.Role != want {
				t.Errorf("to %s: %s is %s, want %s", to, f.Value, f.Role, want)
			}
		}
	}
}
