package web

import (
	"slices"
	"strings"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

// spellings are the canonical forms that a searched value may have, over all
// kinds that people type.
func (s *Server) spellings(v string) []fraud.Indicator {
	var out []fraud.Indicator
	add := func(i fraud.Indicator) {
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	for _, k := range []fraud.Kind{
		fraud.Phone, fraud.Domain, fraud.URL, fraud.Email, fraud.RemoteID, fraud.RemoteHost, fraud.BankAccount, fraud.UPI, fraud.Wallet, fraud.TxID,
		fraud.CardDescriptor, fraud.MerchantID, fraud.Company, fraud.TaxID, fraud.PersonAlias, fraud.Handle, fraud.Tracker, fraud.IP, fraud.IMEI, fraud.ICCID,
	} {
		if value, ok := extract.Canonical(k, v, s.Org.Country); ok {
			add(fraud.Indicator{Kind: k, Value: value})
		}
		add(fraud.Indicator{Kind: k, Value: v}) // a table's link leads here with the canonical form itself
	}
	if strings.HasPrefix(v, scriptPrefix) { // the linker's name of a text, which nobody types but a link leads here with
		add(fraud.Indicator{Kind: fraud.Script, Value: v})
	}
	return out
}

const scriptPrefix = "script:"
