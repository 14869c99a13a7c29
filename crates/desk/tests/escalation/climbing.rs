//! By the clock: warnings, breaches, and what nobody accepts.
use crate::world::World;
use kernel::clock::{HOUR, MINUTE};
use serde_json::json;
use testkit::on_both;

#[test]
fn what_nobody_accepts_climbs_on_to_the_last_line_and_the_supervisor() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut lines = world.lines().await;
        let ticket = world.has("Nobody wants it").await;
        world.hands_on(ticket, "next", 201).await;
        world.advance(44 * MINUTE);
        world.fires().await;
        assert_eq!(world.events(&["stay."], "promise").await, []);
        world.advance(2 * MINUTE);
        world.fires().await;
        world.fires().await;
        let accept = |kind: &str| (kind.to_owned(), ticket, "accept".to_owned());
        assert_eq!(world.events(&["stay."], "promise").await, [accept("stay.warned")]);
        world.advance(15 * MINUTE);
        world.fires().await;
        world.fires().await;
        assert_eq!(
            world.events(&["stay."], "promise").await,
            [accept("stay.warned"), accept("stay.breached")]
        );
        let body = world.ticket(ticket).await;
        assert_eq!(
            (body["line"].as_i64(), body["escalated"]["name"].as_str()),
            (Some(3), Some("Third line"))
        );
        let stays = world.stays(ticket).await;
        assert_eq!(
            (stays[0]["ended"].as_str(), stays[1]["cause"].as_str()),
            (Some("climbed"), Some("climbed"))
        );
        assert_eq!(stays[1]["tried"], "Restarted it twice", "the hand-over goes with it");
        // The third line has the whole of its own time.
        world.advance(2 * HOUR - MINUTE);
        world.fires().await;
        assert_eq!(world.ticket(ticket).await["escalated"]["with"], "line");
        world.advance(2 * MINUTE);
        world.fires().await;
        let body = world.ticket(ticket).await;
        assert_eq!(
            (body["escalated"]["with"].as_str(), body["team"].as_str()),
            (Some("supervisor"), Some("3"))
        );
        // From there no further, however long nobody answers.
        world.advance(100 * HOUR);
        world.fires().await;
        let stays = world.stays(ticket).await;
        assert_eq!(stays.len(), 3);
        assert_eq!(stays[2]["ended"], serde_json::Value::Null);
        lines.lea_works.post_json(&format!("/api/v1/tickets/{ticket}/accept"), "{}").await.assert_status(200);
        // Nobody accepted in between: it goes back to the first line.
        world.hands_back(ticket, "Ask the customer for a picture", 200).await;
        let body = world.ticket(ticket).await;
        assert_eq!(body["escalated"], serde_json::Value::Null);
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn a_desk_that_was_down_for_six_hours_tells_each_once_in_order() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.lines().await;
        let mut tickets = Vec::new();
        for number in 0..12 {
            let ticket = world.has(&format!("Case {number}")).await;
            world.hands_on(ticket, "next", 201).await;
            tickets.push(ticket);
            world.advance(MINUTE);
        }
        // One is taken in time.
        let taken = tickets[3];
        let mine = json!({ "assignee": world.ada_id.to_string() });
        world.patches(&format!("/api/v1/tickets/{taken}"), mine, 200).await;
        world.advance(6 * HOUR);
        world.fires().await;
        world.fires().await;
        let told = world.events(&["stay."], "promise").await;
        let late: Vec<_> = tickets.iter().copied().filter(|ticket| *ticket != taken).collect();
        let of = |kind: &str| -> Vec<i64> {
            let of_kind = told.iter().filter(|(known, _, promise)| known == kind && promise == "accept");
            of_kind.map(|(_, ticket, _)| *ticket).collect()
        };
        assert_eq!(of("stay.warned"), late, "each once, in the order in which they fell due");
        assert_eq!(of("stay.breached"), late);
        let climbed = world.events(&["ticket.escalated"], "name").await;
        let climbed: Vec<_> = climbed
            .into_iter()
            .filter(|(_, _, name)| name == "Third line")
            .map(|(_, ticket, _)| ticket)
            .collect();
        assert_eq!(climbed, late, "each climbs once, and the next line has its own time from now on");
        for ticket in &late {
            assert_eq!(world.stays(*ticket).await.len(), 2);
        }
        assert_eq!(world.stays(taken).await.len(), 1);
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn an_acceptance_that_comes_too_late_is_a_breach_and_no_climb() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut lines = world.lines().await;
        let ticket = world.has("Just too late").await;
        desk::notices::reader::catch_up(&world.home).await.unwrap();
        world.hands_on(ticket, "next", 201).await;
        world.advance(61 * MINUTE);
        lines.ben_works.post_json(&format!("/api/v1/tickets/{ticket}/accept"), "{}").await.assert_status(200);
        world.fires().await;
        assert_eq!(world.ticket(ticket).await["line"], 2);
        let kinds: Vec<_> =
            world.events(&["stay."], "promise").await.into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(kinds, ["stay.breached"]);
        // The work on it is warned of in its time.
        world.advance(7 * HOUR);
        world.fires().await;
        desk::notices::reader::catch_up(&world.home).await.unwrap();
        let last = world.events(&["stay."], "promise").await.pop().unwrap();
        assert_eq!((last.0.as_str(), last.2.as_str()), ("stay.breached", "solve"));
        let notices: serde_json::Value =
            lines.ben_works.get("/api/v1/notifications").await.assert_status(200).json();
        let kinds: Vec<_> =
            notices["items"].as_array().unwrap().iter().map(|it| it["kind"].clone()).collect();
        assert!(kinds.contains(&json!("sla_breached")) && kinds.contains(&json!("sla_warned")), "{kinds:?}");
    });
}
