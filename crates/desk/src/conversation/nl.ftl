field-note-has-no-recipients = Een notitie blijft intern: zij heeft geen ontvangers
