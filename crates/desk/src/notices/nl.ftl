notices-title = Meldingen
notices-lead = Wat u aangaat. Wie een ticket opent, heeft gelezen wat er hier over staat.
notices-unread = Ongelezen
notices-all = Alle
notices-read = Als gelezen markeren
notices-read-all = Alles als gelezen markeren
notices-is-unread = ongelezen
notices-none = Niets nieuws
notices-none-help = Wat u aangaat, verschijnt hier vanzelf.
notices-settings = Waarvan u hoort
notices-settings-lead = Kies waarvan u hoort, en waar. U hoort nooit van wat u zelf deed, of van wat u niet mag zien.
notices-what = Wat er gebeurt
notices-in-app = In het programma
notices-by-mail = Per mail
notices-mails = Mails
notices-mails-lead = Wat binnen een poos gebeurt, komt in één mail, in werktijd. Wat u dan al gelezen hebt, staat er niet in.
notices-bundle = Gebundeld voor
notices-bundle-help = Geteld vanaf het eerste dat gebeurt.
notices-minutes = { $count ->
    [60] 1 uur
    [240] 4 uur
   *[other] { $count } minuten
}
notices-hours = Werktijd
notices-hours-help = Wat daarbuiten gebeurt, wacht en komt als die begint.
notices-hours-desk = De uren van de desk
notices-hours-always = Dag en nacht
notice-what-mention = Vermelding
notice-help-mention = Een notitie noemt u, of een team van u.
notice-what-assigned = Aan u toegewezen
notice-help-assigned = Iemand gaf u een ticket.
notice-what-reply = De klant schreef
notice-help-reply = In een ticket dat van u is of dat u volgt.
notice-what-colleague = Een collega schreef
notice-help-colleague = Een antwoord of notitie in een ticket dat van u is of dat u volgt.
notice-what-sla-breached = Een toezegging is niet nagekomen
notice-help-sla-breached = De tijd is om in een ticket van u, of in een van uw team dat niemand heeft.
notice-what-sla-warned = Een toezegging loopt bijna af
notice-help-sla-warned = Dezelfde tickets, op tijd.
notice-what-call-back = Een beloofd telefoontje moet nu
notice-help-call-back = In een ticket van u, of door u beloofd waar niemand het ticket heeft.
notice-what-team = Nieuw voor uw team
notice-help-team = Een ticket kwam bij een team van u, en niemand heeft het.
notice-what-quarantine = Een mail in quarantaine
notice-help-quarantine = Voor wie de postvakken beheert.
notice-what-side-answer = Een antwoord naast de klant
notice-help-side-answer = In een zijgesprek waarin u het laatst schreef, of in een ticket van u.
notice-what-reminder = Een herinnering
notice-help-reminder = Op het tijdstip dat u naast een ticket koos.
notice-program = Het programma
notice-said-mention = { $by } heeft u vermeld
notice-said-assigned = { $by } heeft het aan u toegewezen
notice-said-reply = { $by } schreef
notice-said-colleague = { $by } antwoordde
notice-said-note = { $by } schreef een notitie
notice-said-sla-breached = De tijd is om: { $about }
notice-said-sla-warned = De tijd is bijna om: { $about }
notice-said-call-back = Het telefoontje aan { $about } moet nu
notice-said-team = Nieuw voor { $about }
notice-said-quarantine = Er is een mail in quarantaine
notice-said-side-answer = { $by } antwoordde: { $about }
notice-said-side-bounced = Een e-mail van een zijgesprek is niet bezorgd
notice-said-reminder = U wilde herinnerd worden: { $about }
notice-said-reminder-bare = U wilde hieraan herinnerd worden
notice-for = voor { $name }
notice-letter-subject = { $count ->
    [one] { $desk }: 1 melding
   *[other] { $desk }: { $count } meldingen
}
notice-letter-more = Er is meer:
notice-letter-why = Antwoord niet op deze mail. Hier kiest u waarvan u hoort:
