//! Contacts and organisations from outside, and as mail intake finds them.
use super::store;
use crate::world::World;
use platform::db;
use testkit::on_both;

const ADA: &str = "ada@acme.example";

platform::permissions! {
    /// As the desk declares it, which this crate does not know.
    ViewTickets = "tickets.view" [scoped];
}

#[test]
fn a_contact_has_several_ways_to_be_reached_and_found() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.program(ADA, "all").await;
        let body = r#"{"name":"Jürgen Groß","emails":["J.Gross@Kunde.example","jg@home.example"],
                       "phones":["+49 (0)30 123-456"],"language":"de","notes":"VIP"}"#;
        let made = ada.post_json("/api/v1/contacts", body).await.assert_status(201).json();
        assert_eq!(made["email"], "j.gross@kunde.example");
        let id = made["id"].as_str().unwrap();
        for q in ["jurgen", "J%C3%BCrgen+gro", "j.gross%40", "jg%40home", "%2B4930123", "0049+30+123456"] {
            let found = ada.get(&format!("/api/v1/contacts?q={q}")).await.assert_status(200).json();
            assert_eq!(found["items"][0]["id"], id, "{q}");
        }
        for q in ["urgen", "x%40", "%2B31", "%25", "'+OR+1=1--"] {
            let found = ada.get(&format!("/api/v1/contacts?q={q}")).await.assert_status(200).json();
            assert_eq!(found["items"], serde_json::json!([]), "{q}");
        }
        let path = format!("/api/v1/contacts/{id}");
        let changed = ada.patch_json(&path, r#"{"emails":["jg@home.example"],"language":null}"#).await;
        let changed = changed.assert_status(200).json();
        assert_eq!(
            (&changed["email"], &changed["language"]),
            (&"jg@home.example".into(), &serde_json::Value::Null)
        );
        assert_eq!(changed["notes"], "VIP");
        let taken = ada.post_json("/api/v1/contacts", r#"{"name":"B","email":"jg@home.example"}"#).await;
        assert_eq!(taken.assert_status(409).json()["errors"][0]["pointer"], "/emails/0");
        let unknown = ada.post_json("/api/v1/contacts", r#"{"name":"B","organisation":"9"}"#).await;
        assert_eq!(unknown.assert_status(422).json()["errors"][0]["pointer"], "/organisation");
        ada.post_json("/api/v1/contacts", r#"{"name":"B","created_at":"2020-01-01T00:00:00Z"}"#)
            .await
            .assert_status(422);
    });
}

#[test]
fn a_list_pages_by_name_without_gap_or_repetition() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.program(ADA, "all").await;
        for n in [3, 1, 2, 2, 5, 4, 2] {
            ada.post_json("/api/v1/contacts", &format!(r#"{{"name":"Person {n}"}}"#))
                .await
                .assert_status(201);
        }
        let (mut names, mut ids, mut cursor) = (Vec::new(), Vec::new(), String::new());
        loop {
            let page = ada.get(&format!("/api/v1/contacts?limit=2{cursor}")).await.assert_status(200).json();
            for item in page["items"].as_array().unwrap() {
                names.push(item["name"].as_str().unwrap().to_owned());
                ids.push(item["id"].clone());
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(
            names,
            ["Person 1", "Person 2", "Person 2", "Person 2", "Person 3", "Person 4", "Person 5"]
        );
        ids.sort_by_key(|id| id.to_string());
        ids.dedup();
        assert_eq!(ids.len(), 7);
        ada.get("/api/v1/contacts?cursor=999").await.assert_status(422);
        ada.get("/api/v1/contacts?limit=-5").await.assert_status(422);
        ada.get("/api/v1/contacts?limit=1000000").await.assert_status(200);
    });
}

#[test]
fn what_is_found_by_address_or_number_pages_without_gap_or_repetition() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.program(ADA, "all").await;
        for n in 0..7 {
            // Two fitting addresses and numbers each; three share a number.
            let body = serde_json::json!({
                "name": format!("P{}", 9 - n), "emails": [format!("z{n}@x.example"), format!("za{n}@x.example")],
                "phones": [if n < 3 { "+49 30 100".to_owned() } else { format!("+49 30 10{n}") }, format!("+49 30 2{n}0")],
            });
            ada.post_json("/api/v1/contacts", &body.to_string()).await.assert_status(201);
        }
        ada.post_json("/api/v1/contacts", r#"{"name":"Y","email":"y@x.example"}"#).await.assert_status(201);
        for q in ["%40z", "%2B4930"] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            for _ in 0..10 {
                let path = format!("/api/v1/contacts?limit=2&q={q}{cursor}");
                let page = ada.get(&path).await.assert_status(200).json();
                let items = page["items"].as_array().unwrap();
                assert!(items.len() <= 2 && !items.is_empty(), "{page}");
                seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
                match page["next"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen.len(), 7, "{q}: {seen:?}");
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 7, "{q}: each once");
            let other = ada.get("/api/v1/contacts?q=y%40").await.json()["items"][0]["id"].clone();
            let path = format!("/api/v1/contacts?q={q}&cursor={}", other.as_str().unwrap());
            ada.get(&path).await.assert_status(422);
        }
    });
}

// S04: an address is a way in. Who sees less than all may not open it for themselves.
#[test]
fn an_address_of_an_agent_who_sees_less_opens_nothing_until_it_is_confirmed() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.program(ADA, "all").await;
        // Somebody who works with contacts and sees the tickets of a team.
        let role = r#"{"name":"Limited","permissions":[{"permission":"contacts.manage","scope":"all"}]}"#;
        let role = ada.post_json("/api/v1/roles", role).await.assert_status(201).json();
        let user = serde_json::json!({ "name": "Bo", "email": "bo@acme.example", "role": role["id"],
                                       "password": crate::world::PASSWORD });
        ada.post_json("/api/v1/users", &user.to_string()).await.assert_status(201);
        let mut bo = world.program("bo@acme.example", "all").await;
        let cy = world.contact("cy@customer.example").await;
        let path = format!("/api/v1/contacts/{cy}");
        let added = r#"{"emails":["bo@private.example","cy@customer.example"]}"#;
        let body = bo.patch_json(&path, added).await.assert_status(200).json();
        assert_eq!(body["email"], "cy@customer.example", "what is not confirmed gets no mail by itself");

        let asks = async |email: &str| {
            world.clock.advance(kernel::clock::HOUR);
            let before = world.letters().await.len();
            world.stranger().post_form("/portal/sign-in/link", &[("email", email)]).await;
            world.letters().await.len() - before
        };
        assert_eq!(asks("bo@private.example").await, 0, "no link is sent there");
        assert_eq!(asks("cy@customer.example").await, 1);
        let link = world.newest_link().await;
        let token = link.strip_prefix("/portal/sign-in/").unwrap().to_owned();
        let mut browser = world.stranger();
        browser.post_form("/portal/sign-in/confirm", &[("token", &token)]).await.assert_status(303);
        browser.post_form("/portal/account", &[("password", "a sentence of mine")]).await.assert_status(303);
        let fields = [("email", "bo@private.example"), ("password", "a sentence of mine")];
        world.stranger().post_form("/portal/sign-in", &fields).await.assert_status(422);

        // Neither saving it again, nor their own word, nor a save of somebody who looks at something else confirms it.
        bo.patch_json(&path, added).await.assert_status(200);
        let own = r#"{"email":"bo@private.example"}"#;
        bo.post_json(&format!("{path}/confirm"), own).await.assert_status(403);
        ada.patch_json(&path, added).await.assert_status(200);
        assert_eq!(asks("bo@private.example").await, 0);

        // The customer says that it is theirs, from an account that another address opened.
        let account = browser.get("/portal/account").await.assert_status(200);
        account.assert_has("bo@private.example").assert_has("This is my address");
        let field = [("email", "bo@private.example")];
        browser.post_form("/portal/account/confirm", &[("email", "x@y.example")]).await.assert_status(422);
        browser
            .post_form("/portal/account/confirm", &field)
            .await
            .assert_leads_to("/portal/account?done=confirmed");
        assert_eq!(asks("bo@private.example").await, 1);

        // Or somebody who sees all tickets does.
        let added = r#"{"emails":["cy@customer.example","cy@new.example"]}"#;
        bo.patch_json(&path, added).await.assert_status(200);
        assert_eq!(asks("cy@new.example").await, 0);
        let mut page = world.signed_in(ADA).await;
        let shown = page.get(&format!("/contacts/{cy}")).await.assert_status(200);
        shown.assert_has("not confirmed").assert_has(&format!("/contacts/{cy}/confirm"));
        let form = [("email", "cy@new.example")];
        page.post_form(&format!("/contacts/{cy}/confirm"), &form).await.assert_status(303);
        assert_eq!(asks("cy@new.example").await, 1);
        let again = ada.post_json(&format!("{path}/confirm"), r#"{"email":"cy@new.example"}"#).await;
        again.assert_status(422);

        // What an administrator adds needs no second word.
        let added = r#"{"emails":["cy@customer.example","cy@third.example"]}"#;
        ada.patch_json(&path, added).await.assert_status(200);
        assert_eq!(asks("cy@third.example").await, 1);
    });
}

#[test]
fn an_address_that_is_taken_away_takes_along_what_it_opened() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.program(ADA, "all").await;
        let cy = world.contact("cy@old.example").await;
        let path = format!("/api/v1/contacts/{cy}");
        world.stranger().post_form("/portal/sign-in/link", &[("email", "cy@old.example")]).await;
        let link = world.newest_link().await;
        let token = link.strip_prefix("/portal/sign-in/").unwrap().to_owned();
        let mut browser = world.stranger();
        browser.post_form("/portal/sign-in/confirm", &[("token", &token)]).await.assert_status(303);
        browser.post_form("/portal/account", &[("password", "a sentence of mine")]).await.assert_status(303);
        let with_password = async |email: &str| {
            let fields = [("email", email), ("password", "a sentence of mine")];
            world.stranger().post_form("/portal/sign-in", &fields).await.status.as_u16()
        };
        // One more address ends nothing.
        let both = r#"{"emails":["cy@old.example","cy@new.example"]}"#;
        ada.patch_json(&path, both).await.assert_status(200);
        browser.get("/portal/account").await.assert_status(200);
        assert_eq!(with_password("cy@new.example").await, 303);
        ada.patch_json(&path, r#"{"emails":["cy@new.example"]}"#).await.assert_status(200);
        browser.get("/portal/account").await.assert_leads_to("/portal/sign-in?next=/portal/account");
        assert_eq!(with_password("cy@new.example").await, 422, "whoever had the old address may know it");
    });
}

#[test]
fn twenty_mails_of_one_new_sender_at_once_make_one_contact() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let grant = world.system();
            tasks.spawn(async move {
                grant
                    .change::<_, db::Error>(|tx| store::find_or_create(tx, "cy@new.example", "Cy"))
                    .await
                    .unwrap()
                    .id
            });
        }
        let mut ids: Vec<_> = tasks.join_all().await;
        ids.dedup();
        assert_eq!(ids.len(), 1);
        let made = world.events().await.iter().filter(|kind| *kind == "contact.created").count();
        assert_eq!(made, 1, "one event, and no row without an address");
    });
}

#[test]
fn a_new_sender_belongs_to_the_organisation_of_the_domain() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.program(ADA, "all").await;
        let body = r#"{"name":"Kunde GmbH","domains":["@Kunde.example","kunde.test"]}"#;
        let made = ada.post_json("/api/v1/organisations", body).await.assert_status(201).json();
        assert_eq!(made["domains"], serde_json::json!(["kunde.example", "kunde.test"]));
        ada.post_json("/api/v1/organisations", r#"{"name":"kunde gmbh"}"#).await.assert_status(409);
        let taken =
            ada.post_json("/api/v1/organisations", r#"{"name":"Other","domains":["kunde.test"]}"#).await;
        assert_eq!(taken.assert_status(409).json()["errors"][0]["pointer"], "/domains");
        let cy = world
            .system()
            .change::<_, db::Error>(|tx| {
                let known = store::find_or_create(tx, "cy@kunde.test", "")?;
                let named = store::find_or_create(tx, "cy@kunde.test", "Cy Young")?;
                let kept = store::find_or_create(tx, "cy@kunde.test", "Somebody Else")?;
                assert_eq!((known.id, named.id), (named.id, kept.id));
                assert_eq!((known.name.as_str(), kept.name.as_str()), ("cy@kunde.test", "Cy Young"));
                let other = store::find_or_create(tx, "cy@sub.kunde.test", "")?;
                assert_eq!(other.organisation_id, None);
                Ok(kept)
            })
            .await
            .unwrap();
        assert_eq!(cy.organisation_id.unwrap().to_string(), made["id"].as_str().unwrap());
        let path = format!("/api/v1/organisations/{}", made["id"].as_str().unwrap());
        ada.patch_json(&path, r#"{"domains":[],"notes":"gold"}"#).await.assert_status(200);
        let later = world.contact("new@kunde.test").await;
        let later =
            world.system().read::<_, db::Error>(move |tx| store::by_id(tx, later)).await.unwrap().unwrap();
        assert_eq!(later.organisation_id, None);
        ada.get(&path).await.assert_has("gold").assert_status(200);
    });
}

#[test]
fn the_same_request_sent_twice_with_a_key_is_done_once() {
    on_both(async |desk| {
        let world = World::new(desk).await;
        let mut ada = world.program(ADA, "all").await.with_header("idempotency-key", "k1");
        let one = ada.post_json("/api/v1/contacts", r#"{"name":"Cy"}"#).await.assert_status(201);
        let two = ada.post_json("/api/v1/contacts", r#"{"name":"Cy"}"#).await.assert_status(201);
        assert_eq!((&one.body, one.header("etag")), (&two.body, two.header("etag")));
        ada.post_json("/api/v1/contacts", r#"{"name":"Dee"}"#).await.assert_status(422);
        // A key is for one operation.
        let other = ada.post_json("/api/v1/teams", r#"{"name":"Cy"}"#).await.assert_status(422).json();
        assert_eq!(other["code"], "idempotency_key_reused");
        let id = one.json()["id"].as_str().unwrap().to_owned();
        let read = ada.get(&format!("/api/v1/contacts/{id}")).await.assert_status(200);
        assert_eq!(read.header("etag"), one.header("etag"));
        assert_eq!(ada.get("/api/v1/contacts").await.json()["items"].as_array().unwrap().len(), 1);
    });
}
