//! What is over is removed, once an hour.
use kernel::clock::DAY;
use platform::{
    Home,
    authority::{Grant, System},
    db, idempotency, rate,
};
use std::time::Duration;

/// Tidies for as long as the program runs.
pub async fn work(home: Home) {
    loop {
        let pause = match round(&home).await {
            Ok(true) => Duration::from_secs(1),
            // A database that is away is asked again in an hour, too: nothing waits for this.
            Ok(false) | Err(_) => Duration::from_secs(3600),
        };
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
}
