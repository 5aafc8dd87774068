-- SQLite's part of schema version 2.

-- A judgement may take an earlier one back. SQLite cannot change a check, so
-- the table is made anew with every row as it was.
CREATE TABLE judgements_2 (
    no        INTEGER PRIMARY KEY AUTOINCREMENT,
    id        TEXT NOT NULL CONSTRAINT judgement_once UNIQUE,
    verdict   TEXT NOT NULL,
    a         TEXT REFERENCES reports (id),
    b         TEXT REFERENCES reports (id),
    kind      TEXT NOT NULL,
    value     TEXT NOT NULL,
    withdraws TEXT REFERENCES judgements (id),
    by_person TEXT NOT NULL,
    reason    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    leaf      INTEGER NOT NULL REFERENCES leaves (idx),
    CONSTRAINT judgement_known CHECK (verdict IN ('same', 'different', 'confirmed', 'wrong', 'not_an_indicator', 'withdrawn')),
    CONSTRAINT judgement_about CHECK (
        (verdict IN ('same', 'different') AND a IS NOT NULL AND b IS NOT NULL AND a <> b)
        OR (verdict IN ('confirmed', 'wrong') AND a IS NOT NULL)
        OR (verdict = 'not_an_indicator' AND kind <> '' AND value <> '')
        OR (verdict = 'withdrawn' AND withdraws IS NOT NULL AND withdraws <> id)),
    CONSTRAINT judgement_has_reason CHECK (trim(reason) <> ''),
    CONSTRAINT judgement_has_person CHECK (by_person <> '')
);
INSERT INTO judgements_2 (no, id, verdict, a, b, kind, value, by_person, reason, at, leaf)
    SELECT no, id, verdict, a, b, kind, value, by_person, reason, at, leaf FROM judgements ORDER BY no;
DROP TABLE judgements;
ALTER TABLE judgements_2 RENAME TO judgements;
CREATE TRIGGER judgements_no_update BEFORE UPDATE ON judgements BEGIN SELECT RAISE(ABORT, 'judgements is append-only'); END;
CREATE TRIGGER judgements_no_delete BEFORE DELETE ON judgements BEGIN SELECT RAISE(ABORT, 'judgements is append-only'); END;
CREATE INDEX judgements_by_a ON judgements (a) WHERE a IS NOT NULL;
CREATE INDEX judgements_by_b ON judgements (b) WHERE b IS NOT NULL;
CREATE INDEX judgements_by_withdrawn ON judgements (withdraws) WHERE withdraws IS NOT NULL;

-- The words of each report, by its number. No text is kept here: the words
-- lead to the report, which is opened at its own door.
CREATE VIRTUAL TABLE report_words USING fts5 (words, content = '', detail = 'none', columnsize = 0, tokenize = 'unicode61');
