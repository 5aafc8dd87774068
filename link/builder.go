package link

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"time"
	"unsafe"

	"github.com/zeebo/xxh3"

	"ringbreaker.example/fraud"
)

// Builder gathers what linking needs, in any order, and links it. It is not
// safe for concurrent use.
type Builder struct {
	model      Model
	ids        interner // report names
	values     interner // kind, 0, value
	sources    interner
	texts      interner // victims, brands, countries, currencies
	reports    []report // by number in ids
	sights     []sight
	moneys     []money
	brands     []pair32
	sketches   []sketch
	texture    []texture       // the distinct sets of hashes
	textures   []uint32        // open addressing by digest: place in texture + 1, 0 is free
	twice      map[uint32]bool // reports that were told with other facts or words under one name
	story      uint32          // number in texts of the field that holds victims' own words, none if no report has it
	hashes     []uint32        // of the sets
	judgements []fraud.Judgement
	priors     [][]prior // of the model, by kind and role
	spill      *spill
	last       bool // the linking that is made is the last: what it needs no more is let go
}

// report is a report's facts, packed.
type report struct {
	at       int64 // seconds of Unix time
	received int64
	digest   uint64 // of the facts: tells two tellings apart
	source   uint32
	victim   uint32 // number in texts + 1, 0 = none
	country  uint32 // number in texts + 1, 0 = none
	replaces uint32 // number in ids + 1 of the report that this one supersedes, 0 = none
	mark     uint8
	flags    uint8
}

const (
	flagKnown  = 1 << iota // facts were added, not only named by another report
	flagAged60             // the victim is 60 or older
	flagPaid               // money was sent
)

// sight is one sighting that can link, packed to 16 bytes.
type sight struct {
	value  uint32
	report uint32
	at     uint32 // minutes of Unix time
	role   uint8
	valid  bool
}

type money struct {
	report   uint32
	currency uint32
	minor    int64
	sent     bool
}

type pair32 struct{ a, b uint32 }

type sketch struct {
	report uint32
	words  uint32
	field  uint32 // number in texts
	set    uint32 // in Builder.texture
}

// texture is a set of hashes that any number of texts may have.
type texture struct {
	digest uint64
	place  uint64 // where its hashes start in hashes, times 256, and how many they are
}

// keptHashes is how many of a sketch's lowest hashes the linker keeps, each cut
// to 32 bits: containment within 0.04 at half the memory.
const keptHashes = 128

// NewBuilder returns an empty Builder that will link by the model.
func NewBuilder(model Model) *Builder {
	b := &Builder{model: model, story: none}
	b.priors = b.params().priors
	return b
}

// Spill takes the builder's long arrays out of the garbage collector's heap and
// lets them have so many bytes of memory together; what would take more goes
// into files in dir that have no names, so nothing is left of them whatever
// happens. It comes before the first report, and is for a builder that links
// once ([Builder.SolveLast]) and is closed ([Builder.Close]). The rest of a
// linking, a third to a half of it, stays in the heap.
func (b *Builder) Spill(dir string, most int64) {
	b.spill = &spill{dir: dir, most: most}
	for _, in := range []*interner{&b.ids, &b.values, &b.sources, &b.texts} {
		in.spill = b.spill
	}
}

// Len is how many reports were added or named.
func (b *Builder) Len() int { return len(b.reports) }

// Spilled is how many bytes of files the arrays took that memory had no place
// for.
func (b *Builder) Spilled() int64 { return b.spill.spilled() }

// Err says why an array could not be put where it belongs; it stays in the heap
// until somebody asks.
func (b *Builder) Err() error { return b.spill.failed() }

// Close gives all files and mapped memory back. Nothing of the builder, nor of
// its linking, may be used after.
func (b *Builder) Close() { b.spill.end() }

// Add takes one report: its facts and what extract found in it. The same
// report may be added again with the same content; nothing changes. Sightings
// whose role never links are left out here and cannot come back.
func (b *Builder) Add(facts fraud.ReportFacts, sightings []fraud.Sighting, sketches []fraud.Sketch) {
	r := b.number(facts.ID)
	b.addFacts(r, facts)
	when := told(&facts)
	for i := range sightings {
		b.addSighting(r, &when, &sightings[i])
	}
	for _, s := range sketches {
		if len(s.Hashes) == 0 {
			continue
		}
		field := b.texts.add(s.Field)
		if s.Field == "narrative" {
			b.story = field
		}
		b.sketches = append(reserve(b.spill, b.sketches, 1), sketch{
			report: r, words: uint32(min(max(s.Words, 0), math.MaxInt32)), field: field, set: b.addTexture(s.Hashes),
		})
	}
}

// addTexture keeps a sketch's hashes, once for all texts that have the same.
func (b *Builder) addTexture(hashes []uint64) uint32 {
	start := uint64(len(b.hashes))
	b.hashes = reserve(b.spill, b.hashes, keptHashes)
	for _, h := range hashes[:min(len(hashes), keptHashes)] {
		if cut := uint32(h >> 32); uint64(len(b.hashes)) == start || cut != b.hashes[len(b.hashes)-1] {
			b.hashes = append(b.hashes, cut)
		}
	}
	kept := b.hashes[start:]
	digest := xxh3.Hash(unsafe.Slice((*byte)(unsafe.Pointer(&kept[0])), 4*len(kept)))
	if 4*(len(b.texture)+1) > 3*len(b.textures) {
		b.growTextures()
	}
	at := b.textureAt(digest)
	if set := b.textures[at]; set != 0 {
		b.hashes = b.hashes[:start]
		return set - 1
	}
	b.texture = append(reserve(b.spill, b.texture, 1), texture{digest, start<<8 | uint64(len(kept))})
	b.textures[at] = uint32(len(b.texture))
	return uint32(len(b.texture) - 1)
}

// textureAt is where in textures a digest stands, or would.
func (b *Builder) textureAt(digest uint64) uint64 {
	mask := uint64(len(b.textures) - 1)
	at := digest & mask
	for b.textures[at] != 0 && b.texture[b.textures[at]-1].digest != digest {
		at = (at + 1) & mask
	}
	return at
}

func (b *Builder) growTextures() {
	n := max(1024, 2*len(b.textures))
	release(b.spill, &b.textures)
	b.textures = long[uint32](b.spill, n)
	for i := range b.texture {
		b.textures[b.textureAt(b.texture[i].digest)] = uint32(i + 1)
	}
}

func (b *Builder) hashesOf(set uint32) []uint32 {
	place := b.texture[set].place
	return b.hashes[place>>8 : place>>8+place&255]
}

func (b *Builder) number(id fraud.ReportID) uint32 {
	n := b.ids.add(string(id))
	for int(n) >= len(b.reports) {
		b.reports = append(reserve(b.spill, b.reports, 1), report{})
	}
	return n
}

// addFacts keeps the facts. Of two tellings under one name the one received
// first counts, so that the order of adding does not.
func (b *Builder) addFacts(n uint32, f fraud.ReportFacts) {
	row := report{at: f.At.Unix(), received: f.ReceivedAt.Unix(), source: b.sources.add(f.Source), mark: packMark(f.Mark)}
	if f.Supersedes != "" && f.Supersedes != f.ID {
		row.replaces = b.number(f.Supersedes) + 1
	}
	if f.Victim != "" {
		row.victim = b.texts.add(f.Victim) + 1
	}
	if f.Country != "" {
		row.country = b.texts.add(f.Country) + 1
	}
	if f.AgeBand == "60_plus" {
		row.flags |= flagAged60
	}
	if len(f.Sent) > 0 {
		row.flags |= flagPaid
	}
	row.digest = digestFacts(f)
	have := &b.reports[n]
	if have.flags&flagKnown != 0 {
		if have.digest != row.digest {
			if b.twice == nil {
				b.twice = map[uint32]bool{}
			}
			b.twice[n] = true
		}
		if cmp.Or(cmp.Compare(have.received, row.received), cmp.Compare(have.digest, row.digest)) <= 0 {
			return
		}
		b.moneys = slices.DeleteFunc(b.moneys, func(m money) bool { return m.report == n })
		b.brands = slices.DeleteFunc(b.brands, func(p pair32) bool { return p.a == n })
	}
	row.flags |= flagKnown
	*have = row
	for _, m := range f.Sent {
		b.moneys = append(reserve(b.spill, b.moneys, 1), money{n, b.texts.add(m.Currency), m.Minor, true})
	}
	for _, m := range f.Asked {
		b.moneys = append(reserve(b.spill, b.moneys, 1), money{n, b.texts.add(m.Currency), m.Minor, false})
	}
	for _, brand := range f.Brands {
		b.brands = append(reserve(b.spill, b.brands, 1), pair32{n, b.texts.add(brand)})
	}
}

// digestFacts is the same for the same facts.
func digestFacts(f fraud.ReportFacts) uint64 {
	var buf [512]byte
	d := buf[:0]
	text := func(s string) { d = append(binary.AppendUvarint(d, uint64(len(s))), s...) }
	number := func(n int64) { d = binary.AppendVarint(d, n) }
	sums := func(list []fraud.Money) {
		number(int64(len(list)))
		for _, m := range list {
			number(m.Minor)
			text(m.Currency)
		}
	}
	text(f.Source)
	number(f.At.Unix())
	number(f.ReceivedAt.Unix())
	text(f.Victim)
	text(f.AgeBand)
	text(f.Country)
	number(int64(len(f.Brands)))
	for _, brand := range f.Brands {
		text(brand)
	}
	sums(f.Sent)
	sums(f.Asked)
	text(string(f.Mark.TLP))
	text(string(f.Mark.PAP))
	text(string(f.Supersedes))
	d = binary.LittleEndian.AppendUint64(d, f.Texts)
	return xxh3.Hash(d)
}

func (b *Builder) addSighting(r uint32, when *dates, s *fraud.Sighting) {
	kind, role := kindNumber(s.Indicator.Kind), roleNumber(s.Role)
	if kind == 0 || role == 0 || !b.priors[kind][role].links || s.Indicator.Value == "" {
		return
	}
	if b.model.Shares(s.Indicator) {
		return
	}
	at := s.At
	if at.IsZero() || when.wrong(at) {
		at = when.otherwise
	}
	b.sights = append(reserve(b.spill, b.sights, 1), sight{
		value: b.values.add(string([]byte{kind}) + s.Indicator.Value), report: r, at: minutes(at), role: role, valid: s.Valid,
	})
}

// dates are between what times a told time can be right, and which stands for
// one that is not.
type dates struct{ from, to, otherwise time.Time }

// told gives the dates of a report: up to when it was received (a day is allowed
// for clocks), and not years before.
func told(f *fraud.ReportFacts) dates {
	when := dates{f.ReceivedAt.AddDate(-5, 0, 0), f.ReceivedAt.Add(24 * time.Hour), f.At}
	if when.wrong(f.At) {
		when.otherwise = f.ReceivedAt
	}
	return when
}

func (d *dates) wrong(at time.Time) bool { return at.After(d.to) || at.Before(d.from) }

// Remove takes a report out, as if it had never been added. It may be added
// again.
func (b *Builder) Remove(id fraud.ReportID) {
	n, ok := b.ids.find(string(id))
	if !ok {
		return
	}
	b.reports[n] = report{}
	// Copies, since a linking may be reading what was there.
	b.sights = slices.DeleteFunc(slices.Clone(b.sights), func(s sight) bool { return s.report == n })
	b.sketches = slices.DeleteFunc(slices.Clone(b.sketches), func(s sketch) bool { return s.report == n })
	b.moneys = slices.DeleteFunc(b.moneys, func(m money) bool { return m.report == n })
	b.brands = slices.DeleteFunc(b.brands, func(p pair32) bool { return p.a == n })
}

// snapshot is the builder as it stands, to be read while more is added. What
// is only ever appended to is shared; nothing may be looked up by name in it.
func (b *Builder) snapshot() *Builder {
	c := *b
	c.reports, c.moneys, c.brands, c.judgements = slices.Clone(b.reports), slices.Clone(b.moneys), slices.Clone(b.brands), slices.Clone(b.judgements)
	return &c
}

// Judge adds people's decisions. They may name reports that are not there;
// such a judgement waits, and [Result.Conflicts] says so.
func (b *Builder) Judge(js []fraud.Judgement) { b.judgements = append(b.judgements, js...) }

// judged gives the judgements in the order in which they were made.
func (b *Builder) judged() []fraud.Judgement {
	js := slices.Clone(b.judgements)
	slices.SortFunc(js, func(x, y fraud.Judgement) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.ID, y.ID))
	})
	return slices.CompactFunc(js, func(x, y fraud.Judgement) bool { return x.ID == y.ID && x.At.Equal(y.At) })
}

// minutes packs a time into 32 bits, good from 1970 to the year 10136; a time
// outside is held at the nearer end.
func minutes(t time.Time) uint32 {
	return uint32(min(max(t.Unix()/60, 0), math.MaxUint32))
}

func fromMinutes(m uint32) time.Time { return time.Unix(int64(m)*60, 0).UTC() }

// kinds and roles number the words of package fraud; the numbers live in one
// run of the program only, and the lists' order means nothing.
var (
	kinds = []fraud.Kind{
		"", fraud.Phone, fraud.Email, fraud.URL, fraud.Domain, fraud.IP, fraud.RemoteID, fraud.RemoteHost, fraud.BankAccount,
		fraud.UPI, fraud.Wallet, fraud.TxID, fraud.CardDescriptor, fraud.MerchantID, fraud.Company, fraud.TaxID, fraud.PersonAlias,
		fraud.Handle, fraud.Tracker, fraud.Script, fraud.Image, fraud.File, fraud.IMEI, fraud.ICCID,
	}
	roles = []fraud.Role{
		"", fraud.RoleCallback, fraud.RoleShownCallerID, fraud.RoleSender, fraud.RoleLure, fraud.RoleRedirect, fraud.RolePayee,
		fraud.RoleRemote, fraud.RoleAlias, fraud.RoleCompany, fraud.RoleScript, fraud.RoleAsset, fraud.RoleTracker, fraud.RoleMention,
	}
	tlps = []fraud.TLP{fraud.TLPRed, fraud.TLPAmberStrict, fraud.TLPAmber, fraud.TLPGreen, fraud.TLPClear}
	paps = []fraud.PAP{fraud.PAPRed, fraud.PAPAmber, fraud.PAPGreen, fraud.PAPClear}
)

func kindNumber(k fraud.Kind) byte  { return byte(max(slices.Index(kinds, k), 0)) }
func roleNumber(r fraud.Role) uint8 { return uint8(max(slices.Index(roles, r), 0)) }

func packMark(m fraud.Mark) uint8 {
	m = m.Filled()
	return uint8(max(slices.Index(tlps, m.TLP), 0)<<4 | max(slices.Index(paps, m.PAP), 0))
}

func unpackMark(m uint8) fraud.Mark { return fraud.Mark{TLP: tlps[m>>4], PAP: paps[m&15]} }

func (b *Builder) indicator(value uint32) fraud.Indicator {
	raw := b.values.bytes(value)
	return fraud.Indicator{Kind: kinds[raw[0]], Value: string(raw[1:])}
}
