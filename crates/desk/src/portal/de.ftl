acknowledgement-subject = Ihre Anfrage ist angekommen [#{ $number }]
acknowledgement-text =
    Guten Tag,

    vielen Dank für Ihre Nachricht an { $desk }. Ihre Anfrage ist angekommen, wir antworten Ihnen. Sie hat die Nummer #{ $number }.

    Hier können Sie Ihre Anfrage lesen, ergänzen und schließen:

    { $link }

    Der Link ist nur für Sie bestimmt. Bitte geben Sie ihn nicht weiter.

    Sie haben uns nicht geschrieben? Dann hat jemand Ihre Adresse benutzt. Sie müssen nichts tun.

ask-title = Anfrage stellen
ask-mistake-title = Bitte korrigieren:
ask-heading = Wie können wir helfen?
ask-lead = Sie brauchen kein Konto. Sie erhalten eine E-Mail mit einem Link, über den Sie Ihre Anfrage verfolgen können.
ask-as = Sie sind angemeldet als { $name } ({ $email }).
ask-label-name = Ihr Name
ask-label-email = Ihre E-Mail-Adresse
ask-label-subject = In wenigen Worten
ask-label-text = Worum geht es?
ask-text-help = Seit wann, wo, und was Sie schon versucht haben. Bitte keine Passwörter.
ask-label-type = Was für eine Anfrage ist es?
ask-type-open = Weiß ich nicht
ask-label-file = Dateien
ask-label-form = Das Formular
ask-label-website = Bitte leer lassen
ask-files-help = Bis zu 20 Dateien, zusammen höchstens { $size }.
ask-files-again = Bitte wählen Sie Ihre Dateien noch einmal: Browser vergessen sie.
ask-send = Absenden

field-form-expired = Es war zu lange geöffnet. Nichts ist verloren: Senden Sie es noch einmal ab
field-form-too-quick = Das war schneller, als Menschen tippen. Warten Sie einen Moment und senden Sie es noch einmal ab
field-too-many-files = Das sind zu viele Dateien
field-files-too-large = Die Dateien sind zu groß

received-title = Ihre Anfrage ist angekommen
received-lead = Vielen Dank. Wir antworten Ihnen per E-Mail.
received-number = Die Nummer
received-mail = Wir bestätigen sie per E-Mail an die angegebene Adresse, höchstens einmal am Tag. Der Link darin führt zu Ihrer Anfrage. Wenn keine E-Mail kommt, ist die Adresse vielleicht vertippt: Stellen Sie die Anfrage dann bitte noch einmal.
received-follow = Anfrage verfolgen
received-again = Weitere Anfrage stellen

later-title = Zu viel auf einmal
later-lead =
    { $minutes ->
        [one] Das wurde nicht gesendet: Von Ihnen oder in Ihrem Namen kam zu viel. Bitte versuchen Sie es in einer Minute noch einmal.
       *[other] Das wurde nicht gesendet: Von Ihnen oder in Ihrem Namen kam zu viel. Bitte versuchen Sie es in { $minutes } Minuten noch einmal.
    }
later-text = Ihr Text, damit er nicht verloren geht

gone-title = Dieser Link funktioniert nicht
gone-lead = Vielleicht ist er unvollständig oder abgelaufen: Links enden ein halbes Jahr nach der letzten Neuigkeit. Angemeldet sehen Sie alle Ihre Anfragen; auch dafür senden wir Ihnen einen Link.
gone-sign-in = Meine Anfragen sehen
gone-ask = Anfrage stellen

follow-asked = Gestellt
follow-assignee = { $name } kümmert sich darum
follow-talk = Nachrichten
follow-whole = Den ganzen Text zeigen
follow-earlier = Frühere Nachrichten
follow-nothing = Hier ist noch nichts für Sie. Was Ihnen künftig gesendet wird, erscheint hier.
follow-you = Sie
follow-quoted = Zitierter Text
follow-answer = Ihre Antwort
follow-send = Antwort absenden
follow-close-help = Ist alles erledigt? Dann können Sie die Anfrage schließen. Eine Antwort öffnet sie innerhalb von 30 Tagen wieder.
follow-close = Erledigt, Anfrage schließen
follow-reopen-help = Ist es doch nicht gelöst?
follow-reopen = Wieder öffnen
follow-closed = Diese Anfrage ist endgültig geschlossen. Bitte stellen Sie eine neue; Sie können die Nummer nennen.
follow-done-answer = Ihre Antwort ist gesendet.
follow-done-close = Die Anfrage ist geschlossen. Vielen Dank.
follow-done-reopen = Die Anfrage ist wieder offen.

requests-none = Sie haben noch keine Anfrage gestellt.
requests-changed = zuletzt
requests-first = Zur ersten Seite

portal-state-new = Eingegangen
portal-state-open = In Arbeit
portal-state-waiting-customer = Sie sind dran
portal-state-waiting-third-party = Wartet auf andere
portal-state-solved = Gelöst
portal-state-closed = Geschlossen
