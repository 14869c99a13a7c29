use crate::world::World;
use platform::{args, db, sql};
use testkit::on_both;

/// A job that carries a secret and has failed for good.
async fn dies(world: &World) -> i64 {
    let made = world.home.db.write::<_, db::Error>(|conn| {
        conn.one::<(i64,)>(
            sql!(
                "INSERT INTO job (kind, payload, state, run_at_ms, attempts, last_error, created_at_ms)
                   VALUES ('mail.send_link', $1, 'dead', 0, 10, 'the relay was away', 0)
                   RETURNING id"
            ),
            args![r#"{"token":"hunter2"}"#],
        )
    });
    made.await.unwrap().0
}
async fn state(world: &World, id: i64) -> Option<String> {
    let read = world.home.db.read::<_, db::Error>(move |conn| {
        conn.find::<(String,)>(sql!("SELECT state FROM job WHERE id = $1"), args![id])
    });
    read.await.unwrap().map(|(state,)| state)
}

#[test]
fn a_dead_job_is_seen_without_what_it_carries_and_runs_again_or_goes() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.signed_in("ada@acme.example").await;
        ada.get("/admin/jobs").await.assert_status(200).assert_has("Nothing has failed");

        let (first, second) = (dies(&world).await, dies(&world).await);
        let page = ada.get("/admin/jobs").await.assert_status(200);
        // What a job carries is for nobody.
        page.assert_has("mail.send_link").assert_has("the relay was away").assert_has_not("hunter2");
        let mut program = world.program("ada@acme.example", "desk.manage").await;
        program
            .get("/api/v1/jobs")
            .await
            .assert_status(200)
            .assert_has("mail.send_link")
            .assert_has_not("hunter2");
        world.user("ben@acme.example", "agent").await;
        let mut ben = world.signed_in("ben@acme.example").await;
        ben.get("/admin/jobs").await.assert_status(403);
        ben.post_form(&format!("/admin/jobs/{second}/discard"), &[]).await.assert_status(403);

        ada.post_form(&format!("/admin/jobs/{first}/retry"), &[]).await.assert_status(303);
        assert_eq!(state(&world, first).await.as_deref(), Some("waiting"));
        // It waits now: there is nothing dead to try or to drop.
        ada.post_form(&format!("/admin/jobs/{first}/retry"), &[]).await.assert_status(404);
        ada.post_form(&format!("/admin/jobs/{first}/discard"), &[]).await.assert_status(404);
        assert_eq!(state(&world, first).await.as_deref(), Some("waiting"));

        ada.post_form(&format!("/admin/jobs/{second}/discard"), &[]).await.assert_status(303);
        assert_eq!(state(&world, second).await, None);
    });
}
