-- SQLite's part of schema version 12: what a report held may go once a leaf says
-- that it was deleted, and never before.

DROP TRIGGER reports_no_update;
CREATE TRIGGER reports_no_update BEFORE UPDATE ON reports WHEN NOT EXISTS (SELECT 1 FROM deletions d WHERE d.report_no = OLD.no)
    BEGIN SELECT RAISE(ABORT, 'reports is append-only'); END;
DROP TRIGGER sightings_no_delete;
CREATE TRIGGER sightings_no_delete BEFORE DELETE ON sightings WHEN NOT EXISTS (SELECT 1 FROM deletions d WHERE d.report_no = OLD.report_no)
    BEGIN SELECT RAISE(ABORT, 'sightings is append-only'); END;
DROP TRIGGER extractions_no_delete;
CREATE TRIGGER extractions_no_delete BEFORE DELETE ON extractions WHEN NOT EXISTS (SELECT 1 FROM deletions d WHERE d.report_no = OLD.report_no)
    BEGIN SELECT RAISE(ABORT, 'extractions is append-only'); END;
CREATE TRIGGER deletions_no_update BEFORE UPDATE ON deletions BEGIN SELECT RAISE(ABORT, 'deletions is append-only'); END;
CREATE TRIGGER deletions_no_delete BEFORE DELETE ON deletions BEGIN SELECT RAISE(ABORT, 'deletions is append-only'); END;

-- A word that is taken out of the index leaves the disk, not only the answers.
INSERT INTO report_words (report_words, rank) VALUES ('secure-delete', 1);
