package link_test

import "testing"

// Numbers of one block that came into use on the same days were rented
// together; those that are kept for fiction are nobody's to rent.
func TestNumbersOfOneBlockSpeakUnlessNobodyRentsThem(t *testing.T) {
	for _, tt := range []struct {
		name, a, b string
		rings      int
	}{
		{"close together", "+441632960130", "+441632960133", 1},
		{"far apart in the block", "+441632960130", "+441632960173", 2},
		{"kept for fiction", "+12125550130", "+12125550133", 2},
	} {
		var reports []told
		for i, number := range []string{tt.a, tt.b, tt.a, tt.b} {
			reports = append(reports, told{id: "a/" + string(rune('1'+i)), day: float64(i), has: []string{"call " + number}, text: 1})
		}
		if res := linkOf(t, reports...); len(res.Rings) != tt.rings {
			t.Errorf("%s: %d rings, want %d", tt.name, len(res.Rings), tt.rings)
		}
	}
}
