problem-outbound-not-failed = This mail did not fail
