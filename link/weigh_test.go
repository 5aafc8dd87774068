package link

import "testing"

// Desks of one operator have numbers of their own, and its accounts and
// machines in common. What two groups share and lack, in bits by family:
// contact, web, money, remote, script, identity.
func TestNumbersOfTheirOwnDoNotPartDesksThatShareAccountsAndMachines(t *testing.T) {
	b := NewBuilder(DefaultModel())
	p := b.params()
	for _, tt := range []struct {
		name         string
		shared, miss [numFamilies]float64
		one          bool
	}{
		{"accounts and machines agree", [...]float64{19, 12, 33, 46, 0, 25}, [...]float64{192, 0, 10, 0, 3, 0}, true},
		{"only the accounts do", [...]float64{19, 12, 58, 4, 0, 25}, [...]float64{192, 0, 10, 0, 3, 0}, false},
		{"the machines do, and accounts are missing", [...]float64{19, 12, 33, 46, 0, 0}, [...]float64{192, 0, 40, 0, 3, 0}, false},
		{"machines are missing too", [...]float64{19, 12, 33, 46, 0, 25}, [...]float64{192, 0, 10, 60, 3, 0}, false},
	} {
		x := weighing{sum: tt.shared}
		if bits := x.bits(&p, &tt.miss); bits > p.merge != tt.one {
			t.Errorf("%s: %.0f bits, want one operator to be %v", tt.name, bits, tt.one)
		}
	}
}
