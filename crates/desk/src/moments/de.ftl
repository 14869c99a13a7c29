when-hour = In einer Stunde
when-three-hours = In drei Stunden
when-tomorrow = Morgen um neun
when-in-two-days = In zwei Tagen
when-monday = Nächsten Montag
when-in-a-week = In einer Woche
field-time-is-over = Dieser Zeitpunkt ist vorbei
field-time-too-far = Dieser Zeitpunkt ist zu weit weg
