acknowledgement-subject = Uw aanvraag is ontvangen [#{ $number }]
acknowledgement-text =
    Goedendag,

    bedankt voor uw bericht aan { $desk }. Wij hebben uw aanvraag ontvangen en geven u antwoord. Het nummer is #{ $number }.

    Hier kunt u uw aanvraag lezen, aanvullen en sluiten:

    { $link }

    De link is alleen voor u bestemd. Geef hem niet door aan anderen.

    Hebt u ons niet geschreven? Dan heeft iemand uw adres gebruikt. U hoeft niets te doen.

ask-title = Vraag stellen
ask-mistake-title = Verbeter dit:
ask-heading = Waarmee kunnen we u helpen?
ask-lead = U hebt geen account nodig. U krijgt een e-mail met een link waarmee u uw aanvraag kunt volgen.
ask-as = U bent aangemeld als { $name } ({ $email }).
ask-label-name = Uw naam
ask-label-email = Uw e-mailadres
ask-label-subject = In een paar woorden
ask-label-text = Waar gaat het om?
ask-text-help = Sinds wanneer, waar, en wat u al hebt geprobeerd. Geen wachtwoorden, alstublieft.
ask-label-type = Wat voor aanvraag is het?
ask-type-open = Weet ik niet
ask-label-file = Bestanden
ask-label-form = Het formulier
ask-label-website = Laat dit leeg
ask-files-help = Maximaal 20 bestanden, samen hoogstens { $size }.
ask-files-again = Kies uw bestanden opnieuw: browsers vergeten ze.
ask-send = Versturen

field-form-expired = Het stond te lang open. Er is niets verloren: verstuur het opnieuw
field-form-too-quick = Dat was sneller dan mensen typen. Wacht even en verstuur het opnieuw
field-too-many-files = Dit zijn te veel bestanden
field-files-too-large = De bestanden zijn te groot

received-title = Uw aanvraag is ontvangen
received-lead = Dank u wel. Wij antwoorden u per e-mail.
received-number = Het nummer
received-mail = Wij bevestigen dit per e-mail aan het opgegeven adres, hoogstens één keer per dag. De link daarin leidt naar uw aanvraag. Komt er geen e-mail, dan zit er misschien een typefout in het adres: stel uw vraag dan opnieuw.
received-follow = Aanvraag volgen
received-again = Nog iets vragen

later-title = Te veel tegelijk
later-lead =
    { $minutes ->
        [one] Dit is niet verstuurd: er kwam te veel binnen van u of uit uw naam. Probeer het over een minuut opnieuw.
       *[other] Dit is niet verstuurd: er kwam te veel binnen van u of uit uw naam. Probeer het over { $minutes } minuten opnieuw.
    }
later-text = Uw tekst, om te bewaren

gone-title = Deze link werkt niet
gone-lead = Misschien is hij onvolledig of verlopen: links eindigen een half jaar na het laatste nieuws. Aangemeld ziet u al uw aanvragen; ook daarvoor sturen wij u een link.
gone-sign-in = Mijn aanvragen bekijken
gone-ask = Iets vragen

follow-asked = Gesteld
follow-assignee = { $name } behandelt dit
follow-talk = Berichten
follow-whole = De hele tekst tonen
follow-earlier = Eerdere berichten
follow-nothing = Hier is nog niets voor u. Wat u vanaf nu wordt gestuurd, verschijnt hier.
follow-you = U
follow-quoted = Geciteerde tekst
follow-answer = Uw antwoord
follow-send = Antwoord versturen
follow-close-help = Is het opgelost? Dan kunt u de aanvraag sluiten. Een antwoord opent hem binnen 30 dagen weer.
follow-close = Opgelost, aanvraag sluiten
follow-reopen-help = Is het toch niet opgelost?
follow-reopen = Weer openen
follow-closed = Deze aanvraag is definitief gesloten. Stel een nieuwe vraag; u kunt het nummer noemen.
follow-done-answer = Uw antwoord is verstuurd.
follow-done-close = De aanvraag is gesloten. Dank u wel.
follow-done-reopen = De aanvraag is weer open.

requests-none = U hebt nog niets gevraagd.
requests-changed = laatste nieuws
requests-first = Naar de eerste pagina

portal-state-new = Ontvangen
portal-state-open = In behandeling
portal-state-waiting-customer = Uw beurt
portal-state-waiting-third-party = Wacht op anderen
portal-state-solved = Opgelost
portal-state-closed = Gesloten
