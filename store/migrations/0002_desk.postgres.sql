-- PostgreSQL's part of schema version 2.

-- A judgement may take an earlier one back.
ALTER TABLE judgements ADD COLUMN withdraws TEXT COLLATE "C" REFERENCES judgements (id);
ALTER TABLE judgements DROP CONSTRAINT judgement_known;
ALTER TABLE judgements ADD CONSTRAINT judgement_known CHECK (verdict IN ('same', 'different', 'confirmed', 'wrong', 'not_an_indicator', 'withdrawn'));
ALTER TABLE judgements DROP CONSTRAINT judgement_about;
ALTER TABLE judgements ADD CONSTRAINT judgement_about CHECK (
    (verdict IN ('same', 'different') AND a IS NOT NULL AND b IS NOT NULL AND a <> b)
    OR (verdict IN ('confirmed', 'wrong') AND a IS NOT NULL)
    OR (verdict = 'not_an_indicator' AND kind <> '' AND value <> '')
    OR (verdict = 'withdrawn' AND withdraws IS NOT NULL AND withdraws <> id));
CREATE INDEX judgements_by_a ON judgements (a) WHERE a IS NOT NULL;
CREATE INDEX judgements_by_b ON judgements (b) WHERE b IS NOT NULL;
CREATE INDEX judgements_by_withdrawn ON judgements (withdraws) WHERE withdraws IS NOT NULL;

-- The words of each report, by its number.
CREATE TABLE report_words (
    report_no BIGINT PRIMARY KEY,
    words     TSVECTOR NOT NULL
);
CREATE INDEX report_words_by_word ON report_words USING gin (words);
ALTER TABLE report_words ALTER COLUMN words SET STATISTICS 1000;
