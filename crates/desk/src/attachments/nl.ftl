# Words of this slice.
attachment-save = { $name } opslaan
