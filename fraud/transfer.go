package fraud

import "time"

// Basis says how an assertion is known (DESIGN §9: facts apart from inference).
type Basis string

// The three bases.
const (
	Observed Basis = "observed" // in a record made by a machine or a bank
	Reported Basis = "reported" // a person said so
	Inferred Basis = "inferred" // concluded from the two others
)

// Rail is the way by which money moves (report.schema.json, payments.rail).
type Rail string

// Transfer is money that moved from one account to another.
type Transfer struct {
	ID     string    `json:"id"`
	From   string    `json:"from"` // an account's name: Indicator.String(), or an institution's own id
	To     string    `json:"to"`
	Amount Money     `json:"amount"`
	At     time.Time `json:"at"`
	Rail   Rail      `json:"rail"`
	Basis  Basis     `json:"basis"`
	Report ReportID  `json:"report,omitempty"` // the report it was told in, if any
	Source string    `json:"source"`           // who holds the record
}

// FreezeCandidate is one account on a freeze list, most urgent first.
type FreezeCandidate struct {
	Account  string           `json:"account"`
	Tainted  map[string]Money `json:"tainted"` // by method: what of the victims' money is still there
	Low      Money            `json:"low"`     // least over the methods
	High     Money            `json:"high"`    // most over the methods
	LastIn   time.Time        `json:"last_in"`
	Channel  string           `json:"channel"`           // which freeze route applies, e.g. "IC3 RAT / FFKC"
	Deadline time.Time        `json:"deadline,omitzero"` // when that route closes; zero if it has no clock
	Hops     int              `json:"hops"`              // from the nearest victim
	Path     []string         `json:"path"`              // accounts from a victim to here
}
