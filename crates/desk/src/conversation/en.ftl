field-note-has-no-recipients = A note stays inside: it has no recipients
