permission-tickets-view = See tickets
permission-tickets-note = Write internal notes
permission-tickets-reply = Answer customers
permission-tickets-edit = Change tickets
permission-tickets-create = Open tickets

problem-ticket-changed = Somebody changed this ticket since you read it
problem-ticket-closed = This ticket is closed. Please open a new one
problem-no-space = There is no space left for files
field-tag = A tag is one short word or line without commas

ticket-kind-question = Question
ticket-kind-incident = Incident
ticket-kind-service-request = Service request
ticket-kind-complaint = Complaint
ticket-kind-order = Order
ticket-kind-problem = Problem
ticket-kind-change = Change
priority-low = Low
priority-normal = Normal
priority-high = High
priority-urgent = Urgent
channel-email = E-mail
channel-web = Web form
channel-api = Program
channel-phone = Phone
channel-walk-in = In person
channel-letter = Letter
channel-chat = Chat
channel-messaging = Messaging

ticket-conversation = Conversation
ticket-perhaps = This perhaps belongs to
ticket-reopened = { $count ->
    [one] reopened once
   *[other] reopened { $count } times
}
ticket-solve = Solve
ticket-reopen = Reopen
ticket-assign-me = Assign to me
ticket-follow = Follow
ticket-unfollow = Stop following
ticket-copy-number = Copy the number
ticket-requester = Who asks
ticket-properties = Properties
ticket-subject = Subject
ticket-edit-subject = Change the subject
ticket-status = Status
ticket-priority = Priority
ticket-assignee = Assignee
ticket-nobody = Nobody
ticket-me = me
ticket-team = Team
ticket-no-team = No team
ticket-type = Type
ticket-tags = Tags
ticket-tags-help = separated by commas
ticket-due = Due
ticket-people = People
ticket-add-person = E-mail address in copy
ticket-remove-person = Take { $name } out of copy
ticket-role-requester = asks
ticket-role-cc = in copy
ticket-role-follower = follows
ticket-others = Other tickets
contact-email = E-mail
contact-phone = Phone

search-title = Search
search-for = Number, subject, name, address or phone number
search-go = Search
search-help = A ticket’s number, words of its subject, or a person.
search-nothing = Nothing found for “{ $asked }”

new-channel = How did it come in?
new-channel-phone = Phone
new-channel-walk-in = In person
new-channel-letter = Letter
new-channel-email = E-mail to the customer
new-who = Who asks
new-who-placeholder = Name, e-mail or phone
new-who-help = Nobody found? A new contact is made from what you type.
new-phone = Number to call back
new-text = What is it about?
new-text-help = Left empty, the subject says it all. With “E-mail to the customer” this is sent.
new-files = Files
new-open = Open ticket
new-open-solve = Open and solve
