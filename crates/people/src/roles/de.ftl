role-admin = Administration
role-lead = Teamleitung
role-agent = Agent
role-light-agent = Light Agent
role-help-admin = Alles, auch diese Seite.
role-help-lead = Bearbeitet Tickets und sieht auch Postfächer und das Mailprotokoll.
role-help-agent = Bearbeitet Tickets und antwortet Kundinnen und Kunden.
role-help-light-agent = Liest Tickets und schreibt Notizen; antwortet nicht nach außen.
role-new = Neue Rolle
role-remove = Diese Rolle entfernen
role-admin-fixed = Die Administration darf alles. Das lässt sich nicht ändern.
roles-title = Rollen
roles-lead = Ein Recht reicht so weit wie sein Bereich: eigene Tickets, die der eigenen Teams, Postfächer oder Kundenorganisationen, oder alle.
roles-matrix = Rechte nach Rolle
roles-permission = Recht
roles-reach = Reicht für
roles-users = Benutzer
roles-count = { $count ->
    [one] 1 Person hat diese Rolle.
   *[other] { $count } Personen haben diese Rolle.
}
roles-yes = ja
roles-no = nein
roles-none = gar nicht
scope-all = alle
scope-team = eigene Teams
scope-inbox = Postfächer
scope-organisation = Organisationen
scope-own = eigene
problem-role-built-in = Die Administration bleibt, wie sie ist, und mitgelieferte Rollen lassen sich nicht entfernen
problem-role-in-use = Jemand hat diese Rolle. Geben Sie zuerst eine andere
field-whole-desk = Wirkt auf alle Tickets: nur zusammen damit, alle zu sehen
permission-myself = Eigenes ändern: Profil, Abwesenheiten, Einstellungen
