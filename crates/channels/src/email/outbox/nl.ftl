problem-outbound-not-failed = Deze mail is niet mislukt
letter-open = Pagina openen
letter-follow = Hier leest en beantwoordt u dit, of beantwoord gewoon deze e-mail:
