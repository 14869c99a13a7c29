//! F20: back to an earlier point. What was sent since is not sent again, what is still in the mailbox comes once.
use crate::{
    desk::{Account, Desk, HELP, account},
    program::{Data, run, token},
    receiving::mail,
    size::{Row, databases},
};
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::{
    dovecot::{Dovecot, PASSWORD, USER},
    smtp_sink::Sink,
};

#[test]
fn f20_an_earlier_point_sends_nothing_by_itself_and_fetches_nothing_twice() {
    for database in databases() {
        let (dovecot, sink) = (Dovecot::start(), Sink::start());
        let inbox = json!({
            "name": "Help", "address": HELP, "acknowledge": false,
            "receive": { "kind": "imap", "host": "127.0.0.1", "port": dovecot.port, "tls": "none",
                         "user": USER, "password": PASSWORD, "folder": "INBOX" },
            "send": { "host": "127.0.0.1", "port": sink.address.port(), "tls": "none" },
        });
        let desk = Desk::with(&database, &[inbox]);
        let mut client = dovecot.client();
        for number in 0..30 {
            client.append("INBOX", &mail(number));
        }
        let served = desk.serve();
        fetched(&desk, &served, 30);
        // Answers that wait at the moment of the backup: their server turns them away for now.
        for number in 0..5 {
            sink.answer(&format!("ann{number}@client.example"), "451 4.3.0 later");
        }
        for ticket in 1..=10 {
            let path = format!("/api/v1/tickets/{ticket}/messages");
            desk.post(&served, &path, &json!({ "text": "answer" }));
        }
        wait(|| states(&desk, &served, "sent") == 5 && states(&desk, &served, "waiting") == 5);
        let folder = Data::new();
        let file = folder.file("desk.flb");
        run(&desk.words(&["backup", "--to", &file])).went_well();

        // Then the world goes on: the answers leave, mail comes in.
        for number in 0..5 {
            sink.answer(&format!("ann{number}@client.example"), "250 ok");
        }
        wait(|| states(&desk, &served, "sent") == 10);
        for number in 30..60 {
            client.append("INBOX", &mail(number));
        }
        fetched(&desk, &served, 60);
        served.stop();
        assert_eq!((sink.received().len(), dovecot.seen("INBOX")), (10, 60));

        // Back to the backup, in an empty place.
        for to in databases() {
            let earlier = Desk::restored(&to, &file);
            let served = earlier.serve();
            fetched(&earlier, &served, 60);
            std::thread::sleep(Duration::from_secs(1));
            assert_eq!(sink.received().len(), 10, "nothing leaves by itself");
            let held = earlier.list(&served, "/api/v1/outbound?");
            let held: Vec<_> = held.iter().filter(|row| row["state"] == "failed").collect();
            assert_eq!(held.len(), 5, "{held:?}");
            assert!(
                held.iter().all(|row| row["reason"] == "restored, not sent"),
                "people see them: {held:?}"
            );
            let all = (0..60).map(|number| format!("m{number}")).collect();
            let ledger = earlier.ledger(&served);
            let Account { lost, duplicates } = account(&ledger, &all);
            served.stop();
            let remark = format!("restored to {}; 5 mails held", crate::size::engine(&to));
            Row { experiment: "F20", database: &database, mails: 60, ends: 1, lost, duplicates, remark }
                .print();
            assert_eq!((ledger.len(), lost, duplicates), (60, 0, 0));
            earlier.doctor();
        }
    }
}

impl Desk {
    /// A new place filled from a backup.
    fn restored(database: &str, file: &str) -> Desk {
        let data = Data::new();
        let words = ["restore", "--from", file, "--data", data.path(), "--database", database];
        let said = run(&words).went_well();
        assert!(said.contains("5 mails that were waiting are marked as failed"), "{said}");
        let bearer = format!("Bearer {}", token(&data, database));
        Desk::over(data, database, bearer)
    }
}

fn states(desk: &Desk, served: &crate::program::Served, state: &str) -> usize {
    desk.list(served, "/api/v1/outbound?").iter().filter(|row| row["state"] == state).count()
}

#[track_caller]
fn wait(is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[track_caller]
fn fetched(desk: &Desk, served: &crate::program::Served, count: usize) {
    let began = Instant::now();
    while desk.ledger(served).len() < count {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", served.log());
        std::thread::sleep(Duration::from_millis(100));
    }
}
