field-note-has-no-recipients = Eine Notiz bleibt intern: Sie hat keine Empfänger
