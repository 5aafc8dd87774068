package extract

import (
	"hash/crc32"
	"strings"
)

// Addresses beyond bitcoin's family and the account chains, each with the
// check digits of its own standard.
const (
	coinBCH coin = "bch" // CashAddr (bitcoincash.org spec/cashaddr)
	coinADA coin = "ada" // CIP-19 Shelley addresses; Byron's CBOR and CRC-32
	coinXTZ coin = "xtz" // Tezos: base58check, three bytes of prefix
	coinZEC coin = "zec" // Zcash protocol §5.6.1.1: transparent addresses
)

// otherAddress says which of these chains' addresses s is, "" for none.
func otherAddress(s string) (string, coin) {
	switch s[0] {
	case 'q', 'p', 'Q', 'P':
		if low := strings.ToLower(s); len(s) == 42 && oneCase(s) && cashAddress(low) {
			return low, coinBCH
		}
	case 'a', 'A':
		if low := strings.ToLower(s); strings.HasPrefix(low, "addr1") && oneCase(s) && cardanoAddress(low) {
			return low, coinADA
		}
		if strings.HasPrefix(s, "Ae2") && byronAddress(s) {
			return s, coinADA
		}
	case 'D':
		if strings.HasPrefix(s, "DdzFF") && byronAddress(s) {
			return s, coinADA
		}
	case 't':
		if len(s) == 36 && s[1] == 'z' && tezosAddress(s) {
			return s, coinXTZ
		}
		if len(s) == 35 && (s[1] == '1' || s[1] == '3') && zcashAddress(s) {
			return s, coinZEC
		}
	case 'K':
		if len(s) == 36 && strings.HasPrefix(s, "KT1") && tezosAddress(s) {
			return s, coinXTZ
		}
	}
	return "", ""
}

// cashAddress checks an address of Bitcoin Cash without its prefix, in lower
// case: a checksum of 40 bits over "bitcoincash", a zero and the signs, whose
// first says type and length.
func cashAddress(s string) bool {
	sum := uint64(1)
	step := func(v byte) {
		top := sum >> 35
		sum = sum&0x07ffffffff<<5 ^ uint64(v)
		for i, g := range [5]uint64{0x98f2bc8e61, 0x79b76d99e2, 0xf33e5fb3c4, 0xae2eabe2a8, 0x1e4f43e470} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	for _, c := range []byte("bitcoincash") {
		step(c & 31)
	}
	step(0)
	for i := range len(s) {
		v := strings.IndexByte(bech32Alphabet, s[i])
		if v < 0 {
			return false
		}
		step(byte(v))
	}
	return sum == 1
}

// cardanoAddress checks an address of the main network in lower case: bech32
// without its limit of 90 signs (CIP-19), by the length of its type.
func cardanoAddress(s string) bool {
	data := s[len("addr1"):]
	sum, ok := bech32Sum("addr", data)
	if !ok || sum != 1 || len(data) < 8 {
		return false
	}
	head := strings.IndexByte(bech32Alphabet, data[0])<<3 | strings.IndexByte(bech32Alphabet, data[1])>>2
	bytes := (len(data) - 6) * 5 / 8
	if head&15 != 1 {
		return false // another network
	}
	switch head >> 4 {
	case 0, 1, 2, 3:
		return bytes == 57
	case 4, 5:
		return bytes >= 32 && bytes <= 44
	case 6, 7:
		return bytes == 29
	}
	return false
}

// byronAddress checks Cardano's first addresses: base58 of a CBOR pair, bytes
// under tag 24 and their CRC-32.
func byronAddress(s string) bool {
	b := base58(s, bitcoinAlphabet)
	if len(b) < 12 || b[0] != 0x82 || b[1] != 0xd8 || b[2] != 0x18 || b[3] != 0x58 {
		return false
	}
	n := int(b[4])
	if len(b) != 5+n+5 || b[5+n] != 0x1a {
		return false
	}
	t := b[6+n:]
	return crc32.ChecksumIEEE(b[5:5+n]) == uint32(t[0])<<24|uint32(t[1])<<16|uint32(t[2])<<8|uint32(t[3])
}

// tezosAddress checks tz1 to tz4 and KT1 (Tezos, base58 prefixes).
func tezosAddress(s string) bool {
	b := base58Check(s, bitcoinAlphabet)
	if len(b) != 23 {
		return false
	}
	switch string(b[:3]) {
	case "\x06\xa1\x9f", "\x06\xa1\xa1", "\x06\xa1\xa4", "\x06\xa1\xa6", "\x02\x5a\x79":
		return true
	}
	return false
}

// zcashAddress checks t1 (to a key) and t3 (to a script) of the main network.
func zcashAddress(s string) bool {
	b := base58Check(s, bitcoinAlphabet)
	return len(b) == 22 && b[0] == 0x1c && (b[1] == 0xb8 || b[1] == 0xbd)
}

// bech32Sum is the checksum's remainder over a prefix and the signs behind the
// separator (BIP-173): 1 for bech32, 0x2bc830a3 for bech32m.
func bech32Sum(prefix, data string) (uint32, bool) {
	sum := uint32(1)
	step := func(v byte) {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	for i := range len(prefix) {
		step(prefix[i] >> 5)
	}
	step(0)
	for i := range len(prefix) {
		step(prefix[i] & 31)
	}
	for i := range len(data) {
		v := strings.IndexByte(bech32Alphabet, data[i])
		if v < 0 {
			return 0, false
		}
		step(byte(v))
	}
	return sum, true
}

// checked says whether a value has the outer form of an address whose chain
// has check digits, so that one whose check fails is nobody's.
func checked(raw string) bool {
	low := strings.ToLower(raw)
	switch {
	case strings.HasPrefix(low, "bc1"), strings.HasPrefix(low, "ltc1"), strings.HasPrefix(low, "addr1"):
		return true
	case strings.HasPrefix(low, "0x"):
		return len(raw) == 42 && isHexRun(raw[2:]) // EIP-55; in one case there is nothing to fail
	}
	switch n := len(raw); raw[0] {
	case '1', '3', 'L', 'M', 'D', 'X', '7':
		return n >= 26 && n <= 35 && base58(raw, bitcoinAlphabet) != nil
	case 'T':
		return n == 34 && base58(raw, bitcoinAlphabet) != nil
	case 'r':
		return n >= minBase58 && n <= 35 && base58(raw, rippleAlphabet) != nil
	case '4', '8':
		return n == moneroShort || n == moneroLong
	case 't':
		return n == 35 || n == 36
	}
	return false
}
