//! What runs all the time costs nothing while there is nothing to do.
use crate::world::{World, inbox};
use channels::email::{fetching, intake, outbox};
use std::time::Duration;
use testkit::on_both;
use tokio::sync::watch;

#[test]
fn a_desk_without_work_rests() {
    on_both(async |desk| {
        let world = World::over(desk, &[inbox("s@desk.example", None)]).await;
        let (_stop, stopped) = watch::channel(false);
        let (home, verifier) = (world.home.clone(), world.verifier.clone());
        let process = tokio::spawn(async move {
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
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut commits = world.home.commits();
        let mut count = 0;
        let watched = async {
            while commits.changed().await.is_ok() {
                count += 1;
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(3), watched).await;
        process.abort();
        assert!(count <= 3, "{count} commits in three seconds of nothing");
    });
}
