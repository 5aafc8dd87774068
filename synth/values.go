package synth

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// e164 writes a number in its canonical form.
func e164(n uint64) string { return "+" + strconv.FormatUint(n, 10) }

func digits(d *dice, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + d.IntN(10))
	}
	if n > 0 && b[0] == '0' {
		b[0] = byte('1' + d.IntN(9))
	}
	return string(b)
}

func upperLetters(d *dice, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('A' + d.IntN(26))
	}
	return string(b)
}

func hexDigits(d *dice, n int) string {
	b := make([]byte, (n+1)/2)
	for i := range b {
		b[i] = byte(d.Uint32())
	}
	return hex.EncodeToString(b)[:n]
}

// abaRouting is a routing number with a right check digit (ABA Key to Routing
// Numbers: weights 3, 7, 1) under prefix 32.
func abaRouting(d *dice) string {
	s := "32" + digits(d, 6)
	sum := 0
	for i, w := range []int{3, 7, 1, 3, 7, 1, 3, 7} {
		sum += w * int(s[i]-'0')
	}
	return s + strconv.Itoa((10-sum%10)%10)
}

// iban is an account number with right check digits (ISO 13616, MOD 97-10).
func iban(d *dice, country string) string {
	var bban string
	switch country {
	case "GB":
		bban = "XBNK" + digits(d, 14)
	case "LT":
		bban = digits(d, 16)
	default:
		country, bban = "DE", digits(d, 18)
	}
	rem := 0
	for _, c := range bban + country + "00" {
		if c >= 'A' && c <= 'Z' {
			rem = (rem*100 + int(c-'A') + 10) % 97
		} else {
			rem = (rem*10 + int(c-'0')) % 97
		}
	}
	return fmt.Sprintf("%s%02d%s", country, 98-rem, bban)
}

// ethAddress is an address in lower case, which EIP-55 leaves unchecked.
func ethAddress(d *dice) string { return "0x" + hexDigits(d, 40) }

// btcAddress is a version 0 witness address (BIP 173).
func btcAddress(d *dice) string {
	const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	data := []byte{0}
	acc, bits := uint(0), 0
	for range 20 {
		acc, bits = acc<<8|uint(byte(d.Uint32())), bits+8
		for bits >= 5 {
			bits -= 5
			data = append(data, byte(acc>>bits)&31)
		}
	}
	values := append([]byte{3, 3, 0, 2, 3}, data...) // "bc" expanded
	values = append(values, 0, 0, 0, 0, 0, 0)
	chk := uint32(1)
	for _, v := range values {
		top := chk >> 25
		chk = (chk&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				chk ^= g
			}
		}
	}
	chk ^= 1
	var b strings.Builder
	b.WriteString("bc1")
	for _, v := range data {
		b.WriteByte(charset[v])
	}
	for i := range 6 {
		b.WriteByte(charset[chk>>(5*(5-i))&31])
	}
	return b.String()
}

// cin is a company number of the form that the Indian register gives.
func cin(d *dice, state string, year int) string {
	return "U72" + digits(d, 3) + state + strconv.Itoa(year) + "PTC" + digits(d, 6)
}

// gstin is a tax number with a right check character (GSTN, base-36 Luhn
// variant with factors 1 and 2).
func gstin(d *dice) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	s := pick(d, []string{"06", "09", "07", "19", "23", "29", "32", "33", "03", "10"}) + upperLetters(d, 3) + "C" + upperLetters(d, 1) + digits(d, 4) + upperLetters(d, 1) + "1Z"
	sum := 0
	for i, c := range s {
		p := strings.IndexRune(alphabet, c) * (1 + i%2)
		sum += p/36 + p%36
	}
	return s + string(alphabet[(36-sum%36)%36])
}

// trackerID is an analytics property of the form that one large vendor uses.
func trackerID(d *dice) string {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
	b := []byte("G-")
	for range 10 {
		b = append(b, alphabet[d.IntN(len(alphabet))])
	}
	return string(b)
}

func slug(s string) string { return strings.ReplaceAll(strings.ToLower(s), " ", "-") }
