package fraud

import "time"

// Figure is a number that is shown to somebody: it always has a source and
// an as-of time, and "unknown" is a value of its own, never a zero. Sources
// disagree in real life (76 or 72 places), so a page shows all it has.
type Figure struct {
	Name    string    `json:"name"`           // what is counted, as a page says it
	Value   int64     `json:"value"`          // minor units if Unit is a currency
	Unit    string    `json:"unit,omitempty"` // "", or an ISO 4217 code
	Unknown bool      `json:"unknown,omitempty"`
	Source  string    `json:"source"` // who says so, or the query that counted it
	AsOf    time.Time `json:"as_of"`
}
