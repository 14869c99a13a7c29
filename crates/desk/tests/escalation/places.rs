//! Lines, supervisors and suppliers: what may be said of them.
use crate::{fields, world::World};
use platform::{args, db, sql};
use serde_json::{Value, json};
use testkit::on_both;

fn one(problem: &Value) -> (String, String) {
    fields(problem).remove(0)
}

#[test]
fn a_line_has_a_place_and_teams_of_its_own() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let lines = world.lines().await;
        let all = world.gets("/api/v1/lines").await;
        let places: Vec<_> =
            all["items"].as_array().unwrap().iter().map(|line| line["position"].as_i64().unwrap()).collect();
        assert_eq!(places, [1, 2, 3]);
        let line = |name: &str, position: i64, team: &str| json!({ "name": name, "position": position, "teams": [team] });
        let refused = world.posts("/api/v1/lines", line("second LINE", 4, "2"), 422).await;
        assert_eq!(one(&refused), ("/name".into(), "taken".into()));
        let refused = world.posts("/api/v1/lines", line("Other", 2, "2"), 422).await;
        assert_eq!(one(&refused), ("/position".into(), "line_position_taken".into()));
        let refused = world.posts("/api/v1/lines", line("Other", 4, "99"), 422).await;
        assert_eq!(one(&refused), ("/teams".into(), "unknown_id".into()));
        // A team that is named again has moved.
        world.posts("/api/v1/lines", line("Fourth line", 4, "3"), 201).await;
        let third = world.gets("/api/v1/lines").await["items"][2].clone();
        assert_eq!(
            (third["name"].as_str(), third["teams"].as_array().unwrap().len()),
            (Some("Third line"), 0)
        );
        // What has no team cannot get anything: the next one after it does.
        let ticket = world.has("Skip it").await;
        world.hands_on(ticket, "line/3", 422).await;
        world.hands_on(ticket, &format!("line/{}", lines.second), 201).await;
        world.hands_on(ticket, "next", 201).await;
        assert_eq!(world.ticket(ticket).await["escalated"]["name"], "Fourth line");
        world.ada.delete("/api/v1/lines/4").await.assert_status(409);
        world.ada.delete("/api/v1/lines/3").await.assert_status(204);
        world.ada.delete("/api/v1/lines/3").await.assert_status(404);
        let refused = world.hands_on(ticket, "next", 422).await;
        assert_eq!(one(&refused), ("/to".into(), "no_next_line".into()));
        let changed =
            world.patches("/api/v1/lines/2", json!({ "accept_within": null, "name": "Experts" }), 200).await;
        assert_eq!((&changed["accept_within"], &changed["solve_within"]), (&Value::Null, &json!("8h")));
    });
}

#[test]
fn a_supplier_is_written_to_and_is_no_inbox_of_ours() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.lines().await;
        let inbox = |conn: &mut db::Conn| {
            conn.run(
                sql!(
                    "INSERT INTO inbox (name, address, receive_kind, created_at_ms)
                       VALUES ('In', 'in@desk.example', 'smtp', 0)"
                ),
                args![],
            )
        };
        world.home.db.write::<_, db::Error>(inbox).await.unwrap();
        let supplier = |email: &str| json!({ "name": "Makers", "email": email, "accept_within": "4h", "solve_within": "2d" });
        let refused = world.posts("/api/v1/suppliers", supplier("In@Desk.example"), 422).await;
        assert_eq!(one(&refused), ("/email".into(), "supplier_is_inbox".into()));
        let made = world.posts("/api/v1/suppliers", supplier("help@makers.example"), 201).await;
        let to = format!("supplier/{}", made["id"].as_str().unwrap());
        let ticket = world.has("It is broken").await;
        world.hands_on(ticket, &to, 201).await;
        let body = world.ticket(ticket).await;
        assert_eq!(
            (body["escalated"]["with"].as_str(), body["assignee"].as_str()),
            (Some("supplier"), Some(world.ada_id.to_string().as_str()))
        );
        assert_eq!(world.finds("with:supplier").await, [ticket]);
        let all = world.gets(&format!("/api/v1/tickets/{ticket}/messages")).await;
        let mail = &all["items"][1];
        assert_eq!((&mail["kind"], &mail["to"]), (&json!("note"), &json!(["help@makers.example"])));
        assert_eq!(mail["delivery"]["state"], "waiting");
        world.hands_on(ticket, &to, 422).await;
        // A supplier that nobody can reach any more is not asked, and nobody takes it from them by the clock.
        world.advance(100 * kernel::clock::HOUR);
        world.fires().await;
        assert_eq!(world.ticket(ticket).await["escalated"]["with"], "supplier");
        world.hands_back(ticket, "They send a new one", 200).await;
        world.patches("/api/v1/suppliers/1", json!({ "is_archived": true }), 200).await;
        let refused = world.hands_on(ticket, &to, 422).await;
        assert_eq!(one(&refused), ("/to".into(), "unknown_id".into()));
    });
}

#[test]
fn a_complaint_has_deadlines_of_its_own_and_comes_to_whoever_leads() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.lines().await;
        world.ada.put_json("/api/v1/teams/1/supervisor", r#"{"user":"1"}"#).await.assert_status(200);
        let policy = |name: &str, filter: &str, time: &str| json!({ "name": name, "filter": filter, "targets": { "first_response": time } });
        world.posts("/api/v1/sla-policies", policy("Complaints", "type:complaint", "1h"), 201).await;
        world.posts("/api/v1/sla-policies", policy("All", "", "8h"), 201).await;
        let rule = json!({ "name": "Complaints up", "on": ["ticket_opened"], "filter": "type:complaint",
            "actions": [{ "do": "escalate", "value": "supervisor", "text": "{name} complains." }] });
        world.posts("/api/v1/rules", rule, 201).await;
        desk::rules::reader::catch_up(&world.home).await.unwrap();
        let mut due = Vec::new();
        for kind in ["complaint", "question"] {
            let ticket = json!({ "subject": kind, "text": "Late again", "type": kind, "team": "1",
                "requester": { "email": "cy@example.org", "name": "Cy" } });
            let made = world.posts("/api/v1/tickets", ticket, 201).await;
            due.push(serde_json::from_value::<kernel::clock::Millis>(made["due_at"].clone()).unwrap());
        }
        assert_eq!(due[1].0 - due[0].0, 7 * kernel::clock::HOUR);
        desk::rules::reader::catch_up(&world.home).await.unwrap();
        assert_eq!(world.finds("with:supervisor").await, world.finds("type:complaint").await);
        assert_eq!(world.finds("with:supervisor").await.len(), 1);
    });
}
