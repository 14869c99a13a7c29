problem-outbound-not-failed = This mail did not fail
delivery-waiting = Waiting to be sent
delivery-sending = Being sent
delivery-sent = Sent
delivery-failed = Not delivered
delivery-bounced = Came back
acknowledgement-subject = We have received your request [#{ $number }]
acknowledgement-text =
    Hello,

    we have received your request. Its number is #{ $number }.
    You can follow it and answer here:

    { $link }

    Or simply reply to this mail.

    { $desk }
