problem-outbound-not-failed = Diese Mail ist nicht fehlgeschlagen
