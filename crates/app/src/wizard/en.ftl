setup-title = Set up your desk
setup-lead = Two minutes. Everything can be changed later.
setup-code = Code from the console
setup-code-help = The program printed it when it started, as “setup code”. It shows that this machine is yours.
setup-desk = The desk
setup-desk-name = Name of the desk
setup-desk-name-help = Stands above the customers’ pages and in every mail.
setup-language = Language
setup-language-help = Each person can choose another.
setup-admin = You, the first administrator
setup-admin-name = Your name
setup-admin-email = E-mail address
setup-admin-password = Password
setup-admin-password-help = A sentence is easier to remember than signs.
setup-save = Set up

field-wrong-code = This is not the code that the console shows

problem-setup-required = This desk is not set up yet. Open /setup in a browser
problem-setup-done = This desk is set up already
problem-setup-too-often = Too many wrong codes. Wait ten minutes, then try again
