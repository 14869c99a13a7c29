//! F03: killed at any moment while mail goes out to a slow server.
use crate::{
    desk::{Desk, HELP},
    size::{Chance, Clock, Row, databases, is_long, kills},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use testkit::smtp_sink::{Mood, Sink};

#[test]
fn f03_no_answer_is_lost_by_a_kill_and_a_repeated_one_is_the_same_mail() {
    for database in databases() {
        // As it was designed: all the latency is before the server has the mail.
        if is_long() {
            sends_through_kills(&database, Late::Never);
        }
        sends_through_kills(&database, Late::Sometimes);
    }
}

/// Whether the server has a mail as a whole long before it says so.
#[derive(Clone, Copy, PartialEq)]
enum Late {
    Never,
    /// Each twentieth. A kill in between is one that nobody can see through, so the mail comes again.
    Sometimes,
}

fn sends_through_kills(database: &str, late: Late) {
    let sink = Sink::start();
    let inbox = json!({
        "name": "Help", "address": HELP, "receive": { "kind": "smtp" }, "acknowledge": false,
        "send": { "host": "127.0.0.1", "port": sink.address.port(), "tls": "none" },
    });
    let desk = Desk::with(database, &[inbox]);
    let (clock, mut chance) = (Clock::start(), Chance::new(3));
    let (longest, at_once) = if is_long() { (2_000, 33) } else { (300, 8) };
    // It lets everybody wait before they may begin.
    let pauses: Vec<_> = (0..100_000).map(|_| chance.millis(0, longest)).collect();
    sink.pauses(pauses);
    let answers = |n: u64| if late == Late::Sometimes && n.is_multiple_of(20) { longest / 2 } else { 0 };
    let moods: Vec<_> = (0..100_000).map(|n| Mood::Delay(Duration::from_millis(answers(n)))).collect();
    sink.moods(moods);
    let (mut written, mut ends, mut unanswered) = (0, 0, 0);
    while ends < kills() && !clock.is_over() {
        let served = desk.serve();
        let began = Instant::now();
        let life = chance.life();
        // There is always something to send: tickets that are opened with an answer to them.
        for _ in 0..at_once {
            let to = format!("ann{written}@client.example");
            let ticket =
                json!({ "subject": format!("t{written}"), "text": "x", "requester": { "email": to } });
            let number = desk.post(&served, "/api/v1/tickets", &ticket)["number"].as_i64().unwrap();
            let path = format!("/api/v1/tickets/{number}/messages");
            desk.post(&served, &path, &json!({ "text": format!("answer {written}") }));
            written += 1;
        }
        std::thread::sleep(life.saturating_sub(began.elapsed()));
        unanswered += sink.in_hand();
        served.kill();
        ends += 1;
    }
    let served = desk.serve();
    let began = Instant::now();
    let outbound = loop {
        let rows = desk.list(&served, "/api/v1/outbound?");
        if rows.len() == written && rows.iter().all(|row| row["state"] == "sent") {
            break rows;
        }
        let states: Vec<_> = rows.iter().filter(|row| row["state"] != "sent").collect();
        assert!(began.elapsed() < Duration::from_secs(120), "{} {states:?} {}", rows.len(), served.log());
        std::thread::sleep(Duration::from_millis(100));
    };
    served.stop();
    let mut copies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mail in sink.received() {
        let id = mail.header("Message-ID").unwrap();
        copies.entry(mail.recipients[0].clone()).or_default().push(id);
    }
    let lost = (0..written).filter(|n| !copies.contains_key(&format!("ann{n}@client.example"))).count();
    let duplicates = copies.values().map(|ids| ids.len() - 1).sum();
    let remark = match late {
        Late::Never => "the server is slow before it has a mail".into(),
        Late::Sometimes => {
            format!("and after it: {unanswered} mails were with the server and unanswered when we died")
        }
    };
    Row { experiment: "F03", database, mails: written, ends, lost, duplicates, remark }.print();
    assert_eq!((lost, copies.len(), outbound.len()), (0, written, written));
    for (to, ids) in &mut copies {
        ids.dedup();
        assert_eq!(ids.len(), 1, "{to} got another mail for the same answer");
    }
    // And one for each kill that came between the answer and our commit.
    assert!(duplicates <= unanswered + ends, "{duplicates} copies for {unanswered} unanswered mails");
    match late {
        Late::Never => assert!(duplicates * 200 <= written, "{duplicates} of {written} came twice"),
        Late::Sometimes => assert!(unanswered > 0, "the kills hit nothing"),
    }
    desk.doctor();
}
