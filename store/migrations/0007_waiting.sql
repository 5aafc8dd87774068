-- Schema version 7: what the pages of letters and of recalled things ask for
-- is found without reading every letter and every entry of the audit trail.

CREATE INDEX letters_refused ON letters (done_at) WHERE problem <> '';
CREATE INDEX audits_recalled ON audits (seq) WHERE act = 'share.recalled';
