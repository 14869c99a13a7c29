-- Saved filters that people work from.
CREATE TABLE view (
    id            {id},
    name          TEXT    NOT NULL,
    -- As `desk::filter` prints it, with numbers for what has a name.
    filter        TEXT    NOT NULL,
    sort          TEXT    NOT NULL CHECK (sort IN ('updated', 'oldest', 'created', 'due')),
    reach         TEXT    NOT NULL CHECK (reach IN ('personal', 'team', 'desk')),
    -- Whose it is: a person's, or a team's.
    owner_id      BIGINT  REFERENCES desk_user (id) ON DELETE CASCADE,
    team_id       BIGINT  REFERENCES team (id) ON DELETE CASCADE,
    position      BIGINT  NOT NULL,
    is_archived   BOOLEAN NOT NULL DEFAULT FALSE,
    created_at_ms BIGINT  NOT NULL,
    updated_at_ms BIGINT  NOT NULL,
    CHECK ((reach = 'personal') = (owner_id IS NOT NULL) AND (reach = 'team') = (team_id IS NOT NULL))
);
CREATE INDEX view_owner ON view (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX view_team ON view (team_id) WHERE team_id IS NOT NULL;

-- How somebody looks at a list: in which order, and what a row shows. A list is a view's word, '' every list.
CREATE TABLE list_choice (
    user_id BIGINT NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    list    TEXT   NOT NULL,
    sort    TEXT   NOT NULL,
    -- Words with commas.
    columns TEXT   NOT NULL,
    PRIMARY KEY (user_id, list)
);
