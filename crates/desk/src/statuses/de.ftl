status-new = Neu
status-open = Offen
status-waiting-customer = Wartet auf Kunde
status-waiting-third-party = Wartet auf Dritte
status-solved = Gelöst
status-closed = Geschlossen
