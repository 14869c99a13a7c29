view-mine = Mine
view-unassigned = Unassigned
view-act = To do
view-waiting-customer = Waiting for customer
view-waiting-third-party = Waiting for third party
view-open = All open
view-solved = Recently solved
