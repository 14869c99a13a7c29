field-key = Nur Kleinbuchstaben, Ziffern und _, höchstens 60
field-choices = Eine Auswahl braucht Wörter zum Auswählen; andere Arten haben keine
field-date = Das ist kein Datum wie 2026-11-21

fields-title = Eigene Felder von Tickets
fields-none = Noch gibt es keine. Ein Feld, das Sie hinzufügen, steht neben jedem Ticket.
fields-name = Feld
fields-key = Schlüssel
fields-key-help = Für Programme; Kleinbuchstaben, Ziffern und _. Er ändert sich nie.
fields-kind = Art
fields-choices = Auswahl
fields-choices-help = Eine je Zeile; nur für die Art „Auswahl“.
fields-add = Feld hinzufügen
field-kind-text = Text
field-kind-number = Zahl
field-kind-date = Datum
field-kind-choice = Auswahl
field-kind-checkbox = Kästchen
