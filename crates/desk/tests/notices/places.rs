//! Where people hear of things: the page, the bell, their choice.
use crate::world::World;
use people::roles::Builtin;
use serde_json::json;
use testkit::on_both;

#[test]
fn notices_are_read_one_by_one_with_their_ticket_or_all_that_are_shown() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut bo = world.hires("Bo", Builtin::Agent).await;
        let mut tickets = Vec::new();
        for n in 0..4 {
            let ticket = world.ada.opens(&format!("Ticket {n}")).await;
            world.ada.gives(ticket, bo.id).await;
            tickets.push(ticket);
        }
        world.reads().await;
        assert_eq!(bo.unread().await, 4);
        let list = bo.api.get("/api/v1/notifications?limit=3").await.json();
        assert_eq!(list["items"][0]["text"], "ada assigned it to you");
        let next = list["next"].as_str().unwrap().to_owned();
        let rest = bo.api.get(&format!("/api/v1/notifications?limit=3&cursor={next}")).await.json();
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &json!(null)));
        let page = bo.browser.get("/notifications").await;
        page.assert_has("Ticket 0")
            .assert_has("Mark all as read")
            .assert_has(&format!("href=\"/t/{}\"", tickets[3]));
        // One by its button, one by opening its ticket.
        let first = rest["items"][0]["id"].as_str().unwrap();
        bo.browser.post_form("/notifications/read", &[("notice", first)]).await.assert_status(303);
        bo.browser.get(&format!("/t/{}", tickets[1])).await.assert_status(200);
        assert_eq!(bo.unread().await, 3, "a GET changes nothing");
        let ticket = tickets[1].to_string();
        bo.browser.post_form("/notifications/read", &[("ticket", &ticket)]).await.assert_status(204);
        assert_eq!(bo.unread().await, 2);
        // All that were shown: what came meanwhile stays.
        let newest = list["items"][0]["id"].as_str().unwrap();
        let late = world.ada.opens("Late").await;
        world.ada.gives(late, bo.id).await;
        world.reads().await;
        bo.browser.post_form("/notifications/read", &[("up_to", newest)]).await.assert_status(303);
        assert_eq!(bo.hears("?unread=true").await, [("assigned".to_owned(), late)]);
        bo.browser.get("/notifications").await.assert_has("Late").assert_has_not("Ticket 0");
        bo.browser.get("/notifications?show=all").await.assert_has("Ticket 0");
        // Somebody else's are out of reach.
        let ids = json!({ "ids": [bo.api.get("/api/v1/notifications").await.json()["items"][0]["id"]] });
        assert_eq!(world.ada.posts("/api/v1/notifications/read", ids, 200).await["read"], 0);
        assert_eq!(bo.unread().await, 1);
        bo.posts("/api/v1/notifications/read", json!({ "ids": [], "ticket": 1 }), 422).await;
        bo.browser.post_form("/notifications/read", &[]).await.assert_status(422);
        // A merged ticket's notices are about the one that its number leads to, and are read with it.
        let into = world.ada.opens("Other").await;
        world.ada.posts(&format!("/api/v1/tickets/{late}/merge"), json!({ "into": into }), 200).await;
        assert_eq!(bo.hears("?unread=true").await, [("assigned".to_owned(), into)]);
        bo.posts("/api/v1/notifications/read", json!({ "ticket": into }), 200).await;
        assert_eq!(bo.unread().await, 0);
    });
}

#[test]
fn people_choose_what_they_hear_of_and_where() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.has_way_out().await;
        let mut bo = world.hires("Bo", Builtin::Agent).await;
        let usual = bo.api.get("/api/v1/notifications/settings").await.json();
        assert_eq!(usual["events"]["mention"], json!({ "in_app": true, "by_mail": true }));
        assert_eq!(usual["events"]["reply"], json!({ "in_app": true, "by_mail": false }));
        assert_eq!((&usual["bundle_minutes"], &usual["hours"]), (&json!(15), &json!("desk")));
        let page = bo.browser.get("/profile/notifications").await;
        page.assert_has("Assigned to you").assert_has_not("quarantine");
        world.ada.browser.get("/profile/notifications").await.assert_has("quarantine");
        let all =
            ["mention", "assigned", "reply", "colleague", "sla_breached", "sla_warned", "call_back", "team"];
        let mut fields: Vec<(&str, &str)> = all.iter().map(|kind| ("shown", *kind)).collect();
        fields.extend([
            ("in_app", "reply"),
            ("by_mail", "assigned"),
            ("bundle_minutes", "5"),
            ("hours", "always"),
        ]);
        bo.browser.post_form("/profile/notifications", &fields).await.assert_status(303);
        let ticket = world.ada.opens("Printer").await;
        world.ada.gives(ticket, bo.id).await;
        world.ada.notes(ticket, "Off").await;
        world.customer_writes(ticket, false).await;
        world.reads().await;
        assert_eq!(bo.hears("").await, [("reply".to_owned(), ticket)], "the mail's is not in the app");
        world.advance(5 * 60_000);
        world.reads().await;
        assert_eq!(world.letters().await.len(), 1);
        assert!(world.letters().await[0].2.contains("assigned it to you"));
        // Mistakes are named, and what was ticked stays.
        fields.retain(|(name, _)| *name != "bundle_minutes" && *name != "hours");
        fields.extend([("bundle_minutes", "7"), ("hours", "99")]);
        let wrong = bo.browser.post_form("/profile/notifications", &fields).await.assert_status(422);
        wrong.assert_has("bundle_minutes-error").assert_has("hours-error");
        let bad = json!({ "events": { "nonsense": { "in_app": true, "by_mail": true } }, "bundle_minutes": 5,
                          "hours": "calendar", "calendar": null });
        let refused = bo.puts("/api/v1/notifications/settings", bad, 422).await;
        assert_eq!(refused["errors"].as_array().unwrap().len(), 2, "{refused}");
    });
}
