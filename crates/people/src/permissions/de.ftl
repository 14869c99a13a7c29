permission-people-view = Benutzer, Teams und Rollen sehen
permission-people-manage = Benutzer, Teams und Rollen verwalten
permission-contacts-view = Kontakte und Organisationen sehen
permission-contacts-manage = Kontakte und Organisationen anlegen und ändern
permission-desk-manage = Name, Sprache und Zeitzone des Desks ändern
