//! Every file of the corpora through the door, the reader and the ledger. The figures stand in
//! `docs/behaviour/email.md`.
//!
//! `cargo nextest run -p channels --test whole corpora --no-capture`
use crate::world::{World, inbox};
use channels::email::{
    ledger::{Outcome, store::Entry},
    outbox,
};
use kernel::{clock::DAY, id::Id};
use mail::{Bounce, Limits, Mail, ReturnPath};
use platform::{
    authority::{Grant, System, Tx},
    db::Error,
    i18n::Language,
    outbox::{About, Ended, Fate, Kind, Letter, queue_about},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};
use testkit::Desk;

const HELP: &str = "help@desk.example";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/corpora")
}

/// Every file of every corpus, by its path, in order.
fn files() -> Vec<String> {
    let (root, mut found, mut open) = (root(), Vec::new(), vec![root()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                open.push(path);
            } else if name.contains('/') && !name.starts_with("expected/") && !name.contains("LICENSE") {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

/// As it comes over the wire: lines end with CR LF.
fn raw(name: &str) -> Vec<u8> {
    let bytes = std::fs::read(root().join(name)).unwrap();
    if bytes.windows(2).any(|two| two == b"\r\n") {
        return bytes;
    }
    bytes.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] }).collect()
}

/// Whether its project states that a machine wrote it: a bounce, a report, an auto-reply.
fn is_automatic(name: &str) -> bool {
    let stated = std::fs::read(root().join("expected").join(format!("{name}.json")));
    let Ok(stated) = stated else { return false };
    let stated: serde_json::Value = serde_json::from_slice(&stated).unwrap();
    // A person's mail among the bounces: its project states that it reports nothing.
    (name.starts_with("sisimai_bounces/") || name.starts_with("flufl_bounce/"))
        && stated["coarse"] != "not_a_bounce"
        && name != "flufl_bounce/groupwise_03.txt"
}

/// The worst case: whoever forwards a mail to us need not keep the null path of its return.
const FROM: Option<&str> = Some("somebody@client.example");

/// The return path that the file's own server wrote down.
fn return_path(raw: &[u8]) -> Option<String> {
    match Mail::read(raw, &Limits::default()).return_path {
        ReturnPath::Null => None,
        ReturnPath::Address(address) => Some(address),
        ReturnPath::Absent => FROM.map(str::to_owned),
    }
}

/// How a set came out.
#[derive(Default)]
struct Figures(BTreeMap<String, BTreeMap<&'static str, usize>>);
impl Figures {
    fn count(&mut self, name: &str, entry: &Entry) {
        assert_ne!(entry.outcome, Outcome::Pending, "{name} has no outcome: {entry:?}");
        let folder = name.split('/').next().unwrap().to_owned();
        *self.0.entry(folder).or_default().entry(entry.outcome.word()).or_default() += 1;
    }
    fn print(&self, engine: &str) {
        let all: BTreeSet<_> = self.0.values().flat_map(BTreeMap::keys).copied().collect();
        let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
        for (folder, counts) in &self.0 {
            let row: Vec<_> =
                all.iter().map(|word| format!("{word} {}", counts.get(word).unwrap_or(&0))).collect();
            println!("{engine} {folder}: {}", row.join(", "));
            for (word, count) in counts {
                *sums.entry(word).or_default() += count;
            }
        }
        println!("{engine} all: {sums:?}, {} files", sums.values().sum::<usize>());
    }
}

/// Answers of the desk to tickets, with the Message-IDs that the reports are about. Returns the ticket of each.
async fn answered(world: &World, ids: &BTreeSet<String>) -> BTreeMap<String, i64> {
    let mut tickets = BTreeMap::new();
    for (number, id) in ids.iter().enumerate() {
        let raw = format!(
            "From: ann{number}@client.example\r\nTo: {HELP}\r\nSubject: q{number}\r\nPrecedence: list\r\n\
             Message-ID: <q{number}@client.example>\r\n\r\nhello\r\n"
        );
        let inbound = world.takes(FROM, HELP, raw.into_bytes()).await;
        world.reads().await;
        let entry = world.entry(inbound).await;
        let ticket = entry.ticket_id.unwrap_or_else(|| panic!("{entry:?}"));
        let header = id.clone();
        let queued = move |tx: &mut Tx<System>| {
            let letter = Letter {
                to: "ann@client.example".into(),
                to_name: String::new(),
                language: Language::En,
                subject: "Re".into(),
                text: "answer".into(),
            };
            let about = About { ticket: ticket.number(), inbox: None, header_id: &header, answers: None };
            queue_about(tx, Kind::Notice, &letter, &about)?;
            // A relay took it: a report is about what has left.
            for row in outbox::store::claim(tx, "test", tx.now().plus(DAY), 10)? {
                let taken = |address| Ended { address, state: Fate::Sent, reason: None };
                let ended = row.recipients().into_iter().map(taken).collect();
                let tried =
                    outbox::store::Tried { ended, left: Vec::new(), at: tx.now(), why: None, by: None };
                assert!(outbox::store::note(tx, &row, &tried)?);
            }
            Ok(())
        };
        Grant::<System>::system(&world.home).change::<_, Error>(queued).await.unwrap();
        tickets.insert(id.clone(), ticket.number());
    }
    tickets
}

/// Bounces, reports and auto-replies: none is answered, and a bounce finds the mail that it is about.
async fn machines(desk: &Desk, names: &[String], figures: &mut Figures) {
    let world = World::over(desk, &[inbox(HELP, None)]).await;
    let about = |name: &String| Bounce::read(&Mail::read(&raw(name), &Limits::default()));
    let reports: BTreeMap<&String, Bounce> =
        names.iter().filter_map(|name| Some((name, about(name)?))).collect();
    let ids: BTreeSet<String> =
        reports.values().filter_map(|bounce| bounce.original_message_id.clone()).collect();
    let tickets = answered(&world, &ids).await;
    assert!(tickets.len() * 4 > names.len(), "few name the mail that they are about: {}", tickets.len());
    let before = world.ledger().await.len();
    let mut attached = 0;
    for name in names {
        let raw = raw(name);
        let id = world.takes(return_path(&raw).as_deref(), HELP, raw).await;
        world.reads().await;
        // A limit on acknowledgements must not be what keeps us silent.
        world.clock.advance(DAY);
        let entry = world.entry(id).await;
        figures.count(name, &entry);
        let is_repeated = entry.reason.as_deref().is_some_and(|why| why.starts_with("duplicate of"));
        let original = reports.get(name).and_then(|bounce| bounce.original_message_id.as_ref());
        if let (Some(original), false) = (original, is_repeated) {
            let ticket = entry.ticket_id.map(|id| id.number());
            assert_eq!(
                (entry.outcome, ticket),
                (Outcome::Bounce, Some(tickets[original])),
                "{name}: {entry:?}"
            );
            attached += 1;
        }
    }
    assert_eq!(world.ledger().await.len(), before + names.len(), "one row for each");
    let out: Vec<outbox::store::Entry> = world.outbox().await;
    let strange: Vec<_> = out.iter().filter(|row| !ids.contains(&row.header_id)).collect();
    assert!(strange.is_empty(), "a machine was answered: {strange:?}");
    let bounced = out.iter().filter(|row| row.state == outbox::store::State::Bounced).count();
    println!(
        "{}: {} automatic mails, none answered; {attached} reports name a mail of ours, all attached; {bounced} mails \
         marked as bounced",
        desk.engine,
        names.len()
    );
    let lasting = reports.values().filter(|bounce| !bounce.is_temporary);
    let lasting: BTreeSet<_> = lasting.filter_map(|bounce| bounce.original_message_id.clone()).collect();
    assert_eq!(bounced, lasting.len());
}

/// The same mails once more, through a forwarder who put his own name on their envelopes.
async fn forwarded(desk: &Desk, names: &[String]) {
    let world = World::over(desk, &[inbox(HELP, None)]).await;
    for name in names {
        world.takes(FROM, HELP, raw(name)).await;
        world.reads().await;
        world.clock.advance(DAY);
    }
    let ledger = world.ledger().await;
    assert!(ledger.len() == names.len() && ledger.iter().all(|entry| entry.outcome != Outcome::Pending));
    let out = world.outbox().await;
    assert!(out.is_empty(), "a machine was answered: {out:?}");
    println!("{}: {} automatic mails by way of a forwarder, none answered", desk.engine, names.len());
}

/// Everything else, by the same door.
async fn others(desk: &Desk, names: &[String], figures: &mut Figures) {
    let world = World::over(desk, &[inbox(HELP, None)]).await;
    let mut ids = Vec::new();
    for some in names.chunks(32) {
        for name in some {
            ids.push((name, world.takes(FROM, HELP, raw(name)).await));
        }
        world.reads().await;
        world.clock.advance(DAY);
    }
    assert_eq!(world.ledger().await.len(), names.len(), "one row for each");
    let mut automatic = BTreeSet::new();
    for (name, id) in ids {
        let entry = world.entry(id).await;
        figures.count(name, &entry);
        let content = Mail::read(&raw(name), &Limits::default());
        if entry.outcome == Outcome::Created
            && mail::Automatic::classify(&content, &mail::OwnAddresses::default()).is_some()
        {
            automatic.extend(entry.ticket_id.map(Id::number));
        }
        if entry.outcome == Outcome::Quarantined {
            println!("{} quarantined: {name}: {:?}", desk.engine, entry.reason);
        }
    }
    let out = world.outbox().await;
    let answered = out.iter().filter(|row| row.ticket_id.is_some_and(|id| automatic.contains(&id.number())));
    assert_eq!(answered.count(), 0, "automatic mail was answered");
    assert!(out.len() > 50, "people are answered: {} of {}", out.len(), names.len());
    println!("{}: {} other files, {} acknowledged", desk.engine, names.len(), out.len());
}

async fn through(open: fn() -> Desk, names: Vec<String>) {
    let (automatic, rest): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| is_automatic(name));
    let mut figures = Figures::default();
    let (first, second) = (open(), open());
    machines(&first, &automatic, &mut figures).await;
    forwarded(&open(), &automatic).await;
    others(&second, &rest, &mut figures).await;
    figures.print(first.engine);
    let of = |word: &str| figures.0.values().filter_map(|counts| counts.get(word)).sum::<usize>();
    assert_eq!(of("quarantined"), 0, "everything can be read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mail_of_the_corpora_has_one_outcome_on_sqlite() {
    let names = files();
    assert!(names.len() > 2_000, "{}", names.len());
    through(Desk::sqlite, names).await;
}

/// Every bounce and auto-reply, and each fourth of the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_part_of_the_corpora_has_the_same_outcome_on_postgresql() {
    let names = files();
    let part = names.into_iter().enumerate().filter(|(n, name)| n.is_multiple_of(4) || is_automatic(name));
    through(Desk::postgres, part.map(|(_, name)| name).collect()).await;
}
