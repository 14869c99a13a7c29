-- What the desk does by itself: rules, their older versions, and what came of them.
CREATE TABLE rule (
    id            {id},
    name          TEXT    NOT NULL,
    name_folded   TEXT    NOT NULL UNIQUE,
    position      BIGINT  NOT NULL,
    is_active     BOOLEAN NOT NULL DEFAULT TRUE,
    -- JSON as the API has it, with ids for what has a name.
    content       TEXT    NOT NULL,
    version       BIGINT  NOT NULL,
    -- It hears of events after this one, and of moments after this instant.
    since_id      BIGINT  NOT NULL,
    since_ms      BIGINT  NOT NULL,
    -- How far a rule that waits has come: the last moment it looked at, and the ticket.
    reached_ms    BIGINT  NOT NULL,
    reached_id    BIGINT  NOT NULL,
    runs          BIGINT  NOT NULL DEFAULT 0,
    ran_at_ms     BIGINT,
    -- The last time a limit stopped it, and the last time it failed.
    limited_at_ms BIGINT,
    failed_at_ms  BIGINT,
    created_at_ms BIGINT  NOT NULL,
    updated_at_ms BIGINT  NOT NULL
);

CREATE TABLE rule_version (
    id          {id},
    rule_id     BIGINT NOT NULL REFERENCES rule (id) ON DELETE CASCADE,
    version     BIGINT NOT NULL,
    -- As the event log names people: user/3.
    author      TEXT   NOT NULL,
    author_name TEXT   NOT NULL,
    content     TEXT   NOT NULL,
    at_ms       BIGINT NOT NULL,
    UNIQUE (rule_id, version)
);

-- Which rules looked at a ticket because of what, and what they did. One row for each event or moment: nothing is
-- done twice.
CREATE TABLE rule_look (
    id        {id},
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    -- event/17, or rule/3/1795417200000: the moment that a rule waited for.
    occasion  TEXT   NOT NULL,
    -- How many rules lie between this and something that a person did.
    depth     BIGINT NOT NULL,
    -- JSON list.
    verdicts  TEXT   NOT NULL,
    at_ms     BIGINT NOT NULL,
    UNIQUE (ticket_id, occasion)
);
CREATE INDEX rule_look_ticket ON rule_look (ticket_id, id);
CREATE INDEX rule_look_at ON rule_look (at_ms);

-- What led to an event: the event that a rule heard.
ALTER TABLE event ADD COLUMN cause_id BIGINT;

-- When the status became what it is; NULL where it never changed.
ALTER TABLE ticket ADD COLUMN status_at_ms BIGINT;
CREATE INDEX ticket_status_at ON ticket (status_at_ms, id) WHERE status_at_ms IS NOT NULL;
CREATE INDEX ticket_open_created ON ticket (created_at_ms, id) WHERE is_open = TRUE;
