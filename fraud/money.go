package fraud

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Money is an integer of minor units with its currency; never a float.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"` // ISO 4217, or a coin's ticker
}

// exponents holds the number of decimals of a minor unit where it is not two
// (ISO 4217 list one; coins by their own usage, ETH in gwei because wei do
// not fit 64 bits).
var exponents = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
	"RWF": 0, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"BTC": 8, "LTC": 8, "ETH": 9, "USDT": 6, "USDC": 6, "TRX": 6, "XRP": 6, "SOL": 9, "XMR": 9,
}

// Exponent is the number of decimals of the currency's minor unit.
func Exponent(currency string) int {
	if e, ok := exponents[currency]; ok {
		return e
	}
	return 2
}

// ParseMoney reads a decimal such as "299.99". It refuses signs, more
// decimals than the currency has (unless they are zeros) and what does not
// fit 63 bits, with ErrInvalid.
func ParseMoney(decimal, currency string) (Money, error) {
	whole, frac, _ := strings.Cut(decimal, ".")
	exp := Exponent(currency)
	trimmed := strings.TrimRight(frac, "0")
	if len(trimmed) > exp {
		return Money{}, fmt.Errorf("an amount in %s has at most %d decimals: %w", currency, exp, ErrInvalid)
	}
	if whole == "" || strings.Trim(whole+trimmed, "0123456789") != "" {
		return Money{}, fmt.Errorf("an amount is written with digits and one dot: %w", ErrInvalid)
	}
	digits := whole + trimmed + strings.Repeat("0", exp-len(trimmed))
	minor, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return Money{}, fmt.Errorf("an amount in %s does not fit 63 bits of its minor unit: %w", currency, ErrInvalid)
	}
	return Money{Minor: minor, Currency: currency}, nil
}

// Decimal writes the amount without its currency: "299.99".
func (m Money) Decimal() string {
	exp := Exponent(m.Currency)
	neg := m.Minor < 0
	digits := strconv.FormatUint(magnitude(m.Minor), 10)
	if exp > 0 {
		for len(digits) <= exp {
			digits = "0" + digits
		}
		digits = digits[:len(digits)-exp] + "." + digits[len(digits)-exp:]
	}
	if neg {
		digits = "-" + digits
	}
	return digits
}

// String writes "USD 299.99".
func (m Money) String() string { return m.Currency + " " + m.Decimal() }

func magnitude(v int64) uint64 {
	if v == math.MinInt64 {
		return 1 << 63
	}
	if v < 0 {
		return uint64(-v)
	}
	return uint64(v)
}

// Sums adds money by currency; currencies are never mixed or converted.
type Sums map[string]int64

// Add adds m. It returns ErrInvalid, and adds nothing, on overflow.
func (s Sums) Add(m Money) error {
	have := s[m.Currency]
	if (m.Minor > 0 && have > math.MaxInt64-m.Minor) || (m.Minor < 0 && have < math.MinInt64-m.Minor) {
		return fmt.Errorf("a sum in %s does not fit 63 bits: %w", m.Currency, ErrInvalid)
	}
	s[m.Currency] = have + m.Minor
	return nil
}
