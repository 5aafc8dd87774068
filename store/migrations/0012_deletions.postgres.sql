-- PostgreSQL's part of schema version 12: what a report held may go once a leaf
-- says that it was deleted, and never before.

CREATE FUNCTION deleted_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone BIGINT;
BEGIN
    IF TG_TABLE_NAME = 'reports' THEN
        gone := OLD.no;
    ELSE
        gone := OLD.report_no;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM deletions d WHERE d.report_no = gone) THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER reports_no_change ON reports;
CREATE TRIGGER reports_no_change BEFORE DELETE OR TRUNCATE ON reports FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER reports_no_update BEFORE UPDATE ON reports FOR EACH ROW EXECUTE FUNCTION deleted_only();
DROP TRIGGER sightings_no_change ON sightings;
CREATE TRIGGER sightings_no_change BEFORE UPDATE OR TRUNCATE ON sightings FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER sightings_no_delete BEFORE DELETE ON sightings FOR EACH ROW EXECUTE FUNCTION deleted_only();
DROP TRIGGER extractions_no_change ON extractions;
CREATE TRIGGER extractions_no_change BEFORE UPDATE OR TRUNCATE ON extractions FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER extractions_no_delete BEFORE DELETE ON extractions FOR EACH ROW EXECUTE FUNCTION deleted_only();
CREATE TRIGGER deletions_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON deletions FOR EACH STATEMENT EXECUTE FUNCTION append_only();
