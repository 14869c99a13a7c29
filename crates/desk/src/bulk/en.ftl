bulk-title = Change tickets
bulk-of = { $count ->
    [one] Change 1 ticket
   *[other] Change { $count } tickets
}
bulk-all-of = All of the filter
bulk-none = No ticket is chosen
bulk-none-help = Tick tickets of a list first.
bulk-back = Back to the list
bulk-help = What you leave alone stays as it is. Nothing changes before you have seen what will.
bulk-keep = – stays –
bulk-add-tags = Add tags
bulk-remove-tags = Remove tags
bulk-preview = Show what will change
bulk-what-happens = What will happen
bulk-stale = Something changed since you looked, and nothing was changed. This is how it stands now.
bulk-will-change = Will change
bulk-is-so = Is so already
bulk-cannot = Cannot be changed
bulk-some-cannot = { $count ->
    [one] 1 ticket cannot be changed
   *[other] { $count } tickets cannot be changed
}
bulk-why = Why
bulk-changes = Change
bulk-change = { $count ->
    [one] Change 1 ticket
   *[other] Change { $count } tickets
}
bulk-change-others = { $count ->
    [one] Change the other ticket
   *[other] Change the other { $count } tickets
}
bulk-takes-a-while = This takes a while. You see how far it is and can go on working.
bulk-more = and { $count } more
bulk-nothing = Nothing would change.
bulk-state-running = Tickets are being changed
bulk-state-done = Tickets are changed
bulk-state-stopped = Stopped: a ticket could no longer be changed
bulk-state-undoing = The change is being taken back
bulk-state-undone = The change is taken back
bulk-progress = { $done } of { $total }
bulk-look-again = Look again
bulk-outcome-changed = Changed
bulk-outcome-undone = Taken back
bulk-left = { $count ->
    [one] 1 ticket is left as it was
   *[other] { $count } tickets are left as they were
}
bulk-kept = { $count ->
    [one] 1 ticket could not be taken back
   *[other] { $count } tickets could not be taken back
}
bulk-changed-count = { $count ->
    [one] 1 ticket changed
   *[other] { $count } tickets changed
}
bulk-undone-count = { $count ->
    [one] 1 ticket taken back
   *[other] { $count } tickets taken back
}
bulk-details = Details
bulk-pick = Choose #{ $number }
bulk-chosen = { $count } chosen
bulk-open = Change chosen tickets
bulk-all-shown = All shown
bulk-all-found = All of this filter
history-with = { $count ->
    [one] in one step with 1 other ticket
   *[other] in one step with { $count } other tickets
}
problem-bulk-some-cannot = Some of the tickets cannot be changed. Nothing was changed.
problem-bulk-stale = Something changed since the preview. Nothing was changed.
problem-bulk-undone = This has been taken back already.
problem-bulk-under-way = This is still under way.
field-tag-both = A tag cannot be added and removed at once.
field-too-many-tickets = More than 10,000 tickets. Narrow the filter.
field-out-of-sight = There is no such ticket in your sight.
field-not-yours-to-change = You may not change this ticket.
field-too-many-tags = The ticket would have more than 50 tags.
field-no-longer-there = What was chosen is no longer there.
field-changed-since = It was changed again since.
