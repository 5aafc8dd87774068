-- Schema version 12: a victim may have a report deleted. Each box of the vault
-- gets a key of its own, wrapped by the node's vault key; who it was is gone
-- with that key. No leaf tells of the keys, so that one can be destroyed; a leaf
-- tells that it was.

CREATE TABLE vault_keys (
    report_id TEXT NOT NULL PRIMARY KEY REFERENCES vault (report_id),
    wrapped   BLOB NOT NULL,
    CONSTRAINT vault_key_full CHECK (length(wrapped) > 0)
);

-- The boxes of before, which are sealed to the vault's key itself, until the
-- node that holds it has given each a key of its own.
CREATE TABLE vault_before (
    report_id TEXT NOT NULL PRIMARY KEY REFERENCES vault (report_id)
);
INSERT INTO vault_before (report_id) SELECT report_id FROM vault;

CREATE TABLE deletions (
    no        INTEGER PRIMARY KEY,                 -- 1, 2, … in the order of deletion
    report_id TEXT NOT NULL CONSTRAINT deletion_once UNIQUE REFERENCES reports (id),
    report_no INTEGER NOT NULL CONSTRAINT deletion_once_by_no UNIQUE REFERENCES reports (no),
    by_person TEXT NOT NULL,                       -- empty: who reported, by the receipt's code
    basis     TEXT NOT NULL,
    at        INTEGER NOT NULL,
    row_was   TEXT NOT NULL,                       -- digest of the row as the leaf of its run has it, in hexadecimal
    row_left  TEXT NOT NULL,                       -- and of the row as it is since
    leaf      INTEGER NOT NULL REFERENCES leaves (idx),
    CONSTRAINT deletion_has_basis CHECK (trim(basis) <> '')
);

-- What is still to be wiped off the disk: the space that the database let go
-- of (an empty name), and evidence files by their hashes.
CREATE TABLE wipes (
    no   INTEGER PRIMARY KEY AUTOINCREMENT,
    file TEXT NOT NULL,
    at   INTEGER NOT NULL
);

ALTER TABLE linkings ADD COLUMN deleted INTEGER;
