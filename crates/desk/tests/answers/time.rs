//! Time spent on tickets.
use crate::world::World;
use kernel::clock::DAY;
use people::roles::Builtin;
use serde_json::{Value, json};
use testkit::on_both;

fn total(list: &Value) -> i64 {
    list["items"].as_array().unwrap().iter().map(|entry| entry["minutes"].as_i64().unwrap()).sum()
}

#[test]
fn people_say_what_they_spent_and_the_ticket_has_the_sum() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("Printer").await;
        let path = format!("/api/v1/tickets/{ticket}/time");
        let made = world.posts(&path, json!({ "spent": "1:30", "what": "Toner" }), 201).await;
        assert_eq!(
            (&made["minutes"], &made["day"], &made["is_billable"]),
            (&json!(90), &json!("2026-11-23"), &json!(true))
        );
        let free = json!({ "spent": 15, "day": "2026-11-20", "is_billable": false });
        let free = world.posts(&path, free, 201).await["id"].as_str().unwrap().to_owned();
        assert_eq!(total(&world.gets(&path).await), 105);
        assert_eq!(world.gets(&format!("/api/v1/tickets/{ticket}")).await["spent_minutes"], 105);
        // The filter and the file know it.
        for (filter, is_found) in
            [("spent:>1h", true), ("spent:1:45", true), ("spent:none", false), ("spent:<90", false)]
        {
            let found = world.posts("/api/v1/views/preview", json!({ "filter": filter }), 200).await;
            assert_eq!(found["count"] == 1, is_found, "{filter}: {found}");
        }
        let file = world.ada.get("/api/v1/tickets/export").await.assert_status(200).text();
        assert!(file.lines().next().unwrap().contains("Time spent (minutes)"), "{file}");
        assert!(file.lines().nth(1).unwrap().contains(",105"), "{file}");
        // Corrected and removed.
        let changed = world.patches(&format!("/api/v1/time/{free}"), json!({ "spent": "1h" }), 200).await;
        assert_eq!((&changed["minutes"], &changed["day"]), (&json!(60), &json!("2026-11-20")));
        world.ada.delete(&format!("/api/v1/time/{free}")).await.assert_status(200);
        assert_eq!(total(&world.gets(&path).await), 90);
        let log = world.log(ticket).await;
        let told: Vec<_> = log.iter().filter(|kind| kind.contains("time")).collect();
        assert_eq!(
            told,
            ["ticket.time_spent", "ticket.time_spent", "ticket.time_corrected", "ticket.time_removed"]
        );
        let mut browser = world.browser_of(world.ada_id).await;
        let history = browser.get(&format!("/t/{ticket}/history")).await;
        history.assert_has("spent 1:30 on 23 Nov 2026").assert_has("from 0:15 to 1:00");
        // Nonsense names its field, and nothing is kept of it.
        for (bad, field, code) in [
            (json!({ "spent": "soon" }), "/spent", "spent"),
            (json!({ "spent": 0 }), "/spent", "spent"),
            (json!({ "spent": 1441 }), "/spent", "spent"),
            (json!({ "spent": 5, "day": "2026-11-24" }), "/day", "day_ahead"),
            (json!({ "spent": 5, "day": "23.11." }), "/day", "date"),
        ] {
            let wrong = world.posts(&path, bad, 422).await;
            assert_eq!(
                (&wrong["errors"][0]["pointer"], &wrong["errors"][0]["code"]),
                (&json!(field), &json!(code))
            );
        }
        assert_eq!(total(&world.gets(&path).await), 90);
    });
}

#[test]
fn what_others_spent_is_theirs_unless_one_looks_after_time() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("Printer").await;
        let path = format!("/api/v1/tickets/{ticket}/time");
        let bo = world.hires("Bo", Builtin::Agent).await;
        let lea = world.hires("Lea", Builtin::Lead).await;
        let entry = world.posts(&path, json!({ "spent": 30 }), 201).await["id"].as_str().unwrap().to_owned();
        let one = format!("/api/v1/time/{entry}");
        let mut program = world.program_of(bo).await;
        program.patch_json(&one, r#"{"spent":1}"#).await.assert_status(403);
        program.delete(&one).await.assert_status(403);
        let mut browser = world.browser_of(bo).await;
        browser
            .get(&format!("/t/{ticket}"))
            .await
            .assert_has("0:30")
            .assert_has_not(&format!("time_spent-{entry}"));
        let mut program = world.program_of(lea).await;
        program.patch_json(&one, r#"{"spent":40}"#).await.assert_status(200);
        // A year later the day is still fine, and a word about it can be corrected.
        world.advance(500 * DAY);
        let late = world.patches(&one, json!({ "what": "Toner" }), 200).await;
        assert_eq!((&late["day"], &late["minutes"]), (&json!("2026-11-23"), &json!(40)));
        world.patches(&one, json!({ "day": "2026-11-22" }), 422).await;
    });
}

#[test]
fn the_page_takes_time_and_shows_what_was_wrong() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let (ticket, other) = (world.opens("Printer").await, world.opens("Printer again").await);
        let mut browser = world.browser_of(world.ada_id).await;
        let path = format!("/t/{ticket}/time");
        let good = [
            ("time_spent", "1h30"),
            ("time_day", "2026-11-23"),
            ("time_what", "Toner <b>"),
            ("time_billable", "on"),
        ];
        browser.post_form(&path, &good).await.assert_status(303);
        browser.post_form(&path, &[("time_spent", "0:10")]).await.assert_status(303);
        let page = browser.get(&format!("/t/{ticket}?done=spent")).await;
        page.assert_has("1:40")
            .assert_has("Toner &#60;b&#62;")
            .assert_has("1:30 billed, 0:10 not")
            .assert_has("The time is added");
        let wrong = browser.post_form(&path, &[("time_spent", "soon")]).await;
        wrong.assert_status(422).assert_has("time_spent-error").assert_has(r#"value="soon""#);
        let wrong = browser.post_form(&format!("{path}/1"), &[("time_spent", "x"), ("what", "save")]).await;
        wrong.assert_status(422).assert_has(r#"value="x""#).assert_has_not("time_spent-error");
        browser.post_form(&format!("{path}/2"), &[("what", "remove")]).await.assert_status(303);
        browser.get(&format!("/t/{ticket}")).await.assert_has("1:30").assert_has_not("1:40");
        // What was spent on a merged ticket is told where its messages are, and stays as it is.
        world.posts(&format!("/api/v1/tickets/{ticket}/merge"), json!({ "into": other }), 200).await;
        let page = browser.get(&format!("/t/{other}")).await;
        page.assert_has("1:30").assert_has(&format!("#{ticket}")).assert_has_not("time_spent-1");
        browser.post_form(&path, &good).await.assert_status(409);
    });
}
