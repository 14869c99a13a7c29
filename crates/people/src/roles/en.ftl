role-admin = Administrator
role-lead = Team lead
role-agent = Agent
role-light-agent = Light agent
role-help-admin = Everything, this page included.
role-help-lead = Works on tickets and also sees inboxes and the mail ledger.
role-help-agent = Works on tickets and answers customers.
role-help-light-agent = Reads tickets and writes notes; does not answer customers.
role-new = New role
role-remove = Remove this role
role-admin-fixed = An administrator may do everything. This cannot be changed.
roles-title = Roles
roles-lead = A permission reaches as far as its scope: one's own tickets, those of one's teams, inboxes or client organisations, or all.
roles-matrix = Permissions by role
roles-permission = Permission
roles-reach = Reaches
roles-users = Users
roles-count = { $count ->
    [one] 1 person has this role.
   *[other] { $count } people have this role.
}
roles-yes = yes
roles-no = no
roles-none = not at all
scope-all = all
scope-team = own teams
scope-inbox = inboxes
scope-organisation = organisations
scope-own = own
problem-role-built-in = The administrator stays as it is, and built-in roles cannot be removed
problem-role-in-use = Somebody has this role. Give them another one first
field-whole-desk = Acts on all tickets: only together with seeing all of them
permission-myself = Change what is one’s own: profile, absences, settings
