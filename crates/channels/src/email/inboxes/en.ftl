permission-inboxes-view = See inboxes and the mail ledger
permission-inboxes-manage = Manage inboxes and replay mail
field-host = This is no name of a server
field-selector = Letters, digits, dots and dashes only
field-private-key = This is no private key in PEM form (RSA or Ed25519)
