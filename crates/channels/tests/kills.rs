//! Kills at any moment: what was acknowledged is there, nothing is there twice, nothing was flagged too early.
//!
//! A process here is a runtime that is thrown away with everything that runs in it; what reached the database
//! stays. The program itself is killed by `script/soak`.
use channels::email::{
    deliver::smtp::{Connection, Route},
    fetching,
    inboxes::{self, ManageInboxes},
    intake::{self, MailDoor},
    ledger::{self, Outcome, Way},
    outbox,
    peer::Security,
    receive::smtp::{Protocol, Receiver, Settings},
    verify::{Names, Verifier},
};
use kernel::clock::{Clock, HOUR, Millis};
use platform::{
    Home,
    authority::{Actor, Grant, Permission, Scope, System, Tx, Who},
    db::{Error, MIGRATIONS, migrate},
    i18n::Language,
    outbox::{Kind, Letter, queue},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};
use testkit::{
    Desk,
    dovecot::{Dovecot, PASSWORD, USER},
    on_both,
    smtp_sink::Sink,
};
use tokio::{runtime::Runtime, sync::watch};

/// Everything that a program would do, gone with one call.
struct Process(Runtime);

impl Process {
    fn start<F: Future<Output = ()> + Send + 'static>(work: impl FnOnce() -> F) -> Process {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.unwrap();
        runtime.spawn(work());
        Process(runtime)
    }
    fn kill(self) {
        self.0.shutdown_background();
    }
}

struct World {
    home: Home,
    clock: Clock,
    verifier: Arc<Verifier>,
}

impl World {
    async fn over(desk: &Desk, inbox: serde_json::Value) -> World {
        let clock = Clock::fixed(Millis(1_795_251_900_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home(desk.db.clone(), clock.clone());
        let create = |tx: &mut Tx<System>| {
            people::setup::create_desk(tx, "ACME", "ben@desk.example", "x", Language::En)
        };
        let user = Grant::<System>::system(&home).change(create).await.unwrap();
        let permissions = [(ManageInboxes::KEY.to_owned(), Scope::All)].into();
        let admin = Actor { who: Who::User(user), permissions, ..Actor::system() };
        let manage = Grant::<ManageInboxes>::check(&home, Arc::new(admin), true).unwrap();
        inboxes::api::create(&manage, serde_json::from_value(inbox).unwrap()).await.unwrap();
        let verifier = Arc::new(Verifier::new(&Names::Off, "desk.example").unwrap());
        World { home, clock, verifier }
    }
    /// Every mail that came in, as `(message, outcome)` in the order of arrival.
    async fn ledger(&self) -> Vec<ledger::store::Entry> {
        let mut all = Vec::new();
        loop {
            let before = all.last().map(|entry: &ledger::store::Entry| entry.id);
            let read = self.home.db.read::<_, Error>(move |conn| {
                ledger::store::list(conn, &ledger::store::Filter::default(), before, 200)
            });
            let page = read.await.unwrap();
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
    }
    async fn decides(&self) {
        while intake::work::run_once(&self.home, &self.verifier).await.unwrap() > 0 {}
    }
    /// Another process takes over when the leases of the dead one have ended.
    fn leases_end(&self) {
        self.clock.advance(HOUR);
    }
}

fn mail(number: usize) -> Vec<u8> {
    format!(
        "From: ann{number}@client.example\r\nTo: help@desk.example\r\nSubject: {number}\r\n\
         Message-ID: <{number}@client.example>\r\nDate: Sat, 21 Nov 2026 09:00:00 +0000\r\n\r\nhello {number}\r\n"
    )
    .into_bytes()
}

/// Tickets by subject; a mail that is there twice would have made two, or joined its twin.
fn tickets(ledger: &[ledger::store::Entry]) -> BTreeMap<String, BTreeSet<i64>> {
    let mut found: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for entry in ledger {
        if let Some(ticket) = entry.ticket_id {
            found.entry(entry.subject.clone()).or_default().insert(ticket.number());
        }
    }
    found
}

#[test]
fn fetching_survives_kills_and_another_uid_validity() {
    on_both(async |desk| {
        let dovecot = Dovecot::start();
        let world = World::over(
            desk,
            serde_json::json!({
                "name": "Support", "address": "help@desk.example",
                "receive": { "kind": "imap", "host": "127.0.0.1", "port": dovecot.port, "tls": "none",
                             "user": USER, "password": PASSWORD, "folder": "INBOX" },
            }),
        )
        .await;
        let mut client = dovecot.client();
        for number in 0..200 {
            client.append("INBOX", &mail(number));
        }
        let (_stop, stopped) = watch::channel(false);
        let start = || {
            let (home, stopped) = (world.home.clone(), stopped.clone());
            Process::start(move || fetching::work(home, stopped))
        };
        let mut hits = 0;
        for kill in 0..25_u64 {
            let before = world.ledger().await.len();
            let process = start();
            let until = Instant::now() + Duration::from_millis(30 + kill * 37 % 200);
            while Instant::now() < until && world.ledger().await.len() < before + 9 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            process.kill();
            world.leases_end();
            // Flags first: what is flagged now must be stored by now.
            let seen = dovecot.seen("INBOX");
            let stored = world.ledger().await.len();
            assert!(seen <= stored, "{seen} flagged, {stored} stored");
            hits += usize::from(stored > before && stored < 200);
        }
        println!("{hits} of 25 kills hit in the middle");
        let process = start();
        let began = Instant::now();
        while world.ledger().await.len() < 200 || dovecot.seen("INBOX") < 200 {
            assert!(began.elapsed() < Duration::from_secs(40), "{} stored", world.ledger().await.len());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        process.kill();
        world.leases_end();
        world.decides().await;
        let ledger = world.ledger().await;
        assert_eq!(ledger.len(), 200);
        assert!(ledger.iter().all(|entry| entry.outcome == Outcome::Created), "{ledger:?}");

        // All UIDs are new, all mails are known.
        dovecot.change_uid_validity("INBOX", 1_999_999_999);
        let process = start();
        let began = Instant::now();
        while world.ledger().await.len() < 400 {
            assert!(began.elapsed() < Duration::from_secs(40), "{} stored", world.ledger().await.len());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        process.kill();
        world.decides().await;
        let ledger = world.ledger().await;
        let tickets = tickets(&ledger);
        assert_eq!(tickets.len(), 200);
        assert!(tickets.values().all(|numbers| numbers.len() == 1), "a known mail opened a second ticket");
        assert_eq!(ledger.iter().filter(|entry| entry.outcome == Outcome::Created).count(), 200);
    });
}

#[test]
fn receiving_loses_nothing_that_was_acknowledged() {
    on_both(async |desk| {
        let world = World::over(
            desk,
            serde_json::json!({ "name": "Support", "address": "help@desk.example", "receive": { "kind": "smtp" } }),
        )
        .await;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (mut waiting, mut acknowledged): (Vec<usize>, BTreeSet<usize>) =
            ((0..400).rev().collect(), BTreeSet::new());
        let (_stop, stopped) = watch::channel(false);
        let mut kills = 0;
        while !waiting.is_empty() {
            let (home, verifier, stopped) = (world.home.clone(), world.verifier.clone(), stopped.clone());
            let process = Process::start(move || async move {
                let settings = Settings::new(Protocol::Smtp, "desk.example", home.clock.clone());
                let receiver = loop {
                    match Receiver::bind(port, settings.clone(), MailDoor::new(&home, Way::Smtp)).await {
                        Ok(receiver) => break receiver,
                        Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                    }
                };
                tokio::spawn(intake::work::work(home, verifier, stopped.clone()));
                receiver.run(stopped).await;
            });
            let kill_at = Instant::now() + Duration::from_millis(30 + kills * 53 % 150);
            while Instant::now() < kill_at && !waiting.is_empty() {
                send_some(&world, port, &mut waiting, &mut acknowledged, kill_at).await;
            }
            process.kill();
            kills += 1;
            world.leases_end();
            assert!(kills < 400, "{} are still waiting", waiting.len());
        }
        println!("{kills} processes for 400 mails");
        assert!(kills >= 5, "the kills hit nothing");
        world.leases_end();
        world.decides().await;
        let ledger = world.ledger().await;
        let tickets = tickets(&ledger);
        for number in &acknowledged {
            assert!(tickets.contains_key(&number.to_string()), "{number} was acknowledged and is lost");
        }
        assert_eq!(acknowledged.len(), 400);
        assert!(
            tickets.values().all(|numbers| numbers.len() == 1),
            "sent again after a lost answer: one ticket"
        );
        assert!(ledger.iter().all(|entry| entry.outcome != Outcome::Pending), "everything has an outcome");
    });
}

/// Sends until something breaks or it is time; a mail without an answer waits for the next process.
async fn send_some(
    world: &World,
    to: std::net::SocketAddr,
    waiting: &mut Vec<usize>,
    acknowledged: &mut BTreeSet<usize>,
    until: Instant,
) {
    let route = Route {
        host: "127.0.0.1".into(),
        port: to.port(),
        security: Security::None,
        sign_in: None,
        helo: "client.example".into(),
    };
    let Ok(mut connection) = Connection::open(&world.home.outbound, &route).await else {
        tokio::time::sleep(Duration::from_millis(2)).await;
        return;
    };
    while let Some(number) = waiting.last().copied().filter(|_| Instant::now() < until) {
        let left = until.saturating_duration_since(Instant::now());
        let content = mail(number);
        let recipients = ["help@desk.example".to_owned()];
        let from = format!("ann{number}@client.example");
        let sent = connection.send(Some(&from), &recipients, &content);
        // A kill in the middle of a message: the sender never learns what became of it.
        match tokio::time::timeout(left, sent).await {
            Ok(Ok(outcome)) if outcome.accepted.len() == 1 => {
                acknowledged.insert(number);
                waiting.pop();
            }
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}

#[test]
fn sending_loses_nothing_and_repeats_only_what_a_kill_left_unanswered() {
    on_both(async |desk| {
        let sink = Sink::start();
        sink.delay(Duration::from_millis(8));
        let world = World::over(
            desk,
            serde_json::json!({
                "name": "Support", "address": "help@desk.example", "receive": { "kind": "smtp" },
                "send": { "host": "127.0.0.1", "port": sink.address.port(), "tls": "none" },
            }),
        )
        .await;
        let queued = |tx: &mut Tx<System>| {
            for number in 0..300 {
                let letter = Letter {
                    to: format!("ann{number}@client.example"),
                    to_name: String::new(),
                    language: Language::En,
                    subject: number.to_string(),
                    text: "hello".into(),
                };
                queue(tx, Kind::Notice, &letter)?;
            }
            Ok::<_, Error>(())
        };
        Grant::<System>::system(&world.home).change(queued).await.unwrap();
        let (_stop, stopped) = watch::channel(false);
        let mut kills = 0;
        let finished = async |kills: usize| {
            let list =
                |tx: &mut Tx<System>| outbox::store::list(tx, outbox::store::Filter::default(), None, 200);
            let rows = Grant::<System>::system(&world.home).read(list).await.unwrap();
            assert!(kills < 200, "{rows:?}");
            rows.iter().all(|row| row.state == outbox::store::State::Sent) && sink.received().len() >= 300
        };
        while !finished(kills).await {
            let (home, stopped) = (world.home.clone(), stopped.clone());
            let process = Process::start(move || outbox::work::work(home, stopped));
            tokio::time::sleep(Duration::from_millis(20 + (kills as u64) * 29 % 80)).await;
            process.kill();
            kills += 1;
            world.leases_end();
        }
        // What the last kill left unanswered is sent once more.
        while outbox::work::run_once(&world.home).await.unwrap() > 0 {}
        let received = sink.received();
        let mut copies: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for mail in &received {
            copies.entry(mail.recipients[0].clone()).or_default().push(mail.header("Message-ID").unwrap());
        }
        println!("{kills} kills, {} mails for 300", received.len());
        assert_eq!(copies.len(), 300, "none is lost");
        assert!(kills >= 3, "the kills hit nothing");
        // At most what was under way when a process died.
        assert!(received.len() - 300 <= kills * 16, "{} copies for {kills} kills", received.len() - 300);
        for ids in copies.values_mut() {
            ids.dedup();
            assert_eq!(ids.len(), 1, "a repeated mail has the same Message-ID");
        }
    });
}

#[test]
fn a_desk_without_work_rests() {
    on_both(async |desk| {
        let inbox =
            serde_json::json!({ "name": "S", "address": "s@desk.example", "receive": { "kind": "smtp" } });
        let world = World::over(desk, inbox).await;
        let (_stop, stopped) = watch::channel(false);
        let (home, verifier) = (world.home.clone(), world.verifier.clone());
        let process = Process::start(move || async move {
            tokio::spawn(intake::work::work(home.clone(), verifier, stopped.clone()));
            tokio::spawn(outbox::work::work(home.clone(), stopped.clone()));
            tokio::spawn(fetching::work(home.clone(), stopped));
            loop {
                let mut commits = home.commits();
                if !matches!(platform::jobs::run_next(&home).await, Ok(true)) {
                    let _ = tokio::time::timeout(Duration::from_secs(1), commits.changed()).await;
                }
            }
        });
        world.home.wake();
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut commits = world.home.commits();
        let mut count = 0;
        let watched = async {
            while commits.changed().await.is_ok() {
                count += 1;
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(3), watched).await;
        process.kill();
        assert!(count <= 3, "{count} commits in three seconds of nothing");
    });
}
