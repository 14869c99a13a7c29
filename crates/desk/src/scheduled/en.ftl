problem-reply-sent = This answer is sent already
field-not-a-time = Give a date and a time
field-in-the-past = This time is over
field-too-far = At most a year ahead
scheduled-sending = Being sent
scheduled-sending-words = Being sent: “{ $words }”
scheduled-of = Answer of { $name } that is not sent yet
scheduled-waits = To be sent later
scheduled-held = Not sent
scheduled-at = Will be sent { $time }
scheduled-overtaken = Somebody wrote since. It will not be sent by itself.
scheduled-take-back = Take back and edit
scheduled-send-now = Send now
scheduled-taken-back = Taken back. It is your draft again.
scheduled-files = { $count ->
    [one] 1 file
   *[other] { $count } files
}
scheduled-later = Send later
scheduled-tomorrow = Tomorrow, 8:00
scheduled-working-day = Next working day, when we open
scheduled-time = Date and time
scheduled-at-time = At this time
scheduled-because-news = Somebody wrote before it was sent. Read it, then send it or change it.
scheduled-because-restored = The desk was restored from a backup. It may have been sent already: look, then send it or take it back.
scheduled-because-sight = Its writer may not answer this ticket any more.
scheduled-because-other = It could not be sent as it is. Look at its recipients and files.
scheduled-held-subject = Your answer to #{ $ticket } was not sent
scheduled-held-text = The answer to ticket #{ $ticket } that you had planned was not sent at its time.
