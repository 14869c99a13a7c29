-- What tickets begin with that are opened again and again.
CREATE TABLE ticket_template (
    id            {id},
    name          TEXT    NOT NULL,
    folder        TEXT    NOT NULL DEFAULT '',
    searched      TEXT    NOT NULL,
    share         TEXT    NOT NULL CHECK (share IN ('own', 'team', 'desk')),
    owner_id      BIGINT  REFERENCES desk_user (id) ON DELETE CASCADE,
    team_id       BIGINT  REFERENCES team (id),
    -- JSON: what the ticket begins with.
    content       TEXT    NOT NULL,
    is_archived   BOOLEAN NOT NULL DEFAULT FALSE,
    created_at_ms BIGINT  NOT NULL,
    updated_at_ms BIGINT  NOT NULL,
    CHECK ((share = 'own') = (owner_id IS NOT NULL)),
    CHECK ((share = 'team') = (team_id IS NOT NULL))
);
CREATE INDEX ticket_template_owner ON ticket_template (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX ticket_template_team ON ticket_template (team_id) WHERE team_id IS NOT NULL;

-- Tickets of which somebody wants to be reminded. Nobody else sees it. The table of that name that was prepared before was
-- never written to.
DROP TABLE reminder;
CREATE TABLE reminder (
    id            {id},
    user_id       BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    ticket_id     BIGINT NOT NULL REFERENCES ticket (id),
    note          TEXT   NOT NULL,
    due_at_ms     BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    done_at_ms    BIGINT,
    -- The time for which it was said that it has come.
    told_due_ms   BIGINT
);
CREATE INDEX reminder_open ON reminder (user_id, due_at_ms, id) WHERE done_at_ms IS NULL;
CREATE INDEX reminder_ticket ON reminder (ticket_id, user_id) WHERE done_at_ms IS NULL;
CREATE INDEX reminder_untold ON reminder (due_at_ms)
    WHERE done_at_ms IS NULL AND (told_due_ms IS NULL OR told_due_ms <> due_at_ms);
