-- How somebody sends: seconds in which a sent answer can be taken back, whether the status chosen last is proposed again,
-- which one that was ('': none), and the keys that they changed (JSON: action to keys).
ALTER TABLE desk_user ADD COLUMN undo_seconds BIGINT NOT NULL DEFAULT 10 CHECK (undo_seconds BETWEEN 0 AND 60);
ALTER TABLE desk_user ADD COLUMN remembers_status BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE desk_user ADD COLUMN then_status TEXT NOT NULL DEFAULT '';
ALTER TABLE desk_user ADD COLUMN shortcuts TEXT NOT NULL DEFAULT '{}';

-- Answers that are not sent yet: for the seconds in which they can be taken back, or until a chosen time. What is here
-- has happened for nobody: there is no message, no mail, no change of status.
CREATE TABLE scheduled_reply (
    id            {id},
    ticket_id     BIGINT  NOT NULL REFERENCES ticket (id),
    user_id       BIGINT  NOT NULL REFERENCES desk_user (id),
    -- JSON: what is sent, as the API takes it; and the composer, for whoever takes it back.
    draft         TEXT    NOT NULL,
    composer      TEXT    NOT NULL,
    -- The newest message that its writer had read.
    seen_id       BIGINT  NOT NULL,
    -- A time was chosen; else it waits for its writer to change their mind.
    is_later      BOOLEAN NOT NULL,
    send_at_ms    BIGINT  NOT NULL,
    -- A code: why it was not sent at its time. It waits for its writer then.
    held_because  TEXT,
    created_at_ms BIGINT  NOT NULL
);
CREATE INDEX scheduled_reply_ticket ON scheduled_reply (ticket_id);
CREATE INDEX scheduled_reply_user ON scheduled_reply (user_id);

-- The answer that an upload waits for.
ALTER TABLE attachment ADD COLUMN scheduled_id BIGINT;
CREATE INDEX attachment_scheduled ON attachment (scheduled_id) WHERE scheduled_id IS NOT NULL;
