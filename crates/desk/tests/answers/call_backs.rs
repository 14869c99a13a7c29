//! Promised call-backs.
use crate::world::{MONDAY, World};
use kernel::clock::HOUR;
use serde_json::json;
use testkit::on_both;

#[test]
fn a_promised_call_stands_in_its_list_by_time_until_somebody_is_reached() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let (one, two) = (world.opens("Printer").await, world.opens("Invoice").await);
        let path = |ticket: i64| format!("/api/v1/tickets/{ticket}/call-backs");
        world.posts(&path(one), json!({ "due_at": MONDAY.plus(HOUR) }), 422).await;
        let call = |hours: i64| json!({ "phone": "+49 30 123456", "due_at": MONDAY.plus(hours * HOUR), "note": "Tariff" });
        let late = world.posts(&path(one), call(3), 201).await["id"].as_str().unwrap().to_owned();
        world.posts(&path(two), call(1), 201).await;
        let order = async |world: &mut World| -> Vec<i64> {
            let list = world.gets("/api/v1/call-backs").await;
            list["items"].as_array().unwrap().iter().map(|call| call["ticket"].as_i64().unwrap()).collect()
        };
        assert_eq!(order(&mut world).await, [two, one]);
        let first = world.gets("/api/v1/call-backs?limit=1").await;
        let next = format!("/api/v1/call-backs?cursor={}", first["next"].as_str().unwrap());
        assert_eq!(world.gets(&next).await["items"][0]["ticket"], one);
        let mut browser = world.browser_of(world.ada_id).await;
        browser.get(&format!("/t/{two}")).await.assert_has("/call-backs#call-");
        world.advance(2 * HOUR);
        browser
            .get("/call-backs")
            .await
            .assert_has("Late")
            .assert_has("Tariff")
            .assert_has("tel:+49 30 123456");
        // Nobody there: later once more. Then reached.
        browser
            .post_form("/call-backs/2", &[("what", "missed"), ("when", "three_hours")])
            .await
            .assert_status(303);
        assert_eq!(order(&mut world).await, [one, two]);
        let attempts = world.gets("/api/v1/call-backs").await["items"][1]["attempts"].clone();
        assert_eq!(attempts, 1);
        world.posts(&format!("/api/v1/call-backs/{late}/attempts"), json!({ "is_reached": true }), 200).await;
        world.posts(&format!("/api/v1/call-backs/{late}/attempts"), json!({ "is_reached": true }), 409).await;
        assert_eq!(order(&mut world).await, [two]);
        world.ada.delete("/api/v1/call-backs/2").await.assert_status(200);
        browser.get("/call-backs").await.assert_has("No call is promised");
        browser.get(&format!("/t/{one}/history")).await.assert_has("called and reached Cy Peters");
        let history = browser.get(&format!("/t/{two}/history")).await;
        history.assert_has("did not reach Cy Peters").assert_has("no longer wanted");
        let bad = [("call_phone", "x"), ("call_when", "hour")];
        let wrong = browser.post_form(&format!("/t/{one}/call-backs"), &bad).await;
        wrong.assert_status(422).assert_has("call_phone-error");
        let fine = [("call_phone", "030 99"), ("call_when", "hour")];
        browser.post_form(&format!("/t/{one}/call-backs"), &fine).await.assert_status(303);
        assert_eq!(order(&mut world).await, [one]);
    });
}
