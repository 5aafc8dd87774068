package extract

import "ringbreaker.example/fraud"

// SafeList holds genuine values of brands, banks and authorities, each with
// whose it is. They get the role genuine_brand and never link (DESIGN §6.5).
type SafeList map[fraud.Indicator]string

// part is a piece of the text that somebody else wrote, in bytes of the text
// as given: a quoted thread, a signature, a footer, filler.
type part struct {
	start, end int
	role       fraud.Role
	why        string
}

func (x *scan) assignRoles() {
	for i := range x.found {
		f := &x.found[i]
		f.Role, f.Why = fraud.RoleMention, "its part is not told"
	}
}
