-- What a desk asks of its tickets: fields that are shown and needed only under a condition, statuses that are reached
-- only from some others and only under a condition. Conditions are filters with ids in place of names; an empty one
-- always holds. The lists are JSON: categories of statuses, ids of statuses.
ALTER TABLE field ADD COLUMN shown_when TEXT NOT NULL DEFAULT '';
ALTER TABLE field ADD COLUMN needed_for TEXT NOT NULL DEFAULT '[]';
ALTER TABLE ticket_status ADD COLUMN only_from TEXT NOT NULL DEFAULT '[]';
ALTER TABLE ticket_status ADD COLUMN only_if TEXT NOT NULL DEFAULT '';
