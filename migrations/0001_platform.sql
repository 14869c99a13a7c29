-- One text for SQLite and PostgreSQL. Times are Unix milliseconds. Enums are words with a CHECK.

-- The log that history, live updates, webhooks and audit read. Rows are never changed.
CREATE TABLE event (
    id      {id},
    kind    TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    actor   TEXT   NOT NULL,
    payload TEXT   NOT NULL,
    at_ms   BIGINT NOT NULL
);
CREATE INDEX event_subject ON event (subject, id);

-- How far each reader of the log has come.
CREATE TABLE event_reader (
    name     TEXT   PRIMARY KEY,
    position BIGINT NOT NULL
);

-- Work without a person. A finished job is deleted, a dead one stays for people to see.
CREATE TABLE job (
    id             {id},
    kind           TEXT   NOT NULL,
    payload        TEXT   NOT NULL,
    state          TEXT   NOT NULL CHECK (state IN ('waiting', 'running', 'dead')),
    run_at_ms      BIGINT NOT NULL,
    attempts       BIGINT NOT NULL DEFAULT 0,
    lease_token    BIGINT NOT NULL DEFAULT 0,
    dedupe         TEXT   UNIQUE,
    last_error     TEXT,
    created_at_ms  BIGINT NOT NULL
);
CREATE INDEX job_due ON job (run_at_ms) WHERE state <> 'dead';

-- Leader-only work on several nodes: who has it until when.
CREATE TABLE lease (
    name     TEXT   PRIMARY KEY,
    holder   TEXT   NOT NULL,
    until_ms BIGINT NOT NULL
);

-- Content by its BLAKE3 hash. Small content is in the row, large content in the blob folder.
CREATE TABLE blob (
    hash          {blob} PRIMARY KEY,
    size          BIGINT NOT NULL,
    bytes         {blob},
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Answers to requests that carried an Idempotency-Key, for a day.
CREATE TABLE idempotency (
    key           TEXT   PRIMARY KEY,
    request_hash  TEXT   NOT NULL,
    status        BIGINT NOT NULL,
    body          TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL
);
CREATE INDEX idempotency_age ON idempotency (created_at_ms);

-- Token buckets that must survive a restart and hold on every node.
CREATE TABLE rate (
    key           TEXT   PRIMARY KEY,
    spent         BIGINT NOT NULL,
    window_end_ms BIGINT NOT NULL
);
