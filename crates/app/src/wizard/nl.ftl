setup-title = Uw helpdesk inrichten
setup-lead = Twee minuten. Alles kan later worden gewijzigd.
setup-code = Code uit de console
setup-code-help = Het programma heeft deze bij het starten getoond als “setup code”. Zo blijkt dat deze computer van u is.
setup-desk = De helpdesk
setup-desk-name = Naam van de helpdesk
setup-desk-name-help = Staat boven de pagina’s van uw klanten en in elke e-mail.
setup-language = Taal
setup-language-help = Iedereen kan een andere kiezen.
setup-admin = U, de eerste beheerder
setup-admin-name = Uw naam
setup-admin-email = E-mailadres
setup-admin-password = Wachtwoord
setup-admin-password-help = Een zin is makkelijker te onthouden dan tekens.
setup-save = Inrichten

field-wrong-code = Dit is niet de code die de console toont

problem-setup-required = Deze helpdesk is nog niet ingericht. Open /setup in een browser
problem-setup-done = Deze helpdesk is al ingericht
problem-setup-too-often = Te veel onjuiste codes. Wacht tien minuten en probeer het dan opnieuw
