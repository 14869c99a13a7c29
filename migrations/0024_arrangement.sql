-- What was arranged with tickets as a whole: one merged into another, messages split out or moved, links, children
-- solved together. A row is never removed: each can be taken back at any time, in any order.
CREATE TABLE arrangement (
    id           {id},
    kind         TEXT   NOT NULL CHECK (kind IN ('merge', 'split', 'move', 'link', 'solve')),
    source_id    BIGINT NOT NULL REFERENCES ticket (id),
    target_id    BIGINT NOT NULL REFERENCES ticket (id),
    -- What the source is to the target; NULL unless it is a link.
    link         TEXT   CHECK (link IN ('related', 'blocks', 'duplicate', 'child')),
    -- JSON: what is needed to take it back.
    detail       TEXT   NOT NULL DEFAULT '{}',
    done_by      TEXT   NOT NULL,
    done_at_ms   BIGINT NOT NULL,
    undone_by    TEXT,
    undone_at_ms BIGINT
);
CREATE INDEX arrangement_source ON arrangement (source_id) WHERE undone_at_ms IS NULL;
CREATE INDEX arrangement_target ON arrangement (target_id) WHERE undone_at_ms IS NULL;
-- The messages that were split out or moved. Those of a merge need no rows: they follow their ticket.
CREATE TABLE arrangement_message (
    arrangement_id BIGINT NOT NULL REFERENCES arrangement (id),
    message_id     BIGINT NOT NULL REFERENCES message (id),
    PRIMARY KEY (arrangement_id, message_id)
);
CREATE INDEX arrangement_message_message ON arrangement_message (message_id);
-- Whom a merge took along to the target.
CREATE TABLE arrangement_person (
    arrangement_id BIGINT NOT NULL REFERENCES arrangement (id),
    contact_id     BIGINT NOT NULL REFERENCES contact (id),
    PRIMARY KEY (arrangement_id, contact_id)
);

-- The ticket that this one was merged into, and the one at the end of that chain, where its number leads to.
ALTER TABLE ticket ADD COLUMN merged_into_id BIGINT;
ALTER TABLE ticket ADD COLUMN lands_at_id BIGINT;
CREATE INDEX ticket_merged ON ticket (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX ticket_lands ON ticket (lands_at_id) WHERE lands_at_id IS NOT NULL;

-- Where a message first came to, and where it belongs by itself: there, or where it was moved to last. `ticket_id` is
-- where that ticket's number leads to. NULL while all three are the same.
ALTER TABLE message ADD COLUMN home_id BIGINT;
ALTER TABLE message ADD COLUMN base_id BIGINT;

-- The arrangement that brought somebody along; NULL where they take part by themselves.
ALTER TABLE ticket_participant ADD COLUMN brought_by_id BIGINT;

-- Where answers to a message that was moved belong, by the hash of its Message-ID.
CREATE TABLE mail_place (
    hash      BIGINT NOT NULL PRIMARY KEY,
    ticket_id BIGINT NOT NULL REFERENCES ticket (id)
);
