//! The worker and the API, on both databases.
use crate::world::{MONDAY, World};
use desk::routing;
use kernel::{
    clock::{HOUR, MINUTE},
    id::Id,
};
use people::roles::Builtin;
use platform::authority::{Team, User};
use serde_json::{Value, json};
use testkit::on_both;

impl World {
    async fn team(&mut self, name: &str, members: &[Id<User>]) -> Id<Team> {
        let members: Vec<_> = members.iter().map(ToString::to_string).collect();
        let home = self.home.clone();
        let (name, ids) = (name.to_owned(), members);
        let everything = platform::authority::Actor {
            who: platform::authority::Who::User(self.ada_id),
            permissions: people::roles::policy::everything(),
            ..platform::authority::Actor::system()
        };
        platform::authority::Grant::<people::permissions::ManagePeople>::check(
            &home,
            std::sync::Arc::new(everything),
            true,
        )
        .unwrap()
        .change::<_, people::teams::TeamError>(move |tx| {
            let members = ids.iter().map(|id| id.parse().unwrap()).collect();
            let draft = people::teams::Draft { name, members };
            people::teams::actions::create(tx, draft.parse().unwrap())
        })
        .await
        .unwrap()
    }
    async fn plans(&mut self, team: Id<Team>, plan: Value) {
        self.puts(&format!("/api/v1/routing/plans/{team}"), plan, 200).await;
    }
    pub async fn puts(&mut self, path: &str, body: Value, status: u16) -> Value {
        let kind = Some("application/json");
        self.ada
            .send(axum::http::Method::PUT, path, kind, body.to_string().into_bytes())
            .await
            .assert_status(status)
            .json()
    }
    async fn asks(&mut self, subject: &str, team: Id<Team>, more: Value) -> i64 {
        let mut ticket = json!({
            "subject": subject, "text": "Please", "team": team.to_string(),
            "requester": { "email": "cy@example.org", "name": "Cy" },
        });
        for (key, value) in more.as_object().unwrap() {
            ticket[key] = value.clone();
        }
        self.posts("/api/v1/tickets", ticket, 201).await["number"].as_i64().unwrap()
    }
    async fn holder(&mut self, ticket: i64) -> Option<String> {
        let body = self.gets(&format!("/api/v1/tickets/{ticket}")).await;
        body["assignee"]["id"].as_str().or(body["assignee"].as_str()).map(str::to_owned)
    }
    async fn gives_out(&self) -> usize {
        routing::work::give_out(&self.home).await.unwrap()
    }
}

#[test]
fn work_goes_to_whoever_has_the_least_and_says_why() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let bo = world.hires("Bo", Builtin::Agent).await;
        let di = world.hires("Di", Builtin::Agent).await;
        let team = world.team("First", &[bo, di]).await;
        world.plans(team, json!({ "strategy": "least_loaded" })).await;
        let mut got = Vec::new();
        for at in 0..4 {
            let ticket = world.asks(&format!("Case {at}"), team, json!({})).await;
            assert_eq!(world.gives_out().await, 1);
            got.push(world.holder(ticket).await.expect("it has somebody"));
        }
        assert_eq!(got.iter().filter(|it| **it == bo.to_string()).count(), 2);
        assert_eq!(got.iter().filter(|it| **it == di.to_string()).count(), 2);
        let choices = world.gets("/api/v1/tickets/4/routing").await;
        let choice = &choices["items"][0];
        assert_eq!(choice["kind"], "given");
        assert!(choice["reason"].as_str().unwrap().contains("least in hand"), "{choice}");
        assert_eq!(choice["candidates"].as_array().unwrap().len(), 2);
        assert_eq!(choice["candidates"][0]["load"], 10);
        assert!(world.log(4).await.contains(&"ticket.routed".to_owned()));
        assert_eq!(world.gives_out().await, 0, "nobody gets anything twice");
    });
}

#[test]
fn nobody_gets_more_than_their_limit_and_the_rest_says_what_it_waits_for() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let bo = world.hires("Bo", Builtin::Agent).await;
        let team = world.team("First", &[bo]).await;
        world.plans(team, json!({ "strategy": "round_robin" })).await;
        world.puts(&format!("/api/v1/routing/agents/{bo}"), json!({ "limit": 20 }), 200).await;
        for at in 0..3 {
            world.asks(&format!("Case {at}"), team, json!({})).await;
        }
        assert_eq!(world.gives_out().await, 2);
        let waiting = world.gets("/api/v1/routing/waiting").await;
        assert_eq!(waiting["items"].as_array().unwrap().len(), 1);
        assert_eq!(waiting["items"][0]["ticket"], 3);
        assert_eq!(waiting["items"][0]["reason"], "Nobody can take it now: one has enough in hand.");
        world.patches("/api/v1/tickets/1", json!({ "status": "solved" }), 200).await;
        assert_eq!(world.gives_out().await, 1, "who finishes something is free");
        assert_eq!(world.holder(3).await, Some(bo.to_string()));
        assert!(world.gets("/api/v1/routing/waiting").await["items"].as_array().unwrap().is_empty());
    });
}

/// Each has its own memory of who has how much, and on PostgreSQL they work at the same time.
#[test]
fn two_servers_give_each_ticket_out_once_and_nobody_too_much() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let other = testkit::home_with(
            desk.db.clone(),
            world.home.clock.clone(),
            Box::new(people::sign_in::Doorman::new()),
        );
        let mut agents = Vec::new();
        for name in ["Bo", "Di", "Ed"] {
            agents.push(world.hires(name, Builtin::Agent).await);
        }
        let team = world.team("First", &agents).await;
        world.plans(team, json!({ "strategy": "least_loaded" })).await;
        for agent in &agents {
            world.puts(&format!("/api/v1/routing/agents/{agent}"), json!({ "limit": 80 }), 200).await;
        }
        let mut given = 0;
        for round in 0..10 {
            for at in 0..3 {
                world.asks(&format!("Case {round}.{at}"), team, json!({})).await;
            }
            let (here, there) =
                tokio::join!(routing::work::give_out(&world.home), routing::work::give_out(&other));
            given += here.unwrap() + there.unwrap();
        }
        assert_eq!(given, 24, "three people of eight mails each");
        let mut held = std::collections::BTreeMap::<String, usize>::new();
        for ticket in 1..=30 {
            let routed = world.log(ticket).await.iter().filter(|kind| *kind == "ticket.routed").count();
            let holder = world.holder(ticket).await.filter(|id| id != "0");
            assert_eq!(routed, usize::from(holder.is_some()), "#{ticket}");
            if let Some(holder) = holder {
                *held.entry(holder).or_default() += 1;
            }
        }
        assert_eq!(held.values().copied().collect::<Vec<_>>(), [8, 8, 8], "{held:?}");
    });
}

#[test]
fn a_skill_is_asked_for_and_gives_way_only_as_far_as_it_may() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let bo = world.hires("Bo", Builtin::Agent).await;
        let di = world.hires("Di", Builtin::Agent).await;
        let team = world.team("First", &[bo, di]).await;
        world.plans(team, json!({ "strategy": "best_skill", "relax_minutes": 10 })).await;
        let sap = world.posts("/api/v1/skills", json!({ "name": "SAP" }), 201).await["id"].clone();
        let sap = sap.as_str().unwrap().to_owned();
        let need = json!({ "needs": [{ "filter": "tag:sap", "skill": sap, "level": 4, "least": 2 }] });
        // Nobody has it yet: that is said before it can do harm.
        let problem = world.puts("/api/v1/routing/needs", need.clone(), 422).await;
        assert_eq!(problem["errors"][0]["pointer"], "/needs/0/skill", "{problem}");
        world.puts(&format!("/api/v1/routing/agents/{di}"), json!({ "skills": { &sap: 2 } }), 200).await;
        world.puts("/api/v1/routing/needs", need, 200).await;
        let ticket = world.asks("Posting", team, json!({ "tags": ["sap"] })).await;
        let other = world.asks("Mouse", team, json!({})).await;
        assert_eq!(world.gives_out().await, 1, "what nobody can take holds up nothing");
        assert!(world.holder(other).await.is_some());
        let waiting = world.gets("/api/v1/routing/waiting").await;
        let reason = waiting["items"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("2 do not have SAP at level 4"), "{reason}");
        world.advance(10 * MINUTE);
        assert_eq!(world.gives_out().await, 0, "level 3 is still more than anybody has");
        world.advance(10 * MINUTE);
        assert_eq!(world.gives_out().await, 1);
        assert_eq!(world.holder(ticket).await, Some(di.to_string()));
        let choice = world.gets(&format!("/api/v1/tickets/{ticket}/routing")).await["items"][0].clone();
        assert_eq!((choice["relaxed"].as_i64(), choice["needs"][0]["level"].as_i64()), (Some(2), Some(2)));
        // What tickets ask for stays in use.
        world.patches(&format!("/api/v1/skills/{sap}"), json!({ "is_archived": true }), 409).await;
    });
}

#[test]
fn hours_and_absence_count_and_what_lies_with_somebody_absent_goes_on() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let bo = world.hires("Bo", Builtin::Agent).await;
        let di = world.hires("Di", Builtin::Agent).await;
        let team = world.team("First", &[bo, di]).await;
        world.plans(team, json!({ "strategy": "round_robin", "take_back_minutes": 30 })).await;
        // Monday 8:00 in Berlin; Di begins at 10.
        let hours = json!({
            "name": "Late", "zone": "Europe/Berlin", "weekly": { "mon": [["10:00", "18:00"]], "tue": [["10:00", "18:00"]] },
        });
        let late = world.posts("/api/v1/calendars", hours, 201).await["id"].clone();
        world.puts(&format!("/api/v1/routing/agents/{di}"), json!({ "calendar": late }), 200).await;
        let first = world.asks("One", team, json!({})).await;
        let second = world.asks("Two", team, json!({})).await;
        assert_eq!(world.gives_out().await, 2);
        assert_eq!(world.holder(first).await, Some(bo.to_string()));
        assert_eq!(world.holder(second).await, Some(bo.to_string()), "Di has not begun");
        // Bo goes; nobody else is there, so it stays.
        let mut browser = world.browser_of(bo).await;
        browser.post_form("/profile/standing", &[("is_there", "off")]).await.assert_status(303);
        world.advance(HOUR);
        assert_eq!(world.gives_out().await, 0);
        assert_eq!(world.holder(first).await, Some(bo.to_string()));
        let third = world.asks("Three", team, json!({})).await;
        world.gives_out().await;
        let waiting = world.gets("/api/v1/routing/waiting").await;
        let reason = waiting["items"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("one is away") && reason.contains("working hours"), "{reason}");
        // Di's hours begin.
        world.advance(HOUR);
        assert_eq!(world.gives_out().await, 3);
        for ticket in [first, second, third] {
            assert_eq!(world.holder(ticket).await, Some(di.to_string()));
        }
        let choices = world.gets(&format!("/api/v1/tickets/{first}/routing")).await;
        let kinds: Vec<_> =
            choices["items"].as_array().unwrap().iter().map(|it| it["kind"].clone()).collect();
        assert_eq!(kinds, ["given", "taken_back", "given"]);
        assert!(choices["items"][1]["reason"].as_str().unwrap().contains("away"));
        assert_eq!(world.home.clock.now(), MONDAY.plus(2 * HOUR));
    });
}

#[test]
fn whoever_pulls_gets_the_most_urgent_that_they_can_do_and_only_once() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let bo = world.hires("Bo", Builtin::Agent).await;
        let di = world.hires("Di", Builtin::Agent).await;
        let team = world.team("First", &[bo, di]).await;
        world.plans(team, json!({ "strategy": "round_robin", "mode": "pull" })).await;
        let calm = world.asks("Calm", team, json!({})).await;
        let urgent = world.asks("Urgent", team, json!({ "priority": "urgent" })).await;
        assert_eq!(world.gives_out().await, 0, "the desk gives out nothing");
        let waiting = world.gets("/api/v1/routing/waiting").await;
        assert!(waiting["items"][0]["reason"].as_str().unwrap().contains("asks for the next"));
        let mut bos = world.program_of(bo).await;
        let next = async |client: &mut testkit::Client| {
            client.post_json("/api/v1/routing/next", "{}").await.assert_status(200).json()["ticket"].as_i64()
        };
        assert_eq!(next(&mut bos).await, Some(urgent));
        let mut dis = world.program_of(di).await;
        assert_eq!(next(&mut dis).await, Some(calm));
        assert_eq!(next(&mut dis).await, None);
        assert_eq!(world.holder(urgent).await, Some(bo.to_string()));
        // Somebody outside of the team gets nothing of it.
        let stranger = world.hires("Ed", Builtin::Agent).await;
        world.asks("More", team, json!({})).await;
        let mut eds = world.program_of(stranger).await;
        assert_eq!(next(&mut eds).await, None);
    });
}

#[test]
fn what_is_wrong_is_named_and_changes_nothing() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let team = world.team("First", &[]).await;
        let at = |problem: &Value| problem["errors"][0]["pointer"].as_str().unwrap_or_default().to_owned();
        let path = format!("/api/v1/routing/plans/{team}");
        let bad = json!({ "strategy": "round_robin", "relax_minutes": 0 });
        assert_eq!(at(&world.puts(&path, bad, 422).await), "/relax_minutes");
        assert!(world.gets(&path).await["strategy"].is_null());
        world.puts("/api/v1/routing/plans/999", json!({ "strategy": "round_robin" }), 404).await;
        let agent = format!("/api/v1/routing/agents/{}", world.ada_id);
        assert_eq!(at(&world.puts(&agent, json!({ "limit": 2000 }), 422).await), "/limit");
        assert_eq!(at(&world.puts(&agent, json!({ "skills": { "77": 3 } }), 422).await), "/skills/77");
        let needs = json!({ "needs": [{ "filter": "team:\"none such\"", "skill": "1", "level": 9 }] });
        let problem = world.puts("/api/v1/routing/needs", needs, 422).await;
        let pointers: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|it| it["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/needs/0/skill", "/needs/0/level", "/needs/0/filter"]);
        world.posts("/api/v1/skills", json!({ "name": "SAP" }), 201).await;
        assert_eq!(at(&world.posts("/api/v1/skills", json!({ "name": "sap" }), 409).await), "/name");
    });
}
