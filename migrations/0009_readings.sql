-- What a process that ended in the middle leaves behind. `reader` and `sender` name the node that has a row in hand;
-- when it starts again it knows at once what it had not finished.
ALTER TABLE inbound ADD COLUMN reader TEXT;
-- From now on this mail is read by itself: a reading of it failed, or did not end.
ALTER TABLE inbound ADD COLUMN is_alone BOOLEAN NOT NULL DEFAULT FALSE;
-- Readings that failed, and readings by itself that the program did not survive.
ALTER TABLE inbound ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE inbound ADD COLUMN deaths BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbound ADD COLUMN sender TEXT;
-- Short at all times: a backlog of new mails is not searched for those in hand.
CREATE INDEX inbound_in_hand ON inbound (next_at_ms, id) WHERE outcome = 'pending' AND (reader IS NOT NULL OR is_alone = TRUE);
