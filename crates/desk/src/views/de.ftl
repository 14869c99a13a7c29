view-mine = Meine
view-unassigned = Ohne Bearbeiter
view-due-today = Heute fällig
view-breaching = Kritisch
view-act = Zu tun
view-waiting-customer = Wartet auf Kunde
view-waiting-third-party = Wartet auf Dritte
view-snoozed = Zurückgestellt
view-open = Alle offenen
view-solved = Zuletzt gelöst

list-count = { $count ->
    [one] 1 Ticket
   *[other] { $count } Tickets
}
list-newest = Letzte Änderung zuerst
list-customer-last = Zuletzt schrieb der Kunde
list-to-top = Zum Anfang
list-empty-mine = Ihnen ist nichts zugewiesen
list-empty-unassigned = Alles ist vergeben
list-empty-other = Hier ist nichts
list-empty-help = Was eingeht, erscheint hier von selbst.
list-empty-next = Zeigen, was zu tun ist
list-no-inbox = Noch kein Postfach
list-no-inbox-help = Ohne Postfach kann keine Mail eingehen.
list-no-inbox-next = Postfach einrichten
