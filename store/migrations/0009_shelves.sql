-- Schema version 9: since when the lists that programs fetch hold what they
-- hold. It outlives the node's start, so that who asks for what came after an
-- instant is given that and nothing twice. What is on a list is derived from
-- the listings; only when it came there is not.

CREATE TABLE shelves (
    list TEXT NOT NULL PRIMARY KEY,
    fill INTEGER NOT NULL,                         -- how often it changed
    last INTEGER NOT NULL                          -- nothing is added at or before it
);

CREATE TABLE shelved (
    list   TEXT NOT NULL REFERENCES shelves (list),
    id     TEXT NOT NULL,
    digest BLOB NOT NULL,                          -- of the form in which it is there
    added  INTEGER NOT NULL,
    PRIMARY KEY (list, id),
    UNIQUE (list, added),
    CONSTRAINT shelved_digest_whole CHECK (length(digest) = 32)
);
