problem-inbound-in-use = This mail is in a ticket already, or about to be read
outcome-pending = Not read yet
outcome-created = New ticket
outcome-joined = Joined a ticket
outcome-bounce = Delivery report
outcome-ignored = Ignored
outcome-quarantined = In quarantine
