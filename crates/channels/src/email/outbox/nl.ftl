problem-outbound-not-failed = Deze mail is niet mislukt
delivery-waiting = Wacht op verzending
delivery-sending = Wordt verzonden
delivery-sent = Verzonden
delivery-failed = Niet afgeleverd
delivery-bounced = Kwam terug
