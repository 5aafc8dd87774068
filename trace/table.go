package trace

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"ringbreaker.example/fraud"
)

// WriteTable writes the result as text for a person: totals, the freeze list,
// accounts, shapes. At most limit lines of each list; 0 means 20.
func (r Result) WriteTable(w io.Writer, limit int) error {
	if limit == 0 {
		limit = 20
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "As of %s: %d transfers from %d source accounts.\n\n", r.AsOf.Format(time.RFC3339), r.Transfers, r.Sources)
	fmt.Fprintln(t, "METHOD\tCURRENCY\tIN\tINFECTED\tHELD\tLEFT\tRETURNED")
	for _, x := range r.Totals {
		d := func(n int64) string { return fraud.Money{Minor: n, Currency: x.Currency}.Decimal() }
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.Method, x.Currency, d(x.In), d(x.Infected), d(x.Held), d(x.Left), d(x.Returned))
	}
	fmt.Fprintln(t, "\nFREEZE FIRST\tLOW\tHIGH\tLAST IN\tHOPS\tBASIS\tCHANNEL\tDEADLINE")
	for _, u := range r.Freeze[:min(limit, len(r.Freeze))] {
		deadline := "at once"
		if !u.Deadline.IsZero() {
			deadline = u.Deadline.Format("2006-01-02 15:04Z")
		}
		if u.Closed {
			deadline += " (over)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", u.Account, u.Low, u.High.Decimal(), u.LastIn.Format("2006-01-02 15:04Z"), u.Hops, u.Basis, u.Channel, deadline)
	}
	more(t, len(r.Freeze), limit)
	fmt.Fprintf(t, "\nACCOUNT\tCURRENCY%s\tBALANCE\tHOPS\tBASIS\n", columns(r.Methods))
	for _, a := range r.Accounts[:min(limit, len(r.Accounts))] {
		fmt.Fprintf(t, "%s\t%s", a.Account, a.Currency)
		for _, m := range r.Methods {
			fmt.Fprintf(t, "\t%s", fraud.Money{Minor: a.Taint[m], Currency: a.Currency}.Decimal())
		}
		fmt.Fprintf(t, "\t%s\t%d\t%s\n", fraud.Money{Minor: a.Balance, Currency: a.Currency}.Decimal(), a.Hops, a.Basis)
	}
	more(t, len(r.Accounts), limit)
	r.Shapes.write(t, limit)
	for _, g := range r.Groups[:min(limit, len(r.Groups))] {
		fmt.Fprintf(t, "JOINED BY %s %s\t%d accounts\t%s\n", strings.ToUpper(g.By), g.Value, len(g.Accounts), g.Currency)
	}
	return t.Flush()
}

func columns(ms []Method) string {
	var b strings.Builder
	for _, m := range ms {
		b.WriteString("\t" + strings.ToUpper(string(m)))
	}
	return b.String()
}

func more(w io.Writer, n, limit int) {
	if n > limit {
		fmt.Fprintf(w, "… and %d more\n", n-limit)
	}
}

func (s Shapes) write(w io.Writer, limit int) {
	fmt.Fprintf(w, "\nShapes: %d fan-in, %d fan-out, %d pass-through, %d rounds.\n", len(s.FanIn), len(s.FanOut), len(s.PassThrough), len(s.Cycles))
	limit = min(limit, 5)
	for _, f := range s.FanIn[:min(limit, len(s.FanIn))] {
		fmt.Fprintf(w, "fan-in\t%s\tfrom %d accounts\n", f.Account, f.Others)
	}
	for _, f := range s.FanOut[:min(limit, len(s.FanOut))] {
		fmt.Fprintf(w, "fan-out\t%s\tto %d accounts\n", f.Account, f.Others)
	}
	for _, p := range s.PassThrough[:min(limit, len(s.PassThrough))] {
		fmt.Fprintf(w, "pass-through\t%s\tstays %s\n", p.Account, round(p.Dwell))
	}
	for _, c := range s.Cycles[:min(limit, len(s.Cycles))] {
		fmt.Fprintf(w, "round\t%s\t%d accounts\n", strings.Join(c.Way, " → "), len(c.Accounts))
	}
}
