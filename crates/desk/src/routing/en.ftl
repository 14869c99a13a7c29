permission-routing-manage = Say how work is given out, who can do what, and how much
routing-lead = How the work of each team comes to its people: by whom, when, and how much at a time.
routing-no-teams = There is no team yet
routing-no-teams-help = Work is given out in teams.
routing-strategy = Who gets it
routing-strategy-round-robin = In turn
routing-strategy-least-loaded = Whoever has the least in hand
routing-strategy-most-idle = Whoever has waited the longest
routing-strategy-best-skill = Whoever knows it best
routing-strategy-help-round-robin = Whoever was given something the longest ago comes next.
routing-strategy-help-least-loaded = Measured by how much each may have in hand.
routing-strategy-help-most-idle = Whoever was given or finished something the longest ago comes next.
routing-strategy-help-best-skill = The highest levels in the skills that the ticket asks for; among equals, the least in hand.
routing-by-hand = By hand
routing-by-hand-help = Tickets wait in the team's list until somebody takes them.
routing-mode = How it comes
routing-mode-push = The desk gives it to them
routing-mode-pull = They take the next one
routing-mode-help-push = As soon as somebody is free who can do it.
routing-mode-help-pull = With “Next for me”: the most urgent that they can do.
routing-prefers-last = Whoever helped this customer last comes first
routing-prefers-last-help = Where they are there, able and free.
routing-asks-presence = Only people who have said that they are there
routing-asks-presence-help = Without this, everybody is there during their working hours unless they say that they are away.
routing-relax = Asks for less after
routing-relax-minutes = Ask for one level less after so many minutes
routing-relax-help = And for one less again after the same time, as far as the need allows. Empty: never.
routing-take-back = Taken back after
routing-take-back-minutes = Give it to another one after so many minutes
routing-take-back-help = If whoever has it is away or outside of their working hours, and another one is free. Empty: never.
routing-never = Never
routing-weights = What a ticket takes of somebody
routing-weights-help = In hundredths of a whole person: 100 fills somebody, 10 leaves room for nine more of them.
routing-at-a-time = { $count ->
    [one] One at a time
   *[other] { $count } at a time
}
routing-no-weight = Takes nothing
routing-now = The team now
routing-waiting-count = { $count ->
    [one] One ticket waits
   *[other] { $count } tickets wait
}
routing-waiting-none = Nothing waits
routing-waiting-none-help = Everything has found somebody, or lies in a team that gives out its work by hand.
routing-nobody = Nobody in this team can be given a ticket
routing-nobody-help = Add people whose role lets them answer.
routing-person = Person
routing-standing = Takes work
routing-there = There
routing-in-hand = In hand
routing-needs-title = What tickets ask for
routing-needs-lead = A ticket that matches a filter goes only to people with the skill.
routing-need-filter = Tickets
routing-need-skill = Ask for
routing-need-level = Level
routing-need-least = Waiting lowers it to
routing-need-firm = Never
routing-needs-help = Write filters as in a list: type:order, inbox:sales, tag:vip. An empty line is left out.
routing-level-none = None
routing-level-1 = 1 · a little
routing-level-2 = 2 · some
routing-level-3 = 3 · well
routing-level-4 = 4 · very well
routing-level-5 = 5 · best
skills-lead = Who can do what, from 1 (a little) to 5 (best). Tickets that ask for a skill go to people who have it.
skills-none = There is no skill yet
skills-none-help = Add what one has to know to help: a product, a language, a kind of case.
skills-new = A new skill
skills-name = Name
skills-name-help = A product, a language, a kind of case.
skills-add = Add
skills-all = All skills
skills-rename = Rename
skills-people = { $count ->
    [0] Nobody has it
    [one] One person has it
   *[other] { $count } people have it
}
skills-limit = At most in hand
skills-limit-help = In hundredths of a whole person's work; 50 is half of it. Empty: 100.
skills-calendar = Working hours
skills-calendar-help = Outside of them, they are given nothing.
skills-always = Always
routing-waiting = Waiting for somebody
routing-waiting-lead = Tickets of teams whose work is given out, and why nobody has them yet.
routing-next = Next for me
routing-next-none = Nothing waits that you could take.
routing-next-full = You have as much in hand as you may have. Finish something first.
routing-you-there = You take work
routing-you-away = You are away: you are given nothing
routing-you-off = Your working hours begin again { $time }
routing-you-silent = You have not said whether you are there
routing-come = I am there
routing-go = I am away
routing-since = Since
routing-why = Why
routing-why-who = Why this person?
routing-waits = It waits for somebody
routing-waits-since = Since { $time }.
routing-nothing = It was given out by hand
routing-nothing-help = Here stands who was looked at, and why, when the desk gives a ticket to somebody.
routing-given = Given to { $name }
routing-taken = Taken from { $name }
routing-able = Could have taken it
routing-chosen = Got it
routing-levels = Skill levels
routing-last-given = Last given something
routing-never-given = Never
routing-needs = { $skill }, level { $level }
routing-relaxed-from = lowered from { $level }, because it waited
routing-more = { $count ->
    [one] One more person was looked at.
   *[other] { $count } more people were looked at.
}
routing-by-round-robin = It was their turn
routing-by-least-loaded = They had the least in hand
routing-by-most-idle = They had waited the longest
routing-by-best-skill = They know best what it asks for
routing-by-last-agent = They helped this customer the last time
routing-by-only-one = Nobody else could take it
routing-by-pull = They asked for the next one
routing-taken-left = They no longer work here
routing-taken-away = They are away
routing-taken-off-hours = Their working hours are over
routing-taken-over-limit = They have more than they may have, and had not begun with it
routing-no-away = Away
routing-no-off-hours = Outside of their working hours
routing-no-had-it = It was just taken from them
routing-no-full = Has enough in hand ({ $share })
routing-no-skill = { $skill }: has level { $has }, it asks for { $needs }
routing-wait = Nobody can take it now: { $why }.
routing-wait-nobody = There is nobody in the team.
routing-wait-pull = It waits until somebody asks for the next one.
routing-wait-full = { $count ->
    [one] one has enough in hand
   *[other] { $count } have enough in hand
}
routing-wait-away = { $count ->
    [one] one is away
   *[other] { $count } are away
}
routing-wait-off = { $count ->
    [one] one is outside of their working hours
   *[other] { $count } are outside of their working hours
}
routing-wait-had = it was just taken from { $count ->
    [one] one
   *[other] { $count }
}
routing-wait-skill = { $count ->
    [one] one does not have { $skill } at level { $level }
   *[other] { $count } do not have { $skill } at level { $level }
}
problem-skill-needed = Tickets ask for this skill. Change what they ask for first.
field-level = Choose a level from 1 to 5
field-least-level = Choose a level that is not higher than the one asked for
field-skill-of-nobody = Nobody has this skill: the tickets would wait for ever
field-work-limit = Give a number from 0 to 1,000
field-minutes = Give whole minutes, from 1 to 43,200
field-weight = Give a number from 0 to 100
routing-standing-then = Then
