//! The event log as programs read it.
use crate::testing::{Answer, World};
use testkit::on_both;

fn kinds(answer: &Answer) -> Vec<(String, String)> {
    let word = |event: &serde_json::Value, name: &str| event[name].as_str().unwrap().to_owned();
    let items = answer.json["items"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    items.iter().map(|event| (word(event, "kind"), word(event, "subject"))).collect()
}

#[test]
fn the_log_is_read_oldest_first_and_goes_on_where_it_stopped() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let first = world.ticket("One").await;
        world.ticket("Two").await;
        let all = world.get("admin", "/api/v1/events").await;
        assert_eq!(all.status, 200);
        let all_kinds = kinds(&all);
        let opened = |n: i64| ("ticket.opened".to_owned(), format!("ticket/{n}"));
        assert!(all_kinds.contains(&opened(first)), "{all_kinds:?}");
        assert!(all.json["next"].is_null());
        let event = &all.json["items"][0];
        assert_eq!(event["at"], "2026-11-21T09:05:00.000Z");
        assert_eq!(event["actor"], "user/1");
        assert!(event["id"].is_string() && event["data"].is_object());

        let mut met = Vec::new();
        let mut since = "0".to_owned();
        loop {
            let page = world.get("admin", &format!("/api/v1/events?since={since}&limit=1")).await;
            met.extend(kinds(&page));
            match page.json["next"].as_str() {
                Some(next) => since = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(met, all_kinds);
        let only = world.get("admin", "/api/v1/events?kind=ticket.opened").await;
        assert_eq!(kinds(&only), [opened(first), opened(first + 1)]);
    });
}

#[test]
fn nobody_hears_of_what_they_may_not_see() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let (theirs, hidden) = (world.ticket("Theirs").await, world.ticket("Hidden").await);
        let hook = serde_json::json!({ "name": "x", "url": "http://127.0.0.1:9/", "kinds": ["*"] });
        assert_eq!(world.post("/api/v1/webhooks", hook).await.status, 201);
        let team = world.post("/api/v1/teams", serde_json::json!({ "name": "Night shift" })).await;
        assert_eq!((team.status, &team.json["id"]), (201, &serde_json::json!("1")), "{}", team.text);
        let moved =
            world.patch(&format!("/api/v1/tickets/{theirs}"), serde_json::json!({ "team": "1" })).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        let seen = world.get("events.view,tickets.view:team", "/api/v1/events").await;
        let seen = kinds(&seen);
        assert!(seen.iter().all(|(_, subject)| *subject == format!("ticket/{theirs}")), "{seen:?}");
        assert!(!seen.is_empty());
        let everything = kinds(&world.get("admin", "/api/v1/events").await);
        assert!(everything.iter().any(|(_, subject)| *subject == format!("ticket/{hidden}")));
        assert!(everything.iter().any(|(kind, _)| kind == "webhook.created"));

        // Whoever may see all tickets still hears nothing of contacts and accounts.
        let all_tickets = kinds(&world.get("events.view,tickets.view", "/api/v1/events").await);
        assert!(all_tickets.iter().all(|(kind, _)| kind.starts_with("ticket.")), "{all_tickets:?}");
        assert!(all_tickets.len() > seen.len());
        assert!(kinds(&world.get("events.view", "/api/v1/events").await).is_empty());
        assert_eq!(world.get("tickets.view", "/api/v1/events").await.status, 403);
        assert_eq!(world.get("", "/api/v1/events").await.status, 401);
    });
}

#[test]
fn a_long_stretch_of_hidden_events_still_leads_on() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        for n in 0..6 {
            world.ticket(&format!("Number {n}")).await;
        }
        let page = world.get("events.view,tickets.view:own", "/api/v1/events?limit=2").await;
        assert!(kinds(&page).is_empty());
        assert!(page.json["next"].is_null(), "the whole log was looked through");
    });
}

#[test]
fn a_wrong_question_names_its_field() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        for (query, pointer) in [
            ("since=x", "/since"),
            ("since=-1", "/since"),
            ("cursor=a", "/cursor"),
            ("limit=0", "/limit"),
            ("limit=-5", "/limit"),
            ("kind=ticket.exploded", "/kind"),
            ("kind=' OR 1=1--", "/kind"),
        ] {
            let answer = world.get("admin", &format!("/api/v1/events?{}", query.replace(' ', "%20"))).await;
            assert_eq!((answer.status, answer.json["errors"][0]["pointer"].as_str()), (422, Some(pointer)));
        }
        assert_eq!(world.get("admin", "/api/v1/events?limit=1000000").await.status, 200);
    });
}
