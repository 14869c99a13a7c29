-- The lines of support, in their order. Working time as people write it: '4h', '2d'. NULL promises nothing.
CREATE TABLE support_line (
    id            {id},
    name          TEXT   NOT NULL,
    name_folded   TEXT   NOT NULL UNIQUE,
    position      BIGINT NOT NULL UNIQUE CHECK (position BETWEEN 1 AND 9),
    calendar_id   BIGINT REFERENCES calendar (id),
    accept_within TEXT,
    solve_within  TEXT,
    warn          TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL
);
-- A team is in one line at most. The first of a line gets what is handed to the line as a whole.
CREATE TABLE support_line_team (
    team_id BIGINT PRIMARY KEY REFERENCES team (id),
    line_id BIGINT NOT NULL REFERENCES support_line (id) ON DELETE CASCADE,
    place   BIGINT NOT NULL
);
CREATE INDEX support_line_team_line ON support_line_team (line_id, place);

CREATE TABLE team_supervisor (
    team_id BIGINT PRIMARY KEY REFERENCES team (id),
    user_id BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE
);

-- Somebody outside who is asked for help by mail.
CREATE TABLE supplier (
    id            {id},
    name          TEXT    NOT NULL,
    name_folded   TEXT    NOT NULL UNIQUE,
    email         TEXT    NOT NULL,
    calendar_id   BIGINT  REFERENCES calendar (id),
    accept_within TEXT,
    solve_within  TEXT,
    warn          TEXT    NOT NULL,
    is_archived   BOOLEAN NOT NULL DEFAULT FALSE,
    created_at_ms BIGINT  NOT NULL
);

-- A time for which somebody had a ticket that was handed to them. One of a ticket at most has not ended.
CREATE TABLE stay (
    id             {id},
    ticket_id      BIGINT  NOT NULL REFERENCES ticket (id),
    kind           TEXT    NOT NULL CHECK (kind IN ('line', 'supervisor', 'supplier')),
    line_id        BIGINT,
    supplier_id    BIGINT  REFERENCES supplier (id),
    -- The team of the line that got it; of a supervisor the team that they lead. 0 is none.
    team_id        BIGINT  NOT NULL,
    -- The supervisor; 0 is nobody.
    user_id        BIGINT  NOT NULL,
    -- What the holder was called then.
    name           TEXT    NOT NULL,
    -- Who had it before, and to whom it goes back.
    from_name      TEXT    NOT NULL,
    from_team_id   BIGINT  NOT NULL,
    from_user_id   BIGINT  NOT NULL,
    from_stay_id   BIGINT,
    by_name        TEXT    NOT NULL,
    tried          TEXT    NOT NULL,
    expected       TEXT    NOT NULL,
    -- How it came: somebody handed it over, nobody had accepted it before, or it was handed back.
    cause          TEXT    NOT NULL CHECK (cause IN ('handed', 'climbed', 'back')),
    -- JSON: what was promised, with the calendar, as it was then. The clock can be computed from the row at any time.
    terms          TEXT    NOT NULL,
    started_at_ms  BIGINT  NOT NULL,
    accepted_at_ms BIGINT,
    accepted_by    TEXT,
    ended_at_ms    BIGINT,
    ended_how      TEXT    CHECK (ended_how IN ('back', 'passed_on', 'climbed', 'solved', 'moved', 'merged')),
    back_note      TEXT,
    -- What has been announced of each promise, and when there is something more.
    accept_told    TEXT    NOT NULL DEFAULT 'nothing' CHECK (accept_told IN ('nothing', 'warning', 'breach')),
    solve_told     TEXT    NOT NULL DEFAULT 'nothing' CHECK (solve_told IN ('nothing', 'warning', 'breach')),
    alarm_at_ms    BIGINT,
    CHECK ((ended_at_ms IS NULL) = (ended_how IS NULL))
);
CREATE INDEX stay_ticket ON stay (ticket_id, id);
CREATE UNIQUE INDEX stay_now ON stay (ticket_id) WHERE ended_at_ms IS NULL;
CREATE INDEX stay_kind_now ON stay (kind, ticket_id) WHERE ended_at_ms IS NULL;
CREATE INDEX stay_alarm ON stay (alarm_at_ms, id) WHERE alarm_at_ms IS NOT NULL;
CREATE INDEX stay_supplier ON stay (supplier_id, ticket_id) WHERE supplier_id IS NOT NULL;

-- Whoever has it now because it was handed to them; NULL: nobody handed it over.
ALTER TABLE ticket ADD COLUMN stay_id BIGINT;

-- Colleagues who work on a case that somebody else has.
CREATE TABLE ticket_helper (
    ticket_id   BIGINT NOT NULL REFERENCES ticket (id),
    user_id     BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    added_at_ms BIGINT NOT NULL,
    PRIMARY KEY (ticket_id, user_id)
);
CREATE INDEX ticket_helper_user ON ticket_helper (user_id, ticket_id);

-- Message-IDs of what a supplier and we wrote to each other: whatever answers them is for us alone.
CREATE TABLE supplier_mail (
    hash    BIGINT NOT NULL,
    stay_id BIGINT NOT NULL REFERENCES stay (id),
    PRIMARY KEY (hash, stay_id)
);
