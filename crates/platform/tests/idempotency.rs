//! The same request sent twice, at once.
use kernel::{
    clock::{Clock, Millis},
    fault::Problem,
};
use platform::{
    authority::{Grant, System},
    db::{Error, MIGRATIONS, migrate},
    idempotency::{Key, once},
    settings,
};
use std::time::Duration;
use testkit::on_both;
use tokio::task::JoinSet;

#[test]
fn the_same_request_twice_at_once_is_done_once_and_answered_twice() {
    on_both(async |desk| {
        let clock = Clock::fixed(Millis(1_000_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home(desk.db.clone(), clock);
        let mut requests = JoinSet::new();
        for n in 0..3 {
            let home = home.clone();
            requests.spawn(async move {
                let key = Key::of_form("form", &"words");
                let work = move |tx: &mut platform::authority::Tx<System>| {
                    once(tx, Some(&key), |tx| {
                        // Long enough for the others to begin.
                        std::thread::sleep(Duration::from_millis(300));
                        settings::set(tx, &format!("done-{n}"), "yes")?;
                        Ok::<_, Problem>(n)
                    })
                };
                Grant::<System>::system(&home).change(work).await.unwrap()
            });
        }
        let answers = requests.join_all().await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        let done = desk.db.read::<_, Error>(|conn| {
            (0..3).map(|n| settings::get(conn, &format!("done-{n}"))).collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(done.await.unwrap().iter().flatten().count(), 1);
    });
}
