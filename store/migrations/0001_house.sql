-- Schema version 1, the whole house.
--
-- One text for both engines. dialect.go says what PostgreSQL calls the same
-- types (INTEGER is 64 bits, BLOB is BYTEA, REAL is double precision, TEXT
-- sorts by bytes); what differs more stands in 0001_house.ENGINE.sql.
--
-- Times are UTC unix microseconds; NULL means "not yet" or "not told".
-- Money is an integer of minor units beside its currency. Columns that hold
-- JSON are nested parts which nobody queries; they are never hashed again.

-- What was reported -----------------------------------------------------

CREATE TABLE reports (
    no          INTEGER PRIMARY KEY,               -- 1, 2, … in the order of acceptance
    id          TEXT NOT NULL CONSTRAINT report_once UNIQUE,
    source      TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    happened_at INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL,
    supersedes  TEXT NOT NULL,                     -- a report's id, or empty
    victim      TEXT NOT NULL,                     -- a pseudonym
    via         TEXT NOT NULL,
    digest      BLOB NOT NULL,                     -- of the report as it came, identity included
    raw         BLOB NOT NULL,                     -- JSON without the identity
    raw_sha256  BLOB NOT NULL,
    CONSTRAINT report_named CHECK (id LIKE '_%/_%'),
    CONSTRAINT report_supersedes_another CHECK (supersedes <> id),
    CONSTRAINT report_digest_whole CHECK (length(digest) = 32 AND length(raw_sha256) = 32)
);
CREATE INDEX reports_by_supersedes ON reports (supersedes) WHERE supersedes <> '';

-- What was taken out of a report, apart from its text, so that linking reads
-- this and nothing else.
CREATE TABLE extractions (
    report_no INTEGER PRIMARY KEY REFERENCES reports (no),
    facts     TEXT NOT NULL,                       -- JSON, fraud.ReportFacts
    sightings BLOB NOT NULL,                       -- []fraud.Sighting, packed by pack.go
    sketches  BLOB NOT NULL                        -- []fraud.Sketch, packed by pack.go
);

-- Which report holds which indicator: what "who else saw this" asks.
CREATE TABLE sightings (
    kind      TEXT NOT NULL,
    value     TEXT NOT NULL,
    report_no INTEGER NOT NULL REFERENCES reports (no),
    PRIMARY KEY (kind, value, report_no),
    CONSTRAINT sighting_typed CHECK (kind <> '')
) WITHOUT ROWID;

CREATE TABLE vault (
    report_id TEXT NOT NULL PRIMARY KEY REFERENCES reports (id),
    box       BLOB NOT NULL,
    CONSTRAINT vault_box_full CHECK (length(box) > 0)
);

-- The ledger ------------------------------------------------------------

-- One row: how many leaves there are. Who appends takes this row first, so
-- that writers queue here on either engine.
CREATE TABLE ledger_head (
    one  INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    CONSTRAINT ledger_head_single CHECK (one = 1),
    CONSTRAINT ledger_head_counts CHECK (size >= 0)
);
INSERT INTO ledger_head (one, size) VALUES (1, 0);

CREATE TABLE leaves (
    idx    INTEGER PRIMARY KEY,                    -- 0, 1, …
    kind   TEXT NOT NULL,
    ref    TEXT NOT NULL,
    digest BLOB NOT NULL,
    at     INTEGER NOT NULL,
    bytes  BLOB NOT NULL,                          -- fraud.Leaf.Bytes: what the tree hashes
    CONSTRAINT leaf_digest_whole CHECK (length(digest) = 32),
    CONSTRAINT leaf_index_counts CHECK (idx >= 0)
);
CREATE INDEX leaves_by_ref ON leaves (ref, kind, idx);

-- Merkle hashes at the positions of golang.org/x/mod/sumdb/tlog.
CREATE TABLE ledger_hashes (
    idx  INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    CONSTRAINT ledger_hash_whole CHECK (length(hash) = 32)
);

CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL,
    at   INTEGER NOT NULL
);

CREATE TABLE vault_openings (
    no        INTEGER PRIMARY KEY,
    report_id TEXT NOT NULL REFERENCES vault (report_id),
    by_person TEXT NOT NULL,
    reason    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    leaf      INTEGER NOT NULL REFERENCES leaves (idx),
    CONSTRAINT opening_has_reason CHECK (trim(reason) <> ''),
    CONSTRAINT opening_has_person CHECK (by_person <> '')
);

-- Rings: derived, replaced as a whole -----------------------------------

CREATE TABLE linkings (
    no    INTEGER PRIMARY KEY AUTOINCREMENT,
    at    INTEGER NOT NULL,
    model TEXT NOT NULL,
    rings INTEGER NOT NULL
);

CREATE TABLE rings (
    id      TEXT NOT NULL PRIMARY KEY,
    score   REAL NOT NULL,                         -- harm still to come
    digest  BLOB NOT NULL,                         -- of body and links: unchanged rings are not written again
    body    BLOB NOT NULL,                         -- JSON, fraud.Ring
    links   BLOB NOT NULL                          -- JSON, []fraud.Link
);
CREATE INDEX rings_by_harm ON rings (score DESC, id);

CREATE TABLE ring_reports (
    report_id TEXT NOT NULL PRIMARY KEY REFERENCES reports (id),
    ring_id   TEXT NOT NULL REFERENCES rings (id)
) WITHOUT ROWID;
CREATE INDEX ring_reports_by_ring ON ring_reports (ring_id, report_id);

CREATE TABLE suggestions (
    no     INTEGER PRIMARY KEY,
    ring_a TEXT NOT NULL,
    ring_b TEXT NOT NULL,
    link   TEXT NOT NULL
);

CREATE TABLE ring_events (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    what   TEXT NOT NULL,
    ring   TEXT NOT NULL,
    others TEXT NOT NULL,
    cause  TEXT NOT NULL,
    CONSTRAINT ring_event_known CHECK (what IN ('born', 'grew', 'merged', 'split', 'gone'))
);
CREATE INDEX ring_events_by_ring ON ring_events (ring, seq);

CREATE TABLE judgements (
    no        INTEGER PRIMARY KEY AUTOINCREMENT,
    id        TEXT NOT NULL CONSTRAINT judgement_once UNIQUE,
    verdict   TEXT NOT NULL,
    a         TEXT REFERENCES reports (id),
    b         TEXT REFERENCES reports (id),
    kind      TEXT NOT NULL,
    value     TEXT NOT NULL,
    by_person TEXT NOT NULL,
    reason    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    leaf      INTEGER NOT NULL REFERENCES leaves (idx),
    CONSTRAINT judgement_known CHECK (verdict IN ('same', 'different', 'confirmed', 'wrong', 'not_an_indicator')),
    CONSTRAINT judgement_about CHECK (
        (verdict IN ('same', 'different') AND a IS NOT NULL AND b IS NOT NULL AND a <> b)
        OR (verdict IN ('confirmed', 'wrong') AND a IS NOT NULL)
        OR (verdict = 'not_an_indicator' AND kind <> '' AND value <> '')),
    CONSTRAINT judgement_has_reason CHECK (trim(reason) <> ''),
    CONSTRAINT judgement_has_person CHECK (by_person <> '')
);

CREATE TABLE transfers (
    id        TEXT NOT NULL PRIMARY KEY,
    from_acct TEXT NOT NULL,
    to_acct   TEXT NOT NULL,
    minor     INTEGER NOT NULL,
    currency  TEXT NOT NULL,
    at        INTEGER NOT NULL,
    rail      TEXT NOT NULL,
    basis     TEXT NOT NULL,
    report_id TEXT NOT NULL,                       -- may be a report of another node
    source    TEXT NOT NULL,
    CONSTRAINT transfer_positive CHECK (minor >= 0),
    CONSTRAINT transfer_basis_known CHECK (basis IN ('observed', 'reported', 'inferred'))
);
CREATE INDEX transfers_by_time ON transfers (at, id);

-- Peers, matches, joint cases -------------------------------------------

CREATE TABLE peers (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    country    TEXT NOT NULL,
    brands     TEXT NOT NULL,
    key_sign   TEXT NOT NULL,
    key_ledger TEXT NOT NULL,
    key_seal   TEXT NOT NULL,
    url        TEXT NOT NULL,
    added_by   TEXT NOT NULL,
    added_at   INTEGER NOT NULL,
    revoked    INTEGER,
    revoked_by TEXT NOT NULL,
    CONSTRAINT peer_named CHECK (id <> ''),
    CONSTRAINT peer_kind_known CHECK (kind IN ('company', 'agency', 'report_centre'))
);

CREATE TABLE nonces (
    key_id TEXT NOT NULL,
    nonce  TEXT NOT NULL,
    until  INTEGER NOT NULL,
    PRIMARY KEY (key_id, nonce)
);
CREATE INDEX nonces_by_until ON nonces (until);

CREATE TABLE peer_checkpoints (
    org  TEXT NOT NULL REFERENCES peers (id),
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    at   INTEGER NOT NULL,
    PRIMARY KEY (org, size)
);

CREATE TABLE matches (
    id           TEXT NOT NULL PRIMARY KEY,
    peer         TEXT NOT NULL REFERENCES peers (id),
    offered      BOOLEAN NOT NULL,
    step         TEXT NOT NULL,
    consent      TEXT NOT NULL,
    peer_consent TEXT NOT NULL,
    kinds        TEXT NOT NULL,
    min_reports  INTEGER NOT NULL,
    our_size     INTEGER NOT NULL,
    peer_size    INTEGER NOT NULL,
    our_root     TEXT NOT NULL,
    peer_root    TEXT NOT NULL,
    report       TEXT NOT NULL,
    problem      TEXT NOT NULL,
    at           INTEGER NOT NULL,
    state        BLOB NOT NULL,                    -- the engine's own, so that a run resumes
    CONSTRAINT match_step_known CHECK (step IN ('offered', 'committed', 'blinded', 'count', 'kinds', 'suspects', 'indicators', 'refused', 'broken'))
);

CREATE TABLE joint_cases (
    id        TEXT NOT NULL PRIMARY KEY,
    title     TEXT NOT NULL,
    peer      TEXT NOT NULL REFERENCES peers (id),
    match_id  TEXT NOT NULL,
    in_common TEXT NOT NULL,                       -- JSON, []fraud.Overlap
    basis     TEXT NOT NULL,
    tlp       TEXT NOT NULL,
    pap       TEXT NOT NULL,
    embargo   INTEGER,
    opened_by TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    accepted  INTEGER
);

CREATE TABLE shares (
    id       TEXT NOT NULL PRIMARY KEY,
    what     TEXT NOT NULL,
    ref      TEXT NOT NULL,
    to_org   TEXT NOT NULL,
    by_person TEXT NOT NULL,
    basis    TEXT NOT NULL,
    tlp      TEXT NOT NULL,
    pap      TEXT NOT NULL,
    at       INTEGER NOT NULL,
    leaf     INTEGER NOT NULL REFERENCES leaves (idx),
    CONSTRAINT share_has_recipient CHECK (to_org <> '')
);

CREATE TABLE share_recalls (
    no       INTEGER PRIMARY KEY AUTOINCREMENT,
    share_id TEXT NOT NULL REFERENCES shares (id),
    at       INTEGER NOT NULL,
    receipt  TEXT NOT NULL,                        -- empty until the recipient signed for it
    leaf     INTEGER NOT NULL REFERENCES leaves (idx)
);
CREATE INDEX share_recalls_by_share ON share_recalls (share_id, no);

CREATE TABLE holds (
    id        TEXT NOT NULL PRIMARY KEY,
    kind      TEXT NOT NULL,
    value     TEXT NOT NULL,
    ring      TEXT NOT NULL,
    until     INTEGER NOT NULL,
    reason    TEXT NOT NULL,
    by_person TEXT NOT NULL,
    from_org  TEXT NOT NULL,
    at        INTEGER NOT NULL,
    CONSTRAINT hold_about CHECK (ring <> '' OR (kind <> '' AND value <> ''))
);

CREATE TABLE hold_releases (
    hold_id   TEXT NOT NULL PRIMARY KEY REFERENCES holds (id),
    by_person TEXT NOT NULL,
    at        INTEGER NOT NULL,
    CONSTRAINT hold_release_has_person CHECK (by_person <> '')
);

-- Referrals -------------------------------------------------------------

CREATE TABLE referrals (
    id           TEXT NOT NULL,
    version      INTEGER NOT NULL,
    supplements  TEXT NOT NULL,
    title        TEXT NOT NULL,
    joint_case   TEXT NOT NULL,
    complainants TEXT NOT NULL,
    to_org       TEXT NOT NULL,
    tlp          TEXT NOT NULL,
    pap          TEXT NOT NULL,
    embargo      INTEGER,
    status       TEXT NOT NULL,
    package      TEXT NOT NULL,
    sealed       TEXT NOT NULL,
    manifest     TEXT NOT NULL,
    checks       TEXT NOT NULL,
    signers      TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (id, version),
    CONSTRAINT referral_version_counts CHECK (version >= 1),
    CONSTRAINT referral_status_known CHECK (status IN ('draft', 'signed', 'sealed', 'sent', 'received', 'opened', 'registered', 'more_asked', 'declined', 'outcome'))
);

CREATE TABLE referral_statuses (
    no        INTEGER PRIMARY KEY AUTOINCREMENT,
    referral  TEXT NOT NULL,
    status    TEXT NOT NULL,
    says      TEXT NOT NULL,
    figures   TEXT NOT NULL,
    disrupted TEXT NOT NULL,
    from_org  TEXT NOT NULL,
    at        INTEGER NOT NULL,
    signature TEXT NOT NULL,
    digest    BLOB NOT NULL,
    leaf      INTEGER NOT NULL REFERENCES leaves (idx),
    CONSTRAINT status_once UNIQUE (referral, digest),
    CONSTRAINT status_known CHECK (status IN ('draft', 'signed', 'sealed', 'sent', 'received', 'opened', 'registered', 'more_asked', 'declined', 'outcome'))
);

CREATE TABLE inbox (
    referral    TEXT NOT NULL,
    version     INTEGER NOT NULL,
    from_orgs   TEXT NOT NULL,
    title       TEXT NOT NULL,
    sealed      TEXT NOT NULL,
    package     TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    opened_at   INTEGER,
    opened_by   TEXT NOT NULL,
    verified    TEXT NOT NULL,
    tlp         TEXT NOT NULL,
    pap         TEXT NOT NULL,
    embargo     INTEGER,
    PRIMARY KEY (referral, version),
    CONSTRAINT inbox_version_counts CHECK (version >= 1)
);

-- The agency ------------------------------------------------------------

CREATE TABLE cases (
    id            TEXT NOT NULL PRIMARY KEY,
    number        TEXT NOT NULL,
    complainant   TEXT NOT NULL,
    referral      TEXT NOT NULL,
    title         TEXT NOT NULL,
    law           TEXT NOT NULL,
    rings         TEXT NOT NULL,
    sealed        BOOLEAN NOT NULL,
    unseal_order  TEXT NOT NULL,
    unsealed_by   TEXT NOT NULL,
    unsealed_at   INTEGER,
    registered_at INTEGER NOT NULL,
    by_person     TEXT NOT NULL,
    CONSTRAINT case_unsealed_by_order CHECK (unsealed_at IS NULL OR unseal_order <> '')
);

CREATE TABLE case_links (
    a TEXT NOT NULL REFERENCES cases (id),
    b TEXT NOT NULL REFERENCES cases (id),
    PRIMARY KEY (a, b),
    CONSTRAINT case_link_ordered CHECK (a < b)
);

CREATE TABLE operations (
    id        TEXT NOT NULL PRIMARY KEY,
    name      TEXT NOT NULL,
    cases     TEXT NOT NULL,
    go_at     INTEGER,
    lead      TEXT NOT NULL,
    done      INTEGER,
    done_by   TEXT NOT NULL,
    at        INTEGER NOT NULL
);

CREATE TABLE sites (
    id         TEXT NOT NULL PRIMARY KEY,
    operation  TEXT NOT NULL REFERENCES operations (id),
    case_id    TEXT NOT NULL,
    name       TEXT NOT NULL,
    address    TEXT NOT NULL,
    state      TEXT NOT NULL,
    country    TEXT NOT NULL,
    time_zone  TEXT NOT NULL,
    confidence TEXT NOT NULL,
    evidence   TEXT NOT NULL,
    rings      TEXT NOT NULL,
    CONSTRAINT site_confidence_known CHECK (confidence IN ('low', 'medium', 'high'))
);
CREATE INDEX sites_by_operation ON sites (operation, id);

CREATE TABLE searches (
    id               TEXT NOT NULL PRIMARY KEY,
    site             TEXT NOT NULL REFERENCES sites (id),
    authority        TEXT NOT NULL,
    issuer           TEXT NOT NULL,
    expires          INTEGER,
    officers         TEXT NOT NULL,
    witnesses        TEXT NOT NULL,
    started_at       INTEGER,
    ended_at         INTEGER,
    recording_sha256 TEXT NOT NULL,
    signed_at        INTEGER,
    by_person        TEXT NOT NULL,
    CONSTRAINT search_ends_after_start CHECK (ended_at IS NULL OR started_at IS NULL OR ended_at >= started_at)
);
CREATE INDEX searches_by_site ON searches (site, id);

CREATE TABLE seizures (
    id        TEXT NOT NULL PRIMARY KEY,
    search    TEXT NOT NULL REFERENCES searches (id),
    no        INTEGER NOT NULL,
    type      TEXT NOT NULL,
    what      TEXT NOT NULL,
    imei      TEXT NOT NULL,
    iccid     TEXT NOT NULL,
    serial    TEXT NOT NULL,
    place     TEXT NOT NULL,
    seal      TEXT NOT NULL,
    root      TEXT REFERENCES seizures (id),
    sha256    TEXT NOT NULL,
    photo     TEXT NOT NULL,
    minor     INTEGER NOT NULL,
    currency  TEXT NOT NULL,
    corrects  TEXT REFERENCES seizures (id),
    at        INTEGER NOT NULL,
    by_person TEXT NOT NULL,
    phone_key TEXT,                                -- made on the phone: sent twice is one
    CONSTRAINT seizure_no_once UNIQUE (search, no),
    CONSTRAINT seizure_key_once UNIQUE (search, phone_key),
    CONSTRAINT seizure_no_counts CHECK (no >= 1),
    CONSTRAINT seizure_type_known CHECK (type IN ('mobile_phone', 'sim_card', 'laptop', 'hard_disk', 'server_image', 'pen_drive', 'mailbox_export', 'dvr', 'document', 'cash', 'gold')),
    CONSTRAINT seizure_amount_positive CHECK (minor >= 0)
);

CREATE TABLE custody (
    item      TEXT NOT NULL REFERENCES seizures (id),
    seq       INTEGER NOT NULL,
    act       TEXT NOT NULL,
    holder    TEXT NOT NULL,
    from_whom TEXT NOT NULL,
    place     TEXT NOT NULL,
    why       TEXT NOT NULL,
    seal      TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    by_person TEXT NOT NULL,
    prev      TEXT NOT NULL,
    hash      TEXT NOT NULL,
    leaf      INTEGER NOT NULL REFERENCES leaves (idx),
    PRIMARY KEY (item, seq),
    CONSTRAINT custody_act_known CHECK (act IN ('seized', 'released', 'received', 'examined', 'imaged', 'resealed', 'returned', 'destroyed')),
    CONSTRAINT custody_chained CHECK ((seq = 1 AND prev = '') OR (seq > 1 AND length(prev) = 64)),
    CONSTRAINT custody_hash_whole CHECK (length(hash) = 64)
);

CREATE TABLE freezes (
    id       TEXT NOT NULL PRIMARY KEY,
    case_id  TEXT NOT NULL REFERENCES cases (id),
    account  TEXT NOT NULL,
    bank     TEXT NOT NULL,
    channel  TEXT NOT NULL,
    seen     INTEGER NOT NULL,
    seen_cur TEXT NOT NULL,
    held     INTEGER NOT NULL,
    held_cur TEXT NOT NULL,
    state    TEXT NOT NULL,
    deadline INTEGER,
    path     TEXT NOT NULL,
    CONSTRAINT freeze_state_known CHECK (state IN ('requested', 'acknowledged', 'held', 'partial', 'extended', 'refused', 'released', 'expired'))
);

CREATE TABLE freeze_events (
    no        INTEGER PRIMARY KEY AUTOINCREMENT,
    freeze_id TEXT NOT NULL REFERENCES freezes (id),
    state     TEXT NOT NULL,
    held      INTEGER NOT NULL,
    held_cur  TEXT NOT NULL,
    bank_ref  TEXT NOT NULL,
    why       TEXT NOT NULL,
    at        INTEGER NOT NULL,
    by_person TEXT NOT NULL,
    CONSTRAINT freeze_event_state_known CHECK (state IN ('requested', 'acknowledged', 'held', 'partial', 'extended', 'refused', 'released', 'expired'))
);
CREATE INDEX freeze_events_by_freeze ON freeze_events (freeze_id, no);

CREATE TABLE arrests (
    id        TEXT NOT NULL PRIMARY KEY,
    case_id   TEXT NOT NULL REFERENCES cases (id),
    person    TEXT NOT NULL,
    role      TEXT NOT NULL,
    law       TEXT NOT NULL,
    place     TEXT NOT NULL,
    at        INTEGER NOT NULL,
    by_person TEXT NOT NULL
);

CREATE TABLE leads (
    id        TEXT NOT NULL PRIMARY KEY,
    case_id   TEXT NOT NULL REFERENCES cases (id),
    country   TEXT NOT NULL,
    to_whom   TEXT NOT NULL,
    says      TEXT NOT NULL,
    reports   INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    by_person TEXT NOT NULL
);

CREATE TABLE outcomes (
    id        TEXT NOT NULL PRIMARY KEY,
    referral  TEXT NOT NULL,
    says      TEXT NOT NULL,
    disrupted TEXT NOT NULL,
    figures   TEXT NOT NULL,
    at        INTEGER NOT NULL,
    by_person TEXT NOT NULL
);

-- The public side and the watch -----------------------------------------

CREATE TABLE safe_list (
    kind   TEXT NOT NULL,
    value  TEXT NOT NULL,
    owner  TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (kind, value),
    CONSTRAINT safe_typed CHECK (kind <> '' AND value <> '')
);

CREATE TABLE listings (
    kind      TEXT NOT NULL,
    value     TEXT NOT NULL,
    state     TEXT NOT NULL,
    since     INTEGER NOT NULL,
    last_seen INTEGER,
    expires   INTEGER NOT NULL,
    sources   INTEGER NOT NULL,
    judged    TEXT NOT NULL,
    reports   INTEGER NOT NULL,
    ring      TEXT NOT NULL,
    brand     TEXT NOT NULL,
    tlp       TEXT NOT NULL,
    pap       TEXT NOT NULL,
    PRIMARY KEY (kind, value),
    CONSTRAINT listing_typed CHECK (kind <> '' AND value <> ''),
    CONSTRAINT listing_state_known CHECK (state IN ('active', 'disputed', 'held', 'expired', 'removed'))
);

CREATE TABLE disputes (
    id        TEXT NOT NULL PRIMARY KEY,
    kind      TEXT NOT NULL,
    value     TEXT NOT NULL,
    says      TEXT NOT NULL,
    contact   TEXT NOT NULL,
    at        INTEGER NOT NULL,
    decided   INTEGER,
    upheld    BOOLEAN NOT NULL,
    by_person TEXT NOT NULL,
    reason    TEXT NOT NULL,
    CONSTRAINT dispute_decided_by_person CHECK (decided IS NULL OR (by_person <> '' AND trim(reason) <> ''))
);

CREATE TABLE signatures (
    ring      TEXT NOT NULL PRIMARY KEY,
    disrupted INTEGER NOT NULL,
    keeps     TEXT NOT NULL,
    hours     TEXT NOT NULL
);

CREATE TABLE alerts (
    id      TEXT NOT NULL PRIMARY KEY,
    kind    TEXT NOT NULL,
    ring    TEXT NOT NULL,
    broken  TEXT NOT NULL,
    says    TEXT NOT NULL,
    kept    TEXT NOT NULL,
    fresh   TEXT NOT NULL,
    bits    REAL NOT NULL,
    since   INTEGER,
    at      INTEGER NOT NULL,
    seen    INTEGER,
    seen_by TEXT NOT NULL,
    CONSTRAINT alert_kind_known CHECK (kind IN ('return', 'growth', 'clock'))
);

-- People ----------------------------------------------------------------

CREATE TABLE persons (
    id       TEXT NOT NULL PRIMARY KEY,
    org      TEXT NOT NULL,
    name     TEXT NOT NULL,
    office   TEXT NOT NULL,
    roles    TEXT NOT NULL,
    password TEXT NOT NULL,
    disabled INTEGER,
    CONSTRAINT person_named CHECK (id <> '')
);

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    person     TEXT NOT NULL REFERENCES persons (id),
    csrf       TEXT NOT NULL,
    created    INTEGER NOT NULL,
    expires    INTEGER NOT NULL
);
CREATE INDEX sessions_by_expires ON sessions (expires);

CREATE TABLE audits (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    by_person TEXT NOT NULL,
    org       TEXT NOT NULL,
    act       TEXT NOT NULL,
    ref       TEXT NOT NULL,
    why       TEXT NOT NULL,
    ok        BOOLEAN NOT NULL,
    CONSTRAINT audit_says_what CHECK (act <> '')
);
