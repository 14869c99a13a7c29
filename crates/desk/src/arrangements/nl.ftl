problem-ticket-merged = Dit ticket is samengevoegd met een ander. Schrijf daar
problem-ticket-beyond-yours = U mag dat ticket lezen, maar niet wijzigen
problem-merge-into-itself = Een ticket kan niet met zichzelf worden samengevoegd
problem-merge-cycle = Dat ticket is in dit ticket opgenomen. Maak dat eerst ongedaan
problem-into-merged = Dat ticket is zelf in een ander opgenomen. Kies dat andere
problem-into-closed = Dat ticket is gesloten. Heropen het eerst
problem-move-into-itself = De berichten staan al in dit ticket
problem-nothing-left = Er moet minstens één bericht blijven. Voeg het ticket samen om alles te verplaatsen
problem-link-to-itself = Een ticket kan niet met zichzelf worden gekoppeld
problem-link-exists = Zo zijn ze al gekoppeld
problem-link-cycle = Dat zou een kring zijn: het andere leidt al terug naar dit
problem-has-parent = Dat ticket heeft al een bovenliggend ticket
problem-change-undone = Dit is al ongedaan gemaakt
field-unknown-ticket = Dit ticket bestaat niet, of u mag het niet zien

arrange-which = Nummer, onderwerp, naam of adres
arrange-suggested = Andere tickets van dezelfde persoon
arrange-none = Er zijn er geen. Zoek op nummer of woorden.
arrange-another = Een ander
arrange-messages = Berichten
arrange-merge = Samenvoegen…
arrange-merge-title = Samenvoegen met een ander ticket
arrange-merge-lead = Beide worden één gesprek. U kunt dit altijd ongedaan maken.
arrange-into = Gaat op in
arrange-what = Wat er gebeurt
arrange-moves-messages = { $count ->
    [one] Eén bericht
   *[other] { $count } berichten
}
arrange-moves-notes = { $count ->
    [one] één notitie
   *[other] { $count } notities
}
arrange-moves-files = { $count ->
    [one] één bestand
   *[other] { $count } bestanden
}
arrange-leads = #{ $source } wordt gesloten; het nummer, de links en antwoorden op de e-mails leiden naar #{ $target }
arrange-clock = De toezeggingen van #{ $source } staan stil; #{ $target } houdt de eigen
arrange-keeps = Status, betrokkenen, labels en velden van #{ $target } blijven; die van #{ $source } worden bewaard om het ongedaan te maken
arrange-target-done = #{ $number } is afgehandeld en blijft dat. Heropen het als er nog iets te doen is.
arrange-people = Wie van #{ $source } is vanaf nu betrokken bij #{ $target }?
arrange-people-help = Zij krijgen de volgende antwoorden en zien niets van wat eerder in #{ $target } is gezegd. Wie niet is aangevinkt, krijgt geen antwoorden van #{ $target }; wat die naar #{ $source } schrijft, komt toch aan.
arrange-already = Is al betrokken bij #{ $number }
arrange-merge-go = #{ $source } opnemen in #{ $target }
arrange-split = Afsplitsen…
arrange-split-title = Berichten afsplitsen
arrange-split-lead = Ze worden een eigen ticket. U kunt dit altijd ongedaan maken.
arrange-split-help = Wie het eerste ervan schreef, vraagt in het nieuwe ticket. De toezeggingen ervan beginnen nu; labels en velden blijven hier.
arrange-split-go = Ticket ermee openen
arrange-move = Verplaatsen…
arrange-move-title = Berichten naar een ander ticket verplaatsen
arrange-move-lead = Ze staan daar alsof ze daar zijn binnengekomen. U kunt dit altijd ongedaan maken.
arrange-move-help = Antwoorden erop komen vanaf nu daar binnen. Niemand raakt daardoor daar betrokken.
arrange-move-go = Naar #{ $number } verplaatsen
arrange-to = Gaat naar
arrange-link = Koppelen…
arrange-link-title = Koppelen met een ander ticket
arrange-link-lead = Elk toont het andere. U kunt dit altijd ongedaan maken.
arrange-link-is = Wat #{ $number } voor het andere is
arrange-link-go = Koppelen
arrange-children = Onderliggende oplossen…
arrange-children-title = Onderliggende tickets oplossen
arrange-children-lead = De open delen van dit ticket worden samen opgelost. U kunt dit altijd ongedaan maken.
arrange-which-children = Welke?
arrange-no-children = Geen onderliggend ticket is open.
arrange-children-go = Deze oplossen
arrange-merged = Samengevoegd
arrange-merged-history = Geschiedenis
arrange-merged-into = Opgenomen in
arrange-links = Gekoppeld
arrange-gone = Dit is al ongedaan gemaakt
arranged-merge = #{ $source } is opgenomen in #{ $target }
arranged-split = Van #{ $source } afgesplitst als #{ $target }
arranged-move = Van #{ $source } naar #{ $target } verplaatst
arranged-link = #{ $source } en #{ $target } zijn gekoppeld
arranged-solve = De onderliggende tickets van #{ $source } zijn opgelost

link-related = verwant met
link-blocks = blokkeert
link-blocked-by = geblokkeerd door
link-duplicate-of = duplicaat van
link-has-duplicate = heeft het duplicaat
link-child-of = onderliggend aan
link-parent-of = bovenliggend aan

history-merged = { $by } heeft het opgenomen in #{ $other }
history-unmerged = { $by } heeft het weer uit #{ $other } gehaald
history-came-merge = { $by } heeft #{ $other } hierin opgenomen
history-came-split = { $by } heeft het van #{ $other } afgesplitst
history-came-move = { $by } heeft berichten van #{ $other } hierheen verplaatst
history-came-undo = { $by } heeft het verplaatsen ongedaan gemaakt: berichten kwamen terug van #{ $other }
history-left-merge = { $by } heeft het opgenomen in #{ $other }
history-left-split = { $by } heeft berichten afgesplitst als #{ $other }
history-left-move = { $by } heeft berichten naar #{ $other } verplaatst
history-left-undo = { $by } heeft het verplaatsen ongedaan gemaakt: berichten gingen terug naar #{ $other }
history-linked = { $by } heeft het gekoppeld: { $link } #{ $other }
history-unlinked = { $by } heeft een koppeling verwijderd: { $link } #{ $other }
history-children-solved = { $by } heeft de onderliggende tickets { $other } opgelost
history-children-reopened = { $by } heeft het oplossen van de onderliggende tickets ongedaan gemaakt: { $other }
