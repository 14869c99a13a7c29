//! Mail from a mailbox: what was there before, and what nobody waits for any more.
use crate::world::{World, inbox};
use channels::email::{
    fetching,
    inboxes::{self, ManageInboxes, health},
    intake::door::{Fetched, store_fetched},
    ledger::{Outcome, store::Spot},
    receive::imap::{Before, Place},
};
use kernel::{
    clock::{DAY, HOUR, Millis},
    id::Id,
};
use platform::{
    authority::{Actor, Grant, Permission, Scope, System, Tx, Who},
    db::{Conn, Error},
    settings, sql,
};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use testkit::{
    Desk,
    dovecot::{Dovecot, PASSWORD, USER},
    on_both,
};
use tokio::sync::watch;

const HELP: &str = "help@desk.example";

async fn fetches(world: &World, uid: i64, arrived_at: Option<Millis>, date: &str) {
    let raw = format!(
        "From: ann{uid}@client.example\r\nTo: {HELP}\r\nSubject: m{uid}\r\nDate: {date}\r\n\
         Message-ID: <{uid}@client.example>\r\n\r\nhello\r\n"
    );
    let spot = Spot { uid_validity: 7, uid };
    let fetched = Fetched { spot, arrived_at, raw: raw.into_bytes(), refused: None };
    store_fetched(&world.home, Id::new(1), fetched).await.unwrap();
    world.reads().await;
}

#[test]
fn only_fetched_mail_that_is_fresh_is_acknowledged() {
    on_both(async |desk| {
        let world = World::over(desk, &[inbox(HELP, None)]).await;
        // It is 21 November 2026, 9:05.
        let now = world.clock.now();
        let cases = [
            (Some(now.plus(-HOUR)), "Sat, 21 Nov 2026 08:00:00 +0000", true),
            (Some(now.plus(-HOUR)), "Thu, 19 Nov 2026 08:00:00 +0000", false),
            (Some(now.plus(-3 * DAY)), "Sat, 21 Nov 2026 08:00:00 +0000", false),
            (Some(now.plus(-3 * DAY)), "never", false),
            (None, "Sat, 21 Nov 2026 08:00:00 +0000", true),
        ];
        for (uid, (arrived_at, date, is_answered)) in (1..).zip(cases) {
            let before = world.outbox().await.len();
            fetches(&world, uid, arrived_at, date).await;
            assert_eq!(world.ledger().await[0].outcome, Outcome::Created, "{date}");
            assert_eq!(
                world.outbox().await.len() - before,
                usize::from(is_answered),
                "{arrived_at:?} {date}"
            );
        }
        // What may have been acknowledged before the desk was restored from a backup.
        let restored = move |conn: &mut Conn| settings::set_restored_at(conn, now.plus(-30 * 60_000));
        desk.db.write::<_, Error>(restored).await.unwrap();
        let before = world.outbox().await.len();
        fetches(&world, 11, Some(now.plus(-HOUR)), "Sat, 21 Nov 2026 08:05:00 +0000").await;
        assert_eq!(world.outbox().await.len(), before, "it came before");
        fetches(&world, 12, Some(now.plus(-60_000)), "Sat, 21 Nov 2026 09:04:00 +0000").await;
        assert_eq!(world.outbox().await.len(), before + 1, "it came afterwards");
    });
}

#[test]
fn what_waited_to_be_read_when_the_backup_was_made_is_read_and_not_acknowledged() {
    on_both(async |desk| {
        let world = World::over(desk, &[inbox(HELP, None)]).await;
        let raw = |n: i64| {
            format!("From: a{n}@client.example\r\nTo: {HELP}\r\nMessage-ID: <{n}@c>\r\n\r\nhello\r\n")
        };
        let old = world.takes(Some("a1@client.example"), HELP, raw(1).into_bytes()).await;
        let now = world.clock.now();
        desk.db.write::<_, Error>(move |conn| settings::set_restored_at(conn, now.plus(1))).await.unwrap();
        world.clock.advance(HOUR);
        let new = world.takes(Some("a2@client.example"), HELP, raw(2).into_bytes()).await;
        world.reads().await;
        for id in [old, new] {
            assert_eq!(world.entry(id).await.outcome, Outcome::Created);
        }
        let out = world.outbox().await;
        assert_eq!(
            out.iter().map(|row| row.recipients_text.as_str()).collect::<Vec<_>>(),
            ["a2@client.example"]
        );
    });
}

async fn place(world: &World, validity: i64, uid_next: u32) -> Place {
    let find = move |tx: &mut Tx<System>| health::place(tx, Id::new(1), validity, uid_next);
    Grant::<System>::system(&world.home).change::<_, Error>(find).await.unwrap()
}

#[test]
fn a_folder_is_begun_with_what_is_new_and_another_validity_goes_back_to_the_beginning() {
    on_both(async |desk| {
        let world = World::over(desk, &[inbox(HELP, None)]).await;
        let since = world.clock.now().plus(-DAY);
        let first = Before { uid: 501, since, is_unread: true };
        assert_eq!(place(&world, 7, 501).await, Place { last_uid: 0, before: Some(first) });
        world.clock.advance(DAY);
        // The same after a crash, whatever came since.
        assert_eq!(place(&world, 7, 600).await, Place { last_uid: 0, before: Some(first) });
        fetches(&world, 502, None, "Sat, 21 Nov 2026 08:00:00 +0000").await;
        assert_eq!(place(&world, 7, 600).await, Place { last_uid: 502, before: Some(first) });
        let anew = Before { uid: 550, since, is_unread: false };
        assert_eq!(place(&world, 8, 550).await, Place { last_uid: 0, before: Some(anew) });
        // Another mailbox.
        desk.db.write::<_, Error>(|conn| health::forget_place(conn, Id::new(1))).await.unwrap();
        let other = Before { uid: 3, since: since.plus(DAY), is_unread: true };
        assert_eq!(place(&world, 8, 3).await, Place { last_uid: 0, before: Some(other) });
    });
}

/// A desk that fetches from this mailbox.
async fn fetching_from(desk: &Desk, dovecot: &Dovecot) -> World {
    let world = World::over(desk, &[]).await;
    let draft = json!({
        "name": "Help", "address": HELP, "acknowledge": false,
        "receive": { "kind": "imap", "host": "127.0.0.1", "port": dovecot.port, "tls": "none", "user": USER,
                     "password": PASSWORD, "folder": "INBOX" },
    });
    let permissions = [(ManageInboxes::KEY.to_owned(), Scope::All)].into();
    let admin = Actor { who: Who::User(Id::new(1)), permissions, ..Actor::system() };
    let manage = Grant::<ManageInboxes>::check(&world.home, Arc::new(admin), true).unwrap();
    inboxes::api::create(&manage, serde_json::from_value(draft).unwrap()).await.unwrap();
    world
}

async fn rows(world: &World, count: usize) {
    let began = Instant::now();
    while world.ledger().await.len() < count {
        assert!(began.elapsed() < Duration::from_secs(20), "{}", world.ledger().await.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn a_database_that_gives_no_answer_ends_no_session() {
    on_both(async |desk| {
        let dovecot = Dovecot::start();
        let world = fetching_from(desk, &dovecot).await;
        let (stop, stopped) = watch::channel(false);
        let working = tokio::spawn(fetching::work(world.home.clone(), stopped));
        let mail =
            |n: u32| format!("From: a@c.example\r\nMessage-ID: <{n}@c>\r\n\r\nhello {n}\r\n").into_bytes();
        // It may be there before the session is, so it has to be one of the day by the desk's clock.
        dovecot.client().append_at("INBOX", "21-Nov-2026 09:00:00 +0000", &mail(1));
        rows(&world, 1).await;
        // Nobody can say which inboxes there are.
        let away = sql!("ALTER TABLE inbox_oauth RENAME TO away");
        desk.db.write::<_, Error>(move |conn| conn.run(away, platform::args![])).await.unwrap();
        tokio::time::sleep(Duration::from_secs(7)).await;
        dovecot.append("INBOX", &mail(2));
        rows(&world, 2).await;
        stop.send_replace(true);
        tokio::time::timeout(Duration::from_secs(15), working).await.unwrap().unwrap();
    });
}
