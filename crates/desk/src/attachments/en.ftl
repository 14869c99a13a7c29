# Words of this slice.
