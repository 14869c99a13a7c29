permission-inboxes-view = Postfächer und Mailprotokoll sehen
permission-inboxes-manage = Postfächer verwalten und Mails erneut verarbeiten
field-host = Das ist kein Name eines Servers
field-selector = Nur Buchstaben, Ziffern, Punkte und Striche
field-private-key = Das ist kein privater Schlüssel im PEM-Format (RSA oder Ed25519)
