problem-inbound-in-use = Deze mail zit al in een ticket of wordt zo gelezen
outcome-pending = Nog niet gelezen
outcome-created = Nieuw ticket
outcome-joined = Bij een ticket
outcome-bounce = Afleverrapport
outcome-ignored = Genegeerd
outcome-quarantined = In quarantaine
