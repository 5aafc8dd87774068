package extract_test

import (
	"strings"
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// written writes findings as "kind:value role", those of one kind only if kind
// is given.
func written(found []extract.Finding, kind fraud.Kind) string {
	var out []string
	for _, f := range found {
		if kind == "" || f.Kind == kind {
			out = append(out, f.String()+" "+string(f.Role))
		}
	}
	return strings.Join(out, ", ")
}

// Where nobody says which country a text is from, its words and its language's
// other countries say.
func TestNumbersAreAtHomeWhereTheTextSays(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a zero before it, in English", "I was phoned by 020 7946 0321 at about 4pm.", "phone:+442079460321 shown_caller_id"},
		{"of Australia", "The SMS was from 0491 570 006.", "phone:+61491570006 sender"},
		{"of India, by a word for a phone", "My mobile number 9876543056 is linked.", "phone:+919876543056 victim_owned"},
		{"an office of Britain", "HMRC said to ring 0300 555 0118", "phone:+443005550118 callback"},
		{"Switzerland's money", "Ich habe CHF 50 per TWINT an 079 123 45 61 bezahlt", "phone:+41791234561 payee"},
		{"Portuguese, nine digits", "Recebi uma mensagem do 912 345 671 ontem, não sei", "phone:+351912345671 sender"},
		{"Portuguese, eleven digits", "Recebi uma mensagem do (11) 91234-5671 ontem, não sei", "phone:+5511912345671 sender"},
		{"America's stays America's", "Me dijo que llamara al (713) 555-0188", "phone:+17135550188 callback"},
		{"an order", "order 0345 678 9012", ""},
		{"the end of a longer number", "parcel 1Z 4W2 818 03 5550 1421", ""},
		{"too short", "My SIN is 046 454 286.", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := written(extract.Text(tt.text, extract.Options{}), fraud.Phone); got != tt.want {
				t.Errorf("%q gives %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

// What an account says by a turn of phrase, and not by the word beside it.
func TestTurnsOfPhraseTellWhoseANumberIs(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"given out", "He gave me a number in case we got cut off: 209-555-0116.", "phone:+12095550116 callback"},
		{"directed to call", "Vic was directed to call 209-555-0117.", "phone:+12095550117 callback"},
		{"given by the speaker", "I gave him my number, 209-555-0118.", "phone:+12095550118 victim_owned"},
		{"another is asked to ring", "He asked dad to ring him on 209-555-0119.", "phone:+12095550119 callback"},
		{"a name between", "Call me, Denise, 512-555-0140.", "phone:+15125550140 victim_owned"},
		{"asked by who takes the report", "OPERATOR: May I have a number in case we get cut off?\nCALLER: 512-555-0141.", "phone:+15125550141 victim_owned"},
		{"asked for theirs", "OPERATOR: And what number did they have you call?\nCALLER: 512-555-0142.", "phone:+15125550142 callback"},
		{"blocked", "I have blocked 470-555-0139 but he goes on.", "phone:+14705550139 shown_caller_id"},
		{"free to call, and shown", "The number was 1-800-555-0168 on the pop up.", "phone:+18005550168 callback"},
		{"free to call, on the display", "The caller ID showed 1-800-555-0169.", "phone:+18005550169 shown_caller_id"},
		{"Spanish", "Me pueden llamar al 281-555-0119.", "phone:+12815550119 victim_owned"},
		{"French", "Vous pouvez me joindre au 06 39 98 77 01.", "phone:+33639987701 victim_owned"},
		{"German", "Erreichbar bin ich unter 030 23125 480.", "phone:+493023125480 victim_owned"},
		{"a form", "YOUR NAME: Ann Lee\nYOUR PHONE: (316) 555-0140\nCOMPANY PHONE: (888) 555-0127", "phone:+13165550140 victim_owned, phone:+18885550127 callback"},
		{"a table with commas", "date,reporter_phone,caller_number,callback_number\n1/2,602-555-0151,480-555-0126,877-555-0188", "phone:+16025550151 victim_owned, phone:+14805550126 shown_caller_id, phone:+18775550188 callback"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := written(extract.Text(tt.text, extract.Options{}), fraud.Phone); got != tt.want {
				t.Errorf("%q gives %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

// Names, descriptors and accounts by their form.
func TestNamesDescriptorsAndAccountsByTheirForm(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		kind       fraud.Kind
		want       string
	}{
		{"the speaker's own name", "My name is Judith Palmer and I am 71.", fraud.PersonAlias, ""},
		{"a caller's", "Hi, this is Kevin from Microsoft support.", fraud.PersonAlias, "person_alias:kevin alias"},
		{"a form's", "Victim information\n Name: Luis Ortega\nSubject information\n Name: Captain Roy Delgado", fraud.PersonAlias, "person_alias:roy delgado alias"},
		{"one's own people", "Our IT guy, Dave (ext. 4417), wiped it.", fraud.PersonAlias, ""},
		{"the merchant's number", "charge from WEBPRO*HELP 888-555-0163 on my Visa", "", "card_descriptor:WEBPRO*HELP 888-555-0163 payee, phone:+18885550163 payee"},
		{"a state is no firm", "Mail it to 2207 Sorrel Dr #14, Reno NV 89502", "", ""},
		{"digits and words", "she said dial 8 seven 7, 5 5 5, 0 one 3 3", fraud.Phone, "phone:+18775550133 callback"},
		{"once is no eleven", "call two two four five five five zero one nine five once again", fraud.Phone, "phone:+12245550195 callback"},
		{"a cashtag before its service", "pay to $dreamhomes4u on Cash App", fraud.Handle, "handle:cashapp:dreamhomes4u payee"},
		{"a handle at the text's end", "Venmo @Landon-Pryce", fraud.Handle, "handle:venmo:landon-pryce payee"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := written(extract.Text(tt.text, extract.Options{}), tt.kind); got != tt.want {
				t.Errorf("%q gives %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

// What a screen shows is the number to call, unless the account is of a call:
// then it is the telephone's own screen.
func TestAScreenIsTheComputersUnlessSomebodyRang(t *testing.T) {
	for text, want := range map[string]fraud.Role{
		"I set up the new stick for the TV. The number on the screen was 207 555 0163. Then he took over.":  fraud.RoleCallback,
		"They rang me at ten in the morning. The number on the screen was 207 555 0163. Then he took over.": fraud.RoleShownCallerID,
	} {
		found := extract.Text(text, extract.Options{Country: "US"})
		if len(found) != 1 || found[0].Role != want {
			t.Errorf("%s: %+v, want one number as %s", text, found, want)
		}
	}
}
