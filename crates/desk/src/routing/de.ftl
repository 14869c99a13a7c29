permission-routing-manage = Bestimmen, wie Arbeit verteilt wird, wer was kann und wie viel
routing-lead = Wie die Arbeit jedes Teams zu seinen Leuten kommt: an wen, wann und wie viel auf einmal.
routing-no-teams = Es gibt noch kein Team
routing-no-teams-help = Arbeit wird in Teams verteilt.
routing-strategy = Wer es bekommt
routing-strategy-round-robin = Der Reihe nach
routing-strategy-least-loaded = Wer am wenigsten in Arbeit hat
routing-strategy-most-idle = Wer am längsten gewartet hat
routing-strategy-best-skill = Wer es am besten kann
routing-strategy-help-round-robin = Es folgt, wer vor der längsten Zeit etwas bekommen hat.
routing-strategy-help-least-loaded = Gemessen daran, wie viel jede und jeder in Arbeit haben darf.
routing-strategy-help-most-idle = Es folgt, wer vor der längsten Zeit etwas bekommen oder beendet hat.
routing-strategy-help-best-skill = Die höchsten Stufen in dem, was das Ticket verlangt; unter Gleichen, wer am wenigsten in Arbeit hat.
routing-by-hand = Von Hand
routing-by-hand-help = Tickets warten in der Liste des Teams, bis jemand sie nimmt.
routing-mode = Wie es ankommt
routing-mode-push = Der Desk teilt es zu
routing-mode-pull = Sie nehmen das nächste
routing-mode-help-push = Sobald jemand frei ist, der es kann.
routing-mode-help-pull = Mit „Nächstes für mich“: das dringendste, das sie können.
routing-prefers-last = Zuerst, wer diesem Kunden zuletzt geholfen hat
routing-prefers-last-help = Sofern anwesend, fähig und frei.
routing-asks-presence = Nur Leute, die sich anwesend gemeldet haben
routing-asks-presence-help = Sonst gelten alle in ihrer Arbeitszeit als anwesend, wenn sie sich nicht abmelden.
routing-relax = Verlangt weniger nach
routing-relax-minutes = Nach so vielen Minuten eine Stufe weniger verlangen
routing-relax-help = Und nach derselben Zeit noch eine, soweit die Anforderung es erlaubt. Leer: nie.
routing-take-back = Zurückgenommen nach
routing-take-back-minutes = Nach so vielen Minuten jemand anderem geben
routing-take-back-help = Wenn die zuständige Person abwesend ist oder Feierabend hat und jemand anderes frei ist. Leer: nie.
routing-never = Nie
routing-weights = Was ein Ticket von jemandem braucht
routing-weights-help = In Hundertsteln einer ganzen Person: 100 füllt jemanden aus, 10 lässt Platz für neun weitere.
routing-at-a-time = { $count ->
    [one] Eins auf einmal
   *[other] { $count } auf einmal
}
routing-no-weight = Braucht nichts
routing-now = Das Team jetzt
routing-waiting-count = { $count ->
    [one] Ein Ticket wartet
   *[other] { $count } Tickets warten
}
routing-waiting-none = Nichts wartet
routing-waiting-none-help = Alles hat jemanden gefunden oder liegt in einem Team, das von Hand verteilt.
routing-nobody = Niemand in diesem Team kann ein Ticket bekommen
routing-nobody-help = Fügen Sie Leute hinzu, deren Rolle das Antworten erlaubt.
routing-person = Person
routing-standing = Nimmt Arbeit
routing-there = Anwesend
routing-in-hand = In Arbeit
routing-needs-title = Was Tickets verlangen
routing-needs-lead = Ein Ticket, auf das ein Filter passt, geht nur an Leute mit der Fähigkeit.
routing-need-filter = Tickets
routing-need-skill = Verlangen
routing-need-level = Stufe
routing-need-least = Warten senkt sie auf
routing-need-firm = Nie
routing-needs-help = Filter schreiben Sie wie in einer Liste: type:order, inbox:sales, tag:vip. Eine leere Zeile entfällt.
routing-level-none = Keine
routing-level-1 = 1 · ein wenig
routing-level-2 = 2 · etwas
routing-level-3 = 3 · gut
routing-level-4 = 4 · sehr gut
routing-level-5 = 5 · am besten
skills-lead = Wer was kann, von 1 (ein wenig) bis 5 (am besten). Tickets, die eine Fähigkeit verlangen, gehen an Leute, die sie haben.
skills-none = Es gibt noch keine Fähigkeit
skills-none-help = Fügen Sie hinzu, was man zum Helfen können muss: ein Produkt, eine Sprache, eine Art von Fall.
skills-new = Eine neue Fähigkeit
skills-name = Name
skills-name-help = Ein Produkt, eine Sprache, eine Art von Fall.
skills-add = Hinzufügen
skills-all = Alle Fähigkeiten
skills-rename = Umbenennen
skills-people = { $count ->
    [0] Niemand hat sie
    [one] Eine Person hat sie
   *[other] { $count } Personen haben sie
}
skills-limit = Höchstens in Arbeit
skills-limit-help = In Hundertsteln der Arbeit einer ganzen Person; 50 ist die Hälfte. Leer: 100.
skills-calendar = Arbeitszeit
skills-calendar-help = Außerhalb davon wird nichts zugeteilt.
skills-always = Immer
routing-waiting = Wartet auf jemanden
routing-waiting-lead = Tickets von Teams, deren Arbeit verteilt wird, und warum sie noch niemand hat.
routing-next = Nächstes für mich
routing-next-none = Es wartet nichts, das Sie übernehmen könnten.
routing-next-full = Sie haben so viel in Arbeit, wie Sie haben dürfen. Beenden Sie zuerst etwas.
routing-you-there = Sie nehmen Arbeit
routing-you-away = Sie sind abwesend: Ihnen wird nichts zugeteilt
routing-you-off = Ihre Arbeitszeit beginnt wieder { $time }
routing-you-silent = Sie haben nicht gesagt, ob Sie da sind
routing-come = Ich bin da
routing-go = Ich bin abwesend
routing-since = Seit
routing-why = Warum
routing-why-who = Warum diese Person?
routing-waits = Es wartet auf jemanden
routing-waits-since = Seit { $time }.
routing-nothing = Es wurde von Hand vergeben
routing-nothing-help = Hier steht, wer betrachtet wurde und warum, wenn der Desk ein Ticket jemandem gibt.
routing-given = An { $name } gegeben
routing-taken = { $name } abgenommen
routing-able = Hätte es übernehmen können
routing-chosen = Hat es bekommen
routing-levels = Stufen
routing-last-given = Zuletzt etwas bekommen
routing-never-given = Nie
routing-needs = { $skill }, Stufe { $level }
routing-relaxed-from = von { $level } gesenkt, weil es wartete
routing-more = { $count ->
    [one] Eine weitere Person wurde betrachtet.
   *[other] { $count } weitere Personen wurden betrachtet.
}
routing-by-round-robin = War an der Reihe
routing-by-least-loaded = Hatte am wenigsten in Arbeit
routing-by-most-idle = Hatte am längsten gewartet
routing-by-best-skill = Kann am besten, was verlangt ist
routing-by-last-agent = Hat diesem Kunden zuletzt geholfen
routing-by-only-one = Niemand sonst konnte es übernehmen
routing-by-pull = Hat nach dem nächsten gefragt
routing-taken-left = Arbeitet nicht mehr hier
routing-taken-away = Ist abwesend
routing-taken-off-hours = Die Arbeitszeit ist vorbei
routing-taken-over-limit = Hat mehr, als erlaubt ist, und hatte nicht damit begonnen
routing-no-away = Abwesend
routing-no-off-hours = Außerhalb der Arbeitszeit
routing-no-had-it = Wurde gerade dort abgenommen
routing-no-full = Hat genug in Arbeit ({ $share })
routing-no-skill = { $skill }: hat Stufe { $has }, verlangt ist { $needs }
routing-wait = Niemand kann es jetzt übernehmen: { $why }.
routing-wait-nobody = Im Team ist niemand.
routing-wait-pull = Es wartet, bis jemand nach dem nächsten fragt.
routing-wait-full = { $count ->
    [one] eine Person hat genug in Arbeit
   *[other] { $count } haben genug in Arbeit
}
routing-wait-away = { $count ->
    [one] eine Person ist abwesend
   *[other] { $count } sind abwesend
}
routing-wait-off = { $count ->
    [one] eine Person hat keine Arbeitszeit
   *[other] { $count } haben keine Arbeitszeit
}
routing-wait-had = { $count ->
    [one] einer Person wurde es gerade abgenommen
   *[other] { $count } wurde es gerade abgenommen
}
routing-wait-skill = { $count ->
    [one] einer Person fehlt { $skill } auf Stufe { $level }
   *[other] { $count } fehlt { $skill } auf Stufe { $level }
}
problem-skill-needed = Tickets verlangen diese Fähigkeit. Ändern Sie zuerst, was sie verlangen.
field-level = Wählen Sie eine Stufe von 1 bis 5
field-least-level = Wählen Sie eine Stufe, die nicht höher ist als die verlangte
field-skill-of-nobody = Niemand hat diese Fähigkeit: die Tickets würden für immer warten
field-work-limit = Geben Sie eine Zahl von 0 bis 1.000 an
field-minutes = Geben Sie ganze Minuten an, von 1 bis 43.200
field-weight = Geben Sie eine Zahl von 0 bis 100 an
routing-standing-then = Damals
