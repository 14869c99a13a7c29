status-new = Neu
status-open = Offen
status-waiting-customer = Wartet auf Kunde
status-waiting-third-party = Wartet auf Dritte
status-solved = Gelöst
status-closed = Geschlossen

statuses-lead = Was Tickets sein können und was ein Servicedesk über sie wissen will.
statuses-title = Status
statuses-category = Kategorie
statuses-name = Name
statuses-help = Die Kategorien bestimmen, was geschieht; die Namen wählen Sie. Ein leerer Name ist das übliche Wort in der Sprache der Lesenden.
statuses-new = Neuer Status
statuses-add = Status hinzufügen
statuses-archive = Außer Gebrauch nehmen
