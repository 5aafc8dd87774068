-- Schema version 8: a linking says how far it read, so that a node that starts
-- knows whether its rings hold all that is in the store. A linking is written
-- in several transactions; it is begun with through = -1 and ended with the
-- number of the last report that it read. NULL: an earlier version did not say.

ALTER TABLE linkings ADD COLUMN through INTEGER;
ALTER TABLE linkings ADD COLUMN judged  INTEGER;
