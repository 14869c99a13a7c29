notes-of-contact = Notizen zur Person
notes-of-organisation = Notizen zur Organisation
notes-change = Notizen ändern
notes-earlier = Frühere Notizen
notes-replaced = ersetzt
notes-replaced-by = ersetzt von { $by }
notes-put-back = Wiederherstellen
