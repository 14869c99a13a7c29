status-new = New
status-open = Open
status-waiting-customer = Waiting for customer
status-waiting-third-party = Waiting for third party
status-solved = Solved
status-closed = Closed

statuses-lead = What tickets can be, and what a desk wants to know of them.
statuses-title = Statuses
statuses-category = Category
statuses-name = Name
statuses-help = The categories decide what happens; the names are yours. An empty name is the usual word in each reader’s language.
statuses-new = New status
statuses-add = Add status
statuses-archive = Take out of use
