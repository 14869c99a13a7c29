bulk-title = Tickets ändern
bulk-of = { $count ->
    [one] 1 Ticket ändern
   *[other] { $count } Tickets ändern
}
bulk-all-of = Alle des Filters
bulk-none = Kein Ticket ist gewählt
bulk-none-help = Kreuzen Sie zuerst Tickets einer Liste an.
bulk-back = Zurück zur Liste
bulk-help = Was Sie nicht anfassen, bleibt, wie es ist. Nichts ändert sich, bevor Sie gesehen haben, was sich ändert.
bulk-keep = – bleibt –
bulk-add-tags = Schlagwörter hinzufügen
bulk-remove-tags = Schlagwörter entfernen
bulk-preview = Zeigen, was sich ändert
bulk-what-happens = Was geschehen wird
bulk-stale = Seit Ihrem letzten Blick hat sich etwas geändert. Es wurde nichts geändert; so sieht es jetzt aus.
bulk-will-change = Wird geändert
bulk-is-so = Ist schon so
bulk-cannot = Lässt sich nicht ändern
bulk-some-cannot = { $count ->
    [one] 1 Ticket lässt sich nicht ändern
   *[other] { $count } Tickets lassen sich nicht ändern
}
bulk-why = Warum
bulk-changes = Änderung
bulk-change = { $count ->
    [one] 1 Ticket ändern
   *[other] { $count } Tickets ändern
}
bulk-change-others = { $count ->
    [one] Das andere Ticket ändern
   *[other] Die anderen { $count } Tickets ändern
}
bulk-takes-a-while = Das dauert etwas. Sie sehen, wie weit es ist, und können weiterarbeiten.
bulk-more = und { $count } weitere
bulk-nothing = Nichts würde sich ändern.
bulk-state-running = Tickets werden geändert
bulk-state-done = Tickets sind geändert
bulk-state-stopped = Angehalten: ein Ticket ließ sich nicht mehr ändern
bulk-state-undoing = Die Änderung wird zurückgenommen
bulk-state-undone = Die Änderung ist zurückgenommen
bulk-progress = { $done } von { $total }
bulk-look-again = Neu ansehen
bulk-outcome-changed = Geändert
bulk-outcome-undone = Zurückgenommen
bulk-left = { $count ->
    [one] 1 Ticket ist geblieben, wie es war
   *[other] { $count } Tickets sind geblieben, wie sie waren
}
bulk-kept = { $count ->
    [one] 1 Ticket ließ sich nicht zurücknehmen
   *[other] { $count } Tickets ließen sich nicht zurücknehmen
}
bulk-changed-count = { $count ->
    [one] 1 Ticket geändert
   *[other] { $count } Tickets geändert
}
bulk-undone-count = { $count ->
    [one] 1 Ticket zurückgenommen
   *[other] { $count } Tickets zurückgenommen
}
bulk-details = Einzelheiten
bulk-pick = #{ $number } wählen
bulk-chosen = { $count } gewählt
bulk-open = Gewählte Tickets ändern
bulk-all-shown = Alle gezeigten
bulk-all-found = Alle dieses Filters
history-with = { $count ->
    [one] in einem Schritt mit 1 anderen Ticket
   *[other] in einem Schritt mit { $count } anderen Tickets
}
problem-bulk-some-cannot = Einige der Tickets lassen sich nicht ändern. Es wurde nichts geändert.
problem-bulk-stale = Seit der Vorschau hat sich etwas geändert. Es wurde nichts geändert.
problem-bulk-undone = Das ist schon zurückgenommen.
problem-bulk-under-way = Das läuft noch.
field-tag-both = Ein Schlagwort kann nicht zugleich hinzukommen und wegfallen.
field-too-many-tickets = Mehr als 10.000 Tickets. Grenzen Sie den Filter ein.
field-out-of-sight = Ein solches Ticket sehen Sie nicht.
field-not-yours-to-change = Sie dürfen dieses Ticket nicht ändern.
field-too-many-tags = Das Ticket hätte mehr als 50 Schlagwörter.
field-no-longer-there = Was gewählt wurde, gibt es nicht mehr.
field-changed-since = Es wurde seither wieder geändert.
