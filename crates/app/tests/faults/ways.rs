//! F05: the same mail by several ways, and other mails under its name.
use crate::{
    desk::{Desk, HELP, inbox},
    post::Sender,
    size::{Row, databases, mails},
};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use testkit::dovecot::{Dovecot, PASSWORD, USER};

const SALES: &str = "sales@desk.example";

fn mail(number: usize, text: &str) -> Vec<u8> {
    format!(
        "From: Ann <ann{number}@client.example>\nTo: {HELP}, {SALES}\nSubject: m{number}\n\
         Message-ID: <{number}@client.example>\nDate: Sat, 21 Nov 2026 09:00:00 +0000\n\n{text}\n"
    )
    .into_bytes()
}

fn count(ledger: &[Json], inbox: &str, outcome: &str) -> usize {
    ledger.iter().filter(|row| row["inbox"] == inbox && row["outcome"] == outcome).count()
}

#[test]
fn f05_one_mail_by_every_way_is_one_message_an_inbox_and_another_under_its_name_is_kept() {
    for database in databases() {
        let dovecot = Dovecot::start();
        let fetched = json!({
            "name": "Help", "address": HELP, "acknowledge": false,
            "receive": { "kind": "imap", "host": "127.0.0.1", "port": dovecot.port, "tls": "none",
                         "user": USER, "password": PASSWORD, "folder": "INBOX" },
        });
        let desk = Desk::with(&database, &[fetched, inbox(SALES)]);
        let served = desk.serve();
        let inboxes = desk.get(&served, "/api/v1/inboxes");
        let id = |address: &str| {
            let all = inboxes["items"].as_array().unwrap();
            all.iter().find(|inbox| inbox["address"] == address).unwrap()["id"].as_str().unwrap().to_owned()
        };
        let (help, sales) = (id(HELP), id(SALES));
        let (same, others) = (mails(60), mails(20));
        let mut sender = Sender::open(served.mail("smtp"), "EHLO").unwrap();
        let mut lmtp = Sender::open(served.mail("lmtp"), "LHLO").unwrap();
        let mut client = dovecot.client();
        for number in 0..same {
            let content = mail(number, "the same words");
            // An inbox that is fetched has an address too: a forwarder may bring its mail by SMTP.
            client.append("INBOX", &content);
            for to in [HELP, SALES] {
                assert!(sender.send("ann@client.example", to, &content).unwrap().starts_with("250 "));
                assert!(lmtp.send("ann@client.example", to, &content).unwrap().starts_with("250 "));
            }
        }
        for number in 0..others {
            let content = mail(number, &format!("other words {number}"));
            assert!(sender.send("ann@client.example", SALES, &content).unwrap().starts_with("250 "));
        }
        let rows = same * 5 + others;
        let began = Instant::now();
        let ledger = loop {
            let ledger = desk.ledger(&served);
            if ledger.len() == rows {
                break ledger;
            }
            assert!(began.elapsed() < Duration::from_secs(120), "{} of {rows}", ledger.len());
            std::thread::sleep(Duration::from_millis(200));
        };
        // By three ways to one inbox: a ticket, and twice "duplicate". By two ways to the other one, and the collisions.
        assert_eq!(count(&ledger, &help, "created") + count(&ledger, &help, "joined"), same);
        assert_eq!(count(&ledger, &help, "ignored"), same * 2);
        assert_eq!(count(&ledger, &sales, "created") + count(&ledger, &sales, "joined"), same + others);
        assert_eq!(count(&ledger, &sales, "ignored"), same);
        for row in ledger.iter().filter(|row| row["outcome"] == "ignored") {
            assert!(row["reason"].as_str().unwrap().starts_with("duplicate of "), "{row}");
        }

        // The API's way: somebody has every duplicate read again. It stays one.
        let ignored: Vec<_> = ledger.iter().filter(|row| row["outcome"] == "ignored").take(30).collect();
        for row in &ignored {
            desk.post(
                &served,
                &format!("/api/v1/inbound/{}/replay", row["id"].as_str().unwrap()),
                &json!({}),
            );
        }
        let again = desk.ledger(&served);
        for row in &ignored {
            let now = again.iter().find(|entry| entry["id"] == row["id"]).unwrap();
            assert_eq!(now["outcome"], "ignored", "{now}");
        }

        // Every message of every ticket: the same words once an inbox, the others all there and flagged.
        let mut words: BTreeMap<(i64, String), usize> = BTreeMap::new();
        let mut tickets: Vec<_> = again.iter().filter_map(|row| row["ticket"].as_i64()).collect();
        tickets.sort_unstable();
        tickets.dedup();
        let mut kept = 0;
        for ticket in tickets {
            for message in desk.list(&served, &format!("/api/v1/tickets/{ticket}/messages?")) {
                let text = message["text"].as_str().unwrap().trim().to_owned();
                kept += usize::from(text.starts_with("other words"));
                *words.entry((ticket, text)).or_default() += 1;
            }
        }
        let same_words: usize =
            words.iter().filter(|((_, text), _)| text == "the same words").map(|(_, count)| count).sum();
        let flagged = flagged(&desk);
        served.stop();
        let remark = format!("{kept} of {others} mails under a taken Message-ID kept, {flagged} flagged");
        let duplicates = same_words.saturating_sub(same * 2);
        Row {
            experiment: "F05",
            database: &database,
            mails: rows,
            ends: 0,
            lost: same * 2 - same_words.min(same * 2),
            duplicates,
            remark,
        }
        .print();
        assert_eq!((same_words, kept, flagged), (same * 2, others, others));
        desk.doctor();
    }
}

/// How many messages say that their Message-ID was another's before.
fn flagged(desk: &Desk) -> usize {
    let db = desk.open();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let remarks = platform::sql!("SELECT remarks FROM message WHERE direction = 'in' ORDER BY id");
    let rows = runtime
        .block_on(
            db.read::<_, platform::db::Error>(move |conn| conn.all::<(String,)>(remarks, platform::args![])),
        )
        .unwrap();
    db.close();
    rows.iter()
        .filter(|(remarks,)| {
            serde_json::from_str::<Json>(remarks).is_ok_and(|remarks| remarks["is_second_of_its_id"] == true)
        })
        .count()
}
