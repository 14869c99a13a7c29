-- The lists of a team and of one category end their walk after a page, however many tickets are open.
DROP INDEX ticket_open_team;
CREATE INDEX ticket_open_team ON ticket (team_id, updated_at_ms, id) WHERE is_open = TRUE;
CREATE INDEX ticket_open_category ON ticket (category, updated_at_ms, id) WHERE is_open = TRUE;
