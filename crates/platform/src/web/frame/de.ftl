frame-skip = Zum Inhalt springen
frame-main = Hauptnavigation
frame-main-phone = Hauptnavigation auf dem Telefon
frame-start = Firstline, zur Startseite
frame-tickets = Tickets
frame-new = Neues Ticket
frame-search = Suchen und Befehle
frame-people = Personen und Organisationen
frame-settings = Einstellungen
frame-profile = Profil und Sicherheit
frame-theme = Hell oder dunkel
frame-sign-out = Abmelden
frame-your-menu = { $name }, Ihr Menü
frame-bar-new = Neu
frame-bar-search = Suchen
frame-bar-you = Sie
frame-views = Ansichten
frame-details = Details
frame-more = Mehr

settings-you = Sie
settings-people = Personen
settings-users = Benutzer
settings-teams = Teams
settings-roles = Rollen
settings-contacts = Kontakte
settings-organisations = Organisationen
settings-channels = Kanäle
settings-inboxes = Postfächer
settings-inbound = Eingegangen
settings-outbox = Postausgang
settings-webhooks = Webhooks
settings-desk = Servicedesk
settings-desk-page = Name, Sprache, Marke
settings-statuses = Status und Felder
settings-service = Service
settings-calendars = Kalender
settings-sla = Zusagen (SLA)
settings-tokens = API-Token

keys-title = Tastenkürzel
keys-anywhere = Überall
keys-this = Diese Übersicht
keys-list = Liste
keys-move = Nach unten, nach oben
keys-open = Öffnen
keys-back = Zurück zur Liste
keys-ticket = Ticket
keys-reply = Antworten
keys-reply-all = Allen antworten
keys-note = Notiz
keys-forward = Weiterleiten
keys-toggle = Antwort oder Notiz
keys-assign = Zuweisen, mir zuweisen
keys-properties = Status, Priorität, Schlagwörter
keys-snooze = Zurückstellen
keys-solve = Lösen
keys-copy = Nummer, Link, Titel kopieren
keys-writing = Schreiben
keys-send = Senden
keys-send-solve = Senden und lösen
keys-leave = Text verlassen
keys-off = Einzelne Tasten lassen sich abschalten:

palette-placeholder = Gehe zu, tue, finde …
palette-results = Ergebnisse
palette-go = Gehe zu
palette-do = Ausführen

script-draft-saved = Entwurf gespeichert
script-draft-failed = Entwurf nicht gespeichert
script-new-or-changed = { $count } neu oder geändert
script-close = Schließen
script-copied = Kopiert
script-remove = Entfernen
script-nothing-found = Nichts gefunden
script-found = Gefunden
script-upload-failed = { $name } wurde nicht hochgeladen: { $why }
script-link-address = Adresse des Links
script-wrong-address = Das ist keine E-Mail-Adresse
script-show = Anzeigen
script-hide = Verbergen
script-show-all = Alles anzeigen
script-show-less = Weniger anzeigen

form-optional = freiwillig
form-mistakes = { $count ->
    [one] Eine Angabe ist zu korrigieren
   *[other] { $count } Angaben sind zu korrigieren
}
form-mistakes-help = Die Stelle ist unten markiert. Ihre Eingaben sind erhalten geblieben.
form-to-mistake = Zur ersten Stelle
form-save = Speichern
form-cancel = Abbrechen
form-copy = Kopieren
form-undo = Rückgängig

list-newer = Neuere
list-older = Ältere
list-pages = Seiten
breadcrumb = Sie sind hier
message-quoted = Zitierten Text anzeigen

portal-ask = Anfrage stellen
portal-requests = Meine Anfragen
portal-enter = Anmelden
portal-leave = Abmelden
portal-language = Sprache
