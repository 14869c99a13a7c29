desk-title = Der Desk
desk-lead = Was für alle gilt, die nichts anderes gewählt haben.
desk-name = Name des Desks
desk-name-help = Steht über den Seiten für Kundinnen und Kunden und in jeder E-Mail.
desk-language-help = Für neue Benutzer und für Kundinnen und Kunden, deren Sprache nicht bekannt ist.
desk-tokens-lead = Was Programme besitzen, von allen Benutzern. Beenden Sie, was niemand kennt.
desk-tokens-none = Keine Token
desk-token-user = Handelt für
desk-token-all = Alles, was der Benutzer darf

desk-brand = Die Seiten für Kundinnen und Kunden
desk-brand-lead = Diese Seiten und E-Mails tragen den Namen des Desks und dies hier. Was Sie auch wählen, die Wörter bleiben lesbar.
desk-brand-see = Ansehen
desk-brand-colour = Farbe
desk-brand-colour-help = Von Knöpfen, Links und dem Streifen darüber. Zum Beispiel #3654c8.
desk-brand-ground = Farbe hinter dem Kopf
desk-brand-ground-help = Hinter dem Logo. Leer: weiß, oder dunkel, wer es dunkel mag.
desk-brand-logo = Logo
desk-brand-logo-help = PNG oder JPEG, höchstens 64 KB und 1.000 Pixel je Seite. Wird 32 Pixel hoch gezeigt.
desk-brand-logo-now = Das jetzige Logo
desk-brand-no-logo = Logo entfernen

field-colour = Das ist keine Farbe. Erwartet werden # und sechs Ziffern, zum Beispiel #3654c8
field-logo-type = Das ist weder PNG noch JPEG
field-logo-large = Das Logo ist zu groß: höchstens 64 KB und 1.000 Pixel je Seite

desk-no-offline = Geräte behalten keine Tickets
desk-no-offline-help = Dann liest niemand ohne Verbindung. Was ohne Verbindung geschrieben wird, wartet weiterhin versiegelt auf dem Gerät.
desk-council-mode = Betriebsrats-Modus
desk-council-mode-help = Zahlen über Menschen: Niemand sieht Zahlen einzelner Kolleginnen und Kollegen, nur solche von Teams, und jede Person die eigenen. Eingeschaltet, solange keine Vereinbarung mit den Beschäftigten etwas anderes sagt; jede Änderung steht im Ereignisprotokoll.
