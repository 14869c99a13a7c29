//! The queue: once, later, never lost, given up visibly.
use kernel::{
    clock::{Clock, MINUTE, Millis},
    fault::Problem,
};
use platform::{
    Work,
    authority::{Grant, System, Tx},
    db::{Error, MIGRATIONS, migrate},
    jobs::{self, Job, Trouble},
    settings,
};
use std::{sync::mpsc, time::Duration};
use testkit::on_both;

#[derive(serde::Serialize, serde::Deserialize)]
struct Note(String);
impl Job for Note {
    const KIND: &'static str = "test.note";
    fn run(self, tx: &mut Tx<platform::authority::System>) -> Result<(), Trouble> {
        match self.0.as_str() {
            "later" => Err(Trouble::Retry("the world is not ready".into())),
            "never" => Err(Trouble::GiveUp(Problem::not_found())),
            text => {
                let before = settings::get(tx, "test")?.unwrap_or_default();
                Ok(settings::set(tx, "test", &format!("{before}{text}"))?)
            }
        }
    }
}
platform::register_job!(Note);

#[test]
fn work_is_heard_of_also_when_its_caller_went_away() {
    on_both(async |desk| {
        let clock = Clock::fixed(Millis(1_000_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home(desk.db.clone(), clock);
        let mut heard = home.waits_for(Work::Jobs);
        let grant = Grant::<System>::system(&home);
        let (let_go, held) = mpsc::channel::<()>();
        let change = grant.change::<_, Error>(move |tx| {
            let _ = held.recv();
            jobs::enqueue(tx, &Note("left".into()), Millis(1_000_000), None)
        });
        // As a handler whose client has hung up: it is dropped while its work is under way.
        assert!(tokio::time::timeout(Duration::from_millis(200), change).await.is_err());
        assert!(!heard.has_changed().unwrap());
        let_go.send(()).unwrap();
        tokio::time::timeout(Duration::from_secs(10), heard.changed())
            .await
            .expect("it is heard of")
            .unwrap();
        assert!(jobs::run_next(&home).await.unwrap(), "and it is there");
    });
}

#[test]
fn jobs_run_once_when_due_and_dead_ones_stay_to_be_seen() {
    on_both(async |desk| {
        let clock = Clock::fixed(Millis(1_000_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home(desk.db.clone(), clock.clone());
        let grant = Grant::system(&home);
        let queue = |text: &'static str, at: i64, dedupe: Option<&'static str>| {
            grant.change::<_, Error>(move |tx| jobs::enqueue(tx, &Note(text.into()), Millis(at), dedupe))
        };
        queue("a", 1_000_000, Some("one")).await.unwrap();
        queue("a", 1_000_000, Some("one")).await.unwrap();
        queue("b", 1_000_000 + MINUTE, None).await.unwrap();
        queue("never", 1_000_000, None).await.unwrap();
        queue("later", 1_000_000, None).await.unwrap();
        let drain = async || while jobs::run_next(&home).await.unwrap() {};
        drain().await;
        let text = async || desk.db.read::<_, Error>(|c| settings::get(c, "test")).await.unwrap();
        assert_eq!(text().await.as_deref(), Some("a"));
        clock.advance(MINUTE);
        drain().await;
        assert_eq!(text().await.as_deref(), Some("ab"));
        for _ in 0..12 {
            clock.advance(20 * MINUTE);
            drain().await;
        }
        let dead = desk.db.read::<_, Error>(|conn| jobs::dead(conn, None, 10)).await.unwrap();
        let causes: Vec<_> = dead.iter().map(|job| job.last_error.clone().unwrap()).collect();
        assert_eq!(causes, ["the world is not ready", "not_found"]);
        assert_eq!(text().await.as_deref(), Some("ab"));

        let revived = dead[0].id;
        assert!(grant.change::<_, Error>(move |tx| jobs::revive(tx, revived)).await.unwrap());
        assert!(jobs::run_next(&home).await.unwrap());
    });
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Errand(bool);
impl jobs::Errand for Errand {
    const KIND: &'static str = "test.errand";
    async fn run(self, home: platform::Home) -> Result<(), Trouble> {
        assert!(!self.0, "the code has a mistake");
        let system = Grant::<System>::system(&home);
        Ok(system.change::<_, Error>(|tx| settings::set(tx, "test", "done")).await?)
    }
}
platform::register_errand!(Errand);

#[test]
fn an_errand_that_panics_ends_no_runner_and_is_seen_in_the_end() {
    on_both(async |desk| {
        let clock = Clock::fixed(Millis(1_000_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home(desk.db.clone(), clock.clone());
        let grant = Grant::system(&home);
        for panics in [true, false] {
            let queue =
                move |tx: &mut Tx<System>| jobs::enqueue_errand(tx, &Errand(panics), Millis(1_000_000), None);
            grant.change::<_, Error>(queue).await.unwrap();
        }
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let runner = tokio::spawn(jobs::work(home.clone(), stopped));
        let text = async || desk.db.read::<_, Error>(|c| settings::get(c, "test")).await.unwrap();
        for _ in 0..100 {
            if text().await.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(text().await.as_deref(), Some("done"), "the runner went on with the next one");
        stop.send(true).unwrap();
        runner.await.expect("the runner ended because it was told to");
        for _ in 0..12 {
            clock.advance(20 * MINUTE);
            while jobs::run_next(&home).await.unwrap() {}
        }
        let dead = desk.db.read::<_, Error>(|conn| jobs::dead(conn, None, 10)).await.unwrap();
        assert_eq!(dead.len(), 1);
        assert_eq!(dead[0].last_error.as_deref(), Some("it failed inside"));
    });
}

#[test]
fn a_lease_has_one_holder_until_it_ends() {
    on_both(async |desk| {
        let clock = Clock::fixed(Millis(0));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home(desk.db.clone(), clock.clone());
        let grant = Grant::system(&home);
        let hold = |who: &'static str| {
            grant.change::<_, Error>(move |tx| jobs::hold_lease(tx, "imap/1", who, MINUTE))
        };
        assert!(hold("a").await.unwrap());
        assert!(!hold("b").await.unwrap());
        assert!(hold("a").await.unwrap());
        clock.advance(MINUTE + 1);
        assert!(hold("b").await.unwrap());
        assert!(!hold("a").await.unwrap());
    });
}
