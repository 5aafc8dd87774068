-- PostgreSQL's part of schema version 4: append-only tables refuse to be changed.

CREATE TRIGGER key_changes_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON key_changes FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER key_notices_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON key_notices FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER peer_faults_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON peer_faults FOR EACH STATEMENT EXECUTE FUNCTION append_only();
