problem-outbound-not-failed = Deze mail is niet mislukt
delivery-waiting = Wacht op verzending
delivery-sending = Wordt verzonden
delivery-sent = Verzonden
delivery-failed = Niet afgeleverd
delivery-bounced = Kwam terug
acknowledgement-subject = Wij hebben uw verzoek ontvangen [#{ $number }]
acknowledgement-text =
    Goedendag,

    wij hebben uw verzoek ontvangen. Het nummer is #{ $number }.
    Hier kunt u het volgen en antwoorden:

    { $link }

    Of beantwoord gewoon deze mail.

    { $desk }
