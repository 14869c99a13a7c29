//! Two contacts are one person for the desk, and nothing changes for the customers.
use crate::world::World;
use serde_json::json;
use testkit::{Client, on_both};

#[test]
fn duplicates_are_found_in_every_notation_and_whoever_is_another_is_not_shown_again() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let firm = json!({ "name": "Firm", "domains": ["firm.example"] });
        let firm = world.asks("POST", "/api/v1/organisations", firm).await.1["id"].clone();
        let ada = world
            .adds(json!({ "name": "Ada Berg", "email": "ada@firm.example", "phones": ["+49 30 5550142"] }))
            .await;
        let by_phone = world.adds(json!({ "name": "A. B.", "phones": ["030 555-0142"] })).await;
        let by_tag = world.adds(json!({ "name": "Ada", "email": "ada+shop@firm.test" })).await;
        let by_name = world
            .adds(json!({ "name": "ADA  BERG", "email": "berg@home.example", "organisation": firm }))
            .await;
        world.adds(json!({ "name": "Ada Berg", "email": "berg@away.example" })).await;
        world.adds(json!({ "name": "Somebody", "phones": ["+43 30 5550142"] })).await;
        let müller = world.adds(json!({ "name": "M", "email": "info@müller.example" })).await;
        let mueller = world.adds(json!({ "name": "M 2", "email": "info@mueller.example" })).await;

        let alike = |list: serde_json::Value| -> Vec<(String, String)> {
            let item = |one: &serde_json::Value| {
                let reason = one["reasons"][0]["reason"].as_str().unwrap().to_owned();
                (one["id"].as_str().unwrap().to_owned(), reason)
            };
            list["items"].as_array().unwrap().iter().map(item).collect()
        };
        let path = format!("/api/v1/contacts/{ada}/duplicates");
        let pair = |id: &str, reason: &str| (id.to_owned(), reason.to_owned());
        let expected = vec![pair(&by_phone, "phone"), pair(&by_tag, "email"), pair(&by_name, "name")];
        assert_eq!(alike(world.gets(&path).await), expected);
        let other = world.gets(&format!("/api/v1/contacts/{müller}/duplicates")).await;
        assert_eq!(alike(other), [pair(&mueller, "email")]);
        world.bo.get(&format!("/contacts/{ada}")).await.assert_has("Perhaps the same person");
        let page = world.bo.get("/contacts/duplicates").await.assert_status(200);
        page.assert_has("ada+shop@firm.test").assert_has("A. B.").assert_has("ADA BERG").assert_has("M 2");
        for by in ["email", "phone", "name"] {
            world.bo.get(&format!("/contacts/duplicates?by={by}")).await.assert_status(200);
        }

        // Two are two: from either side, and for good.
        let path_of = |id: &str| format!("/api/v1/contacts/{id}/distinct");
        assert_eq!(world.asks("POST", &path_of(&by_tag), json!({ "other": ada })).await.0, 204);
        assert_eq!(world.asks("POST", &path_of(&by_tag), json!({ "other": ada })).await.0, 204);
        assert_eq!(world.asks("POST", &path_of(&ada), json!({ "other": ada })).await.0, 409);
        assert_eq!(world.asks("POST", &path_of(&ada), json!({ "other": "99" })).await.0, 422);
        assert_eq!(alike(world.gets(&path).await), [pair(&by_phone, "phone"), pair(&by_name, "name")]);
        world.bo.get("/contacts/duplicates").await.assert_has_not("ada+shop@firm.test");

        // One number of a whole house says nothing.
        for n in 0..4 {
            world.adds(json!({ "name": format!("Desk {n}"), "phones": ["+49 30 5550142"] })).await;
        }
        assert_eq!(alike(world.gets(&path).await), [pair(&by_name, "name")]);

        // Not for those who may only look.
        let mut view = world.agent("view@desk.example", &[("contacts.view", "all")]).await;
        view.get("/contacts/duplicates").await.assert_status(403);
        view.get(&format!("/contacts/{ada}"))
            .await
            .assert_status(200)
            .assert_has_not("Perhaps the same person");
        view.get(&format!("/contacts/{ada}/merge?into={by_name}")).await.assert_status(403);
    });
}

#[test]
fn the_old_id_leads_to_the_other_one_and_taking_it_back_is_possible_at_any_time() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let one = world.opens("ada@firm.example", "By mail", "one").await;
        let two = world.opens("ada@home.example", "From home", "two").await;
        let (firm, home) = (world.contact("ada@firm.example").await, world.contact("ada@home.example").await);
        world.asks("PATCH", &format!("/api/v1/contacts/{firm}"), json!({ "name": "Ada Berg" })).await;
        world.asks("PATCH", &format!("/api/v1/contacts/{home}"), json!({ "notes": "Has a dog" })).await;

        // What is refused.
        assert_eq!(world.merges(&home, &home).await.1["code"], "contact_into_itself");
        assert_eq!(world.merges(&home, "99").await.0, 422);
        assert_eq!(world.merges("99", &home).await.0, 404);
        assert_eq!(world.parts(&home).await.1["code"], "contact_not_merged");
        assert_eq!(world.parts("99").await.0, 404);

        let preview = world.bo.get(&format!("/contacts/{home}/merge?into={firm}")).await.assert_status(200);
        preview.assert_has("By mail").assert_has("From home").assert_has("Nothing changes for the customer");
        let keyed = world.bo.clone().with_header("idempotency-key", "k");
        let path = format!("/api/v1/contacts/{home}/merge");
        let body = json!({ "into": firm }).to_string();
        let first = keyed.clone().post_json(&path, &body).await.assert_status(200).json();
        assert_eq!(keyed.clone().post_json(&path, &body).await.assert_status(200).json(), first);
        assert_eq!(first["emails"], json!(["ada@firm.example", "ada@home.example"]));
        assert_eq!(first["merged"], json!([home]));
        assert_eq!(world.merges(&home, &firm).await.1["code"], "contact_merged");
        assert_eq!(world.merges(&firm, &home).await.1["code"], "contact_merged", "no circle");

        // Old ids lead there, writing does not.
        let reply = world.bo.get(&format!("/api/v1/contacts/{home}")).await.assert_status(307);
        assert_eq!(reply.header("location"), Some(&*format!("/api/v1/contacts/{firm}")));
        world.bo.get(&format!("/contacts/{home}")).await.assert_leads_to(&format!("/contacts/{firm}"));
        let refused = world.asks("PATCH", &format!("/api/v1/contacts/{home}"), json!({ "name": "x" })).await;
        assert_eq!((refused.0, &refused.1["code"]), (409, &json!("contact_merged")));
        let ticket = world.gets(&format!("/api/v1/tickets/{two}")).await;
        assert_eq!(
            (&ticket["requester"]["id"], &ticket["requester"]["name"]),
            (&json!(firm), &json!("Ada Berg"))
        );
        assert_eq!(world.timeline(&firm).await, [two, one]);
        assert_eq!(world.timeline(&home).await, [two, one], "the old id is as good");
        for filter in [
            format!("requester:{firm}"),
            format!("requester:{home}"),
            "requester:ada@home.example".into(),
            "requester:ada@firm.example".into(),
        ] {
            assert_eq!(world.finds(&filter).await, [one, two], "{filter}");
        }
        let page = world.bo.get(&format!("/contacts/{firm}")).await.assert_status(200);
        page.assert_has("Has a dog").assert_has("From home").assert_has("Merged into this contact");
        let listed = world.gets("/api/v1/contacts").await;
        assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
        for q in ["ada%40home", "ada%40", "Ada"] {
            let found = world.gets(&format!("/api/v1/contacts?q={q}")).await;
            assert_eq!(found["items"].as_array().unwrap().len(), 1, "{q}: {found}");
            assert_eq!(found["items"][0]["id"], json!(firm), "{q}");
        }
        let page = world.bo.get(&format!("/t/{two}")).await.assert_status(200);
        page.assert_has("Ada Berg").assert_has("ada@firm.example").assert_has("Has a dog");
        // The search has one person, by either address.
        search::testing::indexed(&world.home).await;
        for q in ["ada@home.example", "Ada Berg"] {
            let found =
                world.gets(&platform::web::address("/api/v1/search", &[("q", q), ("kind", "contact")])).await;
            assert_eq!(found["items"].as_array().unwrap().len(), 1, "{q}: {found}");
            assert_eq!(found["items"][0]["id"], json!(firm), "{q}");
        }
        let found = world.gets("/api/v1/search?q=from:berg&kind=ticket").await;
        assert_eq!(found["items"].as_array().unwrap().len(), 2, "{found}");

        // Later: what arrives meanwhile at an address is its contact's when it is taken back.
        let three = world.opens("ada@home.example", "Later from home", "three").await;
        assert_eq!(world.timeline(&firm).await, [three, two, one]);
        assert_eq!(world.parts(&home).await.0, 200);
        assert_eq!(world.timeline(&home).await, [three, two]);
        assert_eq!(world.timeline(&firm).await, [one]);
        assert_eq!(world.finds("requester:ada@home.example").await, [two, three]);
        let back = world.gets(&format!("/api/v1/contacts/{home}")).await;
        assert_eq!((&back["emails"], &back["notes"]), (&json!(["ada@home.example"]), &json!("Has a dog")));
        search::testing::indexed(&world.home).await;
        let found = world.gets("/api/v1/search?q=ada%40home.example&kind=contact").await;
        assert_eq!(found["items"][0]["id"], json!(home));

        let kinds = world.events().await;
        for kind in ["contact.merged", "contact.joined", "contact.unmerged", "contact.parted"] {
            assert_eq!(kinds.iter().filter(|known| *known == kind).count(), 1, "{kind}");
        }
    });
}

/// All that a customer's browser can get at: their list, and each ticket's page.
async fn reach(browser: &mut Client, tickets: &[i64]) -> Vec<(i64, bool, bool)> {
    let list = browser.get("/portal/requests").await.assert_status(200).text();
    let mut all = Vec::new();
    for number in tickets {
        let path = format!("/portal/requests/{number}");
        let is_listed = list.contains(&format!("{path}\""));
        all.push((*number, is_listed, browser.get(&path).await.status == 200));
    }
    all
}

// S04, S07: a merge is the desk's word, never a proof. Whoever is merged with a stranger by mistake, or by an agent who
// means harm, opens nothing of theirs.
#[test]
fn a_merge_opens_nothing_for_a_customer_and_takes_nothing_from_one() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let of_ada = world.opens("ada@firm.example", "Ada's secret", "secret of ada").await;
        let of_eve = world.opens("eve@evil.example", "Eve's own", "hello").await;
        let mut tickets = vec![of_ada, of_eve];
        let (mut ada, mut eve) =
            (world.customer("ada@firm.example").await, world.customer("eve@evil.example").await);
        let (ada_id, eve_id) =
            (world.contact("ada@firm.example").await, world.contact("eve@evil.example").await);
        let (ada_link, eve_link) =
            (world.link(of_ada, "ada@firm.example").await, world.link(of_eve, "eve@evil.example").await);
        let before = (reach(&mut ada, &tickets).await, reach(&mut eve, &tickets).await);
        assert_eq!(before.0, [(of_ada, true, true), (of_eve, false, false)]);

        for (source, target) in [(&ada_id, &eve_id), (&eve_id, &ada_id)] {
            assert_eq!(world.merges(source, target).await.0, 200);
            assert_eq!((reach(&mut ada, &tickets).await, reach(&mut eve, &tickets).await), {
                let side = |own: i64| tickets.iter().map(|n| (*n, *n == own, *n == own)).collect::<Vec<_>>();
                let mut ada_side = side(of_ada);
                let mut eve_side = side(of_eve);
                // What was asked meanwhile in an earlier round.
                for (at, number) in tickets.iter().enumerate().skip(2) {
                    ada_side[at] = (*number, at % 2 == 0, at % 2 == 0);
                    eve_side[at] = (*number, at % 2 == 1, at % 2 == 1);
                }
                (ada_side, eve_side)
            });
            // What is asked while they are one: of whoever's address asked.
            let new_ada = world.opens("ada@firm.example", "Ada again", "secret").await;
            let new_eve = world.opens("eve@evil.example", "Eve again", "hello").await;
            tickets.extend([new_ada, new_eve]);
            let (seen_ada, seen_eve) = (reach(&mut ada, &tickets).await, reach(&mut eve, &tickets).await);
            assert!(seen_ada.contains(&(new_ada, true, true)) && seen_ada.contains(&(new_eve, false, false)));
            assert!(seen_eve.contains(&(new_eve, true, true)) && seen_eve.contains(&(new_ada, false, false)));
            // Links of before and of now, and nobody's with another's address.
            for (link, subject) in [(&ada_link, "Ada&#39;s secret"), (&eve_link, "Eve&#39;s own")] {
                let page = Client::new(world.router.clone()).get(link).await.assert_status(200);
                let text = page.text().replace("&#x27;", "&#39;").replace('\'', "&#39;");
                assert!(text.contains(subject), "{link}");
            }
            for (number, email) in [(new_ada, "ada@firm.example"), (new_eve, "eve@evil.example")] {
                let link = world.link(number, email).await;
                Client::new(world.router.clone()).get(&link).await.assert_status(200);
            }
            let crossed = world.link(of_ada, "eve@evil.example").await;
            Client::new(world.router.clone()).get(&crossed).await.assert_status(404);
            // The account says whose it is as before.
            let account = eve.get("/portal/account").await.assert_status(200);
            account.assert_has_not("ada@firm.example").assert_has_not("Ada");
            assert_eq!(world.parts(source).await.0, 200);
        }
        let own = |number: i64, of: usize| {
            let at = tickets.iter().position(|known| *known == number).unwrap();
            at % 2 == of
        };
        let seen = reach(&mut ada, &tickets).await;
        assert!(
            seen.iter().all(|(number, listed, opened)| listed == opened && *listed == own(*number, 0)),
            "{seen:?}"
        );
        let seen = reach(&mut eve, &tickets).await;
        assert!(
            seen.iter().all(|(number, listed, opened)| listed == opened && *listed == own(*number, 1)),
            "{seen:?}"
        );
    });
}

#[test]
fn whoever_sees_few_tickets_sees_no_more_by_a_merge() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let hidden = world.opens("ada@firm.example", "Hidden from Own", "x").await;
        let theirs = world.opens("own@customer.example", "Of Own", "y").await;
        let mut own = world
            .agent(
                "own@desk.example",
                &[("tickets.view", "own"), ("tickets.edit", "own"), ("contacts.manage", "all")],
            )
            .await;
        let id = world.gets("/api/v1/users").await["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|user| user["email"] == "own@desk.example")
            .unwrap()["id"]
            .clone();
        world.asks("PATCH", &format!("/api/v1/tickets/{theirs}"), json!({ "assignee": id })).await;
        let (ada, mine) =
            (world.contact("ada@firm.example").await, world.contact("own@customer.example").await);
        search::testing::indexed(&world.home).await;
        own.get(&format!("/contacts/{ada}/merge?into={mine}"))
            .await
            .assert_status(200)
            .assert_has_not("Hidden from Own");
        let body = json!({ "into": mine }).to_string();
        own.post_json(&format!("/api/v1/contacts/{ada}/merge"), &body).await.assert_status(200);
        search::testing::indexed(&world.home).await;
        for path in [
            format!("/t/{theirs}"),
            format!("/t/{theirs}/customer"),
            format!("/contacts/{mine}"),
            format!("/api/v1/contacts/{ada}/timeline"),
            format!("/api/v1/contacts/{mine}/timeline"),
            format!("/api/v1/tickets/{theirs}/similar"),
            "/search?q=Hidden".into(),
            format!("/api/v1/tickets?filter=requester:{mine}"),
        ] {
            own.get(&path).await.assert_status(200).assert_has_not("Hidden from Own");
        }
        own.get(&format!("/t/{hidden}")).await.assert_status(404);
        own.get(&format!("/t/{hidden}/customer")).await.assert_status(404);
    });
}
