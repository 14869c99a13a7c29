problem-reply-sent = Diese Antwort ist schon gesendet
field-not-a-time = Geben Sie Datum und Uhrzeit an
field-in-the-past = Diese Zeit ist vorbei
field-too-far = Höchstens ein Jahr im Voraus
scheduled-sending = Wird gesendet
scheduled-sending-words = Wird gesendet: „{ $words }“
scheduled-of = Noch nicht gesendete Antwort von { $name }
scheduled-waits = Wird später gesendet
scheduled-held = Nicht gesendet
scheduled-at = Wird gesendet: { $time }
scheduled-overtaken = Seitdem hat jemand geschrieben. Sie wird nicht von selbst gesendet.
scheduled-take-back = Zurückholen und bearbeiten
scheduled-send-now = Jetzt senden
scheduled-taken-back = Zurückgeholt. Es ist wieder Ihr Entwurf.
scheduled-files = { $count ->
    [one] 1 Datei
   *[other] { $count } Dateien
}
scheduled-later = Später senden
scheduled-tomorrow = Morgen, 8:00
scheduled-working-day = Nächster Arbeitstag, wenn wir öffnen
scheduled-time = Datum und Uhrzeit
scheduled-at-time = Zu dieser Zeit
scheduled-because-news = Jemand hat vorher geschrieben. Lesen Sie es, dann senden oder ändern Sie die Antwort.
scheduled-because-restored = Der Helpdesk wurde aus einer Sicherung wiederhergestellt. Die Antwort ist vielleicht schon abgeschickt: Prüfen Sie es, dann senden Sie sie oder nehmen Sie sie zurück.
scheduled-because-sight = Wer sie geschrieben hat, darf dieses Ticket nicht mehr beantworten.
scheduled-because-other = Sie konnte so nicht gesendet werden. Prüfen Sie Empfänger und Dateien.
scheduled-held-subject = Ihre Antwort zu #{ $ticket } wurde nicht gesendet
scheduled-held-text = Ihre geplante Antwort zum Ticket #{ $ticket } wurde nicht zu ihrer Zeit gesendet.
