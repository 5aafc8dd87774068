package refer_test

import (
	"fmt"
	"strings"
	"testing"

	"ringbreaker.example/refer"
)

// A number of victims that could point at a person is printed nowhere in the
// dossier, and a larger one is printed and drawn.
func TestTheMapHidesSmallCounts(t *testing.T) {
	w := newWorld(t)
	add := func(n int, country, region string) {
		for i := range n {
			w.m.Victims = append(w.m.Victims, refer.Victim{
				Pseudonym: fmt.Sprintf("V-%s-%s-%d", country, region, i), Org: "alder", AgeBand: "60_plus", Country: country, Region: region, ConsentAt: asOf,
			})
		}
	}
	add(37, "CA", "ON")
	add(3, "DE", "BY")
	add(6, "XK", "") // no place on the map
	page := read(t, w.build(t), "dossier.html")
	for _, want := range []string{
		"Where the victims live", ">CA 37</text>", ">DE under 5</text>", "<td>CA, ON</td><td class=\"n\">37</td>", "<td>DE, BY</td><td class=\"n\">under 5</td>",
		"<td>XK</td><td class=\"n\">6</td>", "1 more are in the table alone", "3 with fewer than 5 are a point",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the dossier lacks %q", want)
		}
	}
	if strings.Contains(page, ">DE 3<") || strings.Contains(page, `<td class="n">3</td></tr>`) {
		t.Error("a small count is printed")
	}
}
