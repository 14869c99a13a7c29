problem-ticket-merged = This ticket was merged into another one. Write there
problem-ticket-beyond-yours = You may read that ticket, but not change it
problem-merge-into-itself = A ticket cannot be merged into itself
problem-merge-cycle = That ticket was merged into this one. Take that back first
problem-into-merged = That ticket was merged into another one itself. Choose the other one
problem-into-closed = That ticket is closed. Open it again first
problem-move-into-itself = The messages are in this ticket already
problem-nothing-left = At least one message has to stay. To move all of them, merge the ticket
problem-link-to-itself = A ticket cannot be linked with itself
problem-link-exists = They are linked so already
problem-link-cycle = That would be a circle: the other one leads back to this one already
problem-has-parent = That ticket has a parent already
problem-change-undone = This was taken back already
field-unknown-ticket = There is no such ticket, or you may not see it

arrange-which = Number, subject, name or address
arrange-suggested = Other tickets of the same person
arrange-none = There are none. Search by number or words.
arrange-another = Another one
arrange-messages = Messages
arrange-merge = Merge…
arrange-merge-title = Merge into another ticket
arrange-merge-lead = Both become one conversation. You can take it back at any time.
arrange-into = Goes into
arrange-what = What will happen
arrange-moves-messages = { $count ->
    [one] One message
   *[other] { $count } messages
}
arrange-moves-notes = { $count ->
    [one] one note
   *[other] { $count } notes
}
arrange-moves-files = { $count ->
    [one] one file
   *[other] { $count } files
}
arrange-leads = #{ $source } is closed; its number, its links and answers to its mails lead to #{ $target }
arrange-clock = The promises of #{ $source } stand still; #{ $target } keeps its own
arrange-keeps = Status, people, tags and fields of #{ $target } stay; those of #{ $source } are kept for taking it back
arrange-target-done = #{ $number } is done and stays so. Open it again if there is still something to do.
arrange-people = Who of #{ $source } takes part in #{ $target } from now on?
arrange-people-help = They get the answers that follow and see nothing of what was said in #{ $target } before. Whoever is not ticked gets no answers of #{ $target }; what they write to #{ $source } still arrives.
arrange-already = Takes part in #{ $number } already
arrange-merge-go = Merge #{ $source } into #{ $target }
arrange-split = Split out…
arrange-split-title = Split messages out
arrange-split-lead = They become a ticket of their own. You can take it back at any time.
arrange-split-help = Whoever wrote the first of them asks in the new ticket. Its promises begin now; tags and fields stay here.
arrange-split-go = Open a ticket with them
arrange-move = Move…
arrange-move-title = Move messages to another ticket
arrange-move-lead = They stand there as if they had come there. You can take it back at any time.
arrange-move-help = Answers to them arrive there from now on. Nobody takes part there because of it.
arrange-move-go = Move to #{ $number }
arrange-to = Goes to
arrange-link = Link…
arrange-link-title = Link with another ticket
arrange-link-lead = Each shows the other. You can take it back at any time.
arrange-link-is = #{ $number } is, to the other one,
arrange-link-go = Link
arrange-children = Solve children…
arrange-children-title = Solve children
arrange-children-lead = The open parts of this ticket are solved together. You can take it back at any time.
arrange-which-children = Which?
arrange-no-children = No child is open.
arrange-children-go = Solve them
arrange-merged = Merged
arrange-merged-history = History
arrange-merged-into = Merged into
arrange-links = Linked
arrange-gone = This was taken back already
arranged-merge = #{ $source } was merged into #{ $target }
arranged-split = Split out of #{ $source } into #{ $target }
arranged-move = Moved from #{ $source } to #{ $target }
arranged-link = #{ $source } and #{ $target } are linked
arranged-solve = The children of #{ $source } are solved

link-related = related to
link-blocks = blocks
link-blocked-by = blocked by
link-duplicate-of = duplicate of
link-has-duplicate = has the duplicate
link-child-of = child of
link-parent-of = parent of

history-merged = { $by } merged it into #{ $other }
history-unmerged = { $by } took it out of #{ $other } again
history-came-merge = { $by } merged #{ $other } into it
history-came-split = { $by } split it out of #{ $other }
history-came-move = { $by } moved messages here from #{ $other }
history-came-undo = { $by } took back what was moved: messages came back from #{ $other }
history-left-merge = { $by } merged it into #{ $other }
history-left-split = { $by } split messages out into #{ $other }
history-left-move = { $by } moved messages to #{ $other }
history-left-undo = { $by } took back what was moved: messages went back to #{ $other }
history-linked = { $by } linked it: { $link } #{ $other }
history-unlinked = { $by } took a link away: { $link } #{ $other }
history-children-solved = { $by } solved its children { $other }
history-children-reopened = { $by } took back that its children were solved: { $other }
