status-new = Nieuw
status-open = Open
status-waiting-customer = Wacht op klant
status-waiting-third-party = Wacht op derde
status-solved = Opgelost
status-closed = Gesloten
