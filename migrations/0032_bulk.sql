-- Changes of many tickets in one step, and what became of each.
CREATE TABLE bulk (
    id             {id},
    user_id        BIGINT  NOT NULL REFERENCES desk_user (id),
    -- JSON: what was to be changed, as the API takes it.
    changes        TEXT    NOT NULL,
    -- Whether the rest was asked for where some cannot be changed.
    is_partial     BOOLEAN NOT NULL,
    -- How many tickets were to be changed.
    total          BIGINT  NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('running', 'done', 'stopped', 'undoing', 'undone')),
    created_at_ms  BIGINT  NOT NULL,
    finished_at_ms BIGINT
);
CREATE INDEX bulk_user ON bulk (user_id, id);
CREATE TABLE bulk_ticket (
    bulk_id   BIGINT NOT NULL REFERENCES bulk (id) ON DELETE CASCADE,
    ticket_id BIGINT NOT NULL,
    outcome   TEXT   NOT NULL CHECK (outcome IN ('waiting', 'changed', 'same', 'refused', 'undone', 'kept')),
    -- A code: why it was not changed, or not changed back.
    reason    TEXT,
    -- JSON: field → value before and after.
    changes   TEXT,
    PRIMARY KEY (bulk_id, ticket_id)
);
CREATE INDEX bulk_ticket_outcome ON bulk_ticket (bulk_id, outcome, ticket_id);

-- A field of text is compared without case and accents, by its first 200 characters. NULL until a job has folded what was
-- there before. Longer values are in no index: PostgreSQL has a limit for what an index holds.
ALTER TABLE ticket_field ADD COLUMN folded TEXT;
CREATE INDEX ticket_field_folded ON ticket_field (field_id, folded, ticket_id) WHERE folded IS NOT NULL;
DROP INDEX ticket_field_value;
CREATE INDEX ticket_field_value ON ticket_field (field_id, value, ticket_id) WHERE length(value) <= 200;
INSERT INTO job (kind, payload, state, run_at_ms, created_at_ms)
  SELECT 'fields.fold', '[0]', 'waiting', 0, 0 WHERE EXISTS (SELECT 1 FROM ticket_field);
