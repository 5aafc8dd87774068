package extract

// farAddressee is how many tokens before an address what it is told as may
// stand: "Customer details / Name: Jane Roe / Email:" has eight.
const farAddressee = 12

// Words by which a message speaks to or of the one it was sent to, and words
// that say that an address is there to be written to.
var (
	addresseeWords = []string{
		"customer", "customers", "client", "clients", "buyer", "purchaser", "member", "subscriber", "recipient", "payer", "hi", "hello", "dear", "delivery", "shipping", "billed",
		"cliente", "comprador", "destinatario", "hola", "estimado", "estimada",
		"kunde", "kundin", "empfänger", "hallo", "lieber", "liebe",
		"destinataire", "acheteur", "bonjour", "cher", "chère",
	}
	writeWords = []string{
		"contact", "support", "help", "helpdesk", "helpline", "care", "service", "services", "team", "write", "reply", "reach", "us", "our", "desk", "from", "sender", "seller", "merchant", "call",
		"contacto", "ayuda", "soporte", "kontakt", "hilfe", "kundendienst", "kundenservice", "schreiben", "contactez", "aide", "servicio", "dienst",
	}
)

// addressee says whether a message that a fraudster wrote names an address as
// that of the one it was sent to: after a greeting, or among the customer's
// details. Mailers fill it in, so it is another in every mail, and the same
// in all that one victim reports.
func (x *scan) addressee(m mark) bool {
	first, _ := x.tokensOf(m)
	for k := first - 1; k >= 0 && k >= first-farAddressee; k-- {
		if x.blankLine(k + 1) {
			return false
		}
		if x.toks[k].class == classMark {
			continue
		}
		b := x.bytes(k)
		if anyFold(writeWords, b) {
			return false
		}
		if anyFold(addresseeWords, b) {
			return true
		}
	}
	return false
}

func anyFold(words []string, b []byte) bool {
	for _, w := range words {
		if equalFold(w, b) {
			return true
		}
	}
	return false
}
