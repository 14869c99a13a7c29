problem-outbound-not-failed = Diese Mail ist nicht fehlgeschlagen
delivery-waiting = Wartet auf den Versand
delivery-sending = Wird versendet
delivery-sent = Versendet
delivery-failed = Nicht zugestellt
delivery-bounced = Kam zurück
acknowledgement-subject = Wir haben Ihre Anfrage erhalten [#{ $number }]
acknowledgement-text =
    Guten Tag,

    wir haben Ihre Anfrage erhalten. Sie hat die Nummer #{ $number }.
    Hier können Sie sie verfolgen und antworten:

    { $link }

    Oder antworten Sie einfach auf diese Mail.

    { $desk }
