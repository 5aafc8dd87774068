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
	told   fact
}

// fact is what values that stem from one thing say together, as they are being
// added up: no more than the one of them that says most. A number that both
// held in two of its tenures is one number, and a host says nothing that its
// site has not said.
type fact struct {
	stem uint32
	bits float64
	some bool // any value was added
}

// more is what a value adds to what was told before; values come by stem.
func (f *fact) more(stem uint32, bits float64) float64 {
	if !f.some || f.stem != stem {
		*f = fact{stem, bits, true}
		return bits
	}
	had := f.bits
	f.bits = max(had, bits)
	return f.bits - had
}

// add counts one value; values come by stem. Kits are sold whole: the second
// file of one kit says little that the first did not. Each further number or
// account is a fact of its own.
func (x *weighing) add(v *value, bits float64) {
	switch {
	case families[v.family] != fraud.FamilyScript:
		x.sum[v.family] += x.told.more(v.stem, bits)
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
	all    float64              // those of all families
	silent int                  // those of whose kind the larger named none while they were in use
	told   fact
	mute   fact // likewise of the silent
}

// add counts a value that so many of the smaller's reports of its kind name
// and none of the larger's, whatever those name; values come by stem.
func (l *lack) add(p *params, v *value, count, seen int32, other stat) {
	if other.tokens == 0 {
		l.silent += int(l.mute.more(v.stem, 1))
		return
	}
	bits := l.told.more(v.stem, v.missed(p, count, seen, other))
	l.missed[v.family] += bits
	l.all += bits
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

// most is the bits that missing values would have to come to at least for
// [weighing.bits] to be nothing: what is shared, unless so many hands agree that
// what is missing might be forgiven.
func (x *weighing) most(p *params) float64 {
	var shared [numHands]float64
	all, agree := 0.0, 0
	for f := range x.sum {
		shared[handOf[f]] += x.sum[f]
		all += x.sum[f]
	}
	for _, bits := range shared {
		if bits >= float64(p.strong)/1000 {
			agree++
		}
	}
	if agree >= 2 {
		return math.Inf(1)
	}
	return all + x.script + p.second*x.others + roundOff
}

// roundOff is more than the order in which bits are added up can make.
const roundOff = 1e-6

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

// saved is what a value saves, in bits, if two groups that hold it become one,
// of whose reports so many hold it and so many could: how surely whoever is
// behind both names it, against how likely it came to the second from a common
// supplier. What is common by nature, such as a first name, needs no supplier to
// be with both, and speaks against if both name it more seldom than others do. A
// number that came back after a silence went to whoever asked for numbers, to
// large users rather than to small ones, so there their own use counts too.
func (v *value) saved(p *params, count, seen int32) float64 {
	return v.savedAmong(p, count, seen, count, seen)
}

// savedAmong is what a value saves if two groups become one that are two of
// several which would: what those make of it does not make it common.
func (v *value) savedAmong(p *params, count, seen, of, ofSeen int32) float64 {
	often := float64(count) / float64(max(seen, count))
	if v.soft == softReuse {
		return math.Log2(1 + (1-v.share)/v.share*often/v.base)
	}
	often /= v.elsewhere(p, of, ofSeen)
	if v.prior < p.medium {
		return math.Log2(v.share + (1-v.share)*often)
	}
	own := (1 - v.share) * min(1, float64(v.worth)/float64(v.prior)) // less of what unrelated groups hold, see taper
	return math.Log2(1 + own/(1-own)*often)
}

// elsewhere is how common a value is in all reports but those of some groups, of
// which so many hold it and so many could: they are not held to share what
// they made common themselves, and what nobody else names says more than what
// others do. What a count cannot know is filled up with how often such values
// are supplied (the mean of a beta distribution: Gelman et al., Bayesian Data
// Analysis, 3rd ed., §2.4), in proportion to what was counted, since a supplier
// of two has not a thousand times the customers where there are a thousand
// times the reports.
func (v *value) elsewhere(p *params, count, seen int32) float64 {
	others := float64(max(0, v.seen-max(seen, count)))
	prior := max(p.suppliedLeast, p.supplied*float64(v.seen))
	return (float64(v.total-count) + v.share*prior) / (others + prior)
}

// missed is what speaks against two being one by a value that so many of the
// one's reports name, of so many that could, and none of the other's: as many
// bits as the other had occasions to name it, at most some (model: miss), and
// fewer of one whose values hardly ever come twice. Who takes a new number every
// few days leaves few occasions to name the last. Nor is each report one: those
// of one desk or one burst name one value among them, so occasions are counted
// halfway, by the geometric mean, between reports and the values that they were
// first to name.
func (v *value) missed(p *params, count, seen int32, other stat) float64 {
	often := float64(count) / float64(max(seen, count)+1) // the next report may name another
	named := max(other.tokens-other.repeats, 1)
	occasions := math.Sqrt(float64(other.tokens) * float64(named))
	return min(-occasions*math.Log2(1-often), p.miss*float64(other.repeats)/float64(other.tokens))
}
