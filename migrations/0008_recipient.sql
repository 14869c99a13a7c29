-- What became of each recipient of a mail that is decided: a JSON list of address, state (sent, failed, bounced) and
-- reason. Whoever is not in it is still in `recipients`, or the mail is from before this list: then its state is theirs.
ALTER TABLE outbound ADD COLUMN outcomes TEXT NOT NULL DEFAULT '[]';
