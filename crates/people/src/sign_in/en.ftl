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
problem-session-needed = For this you have to sign in with a browser
field-password-short = At least 8 characters
field-password-common = This is guessed too easily
field-password-wrong = This is not the password
field-code-wrong = This code does not fit. Wait for the next one

sign-in-title = Sign in
sign-in-heading = Sign in to { $desk }
sign-in-button = Sign in
sign-in-forgot = Forgotten your password?
sign-in-again = Back to sign-in
sign-in-customer = Ask for help as a customer
sign-in-wrong = The e-mail address or the password is wrong.
sign-in-wait = { $minutes ->
    [one] Too many tries. Try again in a minute.
   *[other] Too many tries. Try again in { $minutes } minutes.
}
second-step-title = Second step
second-step-lead = Type the six digits that your authenticator app shows.
second-step-code = Code
second-step-button = Continue
second-step-lost = If the phone is lost, ask an administrator to switch the second step off.
forgot-title = Forgotten password
forgot-lead = We send you a link with which you choose a new password. It is good for 30 minutes.
forgot-button = Send me the link
forgot-sent = If there is an account with this address, the link is on its way. Also look into your spam folder.
link-used-title = This link is no good any more
link-used-help = It was used already, is too old, or a newer one was sent. Your account is as it was.
link-used-new = Get a new link
reset-title = New password
reset-ends = All sessions and all your API tokens end.
invite-title = Welcome
new-password-for = For { $name }
new-password-button = Save the password
people-email = E-mail address
people-password = Password
people-new-password = New password
people-old-password = Present password
people-password-help = At least 8 characters. A sentence is easier than signs.
portal-sign-in-title = See your requests
portal-sign-in-lead = We send you a link. It is good for 30 minutes and needs no password.
portal-your-email = Your e-mail address
portal-send-link = Send me the link
portal-by-password = Sign in with a password instead
portal-link-used = It was used already, is too old, or a newer one was sent.
portal-welcome = Welcome, { $name }
portal-see-requests = See my requests
portal-account-title = Your account
portal-account-lead = With a password you need no mailed link to sign in.
portal-sign-out = Sign out
done-saved = Saved.
done-created = Added.
done-invited = The invitation is on its way.
done-invited-waits = The invitation waits until an inbox can send.
done-to-inboxes = Set up an inbox
done-removed = Removed.
done-ended = Ended at once.
done-password = The password is saved. All other sessions ended.
done-link = If we know this address, the link is on its way. Also look into your spam folder.
done-signed-out = You are signed out.
portal-account-addresses = Your addresses
portal-account-addresses-lead = We have added an address to your account. Until you confirm that it is yours, nobody can sign in with it.
portal-account-confirm = This is my address
