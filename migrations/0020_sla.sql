-- When somebody is there: hours, holidays, days with hours of their own.
CREATE TABLE calendar (
    id            {id},
    name          TEXT    NOT NULL,
    name_folded   TEXT    NOT NULL UNIQUE,
    -- JSON as the API has it: zone, weekly, holidays, exceptions.
    content       TEXT    NOT NULL,
    -- The desk's own, for policies that choose none. One at most.
    is_default    BOOLEAN NOT NULL DEFAULT FALSE,
    created_at_ms BIGINT  NOT NULL,
    updated_at_ms BIGINT  NOT NULL
);
CREATE UNIQUE INDEX calendar_default ON calendar (is_default) WHERE is_default = TRUE;

-- What is promised to whom. The first policy in order whose filter matches a ticket applies to it.
CREATE TABLE sla_policy (
    id             {id},
    name           TEXT    NOT NULL,
    name_folded    TEXT    NOT NULL UNIQUE,
    position       BIGINT  NOT NULL,
    is_active      BOOLEAN NOT NULL DEFAULT TRUE,
    calendar_id    BIGINT  REFERENCES calendar (id),
    filter         TEXT    NOT NULL,
    -- Working time as people write it: '4h', '2d', '1h 30m'. NULL promises nothing.
    first_response TEXT,
    next_response  TEXT,
    update_every   TEXT,
    resolution     TEXT,
    warn           TEXT    NOT NULL,
    -- JSON list of status categories.
    pause_in       TEXT    NOT NULL,
    -- The snapshot that applies now.
    terms_id       BIGINT,
    created_at_ms  BIGINT  NOT NULL
);
CREATE INDEX sla_policy_calendar ON sla_policy (calendar_id) WHERE calendar_id IS NOT NULL;

-- A policy with its calendar as they were when one of them was saved. Rows are never changed: a clock can be
-- recomputed at any time.
CREATE TABLE sla_terms (
    id            {id},
    policy_id     BIGINT NOT NULL REFERENCES sla_policy (id),
    content       TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL
);
CREATE INDEX sla_terms_policy ON sla_terms (policy_id);

ALTER TABLE ticket ADD COLUMN sla_terms_id BIGINT;
-- What is due first; as large as the number of open tickets with a deadline.
CREATE INDEX ticket_due ON ticket (due_at_ms, id) WHERE is_open = TRUE AND due_at_ms IS NOT NULL;

-- The newest run of each promise: a cache of what the event log says (the doctor compares them).
CREATE TABLE sla_clock (
    ticket_id      BIGINT NOT NULL REFERENCES ticket (id),
    promise        TEXT   NOT NULL CHECK (promise IN ('first_response', 'next_response', 'update', 'resolution')),
    started_at_ms  BIGINT NOT NULL,
    -- Until here it has been decided what counts.
    told_to_ms     BIGINT NOT NULL,
    target_ms      BIGINT,
    ran_ms         BIGINT NOT NULL,
    -- It counts since then; NULL while it stands still.
    since_ms       BIGINT,
    due_at_ms      BIGINT,
    ended_at_ms    BIGINT,
    breached_at_ms BIGINT,
    -- What has been announced.
    told           TEXT   NOT NULL CHECK (told IN ('nothing', 'warning', 'breach')),
    -- When there is something to announce.
    alarm_at_ms    BIGINT,
    PRIMARY KEY (ticket_id, promise)
);
CREATE INDEX sla_clock_alarm ON sla_clock (alarm_at_ms, ticket_id) WHERE alarm_at_ms IS NOT NULL;
