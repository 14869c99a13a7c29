use super::*;

fn read(raw: &str) -> Option<Bounce> {
    Bounce::read(&Mail::read(raw.as_bytes(), &Limits::default()))
}

const REPORT: &str = "From: MAILER-DAEMON@mx.example\r\nTo: help@desk.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
    Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n\
    --x\r\n\r\nSorry.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n\
    Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; Jo@Y.example\r\nAction: ACTION\r\nStatus: 5.1.1\r\n\
    Diagnostic-Code: smtp; 550 5.1.1 <jo@y.example>:\r\n User unknown\r\n\r\n\
    --x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <t.1.2.abc@desk.example>\r\nSubject: Hi\r\n\r\nHi\r\n--x--\r\n";

#[test]
fn a_report_names_recipient_reason_and_mail() {
    let bounce = read(&REPORT.replace("ACTION", "failed")).expect("a bounce");
    let recipient = &bounce.recipients[0];
    assert_eq!((recipient.address.as_str(), recipient.status.as_deref()), ("jo@y.example", Some("5.1.1")));
    assert_eq!((recipient.action, recipient.reason), (Action::Failed, ReasonClass::UnknownAddress));
    assert_eq!(recipient.diagnostic.as_deref(), Some("550 5.1.1 <jo@y.example>: User unknown"));
    assert_eq!(bounce.original_message_id.as_deref(), Some("t.1.2.abc@desk.example"));
    assert!(!bounce.is_temporary);
}

#[test]
fn a_delay_is_temporary_and_a_delivery_is_no_bounce() {
    assert!(read(&REPORT.replace("ACTION", "delayed")).expect("a bounce").is_temporary);
    assert_eq!(read(&REPORT.replace("ACTION", "delivered")), None);
}

#[test]
fn plain_words_are_understood() {
    let bounce = read(
        "From: MAILER-DAEMON@mx.example\r\nTo: help@desk.example\r\nReturn-Path: <>\r\nSubject: failure notice\r\n\r\n\
         I'm afraid I wasn't able to deliver your message.\r\n\r\n<jo@y.example>:\r\nRemote host said: 552 5.2.2 mailbox is full\r\n\r\n\
         --- Below this line is a copy of the message.\r\n\r\nReturn-Path: <help@desk.example>\r\nMessage-ID: <1@desk.example>\r\nTo: x@y.example\r\n",
    )
    .expect("a bounce");
    assert_eq!(bounce.recipients.len(), 1);
    assert_eq!(
        (bounce.recipients[0].address.as_str(), bounce.recipients[0].reason),
        ("jo@y.example", ReasonClass::MailboxFull)
    );
    assert_eq!(bounce.original_message_id.as_deref(), Some("1@desk.example"));
}

#[test]
fn people_who_write_about_bounces_do_not_bounce() {
    for raw in [
        "From: jo@y.example\r\nSubject: my mail was not delivered\r\n\r\nUser unknown, it says. Why?\r\n",
        "From: jo@y.example\r\nIn-Reply-To: <1@x>\r\nSubject: Re: Undelivered Mail Returned to Sender\r\n\r\nWhat is this?\r\n",
        "From: jo@y.example\r\nReturn-Path: <>\r\nSubject: Out of office\r\n\r\nI am away.\r\n",
    ] {
        assert_eq!(read(raw), None, "{raw}");
    }
}
