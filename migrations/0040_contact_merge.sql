-- Contacts that are one person. A merge moves nothing: the merged contact's id leads to the other one, and so does all
-- that belongs to it. A row is never removed: each merge can be taken back at any time, in any order.
CREATE TABLE contact_merge (
    id           {id},
    source_id    BIGINT NOT NULL REFERENCES contact (id),
    target_id    BIGINT NOT NULL REFERENCES contact (id),
    done_by      TEXT   NOT NULL,
    done_at_ms   BIGINT NOT NULL,
    undone_by    TEXT,
    undone_at_ms BIGINT
);
CREATE UNIQUE INDEX contact_merge_source ON contact_merge (source_id) WHERE undone_at_ms IS NULL;
CREATE INDEX contact_merge_target ON contact_merge (target_id) WHERE undone_at_ms IS NULL;

-- The contact that this one was merged into, and the one at the end of that chain, where its id leads to.
ALTER TABLE contact ADD COLUMN merged_into_id BIGINT;
ALTER TABLE contact ADD COLUMN lands_at_id BIGINT;
CREATE INDEX contact_merged ON contact (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX contact_lands ON contact (lands_at_id) WHERE lands_at_id IS NOT NULL;

-- Two who look like one and of whom somebody said that they are two.
CREATE TABLE contact_distinct (
    one_id     BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    other_id   BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    said_by    TEXT   NOT NULL,
    said_at_ms BIGINT NOT NULL,
    PRIMARY KEY (one_id, other_id),
    CHECK (one_id < other_id)
);
CREATE INDEX contact_distinct_other ON contact_distinct (other_id);

-- By what an address and a number are like others. NULL until a job has written it for what was there before.
ALTER TABLE contact_email ADD COLUMN likeness TEXT;
CREATE INDEX contact_email_likeness ON contact_email (likeness, contact_id) WHERE likeness IS NOT NULL;
ALTER TABLE contact_phone ADD COLUMN tail TEXT;
CREATE INDEX contact_phone_tail ON contact_phone (tail, contact_id) WHERE tail IS NOT NULL;
CREATE INDEX contact_namesake ON contact (organisation_id, name_folded) WHERE organisation_id IS NOT NULL;
INSERT INTO job (kind, payload, state, run_at_ms, created_at_ms)
  SELECT 'contacts.likeness', '["0",""]', 'waiting', 0, 0 WHERE EXISTS (SELECT 1 FROM contact);

-- Notes as they were before somebody replaced them.
CREATE TABLE earlier_note (
    id              {id},
    contact_id      BIGINT REFERENCES contact (id) ON DELETE CASCADE,
    organisation_id BIGINT REFERENCES organisation (id) ON DELETE CASCADE,
    notes           TEXT   NOT NULL,
    replaced_by     TEXT   NOT NULL,
    replaced_at_ms  BIGINT NOT NULL,
    CHECK ((contact_id IS NULL) <> (organisation_id IS NULL))
);
CREATE INDEX earlier_note_contact ON earlier_note (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX earlier_note_organisation ON earlier_note (organisation_id, id) WHERE organisation_id IS NOT NULL;
