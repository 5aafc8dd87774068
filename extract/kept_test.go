package extract

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
)

// Property: what is remembered of a field is what is worked out anew, whatever
// was asked for before.
func TestAFieldIsRememberedAsItWasRead(t *testing.T) {
	kinds := []fraud.Kind{fraud.Phone, fraud.PersonAlias, fraud.RemoteID, fraud.RemoteTool, fraud.RemoteHost, fraud.Company, fraud.TaxID, fraud.BankAccount, fraud.CardDescriptor, fraud.GiftCard, fraud.UPI, fraud.Wallet, fraud.Handle, fraud.Kind("none")}
	raws := []string{
		"Chris Baker", "chris baker", "Chris Baker ", "name:Alder Care LLC", "AnyDesk", "AnyDesk:939 623 2773", "12345678", "12345678\x00", "PAYPAL *ALDER", "021000021/12345678", "GB33BUKB20201555555555",
		"Target", "help@okaxis", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "telegram:@Alder", "AAAPL1234C", "relay.alder.example", "a name of thirty-two bytes, no more", "exactly thirty-two bytes are here", "٣٤٥",
	}
	countries := []string{"", "US", "GB", "IN", "DE", "U", "\x00", "USA"}
	var x scan
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SampledFrom(raws).Draw(t, "raw")
		if rapid.Bool().Draw(t, "other") {
			raw = rapid.StringN(1, 40, 40).Draw(t, "raw")
		}
		for _, kind := range kinds {
			for _, country := range countries {
				value, valid, ok := x.canonicalField(kind, raw, country)
				var fresh scan
				if v, l, o := fresh.canonical(kind, raw, country); v != value || l != valid || o != ok {
					t.Fatalf("%s %q in %q is %q %v %v, read anew %q %v %v", kind, raw, country, value, valid, ok, v, l, o)
				}
			}
		}
	})
}

// A value that stands in two lines is told by the one that tells its part, among
// findings that are few or many.
func TestLinesOfOneValueExplainEachOther(t *testing.T) {
	for _, more := range []string{"", strings.Repeat(" I paid $5.10.", 30)} {
		text := "My own number is 212-555-0142." + more + " The man on the line read it out: 212-555-0142. His was 888-555-0163."
		var roles []fraud.Role
		for _, f := range Text(text, Options{Country: "US"}) {
			if f.Kind == fraud.Phone {
				roles = append(roles, f.Role)
			}
		}
		if len(roles) != 3 || roles[0] != fraud.RoleVictimOwned || roles[1] != fraud.RoleVictimOwned || !roles[2].Links() {
			t.Errorf("%d findings more: roles %v, want the speaker's, the speaker's and another's", len(more), roles)
		}
	}
}
