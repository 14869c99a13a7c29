CREATE TABLE webhook (
    id            {id},
    name          TEXT    NOT NULL,
    url           TEXT    NOT NULL,
    secret_sealed {blob}  NOT NULL,
    -- A JSON list of event kinds; `["*"]` is all.
    kinds         TEXT    NOT NULL,
    is_active     BOOLEAN NOT NULL DEFAULT TRUE,
    created_at_ms BIGINT  NOT NULL
);
CREATE TABLE webhook_delivery (
    id            {id},
    webhook_id    BIGINT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    event_id      BIGINT NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts      BIGINT NOT NULL DEFAULT 0,
    next_at_ms    BIGINT NOT NULL,
    lease_token   BIGINT NOT NULL DEFAULT 0,
    status        BIGINT,
    reason        TEXT,
    created_at_ms BIGINT NOT NULL,
    UNIQUE (webhook_id, event_id)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at_ms, id) WHERE state = 'waiting';
