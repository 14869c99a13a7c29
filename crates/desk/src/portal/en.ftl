acknowledgement-subject = We have your request [#{ $number }]
acknowledgement-text =
    Hello,

    thank you for writing to { $desk }. We have your request and will answer it. Its number is #{ $number }.

    You can read it, add to it and close it here:

    { $link }

    The link is for you alone. Please do not pass it on.

    You did not write to us? Then somebody used your address. You need not do anything.
