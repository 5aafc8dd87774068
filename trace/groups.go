package trace

import (
	"cmp"
	"slices"
	"strings"
)

// Company is who is behind an account, as a register or an analyst says.
type Company struct {
	Account    string `json:"account"`
	Name       string `json:"name"`
	Number     string `json:"cin"`
	Director   string `json:"director"`
	Accountant string `json:"accountant"`
	Address    string `json:"address"`
}

// Group is accounts joined by one person or place. Groups overlap and are
// never merged on their own: an accountant or an address may serve many who
// know nothing of each other.
type Group struct {
	By       string           `json:"by"` // director, accountant or address
	Value    string           `json:"value"`
	Accounts []string         `json:"accounts"`
	Currency string           `json:"currency"`
	CameIn   map[Method]int64 `json:"came_in"`
	Held     map[Method]int64 `json:"held"`
}

// groups joins accounts that victims' money came into.
func groups(accounts []Account, companies []Company) []Group {
	type key struct{ by, value string }
	members := map[key]map[string]bool{}
	for _, c := range companies {
		for _, k := range []key{{"director", c.Director}, {"accountant", c.Accountant}, {"address", c.Address}} {
			if k.value == "" {
				continue
			}
			k.value = strings.Join(strings.Fields(k.value), " ")
			if members[k] == nil {
				members[k] = map[string]bool{}
			}
			members[k][c.Account] = true
		}
	}
	out := []Group{}
	for k, names := range members {
		if len(names) < 2 {
			continue
		}
		byCurrency := map[string]*Group{}
		for _, a := range accounts {
			if !names[a.Account] {
				continue
			}
			g := byCurrency[a.Currency]
			if g == nil {
				g = &Group{By: k.by, Value: k.value, Currency: a.Currency, CameIn: map[Method]int64{}, Held: map[Method]int64{}}
				byCurrency[a.Currency] = g
			}
			g.Accounts = append(g.Accounts, a.Account)
			for m, n := range a.Taint {
				g.Held[m] += n
			}
			for m, n := range a.CameIn {
				g.CameIn[m] += n
			}
		}
		for _, g := range byCurrency {
			if len(g.Accounts) > 1 {
				slices.Sort(g.Accounts)
				out = append(out, *g)
			}
		}
	}
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(len(b.Accounts), len(a.Accounts)), cmp.Compare(a.By, b.By), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Currency, b.Currency))
	})
	return out
}
