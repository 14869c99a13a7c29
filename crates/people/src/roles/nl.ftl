role-admin = Beheerder
role-lead = Teamleider
role-agent = Behandelaar
role-light-agent = Meelezer
role-help-admin = Alles, ook deze pagina.
role-help-lead = Werkt aan tickets en ziet ook postvakken en het maillogboek.
role-help-agent = Werkt aan tickets en antwoordt klanten.
role-help-light-agent = Leest tickets en schrijft notities; antwoordt niet aan klanten.
role-new = Nieuwe rol
role-remove = Deze rol verwijderen
role-admin-fixed = Een beheerder mag alles. Dat kan niet worden gewijzigd.
roles-title = Rollen
roles-lead = Een recht reikt zo ver als zijn bereik: eigen tickets, die van de eigen teams, postvakken of klantorganisaties, of alle.
roles-matrix = Rechten per rol
roles-permission = Recht
roles-reach = Reikt tot
roles-users = Gebruikers
roles-count = { $count ->
    [one] 1 persoon heeft deze rol.
   *[other] { $count } personen hebben deze rol.
}
roles-yes = ja
roles-no = nee
roles-none = helemaal niet
scope-all = alle
scope-team = eigen teams
scope-inbox = postvakken
scope-organisation = organisaties
scope-own = eigen
problem-role-built-in = De beheerder blijft zoals hij is, en ingebouwde rollen kunnen niet worden verwijderd
problem-role-in-use = Iemand heeft deze rol. Geef eerst een andere
field-whole-desk = Werkt op alle tickets: alleen samen met alle tickets zien
permission-myself = Eigen zaken wijzigen: profiel, afwezigheden, instellingen
