//! Promises that hold for every route (S28, S30).
use super::world::World;
use channels::email::verify::Names;
use platform::{args, db, settings::Site, sql, web::Access};
use serde_json::{Value, json};
use testkit::{Client, on_both};

#[test]
fn s30_no_cache_keeps_what_somebody_signed_in_sees() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.writes("cy@c.example", "hello", "Message-ID: <a@c>", "hello").await;
        let (mut wrong, mut seen) = (Vec::new(), 0);
        // Events are a stream; colours, logo, manifest and worker are the same for everybody.
        let others = ["/live", "/brand.css", "/brand/logo", "/manifest.webmanifest", "/worker.js"];
        let pages =
            |route: &&platform::web::Route| route.method == "GET" && !others.contains(&route.path.as_str());
        for route in app::routes().table.iter().filter(pages) {
            for value in ["1", "999999"] {
                let parts =
                    route.path.split('/').map(|part| if part.starts_with('{') { value } else { part });
                let path = parts.collect::<Vec<_>>().join("/");
                let answer = world.admin.get(&path).await;
                seen += usize::from(answer.status == 200 && route.access != Access::Public);
                if answer.header("cache-control") != Some("no-store") {
                    wrong.push(format!("{path} → {} {:?}", answer.status, answer.header("cache-control")));
                }
            }
        }
        assert!(seen > 20, "{seen} pages and answers were seen");
        assert!(wrong.is_empty(), "{}:\n{}", desk.engine, wrong.join("\n"));
    });
}

#[test]
fn s14_a_page_with_a_token_in_its_address_names_itself_to_nobody() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let mut browser = Client::new(world.router.clone());
        let mut links = 0;
        for route in app::routes().table.iter().filter(|route| route.method == "GET") {
            let is_link = route.path.contains("{token}");
            if route.access != Access::Public || !(is_link || route.path.contains("sign-in")) {
                continue;
            }
            links += usize::from(is_link);
            let path = route.path.replace("{token}", "abcdefghijklmnopqrstuvwx").replace("{id}", "1");
            let expected = if is_link { "no-referrer" } else { "same-origin" };
            assert_eq!(browser.get(&path).await.header("referrer-policy"), Some(expected), "{path}");
        }
        assert!(links >= 4, "{links}");
    });
}

/// How many wrong passwords, each for another account, are looked at before the network is stopped.
async fn guesses(browser: impl Fn(usize) -> Client) -> usize {
    for n in 0..33 {
        let email = format!("nobody{n}@desk.example");
        let answer =
            browser(n).post_form("/sign-in", &[("email", &email), ("password", "a wrong password")]).await;
        match answer.status.as_u16() {
            429 => return n,
            422 | 401 => {}
            _ => panic!("{answer:?}"),
        }
    }
    33
}

#[test]
fn s28_who_invents_addresses_of_clients_is_stopped_as_one() {
    on_both(async |desk| {
        let site = Site::new("http://127.0.0.1:8080", 25_000_000).behind(vec!["10.0.0.0/8".parse().unwrap()]);
        let world = World::with(desk, site, &Names::Off).await;
        let browser = |peer: &str, chain: String| {
            Client::new(world.router.clone()).from_address(peer).with_header("x-forwarded-for", &chain)
        };
        // Not by our proxy: what it writes is nothing.
        let direct = guesses(|n| browser("192.0.2.9", format!("198.51.{n}.1"))).await;
        assert_eq!(direct, 30);
        // By our proxy, with inventions in front of what the proxy wrote.
        let inventing = guesses(|n| browser("10.0.0.1", format!("198.51.{n}.1, 203.0.113.7"))).await;
        assert_eq!(inventing, 30);
        // People behind the same proxy are many networks.
        let people = guesses(|n| browser("10.0.0.1", format!("198.{n}.100.1"))).await;
        assert_eq!(people, 33);
    });
}

/// What makes something, with a body that fits; `{file}` stands for a form with a file.
fn makers() -> Vec<(&'static str, &'static str, Value)> {
    let due = "2026-12-01T09:00:00Z";
    let weekly = json!({ "mon": [["08:00", "12:00"]] });
    vec![
        (
            "/api/v1/tickets",
            "/api/v1/tickets",
            json!({
                "subject": "One", "text": "one", "requester": { "email": "cy@c.example", "name": "Cy" },
            }),
        ),
        (
            "/api/v1/tickets/{number}/messages",
            "/api/v1/tickets/1/messages",
            json!({ "kind": "note", "text": "x" }),
        ),
        ("/api/v1/tickets/{number}/split", "/api/v1/tickets/1/split", json!({ "messages": ["2"] })),
        (
            "/api/v1/tickets/{number}/links",
            "/api/v1/tickets/1/links",
            json!({ "link": "related", "ticket": 3 }),
        ),
        (
            "/api/v1/tickets/{number}/call-backs",
            "/api/v1/tickets/1/call-backs",
            json!({
                "phone": "+49 30 123456", "due_at": due,
            }),
        ),
        ("/api/v1/bulk", "/api/v1/bulk", json!({ "tickets": [1], "changes": { "priority": "high" } })),
        (
            "/api/v1/rules",
            "/api/v1/rules",
            json!({
                "name": "Tag", "on": ["ticket_opened"], "actions": [{ "do": "add_tag", "value": "x" }],
            }),
        ),
        ("/api/v1/skills", "/api/v1/skills", json!({ "name": "Printers" })),
        ("/api/v1/uploads", "/api/v1/uploads", Value::Null),
        (
            "/api/v1/inboxes",
            "/api/v1/inboxes",
            json!({
                "name": "Third", "address": "third@desk.example", "receive": { "kind": "smtp" },
                "send": { "host": "127.0.0.1", "port": 2525, "tls": "none", "user": "u", "password": "hunter2-hunter2" },
            }),
        ),
        (
            "/api/v1/webhooks",
            "/api/v1/webhooks",
            json!({
                "name": "ERP", "url": "http://127.0.0.1:8080/hook", "kinds": ["ticket.opened"],
            }),
        ),
        ("/api/v1/fields", "/api/v1/fields", json!({ "key": "asset", "name": "Asset", "kind": "text" })),
        (
            "/api/v1/calendars",
            "/api/v1/calendars",
            json!({ "name": "Week", "zone": "Europe/Berlin", "weekly": weekly }),
        ),
        (
            "/api/v1/sla-policies",
            "/api/v1/sla-policies",
            json!({
                "name": "Gold", "calendar": "1", "targets": { "first_response": "4h" },
            }),
        ),
        (
            "/api/v1/macros",
            "/api/v1/macros",
            json!({
                "name": "High", "share": "desk", "steps": [{ "do": "priority", "to": "high" }],
            }),
        ),
        (
            "/api/v1/canned-replies",
            "/api/v1/canned-replies",
            json!({
                "name": "Hello", "share": "desk", "texts": { "en": "Hello" },
            }),
        ),
        ("/api/v1/views", "/api/v1/views", json!({ "name": "Mine", "filter": "is:open" })),
        ("/api/v1/contacts", "/api/v1/contacts", json!({ "name": "Dee" })),
        ("/api/v1/organisations", "/api/v1/organisations", json!({ "name": "Dee Ltd" })),
        ("/api/v1/teams", "/api/v1/teams", json!({ "name": "Second line" })),
        ("/api/v1/lines", "/api/v1/lines", json!({ "name": "Second line", "teams": ["1"] })),
        (
            "/api/v1/suppliers",
            "/api/v1/suppliers",
            json!({ "name": "Toner Ltd", "email": "help@toner.example" }),
        ),
        (
            "/api/v1/tickets/{number}/escalate",
            "/api/v1/tickets/1/escalate",
            json!({ "to": "supplier/1", "tried": "Another cartridge", "expected": "A new printer" }),
        ),
        (
            "/api/v1/contracts",
            "/api/v1/contracts",
            json!({
                "name": "Care", "organisations": ["1"], "begins_on": "2026-01-01",
                "terms": { "tickets": 10, "currency": "EUR" },
            }),
        ),
        (
            "/api/v1/contracts/{id}/terms",
            "/api/v1/contracts/1/terms",
            json!({ "begins_on": "2027-01-01", "tickets": 20, "currency": "EUR" }),
        ),
        (
            "/api/v1/tickets/{number}/time",
            "/api/v1/tickets/1/time",
            json!({ "spent": "1:30", "what": "Looked at it" }),
        ),
        (
            "/api/v1/tickets/{number}/side-conversations",
            "/api/v1/tickets/1/side-conversations",
            json!({ "to": ["expert@toner.example"], "subject": "Do you know it?", "text": "It is purple" }),
        ),
        (
            "/api/v1/side-conversations/{id}/messages",
            "/api/v1/side-conversations/1/messages",
            json!({ "text": "And it smells" }),
        ),
        (
            "/api/v1/checklists",
            "/api/v1/checklists",
            json!({ "name": "Return", "items": [{ "text": "Label sent" }] }),
        ),
        (
            "/api/v1/tickets/{number}/checklist",
            "/api/v1/tickets/1/checklist",
            json!({ "items": [{ "text": "Asked the customer" }] }),
        ),
        (
            "/api/v1/ticket-templates",
            "/api/v1/ticket-templates",
            json!({ "name": "Return", "share": "desk", "content": { "subject": "A return", "text": "" } }),
        ),
        (
            "/api/v1/tickets/{number}/reminders",
            "/api/v1/tickets/1/reminders",
            json!({ "note": "Call the shop", "due_at": due }),
        ),
        ("/api/v1/roles", "/api/v1/roles", json!({ "name": "Reader", "permissions": [] })),
        (
            "/api/v1/users",
            "/api/v1/users",
            json!({
                "name": "Eve", "email": "eve@desk.example", "role": "3", "password": "a long enough password",
            }),
        ),
    ]
}

#[test]
fn whatever_makes_something_makes_it_once_for_a_key() {
    // Every operation that answers 201 is here, so that a new one cannot be forgotten.
    let (_, description) = app::routes().router.split_for_parts();
    let document: Value = serde_json::from_str(&description.to_json().unwrap()).unwrap();
    let makes = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, item)| item["post"]["responses"]["201"].is_object())
        // Another secret is asked for on purpose; a second one doubles nothing.
        .filter(|(path, _)| *path != "/api/v1/webhooks/{id}/secret");
    let makes: std::collections::BTreeSet<_> = makes.map(|(path, _)| path.as_str()).collect();
    let here: std::collections::BTreeSet<_> = makers().iter().map(|(path, ..)| *path).collect();
    assert_eq!(makes, here);

    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let row = world.writes("cy@c.example", "hello", "Message-ID: <a@c>", "hello").await;
        assert_eq!(super::world::number(&row), 1);
        let more = "Message-ID: <c@c>\nIn-Reply-To: <a@c>\nReferences: <a@c>";
        let row = world.writes("cy@c.example", "Re: hello", more, "to be split out").await;
        assert_eq!(super::world::number(&row), 1);
        world.writes("cy@c.example", "other", "Message-ID: <b@c>", "other").await;
        let mut program = world.admin.clone().with_header("idempotency-key", "k");
        let mut wrong = Vec::new();
        for (at, (_, path, body)) in makers().into_iter().enumerate() {
            program = program.with_header("idempotency-key", &format!("key {at}"));
            let mut send = async |path: &str, body: &Value, file: &[u8]| match body {
                Value::Null => program.post_files(path, &[], &[("file", "plan.txt", file)]).await,
                body => program.post_json(path, &body.to_string()).await,
            };
            let first = send(path, &body, b"one").await;
            let events = world.events().await;
            let second = send(path, &body, b"one").await;
            if first.status != 201 || second.status != 201 || first.json() != second.json() {
                wrong.push(format!("{path}: {first:?}\n{second:?}"));
                continue;
            }
            if world.events().await != events {
                wrong.push(format!("{path} did something again"));
            }
            // The key of another body, or of another operation, is a mistake of the caller.
            let mut other = body.clone();
            let is_other = other.get_mut("name").map(|name| *name = json!("Another")).is_some();
            let mut reused = vec![send("/api/v1/teams", &json!({ "name": "Team" }), b"").await];
            if is_other || body.is_null() {
                reused.push(send(path, &other, b"two").await);
            }
            for answer in reused {
                if answer.status != 422 || !answer.text().contains("_reused") {
                    wrong.push(format!("{path}: {answer:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}:\n{}", desk.engine, wrong.join("\n"));
        // What was kept for repetitions holds no secret: neither the webhook's nor the relay's.
        let kept: Vec<(String, String)> = world
            .home
            .db
            .read::<_, db::Error>(|conn| {
                conn.all(sql!("SELECT request_hash, body FROM idempotency"), args![])
            })
            .await
            .unwrap();
        assert!(kept.len() >= makers().len(), "{}", kept.len());
        assert!(!format!("{kept:?}").contains("whsec_") && !format!("{kept:?}").contains("hunter2"));
    });
}

#[test]
fn s22_a_stranger_sends_no_more_than_a_form_holds() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let mut stranger = Client::new(world.router.clone());
        let form = "application/x-www-form-urlencoded";
        let mut refused = 0;
        for route in app::routes()
            .table
            .iter()
            .filter(|route| route.method == "POST" && route.access == Access::Public)
        {
            let parts = route.path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
            let path = parts.collect::<Vec<_>>().join("/");
            let post = axum::http::Method::POST;
            for body in ["a&".repeat(1_000_000), "a=".to_owned() + &"x".repeat(20_000_000)] {
                let answer = stranger.send(post.clone(), &path, Some(form), body.into_bytes()).await;
                // Some refuse for another reason before they look, e.g. a link that is none.
                assert!(answer.status.is_client_error(), "{path} → {}", answer.status);
                refused += usize::from(answer.status == 413);
            }
            // A file has no place in the form of a door.
            if !path.starts_with("/p/") && path != "/portal" {
                let file = [("file", "big.bin", &vec![0; 2_000_000][..])];
                let answer = stranger.post_files(&path, &[], &file).await;
                assert!(answer.status.is_client_error(), "{path} → {}", answer.status);
            }
        }
        assert!(refused >= 8, "{refused}");
    });
}
