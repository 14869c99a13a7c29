//! A mail comes in, and nothing is lost when the program is told to stop (F16).
#![allow(clippy::disallowed_methods, reason = "a test sends mail as others do")]
mod program;
use program::{Data, Served, postgres, send, setup, token};
use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Speaks SMTP line by line; returns the last answer.
fn mail(to: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(to).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut answer = || {
        let mut line = String::new();
        while answers.read_line(&mut line).unwrap() > 0 && line.lines().last().unwrap().as_bytes()[3] == b'-'
        {
        }
        line
    };
    answer();
    for command in ["EHLO test.example", "MAIL FROM:<cy@example.org>", "RCPT TO:<help@acme.example>", "DATA"]
    {
        write!(stream, "{command}\r\n").unwrap();
        let said = answer();
        assert!(said.starts_with(['2', '3']), "{command}: {said}");
    }
    write!(stream, "{text}\r\n.\r\n").unwrap();
    answer()
}

#[test]
fn a_mail_becomes_a_ticket_on_both_databases() {
    for database in ["sqlite".to_owned(), postgres()] {
        let data = Data::new();
        setup(&data, &database).went_well();
        let bearer = format!("Bearer {}", token(&data, &database));
        let words = ["--database", &database, "--smtp-listen", "127.0.0.1:0", "--lmtp-listen", "127.0.0.1:0"];
        let desk = Served::start(data.path(), &words);
        let json = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let inbox =
            r#"{"name":"Help","address":"help@acme.example","receive":{"kind":"smtp"},"acknowledge":false}"#;
        let made = desk.send("POST", "/api/v1/inboxes", &json, inbox);
        assert_eq!(made.status, 201, "{}", made.body);
        let line = desk.logged("by=\"smtp\"");
        let address = line.split("address=").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let stored = mail(
            address,
            "From: Cy <cy@example.org>\r\nTo: help@acme.example\r\nSubject: The printer\r\n\
             Message-ID: <1@example.org>\r\n\r\nIt is on fire.",
        );
        assert!(stored.starts_with("250 "), "{stored}");
        let until = Instant::now() + Duration::from_secs(20);
        let ticket = loop {
            let ticket = desk.send("GET", "/api/v1/tickets/1/messages", &json[..1], "");
            if ticket.status == 200 || Instant::now() > until {
                break ticket;
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        assert!(ticket.body.contains("It is on fire."), "{} {}", ticket.body, desk.log());
        let log = desk.log();
        assert!(!log.contains("fire") && !log.contains("printer"), "the log has no content: {log}");
        desk.stop();
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_program_stops_under_load() {
    let data = Data::new();
    setup(&data, "sqlite").went_well();
    let bearer = format!("Bearer {}", token(&data, "sqlite"));
    let json = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let mut desk = Served::start(data.path(), &[]);
    let (made, cut, is_over) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let took = std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let address = desk.address;
                let ticket = r#"{"subject":"x","text":"y","requester":{"email":"cy@example.org"}}"#;
                while !is_over.load(Ordering::Relaxed) {
                    match send(address, "POST", "/api/v1/tickets", &json, ticket) {
                        Ok(answer) if answer.status == 201 => drop(made.fetch_add(1, Ordering::Relaxed)),
                        Ok(answer) => panic!("{} {}", answer.status, answer.body),
                        Err(cause) if cause.kind() == std::io::ErrorKind::ConnectionRefused => break,
                        Err(_) => drop(cut.fetch_add(1, Ordering::Relaxed)),
                    }
                }
            });
        }
        while made.load(Ordering::Relaxed) < 50 {
            std::thread::sleep(Duration::from_millis(5));
        }
        desk.terminate();
        let start = Instant::now();
        while TcpStream::connect(desk.address).is_ok() && start.elapsed() < Duration::from_secs(20) {}
        is_over.store(true, Ordering::Relaxed);
        start.elapsed()
    });
    let (code, _) = desk.ended();
    assert_eq!(code, Some(0), "{}", desk.log());
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert_eq!(cut.load(Ordering::Relaxed), 0, "requests without an answer");
    let made = made.load(Ordering::Relaxed);
    let again = Served::start(data.path(), &[]);
    let last = again.send("GET", &format!("/api/v1/tickets/{made}"), &json[..1], "");
    assert_eq!(last.status, 200, "{made} were acknowledged");
    let next = again.send("GET", &format!("/api/v1/tickets/{}", made + 1), &json[..1], "");
    assert_eq!(next.status, 404, "and no more were made");
    again.stop();
}
