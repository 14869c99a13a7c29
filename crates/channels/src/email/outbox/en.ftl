problem-outbound-not-failed = This mail did not fail
delivery-waiting = Waiting to be sent
delivery-sending = Being sent
delivery-sent = Sent
delivery-failed = Not delivered
delivery-bounced = Came back
