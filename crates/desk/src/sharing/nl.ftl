permission-answers-manage = Standaardantwoorden, macro’s en sjablonen van teams en van de desk wijzigen
share-own = Alleen ik
share-team = Een team
share-desk = Iedereen
share-legend = Wie gebruikt het
share-which-team = Welk team
share-folder = Map
share-folder-help = Bijvoorbeeld: Facturen
share-no-folder = Zonder map
share-name = Naam
share-uses = Gebruikt
share-last-used = Laatst gebruikt
share-never = nooit
share-archive = Buiten gebruik stellen
share-archived = Buiten gebruik
share-restore = Weer gebruiken
share-times = { $count ->
    [0] nog nooit
    [one] één keer
   *[other] { $count } keer
}
