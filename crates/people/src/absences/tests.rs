//! Absences over HTTP.
use crate::world::World;
use kernel::clock::DAY;
use testkit::on_both;

#[test]
fn somebody_says_when_they_are_away_and_comes_back() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let bo = world.user("bo@acme.example", "agent").await;
        let mut ada = world.signed_in("ada@acme.example").await;
        ada.get("/profile/absence").await.assert_has("First day");
        let bo_id = bo.to_string();
        let days = |from: &'static str, to: &'static str| [("from", from), ("to", to)];
        let wrong = [("from", "2026-12-02"), ("to", "2026-12-01"), ("deputy", "1")];
        let again = ada.post_form("/profile/absence", &wrong).await.assert_status(422);
        again.assert_has("to-error").assert_has("deputy-error").assert_has("2026-12-02");
        let [from, to] = days("2026-11-20", "2026-11-24");
        ada.post_form("/profile/absence", &[from, to, ("deputy", &bo_id)]).await.assert_status(303);
        ada.get("/profile/absence")
            .await
            .assert_has("You are away until 24 Nov 2026")
            .assert_has("bo stands in");
        // Bo cannot hand everything back at the same time, but on other days.
        let mut program = world.program("bo@acme.example", "all").await;
        let draft = |to: &str| format!(r#"{{"from":"2026-11-24","to":"{to}","deputy":"1"}}"#);
        let refused = put(&mut program, &draft("2026-11-30")).await.assert_status(422).json();
        assert_eq!(refused["errors"][0]["code"], "deputy_loop");
        let later = r#"{"from":"2026-11-25","to":"2026-11-30","deputy":"1"}"#;
        let said = put(&mut program, later).await.assert_status(200).json();
        assert_eq!((said["from"].as_str(), said["is_away"].as_bool()), (Some("2026-11-25"), Some(false)));
        assert_eq!(said["deputy"], "1");
        let unknown = r#"{"from":"2026-11-25","to":"2026-11-30","deputy":"99"}"#;
        put(&mut program, unknown).await.assert_status(422);
        // What is over is no longer offered; whoever is back says so.
        ada.post_form("/profile/absence", &[("back", "1")]).await.assert_status(303);
        ada.get("/profile/absence").await.assert_has_not("You are away");
        world.clock.advance(30 * DAY);
        world.signed_in("bo@acme.example").await.get("/profile/absence").await.assert_has_not("You are away");
        let events = world.events().await;
        assert_eq!(events.iter().filter(|kind| *kind == "user.away").count(), 2, "{events:?}");
        assert_eq!(events.iter().filter(|kind| *kind == "user.back").count(), 1, "{events:?}");
    });
}

async fn put(client: &mut testkit::Client, body: &str) -> testkit::Reply {
    let method = axum::http::Method::PUT;
    client.send(method, "/api/v1/absence", Some("application/json"), body.into()).await
}
