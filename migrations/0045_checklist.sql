-- Lists of what is to be done, to put on tickets.
CREATE TABLE checklist (
    id            {id},
    name          TEXT    NOT NULL,
    name_folded   TEXT    NOT NULL UNIQUE,
    -- JSON: the items in their order.
    items         TEXT    NOT NULL,
    is_archived   BOOLEAN NOT NULL DEFAULT FALSE,
    created_at_ms BIGINT  NOT NULL,
    updated_at_ms BIGINT  NOT NULL
);

-- What is to be done in a ticket.
CREATE TABLE checklist_item (
    id            {id},
    ticket_id     BIGINT  NOT NULL REFERENCES ticket (id),
    place         BIGINT  NOT NULL,
    text          TEXT    NOT NULL,
    -- The ticket is not solved before it is done.
    is_needed     BOOLEAN NOT NULL,
    -- The list that it came from; NULL where somebody wrote it.
    checklist_id  BIGINT  REFERENCES checklist (id),
    created_at_ms BIGINT  NOT NULL,
    done_at_ms    BIGINT,
    -- Who did it, as they were called then.
    done_by       TEXT,
    CHECK ((done_at_ms IS NULL) = (done_by IS NULL))
);
CREATE INDEX checklist_item_ticket ON checklist_item (ticket_id, place, id);

-- How far a ticket's list is: what is done, all of it, and what is still needed.
ALTER TABLE ticket ADD COLUMN items_done BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN items_all BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN items_needed BIGINT NOT NULL DEFAULT 0;
