field-key = Small letters, digits and _ only, at most 60
field-choices = A choice needs words to choose from; other kinds have none
field-date = This is no date like 2026-11-21

fields-title = Own fields of tickets
fields-none = There are none yet. A field that you add stands beside every ticket.
fields-name = Field
fields-key = Key
fields-key-help = For programs; small letters, digits and _. It never changes.
fields-kind = Kind
fields-choices = Choices
fields-choices-help = One a line; only for the kind “Choice”.
fields-add = Add field
field-kind-text = Text
field-kind-number = Number
field-kind-date = Date
field-kind-choice = Choice
field-kind-checkbox = Checkbox
