use super::{content::on_the_wire, *};
use crate::email::peer::{Kind, Stage};
use kernel::secret::Secret;
use platform::outbound::Policy;
use std::{path::PathBuf, time::Duration};
use testkit::smtp_sink::{Manners, Mood, Sink};

fn outbound(authorities: Option<PathBuf>) -> Outbound {
    let allow = vec!["127.0.0.0/8".parse().unwrap()];
    Outbound::new(Policy { allow, extra_authorities: authorities, ..Policy::default() })
}

fn trusting(sink: &Sink) -> Outbound {
    outbound(Some(sink.certificates.authority_file()))
}

fn route(sink: &Sink, security: Security) -> Route {
    Route {
        host: "localhost".into(),
        port: sink.address.port(),
        security,
        sign_in: None,
        helo: "desk.example".into(),
    }
}

fn to(addresses: &[&str]) -> Vec<String> {
    addresses.iter().map(|address| (*address).to_owned()).collect()
}

const MAIL: &[u8] = b"From: help@desk.example\r\nSubject: hello\r\n\r\n.dot\r\nend\r\n";
const US: Option<&str> = Some("help@desk.example");

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let sink = Sink::start();
    let outcome =
        send(&outbound(None), &route(&sink, Security::None), US, &to(&["a@x.example", "b@x.example"]), MAIL)
            .await
            .unwrap();
    assert_eq!(outcome.accepted, ["a@x.example", "b@x.example"]);
    assert!(outcome.refused.is_empty());
    assert_eq!(outcome.reply, "250 2.0.0 kept as 1");
    let received = &sink.received()[0];
    assert_eq!(received.raw, MAIL);
    assert_eq!((&*received.from, &*received.helo), ("help@desk.example", "desk.example"));
    assert_eq!(received.recipients, ["a@x.example", "b@x.example"]);
    assert!(!received.is_encrypted);
}

#[tokio::test]
async fn every_recipient_has_an_answer_of_its_own() {
    for lacks_pipelining in [false, true] {
        let sink = Sink::with(Manners { lacks_pipelining, ..Manners::default() });
        sink.answer("gone@x.example", "550-5.1.1 nobody of this name\r\n550 5.1.1 ask the operator");
        sink.answer("full@x.example", "452 4.2.2 the mailbox is full");
        let all = to(&[
            "gone@x.example",
            "ann@x.example",
            "full@x.example",
            "not an address",
            "x\r\nDATA@y.example",
        ]);
        let outcome = send(&outbound(None), &route(&sink, Security::None), None, &all, MAIL).await.unwrap();
        assert_eq!(outcome.accepted, ["ann@x.example"]);
        let find =
            |name: &str| &outcome.refused.iter().find(|(address, _)| address.starts_with(name)).unwrap().1;
        let gone = find("gone");
        assert_eq!((gone.is_permanent, gone.code, gone.enhanced.as_deref()), (true, 550, Some("5.1.1")));
        assert_eq!(gone.text, "nobody of this name ask the operator");
        assert!(!find("full").is_permanent);
        assert_eq!(find("not").code, 0);
        assert_eq!(find("x\r\n").code, 0);
        let received = sink.received();
        assert_eq!(received.len(), 1);
        assert_eq!((&*received[0].from, received[0].recipients.len()), ("", 1));
    }
}

#[tokio::test]
async fn when_nobody_is_left_no_message_is_sent_and_the_connection_is_still_good() {
    let sink = Sink::start();
    sink.answer("gone@x.example", "550 5.1.1 nobody");
    let mut connection = Connection::open(&outbound(None), &route(&sink, Security::None)).await.unwrap();
    let outcome = connection.send(US, &to(&["gone@x.example"]), MAIL).await.unwrap();
    assert_eq!((outcome.accepted.len(), outcome.refused.len()), (0, 1));
    for number in 1..=3 {
        let outcome = connection.send(US, &to(&["ann@x.example"]), MAIL).await.unwrap();
        assert_eq!(outcome.reply, format!("250 2.0.0 kept as {number}"));
    }
    connection.quit().await;
    assert_eq!((sink.connections(), sink.received().len()), (1, 3));
}

#[tokio::test]
async fn a_refused_message_is_refused_for_everyone_who_was_accepted() {
    let sink = Sink::start();
    sink.moods([Mood::Answer("554 5.7.1 spam".into()), Mood::Answer("451 4.7.1 greylisted".into())]);
    let all = to(&["a@x.example", "b@x.example"]);
    for is_permanent in [true, false] {
        let outcome = send(&outbound(None), &route(&sink, Security::None), US, &all, MAIL).await.unwrap();
        assert!(outcome.accepted.is_empty());
        assert_eq!(outcome.refused.len(), 2);
        assert!(outcome.refused.iter().all(|(_, refusal)| refusal.is_permanent == is_permanent));
    }
    assert!(sink.received().is_empty());
}

#[tokio::test]
async fn a_broken_connection_says_whether_the_mail_may_have_arrived() {
    let sink = Sink::start();
    sink.moods([Mood::DropInMessage, Mood::DropAfterMessage]);
    let route = route(&sink, Security::None);
    let before = send(&outbound(None), &route, US, &to(&["a@x.example"]), MAIL).await.unwrap_err();
    assert!(before.is_temporary, "{before:?}");
    assert!(sink.received().is_empty());
    let after = send(&outbound(None), &route, US, &to(&["a@x.example"]), MAIL).await.unwrap_err();
    assert_eq!((after.stage, after.is_temporary), (Stage::Acknowledge, true));
    assert_eq!(sink.received().len(), 1);
}

#[tokio::test]
async fn tls_is_checked_and_never_given_up_silently() {
    for (security, manners) in [
        (Security::StartTls, Manners { starts_tls: true, ..Manners::default() }),
        (Security::Tls, Manners { is_tls: true, ..Manners::default() }),
    ] {
        let sink = Sink::with(manners.clone());
        let route = route(&sink, security);
        let all = to(&["a@x.example"]);
        let foreign = send(&outbound(None), &route, US, &all, MAIL).await.unwrap_err();
        assert_eq!((foreign.stage, foreign.kind), (Stage::Tls, Kind::NotTrusted));
        send(&trusting(&sink), &route, US, &all, MAIL).await.unwrap();
        assert!(sink.received().iter().all(|received| received.is_encrypted));
        assert_eq!(sink.received().len(), 1);
        let expired = Sink::with(Manners { is_expired: true, ..manners });
        let stale = Route { port: expired.address.port(), ..route };
        let refused = send(&trusting(&expired), &stale, US, &all, MAIL).await.unwrap_err();
        assert_eq!(refused.kind, Kind::NotTrusted);
        assert!(refused.text.to_lowercase().contains("expired"), "{refused}");
    }
    let plain = Sink::start();
    let refused =
        send(&outbound(None), &route(&plain, Security::StartTls), US, &to(&["a@x.example"]), MAIL).await;
    assert_eq!(refused.unwrap_err().kind, Kind::NoStartTls);
    assert!(plain.received().is_empty(), "nothing was sent in the clear");
}

#[tokio::test]
async fn all_three_ways_to_sign_in_work_and_a_wrong_secret_is_named() {
    let users = [("desk".to_owned(), "s3cret ü".to_owned())];
    for mechanism in ["PLAIN", "LOGIN", "XOAUTH2"] {
        let sink = Sink::with(Manners {
            users: users.clone().into(),
            mechanisms: Some(mechanism),
            ..Manners::default()
        });
        let with = |secret: &str| {
            let (user, secret) = ("desk".to_owned(), Secret::new(secret.to_owned()));
            let sign_in = match mechanism {
                "XOAUTH2" => SignIn::Token { user, token: secret },
                _ => SignIn::Password { user, password: secret },
            };
            Route { sign_in: Some(sign_in), ..route(&sink, Security::None) }
        };
        send(&outbound(None), &with("s3cret ü"), US, &to(&["a@x.example"]), MAIL).await.unwrap();
        assert_eq!(sink.received()[0].user.as_deref(), Some("desk"));
        let wrong = send(&outbound(None), &with("wrong"), US, &to(&["a@x.example"]), MAIL).await.unwrap_err();
        assert_eq!((wrong.stage, wrong.kind), (Stage::SignIn, Kind::SignInRefused), "{mechanism}");
        assert!(wrong.text.starts_with("535") && !wrong.text.contains("wrong\0"), "{wrong}");
        let other = match mechanism {
            "XOAUTH2" => SignIn::Password { user: "desk".into(), password: Secret::new("x".into()) },
            _ => SignIn::Token { user: "desk".into(), token: Secret::new("x".into()) },
        };
        let route = Route { sign_in: Some(other), ..route(&sink, Security::None) };
        let refused = send(&outbound(None), &route, US, &to(&["a@x.example"]), MAIL).await.unwrap_err();
        assert_eq!(refused.kind, Kind::NoSignIn);
    }
}

#[tokio::test]
async fn international_addresses_go_out_as_far_as_the_server_understands_them() {
    let modern = Sink::start();
    let all = to(&["jörg@bücher.example", "ann@bücher.example"]);
    let outcome = send(&outbound(None), &route(&modern, Security::None), US, &all, MAIL).await.unwrap();
    assert_eq!(outcome.accepted.len(), 2);
    let received = &modern.received()[0];
    assert_eq!(received.recipients, ["jörg@bücher.example", "ann@xn--bcher-kva.example"]);
    assert!(received.parameters.contains("SMTPUTF8"));
    let old = Sink::with(Manners { lacks_utf8: true, ..Manners::default() });
    let outcome = send(&outbound(None), &route(&old, Security::None), US, &all, MAIL).await.unwrap();
    assert_eq!(outcome.accepted, ["ann@bücher.example"]);
    assert_eq!(outcome.refused[0].1.enhanced.as_deref(), Some("5.6.7"));
    assert!(!old.received()[0].parameters.contains("SMTPUTF8"));
}

#[tokio::test]
async fn a_mail_above_the_servers_size_is_refused_without_sending_it() {
    let sink = Sink::with(Manners { size: Some(1000), ..Manners::default() });
    let large = vec![b'x'; 1001];
    let outcome = send(&outbound(None), &route(&sink, Security::None), US, &to(&["a@x.example"]), &large)
        .await
        .unwrap();
    assert_eq!(outcome.refused[0].1.enhanced.as_deref(), Some("5.3.4"));
    let outcome =
        send(&outbound(None), &route(&sink, Security::None), US, &to(&["a@x.example"]), MAIL).await.unwrap();
    assert_eq!(outcome.accepted.len(), 1);
    assert_eq!(sink.received().len(), 1);
}

#[tokio::test]
async fn a_closed_port_and_a_foreign_protocol_are_told_apart() {
    let closed = Route { port: 1, ..route(&Sink::start(), Security::None) };
    let refused = send(&outbound(None), &closed, US, &to(&["a@x.example"]), MAIL).await.unwrap_err();
    assert_eq!(
        (refused.stage, refused.kind, refused.is_temporary),
        (Stage::Connect, Kind::NotReachable, true)
    );
    let private = Outbound::new(Policy::default());
    let refused = send(&private, &closed, US, &to(&["a@x.example"]), MAIL).await.unwrap_err();
    assert_eq!((refused.kind, refused.is_temporary), (Kind::NotAllowed, false));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let web = Route { port: listener.local_addr().unwrap().port(), ..closed };
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let refused = send(&outbound(None), &web, US, &to(&["a@x.example"]), MAIL).await.unwrap_err();
    assert_eq!((refused.stage, refused.kind), (Stage::Greeting, Kind::BadAnswer));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up_within_a_minute() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = Route { port, ..route(&Sink::start(), Security::None) };
    let began = tokio::time::Instant::now();
    let refused = send(&outbound(None), &silent, US, &to(&["a@x.example"]), MAIL).await.unwrap_err();
    assert_eq!((refused.kind, refused.is_temporary), (Kind::TooSlow, true));
    assert!(began.elapsed() <= Duration::from_secs(61));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_its_time_with_every_recipient_is_given_up_after_five_minutes() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut io = tokio::io::BufReader::new(stream);
        let mut line = String::from("220");
        loop {
            tokio::io::AsyncWriteExt::write_all(io.get_mut(), b"250 ok\r\n").await.unwrap();
            line.clear();
            if tokio::io::AsyncBufReadExt::read_line(&mut io, &mut line).await.unwrap_or(0) == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_secs(50)).await;
        }
    });
    let slow = Route { port, ..route(&Sink::start(), Security::None) };
    let many: Vec<String> = (0..100).map(|number| format!("a{number}@x.example")).collect();
    let began = tokio::time::Instant::now();
    let refused = send(&outbound(None), &slow, US, &many, MAIL).await.unwrap_err();
    assert_eq!((refused.kind, refused.stage), (Kind::TooSlow, Stage::Transfer));
    assert!(began.elapsed() <= Duration::from_secs(400), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_probe_tells_every_step_and_sends_nothing() {
    let users = [("desk".to_owned(), "pw".to_owned())];
    let sink = Sink::with(Manners { starts_tls: true, users: users.into(), ..Manners::default() });
    let sign_in = SignIn::Password { user: "desk".into(), password: Secret::new("pw".into()) };
    let route = Route { sign_in: Some(sign_in), ..route(&sink, Security::StartTls) };
    let fine = probe(&trusting(&sink), &route).await;
    let stages: Vec<_> = fine.steps.iter().map(|step| step.stage).collect();
    assert_eq!(stages, [Stage::Connect, Stage::Greeting, Stage::Tls, Stage::SignIn]);
    assert!(fine.is_fine(), "{fine:?}");
    let sign_in = SignIn::Password { user: "desk".into(), password: Secret::new("no".into()) };
    let wrong = probe(&trusting(&sink), &Route { sign_in: Some(sign_in), ..route }).await;
    assert!(!wrong.is_fine());
    assert_eq!(wrong.steps.last().unwrap().stage, Stage::SignIn);
    assert!(!format!("{wrong:?}").contains("bm8"), "no secret in what is shown");
    assert!(sink.received().is_empty());
}

#[test]
fn what_goes_over_the_wire_has_one_end_of_message() {
    for (raw, wire) in [
        ("", ".\r\n"),
        ("a", "a\r\n.\r\n"),
        (".", "..\r\n.\r\n"),
        ("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"),
        ("a\r.\rb\r\n", "a\r\n..\r\nb\r\n.\r\n"),
        ("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"),
        ("a\n\r\n.\n\r", "a\r\n\r\n..\r\n\r\n.\r\n"),
        ("a\r\r\n.\r\r\nQUIT", "a\r\n\r\n..\r\n\r\nQUIT\r\n.\r\n"),
        ("\r\n\0.\r\n", "\r\n\0.\r\n.\r\n"),
    ] {
        let got = on_the_wire(raw.as_bytes());
        assert_eq!(String::from_utf8(got.clone()).unwrap(), wire, "{raw:?}");
        let ends = got.windows(5).filter(|five| five == b"\r\n.\r\n").count();
        assert!(ends == 1 || raw.is_empty());
    }
}
