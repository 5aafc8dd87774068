//go:build ignore

// This program writes lanes_amd64.s: field arithmetic modulo 2^255 - 19 on
// eight numbers at once, with the multiply-and-add of AVX-512 IFMA. Run it by
// go generate.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
)

var out bytes.Buffer

func p(format string, a ...any) { fmt.Fprintf(&out, format+"\n", a...) }

func z(n int) string { return fmt.Sprintf("Z%d", n) }

// mask is the register that holds 2^51 - 1 eight times.
const mask = 31

func head(name, does string, args int) {
	p("\n// %s\nTEXT ·%s(SB), NOSPLIT, $0-%d", does, name, 8*args)
}

func ones() {
	p("\tVPTERNLOGD $0xff, Z%d, Z%d, Z%d", mask, mask, mask)
	p("\tVPSRLQ $13, Z%d, Z%d", mask, mask)
}

func load(reg string, at, first int) {
	for i := range 5 {
		p("\tVMOVDQU64 %d(%s), %s", at+64*i, reg, z(first+i))
	}
}

func store(reg string, at int, from [5]int) {
	for i := range 5 {
		p("\tVMOVDQU64 %s, %d(%s)", z(from[i]), at+64*i, reg)
	}
}

// times19 adds 19 times x to r, over two free registers.
func times19(x, r, t, u int) {
	p("\tVPSLLQ $4, %s, %s", z(x), z(t))
	p("\tVPSLLQ $1, %s, %s", z(x), z(u))
	p("\tVPADDQ %s, %s, %s", z(x), z(r), z(r))
	p("\tVPADDQ %s, %s, %s", z(t), z(u), z(t))
	p("\tVPADDQ %s, %s, %s", z(t), z(r), z(r))
}

// carry brings five limbs below 2^51 + 2^15, over seven free registers.
func carry(r [5]int, free [7]int) {
	for i := range 5 {
		p("\tVPSRLQ $51, %s, %s", z(r[i]), z(free[i]))
		p("\tVPANDQ %s, %s, %s", z(mask), z(r[i]), z(r[i]))
	}
	for i := range 4 {
		p("\tVPADDQ %s, %s, %s", z(free[i]), z(r[i+1]), z(r[i+1]))
	}
	times19(free[4], r[0], free[5], free[6])
}

// fold takes limbs 5 … 9 back to 0 … 4 (2^255 = 19), carries, and stores.
func fold(r [10]int, free [7]int) {
	for k := range 5 {
		times19(r[k+5], r[k], free[0], free[1])
	}
	low := [5]int(r[:5])
	carry(low, free)
	store("DI", 0, low)
	p("\tVZEROUPPER\n\tRET")
}

func mul() {
	head("mul8", "func mul8(out, a, b *fe8)", 3)
	p("\tMOVQ out+0(FP), DI\n\tMOVQ a+8(FP), SI\n\tMOVQ b+16(FP), DX")
	ones()
	load("SI", 0, 0)
	load("DX", 0, 5)
	lo, hi := func(k int) int { return 10 + k }, func(k int) int { return 19 + k }
	for r := 10; r < 28; r++ {
		p("\tVPXORQ %s, %s, %s", z(r), z(r), z(r))
	}
	for i := range 5 {
		for j := range 5 {
			p("\tVPMADD52LUQ %s, %s, %s", z(5+j), z(i), z(lo(i+j)))
		}
		for j := range 5 {
			p("\tVPMADD52HUQ %s, %s, %s", z(5+j), z(i), z(hi(i+j)))
		}
	}
	// The high half stands at 2^52, twice the next limb's place.
	for k := range 9 {
		p("\tVPADDQ %s, %s, %s", z(hi(k)), z(hi(k)), z(hi(k)))
	}
	for k := range 8 {
		p("\tVPADDQ %s, %s, %s", z(hi(k)), z(lo(k+1)), z(lo(k+1)))
	}
	fold([10]int{10, 11, 12, 13, 14, 15, 16, 17, 18, 27}, [7]int{0, 1, 2, 3, 4, 5, 6})
}

// square writes a loop: out is a squared n times.
func square() {
	head("sqr8", "func sqr8(out, a *fe8, n int)", 3)
	p("\tMOVQ out+0(FP), DI\n\tMOVQ a+8(FP), SI\n\tMOVQ n+16(FP), CX")
	ones()
	load("SI", 0, 0)
	p("again:")
	// Products of two limbs, counted once (5 …), and squares (19 …).
	cl, ch := func(k int) int { return 4 + k }, func(k int) int { return 11 + k } // k = 1 … 7
	dl, dh := func(i int) int { return 19 + i }, func(i int) int { return 24 + i }
	for r := 5; r < 29; r++ {
		p("\tVPXORQ %s, %s, %s", z(r), z(r), z(r))
	}
	for i := range 5 {
		for j := i; j < 5; j++ {
			l, h := cl(i+j), ch(i+j)
			if i == j {
				l, h = dl(i), dh(i)
			}
			p("\tVPMADD52LUQ %s, %s, %s", z(j), z(i), z(l))
			p("\tVPMADD52HUQ %s, %s, %s", z(j), z(i), z(h))
		}
	}
	for k := 1; k < 8; k++ {
		p("\tVPADDQ %s, %s, %s", z(cl(k)), z(cl(k)), z(cl(k)))
		p("\tVPADDQ %s, %s, %s", z(ch(k)), z(ch(k)), z(ch(k)))
	}
	for i := 1; i < 4; i++ {
		p("\tVPADDQ %s, %s, %s", z(dl(i)), z(cl(2*i)), z(cl(2*i)))
		p("\tVPADDQ %s, %s, %s", z(dh(i)), z(ch(2*i)), z(ch(2*i)))
	}
	// Low limbs: dl(0), cl(1) … cl(7), dl(4); high ones: dh(0), ch(1) … ch(7), dh(4).
	high := []int{dh(0), ch(1), ch(2), ch(3), ch(4), ch(5), ch(6), ch(7), dh(4)}
	low := [10]int{dl(0), cl(1), cl(2), cl(3), cl(4), cl(5), cl(6), cl(7), dl(4), dh(4)}
	for _, h := range high {
		p("\tVPADDQ %s, %s, %s", z(h), z(h), z(h))
	}
	for k := range 8 {
		p("\tVPADDQ %s, %s, %s", z(high[k]), z(low[k+1]), z(low[k+1]))
	}
	free := [7]int{12, 13, 14, 15, 16, 17, 18}
	for k := range 5 {
		times19(low[k+5], low[k], free[0], free[1])
	}
	r := [5]int(low[:5])
	carry(r, free)
	for i := range 5 {
		p("\tVMOVDQA64 %s, %s", z(r[i]), z(i))
	}
	p("\tDECQ CX\n\tJNZ again")
	store("DI", 0, [5]int{0, 1, 2, 3, 4})
	p("\tVZEROUPPER\n\tRET")
}

// twiceP loads the limbs of 2p into two registers: the lowest, and the rest.
func twiceP(low, rest int) {
	p("\tMOVQ $0xfffffffffffda, AX\n\tVPBROADCASTQ AX, %s", z(low))
	p("\tMOVQ $0xffffffffffffe, AX\n\tVPBROADCASTQ AX, %s", z(rest))
}

func addSub() {
	free := [7]int{10, 11, 12, 13, 14, 15, 16}
	r := [5]int{0, 1, 2, 3, 4}
	args := "\tMOVQ out+0(FP), DI\n\tMOVQ a+8(FP), SI\n\tMOVQ b+16(FP), DX"
	head("add8", "func add8(out, a, b *fe8)", 3)
	p("%s", args)
	ones()
	load("SI", 0, 0)
	for i := range 5 {
		p("\tVPADDQ %d(DX), %s, %s", 64*i, z(i), z(i))
	}
	carry(r, free)
	store("DI", 0, r)
	p("\tVZEROUPPER\n\tRET")
	head("sub8", "func sub8(out, a, b *fe8)", 3)
	p("%s", args)
	ones()
	twiceP(20, 21)
	load("SI", 0, 0)
	for i := range 5 {
		p("\tVPADDQ %s, %s, %s", z(20+min(i, 1)), z(i), z(i))
		p("\tVPSUBQ %d(DX), %s, %s", 64*i, z(i), z(i))
	}
	carry(r, free)
	store("DI", 0, r)
	p("\tVZEROUPPER\n\tRET")
}

func pick() {
	head("sel8", "func sel8(out, a, b *fe8, where *mask8): a where the mask is set, else b", 4)
	p("\tMOVQ out+0(FP), DI\n\tMOVQ a+8(FP), SI\n\tMOVQ b+16(FP), DX\n\tMOVQ where+24(FP), CX")
	p("\tVMOVDQU64 (CX), Z5\n\tVPTESTMQ Z5, Z5, K1")
	load("DX", 0, 0)
	for i := range 5 {
		p("\tVMOVDQU64 %d(SI), K1, %s", 64*i, z(i))
	}
	store("DI", 0, [5]int{0, 1, 2, 3, 4})
	p("\tVZEROUPPER\n\tRET")
}

// choose goes over the whole table, whatever the digits are.
func choose() {
	head("choose8", "func choose8(out *cached8, table *[8]cached8, abs, neg *mask8)", 4)
	p("\tMOVQ out+0(FP), DI\n\tMOVQ table+8(FP), SI\n\tMOVQ abs+16(FP), DX\n\tMOVQ neg+24(FP), CX")
	p("\tVMOVDQU64 (DX), Z20\n\tVMOVDQU64 (CX), Z23\n\tVPTESTMQ Z23, Z23, K2")
	p("\tMOVQ $1, AX\n\tVPBROADCASTQ AX, Z22\n\tVMOVDQA64 Z22, Z21")
	for r := range 20 {
		if r == 0 || r == 5 || r == 10 {
			p("\tVMOVDQA64 Z22, %s", z(r))
		} else {
			p("\tVPXORQ %s, %s, %s", z(r), z(r), z(r))
		}
	}
	p("\tMOVQ $8, BX\nentry:\n\tVPCMPEQQ Z20, Z21, K1")
	for r := range 20 {
		p("\tVMOVDQU64 %d(SI), K1, %s", 64*r, z(r))
	}
	p("\tVPADDQ Z22, Z21, Z21\n\tADDQ $1280, SI\n\tDECQ BX\n\tJNZ entry")
	twiceP(24, 25)
	for i := range 5 {
		p("\tVMOVDQA64 %s, Z26", z(i))
		p("\tVMOVDQA64 %s, K2, %s", z(5+i), z(i))
		p("\tVMOVDQA64 Z26, K2, %s", z(5+i))
		p("\tVPSUBQ %s, %s, K2, %s", z(15+i), z(24+min(i, 1)), z(15+i))
	}
	for q := range 4 {
		store("DI", 320*q, [5]int{5 * q, 5*q + 1, 5*q + 2, 5*q + 3, 5*q + 4})
	}
	p("\tVZEROUPPER\n\tRET")
}

func main() {
	p("// Code generated by lanes_gen.go. DO NOT EDIT.\n\n//go:build amd64\n\n#include \"textflag.h\"")
	mul()
	square()
	addSub()
	pick()
	choose()
	if err := os.WriteFile("lanes_amd64.s", out.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
