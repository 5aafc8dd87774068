package extract

import (
	_ "embed" // the numbering plans
	"regexp"
	"strconv"
	"sync"
)

//go:generate go run phonegen.go

// phonesBin is one automaton over digits for every numbering plan of the
// world: phoneStates rows of ten little-endian uint16 (the next state for
// each digit, 0 is dead), then phoneStates accept values. A value has bit 15
// where the region's general pattern holds, else the owning region's index
// << 4 and the phoneKind. It is read in place, never decoded.
//
//go:embed data/phones.bin
var phonesBin string

// phoneKind is what class of line a number is (libphonenumber's types).
type phoneKind uint8

const (
	phoneUnknown phoneKind = iota
	phonePremium
	phoneTollFree
	phoneShared
	phoneVoIP
	phonePersonal
	phonePager
	phoneUAN
	phoneVoicemail
	phoneFixed
	phoneMobile
	phoneFixedOrMobile
)

// phoneRegion is what parsing needs of a region's numbering plan.
type phoneRegion struct {
	name         string
	code         uint16 // country calling code
	start        uint16 // of the general pattern's automaton
	lengths      uint32 // bit n: n digits are possible
	local        uint32 // bit n: n digits are possible within an area only
	idd          []string
	iddPattern   string
	trunk        []string // national prefixes to drop
	trunkPattern string
	trunkRule    string // what the prefix becomes, in regexp.Expand's form
}

type phoneCode struct {
	code  uint16
	main  uint16 // index of the region that stands for the code
	start uint16 // of the automaton that says which region and kind
}

const (
	maxNSN        = 17 // digits of a national number (libphonenumber MAX_LENGTH_FOR_NSN)
	minNSN        = 2  // digits of a national number (libphonenumber MIN_LENGTH_FOR_NSN)
	acceptGeneral = 1 << 15
)

func phoneStep(state uint32, digit byte) uint32 {
	i := state*20 + uint32(digit-'0')*2
	return uint32(phonesBin[i]) | uint32(phonesBin[i+1])<<8
}

func phoneAccept(state uint32) uint16 {
	i := phoneStates*20 + state*2
	return uint16(phonesBin[i]) | uint16(phonesBin[i+1])<<8
}

func phoneWalk(start uint16, digits []byte) uint16 {
	state := uint32(start)
	for _, d := range digits {
		if state = phoneStep(state, d); state == 0 {
			return 0
		}
	}
	return phoneAccept(state)
}

// phoneNumber is a number that was read, valid or not.
type phoneNumber struct {
	code   uint16
	n      uint8 // digits of nsn in use
	kind   phoneKind
	region uint16 // of phoneRegions; only where valid
	valid  bool
	nsn    [maxNSN + 1]byte
}

// e164 writes the number as ITU-T E.164 has it, with "+".
func (p *phoneNumber) e164() string {
	var b [24]byte
	out := append(b[:0], '+')
	out = strconv.AppendUint(out, uint64(p.code), 10)
	return string(append(out, p.nsn[:p.n]...))
}

// settled says whether reading the number's own E.164 gives it again. A number
// that no plan knows may lose another trunk digit each time it is read.
func (p *phoneNumber) settled() bool {
	e164 := p.e164()
	again, ok := parsePhone([]byte(e164[1:]), true, nil)
	return ok && again.e164() == e164
}

// regionNamed finds a region by its ISO 3166-1 code.
func regionNamed(name string) *phoneRegion {
	if len(name) != 2 || !isUpper(name[0]) || !isUpper(name[1]) {
		return nil
	}
	if at := regionTable[int(name[0]-'A')*26+int(name[1]-'A')]; at != 0 {
		return &phoneRegions[at-1]
	}
	return nil
}

// regionTable gives the place in phoneRegions, plus one, of a region's two
// letters.
var regionTable = func() (t [26 * 26]uint16) {
	for i, r := range phoneRegions {
		if len(r.name) == 2 {
			t[int(r.name[0]-'A')*26+int(r.name[1]-'A')] = uint16(i + 1)
		}
	}
	return t
}()

// regionUS is the region whose numbers are met everywhere.
var regionUS = regionNamed("US")

// codeTable gives the place in phoneCodes, plus one, of a calling code.
var codeTable = func() (t [1000]uint16) {
	for i, c := range phoneCodes {
		t[c.code] = uint16(i + 1)
	}
	return t
}()

// codeOf splits a calling code off international digits.
func codeOf(digits []byte) (*phoneCode, []byte) {
	if len(digits) == 0 || digits[0] == '0' {
		return nil, digits
	}
	v := 0
	for i := 0; i < 3 && i < len(digits); i++ {
		v = v*10 + int(digits[i]-'0')
		if at := codeTable[v]; at != 0 {
			return &phoneCodes[at-1], digits[i+1:]
		}
	}
	return nil, digits
}

// parsePhone reads digits (ASCII, nothing else) as libphonenumber's parse
// does: plus says that a plus sign stood before them, home is the region
// whose prefixes apply to a number without one, nil for none. ok is false
// where the library gives an error. It allocates nothing except for the
// regions whose prefixes are patterns.
func parsePhone(digits []byte, plus bool, home *phoneRegion) (p phoneNumber, ok bool) {
	var scratch, own [32]byte
	if len(digits) < minNSN || len(digits) > len(scratch)-8 {
		return p, false
	}
	if !plus && home == nil {
		return p, false
	}
	code, rest, bad := international(digits, plus, home, own[:0])
	if bad && plus {
		code, rest, bad = international(digits, false, home, own[:0])
		if code == nil {
			return p, false
		}
	}
	if bad {
		return p, false
	}
	region := home
	switch {
	case code != nil && (home == nil || phoneRegions[code.main].name != home.name):
		region = &phoneRegions[code.main]
	case code == nil:
		rest = digits
		code = home.callingCode()
	}
	if len(rest) < minNSN {
		return p, false
	}
	if stripped, changed := region.dropTrunk(rest, scratch[:0]); changed && region.fits(len(stripped)) != lengthOff {
		rest = stripped
	}
	if len(rest) < minNSN || len(rest) > maxNSN {
		return p, false
	}
	p.code = code.code
	p.n = uint8(copy(p.nsn[:], rest))
	if v := phoneWalk(code.start, rest); v != 0 {
		p.valid, p.kind, p.region = true, phoneKind(v&15), v>>4
	}
	return p, true
}

// international finds the calling code: after a plus sign, after home's
// international prefix, or at the start of a number that home's plan does
// not know without it. bad says that an international number has no code
// that exists.
func international(digits []byte, plus bool, home *phoneRegion, scratch []byte) (code *phoneCode, rest []byte, bad bool) {
	if !plus {
		if home == nil {
			return nil, nil, false
		}
		cut := home.dropIDD(digits)
		if cut == 0 {
			code, rest = ownCode(digits, home, scratch)
			return code, rest, false
		}
		digits = digits[cut:]
	}
	if len(digits) <= minNSN {
		return nil, nil, true
	}
	code, rest = codeOf(digits)
	return code, rest, code == nil
}

// ownCode takes home's own calling code off a number written without plus.
func ownCode(digits []byte, home *phoneRegion, scratch []byte) (*phoneCode, []byte) {
	n, begins := 0, 0 // of the code, which never begins with a zero
	for begins < int(home.code) && n < len(digits) {
		begins, n = 10*begins+int(digits[n]-'0'), n+1
		if begins == 0 {
			return nil, nil
		}
	}
	if begins != int(home.code) {
		return nil, nil
	}
	rest, _ := home.dropTrunk(digits[n:], scratch)
	whole := phoneWalk(home.start, digits)&acceptGeneral != 0
	part := phoneWalk(home.start, rest)&acceptGeneral != 0
	if (!whole && part) || home.fits(len(digits)) == lengthTooLong {
		return home.callingCode(), rest
	}
	return nil, nil
}

func (r *phoneRegion) callingCode() *phoneCode { return &phoneCodes[codeTable[r.code]-1] }

type lengthVerdict uint8

const (
	lengthFits    lengthVerdict = iota // possible
	lengthTooLong                      // longer than any possible
	lengthOff                          // too short, local only or between
)

// fits is libphonenumber's testNumberLength, folded to what parsing asks.
func (r *phoneRegion) fits(n int) lengthVerdict {
	switch {
	case n > 31 || r.lengths>>n == 0 && r.local&(1<<n) == 0:
		return lengthTooLong
	case r.local&(1<<n) != 0 || r.lengths&(1<<n) == 0:
		return lengthOff
	}
	return lengthFits
}

func hasDigits(digits []byte, lit string) bool {
	return len(digits) >= len(lit) && string(digits[:len(lit)]) == lit
}

// dropIDD is the length of home's international prefix, 0 if there is none.
// No calling code begins with 0, so a 0 behind it means it is not one.
func (r *phoneRegion) dropIDD(digits []byte) int {
	cut := 0
	for _, lit := range r.idd {
		if hasDigits(digits, lit) {
			cut = len(lit)
			break
		}
	}
	if r.iddPattern != "" {
		if at := prefixPattern(r.iddPattern).FindStringIndex(string(digits)); at != nil {
			cut = at[1]
		}
	}
	if cut > 0 && cut < len(digits) && digits[cut] == '0' {
		return 0
	}
	return cut
}

// dropTrunk takes a national prefix off, unless that would turn a number that
// fits the plan into one that does not.
func (r *phoneRegion) dropTrunk(digits, scratch []byte) ([]byte, bool) {
	var rest []byte
	for _, lit := range r.trunk {
		if hasDigits(digits, lit) {
			rest = digits[len(lit):]
			break
		}
	}
	if r.trunkPattern != "" {
		re := prefixPattern(r.trunkPattern)
		s := string(digits) // a copy: the digits must not leave the stack
		at := re.FindStringSubmatchIndex(s)
		if at == nil {
			return digits, false
		}
		if last := len(at) - 2; r.trunkRule == "" || last == 0 || at[last] < 0 {
			rest = digits[at[1]:]
		} else {
			rest = append(scratch, re.ExpandString(nil, r.trunkRule, s, at)...)
			rest = append(rest, digits[at[1]:]...)
		}
	}
	if rest == nil {
		return digits, false
	}
	if phoneWalk(r.start, digits)&acceptGeneral != 0 && phoneWalk(r.start, rest)&acceptGeneral == 0 {
		return digits, false
	}
	return rest, true
}

// prefixes keeps the few compiled prefix patterns; RE2's matching is linear.
var prefixes sync.Map

func prefixPattern(pattern string) *regexp.Regexp {
	if re, ok := prefixes.Load(pattern); ok {
		return re.(*regexp.Regexp)
	}
	re, _ := prefixes.LoadOrStore(pattern, regexp.MustCompile("^(?:"+pattern+")"))
	return re.(*regexp.Regexp)
}
