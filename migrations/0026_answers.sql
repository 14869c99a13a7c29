-- Texts and steps that people use again and again. Who sees one: its owner, the people of a team, or everybody.
CREATE TABLE canned_reply (
    id              {id},
    name            TEXT    NOT NULL,
    folder          TEXT    NOT NULL DEFAULT '',
    -- Folder and name without case and accents: for searching, and for the order.
    searched        TEXT    NOT NULL,
    share           TEXT    NOT NULL CHECK (share IN ('own', 'team', 'desk')),
    owner_id        BIGINT  REFERENCES desk_user (id) ON DELETE CASCADE,
    team_id         BIGINT  REFERENCES team (id),
    -- Empty where there is none in this language.
    text_en         TEXT    NOT NULL DEFAULT '',
    text_de         TEXT    NOT NULL DEFAULT '',
    text_nl         TEXT    NOT NULL DEFAULT '',
    is_archived     BOOLEAN NOT NULL DEFAULT FALSE,
    uses            BIGINT  NOT NULL DEFAULT 0,
    last_used_at_ms BIGINT,
    created_at_ms   BIGINT  NOT NULL,
    updated_at_ms   BIGINT  NOT NULL,
    CHECK ((share = 'own') = (owner_id IS NOT NULL)),
    CHECK ((share = 'team') = (team_id IS NOT NULL))
);
CREATE INDEX canned_reply_owner ON canned_reply (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX canned_reply_team ON canned_reply (team_id) WHERE team_id IS NOT NULL;

-- Who used what how often; filled only where the setting `canned_use_by_person` is on.
CREATE TABLE canned_use (
    reply_id        BIGINT NOT NULL REFERENCES canned_reply (id),
    user_id         BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    uses            BIGINT NOT NULL,
    last_used_at_ms BIGINT NOT NULL,
    PRIMARY KEY (reply_id, user_id)
);

CREATE TABLE macro (
    id              {id},
    name            TEXT    NOT NULL,
    folder          TEXT    NOT NULL DEFAULT '',
    searched        TEXT    NOT NULL,
    share           TEXT    NOT NULL CHECK (share IN ('own', 'team', 'desk')),
    owner_id        BIGINT  REFERENCES desk_user (id) ON DELETE CASCADE,
    team_id         BIGINT  REFERENCES team (id),
    -- A JSON list of steps, in their order.
    steps           TEXT    NOT NULL,
    -- Where its user is afterwards.
    afterwards      TEXT    NOT NULL CHECK (afterwards IN ('stay', 'next', 'list')),
    is_archived     BOOLEAN NOT NULL DEFAULT FALSE,
    uses            BIGINT  NOT NULL DEFAULT 0,
    last_used_at_ms BIGINT,
    created_at_ms   BIGINT  NOT NULL,
    updated_at_ms   BIGINT  NOT NULL,
    CHECK ((share = 'own') = (owner_id IS NOT NULL)),
    CHECK ((share = 'team') = (team_id IS NOT NULL))
);
CREATE INDEX macro_owner ON macro (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX macro_team ON macro (team_id) WHERE team_id IS NOT NULL;

-- A ticket that is out of the lists until something happens. It is open, and its promises run on.
CREATE TABLE ticket_snooze (
    ticket_id        BIGINT  PRIMARY KEY REFERENCES ticket (id),
    -- NULL: no time wakes it.
    until_ms         BIGINT,
    wakes_on_message BOOLEAN NOT NULL,
    by_user          BIGINT  NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    since_ms         BIGINT  NOT NULL,
    CHECK (until_ms IS NOT NULL OR wakes_on_message = TRUE)
);
CREATE INDEX ticket_snooze_until ON ticket_snooze (until_ms) WHERE until_ms IS NOT NULL;
-- The same as "there is a row for it above": lists ask for it.
ALTER TABLE ticket ADD COLUMN is_snoozed BOOLEAN NOT NULL DEFAULT FALSE;
