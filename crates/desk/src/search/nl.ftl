search-title = Zoeken
search-for = Woorden, nummer, naam, adres of telefoonnummer
search-go = Zoeken
search-help = Woorden uit onderwerpen, berichten, notities en bestanden, het nummer van een ticket, een naam, een adres of een telefoonnummer. ‘Aanhalingstekens’ houden woorden bij elkaar, -woord sluit uit, in:subject, from:naam en is:open perken in.
search-start = Waar zoekt u naar?
search-nothing = Niets gevonden voor ‘{ $asked }’
search-facets = Inperken
search-facet-noun = Wat
search-facet-time = Gewijzigd
search-noun-ticket = Tickets
search-noun-contact = Contacten
search-noun-organisation = Organisaties
search-days-1 = laatste 24 uur
search-days-7 = laatste 7 dagen
search-days-30 = laatste 30 dagen
search-days-365 = laatste jaar
search-all = Alles tonen
search-count = { $count ->
    [one] één resultaat
   *[other] { $count } resultaten
}
search-forgiven = Niets past precies; vergelijkbare woorden worden getoond.
search-sort = Volgorde
search-by-relevance = Beste eerst
search-by-time = Nieuwste eerst
search-more = Meer
search-none-chosen = Niets past bij deze keuze.
search-building = De index wordt opgebouwd
search-building-help = Tot die volledig is, wordt niet alles gevonden.
search-others = Deze woorden kent het zoeken niet:
search-others-help = Ze zijn weggelaten.
problem-search-not-ready = Het zoeken is nog niet gereed. Probeer het zo meteen opnieuw
