//! The pages of promises, as somebody sees them.
use crate::world::World;
use kernel::clock::HOUR;
use serde_json::{Value, json};
use testkit::on_both;

#[test]
fn lists_show_the_time_left_and_views_what_is_due() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.policy("Urgent", &Value::Null, "priority:urgent", json!({ "first_response": "30m" })).await;
        world.policy("High", &Value::Null, "priority:high", json!({ "first_response": "5h" })).await;
        world.policy("Low", &Value::Null, "priority:low", json!({ "first_response": "50h" })).await;
        let urgent = world.opens("Fire", "urgent").await;
        let high = world.opens("Smoke", "high").await;
        let low = world.opens("Dust", "low").await;
        world.opens("Nothing promised", "normal").await;
        let mut order = async |view: &str| -> Vec<i64> {
            let page = world.bo.get(&format!("/tickets?view={view}")).await.assert_status(200).text();
            let mut found: Vec<_> = [urgent, high, low]
                .into_iter()
                .filter_map(|ticket| Some((page.find(&format!("data-ticket=\"{ticket}\""))?, ticket)))
                .collect();
            found.sort();
            found.into_iter().map(|(_, ticket)| ticket).collect()
        };
        assert_eq!(order("due-today").await, [urgent, high]);
        assert_eq!(order("breaching").await, [urgent]);
        world.advance(HOUR);
        let page = world.bo.get("/tickets?view=breaching").await.assert_status(200);
        page.assert_has("Late by 30").assert_has("is-late").assert_has_not("Dust");
        world.answers(urgent).await;
        world.bo.get("/tickets?view=breaching").await.assert_has_not("Fire");
    });
}

#[test]
fn the_ticket_says_why_its_deadline_is_when_it_is() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let office = world.office().await;
        world.policy("Gold", &office, "", json!({ "first_response": "4h", "resolution": "2d" })).await;
        let ticket = world.opens("Printer", "normal").await;
        let page = world.bo.get(&format!("/t/{ticket}")).await.assert_status(200);
        page.assert_has("First response").assert_has(&format!("/t/{ticket}/deadlines"));
        let why = world.bo.get(&format!("/t/{ticket}/deadlines")).await.assert_status(200);
        why.assert_has("Counts: within the hours")
            .assert_has("Outside the hours")
            .assert_has("Counted in all");
        world.bo.get(&format!("/t/{ticket}/history")).await.assert_has("“Gold” applies");
        world.bo.get("/t/999999/deadlines").await.assert_status(404);
    });
}

#[test]
fn a_calendar_is_made_and_filled_from_a_file_on_its_page() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let mut bo = world.signed_in().await;
        let mut fields = vec![
            ("name", "Bayern"),
            ("zone", "Europe/Berlin"),
            ("weekly/mon", "08:00-12:00, 13:00-17:00"),
            ("weekly/fri", "08:00-12:00"),
            ("holidays", "DE-BY"),
            ("exceptions", "2026-12-24 08:00-10:00 Heiligabend"),
        ];
        let made = bo.post_form("/admin/calendars", &fields).await.assert_status(303);
        let path = made.header("location").unwrap().to_owned();
        let page = bo.get(&path).await.assert_status(200);
        let page = page.assert_has("Epiphany").assert_has_not("Reformation");
        page.assert_has("2026-12-24 08:00-10:00 Heiligabend");
        let file = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261226\r\nSUMMARY:Zu\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let done =
            bo.post_files(&format!("{path}/import"), &[], &[("file", "frei.ics", file.as_bytes())]).await;
        let to = done.assert_status(303).header("location").unwrap().to_owned();
        let page = bo.get(&to).await.assert_has("One day was added");
        page.assert_has("2026-12-24 08:00-10:00 Heiligabend").assert_has("2026-12-25 Zu");
        fields[2] = ("weekly/mon", "08:00-12:00, 11:00-17:00");
        let wrong = bo.post_form(&path, &fields).await.assert_status(422);
        wrong.assert_has("These hours overlap").assert_has("08:00-12:00, 11:00-17:00");
    });
}

#[test]
fn a_policy_is_looked_at_and_saved_on_its_page() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.opens("Old", "high").await;
        let mut bo = world.signed_in().await;
        let mut fields = vec![
            ("name", "Gold"),
            ("priority", "high"),
            ("priority", "urgent"),
            ("targets/first_response", "4h"),
            ("pause_in", "waiting_customer"),
            ("is_active", "on"),
            ("what", "look"),
        ];
        let looked = bo.post_form("/admin/sla", &fields).await.assert_status(200);
        looked.assert_has("1 of 1 tickets");
        bo.get("/admin/sla").await.assert_has("Nothing is promised yet");
        fields.pop();
        bo.post_form("/admin/sla", &fields).await.assert_leads_to("/admin/sla");
        bo.get("/admin/sla")
            .await
            .assert_has("Gold")
            .assert_has("priority:high,urgent")
            .assert_has("around the clock");
        fields[3] = ("targets/first_response", "four hours");
        let wrong = bo.post_form("/admin/sla", &fields).await.assert_status(422);
        wrong.assert_has("four hours").assert_has("4h, 90m");
    });
}
