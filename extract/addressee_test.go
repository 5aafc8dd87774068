package extract_test

import (
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

func TestAddressOfTheOneAMessageWasSentToIsTheVictims(t *testing.T) {
	for text, want := range map[string]fraud.Role{
		"Order details\nClient: Paid Customer\nClient Email:- jane.roe@post.example\nQuantity: 1x": fraud.RoleVictimOwned,
		"Hi jane.roe@post.example\n,\nyour plan was renewed.":                                      fraud.RoleVictimOwned,
		"Customer details\nName: Jane Roe\nEmail: jane.roe@post.example\nCustomer Id: 619J":        fraud.RoleVictimOwned,
		"Estimado jane.roe@post.example, su factura está lista.":                                   fraud.RoleVictimOwned,
		"If you did not order this, contact our customer support: refund@secure-desk.example":      fraud.RoleCallback,
		"Dear customer, write to refund@secure-desk.example within 24 hours":                       fraud.RoleCallback,
		"Thank you for your order.\n\nrefund@secure-desk.example":                                  fraud.RoleCallback,
		"Dear Jane,\n\nyour account is limited. Email refund@secure-desk.example":                  fraud.RoleCallback,
	} {
		var got fraud.Role
		for _, f := range extract.Text(text, extract.Options{FromFraudster: true}) {
			if f.Kind == fraud.Email {
				got = f.Role
			}
		}
		if got != want {
			t.Errorf("%q: the address is %q, want %q", text, got, want)
		}
	}
}
