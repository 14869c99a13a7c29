field-key = Alleen kleine letters, cijfers en _, hoogstens 60
field-choices = Een keuze heeft woorden nodig om uit te kiezen; andere soorten hebben er geen
field-date = Dit is geen datum zoals 2026-11-21
