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

async fn council_mode(world: &World, is_on: bool) {
    let system = Grant::<System>::system(&world.home);
    system.change::<_, db::Error>(move |tx| settings::set_council_mode(tx, is_on)).await.unwrap();
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
        assert_eq!(sum(total, "opened"), 12, "{total}");
        for hidden in ["solved", "solved_in_all", "promises_kept", "promises_broken"] {
            assert_eq!(
                total[hidden],
                Value::Null,
                "one person did all of it, and the works-council mode is on: {total}"
            );
        }
        council_mode(&world, false).await;
        let told = world.gets("/api/v1/wallboard").await["total"].clone();
        assert_eq!((sum(&told, "solved"), &told["solved_in_all"]), (2, &json!(2)), "{told}");
        assert!(told["promises_broken"].as_i64().unwrap() > 0, "{told}");
        // A day later nothing of it has just happened, and what is open is open.
        let open = total["open"].clone();
        world.advance(25 * HOUR);
        let board = world.gets("/api/v1/wallboard").await;
        let total = &board["total"];
        assert_eq!((sum(total, "opened"), sum(total, "solved"), &total["open"]), (0, 0, &open), "{total}");
        let page = world.browser_of(Id::new(1)).await.get("/wallboard").await.assert_status(200);
        page.assert_has("Sales").assert_has("Without a team");
        council_mode(&world, true).await;
        let page = world.browser_of(Id::new(1)).await.get("/wallboard").await.assert_status(200);
        page.assert_has("works-council mode").assert_has("fewer than five people");
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

        council_mode(&world, false).await;
        let board = world.gets("/api/v1/wallboard").await;
        let people = board["people"].as_array().unwrap();
        assert!(people.iter().any(|one| one["name"] == "Amy" && one["open"] == 1), "{board}");
        let board = amy.get("/api/v1/wallboard").await.assert_status(200).json();
        assert_eq!((&board["people"], &board["people_hidden"]), (&Value::Null, &json!("permission")));
        assert_eq!(board["own"]["name"], "Amy");
    });
}

/// Whoever sees tickets of a client, or helps with one, counts what their lists show, in whatever team that is.
#[test]
fn who_sees_few_tickets_counts_those_in_teams_of_others_too() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        lived_in(&mut world).await;
        let agent = world.hires("Amy", Builtin::Agent).await;
        let own = [("tickets.view", "own"), ("tickets.edit", "own"), ("tickets.note", "own")];
        let own: Vec<_> =
            own.iter().map(|(key, reach)| json!({ "permission": key, "scope": reach })).collect();
        let role =
            world.posts("/api/v1/roles", json!({ "name": "Guest", "permissions": own }), 201).await["id"]
                .clone();
        world.patches(&format!("/api/v1/users/{agent}"), json!({ "role": role }), 200).await;
        let mut amy = world.program_of(agent).await;
        world.patches("/api/v1/tickets/1", json!({ "assignee": agent.to_string() }), 200).await;
        let board = amy.get("/api/v1/wallboard").await.assert_status(200).json();
        let open = count(&mut amy, "waiting:us -is:snoozed").await;
        assert_eq!((&board["total"]["open"], open), (&json!(1), 1), "{board}");
        assert_eq!(figures(&board, "Sales")["open"], 1, "{board}");
        assert_eq!(board["groups"].as_array().unwrap().len(), 1, "no other team is named: {board}");
    });
}
