-- Schema version 2, the desk: what lists and searches read, derived from what
-- version 1 holds, so that a page at a million reports reads a page's worth.
-- All of it can be thrown away and made again.

-- A ring as a list shows it, without its reports and links.
CREATE TABLE ring_heads (
    ring_id TEXT NOT NULL PRIMARY KEY,
    last_at INTEGER NOT NULL,
    head    TEXT NOT NULL                          -- JSON, fraud.RingHead
);

-- The orders in which rings are listed: one row a ring and order, so that one
-- question serves all of them.
CREATE TABLE ring_orders (
    ring_id TEXT NOT NULL,
    sort    TEXT NOT NULL,
    key     REAL NOT NULL,                         -- largest first
    PRIMARY KEY (ring_id, sort)
) WITHOUT ROWID;
CREATE INDEX ring_orders_by_key ON ring_orders (sort, key DESC, ring_id);

-- What rings are filtered by, and how many rings have it.
CREATE TABLE ring_facets (
    ring_id TEXT NOT NULL,
    facet   TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (ring_id, facet, value)
) WITHOUT ROWID;
CREATE INDEX ring_facets_by_value ON ring_facets (facet, value, ring_id);

CREATE TABLE ring_facet_counts (
    facet TEXT NOT NULL,
    value TEXT NOT NULL,
    n     INTEGER NOT NULL,
    PRIMARY KEY (facet, value)
) WITHOUT ROWID;

-- Which ring holds which value, and as what.
CREATE TABLE ring_values (
    kind    TEXT NOT NULL,
    value   TEXT NOT NULL,
    ring_id TEXT NOT NULL,
    part    TEXT NOT NULL,
    PRIMARY KEY (kind, value, ring_id, part),
    CONSTRAINT ring_value_part_known CHECK (part IN ('indicator', 'supplier', 'launderer'))
) WITHOUT ROWID;
CREATE INDEX ring_values_by_ring ON ring_values (ring_id);

-- What the inbox filters by, read off each report once it is in.
CREATE TABLE report_cards (
    report_no INTEGER PRIMARY KEY,
    paid_at   INTEGER,                             -- the last payment that was sent, NULL if none
    aged60    BOOLEAN NOT NULL
);
CREATE INDEX report_cards_by_payment ON report_cards (paid_at DESC, report_no DESC) WHERE paid_at IS NOT NULL;
CREATE INDEX report_cards_by_age ON report_cards (report_no DESC) WHERE aged60;

-- One row: the number of the last report whose words and card are in.
CREATE TABLE texts_done (
    one INTEGER PRIMARY KEY,
    no  INTEGER NOT NULL,
    CONSTRAINT texts_done_single CHECK (one = 1)
);
INSERT INTO texts_done (one, no) VALUES (1, 0);

CREATE INDEX transfers_by_sender ON transfers (from_acct, at);
CREATE INDEX transfers_by_receiver ON transfers (to_acct, at);
CREATE INDEX suggestions_by_a ON suggestions (ring_a, no);
CREATE INDEX suggestions_by_b ON suggestions (ring_b, no);
CREATE INDEX seizures_by_seal ON seizures (seal) WHERE seal <> '';
CREATE INDEX seizures_by_imei ON seizures (imei) WHERE imei <> '';
CREATE INDEX seizures_by_iccid ON seizures (iccid) WHERE iccid <> '';
CREATE INDEX seizures_by_serial ON seizures (serial) WHERE serial <> '';
CREATE INDEX cases_by_number ON cases (number);
CREATE INDEX reports_by_victim ON reports (victim) WHERE victim <> '';
