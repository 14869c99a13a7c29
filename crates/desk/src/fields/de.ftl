field-key = Nur Kleinbuchstaben, Ziffern und _, höchstens 60
field-choices = Eine Auswahl braucht Wörter zum Auswählen; andere Arten haben keine
field-date = Das ist kein Datum wie 2026-11-21
