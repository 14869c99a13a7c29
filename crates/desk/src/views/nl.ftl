view-mine = Van mij
view-unassigned = Zonder behandelaar
view-due-today = Vandaag
view-breaching = Kritiek
view-act = Te doen
view-waiting-customer = Wacht op klant
view-waiting-third-party = Wacht op derde
view-snoozed = Uitgesteld
view-open = Alle open
view-solved = Onlangs opgelost

list-count = { $count ->
    [one] 1 ticket
   *[other] { $count } tickets
}
list-newest = Laatste wijziging eerst
list-customer-last = De klant schreef als laatste
list-to-top = Naar boven
list-empty-mine = Er is niets aan u toegewezen
list-empty-unassigned = Alles is opgepakt
list-empty-other = Hier is niets
list-empty-help = Wat binnenkomt, verschijnt hier vanzelf.
list-empty-next = Tonen wat er te doen is
list-no-inbox = Nog geen postvak
list-no-inbox-help = Zonder postvak kan er geen mail binnenkomen.
list-no-inbox-next = Postvak instellen
