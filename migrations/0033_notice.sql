-- Colleagues and teams that a note calls by name. Which ticket it is says the message, wherever it was moved to.
CREATE TABLE mention (
    message_id BIGINT NOT NULL REFERENCES message (id),
    -- One of the two; 0 is none.
    user_id    BIGINT NOT NULL DEFAULT 0,
    team_id    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (message_id, user_id, team_id),
    CHECK ((user_id = 0) <> (team_id = 0))
);
CREATE INDEX mention_user ON mention (user_id, message_id) WHERE user_id <> 0;
CREATE INDEX mention_team ON mention (team_id, message_id) WHERE team_id <> 0;

-- What concerns a person. Written from the event log, with the reader's position in one transaction.
CREATE TABLE notice (
    id            {id},
    user_id       BIGINT  NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    kind          TEXT    NOT NULL CHECK (kind IN ('assigned', 'team', 'reply', 'colleague', 'mention', 'sla_warned',
                      'sla_breached', 'call_back', 'quarantine')),
    -- What happened. Nobody hears of one event twice.
    event_id      BIGINT  NOT NULL,
    ticket_id     BIGINT  REFERENCES ticket (id),
    message_id    BIGINT,
    inbound_id    BIGINT,
    -- Whoever did it, as they were called then; '' is the program.
    by_name       TEXT    NOT NULL,
    -- What there is to say beside it: the promise, the team, whom to call.
    about         TEXT    NOT NULL,
    -- The person whose deputy hears of it.
    for_id        BIGINT  REFERENCES desk_user (id) ON DELETE CASCADE,
    is_in_app     BOOLEAN NOT NULL,
    mail          TEXT    NOT NULL CHECK (mail IN ('none', 'waiting', 'done')),
    created_at_ms BIGINT  NOT NULL,
    read_at_ms    BIGINT,
    UNIQUE (user_id, event_id)
);
CREATE INDEX notice_shown ON notice (user_id, id) WHERE is_in_app = TRUE;
CREATE INDEX notice_unread ON notice (user_id, id) WHERE is_in_app = TRUE AND read_at_ms IS NULL;
CREATE INDEX notice_mail ON notice (user_id, id) WHERE mail = 'waiting';
CREATE INDEX notice_ticket ON notice (ticket_id, user_id) WHERE ticket_id IS NOT NULL AND read_at_ms IS NULL;
CREATE INDEX notice_age ON notice (created_at_ms);

-- What somebody wants to hear of, and where. Without a row it is as usual.
CREATE TABLE notice_choice (
    user_id    BIGINT  NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    is_in_app  BOOLEAN NOT NULL,
    is_by_mail BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, kind)
);
-- How long somebody's mails are bundled, and by whose hours they go out.
CREATE TABLE notice_pace (
    user_id        BIGINT PRIMARY KEY REFERENCES desk_user (id) ON DELETE CASCADE,
    bundle_minutes BIGINT NOT NULL CHECK (bundle_minutes BETWEEN 1 AND 1440),
    hours          TEXT   NOT NULL CHECK (hours IN ('desk', 'calendar', 'always')),
    calendar_id    BIGINT REFERENCES calendar (id) ON DELETE SET NULL
);
-- Mails that are being bundled: one for each person.
CREATE TABLE notice_digest (
    user_id   BIGINT PRIMARY KEY REFERENCES desk_user (id) ON DELETE CASCADE,
    due_at_ms BIGINT NOT NULL
);
CREATE INDEX notice_digest_due ON notice_digest (due_at_ms);

-- The time of a promised call for which it was said that it has come.
ALTER TABLE call_back ADD COLUMN told_due_ms BIGINT;
CREATE INDEX call_back_untold ON call_back (due_at_ms)
    WHERE state = 'open' AND (told_due_ms IS NULL OR told_due_ms <> due_at_ms);
