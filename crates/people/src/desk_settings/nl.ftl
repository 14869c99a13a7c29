desk-title = De desk
desk-lead = Wat geldt voor iedereen die niets anders heeft gekozen.
desk-name = Naam van de desk
desk-name-help = Staat boven de pagina's voor klanten en in elke e-mail.
desk-language-help = Voor nieuwe gebruikers en voor klanten van wie de taal niet bekend is.
desk-tokens-lead = Wat programma's bezitten, van alle gebruikers. Beëindig wat niemand kent.
desk-tokens-none = Geen tokens
desk-token-user = Handelt namens
desk-token-all = Alles wat de gebruiker mag

desk-brand = De pagina's voor klanten
desk-brand-lead = Deze pagina's en e-mails dragen de naam van de desk en dit hier. Wat u ook kiest, de woorden blijven leesbaar.
desk-brand-see = Bekijken
desk-brand-colour = Kleur
desk-brand-colour-help = Van knoppen, links en de balk erboven. Bijvoorbeeld #3654c8.
desk-brand-ground = Kleur achter de kop
desk-brand-ground-help = Achter het logo. Leeg: wit, of donker voor wie dat prettig vindt.
desk-brand-logo = Logo
desk-brand-logo-help = PNG of JPEG, hoogstens 64 KB en 1.000 pixels per zijde. Wordt 32 pixels hoog getoond.
desk-brand-logo-now = Het huidige logo
desk-brand-no-logo = Logo weghalen

field-colour = Dit is geen kleur. Verwacht worden # en zes cijfers, bijvoorbeeld #3654c8
field-logo-type = Dit is geen PNG en geen JPEG
field-logo-large = Het logo is te groot: hoogstens 64 KB en 1.000 pixels per zijde

desk-no-offline = Apparaten bewaren geen tickets
desk-no-offline-help = Dan leest niemand zonder verbinding. Wat zonder verbinding wordt geschreven, wacht nog steeds verzegeld op het apparaat.
desk-council-mode = Ondernemingsraadmodus
desk-council-mode-help = Cijfers over mensen: niemand ziet cijfers van afzonderlijke collega’s, alleen van teams, en ieder de eigen. Aan, tenzij een afspraak met het personeel iets anders zegt; elke wijziging staat in het gebeurtenissenlogboek.
