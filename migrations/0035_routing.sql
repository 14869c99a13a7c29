-- Who can do what, how a team's work is given out, and why somebody got a ticket.
CREATE TABLE skill (
    id            {id},
    name          TEXT    NOT NULL,
    name_folded   TEXT    NOT NULL UNIQUE,
    is_archived   BOOLEAN NOT NULL DEFAULT FALSE,
    created_at_ms BIGINT  NOT NULL
);

CREATE TABLE agent_skill (
    user_id  BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    skill_id BIGINT NOT NULL REFERENCES skill (id),
    level    BIGINT NOT NULL CHECK (level BETWEEN 1 AND 5),
    PRIMARY KEY (user_id, skill_id)
);
CREATE INDEX agent_skill_skill ON agent_skill (skill_id);

-- How much somebody may have in hand and when; what the desk remembers of their work is no more than its last moments.
CREATE TABLE agent_work (
    user_id     BIGINT  PRIMARY KEY REFERENCES desk_user (id) ON DELETE CASCADE,
    -- Hundredths of a whole person's work; NULL is the desk's.
    work_limit  BIGINT,
    calendar_id BIGINT  REFERENCES calendar (id),
    -- What they said themselves; NULL: nothing yet.
    is_there    BOOLEAN,
    since_ms    BIGINT,
    given_at_ms BIGINT,
    done_at_ms  BIGINT
);

-- A team without a row gives out its work by hand.
CREATE TABLE routing_plan (
    team_id       BIGINT  PRIMARY KEY REFERENCES team (id),
    strategy      TEXT    NOT NULL CHECK (strategy IN ('round_robin', 'least_loaded', 'most_idle', 'best_skill')),
    mode          TEXT    NOT NULL CHECK (mode IN ('push', 'pull')),
    prefers_last  BOOLEAN NOT NULL,
    asks_presence BOOLEAN NOT NULL,
    relax_ms      BIGINT,
    take_back_ms  BIGINT
);

-- Tickets that match a filter ask for a skill.
CREATE TABLE skill_need (
    id       {id},
    filter   TEXT   NOT NULL,
    skill_id BIGINT NOT NULL REFERENCES skill (id),
    level    BIGINT NOT NULL,
    least    BIGINT NOT NULL
);

-- Why somebody got a ticket, or lost it. The content is JSON: everybody who was looked at, with the reason.
CREATE TABLE routing_choice (
    id        {id},
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    at_ms     BIGINT NOT NULL,
    kind      TEXT   NOT NULL CHECK (kind IN ('given', 'taken_back')),
    user_id   BIGINT NOT NULL,
    content   TEXT   NOT NULL
);
CREATE INDEX routing_choice_ticket ON routing_choice (ticket_id, id);
CREATE INDEX routing_choice_at ON routing_choice (at_ms);

-- Why a ticket waits, as it was the last time that the desk looked.
CREATE TABLE routing_wait (
    ticket_id BIGINT PRIMARY KEY REFERENCES ticket (id),
    since_ms  BIGINT NOT NULL,
    content   TEXT   NOT NULL
);

-- One row, so that two nodes do not give out at the same time.
CREATE TABLE routing_turn (
    id    BIGINT PRIMARY KEY,
    turns BIGINT NOT NULL
);
INSERT INTO routing_turn (id, turns) VALUES (1, 0);

-- Tickets of a team that nobody has, and what somebody has in hand.
CREATE INDEX ticket_waiting ON ticket (team_id, priority, id)
    WHERE is_open = TRUE AND assignee_id = 0 AND team_id <> 0;
CREATE INDEX ticket_in_hand ON ticket (assignee_id, channel)
    WHERE is_open = TRUE AND assignee_id <> 0 AND is_snoozed = FALSE AND category IN ('new', 'open');
