//! What the API promises and refuses.
use crate::world::{MONDAY, World};
use kernel::clock::{DAY, HOUR, MINUTE};
use platform::db::statements_run;
use serde_json::{Value, json};
use testkit::on_both;

#[test]
fn a_deadline_explains_itself() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let office = world.office().await;
        world.policy("Gold", &office, "", json!({ "first_response": "4h", "resolution": "2d" })).await;
        world.advance(2 * HOUR);
        let ticket = world.opens("Printer", "normal").await;
        world.advance(30 * MINUTE);
        world.becomes(ticket, "status", "waiting_customer").await;
        let (state, due) = world.promise(ticket, "resolution").await.unwrap();
        assert_eq!((state.as_str(), due), ("paused", None));
        assert_eq!(world.due(ticket).await, None);
        world.advance(HOUR);
        world.hears(ticket, false).await;
        // 10:00 to 10:30 counted, an hour of pause, 11:30 to 12:00, then after lunch until three hours are full.
        let (state, due) = world.promise(ticket, "first_response").await.unwrap();
        assert_eq!((state.as_str(), due), ("running", Some(MONDAY.plus(8 * HOUR))));
        let all = world.gets(&format!("/api/v1/tickets/{ticket}/deadlines")).await;
        let parts = all[0]["explain"].as_array().unwrap().clone();
        let reasons: Vec<_> = parts.iter().map(|part| part["reason"].as_str().unwrap()).collect();
        assert_eq!(reasons, ["open", "paused", "open", "closed", "open"]);
        assert_eq!(parts[1]["about"], "waiting_customer");
        assert_eq!(parts[0]["counted"], true);
        assert_eq!(parts[1]["counted"], false);
        assert_eq!(all[0]["target_seconds"], 4 * 3600);
        assert_eq!(all[0]["left_seconds"], 4 * 3600 - 1800);
        world.answers(ticket).await;
        assert_eq!(world.promise(ticket, "first_response").await.unwrap().0, "met");
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn a_machine_and_a_note_answer_nobody() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.policy("All", &Value::Null, "", json!({ "first_response": "4h", "next_response": "2h" })).await;
        let ticket = world.opens("Printer", "normal").await;
        let note = json!({ "kind": "note", "text": "Driver 4.2" });
        world.posts(&format!("/api/v1/tickets/{ticket}/messages"), note, 201).await;
        assert_eq!(world.promise(ticket, "first_response").await.unwrap().0, "running");
        world.answers(ticket).await;
        world.advance(HOUR);
        world.hears(ticket, true).await;
        assert_eq!(world.promise(ticket, "next_response").await, None, "an absence note asks nothing");
        world.hears(ticket, false).await;
        let next = world.promise(ticket, "next_response").await.unwrap();
        assert_eq!(next, ("running".into(), Some(MONDAY.plus(3 * HOUR))));
        // A second question does not begin anew.
        world.advance(HOUR);
        world.hears(ticket, false).await;
        assert_eq!(world.promise(ticket, "next_response").await.unwrap(), next);
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn another_priority_keeps_what_ran_and_a_reopened_ticket_goes_on() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.policy("Urgent", &Value::Null, "priority:urgent", json!({ "resolution": "4h" })).await;
        world.policy("Rest", &Value::Null, "", json!({ "resolution": "20h" })).await;
        let ticket = world.opens("Printer", "normal").await;
        world.advance(3 * HOUR);
        world.becomes(ticket, "priority", "urgent").await;
        assert_eq!(world.due(ticket).await, Some(MONDAY.plus(4 * HOUR)), "three of four hours ran");
        world.becomes(ticket, "priority", "low").await;
        assert_eq!(world.due(ticket).await, Some(MONDAY.plus(20 * HOUR)));
        world.becomes(ticket, "status", "solved").await;
        assert_eq!(world.promise(ticket, "resolution").await.unwrap().0, "met");
        assert_eq!(world.due(ticket).await, None);
        world.advance(5 * DAY);
        world.becomes(ticket, "status", "open").await;
        assert_eq!(
            world.due(ticket).await,
            Some(MONDAY.plus(5 * DAY + 20 * HOUR)),
            "solved time does not count"
        );
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn a_changed_calendar_moves_the_deadlines_of_open_tickets_alone() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let office = world.office().await;
        world.policy("Gold", &office, "", json!({ "resolution": "8h" })).await;
        let (open, done) = (world.opens("Open", "normal").await, world.opens("Done", "normal").await);
        world.becomes(done, "status", "solved").await;
        assert_eq!(world.due(open).await, Some(MONDAY.plus(9 * HOUR)));
        world.advance(HOUR);
        let path = format!("/api/v1/calendars/{}", office.as_str().unwrap());
        let closed = json!([{ "date": "2026-11-23", "windows": [["08:00", "10:00"]] }]);
        world.patches(&path, json!({ "exceptions": closed })).await;
        world.runs_jobs().await;
        // Two hours on Monday are left of the day; six on Tuesday, with lunch.
        assert_eq!(world.due(open).await, Some(MONDAY.plus(DAY + 7 * HOUR)));
        assert_eq!(world.promise(done, "resolution").await.unwrap().0, "met");
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn a_policy_that_comes_later_counts_from_then_on() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("Early", "high").await;
        assert_eq!(world.gets(&format!("/api/v1/tickets/{ticket}/deadlines")).await, json!([]));
        world.advance(HOUR);
        let policy =
            world.policy("All", &Value::Null, "type:question", json!({ "first_response": "2h" })).await;
        world.runs_jobs().await;
        assert_eq!(world.due(ticket).await, Some(MONDAY.plus(3 * HOUR)));
        world.becomes(ticket, "type", "incident").await;
        assert_eq!(world.due(ticket).await, None, "nothing is promised for incidents");
        world.advance(HOUR);
        world.becomes(ticket, "type", "question").await;
        assert_eq!(world.due(ticket).await, Some(MONDAY.plus(4 * HOUR)));
        let path = format!("/api/v1/sla-policies/{}", policy.as_str().unwrap());
        world.patches(&path, json!({ "is_active": false })).await;
        world.runs_jobs().await;
        assert_eq!(world.due(ticket).await, None);
        let history = world.gets(&format!("/api/v1/tickets/{ticket}/history")).await;
        let applied =
            history["items"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "sla.applied");
        assert_eq!(applied.count(), 4);
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn what_cannot_be_is_refused_by_its_field() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let office = world.office().await;
        let calendar = |weekly: Value| json!({ "name": "Other", "zone": "Europe/Berlin", "weekly": weekly });
        let mut refused = async |path: &str, body: Value| {
            let problem = world.posts(path, body, 422).await;
            let error = problem["errors"][0].clone();
            (error["pointer"].as_str().unwrap().to_owned(), error["code"].as_str().unwrap().to_owned())
        };
        let at = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
        let found = refused("/api/v1/calendars", calendar(json!({}))).await;
        assert_eq!(found, at("/weekly", "never_open"));
        let clash = json!({ "fri": [["08:00", "12:00"], ["11:00", "15:00"]] });
        assert_eq!(refused("/api/v1/calendars", calendar(clash)).await, at("/weekly/fri", "hours_overlap"));
        let policy = |targets: Value, calendar: &Value| json!({ "name": "P", "calendar": calendar, "targets": targets });
        let found = refused("/api/v1/sla-policies", policy(json!({}), &office)).await;
        assert_eq!(found, at("/targets", "no_promise"));
        let late = json!({ "first_response": "3d", "resolution": "20h" });
        let found = refused("/api/v1/sla-policies", policy(late, &office)).await;
        assert_eq!(found, at("/targets/first_response", "after_resolution"));
        let found =
            refused("/api/v1/sla-policies", policy(json!({ "resolution": "1d" }), &json!("99"))).await;
        assert_eq!(found, at("/calendar", "unknown_id"));
        let twice = json!({ "name": "bavaria", "zone": "UTC", "weekly": { "mon": [["00:00", "24:00"]] } });
        assert_eq!(refused("/api/v1/calendars", twice).await, at("/name", "calendar_name_taken"));
    });
}

#[test]
fn a_policy_shows_its_effect_before_it_is_saved() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        for number in 0..4 {
            let ticket = world.opens(&format!("Ticket {number}"), "high").await;
            world.advance((number + 1) * HOUR);
            world.answers(ticket).await;
        }
        world.opens("Another", "low").await;
        let draft =
            json!({ "name": "P", "filter": "priority:high", "targets": { "first_response": "150m" } });
        let effect = world.posts("/api/v1/sla-policies/what-if", draft, 200).await;
        assert_eq!((effect["looked_at"].as_i64(), effect["applies_to"].as_i64()), (Some(5), Some(4)));
        let first = &effect["promises"][0];
        let counts =
            ["tickets", "met", "breached", "open", "breached_now"].map(|name| first[name].as_i64().unwrap());
        assert_eq!(counts, [4, 2, 2, 0, 0]);
        assert_eq!(world.gets("/api/v1/sla-policies").await["items"], json!([]), "nothing was saved");
    });
}

#[test]
fn a_new_ticket_costs_a_few_statements_more_with_a_policy_and_one_without() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.opens("Warm", "normal").await;
        let cost = async |world: &mut World| {
            let before = statements_run();
            world.opens("Counted", "normal").await;
            statements_run() - before
        };
        let without = cost(&mut world).await;
        let office = world.office().await;
        world.policy("All", &office, "", json!({ "first_response": "4h", "resolution": "2d" })).await;
        world.opens("Warm", "normal").await;
        let with = cost(&mut world).await;
        // One insert for the clocks, one event.
        assert!(with <= without + 2, "{with} against {without}");
    });
}
