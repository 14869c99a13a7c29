//! F21: machines that answer machines, for a day.
use crate::world::{World, inbox};
use kernel::clock::{HOUR, MINUTE};
use std::collections::{BTreeMap, VecDeque};
use testkit::{
    Desk,
    smtp_sink::{Received, Sink},
};

const A: &str = "help@a.example";
const B: &str = "help@b.example";
const AWAY: &str = "away@v.example";
const FULL: &str = "full@m.example";

/// A mail between two machines.
struct Letter {
    from: String,
    to: String,
    raw: Vec<u8>,
}

fn letter(number: &mut usize, from: &str, to: &str, subject: &str, more: &str, text: &str) -> Letter {
    *number += 1;
    let raw = format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{number}@outside.example>\r\n{more}\r\n{text}\r\n"
    );
    Letter { from: from.to_owned(), to: to.to_owned(), raw: raw.into_bytes() }
}

/// What the world makes of a mail of ours. Everything in it is rude: gateways take away the marks of automatic mail and
/// the null path, the absence notice has no mark and answers whatever comes, the full mailbox reports to the author.
fn world_answers(number: &mut usize, mail: &Received) -> Letter {
    let from = mail.header("From").unwrap();
    let from = mail::Address::parse(&from).unwrap().email;
    let to = mail.recipients[0].clone();
    match to.as_str() {
        AWAY => letter(number, AWAY, &from, &format!("Hello {number}"), "", "I am at the lake."),
        FULL => {
            let id = mail.header("Message-ID").unwrap();
            let more = "Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n";
            let report = format!(
                "--r\r\n\r\nmailbox full\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\n\
                 Reporting-MTA: dns; m.example\r\n\r\nFinal-Recipient: rfc822; {FULL}\r\nAction: failed\r\n\
                 Status: 5.2.2\r\nDiagnostic-Code: smtp; 552 5.2.2 mailbox full\r\n--r\r\n\
                 Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\nTo: {FULL}\r\n--r--"
            );
            letter(number, "MAILER-DAEMON@m.example", &from, "Undelivered Mail", more, &report)
        }
        _ => {
            let text = mail.text();
            let marks = ["auto-submitted:", "x-auto-response-suppress:", "precedence:", "return-path:"];
            let kept = text.split_inclusive("\r\n").filter(|line| {
                let line = line.to_ascii_lowercase();
                !marks.iter().any(|mark| line.starts_with(mark))
            });
            Letter { from, to, raw: kept.collect::<String>().into_bytes() }
        }
    }
}

#[test]
fn f21_a_storm_of_machines_dies_down_by_itself() {
    for open in [Desk::sqlite, Desk::postgres] {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.unwrap().block_on(storm(open));
    }
}

async fn storm(open: fn() -> Desk) {
    let (desk_a, desk_b, sink) = (open(), open(), Sink::start());
    let a = World::over(&desk_a, &[inbox(A, Some(sink.address))]).await;
    let b = World::over(&desk_b, &[inbox(B, Some(sink.address))]).await;
    let (mut number, mut seen, mut longest) = (0, 0, 0);
    let mut rounds_of = Vec::new();
    for step in 0..24 * 6 {
        let mut under_way = VecDeque::new();
        if step % 6 == 0 {
            // Each hour somebody brings all of it into motion again.
            for (from, to) in [(B, A), (A, B), (AWAY, A), (AWAY, B), (FULL, A), (FULL, B)] {
                let subject = format!("Order {number}");
                under_way.push_back(letter(&mut number, from, to, &subject, "", "Where is it?"));
            }
        }
        let mut rounds = 0;
        loop {
            while let Some(Letter { from, to, raw }) = under_way.pop_front() {
                match to.as_str() {
                    A => drop(a.takes(Some(&from), A, raw).await),
                    B => drop(b.takes(Some(&from), B, raw).await),
                    // A reply address of ours with a mark in it.
                    to if to.ends_with("@a.example") => drop(a.takes(Some(&from), to, raw).await),
                    to if to.ends_with("@b.example") => drop(b.takes(Some(&from), to, raw).await),
                    other => panic!("nobody lives at {other}"),
                }
            }
            for world in [&a, &b] {
                world.reads().await;
                world.sends().await;
            }
            let received = sink.received();
            if received.len() == seen {
                break;
            }
            under_way.extend(received[seen..].iter().map(|mail| world_answers(&mut number, mail)));
            seen = received.len();
            rounds += 1;
            assert!(rounds < 20, "the storm does not end: {seen} mails");
        }
        longest = longest.max(rounds);
        rounds_of.push(rounds);
        for world in [&a, &b] {
            world.clock.advance(10 * MINUTE);
        }
    }
    let mut by_ticket: BTreeMap<(String, i64, String), usize> = BTreeMap::new();
    let mut total = 0;
    for (name, world) in [("a", &a), ("b", &b)] {
        assert_eq!(world.clock.now().0 - 1_795_251_900_000, 24 * HOUR);
        for row in world.outbox().await {
            let ticket = row.ticket_id.map_or(0, |id| id.number());
            *by_ticket.entry((name.to_owned(), ticket, row.recipients_text.clone())).or_default() += 1;
            total += 1;
        }
        // Nothing that came in is without an outcome.
        let ledger = world.ledger().await;
        assert!(ledger.iter().all(|row| row.outcome.word() != "pending"));
        assert!(ledger.len() >= 72, "{}", ledger.len());
    }
    println!(
        "{}: {number} letters of machines, {total} automatic mails of two desks in 24 hours, the longest chain {longest}",
        desk_a.engine
    );
    assert!(
        by_ticket.values().all(|count| *count == 1),
        "more than one to a ticket's address: {by_ticket:?}"
    );
    assert!((4..=10).contains(&total), "{total} automatic mails: {by_ticket:?}");
}
