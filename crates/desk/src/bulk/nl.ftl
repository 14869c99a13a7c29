bulk-title = Tickets wijzigen
bulk-of = { $count ->
    [one] 1 ticket wijzigen
   *[other] { $count } tickets wijzigen
}
bulk-all-of = Alle van het filter
bulk-none = Er is geen ticket gekozen
bulk-none-help = Vink eerst tickets van een lijst aan.
bulk-back = Terug naar de lijst
bulk-help = Wat u niet aanraakt, blijft zoals het is. Er verandert niets voordat u hebt gezien wat er verandert.
bulk-keep = – blijft –
bulk-add-tags = Tags toevoegen
bulk-remove-tags = Tags verwijderen
bulk-preview = Tonen wat er verandert
bulk-what-happens = Wat er gebeurt
bulk-stale = Er is iets veranderd sinds u keek en er is niets gewijzigd. Zo staat het er nu voor.
bulk-will-change = Wordt gewijzigd
bulk-is-so = Is al zo
bulk-cannot = Kan niet worden gewijzigd
bulk-some-cannot = { $count ->
    [one] 1 ticket kan niet worden gewijzigd
   *[other] { $count } tickets kunnen niet worden gewijzigd
}
bulk-why = Waarom
bulk-changes = Wijziging
bulk-change = { $count ->
    [one] 1 ticket wijzigen
   *[other] { $count } tickets wijzigen
}
bulk-change-others = { $count ->
    [one] Het andere ticket wijzigen
   *[other] De andere { $count } tickets wijzigen
}
bulk-takes-a-while = Dit duurt even. U ziet hoe ver het is en kunt verder werken.
bulk-more = en nog { $count }
bulk-nothing = Er zou niets veranderen.
bulk-state-running = Tickets worden gewijzigd
bulk-state-done = Tickets zijn gewijzigd
bulk-state-stopped = Gestopt: een ticket kon niet meer worden gewijzigd
bulk-state-undoing = De wijziging wordt teruggenomen
bulk-state-undone = De wijziging is teruggenomen
bulk-progress = { $done } van { $total }
bulk-look-again = Opnieuw kijken
bulk-outcome-changed = Gewijzigd
bulk-outcome-undone = Teruggenomen
bulk-left = { $count ->
    [one] 1 ticket is gebleven zoals het was
   *[other] { $count } tickets zijn gebleven zoals ze waren
}
bulk-kept = { $count ->
    [one] 1 ticket kon niet worden teruggenomen
   *[other] { $count } tickets konden niet worden teruggenomen
}
bulk-changed-count = { $count ->
    [one] 1 ticket gewijzigd
   *[other] { $count } tickets gewijzigd
}
bulk-undone-count = { $count ->
    [one] 1 ticket teruggenomen
   *[other] { $count } tickets teruggenomen
}
bulk-details = Details
bulk-pick = #{ $number } kiezen
bulk-chosen = { $count } gekozen
bulk-open = Gekozen tickets wijzigen
bulk-all-shown = Alle getoonde
bulk-all-found = Alle van dit filter
history-with = { $count ->
    [one] in één stap met 1 ander ticket
   *[other] in één stap met { $count } andere tickets
}
problem-bulk-some-cannot = Sommige tickets kunnen niet worden gewijzigd. Er is niets gewijzigd.
problem-bulk-stale = Er is iets veranderd sinds het voorbeeld. Er is niets gewijzigd.
problem-bulk-undone = Dit is al teruggenomen.
problem-bulk-under-way = Dit is nog bezig.
field-tag-both = Een tag kan niet tegelijk worden toegevoegd en verwijderd.
field-too-many-tickets = Meer dan 10.000 tickets. Beperk het filter.
field-out-of-sight = Zo'n ticket ziet u niet.
field-not-yours-to-change = U mag dit ticket niet wijzigen.
field-too-many-tags = Het ticket zou meer dan 50 tags hebben.
field-no-longer-there = Wat gekozen is, bestaat niet meer.
field-changed-since = Het is sindsdien weer gewijzigd.
