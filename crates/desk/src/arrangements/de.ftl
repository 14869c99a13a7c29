problem-ticket-merged = Dieses Ticket wurde mit einem anderen zusammengeführt. Bitte schreiben Sie dort
problem-ticket-beyond-yours = Sie dürfen jenes Ticket lesen, aber nicht ändern
problem-merge-into-itself = Ein Ticket lässt sich nicht mit sich selbst zusammenführen
problem-merge-cycle = Jenes Ticket wurde in dieses überführt. Nehmen Sie zuerst das zurück
problem-into-merged = Jenes Ticket wurde selbst in ein anderes überführt. Wählen Sie das andere
problem-into-closed = Jenes Ticket ist geschlossen. Öffnen Sie es zuerst wieder
problem-move-into-itself = Die Nachrichten stehen bereits in diesem Ticket
problem-nothing-left = Mindestens eine Nachricht muss bleiben. Um alle zu verschieben, führen Sie das Ticket zusammen
problem-link-to-itself = Ein Ticket lässt sich nicht mit sich selbst verknüpfen
problem-link-exists = So sind sie bereits verknüpft
problem-link-cycle = Das wäre ein Kreis: Das andere führt bereits zu diesem zurück
problem-has-parent = Jenes Ticket hat bereits ein übergeordnetes
problem-change-undone = Das wurde bereits zurückgenommen
field-unknown-ticket = Dieses Ticket gibt es nicht, oder Sie dürfen es nicht sehen

arrange-which = Nummer, Betreff, Name oder Adresse
arrange-suggested = Weitere Tickets derselben Person
arrange-none = Es gibt keine. Suchen Sie nach Nummer oder Wörtern.
arrange-another = Ein anderes
arrange-messages = Nachrichten
arrange-merge = Zusammenführen…
arrange-merge-title = Mit einem anderen Ticket zusammenführen
arrange-merge-lead = Beide werden ein Gespräch. Sie können das jederzeit zurücknehmen.
arrange-into = Geht über in
arrange-what = Was geschieht
arrange-moves-messages = { $count ->
    [one] Eine Nachricht
   *[other] { $count } Nachrichten
}
arrange-moves-notes = { $count ->
    [one] eine Notiz
   *[other] { $count } Notizen
}
arrange-moves-files = { $count ->
    [one] eine Datei
   *[other] { $count } Dateien
}
arrange-leads = #{ $source } wird geschlossen; seine Nummer, seine Links und Antworten auf seine E-Mails führen zu #{ $target }
arrange-clock = Die Zusagen von #{ $source } stehen still; #{ $target } behält seine eigenen
arrange-keeps = Status, Beteiligte, Schlagwörter und Felder von #{ $target } bleiben; die von #{ $source } werden für die Rücknahme aufgehoben
arrange-target-done = #{ $number } ist erledigt und bleibt es. Öffnen Sie es wieder, wenn noch etwas zu tun ist.
arrange-people = Wer von #{ $source } ist ab jetzt an #{ $target } beteiligt?
arrange-people-help = Diese Personen erhalten die folgenden Antworten und sehen nichts von dem, was in #{ $target } vorher gesagt wurde. Wer nicht angekreuzt ist, erhält keine Antworten aus #{ $target }; was er an #{ $source } schreibt, kommt trotzdem an.
arrange-already = Ist bereits an #{ $number } beteiligt
arrange-merge-go = #{ $source } in #{ $target } überführen
arrange-split = Abtrennen…
arrange-split-title = Nachrichten abtrennen
arrange-split-lead = Sie werden ein eigenes Ticket. Sie können das jederzeit zurücknehmen.
arrange-split-help = Wer die erste von ihnen schrieb, fragt im neuen Ticket an. Dessen Zusagen beginnen jetzt; Schlagwörter und Felder bleiben hier.
arrange-split-go = Ticket damit eröffnen
arrange-move = Verschieben…
arrange-move-title = Nachrichten in ein anderes Ticket verschieben
arrange-move-lead = Sie stehen dort, als wären sie dort eingegangen. Sie können das jederzeit zurücknehmen.
arrange-move-help = Antworten auf sie gehen ab jetzt dort ein. Niemand wird dadurch dort beteiligt.
arrange-move-go = Nach #{ $number } verschieben
arrange-to = Geht nach
arrange-link = Verknüpfen…
arrange-link-title = Mit einem anderen Ticket verknüpfen
arrange-link-lead = Jedes zeigt das andere. Sie können das jederzeit zurücknehmen.
arrange-link-is = Was #{ $number } für das andere ist
arrange-link-go = Verknüpfen
arrange-children = Untergeordnete lösen…
arrange-children-title = Untergeordnete Tickets lösen
arrange-children-lead = Die offenen Teile dieses Tickets werden zusammen gelöst. Sie können das jederzeit zurücknehmen.
arrange-which-children = Welche?
arrange-no-children = Kein untergeordnetes Ticket ist offen.
arrange-children-go = Diese lösen
arrange-merged = Zusammengeführt
arrange-merged-history = Verlauf
arrange-merged-into = Überführt in
arrange-links = Verknüpft
arrange-gone = Das wurde bereits zurückgenommen
arranged-merge = #{ $source } wurde in #{ $target } überführt
arranged-split = Aus #{ $source } abgetrennt als #{ $target }
arranged-move = Von #{ $source } nach #{ $target } verschoben
arranged-link = #{ $source } und #{ $target } sind verknüpft
arranged-solve = Die untergeordneten Tickets von #{ $source } sind gelöst

link-related = verwandt mit
link-blocks = blockiert
link-blocked-by = blockiert von
link-duplicate-of = Duplikat von
link-has-duplicate = hat das Duplikat
link-child-of = untergeordnet zu
link-parent-of = übergeordnet zu

history-merged = { $by } hat es in #{ $other } überführt
history-unmerged = { $by } hat es wieder aus #{ $other } gelöst
history-came-merge = { $by } hat #{ $other } in dieses überführt
history-came-split = { $by } hat es aus #{ $other } abgetrennt
history-came-move = { $by } hat Nachrichten aus #{ $other } hierher verschoben
history-came-undo = { $by } hat das Verschieben zurückgenommen: Nachrichten kamen aus #{ $other } zurück
history-left-merge = { $by } hat es in #{ $other } überführt
history-left-split = { $by } hat Nachrichten als #{ $other } abgetrennt
history-left-move = { $by } hat Nachrichten nach #{ $other } verschoben
history-left-undo = { $by } hat das Verschieben zurückgenommen: Nachrichten gingen nach #{ $other } zurück
history-linked = { $by } hat es verknüpft: { $link } #{ $other }
history-unlinked = { $by } hat eine Verknüpfung entfernt: { $link } #{ $other }
history-children-solved = { $by } hat die untergeordneten Tickets { $other } gelöst
history-children-reopened = { $by } hat das Lösen der untergeordneten Tickets zurückgenommen: { $other }
