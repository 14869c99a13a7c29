field-key = Alleen kleine letters, cijfers en _, hoogstens 60
field-choices = Een keuze heeft woorden nodig om uit te kiezen; andere soorten hebben er geen
field-date = Dit is geen datum zoals 2026-11-21

fields-title = Eigen velden van tickets
fields-none = Er zijn er nog geen. Een veld dat u toevoegt, staat naast elk ticket.
fields-name = Veld
fields-key = Sleutel
fields-key-help = Voor programma’s; kleine letters, cijfers en _. Die verandert nooit.
fields-kind = Soort
fields-choices = Keuzes
fields-choices-help = Eén per regel; alleen voor de soort ‘Keuze’.
fields-add = Veld toevoegen
field-kind-text = Tekst
field-kind-number = Getal
field-kind-date = Datum
field-kind-choice = Keuze
field-kind-checkbox = Selectievakje
