//! Warnings, breaches, and what the history says of them.
use crate::world::{MONDAY, World};
use kernel::clock::{DAY, HOUR, MINUTE};
use serde_json::{Value, json};
use testkit::on_both;

fn told(all: &[(String, i64, String)], ticket: i64) -> Vec<(&str, &str)> {
    let of = all.iter().filter(|(_, of, _)| *of == ticket);
    of.map(|(kind, _, promise)| (kind.as_str(), promise.as_str())).collect()
}

#[test]
fn a_warning_and_a_breach_are_announced_once() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let office = world.office().await;
        world.policy("Gold", &office, "", json!({ "first_response": "4h" })).await;
        let ticket = world.opens("My order is late", "normal").await;
        assert_eq!(world.due(ticket).await, Some(MONDAY.plus(4 * HOUR)), "it is there at once");
        world.advance(2 * HOUR + 59 * MINUTE);
        world.fires().await;
        assert_eq!(world.announced().await, []);
        world.advance(2 * MINUTE);
        world.fires().await;
        world.fires().await;
        assert_eq!(told(&world.announced().await, ticket), [("warned", "first_response")]);
        world.advance(HOUR);
        world.fires().await;
        world.fires().await;
        let both = [("warned", "first_response"), ("breached", "first_response")];
        assert_eq!(told(&world.announced().await, ticket), both);
        let (state, due) = world.promise(ticket, "first_response").await.unwrap();
        assert_eq!((state.as_str(), due), ("breached", Some(MONDAY.plus(4 * HOUR))));
        // A late answer does not make it kept, and nothing is announced again.
        world.answers(ticket).await;
        world.advance(10 * DAY);
        world.fires().await;
        assert_eq!(told(&world.announced().await, ticket), both);
        assert_eq!(world.promise(ticket, "first_response").await.unwrap().0, "breached");
        assert_eq!(world.wrong().await, []);
    });
}

/// F14: what the machine's clock does, somebody who corrects it by hand included.
#[test]
fn a_clock_that_jumps_announces_each_once_and_loses_none() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let office = world.office().await;
        world.policy("Gold", &office, "", json!({ "first_response": "4h", "resolution": "8h" })).await;
        let first = world.opens("My order is late", "normal").await;
        // Back before it began, on by an hour, back by ten minutes around the warning.
        for (jump, warned) in
            [(-10 * MINUTE, 0), (HOUR, 0), (2 * HOUR + 11 * MINUTE, 1), (-10 * MINUTE, 1), (11 * MINUTE, 1)]
        {
            world.advance(jump);
            world.fires().await;
            assert_eq!(told(&world.announced().await, first).len(), warned, "after {jump}");
        }
        // Asked in an hour that is over already by the time the clock is put back, then a day at once.
        let second = world.opens("And the other one?", "normal").await;
        world.advance(-2 * HOUR);
        world.fires().await;
        assert!(told(&world.announced().await, second).is_empty());
        world.advance(DAY);
        world.fires().await;
        let all = [("warned", "first_response"), ("breached", "first_response")];
        for ticket in [first, second] {
            let announced = world.announced().await;
            let told = told(&announced, ticket);
            assert!(told.starts_with(&all[..1]) && told.contains(&all[1]), "#{ticket}: {told:?}");
        }
        let before = world.announced().await;
        // A day back and forth: everything has been said.
        for jump in [-DAY, DAY, -HOUR, HOUR] {
            world.advance(jump);
            world.fires().await;
        }
        assert_eq!(world.announced().await, before);
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn a_server_that_was_down_for_six_hours_announces_each_once_in_order() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let always = Value::Null;
        world
            .policy(
                "Urgent",
                &always,
                "priority:urgent",
                json!({ "first_response": "1h", "resolution": "4h" }),
            )
            .await;
        world.policy("All", &always, "", json!({ "first_response": "3h" })).await;
        let mut tickets = Vec::new();
        for number in 0..230 {
            let priority = if number % 10 == 0 { "urgent" } else { "low" };
            tickets.push(world.opens(&format!("Ticket {number}"), priority).await);
            world.advance(10_000);
        }
        let answered = tickets[5];
        world.answers(answered).await;
        world.advance(6 * HOUR);
        world.fires().await;
        world.fires().await;
        let all = world.announced().await;
        // 23 urgent ones break two promises each, 206 others one; the answered one none.
        assert_eq!(all.len(), 2 * (23 * 2 + 206));
        assert_eq!(told(&all, answered), []);
        let urgent = [
            ("warned", "first_response"),
            ("breached", "first_response"),
            ("warned", "resolution"),
            ("breached", "resolution"),
        ];
        assert_eq!(told(&all, tickets[0]), urgent);
        let at = |kind: &str, ticket: i64, promise: &str| {
            let wanted = (kind.to_owned(), ticket, promise.to_owned());
            all.iter().position(|found| *found == wanted).unwrap()
        };
        for pair in tickets.windows(2).filter(|pair| !pair.contains(&answered)) {
            if [pair[0], pair[1]].iter().all(|ticket| told(&all, *ticket).len() == 2) {
                assert!(
                    at("breached", pair[0], "first_response") < at("breached", pair[1], "first_response")
                );
            }
        }
        // An urgent ticket's breach at 1 h comes before the warning at 2 h of one that came earlier.
        assert!(at("breached", tickets[10], "first_response") < at("warned", tickets[1], "first_response"));
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn a_clock_that_jumps_loses_nothing_and_tells_nothing_twice() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.policy("All", &Value::Null, "", json!({ "first_response": "4h", "resolution": "30h" })).await;
        let ticket = world.opens("Jump", "normal").await;
        // A day ahead, and back again.
        world.advance(DAY);
        world.fires().await;
        world.advance(-DAY);
        world.fires().await;
        let first = [("warned", "first_response"), ("breached", "first_response")];
        assert_eq!(told(&world.announced().await, ticket), first);
        assert_eq!(world.wrong().await, [], "what was announced stays");
        // Ten minutes back while something happens.
        world.advance(2 * HOUR);
        world.becomes(ticket, "status", "waiting_customer").await;
        world.advance(-10 * MINUTE);
        world.becomes(ticket, "status", "open").await;
        world.advance(29 * HOUR);
        world.fires().await;
        world.advance(2 * HOUR);
        world.fires().await;
        world.fires().await;
        let rest = [("warned", "resolution"), ("breached", "resolution")];
        assert_eq!(told(&world.announced().await, ticket), [first, rest].concat());
        assert_eq!(world.wrong().await, []);
    });
}

#[test]
fn what_is_kept_is_what_the_history_says_after_any_history() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let office = world.office().await;
        let targets =
            json!({ "first_response": "3h", "next_response": "2h", "update": "5h", "resolution": "2d" });
        let gold = world.policy("Gold", &office, "priority:high,urgent", targets.clone()).await;
        world
            .policy(
                "Rest",
                &Value::Null,
                "priority:normal",
                json!({ "next_response": "1h", "resolution": "9h" }),
            )
            .await;
        let mut seed = 20_261_125u64;
        let mut roll = |sides: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % sides
        };
        let mut tickets = Vec::new();
        for step in 0..260 {
            world.advance((roll(180) as i64) * MINUTE + roll(60_000) as i64);
            if tickets.len() < 12 && roll(4) == 0 || tickets.is_empty() {
                let priority = ["low", "normal", "high"][roll(3) as usize];
                tickets.push(world.opens(&format!("Ticket {step}"), priority).await);
                continue;
            }
            let ticket = tickets[roll(tickets.len() as u64) as usize];
            match roll(9) {
                0 | 1 => world.hears(ticket, roll(5) == 0).await,
                2 | 3 => world.answers(ticket).await,
                4 | 5 => {
                    let to = ["open", "waiting_customer", "waiting_third_party", "solved"][roll(4) as usize];
                    world.becomes(ticket, "status", to).await;
                }
                6 => {
                    let to = ["low", "normal", "high", "urgent"][roll(4) as usize];
                    world.becomes(ticket, "priority", to).await;
                }
                7 => world.fires().await,
                _ => {
                    let resolution = ["1d", "2d", "12h"][roll(3) as usize];
                    let mut targets = targets.clone();
                    targets["resolution"] = resolution.into();
                    let path = format!("/api/v1/sla-policies/{}", gold.as_str().unwrap());
                    world.patches(&path, json!({ "targets": targets })).await;
                    world.runs_jobs().await;
                }
            }
            assert_eq!(world.wrong().await, [], "{} after step {step}", desk.engine);
        }
        let all = world.announced().await;
        assert!(all.iter().any(|(kind, ..)| kind == "breached"), "{all:?}");
    });
}

#[test]
fn the_doctor_finds_a_deadline_that_was_moved_by_hand_and_reindex_puts_it_right() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.policy("All", &Value::Null, "", json!({ "resolution": "9h" })).await;
        let ticket = world.opens("Moved", "normal").await;
        let move_it =
            platform::sql!("UPDATE sla_clock SET due_at_ms = due_at_ms + 60000 WHERE promise = 'resolution'");
        world.home.db.write(move |conn| conn.run(move_it, platform::args![])).await.unwrap();
        assert_eq!(world.wrong().await, [(ticket.to_string(),)]);
        let now = world.now();
        world.home.db.write(move |conn| desk::sla::live::rebuild(conn, now)).await.unwrap();
        assert_eq!(world.wrong().await, []);
        assert_eq!(world.due(ticket).await, Some(MONDAY.plus(9 * HOUR)));
    });
}
