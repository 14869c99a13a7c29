//! A mail that cannot be read waits for people after three tries, whoever is to blame for it.
use crate::world::{World, inbox};
use channels::email::ledger::Outcome;
use kernel::clock::HOUR;
use std::path::PathBuf;
use testkit::on_both;

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
