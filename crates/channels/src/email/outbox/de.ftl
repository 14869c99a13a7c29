problem-outbound-not-failed = Diese Mail ist nicht fehlgeschlagen
letter-open = Seite öffnen
letter-follow = Hier lesen und antworten, oder einfach auf diese E-Mail antworten:
