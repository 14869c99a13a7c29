status-new = New
status-open = Open
status-waiting-customer = Waiting for customer
status-waiting-third-party = Waiting for third party
status-solved = Solved
status-closed = Closed
