problem-outbound-not-failed = Diese Mail ist nicht fehlgeschlagen
delivery-waiting = Wartet auf den Versand
delivery-sending = Wird versendet
delivery-sent = Versendet
delivery-failed = Nicht zugestellt
delivery-bounced = Kam zurück
