//! The pages: what is asked, what comes back with a mistake, and the picture.
use crate::world::World;
use kernel::clock::HOUR;
use testkit::on_both;

#[test]
fn the_pages_hand_on_accept_and_hand_back() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let lines = world.lines().await;
        let ticket = world.has("Slow <server>").await;
        let mut ada = world.browser_of(world.ada_id).await;
        let page = ada.get(&format!("/t/{ticket}/escalate")).await.assert_status(200).text();
        assert!(page.contains("Next line: Second line") && page.contains("Slow &#60;server&#62;"), "{page}");
        let nothing = [("to", "next"), ("tried", ""), ("expected", "Look")];
        let page = ada.post_form(&format!("/t/{ticket}/escalate"), &nothing).await.assert_status(422).text();
        assert!(page.contains("id=\"tried-error\"") && page.contains(">Look</textarea>"), "{page}");
        let whole = [("to", "next"), ("tried", "All <of> it"), ("expected", "Look")];
        ada.post_form(&format!("/t/{ticket}/escalate"), &whole).await.assert_status(303);
        let page = ada.get(&format!("/t/{ticket}")).await.assert_status(200).text();
        assert!(page.contains("data-with=\"line\"") && page.contains("not accepted yet"), "{page}");
        let mut ben = world.browser_of(lines.ben).await;
        ben.post_form(&format!("/t/{ticket}/accept"), &[]).await.assert_status(303);
        world.advance(HOUR);
        let page = ben.get(&format!("/t/{ticket}/hand-back")).await.assert_status(200).text();
        assert!(page.contains("It is with Second line now and came from First line."), "{page}");
        ben.post_form(&format!("/t/{ticket}/hand-back"), &[("note", "")]).await.assert_status(422);
        ben.post_form(&format!("/t/{ticket}/hand-back"), &[("note", "Done")]).await.assert_status(303);
        let page = ada.get(&format!("/t/{ticket}/stays")).await.assert_status(200).text();
        assert!(
            page.contains("accepted by Ben")
                && page.contains("<rect")
                && page.contains("All &#60;of&#62; it"),
            "{page}"
        );
        let page = ada.get(&format!("/t/{ticket}/history")).await.assert_status(200).text();
        for words in [
            "handed the ticket on to Second line",
            "Ben accepted the ticket for Second line",
            "handed the ticket back from Second line to First line",
            "helps with the case",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        ada.get(&format!("/t/{ticket}/hand-back")).await.assert_status(409);
    });
}

#[test]
fn lines_and_suppliers_are_set_up_on_their_pages() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let lines = world.lines().await;
        let mut ada = world.browser_of(world.ada_id).await;
        let page = ada.get("/admin/escalation").await.assert_status(200).text();
        assert!(page.contains("Second line") && page.contains("experts") && page.contains("1h"), "{page}");
        let bad = [("name", ""), ("position", "2"), ("warn", "30m")];
        let page = ada.post_form("/admin/escalation/lines", &bad).await.assert_status(422).text();
        assert!(page.contains("id=\"name-error\"") && page.contains("id=\"teams-error\""), "{page}");
        let save = [
            ("name", "Experts"),
            ("position", "2"),
            ("teams", "2"),
            ("teams", "1"),
            ("first", "1"),
            ("accept_within", ""),
            ("solve_within", "3h"),
            ("warn", "10m"),
            ("calendar", ""),
        ];
        ada.post_form(&format!("/admin/escalation/lines/{}", lines.second), &save).await.assert_status(303);
        let all = world.gets("/api/v1/lines").await;
        assert_eq!(all["items"][1]["teams"], serde_json::json!(["1", "2"]));
        assert_eq!(all["items"][1]["accept_within"], serde_json::Value::Null);
        let lead = lines.lea.to_string();
        ada.post_form("/admin/escalation/supervisors", &[("team/1", lead.as_str()), ("team/3", "")])
            .await
            .assert_status(303);
        assert_eq!(world.gets("/api/v1/teams/1/supervisor").await["user"], lead);
        assert_eq!(world.gets("/api/v1/teams/3/supervisor").await["user"], serde_json::Value::Null);
        let maker = [("name", "Makers"), ("email", "help@makers.example"), ("warn", "30m")];
        ada.post_form("/admin/escalation/suppliers", &maker).await.assert_status(303);
        ada.get("/admin/escalation/suppliers/1").await.assert_status(200);
        let off =
            [("name", "Makers"), ("email", "help@makers.example"), ("warn", "30m"), ("solve_within", "x")];
        ada.post_form("/admin/escalation/suppliers/1", &off).await.assert_status(422);
        let mut ben = world.browser_of(lines.ben).await;
        ben.get("/admin/escalation").await.assert_status(403);
    });
}
