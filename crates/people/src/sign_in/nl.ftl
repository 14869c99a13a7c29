letter-invite-subject = Uw toegang tot { $desk }
letter-invite-text = Hallo { $name },

    { $from } nodigt u uit om mee te werken aan de servicedesk van { $desk }.
    Kies hier uw wachtwoord. De link is 72 uur geldig en werkt één keer:

    { $link }

    Weet u niet waar dit over gaat? Dan kunt u deze e-mail negeren.
letter-reset-subject = Nieuw wachtwoord voor { $desk }
letter-reset-text = Hallo { $name },

    iemand, waarschijnlijk uzelf, heeft een nieuw wachtwoord voor { $desk } aangevraagd.
    Kies het hier. De link is 30 minuten geldig en werkt één keer:

    { $link }

    Was u dit niet? Negeer dan deze e-mail: er verandert niets.
letter-sign-in-subject = Uw link naar { $desk }
letter-sign-in-text = Hallo { $name },

    deze link toont u uw aanvragen bij { $desk }. Hij is 30 minuten geldig en werkt één keer:

    { $link }

    Hebt u hem niet aangevraagd? Negeer dan deze e-mail.
letter-password-changed-subject = Uw wachtwoord voor { $desk } is gewijzigd
letter-password-changed-text = Hallo { $name },

    uw wachtwoord voor { $desk } is zojuist gewijzigd en alle andere sessies zijn beëindigd.
    Was u dit niet? Kies dan meteen een nieuw wachtwoord:

    { $link }

problem-token-unknown = Dit token is niet (meer) geldig
problem-too-many-tries = Te veel pogingen. Wacht even voor de volgende
problem-session-needed = Hiervoor moet u zich met een browser aanmelden
field-password-short = Minstens 8 tekens
field-password-common = Dit is te gemakkelijk te raden
field-password-wrong = Dit is niet het wachtwoord
field-code-wrong = Deze code klopt niet. Wacht op de volgende

sign-in-title = Aanmelden
sign-in-heading = Aanmelden bij { $desk }
sign-in-button = Aanmelden
sign-in-forgot = Wachtwoord vergeten?
sign-in-again = Terug naar aanmelden
sign-in-customer = Als klant om hulp vragen
sign-in-wrong = Het e-mailadres of het wachtwoord is onjuist.
sign-in-wait = { $minutes ->
    [one] Te veel pogingen. Probeer het over een minuut opnieuw.
   *[other] Te veel pogingen. Probeer het over { $minutes } minuten opnieuw.
}
second-step-title = Tweede stap
second-step-lead = Typ de zes cijfers die uw authenticator-app toont.
second-step-code = Code
second-step-button = Verder
second-step-lost = Is de telefoon kwijt? Vraag een beheerder om de tweede stap uit te zetten.
forgot-title = Wachtwoord vergeten
forgot-lead = Wij sturen u een link waarmee u een nieuw wachtwoord kiest. Hij is 30 minuten geldig.
forgot-button = Stuur mij de link
forgot-sent = Als er een account met dit adres is, is de link onderweg. Kijk ook in uw spammap.
link-used-title = Deze link is niet meer geldig
link-used-help = Hij is al gebruikt, te oud, of er is een nieuwere verstuurd. Aan uw account is niets veranderd.
link-used-new = Nieuwe link aanvragen
reset-title = Nieuw wachtwoord
reset-ends = Alle sessies en al uw API-tokens eindigen.
invite-title = Welkom
new-password-for = Voor { $name }
new-password-button = Wachtwoord opslaan
people-email = E-mailadres
people-password = Wachtwoord
people-new-password = Nieuw wachtwoord
people-old-password = Huidig wachtwoord
people-password-help = Minstens 8 tekens. Een zin is makkelijker dan leestekens.
portal-sign-in-title = Uw aanvragen bekijken
portal-sign-in-lead = Wij sturen u een link. Hij is 30 minuten geldig en er is geen wachtwoord nodig.
portal-your-email = Uw e-mailadres
portal-send-link = Stuur mij de link
portal-by-password = Liever met een wachtwoord aanmelden
portal-link-used = Hij is al gebruikt, te oud, of er is een nieuwere verstuurd.
portal-welcome = Welkom, { $name }
portal-see-requests = Mijn aanvragen bekijken
portal-account-title = Uw account
portal-account-lead = Met een wachtwoord hebt u geen link per e-mail nodig om u aan te melden.
portal-sign-out = Afmelden
done-saved = Opgeslagen.
done-created = Toegevoegd.
done-invited = De uitnodiging is onderweg.
done-invited-waits = De uitnodiging wacht tot een postvak kan verzenden.
done-to-inboxes = Postvak instellen
done-removed = Verwijderd.
done-ended = Direct beëindigd.
done-password = Het wachtwoord is opgeslagen. Alle andere sessies zijn beëindigd.
done-link = Als wij dit adres kennen, is de link onderweg. Kijk ook in uw spammap.
done-signed-out = U bent afgemeld.
portal-account-addresses = Uw adressen
portal-account-addresses-lead = We hebben een adres aan uw account toegevoegd. Totdat u bevestigt dat het van u is, kan niemand zich ermee aanmelden.
portal-account-confirm = Dit is mijn adres
