package extract

import (
	"crypto/sha256"
	"strings"

	"golang.org/x/crypto/sha3"
)

// coin is the network whose addresses a checksum proves.
type coin string

// The networks that fraudsters ask to be paid on (IC3, Chainalysis).
const (
	coinBTC  coin = "btc"
	coinETH  coin = "eth" // and every chain with its addresses: BNB, Polygon, …
	coinTRON coin = "trx"
	coinLTC  coin = "ltc"
	coinXMR  coin = "xmr"
	coinSOL  coin = "sol"
	coinXRP  coin = "xrp"
	coinDOGE coin = "doge"
	coinDASH coin = "dash"
)

const (
	minBase58   = 25 // shortest base58 address: XRP's and the oldest bitcoin's
	maxAddress  = 110
	moneroShort = 95  // primary and sub-addresses
	moneroLong  = 106 // with a payment id
)

const (
	bitcoinAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	rippleAlphabet  = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
)

// canonicalWallet writes an address in its one form. valid says that its
// check digits hold; an address of a chain without check digits is valid by
// form alone (ETH in one case, SOL).
func canonicalWallet(raw string) (string, bool, bool) {
	raw = strings.TrimSpace(raw)
	for _, scheme := range []string{"bitcoin:", "ethereum:", "litecoin:", "tron:", "monero:", "solana:", "ripple:", "bitcoincash:", "cardano:"} {
		if len(raw) > len(scheme) && strings.EqualFold(raw[:len(scheme)], scheme) {
			raw, _, _ = strings.Cut(raw[len(scheme):], "?")
		}
	}
	value, c := addressOf(raw)
	if c != "" {
		return value, true, true
	}
	if len(raw) < minBase58 || len(raw) > maxAddress {
		return "", false, false
	}
	for i := range len(raw) {
		if !isAlnum(raw[i]) {
			return "", false, false
		}
	}
	if low := strings.ToLower(raw); strings.HasPrefix(low, "0x") || strings.HasPrefix(low, "bc1") || strings.HasPrefix(low, "ltc1") || strings.HasPrefix(low, "addr1") {
		return low, false, true
	}
	return raw, false, true
}

// addressOf says which network's address s is, "" for none.
func addressOf(s string) (string, coin) {
	if len(s) < minBase58 || len(s) > maxAddress {
		return "", ""
	}
	switch s[0] {
	case '0':
		if len(s) == 42 && s[1]|0x20 == 'x' && ethAddress(s[2:]) {
			return strings.ToLower(s), coinETH
		}
		return "", ""
	case '1':
		if base58Version(s, 0x00) {
			return s, coinBTC
		}
	case '3':
		if base58Version(s, 0x05) {
			return s, coinBTC
		}
	case 'L':
		if base58Version(s, 0x30) {
			return s, coinLTC
		}
	case 'M':
		if base58Version(s, 0x32) {
			return s, coinLTC
		}
	case 'T':
		if len(s) == 34 && base58Version(s, 0x41) {
			return s, coinTRON
		}
	case 'D':
		if base58Version(s, 0x1e) {
			return s, coinDOGE
		}
	case 'A', '9':
		if base58Version(s, 0x16) {
			return s, coinDOGE
		}
	case 'X':
		if base58Version(s, 0x4c) {
			return s, coinDASH
		}
	case '7':
		if base58Version(s, 0x10) {
			return s, coinDASH
		}
	case 'r':
		if rippleAddress(s) {
			return s, coinXRP
		}
	case '4', '8':
		if len(s) == moneroShort || len(s) == moneroLong {
			if moneroAddress(s) {
				return s, coinXMR
			}
			return "", ""
		}
	case 'b', 'B', 'l':
		low := strings.ToLower(s)
		if oneCase(s) && strings.HasPrefix(low, "bc1") && segwit("bc", low) {
			return low, coinBTC
		}
		if oneCase(s) && strings.HasPrefix(low, "ltc1") && segwit("ltc", low) {
			return low, coinLTC
		}
	}
	if low := strings.ToLower(s); strings.HasPrefix(low, "ltc1") && oneCase(s) && segwit("ltc", low) {
		return low, coinLTC
	}
	return otherAddress(s)
}

func oneCase(s string) bool { return s == strings.ToLower(s) || s == strings.ToUpper(s) }

// base58 decodes; nil for a sign outside the alphabet. At most 96 bytes.
func base58(s, alphabet string) []byte {
	var out [96]byte
	n := 0 // bytes in use, least significant first
	for i := range len(s) {
		carry := strings.IndexByte(alphabet, s[i])
		if carry < 0 {
			return nil
		}
		for k := range n {
			carry += int(out[k]) * 58
			out[k] = byte(carry)
			carry >>= 8
		}
		for carry > 0 {
			if n == len(out) {
				return nil
			}
			out[n] = byte(carry)
			n++
			carry >>= 8
		}
	}
	zeros := 0
	for zeros < len(s) && s[zeros] == alphabet[0] {
		zeros++
	}
	b := make([]byte, zeros, zeros+n)
	for k := n - 1; k >= 0; k-- {
		b = append(b, out[k])
	}
	return b
}

// base58Check is the payload of a base58check string (bitcoin's Base58Check:
// version, payload, four bytes of a double SHA-256), nil if the check fails.
func base58Check(s, alphabet string) []byte {
	b := base58(s, alphabet)
	if len(b) < 5 {
		return nil
	}
	body, sum := b[:len(b)-4], b[len(b)-4:]
	first := sha256.Sum256(body)
	second := sha256.Sum256(first[:])
	if string(second[:4]) != string(sum) {
		return nil
	}
	return body
}

// base58Version says whether s is a 20-byte hash with this version byte.
func base58Version(s string, version byte) bool {
	if len(s) < minBase58 || len(s) > 35 {
		return false
	}
	b := base58Check(s, bitcoinAlphabet)
	return len(b) == 21 && b[0] == version
}

// rippleAddress is a classic address of the XRP ledger (XLS, base58 with its
// own alphabet and version 0).
func rippleAddress(s string) bool {
	if len(s) < minBase58 || len(s) > 35 {
		return false
	}
	b := base58Check(s, rippleAlphabet)
	return len(b) == 21 && b[0] == 0
}

// ethAddress takes 40 hex digits: in mixed case only with a right checksum
// (EIP-55), in one case as they are.
func ethAddress(hex string) bool {
	upper, low := false, false
	for i := range len(hex) {
		c := hex[i]
		if !isHex(c) {
			return false
		}
		upper = upper || isUpper(c)
		low = low || isLower(c)
	}
	if !upper || !low {
		return true
	}
	h := sha3.NewLegacyKeccak256()
	h.Write([]byte(strings.ToLower(hex)))
	sum := h.Sum(nil)
	for i := range len(hex) {
		c := hex[i]
		if isDigit(c) {
			continue
		}
		nibble := sum[i/2] >> 4
		if i%2 == 1 {
			nibble = sum[i/2] & 15
		}
		if isUpper(c) != (nibble >= 8) {
			return false
		}
	}
	return true
}

// moneroAddress checks the last four bytes of Monero's block-wise base58:
// Keccak-256 of what stands before them.
func moneroAddress(s string) bool {
	b := make([]byte, 0, 80)
	for at := 0; at < len(s); at += 11 {
		block := s[at:min(at+11, len(s))]
		size := moneroBlocks[len(block)]
		var v uint64
		for i := range len(block) {
			d := strings.IndexByte(bitcoinAlphabet, block[i])
			if d < 0 {
				return false
			}
			v = v*58 + uint64(d)
		}
		for k := size - 1; k >= 0; k-- {
			b = append(b, byte(v>>(8*k)))
		}
	}
	if len(b) < 69 || b[0] != 18 && b[0] != 19 && b[0] != 42 {
		return false
	}
	h := sha3.NewLegacyKeccak256()
	h.Write(b[:len(b)-4])
	return string(h.Sum(nil)[:4]) == string(b[len(b)-4:])
}

// solanaAddress says whether s may be a Solana key: 32 bytes in base58. There
// is no checksum, so a word for a wallet must stand near.
func solanaAddress(s string) bool {
	return len(s) >= 32 && len(s) <= 44 && len(base58(s, bitcoinAlphabet)) == 32
}

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// segwit checks a native segwit address in lower case (BIP-173, BIP-350):
// version 0 with the constant of bech32, later ones with bech32m's.
func segwit(prefix, s string) bool {
	data := s[len(prefix)+1:]
	if len(data) < 14 || len(s) > 90 {
		return false
	}
	sum, ok := bech32Sum(prefix, data)
	if !ok {
		return false
	}
	version := strings.IndexByte(bech32Alphabet, data[0])
	program := (len(data) - 7) * 5 / 8
	switch {
	case version > 16 || program < 2 || program > 40:
		return false
	case version == 0:
		return sum == 1 && (program == 20 || program == 32)
	}
	return sum == 0x2bc830a3
}

// moneroBlocks is how many bytes a block of so many signs holds.
var moneroBlocks = [12]int{0, 0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8}
