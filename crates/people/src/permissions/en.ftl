permission-people-view = See users, teams and roles
permission-people-manage = Manage users, teams and roles
permission-contacts-view = See contacts and organisations
permission-contacts-manage = Add and change contacts and organisations
permission-desk-manage = Change the desk's name, language and time zone
