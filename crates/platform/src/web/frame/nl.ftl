frame-skip = Naar de inhoud
frame-main = Hoofdmenu
frame-main-phone = Hoofdmenu op de telefoon
frame-start = Firstline, naar het begin
frame-tickets = Tickets
frame-new = Nieuw ticket
frame-search = Zoeken en opdrachten
frame-people = Personen en organisaties
frame-settings = Instellingen
frame-profile = Profiel en beveiliging
frame-theme = Licht of donker
frame-sign-out = Afmelden
frame-your-menu = { $name }, uw menu
frame-bar-new = Nieuw
frame-bar-search = Zoeken
frame-bar-you = U
frame-views = Weergaven
frame-details = Details
frame-more = Meer

settings-you = U
settings-people = Personen
settings-users = Gebruikers
settings-teams = Teams
settings-roles = Rollen
settings-contacts = Contacten
settings-organisations = Organisaties
settings-channels = Kanalen
settings-inboxes = Postvakken
settings-inbound = Ontvangen
settings-outbox = Postvak UIT
settings-webhooks = Webhooks
settings-desk = Servicedesk
settings-desk-page = Naam, taal, huisstijl
settings-statuses = Statussen en velden
settings-service = Service
settings-calendars = Kalenders
settings-sla = Afspraken (SLA)
settings-tokens = API-tokens

keys-title = Sneltoetsen
keys-anywhere = Overal
keys-this = Dit overzicht
keys-list = Lijst
keys-move = Omlaag, omhoog
keys-open = Openen
keys-back = Terug naar de lijst
keys-ticket = Ticket
keys-reply = Beantwoorden
keys-reply-all = Allen beantwoorden
keys-note = Notitie
keys-forward = Doorsturen
keys-toggle = Antwoord of notitie
keys-assign = Toewijzen, aan mij
keys-properties = Status, prioriteit, labels
keys-snooze = Uitstellen
keys-solve = Oplossen
keys-copy = Nummer, link, titel kopiëren
keys-writing = Schrijven
keys-send = Versturen
keys-send-solve = Versturen en oplossen
keys-leave = Tekst verlaten
keys-off = Losse toetsen kunt u uitschakelen:

palette-placeholder = Ga naar, doe, vind…
palette-results = Resultaten
palette-go = Ga naar
palette-do = Doen

script-draft-saved = Concept opgeslagen
script-draft-failed = Concept niet opgeslagen
script-new-or-changed = { $count } nieuw of gewijzigd
script-close = Sluiten
script-copied = Gekopieerd
script-remove = Verwijderen
script-nothing-found = Niets gevonden
script-found = Gevonden
script-upload-failed = { $name } is niet geüpload: { $why }
script-link-address = Adres van de link
script-wrong-address = Dit is geen e-mailadres
script-show = Tonen
script-hide = Verbergen
script-show-all = Alles tonen
script-show-less = Minder tonen

form-optional = optioneel
form-mistakes = { $count ->
    [one] Eén punt om te verbeteren
   *[other] { $count } punten om te verbeteren
}
form-mistakes-help = Het staat hieronder gemarkeerd. Wat u invulde, is bewaard.
form-to-mistake = Naar het eerste punt
form-save = Opslaan
form-cancel = Annuleren
form-copy = Kopiëren
form-undo = Ongedaan maken

list-newer = Nieuwer
list-older = Ouder
list-pages = Pagina’s
breadcrumb = Waar u bent
message-quoted = Geciteerde tekst tonen

portal-ask = Vraag stellen
portal-requests = Mijn aanvragen
portal-enter = Inloggen
portal-leave = Uitloggen
portal-language = Taal
