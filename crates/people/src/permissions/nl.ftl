permission-people-view = Gebruikers, teams en rollen bekijken
permission-people-manage = Gebruikers, teams en rollen beheren
permission-contacts-view = Contacten en organisaties bekijken
permission-contacts-manage = Contacten en organisaties toevoegen en wijzigen
permission-desk-manage = Naam, taal en tijdzone van de desk wijzigen
