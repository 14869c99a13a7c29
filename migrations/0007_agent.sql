-- The message that a note sends on to somebody outside; 0 where that was not written down yet.
ALTER TABLE message ADD COLUMN forwarded_id BIGINT;
UPDATE message SET forwarded_id = 0 WHERE kind = 'note' AND to_emails <> '[]';
