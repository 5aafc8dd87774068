package extract

import (
	"testing"

	"ringbreaker.example/fraud"
)

// Sentences of no corpus: what each frame is for, said in other words.
func TestWhoCallsWhoIsCalledAndWhoIsNamed(t *testing.T) {
	for _, tt := range []struct {
		country, text string
		kind          fraud.Kind
		value         string
		role          fraud.Role // "" if it must not be found
	}{
		{"US", "646-555-0125 keeps calling about solar panels.", fraud.Phone, "+16465550125", fraud.RoleShownCallerID},
		{"US", "646-555-0131 texted me a link.", fraud.Phone, "+16465550131", fraud.RoleSender},
		{"US", "They called 312-555-0112 from 202-555-0113 twice.", fraud.Phone, "+13125550112", fraud.RoleVictimOwned},
		{"US", "Calls came to 312-555-0111 from 202-555-0112.", fraud.Phone, "+13125550111", fraud.RoleVictimOwned},
		{"US", "I gave them 646-555-0100 to reach me.", fraud.Phone, "+16465550100", fraud.RoleVictimOwned},
		{"US", "The scammers spoofed the number of a dentist, 646-555-0181.", fraud.Phone, "+16465550181", fraud.RoleShownCallerID},
		{"US", "I hung up and dialed the number on my card, 800-555-0114.", fraud.Phone, "+18005550114", fraud.RoleGenuineBrand},
		{"US", "He took $900. Questions? 312-555-0103, any day.", fraud.Phone, "+13125550103", fraud.RoleVictimOwned},
		{"US", "I lost it all. I am home evenings, 312-555-0104.", fraud.Phone, "+13125550104", fraud.RoleVictimOwned},
		{"US", "For more details contact the undersigned at 312-555-0104.", fraud.Phone, "+13125550104", fraud.RoleVictimOwned},
		{"US", "He took my money.\nEugene Falk\n801-555-0144", fraud.Phone, "+18015550144", fraud.RoleVictimOwned},
		{"US", "Detective Ramos can be reached at 646-555-0137, case 5512.", fraud.Phone, "+16465550137", fraud.RoleBystander},
		{"US", "The lady next door, my neighbour Ana, is at 646-555-0138.", fraud.Phone, "+16465550138", fraud.RoleBystander},
		{"FR", "Appel reçu sur son fixe, 01 99 00 33 98, affiché 01 99 00 33 99.", fraud.Phone, "+33199003398", fraud.RoleVictimOwned},
		{"DE", "Frage: Welche Nummer haben Sie gewählt?\nAntwort: Die 0800 123 4402.", fraud.Phone, "+498001234402", fraud.RoleCallback},
		{"FR", "Conseillère : À quel numéro puis-je vous rappeler ?\nAppelant : Au 06 39 98 12 30.", fraud.Phone, "+33639981230", fraud.RoleVictimOwned},
		{"FR", "Numéro qui vous a appelé : 01 99 00 52 04", fraud.Phone, "+33199005204", fraud.RoleShownCallerID},

		{"US", "The pop-up said to call 888*555*0142 now.", fraud.Phone, "+18885550142", fraud.RoleCallback},
		{"US", "The pop-up said to call [888] 555 0142 now.", fraud.Phone, "+18885550142", fraud.RoleCallback},
		{"US", "The pop-up said to call 8-8-8-5-5-5-0-1-4-2 now.", fraud.Phone, "+18885550142", fraud.RoleCallback},
		{"US", "The pop-up said to call 888 555 oh one four two now.", fraud.Phone, "+18885550142", fraud.RoleCallback},
		{"US", "The pop-up said to call 888-555-0142x5 now.", fraud.Phone, "+18885550142", fraud.RoleCallback},
		{"US", "I talked to someone at 8885550142 about it.", fraud.Phone, "+18885550142", fraud.RoleCallback},
		{"US", "My case number with the bank is 8005550142.", fraud.Phone, "+18005550142", ""},

		{"US", "I got a call from a Jason at the \"fraud department\".", fraud.PersonAlias, "jason", fraud.RoleAlias},
		{"US", "They put me through to Sharon in accounts.", fraud.PersonAlias, "sharon", fraud.RoleAlias},
		{"US", "The collector said he was Wendale. I paid $40.", fraud.PersonAlias, "wendale", fraud.RoleAlias},
		{"US", "John Miller received a call from (212) 555-0144.", fraud.PersonAlias, "john miller", ""},
		{"US", "Our IT guy, Dave, wiped the machine.", fraud.PersonAlias, "dave", ""},

		{"US", "I wired $900 to Ridgeview Device Care, account 88213344.", fraud.Company, "name:ridgeview device care", fraud.RoleCompany},
		{"ES", "La empresa, Reparatel Sur, no existe.", fraud.Company, "name:reparatel sur", fraud.RoleCompany},
		{"US", "I called the Technical Support Department about it.", fraud.Company, "name:technical support department", ""},
		{"IT", "Ha aperto AnyDesk e lei ha letto il numero, 229 804 417.", fraud.RemoteID, "anydesk:229804417", fraud.RoleVictimOwned},
		{"ES", "06/11 COMPRA ASISTPC GLOBAL NICOSIA -249,00 EUR", fraud.CardDescriptor, "ASISTPC GLOBAL NICOSIA", fraud.RolePayee},
		{"ES", "06/11 COMPRA MERCADONA VALENCIA -49,00 EUR", fraud.CardDescriptor, "MERCADONA VALENCIA", ""},
	} {
		role := fraud.Role("")
		for _, f := range Text(tt.text, Options{Country: tt.country}) {
			if f.Kind == tt.kind && f.Value == tt.value {
				role = f.Role
			}
		}
		if role != tt.role {
			t.Errorf("%q: %s %s is %q, want %q", tt.text, tt.kind, tt.value, role, tt.role)
		}
	}
}
