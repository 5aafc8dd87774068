package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"ringbreaker.example/fraud"
)

const (
	addSeizureSQL = `
	INSERT INTO seizures (id, search, no, type, what, imei, iccid, serial, place, seal, root, sha256, photo, minor, currency, corrects, at, by_person, phone_key)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`
	lastSeizureSQL = `SELECT COALESCE(MAX(no), 0) FROM seizures WHERE search = $1`
	seizureSQL     = `
	SELECT id, search, no, type, what, imei, iccid, serial, place, seal, root, sha256, photo, minor, currency, corrects, at, by_person, phone_key
	FROM seizures WHERE id = $1`
	seizureByKeySQL = `
	SELECT id, search, no, type, what, imei, iccid, serial, place, seal, root, sha256, photo, minor, currency, corrects, at, by_person, phone_key
	FROM seizures WHERE search = $1 AND phone_key = $2`
	seizuresSQL = `
	SELECT id, search, no, type, what, imei, iccid, serial, place, seal, root, sha256, photo, minor, currency, corrects, at, by_person, phone_key
	FROM seizures WHERE search = $1 ORDER BY no`
)

func scanSeizure(r row) (s fraud.Seizure, err error) {
	err = r.Scan(&s.ID, &s.Search, &s.No, &s.Type, &s.What, &s.IMEI, &s.ICCID, &s.Serial, &s.Place, &s.Seal, opt(&s.Root), &s.SHA256,
		&s.Photo, &s.Amount.Minor, &s.Amount.Currency, opt(&s.Corrects), at(&s.At), &s.By, opt(&s.Key))
	return s, err
}

// AddSeizure puts an item on a search's seizure list: numbered within the
// search, with the first event of its custody (seized, held by the person who
// took it) and that event's leaf, in one transaction. It gives the item back
// as it is kept. The same Key again gives the item that is there, whatever id
// and time the phone now says; with another content it is ErrConflict.
// ErrNotFound if the search, or the item that it corrects or was taken out
// of, is not here.
func (db *DB) AddSeizure(ctx context.Context, s fraud.Seizure) (fraud.Seizure, error) {
	var kept fraud.Seizure
	err := db.write(ctx, func(t *tx) (err error) {
		if err := t.lockLedger(ctx); err != nil { // numbering is one at a time
			return err
		}
		kept, err = t.seizureSentBefore(ctx, s)
		if !errors.Is(err, fraud.ErrNotFound) {
			return err
		}
		kept, err = t.addSeizure(ctx, s)
		return err
	})
	if err != nil {
		return fraud.Seizure{}, doing(err, "add seizure %s", s.ID)
	}
	return kept, nil
}

func (t *tx) seizureSentBefore(ctx context.Context, s fraud.Seizure) (fraud.Seizure, error) {
	if s.Key == "" {
		return fraud.Seizure{}, fraud.ErrNotFound
	}
	have, err := one(ctx, t, scanSeizure, "seizure", seizureByKeySQL, s.Search, s.Key)
	if err != nil {
		return fraud.Seizure{}, err
	}
	s.ID, s.No, s.At = have.ID, have.No, have.At
	if s != have {
		return fraud.Seizure{}, conflict(fmt.Sprintf("the same key came before with another content, as number %d: correct that one", have.No))
	}
	return have, nil
}

func (t *tx) addSeizure(ctx context.Context, s fraud.Seizure) (fraud.Seizure, error) {
	last, err := one(ctx, t, scanInt, "seizure", lastSeizureSQL, s.Search)
	if err != nil {
		return s, err
	}
	if s.At.IsZero() {
		s.At = t.now
	}
	s.No, s.At = int(last)+1, cut(s.At)
	_, err = t.exec(ctx, addSeizureSQL, s.ID, s.Search, s.No, s.Type, s.What, s.IMEI, s.ICCID, s.Serial, s.Place, s.Seal, orNull(s.Root),
		s.SHA256, s.Photo, s.Amount.Minor, s.Amount.Currency, orNull(s.Corrects), us(s.At), s.By, orNull(s.Key))
	if err != nil {
		return s, err
	}
	if err := t.attestOne(ctx, "seizures", s.ID); err != nil {
		return s, err
	}
	_, err = t.addCustody(ctx, fraud.CustodyEvent{
		Item: s.ID, Act: fraud.CustodySeized, Holder: string(s.By), Place: s.Place,
		Why: "seized in search " + string(s.Search), Seal: s.Seal, SHA256: s.SHA256, At: s.At, By: s.By,
	})
	return s, err
}

// Seizure gives one item, or ErrNotFound.
func (db *DB) Seizure(ctx context.Context, id fraud.SeizureID) (fraud.Seizure, error) {
	s, err := oneOf(ctx, db, scanSeizure, "seizure", seizureSQL, id)
	return s, doing(err, "seizure %s", id)
}

// Seizures gives a search's seizure list, by number.
func (db *DB) Seizures(ctx context.Context, search fraud.SearchID) ([]fraud.Seizure, error) {
	return listAll(ctx, db, scanSeizure, "the seizure list", seizuresSQL, search)
}

const (
	addCustodySQL = `
	INSERT INTO custody (item, seq, act, holder, from_whom, place, why, seal, sha256, at, by_person, prev, hash, leaf)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	custodySQL = `
	SELECT item, seq, act, holder, from_whom, place, why, seal, sha256, at, by_person, prev, hash
	FROM custody WHERE item = $1 ORDER BY seq`
	lastCustodySQL = `
	SELECT item, seq, act, holder, from_whom, place, why, seal, sha256, at, by_person, prev, hash
	FROM custody WHERE item = $1 ORDER BY seq DESC LIMIT 1`
)

func scanCustody(r row) (e fraud.CustodyEvent, err error) {
	err = r.Scan(&e.Item, &e.Seq, &e.Act, &e.Holder, &e.From, &e.Place, &e.Why, &e.Seal, &e.SHA256, at(&e.At), &e.By, &e.Prev, &e.Hash)
	return e, err
}

// AddCustody adds an event to an item's chain: it gives it its number, the
// hash of the event before and its own, appends the leaf, and gives the event
// back as it is kept. A hand-over by somebody who did not hold the item is
// taken all the same: a gap is shown, never hidden. An event before the last
// one's time is refused with ErrConflict, an item that is not here with
// ErrNotFound.
func (db *DB) AddCustody(ctx context.Context, e fraud.CustodyEvent) (fraud.CustodyEvent, error) {
	var kept fraud.CustodyEvent
	err := db.write(ctx, func(t *tx) (err error) {
		if err := t.lockLedger(ctx); err != nil { // a chain grows one at a time
			return err
		}
		kept, err = t.addCustody(ctx, e)
		return err
	})
	if err != nil {
		return fraud.CustodyEvent{}, doing(err, "add custody of item %s", e.Item)
	}
	return kept, nil
}

func (t *tx) addCustody(ctx context.Context, e fraud.CustodyEvent) (fraud.CustodyEvent, error) {
	last, err := one(ctx, t, scanCustody, "custody", lastCustodySQL, e.Item)
	if err != nil && !errors.Is(err, fraud.ErrNotFound) {
		return e, err
	}
	if e.At.IsZero() {
		e.At = t.now
	}
	e.At = cut(e.At)
	if e.At.Before(last.At) {
		return e, conflict("the last event of the chain is of " + last.At.Format(time.RFC3339))
	}
	e.Seq, e.Prev = last.Seq+1, last.Hash
	if e.Hash, err = e.ChainHash(); err != nil {
		return e, err
	}
	var digest [32]byte
	if _, err := hex.Decode(digest[:], []byte(e.Hash)); err != nil {
		return e, err
	}
	leaf, err := t.leaf(ctx, fraud.LeafCustody, custodyRef(e), digest)
	if err != nil {
		return e, err
	}
	_, err = t.exec(ctx, addCustodySQL, e.Item, e.Seq, e.Act, e.Holder, e.From, e.Place, e.Why, e.Seal, e.SHA256, us(e.At), e.By, e.Prev, e.Hash, leaf)
	return e, err
}

// custodyRef is how a leaf names an event: the item and the number.
func custodyRef(e fraud.CustodyEvent) string { return fmt.Sprintf("%s#%d", e.Item, e.Seq) }

// Custody gives an item's chain, oldest first; empty if there is no such item.
func (db *DB) Custody(ctx context.Context, item fraud.SeizureID) ([]fraud.CustodyEvent, error) {
	return listAll(ctx, db, scanCustody, "custody", custodySQL, item)
}
