package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// kindsToFind are the kinds that a search looks through, since the index of
// sightings is by kind first.
var kindsToFind = []fraud.Kind{
	fraud.Phone, fraud.Email, fraud.URL, fraud.Domain, fraud.IP, fraud.RemoteID, fraud.RemoteHost, fraud.BankAccount, fraud.UPI,
	fraud.Wallet, fraud.TxID, fraud.CardDescriptor, fraud.MerchantID, fraud.Company, fraud.TaxID, fraud.PersonAlias, fraud.Handle,
	fraud.Tracker, fraud.Script, fraud.Image, fraud.File, fraud.IMEI, fraud.ICCID,
}

// afterAll sorts after every text: the end of a range of texts that begin alike.
const afterAll = "\U0010FFFF"

const (
	findRingsSQL = `
	SELECT r.id, (SELECT COUNT(*) FROM ring_reports m WHERE m.ring_id = r.id)
	FROM rings r
	WHERE r.id >= $1 AND r.id < $2
	ORDER BY r.id LIMIT $3`
	findReportsSQL = `
	SELECT r.id, COALESCE((SELECT m.ring_id FROM ring_reports m WHERE m.report_id = r.id), '')
	FROM reports r
	WHERE r.id >= $1 AND r.id < $2
	ORDER BY r.id LIMIT $3`
	findIndicatorsSQL = `
	SELECT f.kind, f.value, f.n,
	    COALESCE((SELECT m.ring_id FROM reports r JOIN ring_reports m ON m.report_id = r.id WHERE r.no = f.first), '')
	FROM (
	    SELECT s.kind, s.value, COUNT(*) AS n, MIN(s.report_no) AS first
	    FROM sightings s
	    WHERE s.kind = $1 AND s.value >= $2 AND s.value < $3
	    GROUP BY s.kind, s.value
	    ORDER BY s.kind, s.value LIMIT $4) f
	ORDER BY f.kind, f.value`
)

// Find gives up to limit things whose name begins with q: rings and reports
// by id, indicators by value ("kind:value" asks for one kind; digits also ask
// for a telephone number with its plus sign). Rings come first, then reports,
// then indicators, each in order (indicators by kind as [fraud.Kind] lists
// them, then value). An indicator's ring is that of the first
// report that holds it.
func (db *DB) Find(ctx context.Context, q string, limit int) ([]fraud.Hit, error) {
	q = plain(strings.TrimSpace(q))
	if q == "" {
		return nil, nil
	}
	var out []fraud.Hit
	err := db.read(ctx, func(t *sql.Tx) error {
		rings, err := list(ctx, t, func(r row) (h fraud.Hit, err error) {
			h.Kind = fraud.HitRing
			err = r.Scan(&h.Ref, &h.Reports)
			h.Ring = fraud.RingID(h.Ref)
			return h, err
		}, findRingsSQL, q, q+afterAll, most(limit))
		if err != nil {
			return err
		}
		reports, err := list(ctx, t, func(r row) (h fraud.Hit, err error) {
			h.Kind, h.Reports = fraud.HitReport, 1
			err = r.Scan(&h.Ref, &h.Ring)
			return h, err
		}, findReportsSQL, q, q+afterAll, most(limit))
		if err != nil {
			return err
		}
		indicators, err := findIndicators(ctx, t, q, most(limit))
		out = slices.Concat(rings, reports, indicators)
		return err
	})
	if err != nil {
		return nil, doing(err, "search")
	}
	return out[:min(int64(len(out)), most(limit))], nil
}

// findIndicators asks once for each kind and each beginning that q may mean:
// a fixed number of short ranges of the index, each read only as far as
// needed, where one question for all would read all that begins alike.
func findIndicators(ctx context.Context, q queryer, text string, limit int64) ([]fraud.Hit, error) {
	var out []fraud.Hit
	kinds, values := asIndicator(text)
	for _, kind := range kinds {
		for _, value := range values {
			if int64(len(out)) >= limit {
				return out, nil
			}
			more, err := list(ctx, q, scanIndicatorHit, findIndicatorsSQL, kind, value, value+afterAll, limit)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
	}
	return out, nil
}

func scanIndicatorHit(r row) (h fraud.Hit, err error) {
	h.Kind = fraud.HitIndicator
	err = r.Scan(&h.Indicator.Kind, &h.Indicator.Value, &h.Reports, &h.Ring)
	h.Ref = h.Indicator.String()
	return h, err
}

// asIndicator says which kinds and which beginnings of a value q may mean.
func asIndicator(q string) ([]fraud.Kind, []string) {
	kinds, value := kindsToFind, q
	if kind, rest, ok := strings.Cut(q, ":"); ok && slices.Contains(kindsToFind, fraud.Kind(kind)) && rest != "" {
		kinds, value = []fraud.Kind{fraud.Kind(kind)}, rest
	}
	values := []string{value}
	if lower := strings.ToLower(value); lower != value {
		values = append(values, lower)
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, value)
	if plus := "+" + digits; len(digits) >= 3 && plus != value && strings.Trim(value, "0123456789+-(). ") == "" {
		values = append(values, plus)
	}
	return kinds, values
}

const (
	reportsOfRingSQL = `
	SELECT r.raw, r.victim
	FROM ring_reports m JOIN reports r ON r.id = m.report_id
	WHERE m.ring_id = $1
	ORDER BY m.report_id LIMIT $2`
	timesOfRingSQL = `
	SELECT r.happened_at
	FROM ring_reports m JOIN reports r ON r.id = m.report_id
	WHERE m.ring_id = $1
	ORDER BY m.report_id`
)

// ReportsOfRing gives up to limit reports of a ring, by id; none if there is
// no such ring.
func (db *DB) ReportsOfRing(ctx context.Context, id fraud.RingID, limit int) ([]*fraud.Report, error) {
	return listAll(ctx, db, scanReport, "reports of a ring", reportsOfRingSQL, id, most(limit))
}

// HoursOfRing counts a ring's reports by the day of the week (Sunday is 0)
// and the hour at which the incident happened, in UTC.
func (db *DB) HoursOfRing(ctx context.Context, id fraud.RingID) (hours [7][24]int, err error) {
	err = db.read(ctx, func(t *sql.Tx) error {
		return each(ctx, t, timesOfRingSQL, []any{id}, func(r row) error {
			var when time.Time
			if err := r.Scan(at(&when)); err != nil {
				return err
			}
			hours[when.Weekday()][when.Hour()]++
			return nil
		})
	})
	return hours, doing(err, "count the hours of ring %s", id)
}
