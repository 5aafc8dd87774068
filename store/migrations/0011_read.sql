-- Schema version 11: who reported asks where the report stands, and whether
-- somebody has read it is found without reading the whole audit trail.

CREATE INDEX audits_read ON audits (ref, at) WHERE act = 'report.read';
