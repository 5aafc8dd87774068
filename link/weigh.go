package link

import (
	"math"

	"ringbreaker.example/fraud"
)

// weighing is what two groups share, as it is being added up.
type weighing struct {
	sum    [numFamilies]float64 // bits, scripts apart
	script float64              // bits of the script that says most
	others float64              // bits of the other scripts
	best   [numFamilies]int32
}

// add counts one value. Kits are sold whole: the second file of one kit says
// little that the first did not. Each further number or account is a fact of
// its own.
func (x *weighing) add(family uint8, bits float64) {
	switch {
	case families[family] != fraud.FamilyScript:
		x.sum[family] += bits
	case bits > x.script:
		x.others += x.script
		x.script = bits
	default:
		x.others += bits
	}
}

// The hands from which values come: whoever sells leads rents out numbers and
// the sites that lead to them, whoever launders has accounts and firms, and an
// operator's machines and texts are its own affair.
const numHands = 4

var handOf = [numFamilies]uint8{0, 0, 1, 2, 3, 1} // contact, web, money, remote, script, identity

// lack is what two groups do not have in common, as it is being added up: of
// the smaller the values that the larger never named.
type lack struct {
	missed [numFamilies]float64 // bits, see value.missed
	silent int                  // those of whose kind the larger named none while they were in use
}

func (l *lack) add(p *params, v *value, other stat) {
	if other.tokens == 0 {
		l.silent++
		return
	}
	l.missed[v.family] += v.missed(p, other)
}

// excuse counts no silence if the smaller of the two has so few reports that
// its life is nearly nothing but silence.
func (l *lack) excuse(p *params, smaller int32) {
	if smaller < p.silentLeast {
		l.silent = 0
	}
}

// bits is what speaks for two groups being one, less what speaks against. If
// all they share can come from one hand, and of other hands' values enough
// are missing, it says no more than that they have a supplier in common,
// however many of the supplier's values they share. Of two large groups that
// were never at work at one time nothing can be missing, so each value that
// did not outlive the silence speaks against a little: an operator that goes on
// keeps some, and whoever rents next from its seller takes over a few.
func (x *weighing) bits(p *params, l *lack) float64 {
	var shared, missed [numHands]float64
	all, against := 0.0, 0.0
	for f := range x.sum {
		shared[handOf[f]] += x.sum[f]
		missed[handOf[f]] += l.missed[f]
		all += x.sum[f]
	}
	forgive(p, &shared, &missed)
	for _, bits := range missed {
		against += bits
	}
	total := all
	for h := range shared {
		if shared[h] > p.hand && others(h, &shared, &missed) < p.handOther && against-missed[h] > p.handMiss {
			total = p.hand + all - shared[h]
		}
	}
	return total + x.script + p.second*x.others - against - min(p.silentMost, p.silent*float64(l.silent))
}

// others is what all hands but one say for two groups being one, as far as
// what they name in common outweighs what one of the two never named.
func others(but int, shared, missed *[numHands]float64) (bits float64) {
	for h := range shared {
		if h != but {
			bits += max(0, shared[h]-missed[h])
		}
	}
	return bits
}

// forgive limits what the missing values of one hand say where two others
// agree, each by a strong value's bits: desks of one operator have numbers of
// their own, and its accounts and machines in common.
func forgive(p *params, shared, missed *[numHands]float64) {
	strong, agree := float64(p.strong)/1000, 0
	for h := range shared {
		if shared[h]-missed[h] >= strong {
			agree++
		}
	}
	for h := range missed {
		if shared[h]-missed[h] < strong && agree >= 2 {
			missed[h] = min(missed[h], p.missHand)
		}
	}
}

// saved is what one value saves, in bits, if two groups that hold it become
// one.
func (w *world) saved(a, b, ca, cb int32, v *value) float64 {
	return v.saved(&w.p, ca+cb, w.seenIn(&w.groups[a], v)+w.seenIn(&w.groups[b], v))
}

// saved is what a value saves if two that hold it are one, of whose reports so
// many hold it and so many could: how likely whoever stands behind both names
// it, against how likely it came to the second from a common supplier.
func (v *value) saved(p *params, count, seen int32) float64 {
	often := float64(count) / float64(max(seen, count)) / v.base
	if v.prior < p.medium {
		return math.Log2(v.share + (1-v.share)*often)
	}
	return math.Log2(1 + (1-v.share)/v.share*often)
}

// missed is what speaks against two being one by a value of the one that the
// other never named.
func (v *value) missed(p *params, other stat) float64 {
	return p.miss * float64(other.repeats) / float64(other.tokens)
}
