permission-events-view = Gebeurtenissenlogboek lezen
