-- Schema version 3: the log of a joint case, which both sides' nodes keep.

CREATE TABLE joint_entries (
    no         INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    joint_case TEXT NOT NULL REFERENCES joint_cases (id),
    kind       TEXT NOT NULL,
    org        TEXT NOT NULL,
    body       TEXT NOT NULL,                      -- JSON, fraud.JointEntry
    at         INTEGER NOT NULL,
    leaf       INTEGER NOT NULL REFERENCES leaves (idx),
    CONSTRAINT joint_entry_kind_known CHECK (kind IN ('member', 'left', 'complainant', 'task', 'done', 'comment', 'exhibit', 'recalled')),
    CONSTRAINT joint_entry_has_org CHECK (org <> '')
);
CREATE INDEX joint_entries_by_case ON joint_entries (joint_case, no);
