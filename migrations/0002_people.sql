-- The people who work here.
CREATE TABLE team (
    id            {id},
    name          TEXT    NOT NULL,
    name_folded   TEXT    NOT NULL UNIQUE,
    is_archived   BOOLEAN NOT NULL DEFAULT FALSE,
    created_at_ms BIGINT  NOT NULL
);

-- A role is a set of permissions, each with how far it reaches. Built-in roles have a code and stay.
CREATE TABLE role (
    id            {id},
    code          TEXT    UNIQUE,
    name          TEXT    NOT NULL,
    name_folded   TEXT    NOT NULL UNIQUE,
    created_at_ms BIGINT  NOT NULL
);
CREATE TABLE role_permission (
    role_id    BIGINT NOT NULL REFERENCES role (id) ON DELETE CASCADE,
    permission TEXT   NOT NULL,
    scope      TEXT   NOT NULL CHECK (scope IN ('all', 'team', 'inbox', 'organisation', 'own')),
    PRIMARY KEY (role_id, permission)
);

CREATE TABLE desk_user (
    id             {id},
    email          TEXT    NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    name_folded    TEXT    NOT NULL,
    role_id        BIGINT  NOT NULL REFERENCES role (id),
    language       TEXT    NOT NULL CHECK (language IN ('en', 'de', 'nl')),
    zone           TEXT    NOT NULL,
    theme          TEXT    NOT NULL DEFAULT 'auto' CHECK (theme IN ('auto', 'light', 'dark')),
    has_single_keys BOOLEAN NOT NULL DEFAULT TRUE,
    password_hash  TEXT,
    totp_sealed    {blob},
    totp_last_step BIGINT  NOT NULL DEFAULT 0,
    is_active      BOOLEAN NOT NULL DEFAULT TRUE,
    created_at_ms  BIGINT  NOT NULL
);
CREATE INDEX desk_user_role ON desk_user (role_id);

CREATE TABLE team_member (
    team_id BIGINT NOT NULL REFERENCES team (id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX team_member_user ON team_member (user_id);

-- The inboxes and client organisations that the scopes 'inbox' and 'organisation' mean for a person.
CREATE TABLE user_scope (
    user_id   BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    kind      TEXT   NOT NULL CHECK (kind IN ('inbox', 'organisation')),
    target_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, kind, target_id)
);

-- The people who ask.
CREATE TABLE organisation (
    id            {id},
    name          TEXT   NOT NULL,
    name_folded   TEXT   NOT NULL UNIQUE,
    notes         TEXT   NOT NULL DEFAULT '',
    created_at_ms BIGINT NOT NULL
);
CREATE TABLE organisation_domain (
    domain          TEXT   PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE
);
CREATE INDEX organisation_domain_of ON organisation_domain (organisation_id);

CREATE TABLE contact (
    id              {id},
    name            TEXT   NOT NULL,
    name_folded     TEXT   NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    language        TEXT   CHECK (language IN ('en', 'de', 'nl')),
    notes           TEXT   NOT NULL DEFAULT '',
    password_hash   TEXT,
    created_at_ms   BIGINT NOT NULL,
    updated_at_ms   BIGINT NOT NULL
);
CREATE INDEX contact_name ON contact (name_folded, id);
CREATE INDEX contact_organisation ON contact (organisation_id, id);
CREATE TABLE contact_email (
    email      TEXT    PRIMARY KEY,
    contact_id BIGINT  NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    is_primary BOOLEAN NOT NULL
);
CREATE INDEX contact_email_of ON contact_email (contact_id);
CREATE TABLE contact_phone (
    contact_id BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    phone      TEXT   NOT NULL,
    folded     TEXT   NOT NULL,
    PRIMARY KEY (contact_id, folded)
);
CREATE INDEX contact_phone_number ON contact_phone (folded);

-- Ways in. Only hashes are kept.
CREATE TABLE session (
    hash         {blob} PRIMARY KEY,
    id           TEXT   NOT NULL UNIQUE,
    user_id      BIGINT REFERENCES desk_user (id) ON DELETE CASCADE,
    contact_id   BIGINT REFERENCES contact (id) ON DELETE CASCADE,
    stage        TEXT   NOT NULL CHECK (stage IN ('full', 'second_factor')),
    device       TEXT   NOT NULL,
    net          TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    seen_at_ms   BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    CHECK ((user_id IS NULL) <> (contact_id IS NULL))
);
CREATE INDEX session_of_user ON session (user_id);
CREATE INDEX session_of_contact ON session (contact_id);
CREATE INDEX session_expiry ON session (expires_at_ms);

CREATE TABLE api_token (
    id            {id},
    user_id       BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    name          TEXT   NOT NULL,
    hash          {blob} NOT NULL UNIQUE,
    scopes        TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    used_at_ms    BIGINT,
    expires_at_ms BIGINT
);
CREATE INDEX api_token_user ON api_token (user_id);

-- Links that work once: invitation, password reset, sign-in by mail.
CREATE TABLE one_time_link (
    hash          {blob} PRIMARY KEY,
    purpose       TEXT   NOT NULL CHECK (purpose IN ('invite', 'reset', 'sign_in')),
    user_id       BIGINT REFERENCES desk_user (id) ON DELETE CASCADE,
    contact_id    BIGINT REFERENCES contact (id) ON DELETE CASCADE,
    expires_at_ms BIGINT NOT NULL,
    CHECK ((user_id IS NULL) <> (contact_id IS NULL))
);
CREATE INDEX one_time_link_user ON one_time_link (user_id);
CREATE INDEX one_time_link_contact ON one_time_link (contact_id);

-- Browsers from which somebody has signed in before: a flood of wrong passwords does not lock them out.
CREATE TABLE known_device (
    hash          {blob} PRIMARY KEY,
    user_id       BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    seen_at_ms    BIGINT NOT NULL
);
