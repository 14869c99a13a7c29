permission-routing-manage = Bepalen hoe werk wordt verdeeld, wie wat kan en hoeveel
routing-lead = Hoe het werk van elk team bij zijn mensen komt: bij wie, wanneer en hoeveel tegelijk.
routing-no-teams = Er is nog geen team
routing-no-teams-help = Werk wordt in teams verdeeld.
routing-strategy = Wie het krijgt
routing-strategy-round-robin = Om de beurt
routing-strategy-least-loaded = Wie het minst onder handen heeft
routing-strategy-most-idle = Wie het langst heeft gewacht
routing-strategy-best-skill = Wie het het best kan
routing-strategy-help-round-robin = Wie het langst geleden iets kreeg, is aan de beurt.
routing-strategy-help-least-loaded = Gemeten aan hoeveel ieder onder handen mag hebben.
routing-strategy-help-most-idle = Wie het langst geleden iets kreeg of afrondde, is aan de beurt.
routing-strategy-help-best-skill = De hoogste niveaus in wat het ticket vraagt; bij gelijke stand wie het minst onder handen heeft.
routing-by-hand = Met de hand
routing-by-hand-help = Tickets wachten in de lijst van het team tot iemand ze neemt.
routing-mode = Hoe het aankomt
routing-mode-push = De desk wijst het toe
routing-mode-pull = Zij nemen het volgende
routing-mode-help-push = Zodra iemand vrij is die het kan.
routing-mode-help-pull = Met ‘Volgende voor mij’: het dringendste dat zij kunnen.
routing-prefers-last = Eerst wie deze klant het laatst heeft geholpen
routing-prefers-last-help = Als die er is, het kan en vrij is.
routing-asks-presence = Alleen mensen die hebben gezegd dat ze er zijn
routing-asks-presence-help = Anders is iedereen er tijdens de eigen werktijd, tenzij iemand zegt weg te zijn.
routing-relax = Vraagt minder na
routing-relax-minutes = Na zoveel minuten een niveau minder vragen
routing-relax-help = En na dezelfde tijd nog een, zover de eis het toelaat. Leeg: nooit.
routing-take-back = Teruggenomen na
routing-take-back-minutes = Na zoveel minuten aan een ander geven
routing-take-back-help = Als degene die het heeft weg is of geen werktijd heeft, en een ander vrij is. Leeg: nooit.
routing-never = Nooit
routing-weights = Wat een ticket van iemand vraagt
routing-weights-help = In honderdsten van een hele persoon: 100 vult iemand, 10 laat plaats voor nog negen.
routing-at-a-time = { $count ->
    [one] Eén tegelijk
   *[other] { $count } tegelijk
}
routing-no-weight = Vraagt niets
routing-now = Het team nu
routing-waiting-count = { $count ->
    [one] Eén ticket wacht
   *[other] { $count } tickets wachten
}
routing-waiting-none = Er wacht niets
routing-waiting-none-help = Alles heeft iemand gevonden, of ligt bij een team dat met de hand verdeelt.
routing-nobody = Niemand in dit team kan een ticket krijgen
routing-nobody-help = Voeg mensen toe die met hun rol mogen antwoorden.
routing-person = Persoon
routing-standing = Neemt werk aan
routing-there = Aanwezig
routing-in-hand = Onder handen
routing-needs-title = Wat tickets vragen
routing-needs-lead = Een ticket waarop een filter past, gaat alleen naar mensen met de vaardigheid.
routing-need-filter = Tickets
routing-need-skill = Vragen
routing-need-level = Niveau
routing-need-least = Wachten verlaagt het tot
routing-need-firm = Nooit
routing-needs-help = Schrijf filters zoals in een lijst: type:order, inbox:sales, tag:vip. Een lege regel vervalt.
routing-level-none = Geen
routing-level-1 = 1 · een beetje
routing-level-2 = 2 · enigszins
routing-level-3 = 3 · goed
routing-level-4 = 4 · zeer goed
routing-level-5 = 5 · het best
skills-lead = Wie wat kan, van 1 (een beetje) tot 5 (het best). Tickets die een vaardigheid vragen, gaan naar mensen die haar hebben.
skills-none = Er is nog geen vaardigheid
skills-none-help = Voeg toe wat men moet kunnen om te helpen: een product, een taal, een soort geval.
skills-new = Een nieuwe vaardigheid
skills-name = Naam
skills-name-help = Een product, een taal, een soort geval.
skills-add = Toevoegen
skills-all = Alle vaardigheden
skills-rename = Hernoemen
skills-people = { $count ->
    [0] Niemand heeft haar
    [one] Eén persoon heeft haar
   *[other] { $count } personen hebben haar
}
skills-limit = Hoogstens onder handen
skills-limit-help = In honderdsten van het werk van een hele persoon; 50 is de helft. Leeg: 100.
skills-calendar = Werktijd
skills-calendar-help = Daarbuiten wordt niets toegewezen.
skills-always = Altijd
routing-waiting = Wacht op iemand
routing-waiting-lead = Tickets van teams waarvan het werk wordt verdeeld, en waarom nog niemand ze heeft.
routing-next = Volgende voor mij
routing-next-none = Er wacht niets wat u kunt aannemen.
routing-next-full = U hebt zoveel onder handen als u mag hebben. Rond eerst iets af.
routing-you-there = U neemt werk aan
routing-you-away = U bent weg: u krijgt niets toegewezen
routing-you-off = Uw werktijd begint weer { $time }
routing-you-silent = U hebt niet gezegd of u er bent
routing-come = Ik ben er
routing-go = Ik ben weg
routing-since = Sinds
routing-why = Waarom
routing-why-who = Waarom deze persoon?
routing-waits = Het wacht op iemand
routing-waits-since = Sinds { $time }.
routing-nothing = Het is met de hand toegewezen
routing-nothing-help = Hier staat wie is bekeken en waarom, als de desk een ticket aan iemand geeft.
routing-given = Aan { $name } gegeven
routing-taken = Van { $name } afgenomen
routing-able = Had het kunnen aannemen
routing-chosen = Heeft het gekregen
routing-levels = Niveaus
routing-last-given = Laatst iets gekregen
routing-never-given = Nooit
routing-needs = { $skill }, niveau { $level }
routing-relaxed-from = verlaagd van { $level }, omdat het wachtte
routing-more = { $count ->
    [one] Er is nog één persoon bekeken.
   *[other] Er zijn nog { $count } personen bekeken.
}
routing-by-round-robin = Was aan de beurt
routing-by-least-loaded = Had het minst onder handen
routing-by-most-idle = Had het langst gewacht
routing-by-best-skill = Kan het best wat wordt gevraagd
routing-by-last-agent = Heeft deze klant het laatst geholpen
routing-by-only-one = Niemand anders kon het aannemen
routing-by-pull = Vroeg om het volgende
routing-taken-left = Werkt hier niet meer
routing-taken-away = Is weg
routing-taken-off-hours = De werktijd is voorbij
routing-taken-over-limit = Heeft meer dan mag, en was er niet aan begonnen
routing-no-away = Weg
routing-no-off-hours = Buiten de werktijd
routing-no-had-it = Is er net afgenomen
routing-no-full = Heeft genoeg onder handen ({ $share })
routing-no-skill = { $skill }: heeft niveau { $has }, gevraagd is { $needs }
routing-wait = Niemand kan het nu aannemen: { $why }.
routing-wait-nobody = Er is niemand in het team.
routing-wait-pull = Het wacht tot iemand om het volgende vraagt.
routing-wait-full = { $count ->
    [one] één persoon heeft genoeg onder handen
   *[other] { $count } hebben genoeg onder handen
}
routing-wait-away = { $count ->
    [one] één persoon is weg
   *[other] { $count } zijn weg
}
routing-wait-off = { $count ->
    [one] één persoon heeft geen werktijd
   *[other] { $count } hebben geen werktijd
}
routing-wait-had = { $count ->
    [one] het is net van één persoon afgenomen
   *[other] het is net van { $count } afgenomen
}
routing-wait-skill = { $count ->
    [one] één persoon heeft { $skill } niet op niveau { $level }
   *[other] { $count } hebben { $skill } niet op niveau { $level }
}
problem-skill-needed = Tickets vragen deze vaardigheid. Wijzig eerst wat ze vragen.
field-level = Kies een niveau van 1 tot 5
field-least-level = Kies een niveau dat niet hoger is dan het gevraagde
field-skill-of-nobody = Niemand heeft deze vaardigheid: de tickets zouden altijd wachten
field-work-limit = Geef een getal van 0 tot 1.000
field-minutes = Geef hele minuten, van 1 tot 43.200
field-weight = Geef een getal van 0 tot 100
routing-standing-then = Toen
