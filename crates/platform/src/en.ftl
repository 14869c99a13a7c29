# Words that every page may need.
time-just-now = just now
time-minutes-ago = { $count ->
    [one] 1 minute ago
   *[other] { $count } minutes ago
}
time-hours-ago = { $count ->
    [one] 1 hour ago
   *[other] { $count } hours ago
}
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec

error-help-not-found = It does not exist, or it is not for you. Check the address, or go back to the start.
error-help-forbidden = Your role does not allow this. An administrator can change that.
error-help-server = Nothing you entered was lost on our side. Try again in a moment; if it stays, tell your administrator the time.
error-help-other = Go back, correct it, and try again.
error-home = To the start

problem-invalid = Something in it is not right
error-expected = Expected here: { $words }
problem-not-found = Not found
problem-changed-meanwhile = Somebody changed it since you read it
problem-internal = Something went wrong here
problem-busy = The desk is busy. Try again in a moment
problem-database-full = There is no space left in the database. Tell your administrator
problem-sign-in-required = Please sign in
problem-permission-required = You may not do this
problem-cross-site-request = This request came from another site
problem-method-not-allowed = This address does not take that kind of request
problem-too-large = That is too large
problem-json-expected = The body has to be JSON (Content-Type: application/json)
problem-address-malformed = A value in the address cannot be read
problem-json-malformed = The body is no JSON
problem-form-malformed = The form could not be read
problem-job-unreadable = The job's data cannot be read
problem-job-unknown = This program does not know this kind of job

field-required = This is needed
field-repeated-field = This field is there twice
field-unknown-field = There is no such field
field-unknown-parameter = There is no such parameter
field-unknown-word = That is none of the possible words
field-unknown-cursor = This is no cursor of ours
field-wrong-type = This is of the wrong kind
field-positive-number = This has to be a number of 1 or more
field-too-long = This is too long
field-email = This is no e-mail address
field-phone = This is no phone number
field-taken = This is taken already
field-unknown-id = There is none with this id
problem-idempotency-key-invalid = The Idempotency-Key is empty or longer than 200 characters
problem-idempotency-key-reused = This Idempotency-Key came with another request before
