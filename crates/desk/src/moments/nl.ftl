when-hour = Over een uur
when-three-hours = Over drie uur
when-tomorrow = Morgen om negen
when-in-two-days = Over twee dagen
when-monday = Volgende maandag
when-in-a-week = Over een week
field-time-is-over = Dit tijdstip is voorbij
field-time-too-far = Dit tijdstip is te ver weg
