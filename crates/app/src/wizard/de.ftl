setup-title = Ihren Helpdesk einrichten
setup-lead = Zwei Minuten. Alles lässt sich später ändern.
setup-code = Code aus der Konsole
setup-code-help = Das Programm hat ihn beim Start als „setup code“ ausgegeben. Er zeigt, dass dieser Rechner Ihnen gehört.
setup-desk = Der Helpdesk
setup-desk-name = Name des Helpdesks
setup-desk-name-help = Steht über den Seiten Ihrer Kunden und in jeder E-Mail.
setup-language = Sprache
setup-language-help = Jede Person kann eine andere wählen.
setup-admin = Sie, die erste Person in der Administration
setup-admin-name = Ihr Name
setup-admin-email = E-Mail-Adresse
setup-admin-password = Passwort
setup-admin-password-help = Ein Satz lässt sich leichter merken als Zeichen.
setup-save = Einrichten

field-wrong-code = Das ist nicht der Code, den die Konsole zeigt

problem-setup-required = Dieser Helpdesk ist noch nicht eingerichtet. Öffnen Sie /setup in einem Browser
problem-setup-done = Dieser Helpdesk ist bereits eingerichtet
problem-setup-too-often = Zu viele falsche Codes. Warten Sie zehn Minuten und versuchen Sie es dann noch einmal
