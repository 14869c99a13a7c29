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

/// Subjects of customers; all of them look like those of reports.
const ABOUT: &[&str] = &[
    "Delivery problem with order 123",
    "Delivery status of my parcel",
    "Failed delivery of order 4711",
    "Rejected: my refund",
    "Bounce rate on our landing page",
    "Message not delivered to my colleague",
    "Undeliverable parcel",
    "Unzustellbar: mein Paket",
    "Onbestelbaar pakket",
    "Fwd: Undelivered Mail Returned to Sender",
    "WG: Delivery Status Notification (Failure)",
];

#[test]
fn people_who_write_about_bounces_do_not_bounce() {
    for raw in [
        "From: jo@y.example\r\nSubject: my mail was not delivered\r\n\r\nUser unknown, it says. Why?\r\n",
        "From: jo@y.example\r\nIn-Reply-To: <1@x>\r\nSubject: Re: Undelivered Mail Returned to Sender\r\n\r\nWhat is this?\r\n",
        "From: jo@y.example\r\nReturn-Path: <>\r\nSubject: Out of office\r\n\r\nI am away.\r\n",
        // The sender of a newsletter hands it over.
        "From: jo@y.example\r\nSender: bounce-12@sends.example\r\nSubject: News\r\n\r\nYour trial failed? Call us.\r\n",
    ] {
        assert_eq!(read(raw), None, "{raw}");
    }
    for subject in ABOUT {
        for path in ["", "Return-Path: <jo@y.example>\r\n"] {
            let raw = format!(
                "{path}From: Jo <jo@y.example>\r\nTo: help@desk.example\r\nSubject: {subject}\r\n\r\n\
                 My parcel could not be delivered, and my letter to the shop was rejected.\r\n\r\nRegards\r\nJo\r\n\
                 jo2@y.example\r\n"
            );
            assert_eq!(read(&raw), None, "{raw}");
            let mail = Mail::read(raw.as_bytes(), &Limits::default());
            let judged = crate::Automatic::classify(&mail, &crate::OwnAddresses::default());
            assert_eq!(judged, None, "it may be answered: {raw}");
        }
    }
}

#[test]
fn a_report_that_a_person_passes_on_is_a_persons_mail() {
    let report = REPORT.replace("ACTION", "failed");
    for subject in ["Fwd: Undelivered Mail Returned to Sender", "What is this?", "Undelivered Mail"] {
        // As an attached mail.
        let raw = format!(
            "From: jo@y.example\r\nTo: help@desk.example\r\nSubject: {subject}\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n\
             --y\r\n\r\nPlease look.\r\n--y\r\nContent-Type: message/rfc822\r\n\r\n{report}\r\n--y--\r\n"
        );
        assert_eq!(read(&raw), None, "{raw}");
        // With its parts beside the words.
        let parts = report.split_once("boundary=x\r\n\r\n").unwrap().1;
        let raw = format!(
            "From: jo@y.example\r\nTo: help@desk.example\r\nSubject: {subject}\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n{parts}"
        );
        assert_eq!(read(&raw), None, "{raw}");
    }
}

#[test]
fn words_alone_make_a_bounce_that_may_be_a_persons() {
    let bounce = read(
        "From: gateway@y.example\r\nTo: help@desk.example\r\nSubject: Delivery failure notification\r\n\r\n\
         Your message could not be delivered to the following recipients:\r\n\r\nJo@Z.example\r\n",
    )
    .expect("a bounce");
    assert!(bounce.is_doubtful);
    assert_eq!(bounce.recipients[0].address, "jo@z.example");
    assert!(!read(&REPORT.replace("ACTION", "failed")).expect("a bounce").is_doubtful);
}
