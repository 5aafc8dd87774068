CREATE TRIGGER row_runs_no_update BEFORE UPDATE ON row_runs BEGIN SELECT RAISE(ABORT, 'row_runs is append-only'); END;
CREATE TRIGGER row_runs_no_delete BEFORE DELETE ON row_runs BEGIN SELECT RAISE(ABORT, 'row_runs is append-only'); END;
