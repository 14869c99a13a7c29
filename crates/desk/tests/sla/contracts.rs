//! Contracts of client organisations: what they cover, promise, count and charge.
use crate::world::{MONDAY, World};
use desk::sla::deadlines;
use kernel::clock::{DAY, HOUR};
use platform::{
    args,
    authority::{Grant, System},
    db, jobs, sql,
};
use serde_json::{Value, json};
use testkit::on_both;

/// The one organisation, whose domain is that of `cy@example.org`.
async fn client(world: &mut World, name: &str, domain: &str) -> Value {
    world.posts_to_people("/api/v1/organisations", json!({ "name": name, "domains": [domain] })).await["id"]
        .clone()
}
/// The first field that is wrong, and how.
fn mistake(refused: &Value) -> (&str, &str) {
    let first = &refused["errors"][0];
    (first["pointer"].as_str().unwrap(), first["code"].as_str().unwrap())
}
async fn runs_jobs(world: &World) {
    while jobs::run_next(&world.home).await.unwrap() {}
}
fn terms() -> Value {
    json!({ "tickets": 5, "minutes": 120, "calls": 1, "price_ticket": 2500, "price_hour": 9000, "currency": "EUR" })
}
fn contract(name: &str, client: &Value, more: Value) -> Value {
    let mut draft = json!({
        "name": name, "organisations": [client], "begins_on": "2026-11-01", "terms": terms(),
    });
    for (key, value) in more.as_object().unwrap() {
        draft[key] = value.clone();
    }
    draft
}
async fn calls(world: &mut World, subject: &str) -> i64 {
    let ticket = json!({
        "subject": subject, "text": "It rings", "channel": "phone",
        "requester": { "email": "cy@example.org", "name": "Cy" }, "tags": [], "fields": {},
    });
    world.posts("/api/v1/tickets", ticket, 201).await["number"].as_i64().unwrap()
}
async fn agrees(world: &World) {
    let now = world.now();
    let wrong = Grant::<System>::system(&world.home)
        .read::<_, db::Error>(move |tx| deadlines::wrong(tx, now, 20))
        .await
        .unwrap();
    assert_eq!(wrong, [], "what is kept is what the log says");
}

#[test]
fn a_contract_covers_promises_counts_and_is_charged() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let acme = client(&mut world, "Acme", "example.org").await;
        let office = world.office().await;
        world.policy("Standard", &Value::Null, "", json!({ "resolution": "5d" })).await;
        let gold = json!({
            "name": "Gold", "filter": "", "targets": { "resolution": "4h" }, "is_for_contracts": true,
        });
        let gold = world.posts("/api/v1/sla-policies", gold, 201).await["id"].clone();
        let before = world.opens("Before the contract", "normal").await;
        let mut agreed = terms();
        agreed["policy"] = gold.clone();
        agreed["calendar"] = office;
        let made =
            world.posts("/api/v1/contracts", contract("Care", &acme, json!({ "terms": agreed })), 201).await;
        let id = made["id"].as_str().unwrap().to_owned();
        assert_eq!(
            (&made["state"], &made["terms"][0]["begins_on"]),
            (&json!("running"), &json!("2026-11-01"))
        );
        // Whoever asks from now on is covered, and what was open goes on with it.
        let ticket = world.opens("Printer", "normal").await;
        runs_jobs(&world).await;
        for number in [before, ticket] {
            let body = world.gets(&format!("/api/v1/tickets/{number}")).await;
            assert_eq!(body["contract"], made["id"], "{body}");
            let covered = world.gets(&format!("/api/v1/tickets/{number}/contract")).await;
            assert_eq!((&covered["name"], &covered["because"]), (&json!("Care"), &json!("organisation")));
        }
        // Four hours by the hours of the contract: Monday 8 to 12.
        assert_eq!(world.due(ticket).await, Some(MONDAY.plus(4 * HOUR)));
        let mut browser = world.signed_in().await;
        let why = browser.get(&format!("/t/{ticket}/deadlines")).await;
        why.assert_has("Counted by the calendar “Bavaria”: that of the contract “Care”.");
        agrees(&world).await;
        let found = world.posts("/api/v1/views/preview", json!({ "filter": "contract:care" }), 200).await;
        assert_eq!(found["count"], 2);
        // A call, time that is billed, and time that is not.
        let call = calls(&mut world, "It rings").await;
        calls(&mut world, "It rings again").await;
        // What is looked at now knows nothing of the time that is typed afterwards.
        runs_jobs(&world).await;
        let path = format!("/api/v1/tickets/{call}/time");
        world.posts(&path, json!({ "spent": "2:30", "what": "On site" }), 201).await;
        world.posts(&path, json!({ "spent": 20, "is_billable": false }), 201).await;
        let usage = world.gets(&format!("/api/v1/contracts/{id}/usage")).await["items"][0].clone();
        let of = |unit: &str| {
            let all = usage["accounts"].as_array().unwrap();
            all.iter().find(|account| account["unit"] == unit).unwrap().clone()
        };
        assert_eq!((&of("tickets")["used"], &of("tickets")["over"]), (&json!(2), &json!(0)));
        assert_eq!(
            (&of("calls")["used"], &of("calls")["over"], &of("calls")["amount"]),
            (&json!(2), &json!(1), &Value::Null)
        );
        assert_eq!(
            (&of("time")["over"], &of("time")["amount"], &usage["amount"]),
            (&json!(30), &json!(4500), &json!(4500))
        );
        // Whoever sees the ticket alone reads how much is left, and no prices.
        let mut light = world.light().await;
        let contract_of_call = format!("/api/v1/tickets/{call}/contract");
        let seen = light.get(&contract_of_call).await.assert_status(200).json()["usage"].clone();
        assert_eq!((&seen["currency"], &seen["amount"]), (&Value::Null, &Value::Null), "{seen}");
        for account in seen["accounts"].as_array().unwrap() {
            assert_eq!((&account["price"], &account["amount"]), (&Value::Null, &Value::Null), "{account}");
            assert!(account["included"].as_i64().unwrap() > 0, "{account}");
        }
        let whole = world.gets(&contract_of_call).await["usage"].clone();
        assert_eq!((&whole["currency"], &whole["amount"]), (&json!("EUR"), &json!(4500)));
        // The statement explains each line, as JSON, CSV, PDF and page.
        let address = format!("/api/v1/contracts/{id}/statements/2026-11-01");
        let statement = world.gets(&address).await;
        let reasons: Vec<_> = statement["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["reason"].as_str().unwrap())
            .collect();
        assert_eq!(reasons, ["counted", "counted", "counted", "over"]);
        assert_eq!(statement["lines"][2]["time"][0]["what"], "On site");
        let csv = world.bo.get(&format!("{address}?format=csv")).await.assert_status(200).text();
        assert!(csv.contains("call 2, more than included") && csv.contains("€45.00"), "{csv}");
        let pdf = world.bo.get(&format!("{address}?format=pdf")).await.assert_status(200);
        assert!(pdf.body.starts_with(b"%PDF-"));
        let page = browser.get(&format!("/admin/contracts/{id}/statements/2026-11-01")).await;
        page.assert_status(200).assert_has("2:30 · 23 Nov 2026 · On site").assert_has("€45.00");
        browser.get(&format!("/admin/contracts/{id}/statements/2026-11-02")).await.assert_status(404);
        browser
            .get(&format!("/admin/contracts/{id}"))
            .await
            .assert_status(200)
            .assert_has("2:30 of 2:00, 0:30 more");
        browser.get("/admin/contracts").await.assert_status(200).assert_has("Care");
        browser.get(&format!("/admin/contracts/{id}/edit")).await.assert_status(200);
        browser.get(&format!("/admin/contracts/{id}/terms")).await.assert_status(200);
        let beside = browser.get(&format!("/t/{call}/customer")).await;
        beside.assert_has("Because it covers everybody of Acme.").assert_has("2 of 1, 1 more");
        // The owner is told once of each step.
        runs_jobs(&world).await;
        runs_jobs(&world).await;
        let told: Vec<_> = world.log_of(&format!("contract/{id}")).await;
        let told = told.iter().filter(|kind| *kind == "contract.volume_reached").count();
        assert_eq!(told, 4, "80 and 100 percent of calls and of time");
    });
}

#[test]
fn other_terms_hold_from_their_day_and_what_was_stays() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let acme = client(&mut world, "Acme", "example.org").await;
        let policy = |name: &str, hours: &str| json!({ "name": name, "filter": "", "targets": { "resolution": hours }, "is_for_contracts": true });
        let silver = world.posts("/api/v1/sla-policies", policy("Silver", "8h"), 201).await["id"].clone();
        let gold = world.posts("/api/v1/sla-policies", policy("Gold", "2h"), 201).await["id"].clone();
        let first = json!({ "tickets": 1, "rollover_tickets": 1, "policy": silver, "currency": "EUR" });
        let made =
            world.posts("/api/v1/contracts", contract("Care", &acme, json!({ "terms": first })), 201).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/contracts/{id}/terms");
        let next = json!({ "begins_on": "2026-11-25", "tickets": 10, "policy": gold, "currency": "EUR", "price_ticket": 100 });
        let late = json!({ "begins_on": "2026-11-22", "tickets": 10, "currency": "EUR" });
        let refused = world.posts(&path, late, 422).await;
        assert_eq!(mistake(&refused), ("/begins_on", "terms_in_past"));
        world.posts(&path, next, 201).await;
        let ticket = world.opens("Printer", "normal").await;
        runs_jobs(&world).await;
        assert_eq!(world.due(ticket).await, Some(MONDAY.plus(8 * HOUR)));
        // On the day the open ticket goes on with what holds then.
        world.advance(2 * DAY);
        runs_jobs(&world).await;
        let due = world.due(ticket).await.unwrap();
        assert!(due <= MONDAY.plus(8 * HOUR), "{due}");
        let fresh = world.opens("Printer again", "normal").await;
        assert_eq!(world.due(fresh).await, Some(MONDAY.plus(2 * DAY + 2 * HOUR)));
        agrees(&world).await;
        let usage = world.gets(&format!("/api/v1/contracts/{id}/usage")).await;
        let told: Vec<_> = usage["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                (
                    it["from"].as_str().unwrap(),
                    it["to"].as_str().unwrap(),
                    it["accounts"][0]["included"].as_i64().unwrap(),
                )
            })
            .collect();
        assert_eq!(told, [("2026-11-25", "2026-12-24", 10), ("2026-11-01", "2026-11-24", 1)]);
        // Terms that hold are not taken back.
        let terms = world.gets(&format!("/api/v1/contracts/{id}")).await["terms"].clone();
        let begun = format!("{path}/{}", terms[1]["id"].as_str().unwrap());
        world.bo.delete(&begun).await.assert_status(409);
        let ahead = world.posts(&path, json!({ "begins_on": "2027-01-01", "currency": "CHF" }), 201).await;
        let ahead = format!("{path}/{}", ahead["terms"][2]["id"].as_str().unwrap());
        world.bo.delete(&ahead).await.assert_status(200);
    });
}

#[test]
fn what_contradicts_is_refused_by_name() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let acme = client(&mut world, "Acme", "example.org").await;
        let other = client(&mut world, "Globex", "globex.example").await;
        world.opens("Printer", "normal").await;
        let all = json!({ "ends_on": "2026-12-31", "services": "type:incident" });
        world.posts("/api/v1/contracts", contract("Care", &acme, all), 201).await;
        for (draft, field, code) in [
            (contract("More", &acme, json!({})), "/organisations", "contract_overlap"),
            (
                contract("More", &acme, json!({ "begins_on": "2026-12-31", "services": "-type:order" })),
                "/organisations",
                "contract_overlap",
            ),
            (contract("Care", &other, json!({})), "/name", "taken"),
            (contract("More", &other, json!({ "ends_on": "2026-10-31" })), "/ends_on", "end_before_begin"),
            (
                contract("More", &other, json!({ "terms": { "tickets": -1, "currency": "EUR" } })),
                "/terms/tickets",
                "negative",
            ),
            (
                contract("More", &other, json!({ "terms": { "currency": "EURO" } })),
                "/terms/currency",
                "unknown_currency",
            ),
            (contract("More", &other, json!({ "covers": "named" })), "/contacts", "required"),
            (
                contract("More", &other, json!({ "covers": "named", "contacts": ["1"] })),
                "/contacts",
                "contact_elsewhere",
            ),
            (contract("More", &json!("99"), json!({})), "/organisations", "unknown_id"),
            (contract("More", &other, json!({ "services": "tag:vip" })), "/services", "services"),
            (contract("More", &other, json!({ "inbox": "7" })), "/inbox", "inbox_cannot_send"),
        ] {
            let refused = world.posts("/api/v1/contracts", draft.clone(), 422).await;
            assert_eq!(mistake(&refused), (field, code), "{draft}");
            if code == "contract_overlap" {
                assert!(
                    refused["detail"].as_str().unwrap().contains("“Care” covers the same for Acme"),
                    "{refused}"
                );
            }
        }
        // Beside each other they may stand: other tickets, other days, named people before everybody.
        world
            .posts(
                "/api/v1/contracts",
                contract("Orders", &acme, json!({ "services": "-type:incident" })),
                201,
            )
            .await;
        world
            .posts(
                "/api/v1/contracts",
                contract("Later", &acme, json!({ "begins_on": "2027-01-01", "services": "type:incident" })),
                201,
            )
            .await;
        let named = json!({ "covers": "named", "contacts": ["1"] });
        let boss = world.posts("/api/v1/contracts", contract("Boss", &acme, named), 201).await;
        let ticket = world.opens("Mine", "normal").await;
        let covered = world.gets(&format!("/api/v1/tickets/{ticket}/contract")).await;
        assert_eq!((&covered["name"], &covered["because"]), (&json!("Boss"), &json!("person")));
        // One that is not in use covers nothing more, and is in nobody's way.
        let one = format!("/api/v1/contracts/{}", boss["id"].as_str().unwrap());
        world.patches(&one, json!({ "is_archived": true })).await;
        runs_jobs(&world).await;
        let covered = world.gets(&format!("/api/v1/tickets/{ticket}/contract")).await;
        assert_eq!(covered["name"], "Orders");
        let mut browser = world.signed_in().await;
        let bad = [
            ("name", "X"),
            ("begins_on", "2026-11-01"),
            ("terms/currency", "EUR"),
            ("terms/price_ticket", "1,2,3"),
            ("terms/minutes", "soon"),
        ];
        let page = browser.post_form("/admin/contracts", &bad).await.assert_status(422);
        page.assert_has("terms/price_ticket-error").assert_has("terms/minutes-error");
    });
}

#[test]
fn only_what_differs_is_looked_at_and_told() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let acme = client(&mut world, "Acme", "example.org").await;
        let person = json!({ "name": "Ana", "organisation": acme });
        let person = world.posts_to_people("/api/v1/contacts", person).await["id"].clone();
        let named = json!({ "covers": "named", "contacts": [person] });
        let made = world.posts("/api/v1/contracts", contract("Care", &acme, named), 201).await;
        let one = format!("/api/v1/contracts/{}", made["id"].as_str().unwrap());
        let subject = format!("contract/{}", made["id"].as_str().unwrap());
        // Saved as it is, nothing changes: the person without an address stays, nothing is told.
        let mut browser = world.signed_in().await;
        let form = [
            ("name", "Care"),
            ("organisations", acme.as_str().unwrap()),
            ("owner", made["owner"].as_str().unwrap()),
            ("begins_on", "2026-11-01"),
            ("covers", "named"),
            ("contacts", ""),
            ("is_active", "on"),
        ];
        let page = format!("/admin/contracts/{}", made["id"].as_str().unwrap());
        browser.post_form(&page, &form).await.assert_leads_to(&format!("{page}?done=saved"));
        assert_eq!(world.gets(&one).await["contacts"], json!([person]));
        assert_eq!(world.log_of(&subject).await, ["contract.created"]);
        // Days that are over were accounted for, and terms of today stay.
        let refused =
            world.bo.patch_json(&one, r#"{"ends_on":"2026-11-21"}"#).await.assert_status(422).json();
        assert_eq!(mistake(&refused), ("/ends_on", "end_in_past"));
        world.patches(&one, json!({ "ends_on": "2026-11-22" })).await;
        world.patches(&one, json!({ "ends_on": null })).await;
        let today = json!({ "begins_on": "2026-11-23", "tickets": 10, "currency": "EUR" });
        world.posts(&format!("{one}/terms"), today.clone(), 201).await;
        let refused = world.posts(&format!("{one}/terms"), today, 422).await;
        assert_eq!(mistake(&refused), ("/begins_on", "terms_today"));
        // Whoever it names works elsewhere by now: it can be renamed and taken out of use all the same.
        Grant::<System>::system(&world.home)
            .change::<_, db::Error>(|tx| {
                tx.run(sql!("UPDATE contact SET organisation_id = NULL"), args![]).map(drop)
            })
            .await
            .unwrap();
        assert_eq!(world.patches(&one, json!({ "name": "Caring" })).await["name"], "Caring");
        assert_eq!(world.patches(&one, json!({ "is_archived": true })).await["state"], "archived");
    });
}

#[test]
fn a_preview_knows_what_contracts_name() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let acme = client(&mut world, "Acme", "example.org").await;
        let gold = json!({
            "name": "Gold", "filter": "", "targets": { "resolution": "4h" }, "is_for_contracts": true,
        });
        let gold = world.posts("/api/v1/sla-policies", gold, 201).await["id"].clone();
        let more = json!({ "begins_on": "2026-11-24", "terms": { "currency": "EUR", "policy": gold } });
        world.posts("/api/v1/contracts", contract("Care", &acme, more), 201).await;
        world.opens("Before the contract", "normal").await;
        world.advance(DAY);
        world.opens("Covered", "normal").await;
        for (is_for_contracts, applies_to) in [(false, 1), (true, 0)] {
            let draft = json!({
                "name": "P", "filter": "", "targets": { "resolution": "1h" }, "is_for_contracts": is_for_contracts,
            });
            let effect = world.posts("/api/v1/sla-policies/what-if", draft, 200).await;
            assert_eq!((&effect["looked_at"], &effect["applies_to"]), (&json!(2), &json!(applies_to)));
        }
    });
}

#[test]
fn a_team_has_hours_of_its_own() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let office = world.office().await;
        let policy = json!({
            "name": "By team", "filter": "", "targets": { "resolution": "4h" }, "calendar_of": "team",
        });
        world.posts("/api/v1/sla-policies", policy, 201).await;
        let team = world.posts_to_people("/api/v1/teams", json!({ "name": "Field" })).await["id"].clone();
        world.advance(8 * HOUR);
        let path = format!("/api/v1/teams/{}/calendar", team.as_str().unwrap());
        assert_eq!(
            world
                .bo
                .put_json(&path, &json!({ "calendar": office }).to_string())
                .await
                .assert_status(200)
                .json()["calendar"],
            office
        );
        world.bo.put_json(&path, r#"{"calendar":"99"}"#).await.assert_status(422);
        runs_jobs(&world).await;
        let late = world.opens("After hours", "normal").await;
        assert_eq!(
            world.due(late).await,
            Some(MONDAY.plus(12 * HOUR)),
            "without a team it is around the clock"
        );
        world.patches(&format!("/api/v1/tickets/{late}"), json!({ "team": team })).await;
        assert_eq!(
            world.due(late).await,
            Some(MONDAY.plus(DAY + 3 * HOUR)),
            "an hour was left on Monday, three come on Tuesday"
        );
        let mut browser = world.signed_in().await;
        browser.get(&format!("/t/{late}/deadlines")).await.assert_has("that of the team “Field”");
        browser.get("/admin/calendars").await.assert_has("Hours of teams");
        agrees(&world).await;
    });
}
