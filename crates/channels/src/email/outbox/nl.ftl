problem-outbound-not-failed = Deze mail is niet mislukt
