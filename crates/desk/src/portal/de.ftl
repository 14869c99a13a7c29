acknowledgement-subject = Ihre Anfrage ist angekommen [#{ $number }]
acknowledgement-text =
    Guten Tag,

    vielen Dank für Ihre Nachricht an { $desk }. Ihre Anfrage ist angekommen, wir antworten Ihnen. Sie hat die Nummer #{ $number }.

    Hier können Sie Ihre Anfrage lesen, ergänzen und schließen:

    { $link }

    Der Link ist nur für Sie bestimmt. Bitte geben Sie ihn nicht weiter.

    Sie haben uns nicht geschrieben? Dann hat jemand Ihre Adresse benutzt. Sie müssen nichts tun.
