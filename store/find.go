package store

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

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
	// Values that begin alike are found one after the other by the index, so
	// that a value that half a million reports hold costs one step.
	findIndicatorsSQL = `
	WITH RECURSIVE v(value) AS (
	    SELECT MIN(s.value) FROM sightings s WHERE s.kind = $1 AND s.value >= $2 AND s.value < $3
	    UNION ALL
	    SELECT (SELECT MIN(s.value) FROM sightings s WHERE s.kind = $1 AND s.value > v.value AND s.value < $3)
	    FROM v WHERE v.value IS NOT NULL)
	SELECT f.value,
	    (SELECT COUNT(*) FROM (SELECT 1 FROM sightings s WHERE s.kind = $1 AND s.value = f.value LIMIT 1000) most),
	    COALESCE((SELECT MIN(x.ring_id) FROM ring_values x WHERE x.kind = $1 AND x.value = f.value AND x.part = 'indicator'), '')
	FROM (SELECT value FROM v WHERE value IS NOT NULL LIMIT $4) f
	ORDER BY f.value`
	findMatchesSQL = `
	SELECT 'match', id, '', '', 'AMBER', 'AMBER' FROM matches
	WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3`
	findJointSQL = `
	SELECT 'joint_case', id, title, '', tlp, pap FROM joint_cases
	WHERE id >= $1 AND id < $2 OR lower(title) LIKE $4 ESCAPE '!' ORDER BY id LIMIT $3`
	findReferralsSQL = `
	SELECT 'referral', id, title, '', tlp, pap FROM referrals r
	WHERE (id >= $1 AND id < $2 OR lower(title) LIKE $4 ESCAPE '!')
	    AND version = (SELECT MAX(n.version) FROM referrals n WHERE n.id = r.id)
	ORDER BY id LIMIT $3`
	findCasesSQL = `
	SELECT 'case', id, number || ': ' || title, '', 'AMBER+STRICT', 'AMBER' FROM cases
	WHERE id >= $1 AND id < $2 OR number >= $1 AND number < $2 OR lower(title) LIKE $4 ESCAPE '!' ORDER BY id LIMIT $3`
	findOperationsSQL = `
	SELECT 'operation', id, name, '', 'AMBER+STRICT', 'AMBER' FROM operations
	WHERE id >= $1 AND id < $2 OR lower(name) LIKE $4 ESCAPE '!' ORDER BY id LIMIT $3`
	findSitesSQL = `
	SELECT 'site', id, name, operation, 'AMBER+STRICT', 'AMBER' FROM sites
	WHERE id >= $1 AND id < $2 OR lower(name) LIKE $4 ESCAPE '!' ORDER BY id LIMIT $3`
	findExhibitsSQL = `
	SELECT 'exhibit', x.id, x.what, x.search, 'AMBER+STRICT', 'AMBER' FROM (
	    SELECT id FROM seizures WHERE id >= $1 AND id < $2
	    UNION SELECT id FROM seizures WHERE seal = $4 AND seal <> ''
	    UNION SELECT id FROM seizures WHERE imei = $4 AND imei <> ''
	    UNION SELECT id FROM seizures WHERE iccid = $4 AND iccid <> ''
	    UNION SELECT id FROM seizures WHERE serial = $4 AND serial <> '') f
	    JOIN seizures x ON x.id = f.id
	ORDER BY x.id LIMIT $3`
)

// nouns are what a search finds by id, number or title. Agencies and desks
// have few of them, so a title may hold what was asked anywhere.
var nouns = []struct {
	query string
	title bool // the fourth parameter is a pattern of a title, not the text itself
}{
	{findMatchesSQL, false},
	{findJointSQL, true},
	{findReferralsSQL, true},
	{findCasesSQL, true},
	{findOperationsSQL, true},
	{findSitesSQL, true},
	{findExhibitsSQL, false},
}

// likeEscape makes a text one that LIKE takes for itself.
var likeEscape = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// shortestTitle is from how many characters a title is looked through: fewer
// would find almost everything.
const shortestTitle = 3

// Find gives things whose name begins with q, up to limit of each kind: rings
// and reports by id, indicators by value ("kind:value" asks for one kind;
// digits also ask for a telephone number with its plus sign); matches, joint
// cases, referrals, an agency's cases, operations and sites by id, number or
// title; exhibits by id, seal, IMEI, ICCID or serial; and reports by the words
// of their texts. They come in this order, within each by name (indicators by
// kind as [fraud.Kind] lists them, texts newest first). An indicator's ring is
// the first that it holds together, and its count of reports stops at 1,000.
//
// Find decides nothing: who shows what it gives asks the rules about each.
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
		var indicators []fraud.Hit
		err = prepared(ctx, t, findIndicatorsSQL, func(p queryer) (err error) {
			indicators, err = findIndicators(ctx, p, q, most(limit))
			return err
		})
		if err != nil {
			return err
		}
		others, err := findNouns(ctx, t, q, most(limit))
		out = slices.Concat(rings, reports, indicators, others)
		return err
	})
	if err != nil {
		return nil, doing(err, "search")
	}
	texts, err := db.FindTexts(ctx, q, limit)
	return append(out, texts...), err
}

func findNouns(ctx context.Context, q queryer, text string, limit int64) ([]fraud.Hit, error) {
	var out []fraud.Hit
	for _, n := range nouns {
		args := []any{text, text + afterAll, limit}
		if n.title {
			pattern := "%" + likeEscape.Replace(strings.ToLower(text)) + "%"
			if len([]rune(text)) < shortestTitle {
				pattern = "!!" // a title that is one exclamation mark
			}
			args = append(args, pattern)
		} else if strings.Contains(n.query, "$4") {
			args = append(args, text)
		}
		more, err := list(ctx, q, func(r row) (h fraud.Hit, err error) {
			err = r.Scan(&h.Kind, &h.Ref, &h.Says, &h.Of, &h.Mark.TLP, &h.Mark.PAP)
			return h, err
		}, n.query, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
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
			more, err := list(ctx, q, func(r row) (h fraud.Hit, err error) {
				h.Kind, h.Indicator.Kind = fraud.HitIndicator, kind
				err = r.Scan(&h.Indicator.Value, &h.Reports, &h.Ring)
				h.Ref = h.Indicator.String()
				return h, err
			}, findIndicatorsSQL, string(kind), value, value+afterAll, limit-int64(len(out)))
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
	}
	return out, nil
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
	sightingsOfManySQL = `
	SELECT r.id, e.sightings
	FROM reports r JOIN extractions e ON e.report_no = r.no
	WHERE r.id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`
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

// reporterOf reads of a report's JSON what counting needs, and nothing else.
type reporterOf struct {
	Reporter struct {
		AgeBand  string `json:"age_band"`
		Country  string `json:"country"`
		Language string `json:"language"`
		TimeZone string `json:"time_zone"`
	} `json:"reporter"`
}

// Incidents gives when and to whom the incidents of these reports happened,
// in the order of the reports' ids, without who anybody is. Reports that are
// not here are left out.
func (db *DB) Incidents(ctx context.Context, reports []fraud.ReportID) ([]fraud.Incident, error) {
	return listAll(ctx, db, func(r row) (x fraud.Incident, err error) {
		var raw []byte
		if err := r.Scan(at(&x.At), &x.Country, &x.AgeBand, &x.TimeZone, &raw); err != nil {
			return x, err
		}
		if raw == nil {
			return x, nil
		}
		var who reporterOf
		if err := json.Unmarshal(raw, &who); err != nil {
			return x, errors.New("a report is not the JSON that was accepted: run fsck")
		}
		x.Country, x.AgeBand, x.TimeZone = who.Reporter.Country, who.Reporter.AgeBand, who.Reporter.TimeZone
		return x, nil
	}, "incidents", incidentsSQL, texts(reports))
}

// The text of a report is read only while it waits for its card.
const incidentsSQL = `
	SELECT r.happened_at, COALESCE(c.country, ''), COALESCE(c.age_band, ''), COALESCE(c.time_zone, ''), CASE WHEN c.report_no IS NULL THEN r.raw END
	FROM reports r LEFT JOIN report_cards c ON c.report_no = r.no
	WHERE r.id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	ORDER BY r.id`

// sightingsApart is from how many reports on their sightings are read side by
// side.
const sightingsApart = 500

// SightingsOfMany gives what extract found in each of these reports. Reports
// that are not here are left out.
func (db *DB) SightingsOfMany(ctx context.Context, reports []fraud.ReportID) (map[fraud.ReportID][]fraud.Sighting, error) {
	out := make(map[fraud.ReportID][]fraud.Sighting, len(reports))
	sides := min(runtime.GOMAXPROCS(0), 1+len(reports)/sightingsApart)
	failed := make([]error, sides)
	var mu sync.Mutex // on out
	var rest sync.WaitGroup
	for k := range sides {
		rest.Go(func() {
			some := reports[k*len(reports)/sides : (k+1)*len(reports)/sides]
			failed[k] = db.read(ctx, func(t *sql.Tx) error {
				return each(ctx, t, sightingsOfManySQL, []any{texts(some)}, func(r row) error {
					var id fraud.ReportID
					var packed []byte
					if err := r.Scan(&id, &packed); err != nil {
						return err
					}
					list, err := unpackSightings(id, packed)
					mu.Lock()
					defer mu.Unlock()
					out[id] = list
					return err
				})
			})
		})
	}
	rest.Wait()
	return out, doing(errors.Join(failed...), "read what %d reports hold", len(reports))
}
