-- Schema version 6: what peers' nodes have not taken yet, in the order of
-- writing. A letter is sent until it is taken, or refused for good.

CREATE TABLE letters (
    no       INTEGER PRIMARY KEY AUTOINCREMENT,
    to_org   TEXT NOT NULL REFERENCES peers (id),
    what     TEXT NOT NULL,
    ref      TEXT NOT NULL,
    version  INTEGER NOT NULL,
    path     TEXT NOT NULL,
    body     BLOB NOT NULL,                        -- JSON
    at       INTEGER NOT NULL,
    tries    INTEGER NOT NULL DEFAULT 0,
    next_at  INTEGER NOT NULL,
    problem  TEXT NOT NULL DEFAULT '',             -- what came of the last try
    done_at  INTEGER,                              -- taken or refused
    CONSTRAINT letter_known CHECK (what IN ('status', 'signed', 'to_sign', 'sealed', 'joint', 'recall'))
);
CREATE INDEX letters_waiting ON letters (to_org, ref, no) WHERE done_at IS NULL;
