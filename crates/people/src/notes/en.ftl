notes-of-contact = Notes about the person
notes-of-organisation = Notes about the organisation
notes-change = Change the notes
notes-earlier = Earlier notes
notes-replaced = replaced
notes-replaced-by = replaced by { $by }
notes-put-back = Put back
