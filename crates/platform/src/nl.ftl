time-just-now = zojuist
time-minutes-ago = { $count ->
    [one] 1 minuut geleden
   *[other] { $count } minuten geleden
}
time-hours-ago = { $count ->
    [one] 1 uur geleden
   *[other] { $count } uur geleden
}
month-1 = jan
month-2 = feb
month-3 = mrt
month-4 = apr
month-5 = mei
month-6 = jun
month-7 = jul
month-8 = aug
month-9 = sep
month-10 = okt
month-11 = nov
month-12 = dec

error-help-not-found = Het bestaat niet, of het is niet voor u. Controleer het adres of ga terug naar het begin.
error-help-forbidden = Uw rol staat dit niet toe. De beheerder kan dat wijzigen.
error-help-server = Wat u invoerde is bij ons niet verloren. Probeer het zo meteen opnieuw; blijft het zo, geef de beheerder dan het tijdstip door.
error-help-other = Ga terug, verbeter het en probeer het opnieuw.
error-home = Naar het begin

problem-invalid = Er klopt iets niet
error-expected = Hier wordt verwacht: { $words }
problem-not-found = Niet gevonden
problem-changed-meanwhile = Iemand heeft het gewijzigd sinds u het las
problem-internal = Er ging bij ons iets mis
problem-busy = Het systeem is bezet. Probeer het zo meteen opnieuw
problem-database-full = Er is geen ruimte meer in de database. Geef het door aan uw beheerder
problem-sign-in-required = Meld u aan
problem-permission-required = Dit mag u niet
problem-cross-site-request = Dit verzoek kwam van een andere site
problem-method-not-allowed = Dit adres neemt zulke verzoeken niet aan
problem-too-large = Dat is te groot
problem-json-expected = De inhoud moet JSON zijn (Content-Type: application/json)
problem-address-malformed = Een waarde in het adres is niet leesbaar
problem-json-malformed = De inhoud is geen JSON
problem-form-malformed = Het formulier kon niet worden gelezen
problem-job-unreadable = De gegevens van de taak zijn onleesbaar
problem-job-unknown = Dit programma kent deze soort taak niet

field-required = Dit is nodig
field-repeated-field = Dit veld staat er twee keer
field-unknown-field = Zo'n veld bestaat niet
field-unknown-parameter = Zo'n parameter bestaat niet
field-unknown-word = Dat is geen van de mogelijke woorden
field-unknown-cursor = Dit is geen cursor van ons
field-wrong-type = Dit is van de verkeerde soort
field-positive-number = Dit moet een getal vanaf 1 zijn
field-too-long = Dit is te lang
field-email = Dit is geen e-mailadres
field-phone = Dit is geen telefoonnummer
field-taken = Dit is al in gebruik
field-unknown-id = Met dit id bestaat er niets
problem-idempotency-key-invalid = De Idempotency-Key is leeg of langer dan 200 tekens
problem-idempotency-key-reused = Deze Idempotency-Key kwam al met een ander verzoek
