-- When somebody is away, and who stands in for them. One at a time for each person.
CREATE TABLE absence (
    user_id   BIGINT PRIMARY KEY REFERENCES desk_user (id) ON DELETE CASCADE,
    from_ms   BIGINT NOT NULL,
    -- Not included: midnight after the last day.
    until_ms  BIGINT NOT NULL,
    deputy_id BIGINT REFERENCES desk_user (id) ON DELETE SET NULL,
    CHECK (until_ms > from_ms),
    CHECK (deputy_id IS NULL OR deputy_id <> user_id)
);
CREATE INDEX absence_deputy ON absence (deputy_id) WHERE deputy_id IS NOT NULL;
