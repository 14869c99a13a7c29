view-mine = Meine
view-unassigned = Ohne Bearbeiter
view-act = Zu tun
view-waiting-customer = Wartet auf Kunde
view-waiting-third-party = Wartet auf Dritte
view-open = Alle offenen
view-solved = Zuletzt gelöst
