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
problem-changed-meanwhile = Jemand hat es geändert, seit Sie es gelesen haben
problem-link-used = Dieser Link wurde schon benutzt oder ist zu alt
problem-session-needed = Dafür müssen Sie sich mit einem Browser anmelden
field-password-short = Mindestens 8 Zeichen
field-password-common = Das ist zu leicht zu erraten
field-password-wrong = Das ist nicht das Passwort
field-code-wrong = Dieser Code passt nicht. Warten Sie auf den nächsten
