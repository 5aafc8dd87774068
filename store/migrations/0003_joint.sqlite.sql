CREATE TRIGGER joint_entries_no_update BEFORE UPDATE ON joint_entries BEGIN SELECT RAISE(ABORT, 'joint_entries is append-only'); END;
CREATE TRIGGER joint_entries_no_delete BEFORE DELETE ON joint_entries BEGIN SELECT RAISE(ABORT, 'joint_entries is append-only'); END;
