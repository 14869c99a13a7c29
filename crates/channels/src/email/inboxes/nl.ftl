permission-inboxes-view = Postvakken en maillogboek bekijken
permission-inboxes-manage = Postvakken beheren en mail opnieuw verwerken
field-host = Dit is geen naam van een server
field-selector = Alleen letters, cijfers, punten en streepjes
field-private-key = Dit is geen privésleutel in PEM-vorm (RSA of Ed25519)
