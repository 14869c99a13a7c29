notes-of-contact = Notities over de persoon
notes-of-organisation = Notities over de organisatie
notes-change = Notities wijzigen
notes-earlier = Eerdere notities
notes-replaced = vervangen
notes-replaced-by = vervangen door { $by }
notes-put-back = Terugzetten
