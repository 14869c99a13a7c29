-- Addresses of other programs that hear what happens here.
CREATE TABLE webhook (
    id            {id},
    name          TEXT    NOT NULL,
    url           TEXT    NOT NULL,
    secret_sealed {blob}  NOT NULL,
    -- After a change of the secret both sign until `old_until_ms`.
    old_sealed    {blob},
    old_until_ms  BIGINT,
    -- A JSON list of event kinds; `["*"]` is all but those of accounts.
    kinds         TEXT    NOT NULL,
    is_active     BOOLEAN NOT NULL DEFAULT TRUE,
    created_at_ms BIGINT  NOT NULL
);

-- One event on its way to one address. The event itself stays in the log.
CREATE TABLE webhook_delivery (
    id            {id},
    webhook_id    BIGINT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    event_id      BIGINT NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts      BIGINT NOT NULL DEFAULT 0,
    -- When it is tried next; while it is being sent, when the lease ends.
    next_at_ms    BIGINT NOT NULL,
    lease_token   BIGINT NOT NULL DEFAULT 0,
    -- When the tries began that end after a day: the event, or the last "try again".
    since_ms      BIGINT NOT NULL,
    -- The answer to the last try: HTTP status, or a code of why there was none.
    status        BIGINT,
    reason        TEXT,
    -- The beginning of what a failed answer said, 500 characters at most.
    answer        TEXT,
    took_ms       BIGINT,
    created_at_ms BIGINT NOT NULL,
    UNIQUE (webhook_id, event_id)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at_ms, id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_log ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_age ON webhook_delivery (created_at_ms) WHERE state <> 'waiting';
