when-hour = In an hour
when-three-hours = In three hours
when-tomorrow = Tomorrow at nine
when-in-two-days = In two days
when-monday = Next Monday
when-in-a-week = In a week
field-time-is-over = This time is over
field-time-too-far = This time is too far away
