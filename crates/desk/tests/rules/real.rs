//! Random rules over random stories: what the simulation says afterwards is what really happened.
use super::world::World;
use desk::{
    filter::Names,
    rules::{Draft, ManageRules, actions, policy::Step, reader, simulate, store, trace},
    tickets::Ticket,
};
use kernel::{clock::MINUTE, id::Id};
use platform::{
    authority::{Actor, Grant, System},
    db,
};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};
use testkit::on_both;

/// Numbers that look random and are the same each time.
struct Dice(u64);
impl Dice {
    fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        &all[((self.0 >> 33) % all.len() as u64) as usize]
    }
}

const SIGNALS: [&str; 7] = [
    "ticket_opened",
    "customer_wrote",
    "agent_replied",
    "status_changed",
    "priority_changed",
    "assignee_changed",
    "tags_changed",
];
const CONDITIONS: [&str; 16] = [
    "priority:high,urgent",
    "-priority:low",
    "status:open",
    "is:open",
    "is:closed",
    "tag:a",
    "-tag:b",
    "tag:none",
    "assignee:none",
    "-is:unassigned",
    "is:reopened",
    "type:incident",
    "has:note",
    "waiting:us",
    "\"fire\"",
    "created:<20m",
];

fn rule(dice: &mut Dice, name: String) -> Draft {
    let on = [*dice.one(&SIGNALS), *dice.one(&SIGNALS)];
    let (a, b) = (*dice.one(&CONDITIONS), *dice.one(&CONDITIONS));
    let filter = match dice.one(&[0, 1, 2, 3]) {
        0 => a.to_owned(),
        1 => format!("{a} {b}"),
        2 => format!("{a} or {b}"),
        _ => format!("-({a} {b})"),
    };
    // A rule that tells a colleague changes nothing of what rules look at.
    let tell = Step { kind: "notify".into(), value: "user/1".into(), text: "Look".into(), ..Step::default() };
    Draft { name, on: on.map(str::to_owned).to_vec(), filter, actions: vec![tell], ..Draft::default() }
}

async fn something_happens(world: &mut World, dice: &mut Dice, tickets: &mut Vec<i64>) {
    world.advance(*dice.one(&[1, 3, 9]) * MINUTE);
    if tickets.len() < 4 || *dice.one(&[0, 1, 2, 3, 4, 5, 6, 7]) == 0 {
        let subject = *dice.one(&["Fire", "Ice", "Fire and ice"]);
        let priority = *dice.one(&["low", "normal", "high", "urgent"]);
        tickets.push(world.opens(subject, priority).await);
        return;
    }
    let ticket = *dice.one(tickets);
    let path = format!("/api/v1/tickets/{ticket}");
    let words = |kind: &str| json!({ "kind": kind, "text": "words" });
    match dice.one(&[0, 1, 2, 3, 4, 5, 6, 7]) {
        0 => world.hears(ticket, false).await,
        1 => world.hears(ticket, true).await,
        2 => drop(world.posts(&format!("{path}/messages"), words("public"), 201).await),
        3 => drop(world.posts(&format!("{path}/messages"), words("note"), 201).await),
        4 => {
            let status = *dice.one(&["open", "waiting_customer", "solved"]);
            world.becomes(ticket, "status", status).await;
        }
        5 => {
            let tags = dice.one(&[json!([]), json!(["a"]), json!(["a", "b"]), json!(["b"])]).clone();
            world.patches(&path, json!({ "tags": tags })).await;
        }
        6 => {
            let assignee = dice.one(&[json!(null), json!("1")]).clone();
            world.patches(&path, json!({ "assignee": assignee })).await;
        }
        _ => {
            let (priority, kind) = (*dice.one(&["low", "high"]), *dice.one(&["question", "incident"]));
            world.patches(&path, json!({ "priority": priority, "type": kind })).await;
        }
    }
}

#[test]
fn a_simulation_is_what_really_happens() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut dice = Dice(7);
        let admin = Grant::<ManageRules>::check(&world.home, Arc::new(Actor::system()), true).unwrap();
        let mut drafts = Vec::new();
        for at in 0..40 {
            let draft = rule(&mut dice, format!("Rule {at}"));
            drafts.push(draft.clone());
            admin.change(move |tx| actions::create(tx, draft)).await.unwrap();
        }
        let mut tickets = Vec::new();
        let mut reader = reader::Reader::default();
        while reader.step(&world.home).await.unwrap() {}
        for _ in 0..120 {
            something_happens(&mut world, &mut dice, &mut tickets).await;
            while reader.step(&world.home).await.unwrap() {}
        }
        // What happened: rule, ticket, event. What a limit stopped matched as well.
        let mut happened = BTreeSet::new();
        for ticket in &tickets {
            let ticket = Id::<Ticket>::new(*ticket);
            let looks = Grant::<System>::system(&world.home)
                .read::<_, db::Error>(move |tx| trace::of(tx, ticket, Id::new(i64::MAX), 1_000))
                .await
                .unwrap();
            for look in looks {
                let event: i64 = look.occasion.trim_start_matches("event/").parse().unwrap();
                let matched = |verdict: &&trace::Verdict| {
                    matches!(verdict.outcome, trace::Outcome::Matched | trace::Outcome::Limited)
                };
                let matched = look.verdicts.iter().filter(matched);
                happened.extend(matched.map(|verdict| (verdict.name.clone(), ticket.number(), event)));
            }
        }
        let mut said = BTreeSet::new();
        for draft in drafts {
            let name = draft.name.clone();
            let hits = admin
                .read::<_, desk::rules::RuleError>(move |tx| {
                    let own =
                        store::all(tx)?.into_iter().find(|row| row.name == draft.name).map(|row| row.id);
                    let rule = actions::read(tx, draft, own)?;
                    let names = Names::load(tx)?;
                    Ok(simulate::hits(tx, &rule, &names)?.0)
                })
                .await
                .unwrap();
            let event = |hit: &simulate::Hit| hit.event.unwrap().number();
            said.extend(hits.iter().map(|hit| (name.clone(), hit.ticket.number(), event(hit))));
        }
        assert!(happened.len() > 300, "{}", happened.len());
        let (missing, wrong): (Vec<_>, Vec<_>) =
            (happened.difference(&said).collect(), said.difference(&happened).collect());
        assert!(missing.is_empty() && wrong.is_empty(), "not foreseen {missing:?}, did not happen {wrong:?}");
        eprintln!("{} times on {} tickets, all foreseen", happened.len(), tickets.len());
    });
}
