view-mine = Van mij
view-unassigned = Zonder behandelaar
view-act = Te doen
view-waiting-customer = Wacht op klant
view-waiting-third-party = Wacht op derde
view-open = Alle open
view-solved = Onlangs opgelost
