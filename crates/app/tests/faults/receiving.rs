//! F01: killed at any moment while mail comes in by SMTP and LMTP.
use crate::{
    desk::{Account, Desk, HELP, account, inbox},
    post::Sender,
    size::{Chance, Clock, Row, databases, kills},
};
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// Short and long ones, HTML, files that live in the database, and files that live in the folder.
pub fn mail(number: usize) -> Vec<u8> {
    let head = format!(
        "From: Ann <ann{number}@client.example>\nTo: {HELP}\nSubject: m{number}\nMessage-ID: <{number}@client.example>\n\
         Date: Sat, 21 Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\n"
    );
    let html = format!("<p>Hello <b>{number}</b></p>");
    let part = |kind: &str, body: &str| format!("--b\nContent-Type: {kind}\n\n{body}\n");
    let mixed = |parts: String| format!("{head}Content-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n");
    let text = part("text/plain", &format!("hello {number}\n.\n..two dots"));
    let file = |lines: usize| {
        let line = format!("{number} {}\n", "x".repeat(70));
        part("application/octet-stream; name=a.bin", &line.repeat(lines))
    };
    let mail = match number {
        n if n.is_multiple_of(25) => mixed(text + &file(2_500)),
        n if n.is_multiple_of(7) => mixed(text + &file(100)),
        n if n.is_multiple_of(3) => mixed(part("text/html", &html)),
        _ => format!("{head}\nhello {number}\n"),
    };
    mail.into_bytes()
}

/// What the senders share: where the program is now, and what it has acknowledged.
#[derive(Default)]
struct Field {
    address: Mutex<Option<[SocketAddr; 2]>>,
    acknowledged: Mutex<BTreeSet<String>>,
    next: AtomicUsize,
    cut: AtomicUsize,
    is_over: AtomicBool,
}

/// Sends one mail after the other; one without an answer again and again, as a mail server does.
fn sends(field: &Field, way: usize) {
    let hello = ["EHLO", "LHLO"][way];
    let mut connection: Option<Sender> = None;
    while !field.is_over.load(Ordering::Relaxed) {
        let number = field.next.fetch_add(1, Ordering::Relaxed);
        let content = mail(number);
        loop {
            let address = *field.address.lock().unwrap();
            if connection.is_none() {
                connection = address.and_then(|both| Sender::open(both[way], hello).ok());
            }
            let Some(open) = &mut connection else {
                std::thread::sleep(Duration::from_millis(5));
                continue;
            };
            match open.send(&format!("ann{number}@client.example"), HELP, &content) {
                Ok(answer) if answer.starts_with("250 ") => break,
                Ok(answer) => assert!(answer.starts_with('4'), "a good mail was refused: {answer}"),
                Err(_) => {
                    field.cut.fetch_add(1, Ordering::Relaxed);
                    connection = None;
                }
            }
        }
        field.acknowledged.lock().unwrap().insert(format!("m{number}"));
        std::thread::sleep(Duration::from_millis(4));
    }
}

#[test]
fn f01_what_was_acknowledged_survives_every_kill() {
    for database in databases() {
        let desk = Desk::with(&database, &[inbox(HELP)]);
        let (field, clock, mut chance) = (Field::default(), Clock::start(), Chance::new(1));
        let mut starts = Vec::new();
        let mut ends = 0;
        let served = std::thread::scope(|scope| {
            for way in [0, 0, 1] {
                let field = &field;
                scope.spawn(move || sends(field, way));
            }
            while ends < kills() && !clock.is_over() {
                let start = Instant::now();
                let served = desk.serve();
                starts.push(start.elapsed());
                *field.address.lock().unwrap() = Some([served.mail("smtp"), served.mail("lmtp")]);
                std::thread::sleep(chance.life());
                served.kill();
                ends += 1;
            }
            // The last one lives, and takes what the senders still hold.
            let served = desk.serve();
            *field.address.lock().unwrap() = Some([served.mail("smtp"), served.mail("lmtp")]);
            field.is_over.store(true, Ordering::Relaxed);
            served
        });
        let ledger = desk.ledger(&served);
        served.stop();
        let acknowledged = field.acknowledged.into_inner().unwrap();
        let Account { lost, duplicates } = account(&ledger, &acknowledged);
        starts.sort();
        let slow = starts[starts.len() * 95 / 100];
        let cut = field.cut.into_inner();
        let remark = format!("{cut} transfers cut, ready after {} ms (p95)", slow.as_millis());
        Row {
            experiment: "F01",
            database: &database,
            mails: acknowledged.len(),
            ends,
            lost,
            duplicates,
            remark,
        }
        .print();
        assert_eq!((lost, duplicates), (0, 0));
        assert!(cut > ends / 4, "the kills hit nothing: {cut} transfers were cut by {ends} kills");
        assert!(slow < Duration::from_secs(5), "ready again after {slow:?}");
        desk.doctor();
    }
}
