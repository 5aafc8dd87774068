package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"ringbreaker.example/fraud"
)

// Words of reports are found by an index of the engine's own (FTS5, GIN), but
// what a word is we say ourselves, so that both engines find the same:
//
//	text ─▶ NFKD, lower case, marks off Latin, Greek and Cyrillic letters ─▶ runs of letters and digits
//	     ─▶ Chinese, Japanese and Thai runs, which have no spaces, in pairs of signs
//	     ─▶ ASCII as it is; anything else as "0x" and its UTF-8 in hexadecimal
//
// The index holds no text and no order of words. What belongs to the victim
// is left out: a name in the index would be a name outside the vault.
const (
	wordLongest = 40   // runes; longer runs are codes that the sightings hold
	wordsMost   = 1500 // different words of one report; past it a text is pasted pages
)

// wordsOf gives the different words of texts, in order of first appearance.
func wordsOf(texts ...string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(w string) {
		if len(out) < wordsMost && !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	for _, text := range texts {
		for _, run := range strings.FieldsFunc(folded(text), parts) {
			if ascii(run) { // most words of most languages, the quick way
				if len(run) <= wordLongest {
					add(run)
				}
				continue
			}
			r := []rune(run)
			if !slices.ContainsFunc(r, unspaced) {
				if len(r) <= wordLongest {
					add(encoded(run))
				}
				continue
			}
			if len(r) == 1 {
				add(encoded(run))
			}
			for i := 0; i+1 < len(r); i++ {
				add(encoded(string(r[i : i+2])))
			}
		}
	}
	return out
}

// parts says whether a sign stands between words.
func parts(r rune) bool {
	if r < 0x80 {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && (r < 'A' || r > 'Z')
	}
	return !unicode.In(r, unicode.L, unicode.N, unicode.M)
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// folded takes case and accents off, which people type or leave out.
func folded(text string) string {
	if ascii(text) {
		return strings.ToLower(text)
	}
	var b strings.Builder
	b.Grow(len(text))
	bare := false // the letter before is of a script whose marks are accents
	for _, r := range norm.NFKD.String(strings.ToLower(text)) {
		if unicode.Is(unicode.M, r) {
			if bare {
				continue
			}
		} else {
			bare = unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
		}
		b.WriteRune(r)
	}
	return b.String()
}

func encoded(word string) string {
	if ascii(word) {
		return word
	}
	return "0x" + hex.EncodeToString([]byte(word))
}

// textsOf gives the free texts of a report with the victim's own numbers,
// addresses and accounts blotted out.
func textsOf(rep *fraud.Report, sightings []fraud.Sighting) []string {
	blot := func(field, text string) string {
		b := []byte(text)
		for _, s := range sightings {
			if s.Role == fraud.RoleVictimOwned && s.Place.Field == field && s.Place.Start >= 0 && s.Place.End <= len(b) {
				for i := s.Place.Start; i < s.Place.End; i++ {
					b[i] = ' '
				}
			}
		}
		return string(b)
	}
	out := []string{blot("narrative", rep.Narrative)}
	for i, c := range rep.Contacts {
		out = append(out, blot(fmt.Sprintf("contacts[%d].text", i), c.Text), c.Brand, c.AgentAlias)
	}
	for _, s := range rep.Subjects {
		out = append(out, s.Name)
	}
	return out
}

const (
	textsDoneSQL = `SELECT no FROM texts_done WHERE one = 1`
	textsSetSQL  = `UPDATE texts_done SET no = $1 WHERE one = 1 AND no = $2`
	textsToDoSQL = `
	SELECT r.no, r.id, r.raw, e.sightings
	FROM reports r LEFT JOIN extractions e ON e.report_no = r.no
	WHERE r.no > $1 ORDER BY r.no LIMIT $2`
	addCardSQL = `INSERT INTO report_cards (report_no, paid_at, aged60, country, age_band, language, time_zone) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

// textsAtOnce is how many reports one transaction of [DB.IndexTexts] takes, so
// that reports that come in meanwhile wait for less than a second.
const textsAtOnce = 2000

// IndexTexts brings up to limit reports (all, if it is zero or less) that
// came since into the index of words and the inbox's cards, and says how many
// those were. It may be called at any time, by several at once: what was done
// is done once. Intake does not wait for it.
func (db *DB) IndexTexts(ctx context.Context, limit int) (done int, err error) {
	for left := most(limit); left > 0; {
		n, err := db.indexSome(ctx, min(left, textsAtOnce))
		done += n
		if err != nil || n == 0 {
			return done, doing(err, "index the words of reports")
		}
		left -= int64(n)
	}
	return done, nil
}

// indexSome does one transaction's worth. The reports are read and taken
// apart before the writer is asked for.
func (db *DB) indexSome(ctx context.Context, limit int64) (int, error) {
	var from, to int64
	var words, cards [][]any
	var some bool
	err := db.read(ctx, func(t *sql.Tx) (err error) {
		if from, err = one(ctx, t, scanInt, "mark", textsDoneSQL); err != nil {
			return err
		}
		return each(ctx, t, textsToDoSQL, []any{from, limit}, func(r row) error {
			var id fraud.ReportID
			var raw, packed []byte
			if err := r.Scan(&to, &id, &raw, &packed); err != nil {
				return err
			}
			some = true
			if packed == nil {
				return nil // it was deleted
			}
			sightings, err := unpackSightings(id, packed)
			if err != nil {
				return fmt.Errorf("report %s: %w", id, err)
			}
			rep, err := fraud.DecodeReport(raw)
			if err != nil {
				return fmt.Errorf("report %s: %w", id, err)
			}
			words = append(words, []any{to, db.dialect.words(wordsOf(textsOf(rep, sightings)...))})
			who := rep.Reporter
			cards = append(cards, []any{
				to, us(lastPaid(rep)), who.AgeBand == "60_plus", plain(who.Country), plain(who.AgeBand), plain(who.Language), plain(who.TimeZone),
			})
			return nil
		})
	})
	if err != nil || !some {
		return 0, err
	}
	taken := 0
	err = db.write(ctx, func(t *tx) error {
		n, err := t.exec(ctx, textsSetSQL, to, from)
		if err != nil || n == 0 {
			return err // somebody else took them meanwhile
		}
		taken = max(1, len(words))
		if words, err = t.withoutDeleted(ctx, words, from, to); err != nil || len(words) == 0 {
			return err
		}
		if cards, err = t.withoutDeleted(ctx, cards, from, to); err != nil {
			return err
		}
		if _, err := t.many(ctx, db.dialect.addWords(), words); err != nil {
			return err
		}
		return t.bulk(ctx, addCardSQL, cards)
	})
	if taken == 0 && err == nil {
		return db.indexSome(ctx, limit)
	}
	return taken, err
}

// lastPaid is when the victim last sent money, or zero.
func lastPaid(rep *fraud.Report) (last time.Time) {
	for _, p := range rep.Payments {
		if p.Status == "sent" && p.At.After(last) {
			last = p.At
		}
	}
	if last.IsZero() && slices.ContainsFunc(rep.Payments, func(p fraud.Payment) bool { return p.Status == "sent" }) {
		last = rep.HappenedAt()
	}
	return last
}

// TextsBehind says how many reports wait to have their words indexed.
func (db *DB) TextsBehind(ctx context.Context) (int, error) {
	var behind int64
	err := db.read(ctx, func(t *sql.Tx) error {
		done, err := one(ctx, t, scanInt, "mark", textsDoneSQL)
		if err != nil {
			return err
		}
		all, err := one(ctx, t, scanInt, "report", lastReportSQL)
		behind = all - done
		return err
	})
	return int(behind), doing(err, "count what waits for its words")
}

// FindTexts gives up to limit reports, newest first, whose texts hold all the
// words of q, in any order and writing.
func (db *DB) FindTexts(ctx context.Context, q string, limit int) ([]fraud.Hit, error) {
	words := wordsOf(q)
	if len(words) == 0 || len(words) > wordsAsked {
		return nil, nil
	}
	return listAll(ctx, db, func(r row) (h fraud.Hit, err error) {
		h.Kind, h.Reports = fraud.HitText, 1
		err = r.Scan(&h.Ref, &h.Ring)
		return h, err
	}, "texts", db.dialect.findWords(), db.dialect.askWords(words), most(limit))
}

// wordsAsked bounds one question: more words than a sentence is no question.
const wordsAsked = 24
