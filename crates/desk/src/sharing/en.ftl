permission-answers-manage = Change the canned replies, macros and templates of teams and of the desk
share-own = Only me
share-team = A team
share-desk = Everybody
share-legend = Who uses it
share-which-team = Which team
share-folder = Folder
share-folder-help = For example: Invoices
share-no-folder = Without a folder
share-name = Name
share-uses = Used
share-last-used = Last used
share-never = never
share-archive = Take out of use
share-archived = Out of use
share-restore = Use it again
share-times = { $count ->
    [0] never
    [one] once
   *[other] { $count } times
}
