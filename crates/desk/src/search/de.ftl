search-title = Suche
search-for = Wörter, Nummer, Name, Adresse oder Telefonnummer
search-go = Suchen
search-help = Wörter aus Betreffs, Nachrichten, Notizen und Dateien, die Nummer eines Tickets, ein Name, eine Adresse oder eine Telefonnummer. „Anführungszeichen“ halten Wörter zusammen, -Wort schließt aus, in:subject, from:Name und is:open grenzen ein.
search-start = Wonach suchen Sie?
search-nothing = Nichts gefunden zu „{ $asked }“
search-facets = Eingrenzen
search-facet-noun = Was
search-facet-time = Geändert
search-noun-ticket = Tickets
search-noun-contact = Kontakte
search-noun-organisation = Organisationen
search-days-1 = letzte 24 Stunden
search-days-7 = letzte 7 Tage
search-days-30 = letzte 30 Tage
search-days-365 = letztes Jahr
search-all = Alles zeigen
search-count = { $count ->
    [one] ein Treffer
   *[other] { $count } Treffer
}
search-forgiven = Nichts passt genau; ähnliche Wörter werden gezeigt.
search-sort = Reihenfolge
search-by-relevance = Beste zuerst
search-by-time = Neueste zuerst
search-more = Mehr
search-none-chosen = Zu dieser Auswahl passt nichts.
search-building = Der Index wird aufgebaut
search-building-help = Bis er vollständig ist, wird manches nicht gefunden.
search-others = Diese Wörter kennt die Suche nicht:
search-others-help = Sie wurden weggelassen.
problem-search-not-ready = Die Suche ist noch nicht bereit. Bitte versuchen Sie es gleich noch einmal
