-- Schema version 4, peers: statements by which organisations change or give up
-- their keys, and the evidence against a peer whose ledger told two stories.

-- Why a peer was revoked, for the person who asks; empty if it was not.
ALTER TABLE peers ADD COLUMN revoked_why TEXT NOT NULL DEFAULT '';

-- Statements by peers and, under our own id, by us, in the order of their
-- coming. A key that stands in old_sign is never trusted again.
CREATE TABLE key_changes (
    no         INTEGER PRIMARY KEY AUTOINCREMENT,
    org        TEXT NOT NULL,
    old_sign   TEXT NOT NULL,
    new_sign   TEXT NOT NULL,                      -- empty: the key was given up and no other named
    statement  TEXT NOT NULL,                      -- JSON, access.KeyChange, as it was signed
    at         INTEGER NOT NULL,
    CONSTRAINT key_changed_once UNIQUE (org, old_sign),
    CONSTRAINT key_change_changes CHECK (old_sign <> '' AND old_sign <> new_sign)
);

-- Which peers took a statement of ours.
CREATE TABLE key_notices (
    no   INTEGER NOT NULL REFERENCES key_changes (no),
    peer TEXT NOT NULL REFERENCES peers (id),
    at   INTEGER NOT NULL,
    PRIMARY KEY (no, peer)
);

-- Two notes, both signed by the peer, that cannot both be true.
CREATE TABLE peer_faults (
    no    INTEGER PRIMARY KEY AUTOINCREMENT,
    peer  TEXT NOT NULL REFERENCES peers (id),
    why   TEXT NOT NULL,
    seen  TEXT NOT NULL,
    shown TEXT NOT NULL,
    at    INTEGER NOT NULL
);
CREATE INDEX peer_faults_by_peer ON peer_faults (peer, no);
