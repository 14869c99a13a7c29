problem-inbound-in-use = Diese Mail gehört schon zu einem Ticket oder wird gleich gelesen
outcome-pending = Noch nicht gelesen
outcome-created = Neues Ticket
outcome-joined = Zu einem Ticket
outcome-bounce = Zustellbericht
outcome-ignored = Ignoriert
outcome-quarantined = In Quarantäne
