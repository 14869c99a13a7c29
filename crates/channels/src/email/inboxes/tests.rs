use crate::{
    email::{
        alarms, fetching,
        inboxes::{health, health::Part},
        intake::door::{Fetched, store_fetched},
        ledger::{self, store::Spot},
        outbox,
        peer::{Kind, Stage, Trouble},
    },
    testing::{Answer, START, World},
};
use kernel::{
    clock::{HOUR, MINUTE},
    id::Id,
};
use platform::{
    authority::{Grant, System},
    db, outbox as queue,
};
use serde_json::json;
use std::{collections::HashMap, time::Duration};
use testkit::{
    dovecot::{Dovecot, PASSWORD, USER},
    on_both,
    smtp_sink::{Manners, Sink},
    token_server::{CLIENT, SECRET, TokenServer},
};
use tokio::sync::watch;

/// A form body; what is not given is as an empty new inbox has it.
fn body(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}
fn pointers(answer: &Answer) -> Vec<&str> {
    let errors = answer.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}
/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&"))
}

#[test]
fn an_inbox_is_added_and_changed_on_its_page_and_no_password_comes_back() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        assert!(world.get("admin", "/admin/inboxes").await.text.contains("No inbox yet"));
        for path in ["/admin/inboxes/new", "/admin/inboxes/new?provider=google"] {
            assert_eq!(world.get("admin", path).await.status, 200, "{path}");
        }
        let google = world.get("admin", "/admin/inboxes/new?provider=google").await.text;
        assert!(google.contains("imap.gmail.com") && google.contains("https://oauth2.googleapis.com/token"));

        let mut fields = vec![
            ("do", "save"),
            ("name", ""),
            ("address", "nonsense"),
            ("receive/kind", "imap"),
            ("receive/port", "99999"),
            ("receive/password", "first-secret"),
            ("send/kind", "relay"),
            ("send/sign_in", "password"),
            ("send/password", "second-secret"),
            ("signature", "{{agent.name}} {{nope}}"),
        ];
        let wrong = world.form("/admin/inboxes", &body(&fields)).await;
        assert_eq!(wrong.status, 422);
        for id in
            ["name", "address", "receive/host", "receive/user", "receive/port", "send/host", "send/user"]
        {
            assert!(wrong.text.contains(&format!("id=\"{id}-error\"")), "{id}");
        }
        assert!(wrong.text.contains("{{nope}}"), "what nothing stands for is named");
        for secret in ["first-secret", "second-secret"] {
            assert!(!wrong.text.contains(secret), "{secret} came back");
        }
        // What was typed is not lost: the page carries it sealed.
        let kept = hidden(&wrong.text, "keep/receive").unwrap();
        let kept_too = hidden(&wrong.text, "keep/send").unwrap();
        fields = vec![
            ("do", "save"),
            ("name", "Support"),
            ("address", "support@desk.example"),
            ("receive/kind", "imap"),
            ("receive/host", "127.0.0.1"),
            ("receive/port", "1"),
            ("receive/tls", "none"),
            ("receive/user", "desk"),
            ("keep/receive", &kept),
            ("send/kind", "relay"),
            ("send/host", "127.0.0.1"),
            ("send/sign_in", "password"),
            ("send/user", "desk"),
            ("keep/send", &kept_too),
            ("signature", "{{agent.name}}"),
            ("acknowledge", "on"),
        ];
        let made = world.form("/admin/inboxes", &body(&fields)).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let stored = world.home.db.read::<_, db::Error>(|conn| super::store::all(conn)).await.unwrap();
        let inbox = &stored[0];
        let opened = |part: &str, sealed: &Option<Vec<u8>>| {
            let place = super::Inbox::seal_place(inbox.id, part);
            world.home.keys.open_sealed(&place, sealed.as_ref().unwrap()).unwrap().reveal().clone()
        };
        assert_eq!(opened("receive", &inbox.receive_sealed), "first-secret");
        assert_eq!(opened("send", &inbox.send_sealed), "second-secret");

        let path = format!("/admin/inboxes/{}", inbox.id);
        for page in [&path, &format!("{path}/health"), "/admin/inboxes", &format!("/api/v1{}", &path[6..])] {
            let answer = world.get("admin", page).await;
            assert_eq!(answer.status, 200, "{page}");
            assert!(
                !answer.text.contains("first-secret") && !answer.text.contains("second-secret"),
                "{page}"
            );
        }
        // Saved again without passwords, they stay; for another server they are not used.
        fields.retain(|(name, _)| !name.starts_with("keep/"));
        assert_eq!(world.form(&path, &body(&fields)).await.status, 303);
        let kept = world.home.db.read::<_, db::Error>(|conn| super::store::all(conn)).await.unwrap();
        assert_eq!(kept[0].receive_sealed, inbox.receive_sealed);
        fields.retain(|(name, _)| !name.ends_with("/host"));
        fields.extend([("receive/host", "thief.example"), ("send/host", "thief.example")]);
        let moved = world.form(&path, &body(&fields)).await;
        assert_eq!(moved.status, 422);
        assert!(moved.text.contains("receive/password-error") && moved.text.contains("send/password-error"));
        let patch = json!({ "send": { "host": "thief.example", "user": "desk" } });
        let moved = world.patch(&format!("/api/v1{}", &path[6..]), patch).await;
        assert_eq!((moved.status, pointers(&moved)), (422, vec!["/send/password"]));

        // The second of an address, a field that the form does not have, and somebody who may only look.
        let twice = world
            .form(
                "/admin/inboxes",
                &body(
                    &fields
                        .iter()
                        .copied()
                        .map(
                            |(name, value)| {
                                if name.ends_with("/host") { (name, "127.0.0.1") } else { (name, value) }
                            },
                        )
                        .collect::<Vec<_>>(),
                ),
            )
            .await;
        assert!(twice.status == 422 && twice.text.contains("address-error"), "{}", twice.status);
        assert_eq!(world.form(&path, "do=save&is_admin=on").await.status, 422);
        assert_eq!(world.get("inboxes.view", "/admin/inboxes").await.status, 200);
        assert_eq!(world.get("inboxes.view", &path).await.status, 403);
        assert_eq!(world.get("tickets.view", "/admin/inboxes").await.status, 403);
        assert_eq!(world.get("admin", "/admin/inboxes/999").await.status, 404);

        assert_eq!(world.form(&format!("{path}/switch"), "").await.status, 303);
        assert!(world.get("admin", "/admin/inboxes").await.text.contains("Switched off"));
        let off = world.home.db.read::<_, db::Error>(|conn| super::store::fetched(conn)).await.unwrap();
        assert!(off.is_empty(), "nothing is fetched any more");
    });
}

#[test]
fn a_stored_password_goes_to_no_other_server_however_many_steps_it_takes() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let draft = json!({
            "name": "Support", "address": "support@desk.example",
            "receive": { "kind": "imap", "host": "127.0.0.1", "port": 1, "tls": "tls", "user": "u", "password": "first" },
            "send": { "host": "127.0.0.1", "port": 1, "tls": "tls", "user": "u", "password": "second" },
        });
        let made = world.post("/api/v1/inboxes", draft).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let path = format!("/api/v1/inboxes/{}", made.json["id"].as_str().unwrap());
        let has = |answer: &Answer| {
            assert_eq!(answer.status, 200, "{}", answer.text);
            (answer.json["receive"]["has_password"] == true, answer.json["send"]["has_password"] == true)
        };
        let imap = |host: &str, port: u16, tls: &str| json!({ "kind": "imap", "host": host, "port": port, "tls": tls, "user": "u" });
        let same = json!({ "receive": imap("127.0.0.1", 1, "tls") });
        assert_eq!(has(&world.patch(&path, same).await), (true, true));

        // Another port, no encryption, another host, also beside an application: the password is asked for again.
        let app = json!({ "client_id": "x", "token_url": "https://login.example/token" });
        for receive in
            [imap("127.0.0.1", 2, "tls"), imap("127.0.0.1", 1, "none"), imap("thief.example", 1, "tls")]
        {
            for patch in [json!({ "receive": receive }), json!({ "receive": receive, "oauth": app })] {
                for path in [path.clone(), format!("{path}/test")] {
                    let method = if path.ends_with("/test") { "POST" } else { "PATCH" };
                    let refused = world.send("admin", method, &path, Some(patch.clone())).await;
                    assert_eq!(
                        (refused.status, pointers(&refused)),
                        (422, vec!["/receive/password"]),
                        "{patch}"
                    );
                }
            }
        }
        // By way of no sign-in, an application, or nothing at all, it is forgotten.
        assert_eq!(
            has(&world.patch(&path, json!({ "send": { "host": "thief.example" } })).await),
            (true, false)
        );
        let user = json!({ "send": { "host": "thief.example", "user": "u" } });
        assert_eq!(has(&world.patch(&path, user).await), (true, false));
        assert_eq!(has(&world.patch(&path, json!({ "receive": { "kind": "smtp" } })).await), (false, false));
        let back = json!({ "receive": imap("thief.example", 1, "tls") });
        assert_eq!(has(&world.patch(&path, back).await), (false, false));
        let stored = world.home.db.read::<_, db::Error>(|conn| super::store::all(conn)).await.unwrap();
        assert!(stored[0].receive_sealed.is_none() && stored[0].send_sealed.is_none());
        // A password given with the server stays with it.
        let new = json!({ "send": { "host": "127.0.0.1", "user": "u", "password": "third" } });
        assert_eq!(has(&world.patch(&path, new).await), (false, true));
    });
}

#[tokio::test]
async fn a_test_says_which_step_failed_and_tells_nobody_the_password() {
    let (desk, dovecot) = (testkit::Desk::sqlite(), Dovecot::start());
    let world = World::new(&desk).await;
    let users = HashMap::from([("desk".to_owned(), "relay-secret".to_owned())]);
    let sink = Sink::with(Manners { users, ..Manners::default() });
    let (imap, smtp) = (dovecot.port.to_string(), sink.address.port().to_string());
    let fields = |password: &'static str, folder: &'static str, relay: &'static str| {
        body(&[
            ("do", "test"),
            ("name", "Support"),
            ("address", "support@desk.example"),
            ("receive/kind", "imap"),
            ("receive/host", "127.0.0.1"),
            ("receive/port", &imap),
            ("receive/tls", "none"),
            ("receive/user", USER),
            ("receive/password", password),
            ("receive/folder", folder),
            ("send/kind", "relay"),
            ("send/host", "127.0.0.1"),
            ("send/port", &smtp),
            ("send/tls", "none"),
            ("send/sign_in", "password"),
            ("send/user", "desk"),
            ("send/password", relay),
        ])
    };
    let fine = world.form("/admin/inboxes", &fields(PASSWORD, "INBOX", "relay-secret")).await;
    assert_eq!(fine.status, 200, "{}", fine.text);
    assert!(fine.text.contains("Everything works"), "{}", fine.text);
    assert!(!fine.text.contains("relay-secret"));

    let wrong = world.form("/admin/inboxes", &fields("wrong-password", "INBOX", "wrong-relay")).await;
    assert!(wrong.text.contains("A step failed"));
    assert_eq!(wrong.text.matches("The sign-in was refused").count(), 2);
    assert!(!wrong.text.contains("wrong-password") && !wrong.text.contains("wrong-relay"));
    let lost = world.form("/admin/inboxes", &fields(PASSWORD, "Nowhere", "relay-secret")).await;
    assert!(lost.text.contains("The folder is not there"), "{}", lost.text);
    assert!(dovecot.list("INBOX").is_empty() && sink.received().is_empty(), "a test leaves nothing behind");

    // The API says the same in codes. Nothing was stored, and the other protocol's port is told apart.
    let draft = json!({
        "name": "x", "address": "x@desk.example",
        "receive": { "kind": "imap", "host": "no-such-host.invalid", "user": "u", "password": "p4ssword" },
        "send": { "host": "127.0.0.1", "port": dovecot.port, "tls": "none" },
    });
    let said = world.post("/api/v1/inboxes/test", draft).await;
    assert_eq!(said.json["receive"]["steps"][0]["went"], "failed");
    assert_eq!(said.json["receive"]["steps"][0]["cause"], "unknown_host");
    assert_eq!(said.json["send"]["is_fine"], false);
    assert!(!said.text.contains("p4ssword"));
    assert_eq!(world.get("admin", "/api/v1/inboxes").await.json["items"], json!([]));

    // Twenty in ten minutes, four of which are spent.
    for _ in 0..16 {
        let body = json!({ "name": "x", "address": "x@desk.example" });
        assert_eq!(world.post("/api/v1/inboxes/test", body).await.status, 200);
    }
    assert_eq!(world.form("/admin/inboxes", &fields(PASSWORD, "INBOX", "relay-secret")).await.status, 429);
    world.clock.advance(11 * MINUTE);
    assert_eq!(world.form("/admin/inboxes", &fields(PASSWORD, "INBOX", "relay-secret")).await.status, 200);
}

/// An inbox over the API; its id.
async fn inbox(world: &World, receive: serde_json::Value) -> i64 {
    let draft = json!({ "name": "Support", "address": "support@desk.example", "receive": receive,
                        "send": { "host": "127.0.0.1", "port": 9, "tls": "none" } });
    let made = world.post("/api/v1/inboxes", draft).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json["id"].as_str().unwrap().parse().unwrap()
}

#[test]
fn an_inbox_that_fails_for_long_is_seen_everywhere_until_it_works() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let imap = json!({ "kind": "imap", "host": "127.0.0.1", "user": "u", "password": "p" });
        let id = inbox(&world, imap).await;
        let health = format!("/admin/inboxes/{id}/health");
        assert!(world.get("admin", "/admin/inboxes").await.text.contains("Not fetched yet"));
        let grant = Grant::<System>::system(&world.home);
        let fails = async || {
            let trouble = Trouble::new(Stage::SignIn, Kind::SignInRefused, "[AUTHENTICATIONFAILED] no");
            let failed = grant.change::<_, db::Error>(move |tx| {
                let next = tx.now().plus(2 * MINUTE);
                health::failed(tx, Id::new(id), Part::Receive, &trouble, Some(next))
            });
            failed.await.unwrap();
        };
        fails().await;
        alarms::count(&world.home).await.unwrap();
        assert_eq!(world.home.alarms.of("/admin/inboxes"), 0, "what passes by itself is no alarm");
        assert!(world.get("admin", "/admin/inboxes").await.text.contains("Trying again"));

        world.clock.advance(6 * MINUTE);
        fails().await;
        alarms::count(&world.home).await.unwrap();
        assert_eq!(world.home.alarms.of("/admin/inboxes"), 1);
        let list = world.get("admin", "/admin/inboxes").await.text;
        assert!(list.contains("Fails") && list.contains("needs somebody to look"), "{list}");
        let page = world.get("admin", &health).await.text;
        for words in
            ["The sign-in was refused", "Check user name", "AUTHENTICATIONFAILED", "Next try", "2 tries"]
        {
            assert!(page.contains(words), "{words}: {page}");
        }
        let json = world.get("admin", &format!("/api/v1/inboxes/{id}/health")).await.json;
        assert_eq!(
            (&json["receive"]["cause"], &json["receive"]["stage"]),
            (&json!("sign_in_refused"), &json!("sign_in"))
        );

        let works =
            grant.change::<_, db::Error>(move |tx| health::ok(tx, Id::new(id), Part::Receive, Some(true)));
        works.await.unwrap();
        alarms::count(&world.home).await.unwrap();
        assert_eq!(world.home.alarms.of("/admin/inboxes"), 0);
        let page = world.get("admin", &health).await.text;
        assert!(page.contains("new mail comes at once") && page.contains("Last failure"), "{page}");
        assert_eq!(world.get("tickets.view", &health).await.status, 403);
    });
}

#[test]
fn a_mail_of_another_mailbox_is_not_taken_for_one_of_the_old_mailbox() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let imap = |user: &str| json!({ "kind": "imap", "host": "127.0.0.1", "user": user, "password": "p" });
        let id = inbox(&world, imap("sales")).await;
        let comes = async |subject: &str| {
            let spot = Spot { uid_validity: 1, uid: 1 };
            let raw = format!("From: cy@customer.example\r\nSubject: {subject}\r\n\r\nHello").into_bytes();
            let fetched = Fetched { spot, arrived_at: None, raw, refused: None };
            store_fetched(&world.home, Id::new(id), fetched).await.unwrap();
        };
        let rows =
            async || world.get("admin", "/api/v1/inbound").await.json["items"].as_array().unwrap().len();
        comes("One").await;
        comes("One").await;
        assert_eq!(rows().await, 1, "it is the same mail");
        let path = format!("/api/v1/inboxes/{id}");
        assert_eq!(world.patch(&path, json!({ "receive": imap("support") })).await.status, 200);
        comes("Two").await;
        assert_eq!(rows().await, 2);
    });
}

#[test]
fn the_health_page_counts_what_came_and_went() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let id = inbox(&world, json!({ "kind": "smtp" })).await;
        let grant = Grant::<System>::system(&world.home);
        let queued = |subject: &'static str| {
            grant.change::<_, db::Error>(move |tx| {
                let letter = queue::Letter {
                    to: "cy@example.org".into(),
                    to_name: String::new(),
                    language: platform::i18n::Language::En,
                    subject: subject.into(),
                    text: "x".into(),
                };
                queue::queue(tx, queue::Kind::Notice, &letter)
            })
        };
        queued("old").await.unwrap();
        world.clock.advance(30 * HOUR);
        queued("new").await.unwrap();
        let of_inbox = world.home.db.write::<_, db::Error>(move |conn| {
            conn.run(
                platform::sql!("UPDATE outbound SET inbox_id = $1, state = 'sent' WHERE inbox_id IS NULL"),
                platform::args![id],
            )
        });
        of_inbox.await.unwrap();
        let json = world.get("admin", &format!("/api/v1/inboxes/{id}/health")).await.json;
        assert_eq!(json["last_24_hours"]["went"], 1);
        assert_eq!(json["last_7_days"]["went"], 2);
        world.clock.advance(7 * 24 * HOUR);
        let json = world.get("admin", &format!("/api/v1/inboxes/{id}/health")).await.json;
        assert_eq!((&json["last_24_hours"]["went"], &json["last_7_days"]["went"]), (&json!(0), &json!(0)));
        let first =
            world.home.db.read::<_, db::Error>(|conn| outbox::store::first_since(conn, START.plus(HOUR)));
        assert_eq!(first.await.unwrap().number(), 2);
    });
}

/// An inbox that signs in at `server`; its id.
async fn connectable(world: &World, server: &TokenServer, port: u16) -> i64 {
    let draft = json!({
        "name": "Support", "address": "support@desk.example",
        "receive": { "kind": "imap", "host": "127.0.0.1", "port": port, "tls": "none", "user": USER, "oauth": true },
        "oauth": { "provider": "other", "client_id": CLIENT, "client_secret": SECRET, "scope": "mail",
                   "authorize_url": server.url("/agree"), "token_url": server.url("/token") },
    });
    let made = world.post("/api/v1/inboxes", draft).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(!made.text.contains(SECRET));
    assert_eq!(made.json["oauth"]["is_connected"], false);
    made.json["id"].as_str().unwrap().parse().unwrap()
}
/// Goes to the provider, agrees and comes back.
async fn connects(world: &World, server: &TokenServer, id: i64) -> Answer {
    let (code, state) = server.agree(&leads_to(world, id).await);
    let back = format!("/admin/inboxes/connected?{}", body(&[("code", &code), ("state", &state)]));
    let page = world.get("admin", &back).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(hidden(&page.text, "code").as_deref(), Some(&*code));
    world.form("/admin/inboxes/connected", &body(&[("code", &code), ("state", &state)])).await
}
async fn leads_to(world: &World, id: i64) -> String {
    let went = world.head("admin", &format!("/admin/inboxes/{id}/connect")).await;
    went.unwrap_or_else(|| panic!("it leads to the provider"))
}
async fn token(world: &World, id: i64) -> Result<Option<String>, Trouble> {
    let grant = Grant::<System>::system(&world.home);
    let token = super::oauth::tokens::access(&grant, Id::new(id)).await?;
    Ok(token.map(|token| token.reveal().clone()))
}

#[test]
fn an_inbox_is_connected_with_its_provider_and_its_token_is_kept_fresh() {
    on_both(async |desk| {
        let (world, server) = (World::new(desk).await, TokenServer::start(USER));
        let id = connectable(&world, &server, 1).await;
        let health = format!("/admin/inboxes/{id}/health");
        assert!(world.get("admin", &health).await.text.contains("Sign in again"));
        assert_eq!(token(&world, id).await.unwrap_err().kind, Kind::SignInAgain);

        let made = connects(&world, &server, id).await;
        assert_eq!(made.status, 303, "{}", made.text);
        assert_eq!(token(&world, id).await.unwrap(), Some(server.access()));
        assert_eq!(server.asked(), ["authorization_code"], "a token that is good is not asked for again");
        assert!(!world.get("admin", &health).await.text.contains("Sign in again"));

        world.clock.advance(HOUR);
        let fresh = token(&world, id).await.unwrap();
        assert_eq!(fresh, Some(server.access()));
        // The refresh token of the first refresh was good once; the second is used for the next.
        world.clock.advance(2 * HOUR);
        assert_eq!(token(&world, id).await.unwrap(), Some(server.access()));
        assert_eq!(server.asked(), ["authorization_code", "refresh_token", "refresh_token"]);

        // A server that is away is no reason to sign in again.
        world.clock.advance(2 * HOUR);
        server.set_down(true);
        let away = token(&world, id).await.unwrap_err();
        assert!(away.is_temporary && away.kind == Kind::Refused, "{away:?}");
        server.set_down(false);
        let old = server.refresh();
        server.revoke();
        let over = token(&world, id).await.unwrap_err();
        assert_eq!(over.kind, Kind::SignInAgain);
        assert!(!over.text.contains(&old) && over.text.contains("invalid_grant"), "{}", over.text);
        let page = world.get("admin", &health).await.text;
        assert!(page.contains("Sign in again") && page.contains("invalid_grant"), "{page}");
        for secret in [SECRET, &old, "access-token"] {
            for path in [&health, &format!("/api/v1/inboxes/{id}"), &format!("/admin/inboxes/{id}")] {
                assert!(!world.get("admin", path).await.text.contains(secret), "{secret} in {path}");
            }
        }
        assert_eq!(connects(&world, &server, id).await.status, 303);
        assert_eq!(token(&world, id).await.unwrap(), Some(server.access()));
        // Another application forgets the tokens of the first.
        let other = json!({ "oauth": { "client_id": "another", "token_url": server.url("/token") } });
        let changed = world.patch(&format!("/api/v1/inboxes/{id}"), other).await;
        assert_eq!(changed.json["oauth"]["is_connected"], false, "{}", changed.text);
        assert_eq!(changed.json["oauth"]["has_client_secret"], false);
    });
}

#[test]
fn nobody_else_finishes_a_connection_and_none_is_good_for_long() {
    on_both(async |desk| {
        let (world, server) = (World::new(desk).await, TokenServer::start(USER));
        let id = connectable(&world, &server, 1).await;
        let (code, state) = server.agree(&leads_to(&world, id).await);
        let back =
            |state: &str| format!("/admin/inboxes/connected?{}", body(&[("code", &code), ("state", state)]));
        // User 2 may manage inboxes too, but began nothing.
        assert_eq!(world.get("inboxes.manage", &back(&state)).await.status, 422);
        let mut altered = state.clone();
        altered.replace_range(20..21, if &state[20..21] == "A" { "B" } else { "A" });
        for state in ["", "nonsense", &altered] {
            assert_eq!(world.get("admin", &back(state)).await.status, 422, "{state}");
        }
        assert_eq!(world.get("inboxes.view", &back(&state)).await.status, 403);
        let refused = world
            .get(
                "admin",
                &format!(
                    "/admin/inboxes/connected?{}",
                    body(&[("error", "access_denied"), ("state", &state)])
                ),
            )
            .await;
        assert!(refused.status == 200 && refused.text.contains("access_denied"), "{}", refused.text);
        // The code of another way: its challenge does not fit.
        let (_, other) = server.agree(&leads_to(&world, id).await);
        let mixed =
            world.form("/admin/inboxes/connected", &body(&[("code", &code), ("state", &other)])).await;
        assert_eq!(mixed.status, 502, "{}", mixed.text);
        assert!(mixed.text.contains("invalid_grant") && !mixed.text.contains(SECRET));
        world.clock.advance(11 * MINUTE);
        assert_eq!(world.get("admin", &back(&state)).await.status, 422);
        assert_eq!(
            world.get("admin", &format!("/api/v1/inboxes/{id}")).await.json["oauth"]["is_connected"],
            false
        );
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_is_fetched_with_tokens_that_end() {
    let server = TokenServer::start(USER);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("oauth2.conf");
    let settings = format!(
        "tokeninfo_url = {}\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n",
        server.url("/good?access_token=")
    );
    std::fs::write(&file, settings).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let dovecot = Dovecot::with(&format!(
        "auth_mechanisms = plain login xoauth2\npassdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {}\n}}\n",
        file.display()
    ));
    let desk = testkit::Desk::sqlite();
    let world = World::new(&desk).await;
    let id = connectable(&world, &server, dovecot.port).await;
    assert_eq!(connects(&world, &server, id).await.status, 303);

    let tested = world.post(&format!("/api/v1/inboxes/{id}/test"), json!({})).await;
    assert_eq!(tested.json["receive"]["is_fine"], true, "{}\n{}", tested.text, dovecot.log());

    let (stop, stopped) = watch::channel(false);
    let fetching = tokio::spawn(fetching::work(world.home.clone(), stopped));
    let mails = async |count: usize| {
        for _ in 0..300 {
            let list = world.home.db.read::<_, db::Error>(|conn| {
                ledger::store::list(conn, &ledger::store::Filter::default(), None, 10)
            });
            if list.await.unwrap().len() == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{count} mails did not come: {}", dovecot.log());
    };
    // A mail of the day, by the desk's clock.
    let mut client = dovecot.client();
    client.append_at(
        "INBOX",
        "21-Nov-2026 09:00:00 +0000",
        b"From: a@b.example\r\nSubject: one\r\n\r\nx\r\n",
    );
    mails(1).await;
    // The provider ends the token before its time, and the connection breaks: the next one is refused with the old
    // token, and the one after that has a new token.
    server.end_access();
    dovecot.kick();
    for _ in 0..200 {
        let halves = world.home.db.read::<_, db::Error>(move |conn| health::of(conn, Id::new(id)));
        let is_refused = |half: &health::Health| half.cause == Some(Kind::SignInRefused) && half.is_failing();
        if halves.await.unwrap().iter().any(is_refused) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    dovecot.append("INBOX", b"From: a@b.example\r\nSubject: two\r\n\r\nx\r\n");
    // The pause after a refused sign-in is long; somebody asks for a try now.
    world.clock.advance(1000);
    assert_eq!(world.form(&format!("/admin/inboxes/{id}/try"), "").await.status, 303);
    mails(2).await;
    assert_eq!(server.asked(), ["authorization_code", "refresh_token"]);
    stop.send(true).unwrap();
    fetching.await.unwrap();
}

#[tokio::test]
async fn mail_is_sent_with_a_token() {
    let (desk, server) = (testkit::Desk::sqlite(), TokenServer::start(USER));
    let world = World::new(&desk).await;
    let id = connectable(&world, &server, 1).await;
    assert_eq!(connects(&world, &server, id).await.status, 303);
    assert!(token(&world, id).await.unwrap().is_some());
    // What the provider gives for the second agreement.
    let second = "access-token-4".to_owned();
    let users = HashMap::from([(USER.to_owned(), second.clone())]);
    let sink = Sink::with(Manners { users, mechanisms: Some("XOAUTH2"), ..Manners::default() });
    let send = json!({ "send": { "host": "127.0.0.1", "port": sink.address.port(), "tls": "none", "user": USER,
                                 "oauth": true } });
    // Nobody agreed to that server: its test gets no token, and after the change none is left to get.
    let path = format!("/api/v1/inboxes/{id}");
    let tested = world.post(&format!("{path}/test"), send.clone()).await;
    assert_eq!((tested.status, &tested.json["send"]["is_fine"]), (200, &json!(false)), "{}", tested.text);
    assert!(tested.text.contains("connected first") && token(&world, id).await.unwrap().is_some());
    let changed = world.patch(&path, send.clone()).await;
    assert_eq!((changed.status, &changed.json["oauth"]["is_connected"]), (200, &json!(false)));
    assert!(matches!(token(&world, id).await, Err(Trouble { kind: Kind::SignInAgain, .. })));
    assert_eq!(connects(&world, &server, id).await.status, 303);
    assert_eq!(world.patch(&path, send).await.json["oauth"]["is_connected"], true, "nothing moved");
    assert_eq!(token(&world, id).await.unwrap(), Some(second));
    let letter = queue::Letter {
        to: "cy@example.org".into(),
        to_name: String::new(),
        language: platform::i18n::Language::En,
        subject: "Hello".into(),
        text: "x".into(),
    };
    let grant = Grant::<System>::system(&world.home);
    let queued = grant.change::<_, db::Error>(move |tx| queue::queue(tx, queue::Kind::Notice, &letter));
    queued.await.unwrap();
    outbox::work::run_once(&world.home).await.unwrap();
    assert_eq!(sink.received().len(), 1);
    let sent = world.get("admin", "/api/v1/outbound").await.json;
    assert_eq!(
        (&sent["items"][0]["state"], &sent["items"][0]["inbox"]),
        (&json!("sent"), &json!(id.to_string()))
    );
}
