package extract

// farAddressee is how many tokens before an address what it is told as may
// stand: "Customer details / Name: Jane Roe / Email:" has eight.
const farAddressee = 12

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
		if x.toks[k].class == classMark || x.toks[k].used {
			continue
		}
		switch hint := x.hint(k); {
		case hint.has(hintDesk):
			return false
		case hint.has(hintAddressee):
			return true
		}
	}
	return false
}
