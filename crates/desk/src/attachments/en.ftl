# Words of this slice.
attachment-save = Save { $name }
