-- Own names of statuses in fixed categories. A name that is NULL is the translation of its code.
CREATE TABLE ticket_status (
    id          {id},
    code        TEXT    UNIQUE,
    category    TEXT    NOT NULL CHECK (category IN
                    ('new', 'open', 'waiting_customer', 'waiting_third_party', 'solved', 'closed')),
    name        TEXT,
    position    BIGINT  NOT NULL,
    is_default  BOOLEAN NOT NULL,
    is_archived BOOLEAN NOT NULL DEFAULT FALSE
);
INSERT INTO ticket_status (code, category, position, is_default) VALUES
    ('new', 'new', 0, TRUE), ('open', 'open', 1, TRUE), ('waiting_customer', 'waiting_customer', 2, TRUE),
    ('waiting_third_party', 'waiting_third_party', 3, TRUE), ('solved', 'solved', 4, TRUE),
    ('closed', 'closed', 5, TRUE);

-- The id is the number that people read.
CREATE TABLE ticket (
    id              {id},
    subject         TEXT    NOT NULL,
    subject_folded  TEXT    NOT NULL,
    kind            TEXT    NOT NULL CHECK (kind IN
                        ('question', 'incident', 'service_request', 'complaint', 'order', 'problem', 'change')),
    status_id       BIGINT  NOT NULL REFERENCES ticket_status (id),
    category        TEXT    NOT NULL CHECK (category IN
                        ('new', 'open', 'waiting_customer', 'waiting_third_party', 'solved', 'closed')),
    is_open         BOOLEAN NOT NULL,
    priority        BIGINT  NOT NULL CHECK (priority IN (10, 20, 30, 40)),
    channel         TEXT    NOT NULL CHECK (channel IN
                        ('email', 'web', 'api', 'phone', 'walk_in', 'letter', 'chat', 'messaging')),
    requester_id    BIGINT  NOT NULL REFERENCES contact (id),
    organisation_id BIGINT  REFERENCES organisation (id),
    inbox_id        BIGINT,
    -- 0 is nobody, so that one index serves both questions.
    team_id         BIGINT  NOT NULL DEFAULT 0,
    assignee_id     BIGINT  NOT NULL DEFAULT 0,
    created_at_ms   BIGINT  NOT NULL,
    updated_at_ms   BIGINT  NOT NULL,
    due_at_ms       BIGINT,
    solved_at_ms    BIGINT,
    -- What the list shows of the last public message.
    last_text       TEXT    NOT NULL,
    last_by         TEXT    NOT NULL,
    is_last_in      BOOLEAN NOT NULL,
    -- A subject or a reference that hinted at another ticket without proof.
    hint_id         BIGINT,
    reopened        BIGINT  NOT NULL DEFAULT 0,
    version         BIGINT  NOT NULL DEFAULT 1
);
CREATE INDEX ticket_open ON ticket (updated_at_ms, id) WHERE is_open = TRUE;
CREATE INDEX ticket_open_assignee ON ticket (assignee_id, updated_at_ms, id) WHERE is_open = TRUE;
CREATE INDEX ticket_open_team ON ticket (team_id, assignee_id, updated_at_ms, id) WHERE is_open = TRUE;
CREATE INDEX ticket_done ON ticket (updated_at_ms, id) WHERE is_open = FALSE;
CREATE INDEX ticket_requester ON ticket (requester_id, id);
CREATE INDEX ticket_organisation ON ticket (organisation_id, id) WHERE organisation_id IS NOT NULL;

-- How many tickets stand where. A lane is one connection's own row, so that writers do not wait for each other;
-- the sum over the lanes counts.
CREATE TABLE ticket_count (
    team_id     BIGINT NOT NULL,
    assignee_id BIGINT NOT NULL,
    category    TEXT   NOT NULL,
    lane        BIGINT NOT NULL,
    n           BIGINT NOT NULL,
    PRIMARY KEY (team_id, assignee_id, category, lane)
);

CREATE TABLE ticket_participant (
    ticket_id  BIGINT NOT NULL REFERENCES ticket (id),
    contact_id BIGINT NOT NULL REFERENCES contact (id),
    role       TEXT   NOT NULL CHECK (role IN ('requester', 'cc')),
    PRIMARY KEY (ticket_id, contact_id)
);
CREATE INDEX ticket_participant_contact ON ticket_participant (contact_id, ticket_id);
CREATE TABLE ticket_follower (
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    user_id   BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    PRIMARY KEY (ticket_id, user_id)
);
CREATE TABLE ticket_tag (
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    tag       TEXT   NOT NULL,
    PRIMARY KEY (ticket_id, tag)
);
CREATE INDEX ticket_tag_name ON ticket_tag (tag, ticket_id);

CREATE TABLE field (
    id          {id},
    key         TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('text', 'number', 'date', 'choice', 'checkbox')),
    -- A JSON list of words; empty but for 'choice'.
    choices     TEXT    NOT NULL DEFAULT '[]',
    position    BIGINT  NOT NULL,
    is_archived BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE TABLE ticket_field (
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    field_id  BIGINT NOT NULL REFERENCES field (id),
    value     TEXT   NOT NULL,
    PRIMARY KEY (ticket_id, field_id)
);

-- What was said. A row is never changed in its words.
CREATE TABLE message (
    id            {id},
    ticket_id     BIGINT  NOT NULL REFERENCES ticket (id),
    kind          TEXT    NOT NULL CHECK (kind IN ('public', 'note')),
    direction     TEXT    NOT NULL CHECK (direction IN ('in', 'out')),
    channel       TEXT    NOT NULL,
    author_kind   TEXT    NOT NULL CHECK (author_kind IN ('user', 'contact', 'system')),
    author_id     BIGINT,
    author_name   TEXT    NOT NULL,
    from_email    TEXT,
    -- JSON lists of addresses.
    to_emails     TEXT    NOT NULL DEFAULT '[]',
    cc_emails     TEXT    NOT NULL DEFAULT '[]',
    bcc_emails    TEXT    NOT NULL DEFAULT '[]',
    subject       TEXT    NOT NULL,
    -- The words themselves, without quotes and signature.
    text          TEXT    NOT NULL,
    quoted        TEXT,
    signature     TEXT,
    -- Cleaned; `html_rules` says by which version of the rules.
    html          TEXT,
    html_rules    BIGINT  NOT NULL DEFAULT 0,
    -- The header, without its angle brackets.
    message_id    TEXT,
    inbound_id    BIGINT,
    is_automatic  BOOLEAN NOT NULL DEFAULT FALSE,
    -- FALSE where a mail carried a valid token but came from an address that does not take part.
    is_sender_known BOOLEAN NOT NULL DEFAULT TRUE,
    -- JSON: what SPF, DKIM and DMARC said, defects of the mail, the invitation in it.
    remarks       TEXT    NOT NULL DEFAULT '{}',
    created_at_ms BIGINT  NOT NULL
);
CREATE INDEX message_ticket ON message (ticket_id, id);

CREATE TABLE attachment (
    id            {id},
    -- NULL while it is an upload that waits for its message.
    message_id    BIGINT  REFERENCES message (id),
    uploader      TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    type          TEXT    NOT NULL,
    size          BIGINT  NOT NULL,
    blob_hash     {blob}  NOT NULL REFERENCES blob (hash),
    content_id    TEXT,
    is_inline     BOOLEAN NOT NULL DEFAULT FALSE,
    created_at_ms BIGINT  NOT NULL
);
CREATE INDEX attachment_message ON attachment (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX attachment_blob ON attachment (blob_hash);
CREATE INDEX attachment_waiting ON attachment (created_at_ms) WHERE message_id IS NULL;

-- Every Message-ID that a ticket has seen or that its mails referred to ("ghosts"), as the first 8 bytes of its hash.
CREATE TABLE mail_reference (
    hash      BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    PRIMARY KEY (hash, ticket_id)
);

CREATE TABLE draft (
    user_id       BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    -- 0 is the new-ticket form.
    ticket_id     BIGINT NOT NULL,
    body          TEXT   NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (user_id, ticket_id)
);
