-- A letter about an account holds a link that opens it: of one that has ended nothing is kept.
UPDATE outbound SET body = NULL WHERE kind = 'account' AND (state = 'failed' OR state = 'bounced') AND body IS NOT NULL;

-- A type has no parameters: text is always shown as UTF-8.
UPDATE attachment SET type = 'text/plain' WHERE type LIKE 'text/plain;%';

-- Addresses of people and inboxes have one form from now on, in which a domain is ASCII. A program writes it.
INSERT INTO job (kind, payload, state, run_at_ms, created_at_ms)
  SELECT 'email.one_form', '{}', 'waiting', 0, 0
   WHERE EXISTS (SELECT 1 FROM contact_email) OR EXISTS (SELECT 1 FROM inbox) OR EXISTS (SELECT 1 FROM desk_user);
