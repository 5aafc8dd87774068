package extract

// shortWords finds the words of the dictionary that have eight ASCII letters
// at most, which nearly all of its words in English are, without a branch
// that depends on the word: a perfect hash (displacements for each bucket;
// Belazzougui, Botelho and Dietzfelbinger, "Hash, displace, and compress") and
// one comparison, whose outcome goes into the token as it is.
type shortWords struct {
	seed  uint64 // odd
	shift [1 << shortBuckets]uint16
	slots [1 << shortSlots]shortWord
}

// shortWord is all that the tokeniser needs to know of a word. The zero one
// is no word.
type shortWord struct {
	key   uint64 // its letters, lower case, first letter lowest
	entry int16  // place in the dictionary
	look  uint8  // 1 if a recogniser starts here
}

// At 2,200 words the table is half full, so that displacements are found at
// once; twice as many would still fit.
const (
	shortBuckets = 10
	shortSlots   = 12
)

// shorts are those of the dictionary.
var shorts = func() (s shortWords) {
	s.fill(dictionary.entries)
	return s
}()

// hash spreads the bits of a key to the highest ones.
func (s *shortWords) hash(key uint64) uint64 { return key * s.seed }

// at is the place in slots where a key with that hash stands if it is one.
func (s *shortWords) at(hash uint64) uint64 {
	return (hash>>(64-shortBuckets-shortSlots) ^ uint64(s.shift[hash>>(64-shortBuckets)])) & (1<<shortSlots - 1)
}

// differ is all ones where a and b are not the same, else 0.
func differ(a, b uint64) uint64 {
	d := a ^ b
	return uint64(int64(d|-d) >> 63)
}

// fill places the words of the dictionary. Two words that fall together
// whatever the displacement need another seed; a few are enough.
func (s *shortWords) fill(entries []entry) {
	for seed := uint64(1); seed < 1000; seed++ {
		*s = shortWords{seed: mix(seed) | 1}
		if s.placeAll(entries) {
			return
		}
	}
	panic("extract: the dictionary has more short words than their table has room for: raise shortSlots")
}

// placeAll places the words, the fullest buckets first.
func (s *shortWords) placeAll(entries []entry) bool {
	var buckets [1 << shortBuckets][]shortWord
	most := 0
	for i, e := range entries {
		if e.head == 0 {
			continue
		}
		w := shortWord{key: e.head >> (64 - 8*len(e.word)), entry: int16(i)}
		if e.is.has(wordsToLookAt) {
			w.look = 1
		}
		b := &buckets[s.hash(w.key)>>(64-shortBuckets)]
		*b = append(*b, w)
		most = max(most, len(*b))
	}
	for size := most; size > 0; size-- {
		for i, bucket := range buckets {
			if len(bucket) == size && !s.place(i, bucket) {
				return false
			}
		}
	}
	return true
}

// place finds the displacement with which the words of a bucket fall into
// empty slots.
func (s *shortWords) place(bucket int, words []shortWord) bool {
	for shift := range uint16(1 << shortSlots) {
		s.shift[bucket] = shift
		n := 0
		for ; n < len(words); n++ {
			slot := &s.slots[s.at(s.hash(words[n].key))]
			if slot.key != 0 {
				break
			}
			*slot = words[n]
		}
		if n == len(words) {
			return true
		}
		for _, w := range words[:n] {
			s.slots[s.at(s.hash(w.key))] = shortWord{}
		}
	}
	return false
}
