permission-events-view = Ereignisprotokoll lesen
