package extract

import (
	_ "embed" // the dictionary
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordsText is the dictionary of cue words in six languages. Each line is
// "cue language word word …"; a word may stand in several lines. A word with
// "=n" has a value: of a digit, a number word, or a tool.
//
//go:embed data/words.txt
var wordsText string

// cues is a set of what a word may tell the scanner.
type cues uint64

func (c cues) has(other cues) bool { return c&other != 0 }

const (
	cueCall       cues = 1 << iota // call, dial, contact: an order to phone
	cuePhone                       // phone, number, helpline: a number may follow
	cueMy                          // my, our: the speaker's own
	cueI                           // I, we
	cueUs                          // us, our, me: the other side wants to be reached
	cueFrom                        // from
	cueGot                         // received, rang: a call came in
	cueShown                       // caller, display: what the phone showed
	cueID                          // order, invoice, tracking: a number that is no phone follows
	cuePay                         // send, deposit, transfer: money goes there
	cueOwn                         // mobile, cell, home: with "my", the victim's line
	cueText                        // text, sms, message
	cueMail                        // email
	cueSite                        // website, page, link
	cueGenuine                     // real, official, genuine: the true brand's
	cueTool                        // a remote-access product
	cueGift                        // a brand of gift card
	cueMoney                       // a currency
	cueDigit                       // a digit as a word
	cueTeen                        // ten to nineteen as a word
	cueTens                        // twenty to ninety as a word, and 21 to 99 where one word says it
	cueTimes                       // double, triple
	cueHundred                     // hundred
	cueAnd                         // and, between tens and units
	cueName                        // name
	cueIs                          // is
	cueDot                         // dot, as in "example dot com"
	cueAtWord                      // at, as in "name at example"
	cueExt                         // extension
	cueWallet                      // wallet, address
	cueAccount                     // account, iban
	cueRouting                     // routing, aba, sort code, ifsc
	cueBank                        // bank
	cueTx                          // txid, hash
	cueCardLine                    // statement, descriptor, billed as
	cueMerchant                    // merchant, mid
	cueAgent                       // agent, technician: a name follows
	cueTracker                     // ua, g, gtm, aw, pub, fbq, clicky, histats
	cueNetwork                     // telegram, whatsapp, instagram
	cueFax                         // fax
	cueHandset                     // imei
	cueSIM                         // iccid, sim
	cueFirm                        // ltd, llc, inc, gmbh: ends a company's name
	cueRegister                    // company number, cin, registered
	cueTax                         // ein, gstin, pan, vat
	cueSession                     // id, session, code: beside a tool's name
	cueCalled                      // called, phoned: in the past
	cueTo                          // to
	cueFree                        // toll, free
	cueDate                        // months and weekdays
	cueScript                      // said, told: they speak
	cueSwift                       // bic, swift
	cueUPI                         // upi, paytm, gpay
	cueGiftWord                    // gift, card, voucher
	cueFileHash                    // md5, sha1, sha256, file
	cueMore                        // the word's hints want it looked at
	cueHandleWord                  // username, handle
	cueThis                        // this, himself: before a name
	cueSigned                      // regards, realtor: a person's signature
	cueRedirect                    // redirected
	cueNumber                      // number, no: of what, the words before it say
	cueHyphen                      // hyphen, as in "pc hyphen care dot example"
	cueFiller                      // uh, um: between digits said aloud
	cueDo                          // two in Hindi, as it is written in Latin letters
)

// wordsToLookAt are the cues at which a recogniser starts.
const wordsToLookAt = cueTool | cueGift | cueMoney | cueDigit | cueTeen | cueTens | cueTimes | cueName | cueAgent |
	cueTracker | cueDot | cueCardLine | cueMerchant | cueRouting | cueFirm | cueNetwork | cueSwift | cueRegister | cueTax | cueThis | cueMore

var cueNames = map[string]cues{
	"call": cueCall, "phone": cuePhone, "my": cueMy, "i": cueI, "us": cueUs, "from": cueFrom, "got": cueGot, "shown": cueShown,
	"id": cueID, "pay": cuePay, "own": cueOwn, "text": cueText, "mail": cueMail, "site": cueSite, "genuine": cueGenuine,
	"tool": cueTool, "gift": cueGift, "money": cueMoney, "digit": cueDigit, "teen": cueTeen, "tens": cueTens, "times": cueTimes,
	"hundred": cueHundred, "and": cueAnd, "name": cueName, "is": cueIs, "dot": cueDot, "at": cueAtWord, "ext": cueExt,
	"wallet": cueWallet, "account": cueAccount, "routing": cueRouting, "bank": cueBank, "tx": cueTx, "cardline": cueCardLine,
	"merchant": cueMerchant, "agent": cueAgent, "tracker": cueTracker, "network": cueNetwork, "fax": cueFax, "handset": cueHandset,
	"sim": cueSIM, "firm": cueFirm, "register": cueRegister, "tax": cueTax, "session": cueSession,
	"called": cueCalled, "to": cueTo, "free": cueFree, "date": cueDate, "script": cueScript, "swift": cueSwift, "number": cueNumber, "hyphen": cueHyphen, "filler": cueFiller, "do": cueDo, "upi": cueUPI, "giftword": cueGiftWord, "filehash": cueFileHash, "this": cueThis, "redirect": cueRedirect, "signed": cueSigned, "handleword": cueHandleWord,
}

// hints is what a word says beside its cues, mostly about people. Recognisers
// and roles ask for them; a pass over the text does not.
type hints uint32

func (h hints) has(other hints) bool { return h&other != 0 }

const (
	hintGiven     hints = 1 << iota // a given name
	hintFamily                      // a family name, in a script without capitals
	hintPerson                      // man, lady, caller: a name may follow
	hintRole                        // broker, lawyer, owner: a name may follow, and seldom does
	hintSelf                        // me, visitor, customer: who speaks for the victim in a chat
	hintKin                         // husband, victim, complainant: whose name is not an agent's
	hintSignoff                     // regards: a name stands in the next line
	hintSpeaks                      // bol, बोल: the name stands before it
	hintNoName                      // team, department: capitals, and nobody's name
	hintPresents                    // presenting as, called: a name follows behind a small word
	hintAsk                         // ask for, speak to: a name follows
	hintTrade                       // traders, solutions: ends a firm's name that has no legal form
	hintHosts                       // hosted, resolves: an address of a page follows
	hintReach                       // connection, C2: an address of the operators follows
	hintYours                       // your, Ihre: shown to the victim as theirs
	hintTheirs                      // his, scammer's, Täters
	hintWrite                       // add, DM, contact: a name to write to follows
	hintLive                        // live, of Skype's names
	hintRedirects                   // redirect, via: a page in between follows
	hintHolder                      // in the name of: whose account it is
	hintAddressee                   // dear, customer: whom a message speaks to or of
	hintDesk                        // support, contact: an address is there to be written to
	hintReadOut                     // read, gave, screen: a session's id was told to the caller, or stood on the own screen
	hintTaken                       // gegeben, लिया: the same, behind the id, where the verb stands last
	hintAskedFor                    // wollte, demandé: they wanted the id of the speaker
	hintToMe                        // me, mir: whom something is told or given
	hintOptOut                      // unsubscribe: an address of the mailer follows
	hintReachable                   // reached, joignable: where somebody can be called
	hintOffice                      // precinct, Sachbearbeiter: those who took the report down
	hintLead                        // as, from, shows: between a word for a statement and what it said
	hintTurn                        // gave, blocked, googled: a turn of phrase that readSaid knows
	hintOpens                       // open, type, download: what one is told to do with a site
)

// hintsToLookAt are the hints at which a recogniser starts.
const hintsToLookAt = hintGiven | hintFamily | hintPerson | hintRole | hintSignoff | hintSpeaks | hintPresents | hintAsk | hintLive

var hintNames = map[string]hints{
	"given": hintGiven, "family": hintFamily, "person": hintPerson, "role": hintRole, "self": hintSelf, "kin": hintKin, "signoff": hintSignoff,
	"speaks": hintSpeaks, "noname": hintNoName, "presents": hintPresents, "ask": hintAsk, "holder": hintHolder, "trade": hintTrade, "hosts": hintHosts, "reach": hintReach, "yours": hintYours, "theirs": hintTheirs, "write": hintWrite, "redirects": hintRedirects, "live": hintLive,
	"addressee": hintAddressee, "desk": hintDesk, "readout": hintReadOut, "taken": hintTaken, "askedfor": hintAskedFor, "tome": hintToMe, "optout": hintOptOut, "reachable": hintReachable, "office": hintOffice, "opens": hintOpens, "turn": hintTurn, "lead": hintLead,
}

// frames is which frames of an account a word has a place in (see readAccount):
// a frame is not read where none of its words stands near. They say no more,
// for a frame asks for its words letter by letter.
type frames uint32

func (f frames) has(other frames) bool { return f&other != 0 }

const (
	frameAsks     frames = 1 << iota // call, write, message: what a reader is asked to do
	framePolice                      // deputy, PHK: those to whom one goes
	frameHelper                      // neighbour, witness, realtor: who is neither side
	frameGenuine                     // back (of the card), themselves
	frameWrote                       // texted, emailed
	frameUsed                        // used
	frameTold                        // reported
	frameAgain                       // called, rings: who did it once more
	frameSpoof                       // spoofed
	frameBusiness                    // care, solutions: a word of a firm's name that has no legal form
	frameOwner                       // landline, neighbour: whose line it is
	frameLeft                        // left, leaves: somebody left a number
	frameShort                       // Mr, Sgt: written with a full stop that ends no sentence
)

var frameNames = map[string]frames{
	"frame:asks": frameAsks, "frame:police": framePolice, "frame:helper": frameHelper, "frame:genuine": frameGenuine, "frame:wrote": frameWrote,
	"frame:spoof": frameSpoof, "frame:owner": frameOwner, "frame:left": frameLeft, "frame:business": frameBusiness, "frame:used": frameUsed, "frame:told": frameTold, "frame:again": frameAgain, "frame:short": frameShort,
}

// namesText is the dictionary of names: "given name name …".
//
//go:embed data/names.txt
var namesText string

// language is what a text is written in, as far as its cue words tell.
type language uint8

const (
	langNone language = iota
	langEN
	langES
	langDE
	langFR
	langHI
	langJA
	langPT
	languages
)

var languageNames = map[string]language{"-": langNone, "en": langEN, "es": langES, "de": langDE, "fr": langFR, "hi": langHI, "ja": langJA, "pt": langPT}

// entry is one word of the dictionary.
type entry struct {
	word string
	head uint64 // of a short word in ASCII: its letters, which say all
	meaning
	langs uint8 // bit per language
	value int16 // of a number word; -1 if it has none
}

// maxWord is the longest word of the dictionary in bytes.
const maxWord = 48

// The offset basis and the prime of FNV-1a, 64 bits.
const (
	hashSeed  = 0xcbf29ce484222325
	hashPrime = 0x100000001b3
)

func hashByte(h uint64, c byte) uint64 {
	return (h ^ uint64(lower(c))) * hashPrime
}

// wordTable finds words by hash, open addressing, less than half full.
type wordTable struct {
	entries []entry // entry 0 stands for "not a word of ours"
	slots   [1 << wordBits]slot
}

// slot is a place in the table, with enough of the word's hash that a word
// that is not there seldom costs a comparison.
type slot struct {
	tag   uint16
	entry int16
}

const wordBits = 13

// wordHash is a hash of b[start:end] with ASCII letters folded, of its first
// and last eight bytes and its length, and the first eight bytes folded.
func wordHash(b []byte, start, end int) (h, head uint64) {
	const fold = 0x2020202020202020
	n := end - start
	var tail uint64
	switch {
	case n >= 8:
		head = binary.LittleEndian.Uint64(b[start:])
		tail = binary.LittleEndian.Uint64(b[end-8:])
	case start+8 <= len(b):
		head = binary.LittleEndian.Uint64(b[start:]) << (64 - 8*n)
	default:
		for i := end - 1; i >= start; i-- {
			head = head<<8 | uint64(b[i])
		}
		head <<= 64 - 8*n
	}
	head |= fold
	h = head ^ bits.RotateLeft64((tail|fold)*0x9E3779B97F4A7C15, 31) + uint64(n)
	h *= 0xD6E8FEB86659FD93
	return h ^ h>>32, head
}

// find is the place in entries of the word b[start:end], 0 if it is none.
func (t *wordTable) find(b []byte, start, end int) int16 {
	h, head := wordHash(b, start, end)
	for at := h >> 16 & (1<<wordBits - 1); ; at = (at + 1) & (1<<wordBits - 1) {
		s := t.slots[at]
		if s.entry == 0 {
			return 0
		}
		if s.tag != uint16(h) {
			continue
		}
		e := &t.entries[s.entry]
		if e.head != 0 {
			if e.head == head && len(e.word) == end-start {
				return s.entry
			}
			continue
		}
		if equalFold(e.word, b[start:end]) {
			return s.entry
		}
	}
}

// equalFold compares with ASCII letters folded; word is lower case.
func equalFold(word string, b []byte) bool {
	if len(word) != len(b) {
		return false
	}
	for i := range b {
		if c := b[i]; word[i] != c && word[i] != lower(c) {
			return false
		}
	}
	return true
}

// hashOf is FNV-1a with ASCII letters folded: sketches that are kept hold it.
func hashOf(s []byte) uint64 {
	h := uint64(hashSeed)
	for i := range len(s) {
		h = hashByte(h, s[i])
	}
	return h
}

func plainLetters(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) {
			return false
		}
	}
	return s != ""
}

func (t *wordTable) add(word string, is cues, lang language, value int16) {
	b := []byte(word)
	i := t.find(b, 0, len(b))
	if i == 0 {
		i = int16(len(t.entries))
		t.entries = append(t.entries, entry{word: word, value: -1})
		h, head := wordHash(b, 0, len(b))
		if len(word) <= 8 && plainLetters(word) {
			t.entries[i].head = head
		}
		at := h >> 16 & (1<<wordBits - 1)
		for t.slots[at].entry != 0 {
			at = (at + 1) & (1<<wordBits - 1)
		}
		t.slots[at] = slot{uint16(h), i}
	}
	e := &t.entries[i]
	e.is |= is
	e.langs |= 1 << lang
	if value >= 0 && (e.value < 0 || is&(cueDigit|cueTeen|cueTens) != 0) {
		e.value = value
	}
}

// dictionary is read once, when the program starts, and never changes.
var dictionary = readWords(wordsText)

func readWords(text string) *wordTable {
	t := &wordTable{entries: make([]entry, 1, 4096)}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] == "#" {
			continue
		}
		if fields[0] == "home" { // home COUNTRY word word …: see homeWords
			for _, f := range fields[2:] {
				t.add(f, 0, langNone, -1)
			}
			continue
		}
		is, lang := cueNames[fields[0]], languageNames[fields[1]]
		if hint := hintNames[fields[0]]; hint != 0 {
			t.hint(hint, lang, fields[2:])
			continue
		}
		if frame := frameNames[fields[0]]; frame != 0 {
			is := cues(0)
			if frame == frameBusiness {
				is = cueMore // a recogniser starts there
			}
			for _, f := range fields[2:] {
				t.add(f, is, lang, -1)
				t.entries[t.find([]byte(f), 0, len(f))].frames |= frame
			}
			continue
		}
		for _, f := range fields[2:] {
			word, number, found := strings.Cut(f, "=")
			value := int16(-1)
			if found {
				if n, err := strconv.Atoi(number); err == nil {
					value = int16(n)
				}
			}
			t.add(word, is, lang, value)
		}
	}
	for line := range strings.Lines(namesText) {
		if fields := strings.Fields(line); len(fields) > 1 && hintNames[fields[0]] != 0 {
			t.hint(hintNames[fields[0]], langNone, fields[1:])
		}
	}
	t.addGermanTens()
	for i, tool := range remoteTools {
		t.add(tool.word, cueTool, langNone, int16(i))
	}
	for i, g := range giftBrands {
		t.add(g.word, cueGift, langNone, int16(i))
	}
	return t
}

// hint adds words with a hint. Letters outside ASCII are not folded when a
// word is looked up, so a word that begins with one is added capitalised too.
func (t *wordTable) hint(h hints, lang language, words []string) {
	is := cues(0)
	if h.has(hintsToLookAt) {
		is = cueMore
	}
	for _, word := range words {
		forms := []string{word}
		if r, n := utf8.DecodeRuneInString(word); r >= utf8.RuneSelf && unicode.ToUpper(r) != r {
			forms = append(forms, string(unicode.ToUpper(r))+word[n:])
		}
		for _, form := range forms {
			t.add(form, is, lang, -1)
			t.entries[t.find([]byte(form), 0, len(form))].hint |= h
		}
	}
}

// addGermanTens adds 21 to 99 as German writes them, in one word.
func (t *wordTable) addGermanTens() {
	units := []string{"ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"}
	tens := []string{"zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"}
	for i, ten := range tens {
		for j, unit := range units {
			t.add(unit+"und"+ten, cueTens, langDE, int16((i+2)*10+j+1))
		}
	}
}

// meaning is what is asked of a word far more often than all else.
type meaning struct {
	is     cues
	hint   hints
	frames frames
}

// meanings are those of each word of the dictionary, side by side.
var meanings = func() (t [1 << cueBits]meaning) {
	for i, e := range dictionary.entries {
		t[i] = e.meaning // more words than room would end the program here, at its start
	}
	return t
}()

const cueBits = 12

// is is the cues of token i.
func (x *scan) is(i int) cues {
	if uint(i) >= uint(len(x.toks)) {
		return 0
	}
	return meanings[uint16(x.toks[i].word)&(1<<cueBits-1)].is
}

// hint is the hints of token i.
func (x *scan) hint(i int) hints {
	if uint(i) >= uint(len(x.toks)) {
		return 0
	}
	return meanings[uint16(x.toks[i].word)&(1<<cueBits-1)].hint
}

// frames is the frames that token i has a place in.
func (x *scan) frames(i int) frames {
	if uint(i) >= uint(len(x.toks)) {
		return 0
	}
	return meanings[uint16(x.toks[i].word)&(1<<cueBits-1)].frames
}

// value is the value of token i's word, -1 if it has none.
func (x *scan) value(i int) int { return int(dictionary.entries[x.toks[i].word].value) }
