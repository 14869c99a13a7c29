problem-outbound-not-failed = This mail did not fail
letter-open = Open the page
letter-follow = Read and answer it here, or just reply to this mail:
