field-key = Small letters, digits and _ only, at most 60
field-choices = A choice needs words to choose from; other kinds have none
field-date = This is no date like 2026-11-21
