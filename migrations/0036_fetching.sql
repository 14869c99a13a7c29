-- What was in a folder before it was first read: below this UID only what came since then is fetched, at the very first
-- time only what nobody has read.
ALTER TABLE inbox_health ADD COLUMN begin_uid BIGINT;
ALTER TABLE inbox_health ADD COLUMN begin_since_ms BIGINT;
ALTER TABLE inbox_health ADD COLUMN begin_is_unread BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE inbox_health
   SET begin_since_ms = (SELECT i.created_at_ms - 86400000 FROM inbox i WHERE i.id = inbox_health.inbox_id)
 WHERE part = 'receive' AND uid_validity IS NOT NULL;

-- The newest mail with the same Message-ID and the same words, among however many have that Message-ID; and for mail
-- without one, by its words alone.
DROP INDEX inbound_reference;
CREATE INDEX inbound_reference ON inbound (reference_hash, content_hash) WHERE reference_hash IS NOT NULL;
CREATE INDEX inbound_nameless ON inbound (content_hash) WHERE reference_hash IS NULL AND content_hash IS NOT NULL;
