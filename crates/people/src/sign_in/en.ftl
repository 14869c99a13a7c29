letter-invite-subject = Your access to { $desk }
letter-invite-text = Hello { $name },

    { $from } invites you to work on the support desk of { $desk }.
    Choose your password here; the link is good for 72 hours and works once:

    { $link }

    If you do not know what this is about, ignore this mail.
letter-reset-subject = New password for { $desk }
letter-reset-text = Hello { $name },

    somebody, probably you, asked for a new password for { $desk }.
    Choose it here; the link is good for 30 minutes and works once:

    { $link }

    If it was not you, ignore this mail: nothing changes.
letter-sign-in-subject = Your link to { $desk }
letter-sign-in-text = Hello { $name },

    this link shows you your requests at { $desk }. It is good for 30 minutes and works once:

    { $link }

    If you did not ask for it, ignore this mail.
letter-password-changed-subject = Your password for { $desk } was changed
letter-password-changed-text = Hello { $name },

    your password for { $desk } was changed just now, and all other sessions ended.
    If it was not you, choose a new one at once:

    { $link }

problem-token-unknown = This token is not good (any more)
problem-too-many-tries = Too many tries. Wait a while before the next
problem-changed-meanwhile = Somebody changed it since you read it
problem-link-used = This link was used or is too old
problem-session-needed = For this you have to sign in with a browser
field-password-short = At least 8 characters
field-password-common = This is guessed too easily
field-password-wrong = This is not the password
field-code-wrong = This code does not fit. Wait for the next one
