//! A mail that cannot be read waits for people after three tries, whoever is to blame for it.
use crate::world::{World, inbox};
use channels::email::{
    intake,
    ledger::Outcome,
    outbox::store::{Filter, State, list},
};
use desk::{
    attachments,
    conversation::{self, ReplyDraft, actions::Signer},
    tickets::{self, ReplyTickets, TicketError},
};
use kernel::{clock::HOUR, fault::Problem};
use platform::{
    authority::{Actor, Grant, Permission, Scope, System, Tx, Who},
    db::Error,
};
use std::{path::PathBuf, sync::Arc};
use testkit::{on_both, smtp_sink::Sink};

const HELP: &str = "help@desk.example";

fn mail(subject: &str, size: usize) -> Vec<u8> {
    let head = format!(
        "From: ann@client.example\r\nTo: {HELP}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@x>\r\n"
    );
    format!("{head}\r\n{}", "words\r\n".repeat(size / 7)).into_bytes()
}

/// Where the content of a mail lies that is too long for a row.
async fn file_of(world: &World, id: i64) -> PathBuf {
    let hex = world.entry(id).await.blob_hash.hex();
    world.home.blobs.folder().join(&hex[..2]).join(hex)
}

#[test]
fn a_damaged_mail_is_quarantined_after_three_tries_and_the_others_go_on() {
    on_both(async |desk| {
        let world = World::over(desk, &[inbox(HELP, None)]).await;
        let bad = world.takes(Some("ann@client.example"), HELP, mail("bad", 200_000)).await;
        std::fs::write(file_of(&world, bad).await, b"something else").unwrap();
        for round in 1..=3 {
            let good = world.takes(Some("ann@client.example"), HELP, mail(&format!("good{round}"), 20)).await;
            world.reads().await;
            assert_eq!(world.entry(good).await.outcome, Outcome::Created, "the others go on");
            let entry = world.entry(bad).await;
            let expected = if round == 3 { Outcome::Quarantined } else { Outcome::Pending };
            assert_eq!((entry.outcome, entry.attempts), (expected, round), "{entry:?}");
            assert!(entry.reason.unwrap().contains("was damaged"), "it says why");
            world.clock.advance(HOUR);
        }
        world.reads().await;
        assert_eq!(world.entry(bad).await.attempts, 3, "nobody tries a fourth time");
    });
}

#[test]
fn a_disk_that_gives_nothing_is_not_the_fault_of_a_mail() {
    on_both(async |desk| {
        let world = World::over(desk, &[inbox(HELP, None)]).await;
        let mail = world.takes(Some("ann@client.example"), HELP, mail("large", 200_000)).await;
        let file = file_of(&world, mail).await;
        let aside = file.with_extension("aside");
        std::fs::rename(&file, &aside).unwrap();
        // Reading a folder as if it were a file fails as a broken disk does.
        std::fs::create_dir(&file).unwrap();
        for _ in 0..5 {
            world.reads().await;
            world.clock.advance(HOUR);
        }
        let entry = world.entry(mail).await;
        assert_eq!((entry.outcome, entry.attempts), (Outcome::Pending, 5), "{entry:?}");
        std::fs::remove_dir(&file).unwrap();
        std::fs::rename(&aside, &file).unwrap();
        world.reads().await;
        assert_eq!(world.entry(mail).await.outcome, Outcome::Created);
    });
}

#[test]
fn large_mails_are_not_read_all_at_once() {
    on_both(async |desk| {
        let world = World::over(desk, &[inbox(HELP, None)]).await;
        let mut ids = Vec::new();
        for (number, size) in
            [1_000, 10_000_000, 10_000_000, 10_000_000, 24_900_000, 1_000].into_iter().enumerate()
        {
            let mut raw = format!(
                "From: ann@client.example\r\nTo: {HELP}\r\nSubject: m{number}\r\nMessage-ID: <m{number}@x>\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .into_bytes();
            raw.resize(size, b'x');
            ids.push(world.takes(Some("ann@client.example"), HELP, raw).await);
        }
        let mut together = Vec::new();
        loop {
            match intake::work::run_once(&world.home, &world.verifier).await.unwrap() {
                0 => break,
                count => together.push(count),
            }
        }
        assert_eq!(together, [3, 1, 2], "24 MiB at once, not all six");
        for id in ids {
            assert_eq!(world.entry(id).await.outcome, Outcome::Created);
        }
    });
}

#[test]
fn an_answer_whose_file_cannot_be_read_now_waits_and_one_whose_file_is_gone_fails() {
    on_both(async |desk| {
        let sink = Sink::start();
        let world = World::over(desk, &[inbox(HELP, Some(sink.address))]).await;
        let first = world.takes(Some("ann@client.example"), HELP, mail("question", 20)).await;
        world.reads().await;
        world.sends().await;
        let ticket = world.entry(first).await.ticket_id.unwrap();
        let content = world.home.blobs.prepare(vec![b'x'; 300_000]).unwrap();
        let hex = content.hash.hex();
        let file = world.home.blobs.folder().join(&hex[..2]).join(hex);
        let permissions = [ReplyTickets::KEY, tickets::ViewTickets::KEY];
        let permissions = permissions.iter().map(|key| (key.to_string(), Scope::All)).collect();
        let agent = Actor { who: Who::User(kernel::id::Id::new(1)), permissions, ..Actor::system() };
        let grant = Grant::<ReplyTickets>::check(&world.home, Arc::new(agent), true).unwrap();
        let signer = Signer::of(&world.home);
        let answer = move |tx: &mut Tx<ReplyTickets>| {
            let new = attachments::store::New {
                message: None,
                name: "a.bin",
                r#type: "application/octet-stream",
                content_id: None,
                is_inline: false,
                content: &content,
            };
            let id = attachments::store::insert(tx, &new)?;
            let draft =
                ReplyDraft { text: Some("See file.".into()), attachments: vec![id], ..ReplyDraft::default() };
            let seen = tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
            conversation::actions::reply(tx, &seen, &draft.parse()?, &signer).map(drop)
        };
        grant.change::<_, TicketError>(answer).await.unwrap();
        let aside = file.with_extension("aside");
        std::fs::rename(&file, &aside).unwrap();
        // Reading a folder as if it were a file fails as a broken disk does.
        std::fs::create_dir(&file).unwrap();
        let newest = async |world: &World| {
            let grant = Grant::<System>::system(&world.home);
            let all = grant.read::<_, Error>(|tx| list(tx, Filter::default(), None, 1));
            all.await.unwrap().remove(0)
        };
        for _ in 0..3 {
            world.sends().await;
            let row = newest(&world).await;
            assert_eq!(row.state, State::Waiting, "{row:?}");
            world.clock.advance(HOUR);
        }
        std::fs::remove_dir(&file).unwrap();
        std::fs::rename(&aside, &file).unwrap();
        world.sends().await;
        assert_eq!(newest(&world).await.state, State::Sent);
        assert_eq!(sink.received().len(), 2, "the receipt and the answer");
    });
}
