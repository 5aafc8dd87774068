-- SQLite's part of schema version 4: append-only tables refuse to be changed.

CREATE TRIGGER key_changes_no_update BEFORE UPDATE ON key_changes BEGIN SELECT RAISE(ABORT, 'key_changes is append-only'); END;
CREATE TRIGGER key_changes_no_delete BEFORE DELETE ON key_changes BEGIN SELECT RAISE(ABORT, 'key_changes is append-only'); END;
CREATE TRIGGER key_notices_no_update BEFORE UPDATE ON key_notices BEGIN SELECT RAISE(ABORT, 'key_notices is append-only'); END;
CREATE TRIGGER key_notices_no_delete BEFORE DELETE ON key_notices BEGIN SELECT RAISE(ABORT, 'key_notices is append-only'); END;
CREATE TRIGGER peer_faults_no_update BEFORE UPDATE ON peer_faults BEGIN SELECT RAISE(ABORT, 'peer_faults is append-only'); END;
CREATE TRIGGER peer_faults_no_delete BEFORE DELETE ON peer_faults BEGIN SELECT RAISE(ABORT, 'peer_faults is append-only'); END;
