//! What is over is removed, once an hour.
mod contents;
mod store;

use kernel::clock::DAY;
use platform::{
    Home,
    authority::{Grant, System},
    db, idempotency, rate,
};
use std::time::Duration;

/// Tidies for as long as the program runs.
pub async fn work(home: Home) {
    let mut walk = contents::Walk::default();
    loop {
        // A database that is away is asked again in an hour, too: nothing waits for this.
        let has_more = round(&home).await.unwrap_or(false);
        let walks = walk.step(&home).await.unwrap_or_else(|cause| {
            tracing::warn!(%cause, "content that nothing names is looked for again in an hour");
            false
        });
        let pause = if has_more || walks { Duration::from_secs(1) } else { Duration::from_secs(3600) };
        tokio::time::sleep(pause).await;
    }
}

/// Removes sessions, links, limits and answers to repeated requests whose time is over, files that nobody sent
/// within a day, and notifications that are old.
///
/// * returns – whether there may be more than one round takes.
async fn round(home: &Home) -> db::Result<bool> {
    Grant::<System>::system(home)
        .change::<_, db::Error>(|tx| {
            let now = tx.now();
            people::sign_in::store::sweep(tx)?;
            let limits = rate::sweep(tx, now)?;
            let answers = idempotency::sweep(tx, now)?;
            let files = desk::attachments::store::sweep(tx, now.plus(-DAY))?;
            let notices = desk::notices::store::sweep(tx, now.plus(-90 * DAY), now.plus(-365 * DAY))?;
            Ok(notices >= 1000 || limits >= 1000 || answers >= 1000 || files >= 500)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock::{Clock, HOUR, Millis};
    use people::sign_in::{Doorman, tokens};
    use platform::{
        args,
        authority::Tx,
        db::{MIGRATIONS, migrate},
        i18n::Language,
        sql,
    };
    use testkit::{Client, on_both};

    /// How many uploads and remembered answers there are.
    async fn kept(home: &Home) -> (i64, i64) {
        home.db
            .read::<_, db::Error>(|conn| {
                conn.one(
                    sql!(
                        "SELECT (SELECT COUNT(*) FROM attachment) AS files,
                                (SELECT COUNT(*) FROM idempotency) AS answers"
                    ),
                    args![],
                )
            })
            .await
            .unwrap()
    }

    #[test]
    fn uploads_that_nobody_sent_and_answers_of_yesterday_go() {
        on_both(async |desk| {
            let clock = Clock::fixed(Millis(1_795_251_900_000));
            migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
            let home = testkit::home_with(desk.db.clone(), clock.clone(), Box::new(Doorman::new()));
            let system = Grant::<System>::system(&home);
            let found = |tx: &mut Tx<System>| {
                people::setup::create_desk(tx, "ACME", "ada@acme.example", "x", Language::En)
            };
            let ada = system.change(found).await.unwrap();
            let token =
                move |tx: &mut Tx<System>| tokens::create(tx, ada, "test", &tokens::Scopes::All, None);
            let token = system.change::<_, db::Error>(token).await.unwrap();
            let program = Client::new(crate::everything(&home).await).with_bearer(token.reveal());
            let upload = async || {
                let file = [("file", "plan.txt", b"the plan".as_slice())];
                program.clone().post_files("/api/v1/uploads", &[], &file).await.assert_status(201).json()
            };
            let used = upload().await;
            upload().await;
            let ticket = serde_json::json!({ "subject": "Hello", "text": "Hello",
                                             "requester": { "email": "cy@example.org", "name": "Cy" } });
            let mut once = program.clone().with_header("idempotency-key", "1");
            let made = once.post_json("/api/v1/tickets", &ticket.to_string()).await.assert_status(201).json();
            let note = serde_json::json!({ "kind": "note", "text": "see", "attachments": [used["id"]] });
            let path = format!("/api/v1/tickets/{}/messages", made["number"]);
            program.clone().post_json(&path, &note.to_string()).await.assert_status(201);
            clock.advance(23 * HOUR);
            upload().await;
            let mut once = program.clone().with_header("idempotency-key", "2");
            once.post_json("/api/v1/tickets", &ticket.to_string()).await.assert_status(201);
            assert!(!round(&home).await.unwrap());
            assert_eq!(kept(&home).await, (3, 2), "nothing is a day old");
            clock.advance(2 * HOUR);
            assert!(!round(&home).await.unwrap());
            assert_eq!(kept(&home).await, (2, 1), "what was sent stays, and what is younger");
        });
    }

    /// How many contents there are, and how many files.
    async fn contents(home: &Home) -> (i64, usize) {
        let rows =
            home.db.read::<_, db::Error>(|conn| conn.one(sql!("SELECT count(*) AS n FROM blob"), args![]));
        let (rows,): (i64,) = rows.await.unwrap();
        let files = (0..=255).map(|folder| home.blobs.files(folder, Duration::ZERO).unwrap().len()).sum();
        (rows, files)
    }
    async fn walks(home: &Home, walk: &mut contents::Walk) {
        for _ in 0..100 {
            if !walk.step(home).await.unwrap() {
                return;
            }
        }
        panic!("the walk has no end");
    }

    #[test]
    fn content_goes_with_the_last_row_that_names_it_and_its_file_a_day_later() {
        on_both(async |desk| {
            let clock = Clock::fixed(Millis(1_795_251_900_000));
            migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
            let home = testkit::home_with(desk.db.clone(), clock.clone(), Box::new(Doorman::new()));
            let system = Grant::<System>::system(&home);
            let large = |byte: u8| vec![byte; 200 * 1024];
            // Twice the same file, one that differs, one in its row, and one that nothing ever named.
            for (name, bytes) in [("a", large(1)), ("b", large(1)), ("c", large(2)), ("d", vec![3; 10])] {
                let content = home.blobs.prepare(bytes).unwrap();
                let keep = move |tx: &mut Tx<System>| {
                    let new = desk::attachments::store::New {
                        message: None,
                        name,
                        r#type: "text/plain",
                        content_id: None,
                        is_inline: false,
                        content: &content,
                    };
                    desk::attachments::store::insert(tx, &new)
                };
                system.change::<_, db::Error>(keep).await.unwrap();
            }
            home.blobs.prepare(large(4)).unwrap();
            assert_eq!(contents(&home).await, (3, 3));
            clock.advance(2 * DAY);
            let mut walk = contents::Walk::default();
            walks(&home, &mut walk).await;
            assert_eq!(contents(&home).await, (3, 3), "all is named, and the file that is not is young");

            let remove = |names: &'static [&'static str]| {
                system.change::<_, db::Error>(move |tx| {
                    for name in names {
                        tx.run(sql!("DELETE FROM attachment WHERE name = $1"), args![*name])?;
                    }
                    Ok(())
                })
            };
            remove(&["a", "c", "d"]).await.unwrap();
            walks(&home, &mut walk).await;
            assert_eq!(contents(&home).await, (3, 3), "a walk a day");
            clock.advance(DAY);
            walks(&home, &mut walk).await;
            assert_eq!(contents(&home).await, (1, 3), "b still names what a did; files wait for a day");

            age(&home);
            // What is brought again has its file, whatever the sweeper thinks of it.
            let again = home.blobs.prepare(large(2)).unwrap();
            clock.advance(DAY);
            walks(&home, &mut walk).await;
            assert_eq!(contents(&home).await, (1, 2));
            assert!(home.blobs.read_file(again.hash).is_ok());
            assert!(home.blobs.read_file(platform::blobs::Hash::of(&large(1))).is_ok());
            assert!(home.blobs.read_file(platform::blobs::Hash::of(&large(4))).is_err());
        });
    }
    /// All files as if nobody had used them for two days.
    fn age(home: &Home) {
        let old = std::time::SystemTime::UNIX_EPOCH;
        for folder in std::fs::read_dir(home.blobs.folder()).unwrap() {
            for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
                let file = std::fs::File::options().append(true).open(file.unwrap().path()).unwrap();
                file.set_modified(old).unwrap();
            }
        }
    }
}
