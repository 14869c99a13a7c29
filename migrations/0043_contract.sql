-- What is agreed with client organisations.
CREATE TABLE contract (
    id            {id},
    name          TEXT    NOT NULL,
    name_folded   TEXT    NOT NULL UNIQUE,
    -- Hears of it when the included volume is nearly used up.
    owner_id      BIGINT  NOT NULL REFERENCES desk_user (id),
    -- Days: '2026-11-26'. The last one is included; NULL: until further notice.
    begins_on     TEXT    NOT NULL,
    ends_on       TEXT,
    notice_days   BIGINT,
    covers        TEXT    NOT NULL CHECK (covers IN ('everybody', 'named')),
    -- Which tickets: a filter by priority, type, channel and team; '' is all.
    services      TEXT    NOT NULL,
    -- From where answers to its tickets go out; NULL: from where they would anyway.
    inbox_id      BIGINT  REFERENCES inbox (id),
    is_archived   BOOLEAN NOT NULL DEFAULT FALSE,
    created_at_ms BIGINT  NOT NULL,
    updated_at_ms BIGINT  NOT NULL
);
CREATE TABLE contract_organisation (
    contract_id     BIGINT NOT NULL REFERENCES contract (id) ON DELETE CASCADE,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    PRIMARY KEY (contract_id, organisation_id)
);
CREATE INDEX contract_organisation_other ON contract_organisation (organisation_id, contract_id);
CREATE TABLE contract_contact (
    contract_id BIGINT NOT NULL REFERENCES contract (id) ON DELETE CASCADE,
    contact_id  BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    PRIMARY KEY (contract_id, contact_id)
);
CREATE INDEX contract_contact_other ON contract_contact (contact_id);

-- What holds from a day on, until the next terms of the contract begin. Those that have begun are never changed.
CREATE TABLE contract_terms (
    id               {id},
    contract_id      BIGINT NOT NULL REFERENCES contract (id) ON DELETE CASCADE,
    begins_on        TEXT   NOT NULL,
    policy_id        BIGINT REFERENCES sla_policy (id),
    calendar_id      BIGINT REFERENCES calendar (id),
    period           TEXT   NOT NULL CHECK (period IN ('month', 'quarter', 'year')),
    -- Included in each period; NULL is not counted.
    tickets          BIGINT CHECK (tickets >= 0),
    minutes          BIGINT CHECK (minutes >= 0),
    calls            BIGINT CHECK (calls >= 0),
    -- So much of what was not used goes over into the next period at most.
    rollover_tickets BIGINT NOT NULL CHECK (rollover_tickets >= 0),
    rollover_minutes BIGINT NOT NULL CHECK (rollover_minutes >= 0),
    rollover_calls   BIGINT NOT NULL CHECK (rollover_calls >= 0),
    -- Of each beyond what is included, of time for an hour, in minor units of the currency. NULL has no price.
    price_ticket     BIGINT CHECK (price_ticket >= 0),
    price_hour       BIGINT CHECK (price_hour >= 0),
    price_call       BIGINT CHECK (price_call >= 0),
    currency         TEXT   NOT NULL,
    created_at_ms    BIGINT NOT NULL,
    UNIQUE (contract_id, begins_on)
);
-- What its owner has been told of a period.
CREATE TABLE contract_told (
    contract_id BIGINT NOT NULL REFERENCES contract (id) ON DELETE CASCADE,
    period_on   TEXT   NOT NULL,
    unit        TEXT   NOT NULL CHECK (unit IN ('tickets', 'time', 'calls')),
    percent     BIGINT NOT NULL,
    told_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (contract_id, period_on, unit, percent)
);

-- The contract that covers a ticket; NULL: none does.
ALTER TABLE ticket ADD COLUMN contract_id BIGINT;
CREATE INDEX ticket_contract ON ticket (contract_id, created_at_ms) WHERE contract_id IS NOT NULL;

-- By whose hours a policy counts, and whether it is for tickets of contracts that name it alone.
ALTER TABLE sla_policy ADD COLUMN calendar_of TEXT NOT NULL DEFAULT 'fixed'
    CHECK (calendar_of IN ('fixed', 'contract', 'team'));
ALTER TABLE sla_policy ADD COLUMN is_for_contracts BOOLEAN NOT NULL DEFAULT FALSE;
-- When somebody of a team is there.
CREATE TABLE team_calendar (
    team_id     BIGINT PRIMARY KEY REFERENCES team (id),
    calendar_id BIGINT NOT NULL REFERENCES calendar (id)
);
-- The terms of a policy by the hours of a contract or of a team: those that apply now.
CREATE TABLE sla_variant (
    policy_id   BIGINT NOT NULL REFERENCES sla_policy (id),
    whose       TEXT   NOT NULL CHECK (whose IN ('contract', 'team')),
    calendar_id BIGINT NOT NULL REFERENCES calendar (id),
    terms_id    BIGINT NOT NULL,
    PRIMARY KEY (policy_id, whose, calendar_id)
);

-- A notice can be about a contract.
ALTER TABLE notice ADD COLUMN contract_id BIGINT;
