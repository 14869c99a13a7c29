problem-reply-sent = Dit antwoord is al verzonden
field-not-a-time = Geef een datum en een tijd
field-in-the-past = Deze tijd is voorbij
field-too-far = Hoogstens een jaar vooruit
scheduled-sending = Wordt verzonden
scheduled-sending-words = Wordt verzonden: “{ $words }”
scheduled-of = Nog niet verzonden antwoord van { $name }
scheduled-waits = Wordt later verzonden
scheduled-held = Niet verzonden
scheduled-at = Wordt verzonden: { $time }
scheduled-overtaken = Sindsdien heeft iemand geschreven. Het wordt niet vanzelf verzonden.
scheduled-take-back = Terughalen en bewerken
scheduled-send-now = Nu verzenden
scheduled-taken-back = Teruggehaald. Het is weer uw concept.
scheduled-files = { $count ->
    [one] 1 bestand
   *[other] { $count } bestanden
}
scheduled-later = Later verzenden
scheduled-tomorrow = Morgen, 8:00
scheduled-working-day = Volgende werkdag, als wij opengaan
scheduled-time = Datum en tijd
scheduled-at-time = Op deze tijd
scheduled-because-news = Iemand heeft eerder geschreven. Lees het, verzend of wijzig dan het antwoord.
scheduled-because-restored = De helpdesk is uit een back-up hersteld. Het antwoord is misschien al verzonden: kijk het na en verzend het of neem het terug.
scheduled-because-sight = Wie het schreef, mag dit ticket niet meer beantwoorden.
scheduled-because-other = Het kon zo niet worden verzonden. Controleer ontvangers en bestanden.
scheduled-held-subject = Uw antwoord op #{ $ticket } is niet verzonden
scheduled-held-text = Uw geplande antwoord op ticket #{ $ticket } is niet op zijn tijd verzonden.
