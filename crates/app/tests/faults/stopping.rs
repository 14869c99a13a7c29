//! F16: told to stop while everybody works.
use crate::{
    desk::{Account, Desk, HELP, account},
    post::Sender,
    program,
    receiving::mail,
    size::{Chance, Clock, Row, databases, stops},
};
use serde_json::{Value as Json, json};
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
#[derive(Clone, Copy, PartialEq)]
struct At {
    http: SocketAddr,
    smtp: SocketAddr,
}

#[derive(Default)]
struct Field {
    at: RwLock<Option<At>>,
    mailed: Mutex<BTreeSet<String>>,
    made: Mutex<BTreeSet<String>>,
    /// Requesters of tickets without an answer.
    opened: Mutex<BTreeSet<String>>,
    /// Requesters whose request met the shut door: it was not begun, so nothing of it may be there.
    turned_away: Mutex<BTreeSet<String>>,
    number: AtomicUsize,
    /// Requests and transfers that got no answer, and what was not a success.
    errors: Mutex<Vec<String>>,
    /// Whether the program is being told to stop, or has been.
    is_told: AtomicBool,
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
    /// A request of `requester` got no answer. Before the program is told to stop that is an error; from then on the
    /// kernel may end a connection that nobody has taken yet.
    fn unanswered(&self, at: At, cause: &std::io::Error, requester: String) {
        let is_told = *self.at.read().unwrap() != Some(at) || self.is_told.load(Ordering::SeqCst);
        let is_shut = matches!(
            cause.kind(),
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
        );
        if is_told && is_shut {
            self.turned_away.lock().unwrap().insert(requester);
        } else {
            self.error(format!("{requester}: {cause:?}"));
        }
    }
}

/// Opens tickets by the API, each on a connection of its own, with an answer that goes out by mail.
fn asks(field: &Field, headers: &[(&str, &str)]) {
    while !field.is_over() {
        let Some(at) = field.at() else { continue };
        let requester = format!("ann{}@client.example", field.number());
        let ask = |path: &str, body: &Json| match program::send(
            at.http,
            "POST",
            path,
            headers,
            &body.to_string(),
        ) {
            Ok(answer) if answer.status == 201 => serde_json::from_str::<Json>(&answer.body).ok(),
            Ok(answer) => {
                field.error(format!("{path}: {} {}", answer.status, answer.body));
                None
            }
            Err(cause) => {
                field.unanswered(at, &cause, requester.clone());
                None
            }
        };
        let ticket = json!({ "subject": "a", "text": "x", "requester": { "email": &requester } });
        let Some(ticket) = ask("/api/v1/tickets", &ticket) else { continue };
        let answer =
            ask(&format!("/api/v1/tickets/{}/messages", ticket["number"]), &json!({ "text": "answer" }));
        if answer.is_some() {
            field.made.lock().unwrap().insert(requester);
        } else {
            // The ticket is there, as it was said.
            field.opened.lock().unwrap().insert(requester);
        }
    }
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
            while ends < stops() && !clock.is_over() {
                let mut served = desk.serve();
                field.is_told.store(false, Ordering::SeqCst);
                *field.at.write().unwrap() = Some(At { http: served.address, smtp: served.mail("smtp") });
                std::thread::sleep(chance.millis(200, 900));
                field.is_told.store(true, Ordering::SeqCst);
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
        let tickets: BTreeSet<String> = desk
            .list(&served, "/api/v1/tickets?")
            .iter()
            .filter_map(|ticket| Some(ticket["requester"]["email"].as_str()?.to_owned()))
            .collect();
        served.stop();
        let mut copies: BTreeMap<String, usize> = BTreeMap::new();
        for mail in sink.received() {
            *copies.entry(mail.recipients[0].clone()).or_default() += 1;
        }
        let made = field.made.into_inner().unwrap();
        assert!(tickets.is_superset(&made), "a ticket that was opened is not listed");
        let turned_away = field.turned_away.into_inner().unwrap();
        let opened = field.opened.into_inner().unwrap();
        let begun = turned_away.iter().filter(|requester| {
            copies.contains_key(*requester) || tickets.contains(*requester) && !opened.contains(*requester)
        });
        assert_eq!(begun.collect::<Vec<_>>(), Vec::<&String>::new(), "done, and its answer was cut");
        let unsent = made.iter().filter(|to| !copies.contains_key(*to)).count();
        let sent_twice = copies.values().filter(|count| **count > 1).count();
        let errors = field.errors.into_inner().unwrap();
        let remark = format!(
            "{} answers out, {} came too late, {} errors, longest stop {} ms",
            made.len(),
            turned_away.len(),
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
