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
problem-changed-meanwhile = Iemand heeft het gewijzigd sinds u het las
problem-link-used = Deze link is al gebruikt of te oud
problem-session-needed = Hiervoor moet u zich met een browser aanmelden
field-password-short = Minstens 8 tekens
field-password-common = Dit is te gemakkelijk te raden
field-password-wrong = Dit is niet het wachtwoord
field-code-wrong = Deze code klopt niet. Wacht op de volgende
