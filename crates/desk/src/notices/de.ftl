notices-title = Benachrichtigungen
notices-lead = Was Sie betrifft. Wer ein Ticket öffnet, hat gelesen, was dazu hier steht.
notices-unread = Ungelesen
notices-all = Alle
notices-read = Als gelesen markieren
notices-read-all = Alle als gelesen markieren
notices-is-unread = ungelesen
notices-none = Nichts Neues
notices-none-help = Was Sie betrifft, erscheint hier von selbst.
notices-settings = Wovon Sie hören
notices-settings-lead = Wählen Sie, wovon Sie hören und wo. Von dem, was Sie selbst tun oder nicht sehen dürfen, hören Sie nie.
notices-what = Was geschieht
notices-in-app = Im Programm
notices-by-mail = Per Mail
notices-mails = Mails
notices-mails-lead = Was innerhalb einer Weile geschieht, kommt in einer Mail, in der Arbeitszeit. Was Sie bis dahin gelesen haben, fehlt darin.
notices-bundle = Gesammelt für
notices-bundle-help = Gezählt ab dem ersten Ereignis.
notices-minutes = { $count ->
    [60] 1 Stunde
    [240] 4 Stunden
   *[other] { $count } Minuten
}
notices-hours = Arbeitszeit
notices-hours-help = Was außerhalb geschieht, wartet und kommt, wenn sie beginnt.
notices-hours-desk = Die Zeiten des Desks
notices-hours-always = Rund um die Uhr
notice-what-mention = Erwähnung
notice-help-mention = Eine Notiz nennt Sie oder eines Ihrer Teams.
notice-what-assigned = Ihnen zugewiesen
notice-help-assigned = Jemand hat Ihnen ein Ticket gegeben.
notice-what-reply = Der Kunde hat geschrieben
notice-help-reply = In einem Ticket, das Sie haben oder dem Sie folgen.
notice-what-colleague = Jemand aus dem Haus hat geschrieben
notice-help-colleague = Eine Antwort oder Notiz in einem Ticket, das Sie haben oder dem Sie folgen.
notice-what-sla-breached = Eine Zusage ist verletzt
notice-help-sla-breached = Ihre Zeit ist abgelaufen: in einem Ticket, das Sie haben, oder in einem Ihres Teams, das niemand hat.
notice-what-sla-warned = Eine Zusage läuft bald ab
notice-help-sla-warned = Dieselben Tickets, rechtzeitig.
notice-what-call-back = Ein zugesagter Rückruf ist fällig
notice-help-call-back = In einem Ticket, das Sie haben, oder von Ihnen zugesagt, wo niemand das Ticket hat.
notice-what-team = Neu für Ihr Team
notice-help-team = Ein Ticket kam zu einem Ihrer Teams, und niemand hat es.
notice-what-quarantine = Eine Mail in Quarantäne
notice-help-quarantine = Für alle, die sich um Postfächer kümmern.
notice-what-side-answer = Eine Antwort neben dem Kunden
notice-help-side-answer = In einem Nebengespräch, in dem Sie zuletzt schrieben, oder in einem Ticket, das Sie haben.
notice-what-reminder = Eine Erinnerung
notice-help-reminder = Zum Zeitpunkt, den Sie neben einem Ticket gewählt haben.
notice-program = Das Programm
notice-said-mention = { $by } hat Sie erwähnt
notice-said-assigned = { $by } hat es Ihnen zugewiesen
notice-said-reply = { $by } hat geschrieben
notice-said-colleague = { $by } hat geantwortet
notice-said-note = { $by } hat eine Notiz geschrieben
notice-said-sla-breached = Die Zeit ist um: { $about }
notice-said-sla-warned = Die Zeit ist bald um: { $about }
notice-said-call-back = Der Rückruf bei { $about } ist fällig
notice-said-team = Neu für { $about }
notice-said-quarantine = Eine Mail ist in Quarantäne
notice-said-side-answer = { $by } antwortete: { $about }
notice-said-side-bounced = Eine E-Mail eines Nebengesprächs wurde nicht zugestellt
notice-said-reminder = Sie wollten erinnert werden: { $about }
notice-said-reminder-bare = Sie wollten daran erinnert werden
notice-for = für { $name }
notice-letter-subject = { $count ->
    [one] { $desk }: 1 Benachrichtigung
   *[other] { $desk }: { $count } Benachrichtigungen
}
notice-letter-more = Es gibt noch mehr:
notice-letter-why = Bitte antworten Sie nicht auf diese Mail. Hier wählen Sie, wovon Sie hören:
