-- An address that somebody who does not see all tickets gave a contact opens the customers' pages only when it is
-- confirmed. What was there before is confirmed.
ALTER TABLE contact_email ADD COLUMN is_confirmed BOOLEAN NOT NULL DEFAULT TRUE;
