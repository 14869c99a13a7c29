-- What the filter walks: tickets with a value of a field of the desk's own, and tickets that somebody follows.
CREATE INDEX ticket_field_value ON ticket_field (field_id, value, ticket_id);
CREATE INDEX ticket_follower_user ON ticket_follower (user_id, ticket_id);
