package stix

import (
	"net/netip"
	"strings"

	"ringbreaker.example/fraud"
)

// observable makes the observable of an indicator and the pattern that finds
// it. ok is false for the kinds that STIX has no observable for; those go
// out as a note.
func observable(i fraud.Indicator) (sco object, pattern string, ok bool, err error) {
	sco.SpecVersion = "2.1"
	value := func(kind, v string) {
		sco.Type, sco.Value = kind, v
		pattern = comparison(kind+":value", v)
		sco.ID, err = scoID(kind, map[string]string{"value": v})
	}
	switch i.Kind {
	case fraud.Phone:
		value("phone-number", i.Value)
	case fraud.Email:
		value("email-addr", i.Value)
	case fraud.URL:
		value("url", i.Value)
	case fraud.Domain:
		value("domain-name", i.Value)
	case fraud.RemoteHost, fraud.IP:
		value(hostType(i.Value), i.Value)
	case fraud.Wallet:
		value("cryptocurrency-wallet", i.Value)
	case fraud.TxID:
		value("cryptocurrency-transaction", i.Value)
	case fraud.BankAccount:
		account(&sco, &pattern, i.Value)
		sco.ID, err = scoID(sco.Type, contributingAccount(sco))
	case fraud.UPI:
		user(&sco, &pattern, "upi", i.Value)
	case fraud.Handle, fraud.RemoteID:
		network, name, cut := strings.Cut(i.Value, ":")
		if !cut {
			return sco, "", false, nil
		}
		user(&sco, &pattern, network, name)
	case fraud.File, fraud.Image:
		algorithm := hashName(i.Value)
		if algorithm == "" {
			return sco, "", false, nil
		}
		sco.Type, sco.Hashes = "file", map[string]string{algorithm: i.Value}
		pattern = comparison("file:hashes.'"+algorithm+"'", i.Value)
		sco.ID, err = scoID("file", map[string]map[string]string{"hashes": sco.Hashes})
	default:
		return sco, "", false, nil
	}
	if extensionOf[sco.Type] != "" {
		sco.Extensions = newSCO(sco.Type)
	}
	if sco.Type == "user-account" {
		sco.ID, err = scoID("user-account", map[string]string{"account_login": sco.Login, "user_id": sco.UserID})
	}
	return sco, pattern, true, err
}

func hostType(host string) string {
	ip, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		return "domain-name"
	case ip.Is4():
		return "ipv4-addr"
	}
	return "ipv6-addr"
}

// hashName is the name of a hash by its length in hex (STIX 2.1 §10.6
// hash-algorithm-ov).
func hashName(hex string) string {
	switch len(hex) {
	case 32:
		return "MD5"
	case 40:
		return "SHA-1"
	case 64:
		return "SHA-256"
	case 128:
		return "SHA-512"
	}
	return ""
}

// account tells an IBAN (ISO 13616) from a national account "BANKCODE/ACCOUNT".
func account(sco *object, pattern *string, v string) {
	sco.Type = "bank-account"
	if len(v) > 4 && v[0] >= 'A' && v[0] <= 'Z' && v[1] >= 'A' && v[1] <= 'Z' && v[2] >= '0' && v[2] <= '9' && !strings.Contains(v, "/") {
		sco.IBAN, *pattern = v, comparison("bank-account:iban", v)
		return
	}
	sco.Account, *pattern = v, comparison("bank-account:account_number", v)
}

func contributingAccount(sco object) map[string]string {
	if sco.IBAN != "" {
		return map[string]string{"iban": sco.IBAN}
	}
	return map[string]string{"account_number": sco.Account}
}

// user is an account at a network. account-type-ov knows few of the networks
// that rings use, so the network stands before the login, as in
// "telegram:name" (STIX 2.1 §6.16, §10.1).
func user(sco *object, pattern *string, network, name string) {
	sco.Type, sco.UserID, sco.Login = "user-account", name, network+":"+name
	*pattern = comparison("user-account:account_login", sco.Login)
}

func comparison(path, value string) string { return "[" + path + " = " + quote(value) + "]" }

// quote writes a string literal of a pattern (STIX 2.1 §9.3.1).
func quote(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" }
