permission-answers-manage = Textbausteine, Makros und Vorlagen der Teams und des Desks ändern
share-own = Nur ich
share-team = Ein Team
share-desk = Alle
share-legend = Wer nutzt es
share-which-team = Welches Team
share-folder = Ordner
share-folder-help = Zum Beispiel: Rechnungen
share-no-folder = Ohne Ordner
share-name = Name
share-uses = Benutzt
share-last-used = Zuletzt benutzt
share-never = nie
share-archive = Außer Gebrauch nehmen
share-archived = Außer Gebrauch
share-restore = Wieder benutzen
share-times = { $count ->
    [0] noch nie
    [one] einmal
   *[other] { $count }-mal
}
