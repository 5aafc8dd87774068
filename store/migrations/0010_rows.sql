-- Schema version 10: rows under leaves. A row that is evidence or a decision has
-- a leaf of the ledger that tells of all its columns; of tables that take many
-- rows at once a leaf tells of a run of them. attested.go lists the tables. What
-- is there already is put under leaves of the kind "found" by attestFound.

CREATE TABLE row_runs (
    tbl   TEXT NOT NULL,
    first INTEGER NOT NULL,                        -- number of its first row
    last  INTEGER NOT NULL,                        -- and of its last
    leaf  INTEGER NOT NULL REFERENCES leaves (idx),
    marks BLOB NOT NULL,                           -- 8 bytes of each row's digest: they name the row that differs
    PRIMARY KEY (tbl, first),
    CONSTRAINT row_run_counts CHECK (first <= last)
);
