-- What people say they spent on a ticket. Nothing measures it: they type it.
CREATE TABLE time_entry (
    id            {id},
    ticket_id     BIGINT  NOT NULL REFERENCES ticket (id),
    user_id       BIGINT  NOT NULL REFERENCES desk_user (id),
    minutes       BIGINT  NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
    -- The day on which it was spent: '2026-11-26'.
    day           TEXT    NOT NULL,
    what          TEXT    NOT NULL,
    is_billable   BOOLEAN NOT NULL,
    created_at_ms BIGINT  NOT NULL,
    updated_at_ms BIGINT  NOT NULL
);
CREATE INDEX time_entry_ticket ON time_entry (ticket_id, day, id);

-- The sum of its own entries, kept with each change of one.
ALTER TABLE ticket ADD COLUMN spent_minutes BIGINT NOT NULL DEFAULT 0;
