status-new = Nieuw
status-open = Open
status-waiting-customer = Wacht op klant
status-waiting-third-party = Wacht op derde
status-solved = Opgelost
status-closed = Gesloten

statuses-lead = Wat tickets kunnen zijn en wat een servicedesk ervan wil weten.
statuses-title = Statussen
statuses-category = Categorie
statuses-name = Naam
statuses-help = De categorieën bepalen wat er gebeurt; de namen kiest u. Een lege naam is het gebruikelijke woord in de taal van de lezer.
statuses-new = Nieuwe status
statuses-add = Status toevoegen
statuses-archive = Buiten gebruik stellen
