permission-tickets-view = Tickets sehen
permission-tickets-note = Interne Notizen schreiben
permission-tickets-reply = Kunden antworten
permission-tickets-edit = Tickets ändern
permission-tickets-create = Tickets eröffnen

problem-ticket-changed = Jemand hat dieses Ticket geändert, seit Sie es gelesen haben
problem-ticket-closed = Dieses Ticket ist geschlossen. Bitte eröffnen Sie ein neues
problem-no-space = Für Dateien ist kein Platz mehr
field-tag = Ein Schlagwort ist ein kurzes Wort oder eine kurze Zeile ohne Komma

ticket-kind-question = Frage
ticket-kind-incident = Störung
ticket-kind-service-request = Serviceanfrage
ticket-kind-complaint = Beschwerde
ticket-kind-order = Bestellung
ticket-kind-problem = Problem
ticket-kind-change = Änderung
priority-low = Niedrig
priority-normal = Normal
priority-high = Hoch
priority-urgent = Dringend
channel-email = E-Mail
channel-web = Webformular
channel-api = Programm
channel-phone = Telefon
channel-walk-in = Persönlich
channel-letter = Brief
channel-chat = Chat
channel-messaging = Messenger

ticket-conversation = Gespräch
ticket-perhaps = Das gehört vielleicht zu
ticket-reopened = { $count ->
    [one] einmal wieder geöffnet
   *[other] { $count }-mal wieder geöffnet
}
ticket-solve = Lösen
ticket-reopen = Wieder öffnen
ticket-assign-me = Mir zuweisen
ticket-follow = Beobachten
ticket-unfollow = Nicht mehr beobachten
ticket-copy-number = Nummer kopieren
ticket-requester = Wer fragt
ticket-properties = Eigenschaften
ticket-subject = Betreff
ticket-edit-subject = Betreff ändern
ticket-status = Status
ticket-priority = Priorität
ticket-assignee = Zuständig
ticket-nobody = Niemand
ticket-me = ich
ticket-team = Team
ticket-no-team = Kein Team
ticket-type = Art
ticket-tags = Schlagwörter
ticket-tags-help = durch Kommas getrennt
ticket-due = Fällig
ticket-people = Beteiligte
ticket-add-person = E-Mail-Adresse in Kopie
ticket-remove-person = { $name } aus der Kopie nehmen
ticket-role-requester = fragt an
ticket-role-cc = in Kopie
ticket-role-follower = beobachtet
ticket-others = Weitere Tickets
contact-email = E-Mail
contact-phone = Telefon

search-title = Suche
search-for = Nummer, Betreff, Name, Adresse oder Telefonnummer
search-go = Suchen
search-help = Die Nummer eines Tickets, Wörter aus seinem Betreff oder eine Person.
search-nothing = Nichts gefunden zu „{ $asked }“

new-channel = Wie kam es herein?
new-channel-phone = Telefon
new-channel-walk-in = Persönlich
new-channel-letter = Brief
new-channel-email = E-Mail an den Kunden
new-who = Wer fragt
new-who-placeholder = Name, E-Mail oder Telefon
new-who-help = Niemand gefunden? Aus Ihrer Eingabe wird ein neuer Kontakt.
new-phone = Rückrufnummer
new-text = Worum geht es?
new-text-help = Bleibt das leer, genügt der Betreff. Bei „E-Mail an den Kunden“ wird dieser Text gesendet.
new-files = Dateien
new-open = Ticket eröffnen
new-open-solve = Eröffnen und lösen
