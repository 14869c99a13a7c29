//! By hand: to a line, a supervisor, and back.
use crate::{fields, world::World};
use desk::{conversation, tickets};
use kernel::{clock::HOUR, id::Id};
use platform::db;
use serde_json::{Value, json};
use testkit::{Client, on_both};

#[test]
fn a_ticket_goes_to_the_second_line_and_comes_back() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut lines = world.lines().await;
        let targets = json!({ "first_response": "4h", "resolution": "8h" });
        world.posts("/api/v1/sla-policies", json!({ "name": "Gold", "targets": targets }), 201).await;
        let ticket = world.has("The server is slow").await;
        let promised = world.ticket(ticket).await["due_at"].clone();
        assert_ne!(promised, Value::Null);

        // It must say what was tried.
        let empty = json!({ "to": "next", "tried": " ", "expected": "" });
        let refused = world.posts(&format!("/api/v1/tickets/{ticket}/escalate"), empty, 422).await;
        let required = [("/tried", "required"), ("/expected", "required")];
        assert_eq!(fields(&refused), required.map(|(at, code)| (at.to_owned(), code.to_owned())));
        assert_eq!(world.stays(ticket).await, [] as [Value; 0]);
        assert_eq!(world.finds("with:none").await, [ticket]);

        let stay = world.hands_on(ticket, "next", 201).await;
        assert_eq!((stay["with"].as_str(), stay["name"].as_str()), (Some("line"), Some("Second line")));
        assert_eq!((stay["from"].as_str(), stay["by"].as_str()), (Some("First line"), Some("ada")));
        let body = world.ticket(ticket).await;
        assert_eq!((&body["team"], &body["assignee"], &body["line"]), (&json!("2"), &Value::Null, &json!(2)));
        assert_eq!(body["escalated"]["is_accepted"], false);
        assert_eq!(body["due_at"], promised, "the customer's clock runs on");
        assert_eq!(world.finds("line:2").await, [ticket]);
        assert_eq!(world.finds("with:line").await, [ticket]);
        assert_eq!(world.finds("line:1").await, [] as [i64; 0]);
        world.hands_on(ticket, "line/2", 422).await;

        // Whoever had it helps; the customer reads nothing of it.
        let helpers = world.gets(&format!("/api/v1/tickets/{ticket}/helpers")).await;
        assert_eq!(helpers["items"][0]["user"], world.ada_id.to_string());
        let seen = world
            .home
            .db
            .read::<_, db::Error>(move |conn| conversation::store::public_of_ticket(conn, Id::new(ticket)))
            .await
            .unwrap();
        assert_eq!(seen.len(), 1);
        let all = world.gets(&format!("/api/v1/tickets/{ticket}/messages")).await;
        let note = &all["items"][1];
        assert_eq!(note["kind"], "note");
        assert!(note["text"].as_str().unwrap().contains("Restarted it twice"), "{note}");

        world.advance(HOUR / 2);
        let accept = format!("/api/v1/tickets/{ticket}/accept");
        lines.ben_works.post_json(&accept, "{}").await.assert_status(200);
        lines.ben_works.post_json(&accept, "{}").await.assert_status(409);
        let body = world.ticket(ticket).await;
        assert_eq!(body["assignee"], lines.ben.to_string());
        assert_eq!(body["escalated"]["is_accepted"], true);

        world.advance(2 * HOUR);
        let refused = world.hands_back(ticket, "", 422).await;
        assert_eq!(fields(&refused), [("/note".to_owned(), "required".to_owned())]);
        world.hands_back(ticket, "A disk was full", 200).await;
        let body = world.ticket(ticket).await;
        assert_eq!((&body["team"], &body["assignee"]), (&json!("1"), &json!(world.ada_id.to_string())));
        assert_eq!((&body["escalated"], &body["due_at"]), (&Value::Null, &promised));
        let stays = world.stays(ticket).await;
        assert_eq!(stays.len(), 1);
        let stay = &stays[0];
        assert_eq!((stay["ended"].as_str(), stay["note"].as_str()), (Some("back"), Some("A disk was full")));
        assert_eq!((stay["seconds"].as_i64(), stay["accepted_by"].as_str()), (Some(9000), Some("Ben")));
        let states: Vec<_> =
            stay["deadlines"].as_array().unwrap().iter().map(|it| it["state"].clone()).collect();
        assert_eq!(states, ["met", "met"]);
        world.hands_back(ticket, "again", 409).await;
        let steps: Vec<_> = world
            .log(ticket)
            .await
            .into_iter()
            .filter(|kind| kind.contains("esc") || kind.contains("back"))
            .collect();
        assert_eq!(steps, ["ticket.escalated", "ticket.escalation_accepted", "ticket.handed_back"]);
        assert_eq!(world.wrong().await, []);
        let _ = (lines.first, lines.second, lines.third);
    });
}

#[test]
fn what_is_passed_on_goes_on_with_what_was_left_of_its_time() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let lines = world.lines().await;
        let ticket = world.has("It is hot in here").await;
        world.hands_on(ticket, "next", 201).await;
        world
            .patches(&format!("/api/v1/tickets/{ticket}"), json!({ "assignee": lines.ben.to_string() }), 200)
            .await;
        world.advance(3 * HOUR);
        world.hands_on(ticket, "next", 201).await;
        assert_eq!(world.ticket(ticket).await["line"], 3);
        world.advance(5 * HOUR);
        world.hands_back(ticket, "It is the fan", 200).await;
        let body = world.ticket(ticket).await;
        assert_eq!((&body["team"], &body["assignee"]), (&json!("2"), &json!(lines.ben.to_string())));
        assert_eq!(body["escalated"]["name"], "Second line");
        let stays = world.stays(ticket).await;
        let names: Vec<_> = stays.iter().map(|stay| stay["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Second line", "Third line", "Second line"]);
        let ends: Vec<_> = stays.iter().map(|stay| stay["ended"].as_str()).collect();
        assert_eq!(ends, [Some("passed_on"), Some("back"), None]);
        // Eight hours, of which three were used: what the third line took is not counted.
        let solve = &stays[2]["deadlines"][0];
        assert_eq!(
            (solve["promise"].as_str(), solve["target_seconds"].as_i64()),
            (Some("solve"), Some(5 * 3600))
        );
        world.hands_back(ticket, "Changed the fan", 200).await;
        let body = world.ticket(ticket).await;
        assert_eq!((&body["team"], &body["escalated"]), (&json!("1"), &Value::Null));
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn a_stay_ends_with_the_ticket_and_with_another_line() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.lines().await;
        let end = async |world: &mut World, ticket: i64| world.stays(ticket).await[0]["ended"].clone();
        let solved = world.has("a").await;
        world.hands_on(solved, "next", 201).await;
        world.patches(&format!("/api/v1/tickets/{solved}"), json!({ "status": "solved" }), 200).await;
        assert_eq!(end(&mut world, solved).await, "solved");
        world.hands_on(solved, "next", 409).await;
        let moved = world.has("b").await;
        world.hands_on(moved, "next", 201).await;
        world.patches(&format!("/api/v1/tickets/{moved}"), json!({ "team": "3" }), 200).await;
        assert_eq!(end(&mut world, moved).await, "moved");
        let (merged, other) = (world.has("c").await, world.has("d").await);
        world.hands_on(merged, "next", 201).await;
        world.posts(&format!("/api/v1/tickets/{merged}/merge"), json!({ "into": other }), 200).await;
        assert_eq!(end(&mut world, merged).await, "merged");
        assert_eq!(world.finds("with:line,supervisor,supplier").await, [] as [i64; 0]);
        world.advance(100 * HOUR);
        world.fires().await;
        assert_eq!(world.events(&["stay."], "promise").await, [], "what has ended announces nothing");
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn a_supervisor_is_asked_and_helps_while_the_owner_keeps_it() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut lines = world.lines().await;
        let ticket = world.has("They want their money back").await;
        let refused = world.hands_on(ticket, "supervisor", 422).await;
        assert_eq!(fields(&refused), [("/to".to_owned(), "no_supervisor".to_owned())]);
        let leads = json!({ "user": lines.lea.to_string() });
        world.ada.put_json("/api/v1/teams/1/supervisor", &leads.to_string()).await.assert_status(200);
        desk::notices::reader::catch_up(&world.home).await.unwrap();
        world.hands_on(ticket, "supervisor", 201).await;
        let body = world.ticket(ticket).await;
        assert_eq!((&body["team"], &body["assignee"]), (&json!("1"), &json!(world.ada_id.to_string())));
        assert_eq!(world.finds("with:supervisor").await, [ticket]);
        desk::notices::reader::catch_up(&world.home).await.unwrap();
        let notices: Value = lines.lea_works.get("/api/v1/notifications").await.assert_status(200).json();
        assert_eq!(notices["items"][0]["kind"], "mention", "{notices}");
        lines.lea_works.post_json(&format!("/api/v1/tickets/{ticket}/accept"), "{}").await.assert_status(200);
        let helpers = world.gets(&format!("/api/v1/tickets/{ticket}/helpers")).await;
        assert_eq!(helpers["items"][0]["user"], lines.lea.to_string());
        world.hands_back(ticket, "Pay it", 200).await;
        assert_eq!(world.ticket(ticket).await["assignee"], world.ada_id.to_string());
    });
}

#[test]
fn a_rule_hands_on_and_says_where_it_could_not() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.lines().await;
        let rule = json!({ "name": "Servers go up", "on": ["tags_changed"], "filter": "tag:server line:1",
            "actions": [{ "do": "escalate", "value": "next", "text": "{name} waits: {subject}" }] });
        world.posts("/api/v1/rules", rule, 201).await;
        let bad = json!({ "name": "No", "on": ["note"], "actions": [{ "do": "escalate", "value": "line/99", "text": "x" }] });
        let refused = world.posts("/api/v1/rules", bad, 422).await;
        assert_eq!(fields(&refused), [("/actions/0/value".to_owned(), "unknown_id".to_owned())]);
        desk::rules::reader::catch_up(&world.home).await.unwrap();
        let ticket = world.has("Down").await;
        world.patches(&format!("/api/v1/tickets/{ticket}"), json!({ "tags": ["server"] }), 200).await;
        desk::rules::reader::catch_up(&world.home).await.unwrap();
        let stays = world.stays(ticket).await;
        assert_eq!(stays.len(), 1, "{stays:?}");
        assert_eq!(
            (stays[0]["expected"].as_str(), stays[0]["by"].as_str()),
            (Some("Cy Peters waits: Down"), Some("Servers go up"))
        );
        let supervisor = json!({ "name": "Lead", "on": ["priority_changed"], "filter": "",
            "actions": [{ "do": "escalate", "value": "supervisor", "text": "Decide" }] });
        world.posts("/api/v1/rules", supervisor, 201).await;
        let other = world.has("Nobody leads this").await;
        world.patches(&format!("/api/v1/tickets/{other}"), json!({ "priority": "high" }), 200).await;
        desk::rules::reader::catch_up(&world.home).await.unwrap();
        let looks = world.gets(&format!("/api/v1/tickets/{other}/rules")).await;
        let deed = &looks["items"][0]["rules"][0];
        assert_eq!(deed["outcome"], "matched", "{looks}");
        assert_eq!(deed["did"][0]["how"], "nowhere");
        assert_eq!(world.stays(other).await, [] as [Value; 0]);
    });
}

#[test]
fn whoever_helps_sees_the_case_and_nobody_else_of_their_reach() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut lines = world.lines().await;
        let own = |conn: &mut db::Conn| {
            conn.run(
                platform::sql!("UPDATE role_permission SET scope = 'own' WHERE permission LIKE 'tickets.%'"),
                platform::args![],
            )
        };
        world.home.db.write::<_, db::Error>(own).await.unwrap();
        let (ticket, other) = (world.has("Mine").await, world.has("Not mine").await);
        lines.ben_works.get(&format!("/api/v1/tickets/{ticket}")).await.assert_status(404);
        let ben = json!({ "email": "ben@desk.example" });
        world.posts(&format!("/api/v1/tickets/{ticket}/helpers"), ben, 200).await;
        lines.ben_works.get(&format!("/api/v1/tickets/{ticket}")).await.assert_status(200);
        lines.ben_works.get(&format!("/api/v1/tickets/{other}")).await.assert_status(404);
        let found: Value = lines.ben_works.get("/api/v1/tickets").await.assert_status(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        let gone = format!("/api/v1/tickets/{ticket}/helpers/{}", lines.ben);
        world.ada.delete(&gone).await.assert_status(200);
        world.ada.delete(&gone).await.assert_status(404);
        lines.ben_works.get(&format!("/api/v1/tickets/{ticket}")).await.assert_status(404);
        let unknown = json!({ "email": "nobody@desk.example" });
        let refused = world.posts(&format!("/api/v1/tickets/{ticket}/helpers"), unknown, 422).await;
        assert_eq!(fields(&refused)[0].0, "/email");
        let _ = tickets::Category::Open;
    });
}

/// Somebody with a role of their own: each permission with its reach.
async fn with_role(world: &mut World, name: &str, permissions: &[(&str, &str)]) -> (String, Client) {
    let all: Vec<_> =
        permissions.iter().map(|(key, scope)| json!({ "permission": key, "scope": scope })).collect();
    let role = world.posts("/api/v1/roles", json!({ "name": name, "permissions": all }), 201).await;
    let email = format!("{}@acme.example", name.to_lowercase());
    let user =
        json!({ "name": name, "email": email, "role": role["id"], "password": "a long enough password" });
    let id = world.posts("/api/v1/users", user, 201).await["id"].as_str().unwrap().to_owned();
    let works = world.program_of(Id::new(id.parse().unwrap())).await;
    (id, works)
}

#[test]
fn a_supervisor_who_sees_their_own_tickets_alone_hears_of_this_one_and_finds_it() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.lines().await;
        let ticket = world.has("They want their money back").await;
        let own = [("tickets.view", "own"), ("tickets.edit", "own"), ("tickets.note", "own")];
        let (max, mut max_works) = with_role(&mut world, "Max", &own).await;
        let leads = json!({ "user": max }).to_string();
        world.ada.put_json("/api/v1/teams/1/supervisor", &leads).await.assert_status(200);
        desk::notices::reader::catch_up(&world.home).await.unwrap();
        let page = format!("/api/v1/tickets/{ticket}");
        max_works.get(&page).await.assert_status(404);
        world.hands_on(ticket, "supervisor", 201).await;
        desk::notices::reader::catch_up(&world.home).await.unwrap();
        let notices = max_works.get("/api/v1/notifications").await.assert_status(200).json();
        assert_eq!(notices["items"][0]["kind"], "mention", "{notices}");
        max_works.get(&page).await.assert_status(200);
    });
}

#[test]
fn who_may_not_answer_this_customer_may_not_write_to_a_supplier_about_them() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.lines().await;
        let supplier = json!({ "name": "Printers Ltd", "email": "help@printers.example" });
        let supplier =
            world.posts("/api/v1/suppliers", supplier, 201).await["id"].as_str().unwrap().to_owned();
        let ticket = world.has("The printer burns").await;
        let all = [
            ("tickets.view", "all"),
            ("tickets.edit", "all"),
            ("tickets.note", "all"),
            ("tickets.reply", "own"),
        ];
        let (max, mut max_works) = with_role(&mut world, "Max", &all).await;
        let path = format!("/api/v1/tickets/{ticket}/escalate");
        let words =
            json!({ "to": format!("supplier/{supplier}"), "tried": "Water", "expected": "A new one" });
        max_works.post_json(&path, &words.to_string()).await.assert_status(403);
        world.patches(&format!("/api/v1/tickets/{ticket}"), json!({ "assignee": max }), 200).await;
        max_works.post_json(&path, &words.to_string()).await.assert_status(201);
    });
}
