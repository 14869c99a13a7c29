permission-tickets-view = Tickets bekijken
permission-tickets-note = Interne notities schrijven
permission-tickets-reply = Klanten antwoorden
permission-tickets-edit = Tickets wijzigen
permission-tickets-create = Tickets openen

problem-ticket-changed = Iemand heeft dit ticket gewijzigd sinds u het las
problem-ticket-closed = Dit ticket is gesloten. Open een nieuw ticket
problem-no-space = Er is geen ruimte meer voor bestanden
field-tag = Een label is één kort woord of één korte regel zonder komma

ticket-kind-question = Vraag
ticket-kind-incident = Incident
ticket-kind-service-request = Serviceverzoek
ticket-kind-complaint = Klacht
ticket-kind-order = Bestelling
ticket-kind-problem = Probleem
ticket-kind-change = Wijziging
priority-low = Laag
priority-normal = Normaal
priority-high = Hoog
priority-urgent = Dringend
channel-email = E-mail
channel-web = Webformulier
channel-api = Programma
channel-phone = Telefoon
channel-walk-in = Balie
channel-letter = Brief
channel-chat = Chat
channel-messaging = Berichten-app

ticket-conversation = Gesprek
ticket-perhaps = Dit hoort misschien bij
ticket-reopened = { $count ->
    [one] één keer heropend
   *[other] { $count } keer heropend
}
ticket-solve = Oplossen
ticket-reopen = Heropenen
ticket-assign-me = Aan mij toewijzen
ticket-follow = Volgen
ticket-unfollow = Niet meer volgen
ticket-copy-number = Nummer kopiëren
ticket-requester = Wie vraagt
ticket-properties = Eigenschappen
ticket-subject = Onderwerp
ticket-edit-subject = Onderwerp wijzigen
ticket-status = Status
ticket-priority = Prioriteit
ticket-assignee = Behandelaar
ticket-nobody = Niemand
ticket-me = ik
ticket-team = Team
ticket-no-team = Geen team
ticket-type = Soort
ticket-tags = Labels
ticket-tags-help = gescheiden door komma’s
ticket-due = Uiterlijk
ticket-people = Betrokkenen
ticket-add-person = E-mailadres in kopie
ticket-remove-person = { $name } uit de kopie halen
ticket-role-requester = vraagt
ticket-role-cc = in kopie
ticket-role-follower = volgt
ticket-others = Andere tickets
contact-email = E-mail
contact-phone = Telefoon

search-title = Zoeken
search-for = Nummer, onderwerp, naam, adres of telefoonnummer
search-go = Zoeken
search-help = Het nummer van een ticket, woorden uit het onderwerp of een persoon.
search-nothing = Niets gevonden voor ‘{ $asked }’

new-channel = Hoe kwam het binnen?
new-channel-phone = Telefoon
new-channel-walk-in = Persoonlijk
new-channel-letter = Brief
new-channel-email = E-mail aan de klant
new-who = Wie vraagt
new-who-placeholder = Naam, e-mail of telefoon
new-who-help = Niemand gevonden? Van wat u typt wordt een nieuw contact gemaakt.
new-phone = Nummer om terug te bellen
new-text = Waar gaat het over?
new-text-help = Blijft dit leeg, dan volstaat het onderwerp. Bij ‘E-mail aan de klant’ wordt deze tekst verzonden.
new-files = Bestanden
new-open = Ticket openen
new-open-solve = Openen en oplossen
