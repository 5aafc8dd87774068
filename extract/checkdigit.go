package extract

import "strings"

// mod97 is ISO 7064 MOD 97-10 over digits and letters (A is 10), as IBAN
// (ISO 13616-1) and LEI (ISO 17442-1) use it: a right value leaves 1.
func mod97(s string) int {
	r := 0
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c):
			r = (r*10 + int(c-'0')) % 97
		case isLetter(c):
			r = (r*100 + int(c|0x20-'a') + 10) % 97
		default:
			return -1
		}
	}
	return r
}

// luhn is the check of ISO/IEC 7812-1 annex B, over digits.
func luhn[T string | []byte](s T) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// ibanLengths holds the countries of the IBAN registry (SWIFT, ISO 13616).
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28, "CH": 21,
	"CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18,
	"FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
	"IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24,
	"ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
	"PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23,
	"ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}

// ibanForm says whether s (capitals, no blanks) has an IBAN's form, and
// whether its check digits hold.
func ibanForm(s string) (form, valid bool) {
	if len(s) < 15 || len(s) > 34 || !isUpper(s[0]) || !isUpper(s[1]) || !isDigit(s[2]) || !isDigit(s[3]) {
		return false, false
	}
	for i := 4; i < len(s); i++ {
		if !isDigit(s[i]) && !isUpper(s[i]) {
			return false, false
		}
	}
	if ibanLengths[s[:2]] != len(s) {
		return false, false
	}
	return true, mod97(s[4:]+s[:4]) == 1
}

// abaValid is the checksum of a US routing number (ANSI X9.100-130, weights
// 3, 7, 1) and the range of its Federal Reserve district.
func abaValid[T string | []byte](s T) bool {
	if len(s) != 9 || string(s) == "000000000" {
		return false
	}
	sum := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
		sum += int(s[i]-'0') * [3]int{3, 7, 1}[i%3]
	}
	district := int(s[0]-'0')*10 + int(s[1]-'0')
	return sum%10 == 0 && (district <= 12 || district >= 21 && district <= 32 || district >= 61 && district <= 72 || district == 80)
}

// ifscForm is the form of India's bank branch codes (RBI): four letters, a
// zero, six letters or digits.
func ifscForm(s string) bool {
	if len(s) != 11 || s[4] != '0' {
		return false
	}
	for i := range len(s) {
		if i < 4 && !isUpper(s[i]) || i > 4 && !isUpper(s[i]) && !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// bicForm is the form of a business identifier code (ISO 9362): four letters,
// a country, two more signs, and perhaps a branch of three.
func bicForm(s string) bool {
	if len(s) != 8 && len(s) != 11 {
		return false
	}
	for i := range len(s) {
		if i < 6 && !isUpper(s[i]) || !isUpper(s[i]) && !isDigit(s[i]) {
			return false
		}
	}
	return regionNamed(s[4:6]) != nil
}

// gstinValid is the check sign of India's goods and services tax number: a
// state, a PAN, an entity, Z, and mod 36 with weights 1 and 2 (GSTN).
func gstinValid(s string) bool {
	const signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	sum := 0
	for i := range 14 {
		p := strings.IndexByte(signs, s[i]) * (1 + i%2)
		sum += p/36 + p%36
	}
	return signs[(36-sum%36)%36] == s[14]
}

func gstinForm(s string) bool {
	return len(s) == 15 && isDigit(s[0]) && isDigit(s[1]) && panForm(s[2:12]) && isAlnum(s[12]) && s[13] == 'Z' && isAlnum(s[14]) && strings.ToUpper(s) == s
}

// panForm is the form of India's permanent account number; the fourth letter
// says what kind of person it is of.
func panForm(s string) bool {
	if len(s) != 10 || !isUpper(s[9]) {
		return false
	}
	for i := range 9 {
		if i < 5 && !isUpper(s[i]) || i >= 5 && !isDigit(s[i]) {
			return false
		}
	}
	return strings.IndexByte("ABCFGHJLPTEK", s[3]) >= 0
}

// cinForm is the form of India's corporate identification number: listing,
// industry, state, year, kind of company, registration (MCA).
func cinForm(s string) bool {
	if len(s) != 21 || strings.IndexByte("LUF", s[0]) < 0 {
		return false
	}
	for i := 1; i < 21; i++ {
		letter := i == 6 || i == 7 || i >= 12 && i <= 14
		if letter != isUpper(s[i]) || !letter && !isDigit(s[i]) {
			return false
		}
	}
	return s[8] == '1' || s[8] == '2'
}

// leiValid is a legal entity identifier (ISO 17442-1): 18 signs and two
// check digits.
func leiValid(s string) bool {
	if len(s) != 20 || !isDigit(s[18]) || !isDigit(s[19]) {
		return false
	}
	for i := range len(s) {
		if !isDigit(s[i]) && !isUpper(s[i]) {
			return false
		}
	}
	return mod97(s) == 1
}

// ukCompanyForm is a number of Companies House: eight digits, or two letters
// of a register and six digits.
func ukCompanyForm(s string) bool {
	if len(s) != 8 {
		return false
	}
	for i := 2; i < 8; i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	if isDigit(s[0]) && isDigit(s[1]) {
		return true
	}
	switch s[:2] {
	case "SC", "NI", "OC", "SO", "NC", "FC", "SF", "LP", "SL", "GE", "IP", "RC", "CE", "CS", "AC", "ZC", "R0":
		return true
	}
	return false
}

func allDigits[T string | []byte](s T) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return len(s) > 0
}
