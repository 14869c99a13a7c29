-- Mail with somebody beside the customer: a colleague, a supplier, anybody else. Its messages are notes of the ticket.
CREATE TABLE side_conversation (
    id            {id},
    -- Where it was begun; it is shown where that ticket's number leads to.
    ticket_id     BIGINT NOT NULL REFERENCES ticket (id),
    subject       TEXT   NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'answered', 'closed')),
    asked_by      BIGINT NOT NULL REFERENCES desk_user (id),
    created_at_ms BIGINT NOT NULL,
    last_at_ms    BIGINT NOT NULL,
    closed_at_ms  BIGINT,
    CHECK ((state = 'closed') = (closed_at_ms IS NOT NULL))
);
CREATE INDEX side_conversation_ticket ON side_conversation (ticket_id, id);

-- To whom it goes.
CREATE TABLE side_person (
    side_id BIGINT NOT NULL REFERENCES side_conversation (id) ON DELETE CASCADE,
    email   TEXT   NOT NULL,
    PRIMARY KEY (side_id, email)
);
CREATE INDEX side_person_email ON side_person (email, side_id);

-- Message-IDs of what was written there: whatever answers them is for us alone.
CREATE TABLE side_mail (
    hash    BIGINT NOT NULL,
    side_id BIGINT NOT NULL REFERENCES side_conversation (id) ON DELETE CASCADE,
    PRIMARY KEY (hash, side_id)
);

ALTER TABLE message ADD COLUMN side_id BIGINT;
CREATE INDEX message_side ON message (side_id, id) WHERE side_id IS NOT NULL;

-- Where the side conversations of a ticket stand; NULL where it never had one.
ALTER TABLE ticket ADD COLUMN side_state TEXT;

-- More has happened than the first list of kinds knew. Which there are, the program says.
ALTER TABLE notice RENAME COLUMN kind TO kind_before;
ALTER TABLE notice ADD COLUMN kind TEXT NOT NULL DEFAULT 'reply';
UPDATE notice SET kind = kind_before;
ALTER TABLE notice DROP COLUMN kind_before;
