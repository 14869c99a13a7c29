//! F16: told to stop while everybody works.
use crate::{
    desk::{Account, Desk, HELP, account},
    post::Sender,
    program,
    receiving::mail,
    size::{Chance, Clock, Row, databases, kills},
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::ErrorKind,
    net::SocketAddr,
    sync::{
        Mutex, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use testkit::smtp_sink::Sink;

/// Where the program is now.
#[derive(Clone, Copy)]
struct At {
    http: SocketAddr,
    smtp: SocketAddr,
}

#[derive(Default)]
struct Field {
    at: RwLock<Option<At>>,
    mailed: Mutex<BTreeSet<String>>,
    made: Mutex<BTreeSet<String>>,
    number: AtomicUsize,
    /// Requests and transfers that got no answer, and what was not a success.
    errors: Mutex<Vec<String>>,
    is_over: AtomicBool,
}
impl Field {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
    fn number(&self) -> usize {
        self.number.fetch_add(1, Ordering::Relaxed)
    }
    fn at(&self) -> Option<At> {
        let at = *self.at.read().unwrap();
        if at.is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        at
    }
    fn error(&self, what: String) {
        self.errors.lock().unwrap().push(what);
    }
}

/// Opens tickets by the API, each on a connection of its own, with an answer that goes out by mail.
fn asks(field: &Field, headers: &[(&str, &str)]) {
    while !field.is_over() {
        let Some(at) = field.at() else { continue };
        let number = field.number();
        let body = json!({ "subject": format!("a{number}"), "text": "x",
                           "requester": { "email": format!("ann{number}@client.example") } });
        let made = program::send(at.http, "POST", "/api/v1/tickets", headers, &body.to_string());
        let ticket = match made {
            Ok(answer) if answer.status == 201 => answer,
            Ok(answer) => {
                field.error(format!("ticket: {} {}", answer.status, answer.body));
                continue;
            }
            Err(cause) if is_refused(&cause) => continue,
            Err(cause) => {
                field.error(format!("ticket: {cause:?}"));
                continue;
            }
        };
        let ticket: serde_json::Value = serde_json::from_str(&ticket.body).unwrap();
        let path = format!("/api/v1/tickets/{}/messages", ticket["number"]);
        match program::send(at.http, "POST", &path, headers, &json!({ "text": "answer" }).to_string()) {
            Ok(answer) if answer.status == 201 => {
                field.made.lock().unwrap().insert(format!("ann{number}@client.example"));
            }
            Ok(answer) => field.error(format!("answer: {} {}", answer.status, answer.body)),
            Err(cause) if is_refused(&cause) => {}
            Err(cause) => field.error(format!("answer: {cause:?}")),
        }
    }
}
/// Nobody listens any more: the connection was never made.
fn is_refused(cause: &std::io::Error) -> bool {
    cause.kind() == ErrorKind::ConnectionRefused
}

/// Sends mail on connections that stay open: 421 between two mails is the polite end of one.
fn mails_in(field: &Field) {
    while !field.is_over() {
        let Some(at) = field.at() else { continue };
        let Ok(mut sender) = Sender::open(at.smtp, "EHLO") else { continue };
        while !field.is_over() {
            let number = field.number();
            // Long ones are under way when the stop comes.
            let content = mail(number);
            match sender.send("ann@client.example", HELP, &content) {
                Ok(answer) if answer.starts_with("250 ") => {
                    field.mailed.lock().unwrap().insert(format!("m{number}"));
                }
                Ok(answer) if answer.starts_with("421 ") => break,
                Ok(answer) => {
                    field.error(format!("mail: {answer}"));
                    break;
                }
                Err(cause) if sender.is_in_message => {
                    field.error(format!("mail: cut in the middle: {cause:?}"));
                    break;
                }
                // Closed between two mails, after its 421 was on the way.
                Err(_) => break,
            }
        }
    }
}

#[test]
fn f16_a_stop_under_load_finishes_what_was_begun() {
    for database in databases() {
        let sink = Sink::start();
        sink.delay(Duration::from_millis(20));
        let inbox = json!({
            "name": "Help", "address": HELP, "receive": { "kind": "smtp" }, "acknowledge": false,
            "send": { "host": "127.0.0.1", "port": sink.address.port(), "tls": "none" },
        });
        let desk = Desk::with(&database, &[inbox]);
        let (field, clock, mut chance) = (Field::default(), Clock::start(), Chance::new(16));
        let (mut ends, mut longest) = (0, Duration::ZERO);
        std::thread::scope(|scope| {
            let (field, headers) = (&field, desk.headers());
            for _ in 0..2 {
                scope.spawn(move || asks(field, &headers));
                scope.spawn(move || mails_in(field));
            }
            while ends < kills() && !clock.is_over() {
                let mut served = desk.serve();
                *field.at.write().unwrap() = Some(At { http: served.address, smtp: served.mail("smtp") });
                std::thread::sleep(chance.life());
                served.terminate();
                // It has been told: whoever comes now may find the door shut, whoever is inside is served.
                *field.at.write().unwrap() = None;
                let (code, took) = served.ended();
                if code != Some(0) || served.log().contains("cut off") {
                    field.error(format!("it ended with {code:?}: {}", served.log()));
                }
                longest = longest.max(took);
                ends += 1;
            }
            field.is_over.store(true, Ordering::Relaxed);
        });
        let served = desk.serve();
        let ledger = desk.ledger(&served);
        let mailed = field.mailed.into_inner().unwrap();
        let Account { lost, duplicates } = account(&ledger, &mailed);
        let began = Instant::now();
        while desk.list(&served, "/api/v1/outbound?").iter().any(|row| row["state"] != "sent") {
            assert!(began.elapsed() < Duration::from_secs(60), "{}", served.log());
            std::thread::sleep(Duration::from_millis(100));
        }
        served.stop();
        let mut copies: BTreeMap<String, usize> = BTreeMap::new();
        for mail in sink.received() {
            *copies.entry(mail.recipients[0].clone()).or_default() += 1;
        }
        let made = field.made.into_inner().unwrap();
        let unsent = made.iter().filter(|to| !copies.contains_key(*to)).count();
        let sent_twice = copies.values().filter(|count| **count > 1).count();
        let errors = field.errors.into_inner().unwrap();
        let remark = format!(
            "{} answers out, {} errors, longest stop {} ms",
            made.len(),
            errors.len(),
            longest.as_millis()
        );
        Row {
            experiment: "F16",
            database: &database,
            mails: mailed.len() + made.len(),
            ends,
            lost: lost + unsent,
            duplicates: duplicates + sent_twice,
            remark,
        }
        .print();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!((lost, duplicates, unsent, sent_twice), (0, 0, 0, 0));
        assert!(longest < Duration::from_secs(20), "{longest:?}");
        // So many that one that is lost would be among them, on a machine that is busy too.
        assert!(mailed.len() > ends && made.len() >= 10, "{} {}", mailed.len(), made.len());
        desk.doctor();
    }
}
