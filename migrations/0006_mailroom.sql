-- How an inbox signs in without a password (OAuth 2): the application, and the tokens sealed for this row.
CREATE TABLE inbox_oauth (
    inbox_id             BIGINT PRIMARY KEY REFERENCES inbox (id) ON DELETE CASCADE,
    provider             TEXT   NOT NULL CHECK (provider IN ('microsoft', 'google', 'other')),
    client_id            TEXT   NOT NULL,
    -- Empty: there is no page where somebody agrees; the refresh token was given by hand.
    authorize_url        TEXT   NOT NULL,
    token_url            TEXT   NOT NULL,
    scope                TEXT   NOT NULL,
    client_secret_sealed {blob},
    refresh_sealed       {blob},
    access_sealed        {blob},
    access_until_ms      BIGINT,
    connected_at_ms      BIGINT,
    refreshed_at_ms      BIGINT,
    failed_at_ms         BIGINT,
    -- A code, and what the token server said.
    failure              TEXT,
    failure_text         TEXT
);

-- Since when a half of an inbox fails without a success in between, why in a code, and when it is tried again.
ALTER TABLE inbox_health ADD COLUMN failing_since_ms BIGINT;
ALTER TABLE inbox_health ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE inbox_health ADD COLUMN stage TEXT;
ALTER TABLE inbox_health ADD COLUMN cause TEXT;
ALTER TABLE inbox_health ADD COLUMN next_try_at_ms BIGINT;
-- On IMAP: whether the server tells of new mail by itself.
ALTER TABLE inbox_health ADD COLUMN has_idle BOOLEAN;
-- Somebody asked for a try at once.
ALTER TABLE inbox_health ADD COLUMN asked_at_ms BIGINT;

-- What SPF, DKIM and DMARC said when the mail was read, in one line.
ALTER TABLE inbound ADD COLUMN authentication TEXT;
