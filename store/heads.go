package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

const (
	addHeadSQL      = `INSERT INTO ring_heads (ring_id, last_at, head) VALUES ($1, $2, $3)`
	addOrderSQL     = `INSERT INTO ring_orders (ring_id, sort, key) VALUES ($1, $2, $3)`
	addFacetSQL     = `INSERT INTO ring_facets (ring_id, facet, value) VALUES ($1, $2, $3)`
	addRingValueSQL = `INSERT INTO ring_values (kind, value, ring_id, part) VALUES ($1, $2, $3, $4)`
	countFacetsSQL  = `
	INSERT INTO ring_facet_counts (facet, value, n) VALUES ($1, $2, $3)
	ON CONFLICT (facet, value) DO UPDATE SET n = ring_facet_counts.n + excluded.n`
	facetsOfRingsSQL = `
	SELECT facet, value, COUNT(*) FROM ring_facets
	WHERE ring_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	GROUP BY facet, value ORDER BY facet, value`
	dropHeadsSQL  = `DELETE FROM ring_heads WHERE ring_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`
	dropOrdersSQL = `DELETE FROM ring_orders WHERE ring_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`
	dropFacetsSQL = `DELETE FROM ring_facets WHERE ring_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`
	dropValuesSQL = `DELETE FROM ring_values WHERE ring_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`
	// The text of a report is read only while it waits for its card.
	languagesOfRingSQL = `
	SELECT c.language, CASE WHEN c.report_no IS NULL THEN r.raw END
	FROM ring_reports m JOIN reports r ON r.id = m.report_id LEFT JOIN report_cards c ON c.report_no = r.no
	WHERE m.ring_id = $1 ORDER BY m.report_id`
)

// facetsOf is what a ring is found by in lists.
func facetsOf(h fraud.RingHead) [][2]string {
	out := [][2]string{{"all", ""}, {"tlp", string(h.Mark.TLP)}}
	add := func(facet, value string) {
		if f := [2]string{facet, plain(value)}; value != "" && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	for _, v := range h.Brands {
		add("brand", v)
	}
	for _, v := range h.Countries {
		add("country", v)
	}
	for _, v := range h.Languages {
		add("language", v)
	}
	for _, v := range h.Kinds {
		add("kind", string(v))
	}
	sent := false
	for currency, minor := range h.Harm.Sent {
		if minor <= 0 {
			continue
		}
		sent = true
		add("money", currency)
		whole, _, _ := strings.Cut(fraud.Money{Minor: minor, Currency: currency}.Decimal(), ".")
		if len(whole) >= len("100000") { // what great says, without a float
			add("money", string(fraud.RingMoneyGreat))
		}
	}
	if sent {
		add("money", string(fraud.RingMoneySent))
	} else {
		add("money", string(fraud.RingMoneyNone))
	}
	return out
}

func ordersOf(h fraud.RingHead) map[fraud.RingOrder]float64 {
	return map[fraud.RingOrder]float64{
		fraud.RingsByHarm: h.Harm.Score, fraud.RingsByVictims: float64(h.Harm.Victims),
		fraud.RingsByLastSeen: float64(h.Harm.LastAt.UnixMicro()), // exact: below 2⁵³ until the year 2255
		fraud.RingsByGrowth:   float64(h.Harm.Last30d - h.Harm.Before30),
	}
}

// ringWithLinks is a ring with the links that are kept with it.
type ringWithLinks struct {
	ring  *fraud.Ring
	links []fraud.Link
	have  *kept // nil for nothing
}

// addHeads writes what lists, searches and first screens read of rings that
// are in already, with their reports. What facets they have is added to
// counts.
func (t *tx) addHeads(ctx context.Context, rings []ringWithLinks, counts map[[2]string]int) error {
	var heads, orders, facets, values, tops [][]any
	for _, x := range rings {
		r := x.ring
		languages, err := t.languagesOf(ctx, x)
		if err != nil {
			return err
		}
		h := r.Head(languages)
		heads = append(heads, []any{string(h.ID), h.Harm.LastAt.UnixMicro(), jsonText(h)})
		for sort, key := range ordersOf(h) {
			orders = append(orders, []any{string(h.ID), string(sort), key})
		}
		for _, f := range facetsOf(h) {
			facets = append(facets, []any{string(h.ID), f[0], f[1]})
			counts[f]++
		}
		if x.have == nil || !x.have.values {
			values = append(values, valuesOf(r)...)
		}
		tops = append(tops, topOf(r, x.links))
	}
	for _, w := range []struct {
		query string
		rows  [][]any
	}{{addHeadSQL, heads}, {addOrderSQL, orders}, {addFacetSQL, facets}, {addRingValueSQL, values}, {addTopSQL, tops}} {
		if err := t.bulk(ctx, w.query, w.rows); err != nil {
			return err
		}
	}
	return nil
}

// jsonText is v as JSON in a column of text.
func jsonText(v any) string {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return "{}" // nouns of ours hold nothing that JSON cannot
	}
	return string(b)
}

func valuesOf(r *fraud.Ring) [][]any {
	type entry struct {
		i    fraud.Indicator
		part string
	}
	var out [][]any
	seen := map[entry]bool{}
	add := func(i fraud.Indicator, part string) {
		kind, value := key(i)
		e := entry{fraud.Indicator{Kind: fraud.Kind(kind), Value: value}, part}
		if !seen[e] {
			seen[e] = true
			out = append(out, []any{kind, value, string(r.ID), part})
		}
	}
	for _, i := range r.Indicators {
		add(i.Indicator, "indicator")
	}
	for _, x := range r.Suppliers {
		add(x.Indicator, "supplier")
	}
	for _, x := range r.Launderers {
		add(x.Indicator, "launderer")
	}
	return out
}

// languagesOf counts the languages of a ring's victims, most first.
func (t *tx) languagesOf(ctx context.Context, x ringWithLinks) ([]string, error) {
	if x.have != nil && x.have.reports {
		return x.have.languages, nil
	}
	count := map[string]int{}
	err := each(ctx, t, languagesOfRingSQL, []any{string(x.ring.ID)}, func(r row) error {
		var language sql.NullString
		var raw []byte
		if err := r.Scan(&language, &raw); err != nil {
			return err
		}
		if raw != nil {
			var who reporterOf
			if json.Unmarshal(raw, &who) == nil {
				language.String = who.Reporter.Language
			}
		}
		if language.String != "" {
			count[language.String]++
		}
		return nil
	})
	out := make([]string, 0, len(count))
	for l := range count {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	return out[:min(len(out), languagesMost)], err
}

// languagesMost is how many languages of a ring a list knows: victims of one
// ring speak few, and what reports say here is not checked.
const languagesMost = 12

// dropHeads takes rings out of lists and first screens; the values that they
// are found by are taken out apart.
func (t *tx) dropHeads(ctx context.Context, gone []fraud.RingID) error {
	if len(gone) == 0 {
		return nil
	}
	counts := map[[2]string]int{}
	err := each(ctx, t, facetsOfRingsSQL, []any{texts(gone)}, func(r row) error {
		var f [2]string
		var n int
		if err := r.Scan(&f[0], &f[1], &n); err != nil {
			return err
		}
		counts[f] = -n
		return nil
	})
	if err != nil {
		return err
	}
	for _, q := range []string{dropHeadsSQL, dropOrdersSQL, dropFacetsSQL, dropTopsSQL} {
		if _, err := t.exec(ctx, q, texts(gone)); err != nil {
			return err
		}
	}
	return t.countFacets(ctx, counts)
}

func (t *tx) countFacets(ctx context.Context, counts map[[2]string]int) error {
	rows := make([][]any, 0, len(counts))
	for f, n := range counts {
		rows = append(rows, []any{f[0], f[1], n})
	}
	slices.SortFunc(rows, func(a, b []any) int { // one order for all writers
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)))
	})
	_, err := t.many(ctx, countFacetsSQL, rows)
	return err
}

const (
	// The same filters by two ways in: along the order, and, where few rings
	// have what was asked for, from those.
	listRingsSQL = `
	SELECT o.key, h.head
	FROM ring_orders o JOIN ring_heads h ON h.ring_id = o.ring_id
	WHERE o.sort = $1 AND o.key <= $2 AND (o.key < $2 OR o.ring_id > $3)` + ringFiltersSQL + `
	ORDER BY o.key DESC, o.ring_id LIMIT $14`
	listFewRingsSQL = `
	SELECT o.key, h.head
	FROM (SELECT ring_id FROM ring_facets WHERE facet = $15 AND value = $16) few
	    JOIN ring_orders o ON o.ring_id = few.ring_id
	    JOIN ring_heads h ON h.ring_id = o.ring_id
	WHERE o.sort = $1 AND o.key <= $2 AND (o.key < $2 OR o.ring_id > $3)` + ringFiltersSQL + `
	ORDER BY o.key DESC, o.ring_id LIMIT $14`
	ringFiltersSQL = `
	AND h.last_at >= $4 AND h.last_at < $5
	AND (CAST($6 AS TEXT) IS NULL OR o.ring_id IN (SELECT value FROM json_each(CAST($6 AS TEXT))))
	AND (CAST($7 AS TEXT) IS NULL OR o.ring_id NOT IN (SELECT value FROM json_each(CAST($7 AS TEXT))))
	AND (CAST($8 AS TEXT) = '' OR EXISTS (SELECT 1 FROM ring_facets f WHERE f.ring_id = o.ring_id AND f.facet = 'brand' AND f.value = $8))
	AND (CAST($9 AS TEXT) = '' OR EXISTS (SELECT 1 FROM ring_facets f WHERE f.ring_id = o.ring_id AND f.facet = 'country' AND f.value = $9))
	AND (CAST($10 AS TEXT) = '' OR EXISTS (SELECT 1 FROM ring_facets f WHERE f.ring_id = o.ring_id AND f.facet = 'language' AND f.value = $10))
	AND (CAST($11 AS TEXT) = '' OR EXISTS (SELECT 1 FROM ring_facets f WHERE f.ring_id = o.ring_id AND f.facet = 'kind' AND f.value = $11))
	AND (CAST($12 AS TEXT) = '' OR EXISTS (SELECT 1 FROM ring_facets f WHERE f.ring_id = o.ring_id AND f.facet = 'tlp' AND f.value = $12))
	AND (CAST($13 AS TEXT) = '' OR EXISTS (SELECT 1 FROM ring_facets f WHERE f.ring_id = o.ring_id AND f.facet = 'money' AND f.value = $13))`
	facetCountsSQL = `SELECT facet, value, n FROM ring_facet_counts WHERE n > 0 ORDER BY facet, n DESC, value`
	facetCountSQL  = `SELECT COALESCE((SELECT n FROM ring_facet_counts WHERE facet = $1 AND value = $2), 0)`
)

// fewRings is up to how many rings that have a thing it is quicker to look at
// each of them than along the order: a look-up costs ten steps of a scan.
const fewRings = 1000

// forever is after every time that a report may bear.
const forever = 1<<62 - 1

// ListRings gives a page of a list of rings: of equal place in the order, by
// id.
func (db *DB) ListRings(ctx context.Context, q fraud.RingQuery) (fraud.RingList, error) {
	var out fraud.RingList
	var heads [][]byte
	err := db.read(ctx, func(t *sql.Tx) error {
		facet, value, few, err := fewest(ctx, t, q)
		if err != nil {
			return err
		}
		args := ringArgs(q)
		query := listRingsSQL
		if few {
			query, args = listFewRingsSQL, append(args, facet, value)
		}
		return each(ctx, t, query, args, func(r row) error {
			var key float64
			var head []byte
			if err := r.Scan(&key, &head); err != nil {
				return err
			}
			heads, out.Keys = append(heads, head), append(out.Keys, key)
			return nil
		})
	})
	if err == nil {
		out.Rings, err = readHeads(heads)
	}
	return out, doing(err, "list the rings")
}

// headsApart is how many heads are worth a core of their own to be read: of a
// whole table they take longer than finding them.
const headsApart = 500

func readHeads(heads [][]byte) ([]fraud.RingHead, error) {
	out := make([]fraud.RingHead, len(heads))
	sides := min(runtime.GOMAXPROCS(0), 1+len(heads)/headsApart)
	failed := make([]error, sides)
	var rest sync.WaitGroup
	for k := range sides {
		rest.Go(func() {
			for i := k * len(heads) / sides; i < (k+1)*len(heads)/sides && failed[k] == nil; i++ {
				failed[k] = into(&out[i]).Scan(heads[i])
			}
		})
	}
	rest.Wait()
	return out, errors.Join(failed...)
}

// fewest says which of the things asked for fewest rings have, and whether
// those are few.
func fewest(ctx context.Context, t *sql.Tx, q fraud.RingQuery) (facet, value string, few bool, err error) {
	least := int64(fewRings)
	for _, f := range [][2]string{{"brand", q.Brand}, {"country", q.Country}, {"language", q.Language}, {"kind", string(q.Kind)}, {"tlp", string(q.TLP)}, {"money", string(q.Money)}} {
		if f[1] == "" {
			continue
		}
		n, err := one(ctx, t, scanInt, "count", facetCountSQL, f[0], plain(f[1]))
		if err != nil {
			return "", "", false, err
		}
		if n < least {
			least, facet, value, few = n, f[0], plain(f[1]), true
		}
	}
	return facet, value, few, nil
}

// RingFacets says how many rings have each value of what lists are filtered
// by: by facet, most rings first.
func (db *DB) RingFacets(ctx context.Context) ([]fraud.FacetCount, error) {
	return listAll(ctx, db, func(r row) (f fraud.FacetCount, err error) {
		err = r.Scan(&f.Facet, &f.Value, &f.Rings)
		return f, err
	}, "what rings are filtered by", facetCountsSQL)
}

const ringsWithSQL = `
	SELECT DISTINCT v.ring_id FROM ring_values v
	WHERE v.kind = $1 AND v.value = $2 ORDER BY v.ring_id LIMIT $3`

// RingsWith gives the ids of up to limit rings that hold the indicator, or
// are served by it as supplier or launderer, in order.
func (db *DB) RingsWith(ctx context.Context, i fraud.Indicator, limit int) ([]fraud.RingID, error) {
	kind, value := key(i)
	return listAll(ctx, db, scanText[fraud.RingID], "rings with an indicator", ringsWithSQL, kind, value, most(limit))
}

const headsSQL = `
	SELECT head FROM ring_heads
	WHERE ring_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
	ORDER BY ring_id`

// RingHeads gives the heads of the rings named that are there, by id.
func (db *DB) RingHeads(ctx context.Context, ids []fraud.RingID) ([]fraud.RingHead, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return listAll(ctx, db, func(r row) (h fraud.RingHead, err error) {
		err = r.Scan(into(&h))
		return h, err
	}, "rings", headsSQL, texts(ids))
}

// ringArgs is the query as parameters 1 to 14 of the lists of rings.
func ringArgs(q fraud.RingQuery) []any {
	order := cmp.Or(q.Order, fraud.RingsByHarm)
	keyNow, after := q.Key, q.After
	if after == "" {
		keyNow = maxKey
	}
	from, to := int64(-forever), int64(forever)
	if !q.SeenFrom.IsZero() {
		from = q.SeenFrom.UnixMicro()
	}
	if !q.SeenTo.IsZero() {
		to = q.SeenTo.UnixMicro()
	}
	var only, not any
	if q.Only != nil {
		only = jsonText(q.Only)
	}
	if len(q.Not) > 0 {
		not = jsonText(q.Not)
	}
	return []any{
		string(order), keyNow, string(after), from, to, only, not,
		plain(q.Brand), plain(q.Country), plain(q.Language), string(q.Kind), string(q.TLP), plain(string(q.Money)), most(q.Limit),
	}
}

// maxKey is above every place in an order.
const maxKey = 1e300
