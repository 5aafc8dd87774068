package extract

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// debianPython is the interpreter that sees Debian's packages. Another one,
// with phonenumbers from elsewhere, is named by RINGBREAKER_PYTHON.
func debianPython(t *testing.T) string {
	t.Helper()
	python := cmp.Or(os.Getenv("RINGBREAKER_PYTHON"), "/usr/bin/python3")
	if err := exec.Command(python, "-c", "import phonenumbers").Run(); err != nil {
		t.Skipf("skipped: %s has no phonenumbers; install python3-phonenumbers (scripts/needs.sh does)", python)
	}
	return python
}

// planText is the text of a region's numbering plan, as testdata/askphones.py
// writes it.
func planText(m *phonenumbers.PhoneMetadata) string {
	var out []string
	for _, d := range []*phonenumbers.PhoneNumberDesc{
		m.GetGeneralDesc(), m.GetFixedLine(), m.GetMobile(), m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(),
		m.GetPersonalNumber(), m.GetVoip(), m.GetPager(), m.GetUan(), m.GetVoicemail(),
	} {
		if p := d.GetNationalNumberPattern(); p == "" || p == "NA" {
			out = append(out, "-")
			continue
		}
		lengths := d.GetPossibleLength()
		if len(lengths) == 0 { // left out where they are the general ones
			lengths = m.GetGeneralDesc().GetPossibleLength()
		}
		out = append(out, d.GetNationalNumberPattern()+" "+lengthsText(lengths)+" "+lengthsText(d.GetPossibleLengthLocalOnly()))
	}
	out = append(out, m.GetInternationalPrefix(), m.GetNationalPrefixForParsing(), m.GetNationalPrefixTransformRule(), m.GetLeadingDigits())
	return strings.Join(out, "\t")
}

func lengthsText(lengths []int32) string {
	var out []string
	for _, n := range lengths {
		if n > 0 {
			out = append(out, strconv.Itoa(int(n)))
		}
	}
	return strings.Join(out, ",")
}

// samePlans is the calling codes all of whose regions have word for word the
// plan that the other library has: there both must agree on every number.
func samePlans(t *testing.T, theirs map[string]string) map[int]bool {
	t.Helper()
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	same := map[int]bool{}
	for _, m := range all.GetMetadata() {
		code := int(m.GetCountryCode())
		name := m.GetId()
		if name == "001" {
			name = fmt.Sprintf("001-%d", code)
		}
		before, seen := same[code]
		same[code] = (before || !seen) && theirs[name] == planText(m)
	}
	return same
}

// ourVerdict is what our tables say of a number, in the words of
// testdata/askphones.py.
func ourVerdict(digits string, plus bool, region string) string {
	p, ok := parsePhone([]byte(digits), plus, regionNamed(region))
	if !ok {
		return "error"
	}
	kind, valid := -1, 0
	if p.valid {
		valid = 1
		kind = int(kinds[p.kind])
		if p.kind == phoneUnknown {
			kind = 99
		}
	}
	return fmt.Sprintf("%s %d %d", p.e164(), valid, kind)
}

// Property: our tables say of any digits what Debian's python3-phonenumbers
// says, wherever both know the same numbering plan. Debian's plans are years
// older than ours: where a plan has changed since, disagreement is counted and
// told, and must stay rare.
func TestPhonesAreReadAsPythonPhonenumbersReadsThem(t *testing.T) {
	python := debianPython(t)
	// Python takes a quarter of a millisecond a number: a desk asks for a
	// tenth of what CI does, the whole is run with RINGBREAKER_EXHAUSTIVE=1.
	n := 20_000
	switch {
	case os.Getenv("RINGBREAKER_EXHAUSTIVE") != "":
		n = 3_000_000
	case os.Getenv("CI") != "":
		n = 200_000
	}
	plans, err := exec.Command(python, "testdata/askphones.py", "plans").Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]string{}
	version, rest, _ := strings.Cut(string(plans), "\n")
	for line := range strings.Lines(rest) {
		region, plan, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		theirs[region] = plan
	}
	same := samePlans(t, theirs)

	type asked struct{ digits, region, in string }
	var list []asked
	var in strings.Builder
	for next := numbersOf(rand.New(rand.NewPCG(3, 4))); len(list) < n; {
		digits, plus, region := next()
		if len(digits) > 22 || theirs[region] == "" {
			continue
		}
		a := asked{digits, region, digits}
		if plus {
			a.in = "+" + digits
		}
		list = append(list, a)
		fmt.Fprintf(&in, "%s %s\n", region, a.in)
	}
	ask := exec.Command(python, "testdata/askphones.py", "numbers")
	ask.Stdin = strings.NewReader(in.String())
	answers, err := ask.Output()
	if err != nil {
		t.Fatal(err)
	}
	var held, changed, wrong int
	differs := map[string]int{}
	i := 0
	for line := range strings.Lines(string(answers)) {
		a, want := list[i], strings.TrimSpace(line)
		i++
		got := ourVerdict(a.digits, a.in != a.digits, a.region)
		code := phonenumbers.GetCountryCodeForRegion(a.region)
		whole := same[code]
		for _, verdict := range []string{got, want} {
			if c, _ := codeOf([]byte(strings.TrimPrefix(verdict, "+"))); verdict != "error" && c != nil {
				whole = whole && same[int(c.code)]
			}
		}
		switch {
		case got == want && whole:
			held++
		case got == want:
			changed++
		case whole:
			if wrong++; wrong <= 20 {
				t.Errorf("%s in %s: %s, %s says %s", a.in, a.region, got, version, want)
			}
		default:
			changed++
			differs[a.region]++
		}
	}
	if i != len(list) {
		t.Fatalf("%d answers to %d numbers", i, len(list))
	}
	different := 0
	for _, c := range differs {
		different += c
	}
	t.Logf("python phonenumbers %s: %d of %d calling codes have the same plan; there %d numbers agree and %d do not; of %d on plans that changed %d differ", version, howMany(same), len(same), held, wrong, changed, different)
	for _, region := range slices.SortedFunc(maps.Keys(differs), func(a, b string) int { return cmp.Or(differs[b]-differs[a], cmp.Compare(a, b)) })[:min(len(differs), 12)] {
		t.Logf("  %s: %d differ", region, differs[region])
	}
	if held < n/20 {
		t.Errorf("only %d of %d numbers were on plans that both have: the test shows too little", held, n)
	}
	if different > changed/10 {
		t.Errorf("%d of %d numbers differ on plans that changed: more than plans change", different, changed)
	}
}

func howMany(set map[int]bool) (n int) {
	for _, in := range set {
		if in {
			n++
		}
	}
	return n
}
