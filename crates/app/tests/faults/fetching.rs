//! F02: killed at any moment while mail is fetched from a real Dovecot.
use crate::{
    desk::{Account, Desk, HELP, account},
    receiving::mail,
    size::{Chance, Clock, Row, databases, kills},
};
use channels::email::ledger;
use kernel::id::Id;
use platform::db::Error;
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::dovecot::{Dovecot, PASSWORD, USER};

/// What Dovecot calls the folder before anybody changes it.
fn uid_validity(dovecot: &Dovecot) -> i64 {
    let answer = dovecot.client().command("STATUS INBOX (UIDVALIDITY)");
    let line = answer.iter().find(|line| line.contains("UIDVALIDITY")).unwrap();
    line.rsplit_once("UIDVALIDITY ").unwrap().1.trim_end_matches(')').parse().unwrap()
}

/// Flags that were set before our commit: messages that are marked and not stored.
async fn marked_too_early(desk: &Desk, inbox: i64, dovecot: &Dovecot, validity: i64) -> usize {
    // Flags first: what is flagged now must be stored by now.
    let seen: Vec<u32> = dovecot
        .list("INBOX")
        .into_iter()
        .filter(|(_, flags)| flags.iter().any(|flag| flag == "\\Seen"))
        .map(|(uid, _)| uid)
        .collect();
    let (db, asked) = (desk.open(), seen.clone());
    let stored = db
        .read::<_, Error>(move |conn| ledger::store::whole_uids(conn, Id::new(inbox), validity, &asked))
        .await
        .unwrap();
    db.close();
    seen.iter().filter(|uid| !stored.contains(&i64::from(**uid))).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f02_fetching_survives_every_kill_and_another_uid_validity() {
    for database in databases() {
        let dovecot = Dovecot::start();
        let inbox = json!({
            "name": "Help", "address": HELP, "acknowledge": false,
            "receive": { "kind": "imap", "host": "127.0.0.1", "port": dovecot.port, "tls": "none",
                         "user": USER, "password": PASSWORD, "folder": "INBOX" },
        });
        let desk = Desk::with(&database, &[inbox]);
        let inbox = {
            let served = desk.serve();
            let inboxes = desk.get(&served, "/api/v1/inboxes");
            served.stop();
            inboxes["items"][0]["id"].as_str().unwrap().parse().unwrap()
        };
        let (clock, mut chance) = (Clock::start(), Chance::new(2));
        let validity = uid_validity(&dovecot);
        let mut client = dovecot.client();
        let (mut mails, mut ends, mut in_the_middle, mut early) = (0, 0, 0, 0);
        while ends < kills() && !clock.is_over() {
            // There is always more to fetch than is marked at once, so that a kill can come between two markings.
            let left = mails - dovecot.seen("INBOX");
            for _ in left..90 {
                client.append("INBOX", &mail(mails));
                mails += 1;
            }
            let before = dovecot.seen("INBOX");
            let served = desk.serve();
            if ends % 4 > 0 {
                tokio::time::sleep(chance.millis(20, 250)).await;
            } else {
                // However fast or slow the machine is: as soon as a part of them is marked.
                let began = Instant::now();
                while dovecot.seen("INBOX") == before && began.elapsed() < Duration::from_secs(20) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
            served.kill();
            ends += 1;
            early += marked_too_early(&desk, inbox, &dovecot, validity).await;
            let after = dovecot.seen("INBOX");
            in_the_middle += usize::from(after > before && after < mails);
        }
        let served = desk.serve();
        let began = Instant::now();
        while dovecot.seen("INBOX") < mails {
            assert!(began.elapsed() < Duration::from_secs(60), "{} {}", dovecot.seen("INBOX"), served.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let all = (0..mails).map(|number| format!("m{number}")).collect();
        let once = desk.ledger(&served);
        let Account { lost, duplicates } = account(&once, &all);
        served.stop();
        assert_eq!(once.len(), mails, "one row for each message");

        // All UIDs are new, all mails are known.
        dovecot.change_uid_validity("INBOX", 1_999_999_999);
        let served = desk.serve();
        let began = Instant::now();
        let twice = loop {
            let ledger = desk.ledger(&served);
            if ledger.len() == 2 * mails {
                break ledger;
            }
            assert!(began.elapsed() < Duration::from_secs(120), "{} {}", ledger.len(), served.log());
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        served.stop();
        let again = account(&twice, &all);
        let remark =
            format!("{in_the_middle} kills in the middle, {early} flags too early; then a new UIDVALIDITY");
        let (lost, duplicates) = (lost + again.lost, duplicates + again.duplicates);
        Row { experiment: "F02", database: &database, mails, ends, lost, duplicates, remark }.print();
        assert_eq!((lost, duplicates, early), (0, 0, 0));
        assert!(in_the_middle > ends / 10, "{in_the_middle} of {ends} kills hit in the middle");
        desk.doctor();
    }
}
