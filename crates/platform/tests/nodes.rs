//! Two nodes of one desk hear of each other.
#![allow(clippy::disallowed_methods, reason = "a test ends connections as an administrator would")]
use kernel::clock::Clock;
use platform::{
    Home,
    authority::{Grant, System},
    db::{self, Db, MIGRATIONS, Size, migrate, statements_run},
    events, jobs,
};
use std::time::{Duration, Instant};
use testkit::Desk;
use tokio::sync::watch;

platform::events! {
    /// Something for the other node.
    Waved = "test.waved" about "hand" hand { hand: i64 }
}

/// Two homes with their own connections to one desk on PostgreSQL, both listening and working.
async fn two(desk: &Desk) -> (Home, Home) {
    let clock = Clock::System;
    migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
    let place = desk.place.clone();
    let other =
        tokio::task::spawn_blocking(move || Db::open(&place, Size::default())).await.unwrap().unwrap();
    let homes = (testkit::home(desk.db.clone(), clock.clone()), testkit::home(other, clock));
    for home in [&homes.0, &homes.1] {
        home.listen();
        tokio::spawn(events::follow(home.clone()));
        let (home, stop) = (home.clone(), watch::Sender::new(false));
        tokio::spawn(async move { jobs::work(home, stop.subscribe()).await });
    }
    let until = Instant::now() + Duration::from_secs(10);
    while !(homes.0.db.hears_others() && homes.1.db.hears_others()) {
        assert!(Instant::now() < until, "they listen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Until both have looked once.
    tokio::time::sleep(Duration::from_millis(500)).await;
    homes
}
async fn wave(home: &Home, hand: i64) {
    Grant::<System>::system(home).change::<_, db::Error>(move |tx| tx.emit(Waved { hand })).await.unwrap();
}
async fn close(home: Home) {
    tokio::task::spawn_blocking(move || home.db.close()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_one_node_is_heard_by_the_other_at_once() {
    let desk = Desk::postgres();
    let (one, other) = two(&desk).await;
    let mut watching = other.live.watch();
    let mut slowest = Duration::ZERO;
    for hand in 0..20 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let began = Instant::now();
        wave(&one, hand).await;
        let event = tokio::time::timeout(Duration::from_secs(10), watching.recv()).await.unwrap().unwrap();
        assert_eq!((event.kind.as_str(), event.subject_id("hand")), ("test.waved", Some(hand)));
        slowest = slowest.max(began.elapsed());
    }
    // Looking once a second would take half a second on average.
    assert!(slowest < Duration::from_millis(700), "{slowest:?}");
    close(other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_without_work_ask_the_database_nothing() {
    let desk = Desk::postgres();
    let (one, other) = two(&desk).await;
    wave(&one, 1).await;
    tokio::time::sleep(Duration::from_millis(1000)).await;
    let before = statements_run();
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(statements_run() - before, 0, "statements in four seconds of nothing");
    close(other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_cannot_hear_looks_by_itself_and_listens_again() {
    let desk = Desk::postgres();
    let (one, other) = two(&desk).await;
    let platform::db::Place::Postgres { url, .. } = &desk.place else { panic!("it is PostgreSQL") };
    let folder = url.split(' ').next().and_then(|host| host.strip_prefix("host=")).unwrap();
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'";
    let ended = std::process::Command::new("psql")
        .args(["-h", folder, "-U", "postgres", "-d", "postgres", "-Atc", end])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stdout).trim(), "2", "{ended:?}");
    let mut watching = other.live.watch();
    wave(&one, 7).await;
    let event = tokio::time::timeout(Duration::from_secs(5), watching.recv()).await.unwrap().unwrap();
    assert_eq!(event.subject_id("hand"), Some(7));
    let until = Instant::now() + Duration::from_secs(10);
    while !other.db.hears_others() {
        assert!(Instant::now() < until, "it listens again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    close(other).await;
}
