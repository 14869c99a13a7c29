letter-invite-subject = Ihr Zugang zu { $desk }
letter-invite-text = Guten Tag { $name },

    { $from } lädt Sie ein, am Service-Desk von { $desk } mitzuarbeiten.
    Wählen Sie hier Ihr Passwort. Der Link gilt 72 Stunden und funktioniert einmal:

    { $link }

    Wenn Sie nicht wissen, worum es geht, ignorieren Sie diese E-Mail bitte.
letter-reset-subject = Neues Passwort für { $desk }
letter-reset-text = Guten Tag { $name },

    jemand, vermutlich Sie selbst, hat ein neues Passwort für { $desk } angefordert.
    Wählen Sie es hier. Der Link gilt 30 Minuten und funktioniert einmal:

    { $link }

    Wenn Sie das nicht waren, ignorieren Sie diese E-Mail bitte: Es ändert sich nichts.
letter-sign-in-subject = Ihr Link zu { $desk }
letter-sign-in-text = Guten Tag { $name },

    dieser Link zeigt Ihnen Ihre Anfragen bei { $desk }. Er gilt 30 Minuten und funktioniert einmal:

    { $link }

    Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese E-Mail bitte.
letter-password-changed-subject = Ihr Passwort für { $desk } wurde geändert
letter-password-changed-text = Guten Tag { $name },

    Ihr Passwort für { $desk } wurde soeben geändert, alle anderen Sitzungen wurden beendet.
    Wenn Sie das nicht waren, wählen Sie sofort ein neues:

    { $link }

problem-token-unknown = Dieses Token ist nicht (mehr) gültig
problem-too-many-tries = Zu viele Versuche. Warten Sie etwas bis zum nächsten
problem-session-needed = Dafür müssen Sie sich mit einem Browser anmelden
field-password-short = Mindestens 8 Zeichen
field-password-common = Das ist zu leicht zu erraten
field-password-wrong = Das ist nicht das Passwort
field-code-wrong = Dieser Code passt nicht. Warten Sie auf den nächsten

sign-in-title = Anmelden
sign-in-heading = Anmelden bei { $desk }
sign-in-button = Anmelden
sign-in-forgot = Passwort vergessen?
sign-in-again = Zurück zur Anmeldung
sign-in-customer = Als Kundin oder Kunde um Hilfe bitten
sign-in-wrong = Die E-Mail-Adresse oder das Passwort ist falsch.
sign-in-wait = { $minutes ->
    [one] Zu viele Versuche. Versuchen Sie es in einer Minute wieder.
   *[other] Zu viele Versuche. Versuchen Sie es in { $minutes } Minuten wieder.
}
second-step-title = Zweiter Schritt
second-step-lead = Geben Sie die sechs Ziffern ein, die Ihre Authenticator-App zeigt.
second-step-code = Code
second-step-button = Weiter
second-step-lost = Ist das Telefon verloren, bitten Sie die Administration, den zweiten Schritt auszuschalten.
forgot-title = Passwort vergessen
forgot-lead = Wir senden Ihnen einen Link, mit dem Sie ein neues Passwort wählen. Er gilt 30 Minuten.
forgot-button = Link anfordern
forgot-sent = Wenn es ein Konto mit dieser Adresse gibt, ist der Link unterwegs. Sehen Sie auch im Spam-Ordner nach.
link-used-title = Dieser Link gilt nicht mehr
link-used-help = Er wurde schon benutzt, ist zu alt, oder es wurde ein neuerer verschickt. An Ihrem Konto hat sich nichts geändert.
link-used-new = Neuen Link anfordern
reset-title = Neues Passwort
reset-ends = Alle Sitzungen und alle Ihre API-Token enden.
invite-title = Willkommen
new-password-for = Für { $name }
new-password-button = Passwort speichern
people-email = E-Mail-Adresse
people-password = Passwort
people-new-password = Neues Passwort
people-old-password = Bisheriges Passwort
people-password-help = Mindestens 8 Zeichen. Ein Satz ist leichter als Sonderzeichen.
portal-sign-in-title = Ihre Anfragen ansehen
portal-sign-in-lead = Wir senden Ihnen einen Link. Er gilt 30 Minuten und braucht kein Passwort.
portal-your-email = Ihre E-Mail-Adresse
portal-send-link = Link anfordern
portal-by-password = Stattdessen mit Passwort anmelden
portal-link-used = Er wurde schon benutzt, ist zu alt, oder es wurde ein neuerer verschickt.
portal-welcome = Willkommen, { $name }
portal-see-requests = Meine Anfragen ansehen
portal-account-title = Ihr Konto
portal-account-lead = Mit einem Passwort brauchen Sie zum Anmelden keinen Link per E-Mail.
portal-sign-out = Abmelden
done-saved = Gespeichert.
done-created = Hinzugefügt.
done-invited = Die Einladung ist unterwegs.
done-invited-waits = Die Einladung wartet, bis ein Postfach senden kann.
done-to-inboxes = Postfach einrichten
done-removed = Entfernt.
done-ended = Sofort beendet.
done-password = Das Passwort ist gespeichert. Alle anderen Sitzungen sind beendet.
done-link = Wenn wir diese Adresse kennen, ist der Link unterwegs. Sehen Sie auch im Spam-Ordner nach.
done-signed-out = Sie sind abgemeldet.
portal-account-addresses = Ihre Adressen
portal-account-addresses-lead = Wir haben Ihrem Konto eine Adresse hinzugefügt. Bis Sie bestätigen, dass sie Ihnen gehört, kann sich niemand damit anmelden.
portal-account-confirm = Das ist meine Adresse
