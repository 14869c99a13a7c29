view-mine = Mine
view-unassigned = Unassigned
view-due-today = Due today
view-breaching = Breaching
view-act = To do
view-waiting-customer = Waiting for customer
view-waiting-third-party = Waiting for third party
view-snoozed = Snoozed
view-open = All open
view-solved = Recently solved

list-count = { $count ->
    [one] 1 ticket
   *[other] { $count } tickets
}
list-newest = Newest change first
list-customer-last = The customer wrote last
list-to-top = To the top
list-empty-mine = Nothing is assigned to you
list-empty-unassigned = Everything is taken
list-empty-other = Nothing here
list-empty-help = What comes in appears here by itself.
list-empty-next = Show what there is to do
list-no-inbox = No inbox yet
list-no-inbox-help = Mail cannot come in until there is an inbox.
list-no-inbox-next = Set up an inbox
