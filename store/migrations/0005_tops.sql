-- Schema version 5: what the first screen of a ring and of a pair of rings
-- reads, so that neither reads a ring of thousands whole; and of each report
-- what counting people and hours needs. All of it is derived.

CREATE TABLE ring_tops (
    ring_id   TEXT NOT NULL PRIMARY KEY,
    tops      TEXT NOT NULL,                       -- JSON, the indicators with most reports
    links     TEXT NOT NULL,                       -- JSON, the strongest links
    links_all INTEGER NOT NULL
);

-- Empty is not known.
ALTER TABLE report_cards ADD COLUMN country   TEXT NOT NULL DEFAULT '';
ALTER TABLE report_cards ADD COLUMN age_band  TEXT NOT NULL DEFAULT '';
ALTER TABLE report_cards ADD COLUMN language  TEXT NOT NULL DEFAULT '';
ALTER TABLE report_cards ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
