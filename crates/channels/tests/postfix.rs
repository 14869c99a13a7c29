//! Mail through a real Postfix, in both directions.
use channels::email::{
    deliver::smtp::{Connection, Route, send},
    peer::Security,
    receive::smtp::{Accepted, Door, Envelope, Protocol, Receiver, Recipient, Settings},
};
use kernel::clock::Clock;
use platform::outbound::{Outbound, Policy};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use testkit::{
    postfix::{Next, Postfix},
    smtp_sink::{Mood, Sink},
};
use tokio::sync::watch;

/// A desk's door: knows `help@…`, and is busy as often as it is told.
#[derive(Clone, Default)]
struct Desk {
    stored: Arc<Mutex<Vec<(Envelope, String)>>>,
    busy: Arc<Mutex<usize>>,
}

impl Door for Desk {
    async fn recipient(&self, address: &str) -> Recipient {
        if address.starts_with("help") { Recipient::Known } else { Recipient::Unknown }
    }
    async fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> Accepted {
        let mut busy = self.busy.lock().unwrap();
        if *busy > 0 {
            *busy -= 1;
            return Accepted::Busy;
        }
        let mut stored = self.stored.lock().unwrap();
        stored.push((envelope, String::from_utf8(raw).unwrap()));
        Accepted::Stored(stored.len().to_string())
    }
}

impl Desk {
    async fn wait_for(&self, count: usize, postfix: &Postfix) -> Vec<(Envelope, String)> {
        let began = Instant::now();
        let mut flushed = began;
        loop {
            let stored = self.stored.lock().unwrap().clone();
            if stored.len() >= count {
                return stored;
            }
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "{} of {count}: {}",
                stored.len(),
                postfix.log()
            );
            // What we turned away is Postfix's to bring again; asked to do so now, because on a busy machine its own
            // queue runs find the mail still in a delivery's hands, and leave it to a later one.
            if flushed.elapsed() > Duration::from_secs(2) {
                postfix.flush();
                flushed = Instant::now();
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}

async fn receiver(protocol: Protocol, desk: &Desk) -> (SocketAddr, watch::Sender<bool>) {
    let settings = Settings::new(protocol, "mx.desk.example", Clock::System);
    let receiver = Receiver::bind("127.0.0.1:0".parse().unwrap(), settings, desk.clone()).await.unwrap();
    let address = receiver.address().unwrap();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(receiver.run(stopped));
    (address, stop)
}

fn route(postfix: &Postfix, security: Security) -> Route {
    Route {
        host: "localhost".into(),
        port: postfix.port,
        security,
        sign_in: None,
        helo: "desk.example".into(),
    }
}

fn outbound(postfix: &Postfix) -> Outbound {
    let allow = vec!["127.0.0.0/8".parse().unwrap()];
    let extra_authorities = Some(postfix.certificates.authority_file());
    Outbound::new(Policy { allow, extra_authorities, ..Policy::default() })
}

fn mail(subject: &str) -> Vec<u8> {
    format!(
        "From: ann@client.example\r\nTo: help@smtp.desk.example\r\nSubject: {subject}\r\n\
         Message-ID: <{subject}@client.example>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\n.hello\r\n..\r\n"
    )
    .into_bytes()
}

fn to(address: &str) -> Vec<String> {
    vec![address.to_owned()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postfix_relays_into_our_smtp_and_lmtp_and_waits_while_we_are_busy() {
    let desk = Desk::default();
    let (smtp, _stop_smtp) = receiver(Protocol::Smtp, &desk).await;
    let (lmtp, _stop_lmtp) = receiver(Protocol::Lmtp, &desk).await;
    let sink = Sink::start();
    let postfix = Postfix::start(&[
        ("smtp.desk.example", Next::Smtp(smtp)),
        ("lmtp.desk.example", Next::Lmtp(lmtp)),
        ("*", Next::Smtp(sink.address)),
    ])
    .unwrap();
    let outbound = outbound(&postfix);
    let us = Some("ann@client.example");
    for (domain, with) in [("smtp.desk.example", "with ESMTP"), ("lmtp.desk.example", "with LMTP")] {
        let before = desk.stored.lock().unwrap().len();
        *desk.busy.lock().unwrap() = 1;
        let recipients = vec![format!("help@{domain}"), format!("help+two@{domain}")];
        send(&outbound, &route(&postfix, Security::None), us, &recipients, &mail("one")).await.unwrap();
        // SMTP has one message for both, LMTP one each.
        let count = if with == "with LMTP" { 2 } else { 1 };
        let stored = desk.wait_for(before + count, &postfix).await;
        for (envelope, raw) in &stored[before..] {
            assert_eq!(envelope.mail_from.as_deref(), us);
            assert_eq!(envelope.helo, "relay.example");
            assert!(
                raw.starts_with("Return-Path: <ann@client.example>\r\nReceived: from relay.example"),
                "{raw}"
            );
            assert!(raw.contains(with), "{raw}");
            assert!(raw.ends_with("\r\n\r\n.hello\r\n..\r\n"), "{raw}");
        }
        let mut recipients: Vec<_> =
            stored[before..].iter().flat_map(|(envelope, _)| envelope.recipients.clone()).collect();
        recipients.sort();
        assert_eq!(recipients, [format!("help+two@{domain}"), format!("help@{domain}")]);
        assert_eq!(*desk.busy.lock().unwrap(), 0, "it was turned away once and came again");
    }
    // Nobody: the sender gets a bounce from the null path, which goes out through the sink.
    send(&outbound, &route(&postfix, Security::None), us, &to("nobody@smtp.desk.example"), &mail("x"))
        .await
        .unwrap();
    let bounce = &sink.wait_for(1).await[0];
    assert_eq!((&*bounce.from, &bounce.recipients[..]), ("", &["ann@client.example".to_owned()][..]));
    assert!(bounce.text().contains("5.1.1"), "{}", bounce.text());
    assert_eq!(desk.stored.lock().unwrap().len(), 3, "nothing came twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_mail_goes_through_postfix_encrypted_and_arrives_once() {
    let sink = Sink::start();
    let postfix = Postfix::start(&[("*", Next::Smtp(sink.address))]).unwrap();
    let outbound = outbound(&postfix);
    sink.moods([Mood::Answer("451 4.7.1 greylisted".into())]);
    let mut connection = Connection::open(&outbound, &route(&postfix, Security::StartTls)).await.unwrap();
    for subject in ["one", "two", "three"] {
        let outcome = connection
            .send(Some("help@desk.example"), &to("ann@client.example"), &mail(subject))
            .await
            .unwrap();
        assert!(outcome.reply.contains("queued as"), "{}", outcome.reply);
    }
    let unicode = connection.send(None, &to("jörg@bücher.example"), &mail("four")).await.unwrap();
    assert_eq!(unicode.accepted.len(), 1);
    connection.quit().await;
    let received = sink.wait_for(4).await;
    let mut subjects: Vec<_> = received.iter().filter_map(|mail| mail.header("Subject")).collect();
    subjects.sort();
    assert_eq!(subjects, ["four", "one", "three", "two"]);
    for mail in &received {
        let text = mail.text();
        assert!(text.ends_with("\r\n\r\n.hello\r\n..\r\n"), "{text}");
        assert!(text.contains("SMTPS id"), "Postfix wrote that the connection was encrypted: {text}");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    }
    let began = Instant::now();
    while postfix.queued() > 0 {
        assert!(began.elapsed() < Duration::from_secs(10), "{}", postfix.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(sink.received().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_mails_from_postfix_all_arrive_while_the_receiver_is_stopped_and_started() {
    let desk = Desk::default();
    let (address, stop) = receiver(Protocol::Smtp, &desk).await;
    let postfix = Postfix::start(&[("*", Next::Smtp(address))]).unwrap();
    let mut connection =
        Connection::open(&outbound(&postfix), &route(&postfix, Security::None)).await.unwrap();
    for number in 0..300 {
        let outcome =
            connection.send(None, &to("help@desk.example"), &mail(&number.to_string())).await.unwrap();
        assert_eq!(outcome.accepted.len(), 1);
        if number == 150 {
            stop.send(true).unwrap();
        }
    }
    connection.quit().await;
    // The address is free again when the old receiver has finished.
    let settings = Settings::new(Protocol::Smtp, "mx.desk.example", Clock::System);
    let began = Instant::now();
    let receiver = loop {
        match Receiver::bind(address, settings.clone(), desk.clone()).await {
            Ok(receiver) => break receiver,
            Err(why) => assert!(began.elapsed() < Duration::from_secs(25), "{why}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let (_again, stopped) = watch::channel(false);
    tokio::spawn(receiver.run(stopped));
    let stored = desk.wait_for(300, &postfix).await;
    let mut ids: Vec<_> = stored
        .iter()
        .map(|(_, raw)| raw.lines().find(|line| line.starts_with("Message-I")).unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), stored.len()), (300, 300), "each once");
}
