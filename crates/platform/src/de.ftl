time-just-now = gerade eben
time-minutes-ago = { $count ->
    [one] vor 1 Minute
   *[other] vor { $count } Minuten
}
time-hours-ago = { $count ->
    [one] vor 1 Stunde
   *[other] vor { $count } Stunden
}
month-1 = Jan.
month-2 = Febr.
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = Aug.
month-9 = Sept.
month-10 = Okt.
month-11 = Nov.
month-12 = Dez.

error-help-not-found = Es existiert nicht, oder es ist nicht für Sie bestimmt. Prüfen Sie die Adresse oder gehen Sie zum Anfang zurück.
error-help-forbidden = Ihre Rolle erlaubt das nicht. Die Administration kann das ändern.
error-help-server = Was Sie eingegeben haben, ging bei uns nicht verloren. Versuchen Sie es gleich noch einmal; bleibt es so, nennen Sie der Administration die Uhrzeit.
error-help-other = Gehen Sie zurück, korrigieren Sie es und versuchen Sie es noch einmal.
error-home = Zum Anfang

problem-invalid = Daran stimmt etwas nicht
error-expected = Erwartet wird hier: { $words }
problem-not-found = Nicht gefunden
problem-changed-meanwhile = Jemand hat es geändert, seit Sie es gelesen haben
problem-internal = Bei uns ist etwas schiefgegangen
problem-busy = Das System ist ausgelastet. Versuchen Sie es gleich noch einmal
problem-database-full = In der Datenbank ist kein Platz mehr. Bitte geben Sie der Administration Bescheid
problem-sign-in-required = Bitte melden Sie sich an
problem-permission-required = Das dürfen Sie nicht
problem-cross-site-request = Diese Anfrage kam von einer anderen Website
problem-method-not-allowed = Diese Adresse nimmt solche Anfragen nicht an
problem-too-large = Das ist zu groß
problem-json-expected = Der Inhalt muss JSON sein (Content-Type: application/json)
problem-address-malformed = Ein Wert in der Adresse ist nicht lesbar
problem-json-malformed = Der Inhalt ist kein JSON
problem-form-malformed = Das Formular konnte nicht gelesen werden
problem-job-unreadable = Die Daten des Auftrags sind nicht lesbar
problem-job-unknown = Dieses Programm kennt diese Art von Auftrag nicht

field-required = Das wird gebraucht
field-repeated-field = Dieses Feld steht zweimal da
field-unknown-field = Ein solches Feld gibt es nicht
field-unknown-parameter = Einen solchen Parameter gibt es nicht
field-unknown-word = Das ist keines der möglichen Wörter
field-unknown-cursor = Das ist kein Cursor von uns
field-wrong-type = Das ist von der falschen Art
field-positive-number = Das muss eine Zahl ab 1 sein
field-too-long = Das ist zu lang
field-email = Das ist keine E-Mail-Adresse
field-phone = Das ist keine Telefonnummer
field-taken = Das ist schon vergeben
field-unknown-id = Mit dieser Kennung gibt es nichts
problem-idempotency-key-invalid = Der Idempotency-Key ist leer oder länger als 200 Zeichen
problem-idempotency-key-reused = Dieser Idempotency-Key kam schon mit einer anderen Anfrage
