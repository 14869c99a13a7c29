# The frame around every page.
frame-skip = Skip to the content
frame-main = Main
frame-main-phone = Main, on the phone
frame-start = Firstline, to the start
frame-tickets = Tickets
frame-new = New ticket
frame-search = Search and commands
frame-people = People and organisations
frame-settings = Settings
frame-profile = Profile and security
frame-theme = Light or dark
frame-sign-out = Sign out
frame-your-menu = { $name }, your menu
frame-bar-new = New
frame-bar-search = Search
frame-bar-you = You
frame-views = Views
frame-details = Details
frame-more = More

settings-you = You
settings-people = People
settings-users = Users
settings-teams = Teams
settings-roles = Roles
settings-contacts = Contacts
settings-organisations = Organisations
settings-channels = Channels
settings-inboxes = Inboxes
settings-inbound = Received
settings-outbox = Outbox
settings-webhooks = Webhooks
settings-desk = Desk
settings-desk-page = Name, language, brand
settings-statuses = Statuses and fields
settings-service = Service
settings-calendars = Calendars
settings-rules = Rules
settings-sla = Promises (SLA)
settings-tokens = API tokens
settings-api = API

keys-title = Keyboard shortcuts
keys-anywhere = Anywhere
keys-this = This sheet
keys-list = List
keys-move = Down, up
keys-open = Open
keys-back = Back to the list
keys-ticket = Ticket
keys-reply = Reply
keys-reply-all = Reply to all
keys-note = Note
keys-forward = Forward
keys-toggle = Reply or note
keys-assign = Assign, to me
keys-properties = Status, priority, tags
keys-solve = Solve
keys-undo = Take back
keys-copy = Copy number, link, title
keys-writing = Writing
keys-send = Send
keys-send-solve = Send and solve
keys-leave = Leave the text
keys-off = Single keys can be switched off:

palette-placeholder = Go to, do, find…
palette-results = Results
palette-go = Go to
palette-do = Do

script-draft-saved = Draft saved
script-draft-failed = Draft not saved
script-new-or-changed = { $count } new or changed
script-close = Close
script-save = Save the file
script-previous = Previous file
script-next = Next file
script-copied = Copied
script-remove = Remove
script-nothing-found = Nothing found
script-found = Found
script-upload-failed = { $name } was not uploaded: { $why }
script-link-address = Address of the link
script-wrong-address = This is no e-mail address
script-show = Show
script-hide = Hide
script-show-all = Show all
script-show-less = Show less

form-optional = optional
form-mistakes = { $count ->
    [one] One thing to correct
   *[other] { $count } things to correct
}
form-mistakes-help = It is marked below. What you typed is kept; only passwords have to be typed again.
form-to-mistake = To the first one
form-save = Save
form-cancel = Cancel
form-copy = Copy
form-undo = Undo

list-newer = Newer
list-older = Older
list-pages = Pages
breadcrumb = Where you are
message-quoted = Show the quoted text

portal-ask = Ask
portal-requests = My requests
portal-account = Account
portal-enter = Sign in
portal-leave = Sign out
portal-language = Language
settings-jobs = Failed jobs
settings-alarm = needs somebody to look
