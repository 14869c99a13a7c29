acknowledgement-subject = Uw aanvraag is ontvangen [#{ $number }]
acknowledgement-text =
    Goedendag,

    bedankt voor uw bericht aan { $desk }. Wij hebben uw aanvraag ontvangen en geven u antwoord. Het nummer is #{ $number }.

    Hier kunt u uw aanvraag lezen, aanvullen en sluiten:

    { $link }

    De link is alleen voor u bestemd. Geef hem niet door aan anderen.

    Hebt u ons niet geschreven? Dan heeft iemand uw adres gebruikt. U hoeft niets te doen.
