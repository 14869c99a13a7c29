desk-title = The desk
desk-lead = What holds for everybody who has chosen nothing else.
desk-name = Name of the desk
desk-name-help = Stands above the customers' pages and in every mail.
desk-language-help = For new users, and for customers whose language is not known.
desk-tokens-lead = What programs hold, of all users. End what nobody knows.
desk-tokens-none = No tokens
desk-token-user = Acts for
desk-token-all = Everything that its user may

desk-brand = The customers’ side
desk-brand-lead = Their pages and mails carry the desk's name and these. Whatever you choose, words stay readable.
desk-brand-see = See it
desk-brand-colour = Colour
desk-brand-colour-help = Of buttons, links and the bar above. Like #3654c8.
desk-brand-ground = Colour behind the head
desk-brand-ground-help = Behind the logo. Empty: white, or dark for who likes it dark.
desk-brand-logo = Logo
desk-brand-logo-help = PNG or JPEG, at most 64 KB and 1,000 pixels a side. Shown 32 pixels high.
desk-brand-logo-now = The present logo
desk-brand-no-logo = Take the logo away

field-colour = This is no colour. Expected # and six digits, like #3654c8
field-logo-type = This is no PNG and no JPEG
field-logo-large = The logo is too large: at most 64 KB and 1,000 pixels a side

desk-no-offline = Devices keep no tickets
desk-no-offline-help = Then nobody reads without a connection. What people write without one still waits on their device, sealed.
desk-council-mode = Works-council mode
desk-council-mode-help = Numbers about people: nobody sees figures of single colleagues, only of teams, and everybody their own. On unless an agreement with the people who work here says otherwise; each change stands in the event log.
