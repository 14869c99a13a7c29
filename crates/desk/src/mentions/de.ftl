mention-find = Jemanden oder ein Team erwähnen
mention-none = So heißt niemand
mention-blind = darf dieses Ticket nicht sehen
mention-away = abwesend
