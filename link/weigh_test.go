package link

import (
	"testing"

	"ringbreaker.example/fraud"
)

// pairOfGroups is what two groups share and lack, in bits by family: contact,
// web, money, remote, script, identity.
type pairOfGroups struct {
	name         string
	shared, miss [numFamilies]float64
	one          bool // what the linker is to say of them
	silent       int  // values of the one while the other was silent
}

func (x *pairOfGroups) hold(t *testing.T) {
	t.Helper()
	p := NewBuilder(DefaultModel()).params()
	w := weighing{sum: x.shared}
	if bits := w.bits(&p, &lack{missed: x.miss, silent: x.silent}); bits > p.merge != x.one {
		t.Errorf("%s: %.0f bits, want one operator to be %v", x.name, bits, x.one)
	}
}

// Desks of one operator have numbers of their own, and its accounts and
// machines in common.
func TestNumbersOfTheirOwnDoNotPartDesksThatShareAccountsAndMachines(t *testing.T) {
	for _, tt := range []pairOfGroups{
		{"accounts and machines agree", [...]float64{19, 12, 33, 46, 0, 25}, [...]float64{192, 0, 10, 0, 3, 0}, true, 0},
		{"only the accounts do", [...]float64{19, 12, 58, 4, 0, 25}, [...]float64{192, 0, 10, 0, 3, 0}, false, 0},
		{"the machines do, and accounts are missing", [...]float64{19, 12, 33, 46, 0, 0}, [...]float64{192, 0, 40, 0, 3, 0}, false, 0},
		{"machines are missing too", [...]float64{19, 12, 33, 46, 0, 25}, [...]float64{192, 0, 10, 60, 3, 0}, false, 0},
	} {
		tt.hold(t)
	}
}

// Whoever rents a seller's numbers shares many of them with the seller's other
// customers, and first names with anybody: as long as each has accounts and
// machines of its own, that is one hand and no more.
func TestNamesThatAnybodyHasAreNoSecondHand(t *testing.T) {
	for _, tt := range []pairOfGroups{
		{"numbers and names, accounts and machines missing", [...]float64{416, 9, 0, 0, 0, 9}, [...]float64{227, 7, 71, 28, 27, 10}, false, 0},
		{"numbers and accounts", [...]float64{416, 9, 90, 0, 0, 9}, [...]float64{227, 7, 31, 28, 0, 10}, true, 0},
		{"numbers, and nothing else that could be missing", [...]float64{416, 9, 0, 0, 0, 0}, [...]float64{227, 7, 0, 0, 0, 0}, true, 0},
	} {
		tt.hold(t)
	}
}

// Two large groups that were never at work at one time and share a number and a
// few names are two operators that had the number one after the other, unless
// more outlived the silence.
func TestANumberThatOutlivesASilenceIsNotAnOperator(t *testing.T) {
	for _, tt := range []pairOfGroups{
		{"a number, and nobody was silent", [...]float64{5, 0, 0, 0, 0, 2}, [numFamilies]float64{}, true, 0},
		{"a number, twelve values that did not outlive it", [...]float64{5, 0, 0, 0, 0, 2}, [numFamilies]float64{}, false, 12},
		{"numbers and an account outlived two hundred", [...]float64{16, 0, 9, 0, 0, 2}, [numFamilies]float64{}, true, 200},
	} {
		tt.hold(t)
	}
}

func TestOfASmallGroupSilenceSaysNothing(t *testing.T) {
	p := NewBuilder(DefaultModel()).params()
	for reports, silent := range map[int32]int{p.silentLeast - 1: 0, p.silentLeast: 12} {
		l := lack{silent: 12}
		if l.excuse(&p, reports); l.silent != silent {
			t.Errorf("of %d reports %d silent values count, want %d", reports, l.silent, silent)
		}
	}
}

func TestATieIsToldInWords(t *testing.T) {
	for want, ind := range map[string]fraud.Indicator{
		"wrote or sold this text":             {Kind: fraud.Script, Value: "script:c7b67f04ecb48e2b"},
		"made or sold the file 0db46f63aead…": {Kind: fraud.File, Value: "0db46f63aead05d9753fe125a4b94e950c3cc2b00c6a5d9f1628fac174b0d909"},
		"holds the UPI id pay@ybx":            {Kind: fraud.UPI, Value: "pay@ybx"},
	} {
		if got := holds(ind); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Who takes a new number every few days leaves few occasions to name the last.
func TestWhatThereWasNoOccasionToNameSpeaksLittleAgainst(t *testing.T) {
	p := NewBuilder(DefaultModel()).params()
	v := &value{}
	rare := v.missed(&p, 2, 40, stat{tokens: 2, repeats: 1})
	burst := v.missed(&p, 2, 40, stat{tokens: 400, repeats: 399})
	often := v.missed(&p, 2, 40, stat{tokens: 400, repeats: 300})
	if rare > 0.2 || burst > often/1.4 || often != 0.75*p.miss {
		t.Errorf("two of forty say %.2f bits where the other named two, %.2f where 400 reports of it name one number, and %.2f where they name a hundred; want next to none, much less than %.2f, and that", rare, burst, often, 0.75*p.miss)
	}
	if never := v.missed(&p, 2, 40, stat{tokens: 200}); never != 0 {
		t.Errorf("an operator whose numbers never come twice has %.2f bits against it, want none", never)
	}
	if all := v.missed(&p, 40, 40, stat{tokens: 40, repeats: 40}); all > p.miss {
		t.Errorf("one value says %.2f bits against, want %.2f at most", all, p.miss)
	}
}

// How common a value is, is asked of others than the two that hold it.
func TestWhatTwoMadeCommonThemselvesIsNotHeldAgainstThem(t *testing.T) {
	p := NewBuilder(DefaultModel()).params()
	account := func(total, seen int32) *value {
		return &value{prior: 13000, worth: 13000, share: 0.2, total: total, seen: seen, base: float64(total) / float64(seen)}
	}
	theirs := account(50, 100).saved(&p, 50, 60)
	if everybodys := account(90, 100).saved(&p, 50, 60); theirs < everybodys+2 {
		t.Errorf("an account that nobody else names says %.1f bits, one that all name %.1f", theirs, everybodys)
	}
	if many := account(50, 100_000).saved(&p, 50, 60); many-account(50, 10_000).saved(&p, 50, 60) > 0.1 {
		t.Errorf("ten times the reports of others make an account say %.1f bits", many)
	}
	spread := account(90, 100)
	spread.worth = 3000
	if bits := spread.saved(&p, 50, 60); bits > 1 {
		t.Errorf("a mule that unrelated groups hold says %.1f bits, want at most one", bits)
	}
	back := account(50, 100)
	back.soft, back.share = softReuse, p.shareReuse
	if bits := back.saved(&p, 50, 60); bits > 1 {
		t.Errorf("a number that came back to the largest user says %.1f bits, want at most one", bits)
	}
}

// Each report of one operator that names a value which nobody else does makes it
// surer that nobody else has it; one of others undoes many.
func TestWhatNobodyElseNamesIsSurerTheMoreNameIt(t *testing.T) {
	text := &value{share: 0.4}
	for _, tt := range []struct {
		tied, others int32
		low, high    int32 // 1/1000 bit
	}{{0, 0, 0, 0}, {7, 0, 3000, 3000}, {30, 0, 4500, 5500}, {12, 1, 1500, 2500}, {12, 12, 0, 0}} {
		if got := text.surer(tt.tied, tt.others); got < tt.low || got > tt.high {
			t.Errorf("%d reports of one operator and %d of others: %d thousandths of a bit surer, want %d to %d", tt.tied, tt.others, got, tt.low, tt.high)
		}
	}
}
