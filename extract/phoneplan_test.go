package extract

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// kinds names our phoneKind in the library's terms.
var kinds = map[phoneKind]phonenumbers.PhoneNumberType{
	phoneUnknown: phonenumbers.UNKNOWN, phonePremium: phonenumbers.PREMIUM_RATE, phoneTollFree: phonenumbers.TOLL_FREE,
	phoneShared: phonenumbers.SHARED_COST, phoneVoIP: phonenumbers.VOIP, phonePersonal: phonenumbers.PERSONAL_NUMBER,
	phonePager: phonenumbers.PAGER, phoneUAN: phonenumbers.UAN, phoneVoicemail: phonenumbers.VOICEMAIL,
	phoneFixed: phonenumbers.FIXED_LINE, phoneMobile: phonenumbers.MOBILE, phoneFixedOrMobile: phonenumbers.FIXED_LINE_OR_MOBILE,
}

// numbersOf yields generated and mutated numbers: valid examples of every
// region and type, with and without prefixes, then digits changed, added,
// dropped and swapped; and plain random digits.
func numbersOf(rng *rand.Rand) func() (digits string, plus bool, region string) {
	var examples []struct{ nsn, region string }
	var regions []string
	for region := range phonenumbers.GetSupportedRegions() {
		regions = append(regions, region)
		for typ := phonenumbers.FIXED_LINE; typ <= phonenumbers.VOICEMAIL; typ++ {
			if n := phonenumbers.GetExampleNumberForType(region, typ); n != nil {
				examples = append(examples, struct{ nsn, region string }{phonenumbers.GetNationalSignificantNumber(n), region})
			}
		}
	}
	prefixes := []string{"", "", "", "0", "1", "8", "00", "011", "000", "001", "+", "+", "+"}
	return func() (string, bool, string) {
		ex := examples[rng.IntN(len(examples))]
		d := []byte(ex.nsn)
		for range rng.IntN(4) {
			switch at := rng.IntN(len(d)); rng.IntN(6) {
			case 0:
				d = append(d[:at], d[at+1:]...)
			case 1:
				d = append(d[:at], append([]byte{byte('0' + rng.IntN(10))}, d[at:]...)...)
			case 2:
				d = append(d, byte('0'+rng.IntN(10)))
			default:
				d[at] = byte('0' + rng.IntN(10))
			}
			if len(d) == 0 {
				d = []byte{byte('0' + rng.IntN(10))}
			}
		}
		region := ex.region
		if rng.IntN(10) == 0 {
			region = regions[rng.IntN(len(regions))]
		}
		prefix := prefixes[rng.IntN(len(prefixes))]
		switch {
		case prefix == "+" || prefix == "00" || prefix == "011":
			if rng.IntN(10) > 0 {
				d = append(codeDigits(ex.region), d...)
			}
		case rng.IntN(4) == 0:
			d = append(codeDigits(ex.region), d...)
		}
		if prefix == "+" {
			return string(d), true, region
		}
		return prefix + string(d), false, region
	}
}

func codeDigits(region string) []byte {
	var b []byte
	for c := phonenumbers.GetCountryCodeForRegion(region); c > 0; c /= 10 {
		b = append([]byte{byte('0' + c%10)}, b...)
	}
	return b
}

// Property: our tables say of any digits what libphonenumber says: the same
// error or E.164, the same validity, the same kind of line.
func TestPhonesAreReadAsLibphonenumberReadsThem(t *testing.T) {
	// The library takes most of the time: a tenth is enough to notice a
	// change, the whole is run with RINGBREAKER_EXHAUSTIVE=1.
	n := 120_000
	if os.Getenv("RINGBREAKER_EXHAUSTIVE") != "" {
		n = 1_200_000
	}
	next := numbersOf(rand.New(rand.NewPCG(1, 2)))
	valid, wrong := 0, 0
	for i := range n {
		digits, plus, region := next()
		if len(digits) > 22 {
			continue
		}
		in := digits
		if plus {
			in = "+" + digits
		}
		want, err := phonenumbers.Parse(in, region)
		got, ok := parsePhone([]byte(digits), plus, regionNamed(region))
		switch {
		case ok != (err == nil):
			t.Errorf("%d: %s in %s: ok %v, the library says %v", i, in, region, ok, err)
			wrong++
		case ok && got.e164() != phonenumbers.Format(want, phonenumbers.E164):
			t.Errorf("%d: %s in %s: %s, the library says %s", i, in, region, got.e164(), phonenumbers.Format(want, phonenumbers.E164))
			wrong++
		case ok && got.valid != phonenumbers.IsValidNumber(want):
			t.Errorf("%d: %s in %s: valid %v, the library says otherwise", i, in, region, got.valid)
			wrong++
		case ok && got.valid && kinds[got.kind] != phonenumbers.GetNumberType(want):
			t.Errorf("%d: %s in %s: kind %v, the library says %v", i, in, region, got.kind, phonenumbers.GetNumberType(want))
			wrong++
		}
		if got.valid {
			valid++
		}
		if wrong > 20 {
			t.Fatalf("stopped after %d numbers", i+1)
		}
	}
	if valid < n/5 {
		t.Errorf("only %d of %d numbers were valid: the test shows too little", valid, n)
	}
}
