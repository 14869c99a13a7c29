mention-find = Mention a colleague or a team
mention-none = Nobody is called so
mention-blind = may not see this ticket
mention-away = away
