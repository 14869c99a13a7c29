-- A call that was promised to somebody: whom, on which number, until when.
CREATE TABLE call_back (
    id            {id},
    ticket_id     BIGINT NOT NULL REFERENCES ticket (id),
    name          TEXT   NOT NULL,
    phone         TEXT   NOT NULL,
    note          TEXT   NOT NULL DEFAULT '',
    due_at_ms     BIGINT NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('open', 'reached', 'dropped')),
    -- How often somebody called and reached nobody.
    attempts      BIGINT NOT NULL DEFAULT 0,
    promised_by   BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    created_at_ms BIGINT NOT NULL,
    ended_at_ms   BIGINT,
    CHECK ((state = 'open') = (ended_at_ms IS NULL))
);
CREATE INDEX call_back_open ON call_back (due_at_ms, id) WHERE state = 'open';
CREATE INDEX call_back_ticket ON call_back (ticket_id, id);

CREATE TABLE call_attempt (
    id           {id},
    call_back_id BIGINT  NOT NULL REFERENCES call_back (id),
    by_user      BIGINT  NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    is_reached   BOOLEAN NOT NULL,
    note         TEXT    NOT NULL DEFAULT '',
    at_ms        BIGINT  NOT NULL
);
CREATE INDEX call_attempt_call_back ON call_attempt (call_back_id, id);

-- A ticket that somebody, or a team, wants to be reminded of.
CREATE TABLE reminder (
    id             {id},
    ticket_id      BIGINT  NOT NULL REFERENCES ticket (id),
    -- One of the two is whom it is for.
    user_id        BIGINT  REFERENCES desk_user (id) ON DELETE CASCADE,
    team_id        BIGINT  REFERENCES team (id),
    note           TEXT    NOT NULL DEFAULT '',
    due_at_ms      BIGINT  NOT NULL,
    -- Falls away by itself if the customer writes before.
    is_if_silent   BOOLEAN NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('waiting', 'due', 'done')),
    created_by     BIGINT  NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    created_at_ms  BIGINT  NOT NULL,
    CHECK ((user_id IS NULL) <> (team_id IS NULL))
);
CREATE INDEX reminder_user ON reminder (user_id, due_at_ms, id) WHERE state <> 'done' AND user_id IS NOT NULL;
CREATE INDEX reminder_team ON reminder (team_id, due_at_ms, id) WHERE state <> 'done' AND team_id IS NOT NULL;
CREATE INDEX reminder_ticket ON reminder (ticket_id) WHERE state <> 'done';
