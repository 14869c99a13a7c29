mention-find = Een collega of team vermelden
mention-none = Zo heet niemand
mention-blind = mag dit ticket niet zien
mention-away = afwezig
