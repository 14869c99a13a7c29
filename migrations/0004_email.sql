CREATE TABLE inbox (
    id              {id},
    name            TEXT    NOT NULL,
    address         TEXT    NOT NULL UNIQUE,
    team_id         BIGINT  NOT NULL DEFAULT 0,
    language        TEXT    NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'de', 'nl')),
    is_active       BOOLEAN NOT NULL DEFAULT TRUE,
    receive_kind    TEXT    NOT NULL CHECK (receive_kind IN ('smtp', 'lmtp', 'imap')),
    -- JSON without secrets: host, port, tls, user, folder, after.
    receive         TEXT    NOT NULL DEFAULT '{}',
    receive_sealed  {blob},
    -- JSON without secrets: host, port, tls, user. NULL: this inbox cannot send.
    send            TEXT,
    send_sealed     {blob},
    acknowledge     BOOLEAN NOT NULL DEFAULT TRUE,
    signature       TEXT    NOT NULL DEFAULT '',
    quote           TEXT    NOT NULL DEFAULT 'none' CHECK (quote IN ('none', 'last')),
    from_name       TEXT    NOT NULL DEFAULT 'agent_and_desk' CHECK (from_name IN ('agent_and_desk', 'desk', 'agent')),
    has_plus_address BOOLEAN NOT NULL DEFAULT FALSE,
    has_subject_tag BOOLEAN NOT NULL DEFAULT TRUE,
    dkim_selector   TEXT,
    dkim_sealed     {blob},
    created_at_ms   BIGINT  NOT NULL
);

-- What the health page shows; for IMAP also how far the folder has been read.
CREATE TABLE inbox_health (
    inbox_id         BIGINT NOT NULL REFERENCES inbox (id) ON DELETE CASCADE,
    part             TEXT   NOT NULL CHECK (part IN ('receive', 'send')),
    ok_at_ms         BIGINT,
    failed_at_ms     BIGINT,
    failure          TEXT,
    uid_validity     BIGINT,
    last_uid         BIGINT,
    PRIMARY KEY (inbox_id, part)
);

-- The ledger: one row for every item that came in, whatever became of it.
CREATE TABLE inbound (
    id             {id},
    inbox_id       BIGINT NOT NULL REFERENCES inbox (id),
    way            TEXT   NOT NULL CHECK (way IN ('smtp', 'lmtp', 'imap')),
    received_at_ms BIGINT NOT NULL,
    -- JSON: peer, helo, return path, recipient.
    envelope       TEXT   NOT NULL,
    blob_hash      {blob} NOT NULL REFERENCES blob (hash),
    size           BIGINT NOT NULL,
    -- On IMAP: where it was. One message of a folder has one row.
    uid_validity   BIGINT,
    uid            BIGINT,
    from_email     TEXT,
    subject        TEXT   NOT NULL DEFAULT '',
    -- First 8 bytes of the hash of the Message-ID, and the hash of what people see of the mail.
    reference_hash BIGINT,
    content_hash   {blob},
    outcome        TEXT   NOT NULL CHECK (outcome IN
                       ('pending', 'created', 'joined', 'bounce', 'ignored', 'quarantined')),
    reason         TEXT,
    ticket_id      BIGINT REFERENCES ticket (id),
    message_id     BIGINT REFERENCES message (id),
    attempts       BIGINT NOT NULL DEFAULT 0,
    next_at_ms     BIGINT NOT NULL,
    lease_token    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX inbound_pending ON inbound (next_at_ms, id) WHERE outcome = 'pending';
CREATE INDEX inbound_quarantined ON inbound (id) WHERE outcome = 'quarantined';
CREATE INDEX inbound_reference ON inbound (reference_hash) WHERE reference_hash IS NOT NULL;
CREATE INDEX inbound_blob ON inbound (blob_hash);
CREATE INDEX inbound_ticket ON inbound (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE UNIQUE INDEX inbound_uid ON inbound (inbox_id, uid_validity, uid) WHERE uid IS NOT NULL;

-- What goes out: a row first, then sent with a lease until it is delivered or shown as failed.
CREATE TABLE outbound (
    id            {id},
    kind          TEXT   NOT NULL CHECK (kind IN ('reply', 'acknowledgement', 'account', 'notice')),
    inbox_id      BIGINT REFERENCES inbox (id),
    ticket_id     BIGINT REFERENCES ticket (id),
    message_id    BIGINT REFERENCES message (id),
    -- The header, fixed before the first attempt, without its angle brackets.
    header_id     TEXT   NOT NULL UNIQUE,
    -- JSON list of the addresses that have not accepted it yet; `recipients_text` is what people read.
    recipients      TEXT NOT NULL,
    recipients_text TEXT NOT NULL,
    subject       TEXT   NOT NULL,
    -- JSON of a mail that is no message of a ticket. Emptied once it is sent.
    body          TEXT,
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'bounced')),
    reason        TEXT,
    attempts      BIGINT NOT NULL DEFAULT 0,
    next_at_ms    BIGINT NOT NULL,
    lease_token   BIGINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL,
    sent_at_ms    BIGINT
);
CREATE INDEX outbound_due ON outbound (next_at_ms, id) WHERE state = 'waiting' OR state = 'sending';
CREATE INDEX outbound_message ON outbound (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outbound_ticket ON outbound (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX outbound_failed ON outbound (id) WHERE state = 'failed' OR state = 'bounced';
