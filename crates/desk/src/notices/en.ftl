notices-title = Notifications
notices-lead = What concerns you. Opening a ticket reads what is about it.
notices-unread = Unread
notices-all = All
notices-read = Mark as read
notices-read-all = Mark all as read
notices-is-unread = unread
notices-none = Nothing new
notices-none-help = What concerns you appears here by itself.
notices-settings = What you hear of
notices-settings-lead = Choose what you hear of, and where. You never hear of what you did yourself, nor of what you may not see.
notices-what = What happens
notices-in-app = In the app
notices-by-mail = By mail
notices-mails = Mails
notices-mails-lead = What happens within a while comes in one mail, in working hours. What you have read by then is left out.
notices-bundle = Bundled for
notices-bundle-help = Counted from the first thing that happens.
notices-minutes = { $count ->
    [60] 1 hour
    [240] 4 hours
   *[other] { $count } minutes
}
notices-hours = Working hours
notices-hours-help = What happens outside of them waits, and comes when they begin.
notices-hours-desk = The desk’s hours
notices-hours-always = Around the clock
notice-what-mention = Mention
notice-help-mention = A note calls you, or a team of yours.
notice-what-assigned = Assigned to you
notice-help-assigned = Somebody gave you a ticket.
notice-what-reply = The customer wrote
notice-help-reply = On a ticket that is yours or that you follow.
notice-what-colleague = A colleague wrote
notice-help-colleague = An answer or a note on a ticket that is yours or that you follow.
notice-what-sla-breached = A promise is broken
notice-help-sla-breached = Its time ran out on a ticket of yours, or on one of your team that nobody has.
notice-what-sla-warned = A promise runs out soon
notice-help-sla-warned = The same tickets, in time.
notice-what-call-back = A promised call is due
notice-help-call-back = On a ticket of yours, or promised by you where nobody has the ticket.
notice-what-team = New for your team
notice-help-team = A ticket came to a team of yours, and nobody has it.
notice-what-quarantine = A mail in quarantine
notice-help-quarantine = For those who look after inboxes.
notice-what-side-answer = An answer beside the customer
notice-help-side-answer = In a side conversation in which you wrote last, or on a ticket of yours.
notice-what-reminder = A reminder
notice-help-reminder = At the time that you chose beside a ticket.
notice-program = The program
notice-said-mention = { $by } mentioned you
notice-said-assigned = { $by } assigned it to you
notice-said-reply = { $by } wrote
notice-said-colleague = { $by } answered
notice-said-note = { $by } left a note
notice-said-sla-breached = Time is up: { $about }
notice-said-sla-warned = Time is nearly up: { $about }
notice-said-call-back = The call to { $about } is due
notice-said-team = New for { $about }
notice-said-quarantine = A mail is in quarantine
notice-said-side-answer = { $by } answered: { $about }
notice-said-side-bounced = A mail of a side conversation was not delivered
notice-said-reminder = You wanted to be reminded: { $about }
notice-said-reminder-bare = You wanted to be reminded of this
notice-for = for { $name }
notice-letter-subject = { $count ->
    [one] { $desk }: 1 notification
   *[other] { $desk }: { $count } notifications
}
notice-letter-more = There is more:
notice-letter-why = Please do not answer this mail. You choose here what you hear of:
