//! The wallboard: its numbers are those of the lists behind them, and persons are hidden unless somebody decided otherwise.
use desk::sla;
use kernel::{
    clock::{HOUR, MINUTE},
    id::Id,
};
use people::roles::Builtin;
use platform::{
    authority::{Grant, System},
    db, settings,
};
use serde_json::{Value, json};
use testkit::{Client, on_both};
#[allow(dead_code)] // several binaries share it, and each uses a part
#[path = "shared/world.rs"]
mod world;
use world::World;

/// How many tickets a filter finds.
async fn count(client: &mut Client, filter: &str) -> i64 {
    let filter = people::web::escape(filter);
    let found =
        client.get(&format!("/api/v1/tickets?limit=100&filter={filter}")).await.assert_status(200).json();
    found["items"].as_array().unwrap().len() as i64
}

fn figures<'b>(board: &'b Value, team: &str) -> &'b Value {
    let groups = board["groups"].as_array().unwrap();
    groups.iter().find(|group| group["name"] == team).unwrap_or_else(|| panic!("no {team} in {board}"))
}

/// Two teams, an office that promises an answer within an hour, and tickets of every kind.
async fn lived_in(world: &mut World) {
    let policy = json!({ "name": "All", "targets": { "first_response": "1h" }, "warn": "10m" });
    world.posts("/api/v1/sla-policies", policy, 201).await;
    let mut teams = Vec::new();
    for name in ["Sales", "Repairs"] {
        teams.push(world.posts("/api/v1/teams", json!({ "name": name }), 201).await["id"].clone());
    }
    for number in 1..=12 {
        let ticket = world.opens(&format!("Request {number}")).await;
        assert_eq!(ticket, number);
        let team = match number % 3 {
            0 => json!(null),
            1 => teams[0].clone(),
            _ => teams[1].clone(),
        };
        let path = format!("/api/v1/tickets/{number}");
        world.patches(&path, json!({ "team": team }), 200).await;
        match number % 4 {
            1 => drop(world.patches(&path, json!({ "assignee": "1" }), 200).await),
            2 => drop(world.patches(&path, json!({ "status": "waiting_customer" }), 200).await),
            3 if number < 8 => drop(world.patches(&path, json!({ "status": "solved" }), 200).await),
            _ => {}
        }
        world.advance(20 * MINUTE);
    }
    let system = Grant::<System>::system(&world.home);
    while system.change::<_, db::Error>(sla::alarms::fire).await.unwrap() {}
}

#[test]
fn every_number_is_that_of_the_list_behind_it() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        lived_in(&mut world).await;
        let board = world.gets("/api/v1/wallboard").await;
        let whole = ("total", "");
        for (place, words) in
            [whole, ("Sales", " team:Sales"), ("Repairs", " team:Repairs"), ("", " team:none")]
        {
            let of = if place == "total" { &board["total"] } else { figures(&board, place) };
            for (name, filter) in [
                ("open", "waiting:us -is:snoozed"),
                ("unassigned", "waiting:us is:unassigned -is:snoozed"),
                ("late", "is:late -is:snoozed"),
                ("waiting", "(waiting:customer or waiting:third_party) -is:snoozed"),
                ("due_soon", "is:open -is:late due:<2h -is:snoozed"),
            ] {
                let found = count(&mut world.ada, &format!("{filter}{words}")).await;
                assert_eq!(of[name], found, "{name} of {place:?}: {of}");
            }
        }
        let sum = |of: &Value, name: &str| {
            of[name].as_array().unwrap().iter().filter_map(Value::as_i64).sum::<i64>()
        };
        let total = &board["total"];
        assert!(total["late"].as_i64().unwrap() > 0 && total["due_soon"].as_i64().unwrap() > 0, "{total}");
        assert_eq!((sum(total, "opened"), sum(total, "solved")), (12, 2), "{total}");
        assert!(total["promises_broken"].as_i64().unwrap() > 0, "{total}");
        // A day later nothing of it has just happened, and what is open is open.
        let open = total["open"].clone();
        world.advance(25 * HOUR);
        let board = world.gets("/api/v1/wallboard").await;
        let total = &board["total"];
        assert_eq!((sum(total, "opened"), sum(total, "solved"), &total["open"]), (0, 0, &open), "{total}");
        let page = world.browser_of(Id::new(1)).await.get("/wallboard").await.assert_status(200);
        page.assert_has("Sales").assert_has("Without a team").assert_has("works-council mode");
    });
}

#[test]
fn nobody_sees_figures_of_others_unless_the_mode_is_off_and_they_may() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        lived_in(&mut world).await;
        let agent = world.hires("Amy", Builtin::Agent).await;
        let mut amy = world.program_of(agent).await;
        world.patches("/api/v1/tickets/1", json!({ "assignee": agent.to_string() }), 200).await;
        let board = amy.get("/api/v1/wallboard").await.assert_status(200).json();
        assert_eq!(board["own"]["open"], 1, "{board}");
        let board = world.gets("/api/v1/wallboard").await;
        assert_eq!((&board["people"], &board["people_hidden"]), (&Value::Null, &json!("works_council")));
        assert!(!board.to_string().contains("Amy"), "{board}");

        let system = Grant::<System>::system(&world.home);
        system.change::<_, db::Error>(|tx| settings::set_council_mode(tx, false)).await.unwrap();
        let board = world.gets("/api/v1/wallboard").await;
        let people = board["people"].as_array().unwrap();
        assert!(people.iter().any(|one| one["name"] == "Amy" && one["open"] == 1), "{board}");
        let board = amy.get("/api/v1/wallboard").await.assert_status(200).json();
        assert_eq!((&board["people"], &board["people_hidden"]), (&Value::Null, &json!("permission")));
        assert_eq!(board["own"]["name"], "Amy");
    });
}
