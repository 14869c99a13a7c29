//! Snoozed tickets.
use crate::world::{MONDAY, World};
use kernel::clock::{DAY, HOUR};
use serde_json::json;
use testkit::on_both;

#[test]
fn a_snoozed_ticket_is_out_of_the_list_and_back_on_time_also_after_downtime() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("Printer").await;
        let path = format!("/api/v1/tickets/{ticket}/snooze");
        let until = MONDAY.plus(2 * HOUR);
        let put =
            |until: kernel::clock::Millis| json!({ "until": until, "until_message": false }).to_string();
        let mut ada = world.ada.clone();
        let sent = async |ada: &mut testkit::Client, body: String| {
            let kind = Some("application/json");
            ada.send(axum::http::Method::PUT, &path, kind, body.into_bytes()).await
        };
        sent(&mut ada, put(MONDAY)).await.assert_status(422);
        sent(&mut ada, put(until)).await.assert_status(200);
        let shown = async |world: &mut World, view: &str| {
            world
                .ada
                .get(&format!("/tickets?view={view}"))
                .await
                .assert_status(200)
                .text()
                .contains("Printer")
        };
        assert!(!shown(&mut world, "act").await && !shown(&mut world, "unassigned").await);
        assert!(shown(&mut world, "snoozed").await && shown(&mut world, "open").await);
        world.ada.get(&format!("/t/{ticket}")).await.assert_has("Snoozed until");
        // It rests otherwise now; the first time wakes nobody.
        let later = MONDAY.plus(5 * HOUR);
        sent(&mut ada, put(later)).await.assert_status(200);
        world.advance(2 * HOUR);
        world.runs_jobs().await;
        assert!(!shown(&mut world, "act").await);
        world.hears(ticket).await;
        assert!(!shown(&mut world, "act").await, "only the time wakes it");
        // The program was away for a day.
        world.advance(DAY);
        world.runs_jobs().await;
        assert!(shown(&mut world, "act").await && !shown(&mut world, "snoozed").await);
        let log = world.log(ticket).await;
        assert_eq!(log.iter().filter(|kind| *kind == "ticket.woke").count(), 1, "{log:?}");
        assert_eq!(desk.db.read(desk::tickets::counts::wrong).await.unwrap(), []);
    });
}

#[test]
fn a_question_wakes_it_and_so_does_a_person_and_what_is_done_rests_no_longer() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("Printer").await;
        let mut browser = world.browser_of(world.ada_id).await;
        let snooze = format!("/t/{ticket}/snooze");
        let until_message = [("when", "none"), ("until_message", "on")];
        browser.post_form(&snooze, &[("when", "none")]).await.assert_status(422).assert_has("field-error");
        browser.post_form(&snooze, &[("snooze_until", "2020-01-01T09:00")]).await.assert_status(422);
        browser.post_form(&snooze, &until_message).await.assert_status(303);
        browser.get("/tickets?view=snoozed").await.assert_has("Printer");
        world.hears(ticket).await;
        browser.get("/tickets?view=snoozed").await.assert_has_not("Printer");
        browser.post_form(&snooze, &[("when", "tomorrow"), ("until_message", "on")]).await.assert_status(303);
        browser.post_form(&format!("/t/{ticket}/wake"), &[]).await.assert_status(303);
        browser.get("/tickets?view=snoozed").await.assert_has_not("Printer");
        browser.post_form(&snooze, &until_message).await.assert_status(303);
        world.patches(&format!("/api/v1/tickets/{ticket}"), json!({ "status": "solved" }), 200).await;
        let history = browser.get(&format!("/t/{ticket}/history")).await.assert_status(200);
        history
            .assert_has("The ticket is back: the customer wrote")
            .assert_has("woke the ticket")
            .assert_has("it is done");
        browser.post_form(&snooze, &until_message).await.assert_status(409);
        assert_eq!(desk.db.read(desk::tickets::counts::wrong).await.unwrap(), []);
    });
}
