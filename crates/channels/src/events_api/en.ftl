permission-events-view = Read the event log
