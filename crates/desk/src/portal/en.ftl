acknowledgement-subject = We have your request [#{ $number }]
acknowledgement-text =
    Hello,

    thank you for writing to { $desk }. We have your request and will answer it. Its number is #{ $number }.

    You can read it, add to it and close it here:

    { $link }

    The link is for you alone. Please do not pass it on.

    You did not write to us? Then somebody used your address. You need not do anything.

ask-title = Ask for help
ask-mistake-title = Please correct:
ask-heading = How can we help?
ask-lead = You need no account. We send you an e-mail with a link by which you can follow your request.
ask-as = You are signed in as { $name } ({ $email }).
ask-label-name = Your name
ask-label-email = Your e-mail address
ask-label-subject = In a few words
ask-label-text = What is it about?
ask-text-help = Since when, where, and what you have tried already. Please no passwords.
ask-label-type = What kind of request is it?
ask-type-open = I do not know
ask-label-file = Files
ask-label-form = The form
ask-label-website = Leave this empty
ask-files-help = Up to 20 files, together at most { $size }.
ask-files-again = Please choose your files again: browsers forget them.
ask-send = Send

field-form-expired = It was open for too long. Nothing is lost: send it again
field-form-too-quick = That was quicker than people type. Wait a moment and send it again
field-too-many-files = These are too many files
field-files-too-large = The files are too large

received-title = We have your request
received-lead = Thank you. We will answer by e-mail.
received-number = Its number
received-mail = We confirm it by e-mail to the address you gave, once a day at most. The link in that mail leads to your request. If no mail comes, the address may have a typing error: please ask again.
received-follow = Follow the request
received-again = Ask something else

later-title = Too much at once
later-lead =
    { $minutes ->
        [one] This was not sent: too much came in from you or in your name. Please try again in a minute.
       *[other] This was not sent: too much came in from you or in your name. Please try again in { $minutes } minutes.
    }
later-text = What you wrote, to keep it

gone-title = This link does not work
gone-lead = It may be incomplete, or it has ended: links end half a year after the last news. Signed in you see all your requests; for that we send you a link, too.
gone-sign-in = See my requests
gone-ask = Ask something

follow-asked = Asked
follow-assignee = { $name } takes care of it
follow-talk = Messages
follow-whole = Show all of the text
follow-earlier = Earlier messages
follow-nothing = There is nothing here for you yet. What is sent to you from now on appears here.
follow-you = You
follow-quoted = Quoted text
follow-answer = Your answer
follow-send = Send the answer
follow-close-help = Is it done? Then you can close the request. An answer opens it again within 30 days.
follow-close = It is solved, close it
follow-reopen-help = Is it not solved after all?
follow-reopen = Open it again
follow-closed = This request is closed for good. Please ask anew; you can mention its number.
follow-done-answer = Your answer is sent.
follow-done-close = The request is closed. Thank you.
follow-done-reopen = The request is open again.

requests-none = You have not asked anything yet.
requests-changed = last news
requests-first = To the first page

portal-state-new = Received
portal-state-open = In progress
portal-state-waiting-customer = Your turn
portal-state-waiting-third-party = Waiting for others
portal-state-solved = Solved
portal-state-closed = Closed
