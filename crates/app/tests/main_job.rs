//! A mail comes in.
#![allow(clippy::disallowed_methods, reason = "a test sends mail as others do")]
mod program;
use program::{Data, Served, postgres, setup, token};
use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
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
        let address = desk.mail("smtp");
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
