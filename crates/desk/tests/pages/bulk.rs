//! Many tickets in one step, and back.
use super::*;
use desk::tickets::Category;
use platform::jobs;
use serde_json::json;

impl World {
    async fn bulk(&self) -> Vec<(i64, String)> {
        let all = |conn: &mut db::Conn| conn.all(sql!("SELECT id, state FROM bulk ORDER BY id"), args![]);
        self.home.db.read::<_, db::Error>(all).await.unwrap()
    }
    async fn assert_counts_hold(&self) {
        let wrong = self.home.db.read::<_, db::Error>(tickets::counts::wrong).await.unwrap();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
    async fn tags(&self, ticket: i64) -> Vec<String> {
        let tags = move |conn: &mut db::Conn| tickets::store::tags(conn, &[Id::new(ticket)]);
        self.home.db.read::<_, db::Error>(tags).await.unwrap().into_iter().map(|tag| tag.tag).collect()
    }
}

#[test]
fn chosen_tickets_change_in_one_step_and_back_in_one() {
    alone(async |mut world| {
        let mut ids = Vec::new();
        for subject in ["One", "Two", "Three"] {
            ids.push(world.opens("Cy", subject, "It is broken").await);
        }
        let query: Vec<_> = ids.iter().map(|id| format!("ticket={id}")).collect();
        let query = format!("/bulk?view=open&{}", query.join("&"));
        world
            .ada
            .get(&query)
            .await
            .assert_status(200)
            .assert_has("Change 3 tickets")
            .assert_has_not(">assignee</option>")
            .assert_has_not("What will happen");
        let wanted = "&status=solved&priority=high&assignee=1&add_tags=VIP,%20it&what=preview";
        world
            .ada
            .get(&format!("{query}{wanted}"))
            .await
            .assert_status(200)
            .assert_has("What will happen")
            .assert_has("Status: New → Solved")
            .assert_has("Priority: Normal → High");
        assert!(world.bulk().await.is_empty(), "a preview changes nothing");
        assert_eq!(world.ticket(ids[0]).await.category, Category::New);
        // Nothing wanted, or a word that is none, comes back with what is wrong.
        world.ada.get(&format!("{query}&what=preview")).await.assert_status(422);
        world.ada.get(&format!("{query}&priority=purple&what=preview")).await.assert_status(422);
        world.ada.get("/bulk?nonsense=1").await.assert_status(422);

        let texts: Vec<_> = ids.iter().map(i64::to_string).collect();
        let mut fields: Vec<(&str, &str)> = texts.iter().map(|id| ("ticket", id.as_str())).collect();
        fields.extend([("view", "open"), ("status", "solved"), ("priority", "high"), ("assignee", "1")]);
        fields.extend([("add_tags", "VIP, it"), ("team", ""), ("type", ""), ("remove_tags", "")]);
        let reply = world.ada.post_form("/bulk", &fields).await.assert_status(303);
        let list = reply.header("location").unwrap().to_owned();
        let bulk = world.bulk().await[0].0;
        assert_eq!(list, format!("/tickets?view=open&bulk={bulk}"));
        world.ada.get(&list).await.assert_status(200).assert_has("3 tickets changed").assert_has("Undo");
        for id in &ids {
            let ticket = world.ticket(*id).await;
            assert_eq!((ticket.category, ticket.assignee_id.number()), (Category::Solved, 1));
            assert_eq!(world.tags(*id).await, ["it", "vip"]);
        }
        world
            .ada
            .get(&format!("/t/{}/history", ids[0]))
            .await
            .assert_status(200)
            .assert_has("in one step with 2 other tickets");
        world.assert_counts_hold().await;

        // Somebody changes one of them again: that one stays, and says so; the others go back.
        world.ada.post_form(&format!("/t/{}", ids[1]), &[("status", "open")]).await.assert_status(303);
        let undo = format!("/bulk/{bulk}/undo");
        world
            .ada
            .post_form(&undo, &[("view", "open")])
            .await
            .assert_status(303)
            .assert_leads_to(&format!("/bulk/{bulk}"));
        world
            .ada
            .get(&format!("/bulk/{bulk}"))
            .await
            .assert_status(200)
            .assert_has("1 ticket could not be taken back")
            .assert_has("It was changed again since.");
        for id in [ids[0], ids[2]] {
            let ticket = world.ticket(id).await;
            assert_eq!(
                (ticket.category, ticket.assignee_id.number(), ticket.reopened),
                (Category::New, 0, 0)
            );
            assert!(world.tags(id).await.is_empty());
        }
        assert_eq!(world.ticket(ids[1]).await.category, Category::Open);
        world.assert_counts_hold().await;
        // Once.
        world.ada.post_form(&undo, &[]).await.assert_status(303);
        let program = &mut world.program("all").await;
        let again = program.post_json(&format!("/api/v1/bulk/{bulk}/undo"), "{}").await.assert_status(409);
        assert_eq!(again.json()["code"], "bulk_undone");
    });
}

#[test]
fn what_somebody_may_not_change_is_named_and_the_rest_is_changed_if_asked() {
    alone(async |mut world| {
        let mut ids = Vec::new();
        for subject in ["One", "Two", "Three"] {
            ids.push(world.opens("Cy", subject, "It is broken").await);
        }
        let mut program = world.program("all").await;
        // Bo sees all tickets and changes those alone that are assigned to him.
        world
            .run(sql!(
                "UPDATE role_permission SET scope = 'own' WHERE permission = 'tickets.edit'
                    AND role_id IN (SELECT id FROM role WHERE code = 'agent')"
            ))
            .await;
        people::sign_in::forget_roles();
        let mut bo = world.person("Bo", Builtin::Agent, Language::En).await;
        let bo_id = 2;
        let own = json!({ "assignee": bo_id.to_string() }).to_string();
        program.patch_json(&format!("/api/v1/tickets/{}", ids[0]), &own).await.assert_status(200);
        let draft = |others: bool, preview: bool, gone: i64| {
            json!({ "tickets": [ids[0], ids[1], gone], "changes": { "priority": "urgent" }, "others": others,
                    "preview": preview })
            .to_string()
        };
        let token = Grant::<System>::system(&world.home)
            .change::<_, db::Error>(move |tx| {
                let scopes = people::sign_in::tokens::Scopes::All;
                people::sign_in::tokens::create(tx, Id::new(bo_id), "test", &scopes, None)
            })
            .await
            .unwrap();
        let mut api = Client::new(world.router.clone()).with_bearer(token.reveal());
        let seen = api.post_json("/api/v1/bulk", &draft(false, true, 999)).await.assert_status(200).json();
        assert_eq!((seen["waiting"].as_i64(), seen["id"].is_null()), (Some(1), true), "{seen}");
        let refused = json!([{ "ticket": ids[1], "reason": "not_yours_to_change" },
                             { "ticket": 999, "reason": "out_of_sight" }]);
        assert_eq!(seen["refused"], refused);
        let no = api.post_json("/api/v1/bulk", &draft(false, false, 999)).await.assert_status(409).json();
        assert_eq!(no["code"], "bulk_some_cannot");
        assert_eq!(no["errors"][0]["pointer"], format!("/tickets/{}", ids[1]));
        assert!(world.bulk().await.is_empty());
        let done = api.post_json("/api/v1/bulk", &draft(true, false, 999)).await.assert_status(201).json();
        assert_eq!((done["changed"].as_i64(), &done["refused"]), (Some(1), &refused));
        assert_eq!(done["state"], "done");
        assert_eq!(world.ticket(ids[0]).await.priority, tickets::Priority::Urgent);
        assert_eq!(world.ticket(ids[1]).await.priority, tickets::Priority::Normal);
        // Another one's step is nobody's business, and its undo is its maker's.
        let id = done["id"].as_str().unwrap().to_owned();
        program.get(&format!("/api/v1/bulk/{id}")).await.assert_status(404);
        program.post_json(&format!("/api/v1/bulk/{id}/undo"), "{}").await.assert_status(404);
        world.ada.get(&format!("/bulk/{id}")).await.assert_status(404);
        let undone = api.post_json(&format!("/api/v1/bulk/{id}/undo"), "{}").await.assert_status(200).json();
        assert_eq!((undone["state"].as_str(), undone["undone"].as_i64()), (Some("undone"), Some(1)));
        assert_eq!(world.ticket(ids[0]).await.priority, tickets::Priority::Normal);

        // The page offers the others alone.
        let page = format!("/bulk?ticket={}&ticket={}&priority=low&what=preview", ids[0], ids[1]);
        bo.get(&page)
            .await
            .assert_status(200)
            .assert_has("Change the other ticket")
            .assert_has("You may not change this ticket.");
        let fields =
            [("ticket", ids[0].to_string()), ("ticket", ids[1].to_string()), ("priority", "low".into())];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        bo.post_form("/bulk", &fields).await.assert_status(409).assert_has("What will happen");
        assert_eq!(world.ticket(ids[0]).await.priority, tickets::Priority::Normal);
        // Whoever may change nothing has no boxes and no such page.
        let mut light = world.person("Lia", Builtin::LightAgent, Language::En).await;
        light.get("/tickets?view=open").await.assert_status(200).assert_has_not("name=\"ticket\"");
        light.get(&page).await.assert_status(403);
        for bad in [
            json!({ "changes": { "priority": "low" } }),
            json!({ "tickets": [1], "changes": {} }),
            json!({ "tickets": [1], "changes": { "subject": "x" } }),
            json!({ "tickets": [1], "changes": { "team": "77" } }),
            json!({ "filter": "is:opne", "changes": { "priority": "low" } }),
        ] {
            program.post_json("/api/v1/bulk", &bad.to_string()).await.assert_status(422);
        }
    });
}

#[test]
fn many_are_an_errand_that_goes_on_in_the_name_of_its_maker() {
    alone(async |mut world| {
        let first = world.opens("Cy", "Storm", "The net is down").await;
        world
            .run(sql!(
                "INSERT INTO ticket (subject, subject_folded, kind, status_id, category, is_open, priority, channel,
                        requester_id, organisation_id, inbox_id, team_id, assignee_id, created_at_ms, updated_at_ms,
                        last_text, last_by, is_last_in)
                   SELECT t.subject, t.subject_folded, t.kind, t.status_id, t.category, t.is_open, t.priority, t.channel,
                          t.requester_id, t.organisation_id, t.inbox_id, t.team_id, t.assignee_id, t.created_at_ms,
                          t.updated_at_ms, '', '', FALSE
                     FROM ticket t JOIN (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 249)
                                         SELECT i FROM n) n ON 1 = 1"
            ))
            .await;
        let recount = |conn: &mut db::Conn| tickets::counts::recount(conn);
        world.home.db.write::<_, db::Error>(recount).await.unwrap();
        // A typed filter says how many it finds.
        world.ada.get("/tickets?filter=storm").await.assert_status(200).assert_has("250 tickets");
        while jobs::run_next(&world.home).await.unwrap() {}
        let fields = [("view", "open"), ("all", "on"), ("status", "solved"), ("add_tags", "storm")];
        let reply = world.ada.post_form("/bulk", &fields).await.assert_status(303);
        let page = reply.header("location").unwrap().to_owned();
        let under_way = world.ada.get(&page).await.assert_status(200).assert_has("0 of 250");
        assert_eq!(under_way.header("refresh"), Some("2"));
        let undo = format!("{page}/undo");
        world.ada.post_form(&undo, &[]).await.assert_status(303).assert_leads_to(&page);
        assert_eq!(world.bulk().await[0].1, "running", "what is under way is not taken back");
        while jobs::run_next(&world.home).await.unwrap() {}
        world.ada.get(&page).await.assert_status(200).assert_has("Tickets are changed").assert_has("250");
        assert_eq!(world.ticket(first).await.category, Category::Solved);
        world.assert_counts_hold().await;
        let system = Grant::<System>::system(&world.home);
        let about = format!("ticket/{first}");
        let history =
            system.read::<_, db::Error>(move |tx| platform::events::history(tx, &about, None, 1)).await;
        let event = &history.unwrap()[0];
        assert_eq!((event.actor.as_str(), event.data()["with"]["others"].as_i64()), ("user/1", Some(249)));

        world.ada.post_form(&undo, &[]).await.assert_status(303);
        // Its maker is switched off meanwhile: nothing more happens in their name.
        world.run(sql!("UPDATE desk_user SET is_active = FALSE")).await;
        while jobs::run_next(&world.home).await.unwrap() {}
        assert_eq!(world.ticket(first).await.category, Category::Solved);
        world.run(sql!("UPDATE desk_user SET is_active = TRUE")).await;
        world.run(sql!("UPDATE bulk SET state = 'done'")).await;
        world.ada.post_form(&undo, &[]).await.assert_status(303);
        while jobs::run_next(&world.home).await.unwrap() {}
        assert_eq!(world.bulk().await[0].1, "undone");
        assert_eq!(world.ticket(first).await.category, Category::New);
        assert!(world.tags(first).await.is_empty());
        world.assert_counts_hold().await;
    });
}

#[test]
fn a_list_by_status_moves_a_card_and_takes_that_back() {
    alone(async |mut world| {
        let id = world.opens("Cy", "Printer", "It is broken").await;
        let board = "/tickets?view=open&as=board";
        let page = world.ada.get(board).await.assert_status(200).assert_has("data-category=\"solved\"");
        page.assert_has(&format!("data-ticket=\"{id}\"")).assert_has("action=\"/bulk/move\"");
        let number = id.to_string();
        let fields =
            [("ticket", number.as_str()), ("status", "waiting_customer"), ("view", "open"), ("as", "board")];
        let reply = world.ada.post_form("/bulk/move", &fields).await.assert_status(303);
        let back = reply.header("location").unwrap().to_owned();
        assert!(back.starts_with(board), "{back}");
        assert_eq!(world.ticket(id).await.category, Category::WaitingCustomer);
        world.ada.get(&back).await.assert_status(200).assert_has("1 ticket changed");
        let bulk = world.bulk().await[0].0;
        let undo =
            world.ada.post_form(&format!("/bulk/{bulk}/undo"), &[("view", "open"), ("as", "board")]).await;
        assert!(undo.header("location").unwrap().starts_with(board));
        assert_eq!(world.ticket(id).await.category, Category::New);
        world
            .ada
            .post_form("/bulk/move", &[("ticket", &number), ("status", "nonsense")])
            .await
            .assert_status(422);
        // What is out of sight is on no board and does not move.
        world.run(sql!("UPDATE role_permission SET scope = 'own' WHERE role_id IN (SELECT id FROM role WHERE code = 'agent')")).await;
        people::sign_in::forget_roles();
        let mut bo = world.person("Bo", Builtin::Agent, Language::De).await;
        bo.get(board).await.assert_status(200).assert_has_not("Printer").assert_has("Als Liste");
        bo.post_form("/bulk/move", &fields).await.assert_status(404);
        assert_eq!(world.ticket(id).await.category, Category::New);
        world.ada.get("/tickets?filter=is:opne&as=board").await.assert_status(422);
    });
}

/// What a preview carries along.
fn mark_of(page: &testkit::Reply) -> &'static str {
    page.form_value("seen").expect("a preview").leak()
}

#[test]
fn what_became_different_since_the_preview_is_looked_at_again() {
    alone(async |mut world| {
        let mut ids = Vec::new();
        for subject in ["One", "Two"] {
            ids.push(world.opens("Cy", subject, "It is broken").await);
        }
        let preview = "/bulk?view=open&all=on&assignee=1&what=preview";
        let page = world.ada.get(preview).await.assert_status(200).assert_has("Change 2 tickets");
        let mark = mark_of(&page);
        assert_eq!(mark, mark_of(&world.ada.get(preview).await), "nothing happened meanwhile");
        // One more comes in: nothing is changed, and the three are shown.
        ids.push(world.opens("Cy", "Three", "It is broken").await);
        let fields = |mark| [("view", "open"), ("all", "on"), ("assignee", "1"), ("seen", mark)];
        let again = world.ada.post_form("/bulk", &fields(mark)).await.assert_status(409);
        let again = again.assert_has("Something changed since you looked").assert_has("Change 3 tickets");
        assert!(world.bulk().await.is_empty());
        let mark = mark_of(&again);
        // Somebody else takes one of them: their work is not taken away unseen.
        let mut program = world.program("all").await;
        let _bo = world.person("Bo", Builtin::Agent, Language::En).await;
        let own = json!({ "assignee": "2" }).to_string();
        program.patch_json(&format!("/api/v1/tickets/{}", ids[0]), &own).await.assert_status(200);
        let again = world.ada.post_form("/bulk", &fields(mark)).await.assert_status(409);
        let again = again.assert_has("Assignee: Bo → ");
        let mark = mark_of(&again);
        // A new tag is nobody's loss.
        let tag = json!({ "tags": ["vip"] }).to_string();
        program.patch_json(&format!("/api/v1/tickets/{}", ids[1]), &tag).await.assert_status(200);
        world.ada.post_form("/bulk", &fields(mark)).await.assert_status(303);
        for id in &ids {
            assert_eq!(world.ticket(*id).await.assignee_id.number(), 1);
        }
        // Pressed twice, it is done once.
        world
            .ada
            .post_form("/bulk", &fields(mark))
            .await
            .assert_status(409)
            .assert_has("Nothing would change.");
        assert_eq!(world.bulk().await.len(), 1);
        // A team that went, a list that became empty: the page says so and keeps what was chosen.
        let gone = [("view", "open"), ("all", "on"), ("team", "77"), ("seen", mark)];
        world.ada.post_form("/bulk", &gone).await.assert_status(422).assert_has("name=\"remove_tags\"");
        let none = [("view", "snoozed"), ("all", "on"), ("priority", "high"), ("seen", mark)];
        world.ada.post_form("/bulk", &none).await.assert_status(409).assert_has("No ticket is chosen");
    });
}

#[test]
fn several_hundred_named_tickets_are_changed_as_seen_or_not_at_all() {
    alone(async |mut world| {
        let first = world.opens("Cy", "Storm", "The net is down").await;
        world
            .run(sql!(
                "INSERT INTO ticket (subject, subject_folded, kind, status_id, category, is_open, priority, channel,
                        requester_id, organisation_id, inbox_id, team_id, assignee_id, created_at_ms, updated_at_ms,
                        last_text, last_by, is_last_in)
                   SELECT t.subject, t.subject_folded, t.kind, t.status_id, t.category, t.is_open, t.priority, t.channel,
                          t.requester_id, t.organisation_id, t.inbox_id, t.team_id, t.assignee_id, t.created_at_ms,
                          t.updated_at_ms, '', '', FALSE
                     FROM ticket t JOIN (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 699)
                                         SELECT i FROM n) n ON 1 = 1"
            ))
            .await;
        let recount = |conn: &mut db::Conn| tickets::counts::recount(conn);
        world.home.db.write::<_, db::Error>(recount).await.unwrap();
        while jobs::run_next(&world.home).await.unwrap() {}
        let mut api = world.program("all").await;
        let ids: Vec<i64> = (first..first + 700).collect();
        let draft = |seen: Option<&str>| {
            json!({ "tickets": ids, "changes": { "priority": "high" }, "preview": seen.is_none(), "seen": seen })
                .to_string()
        };
        let before = statements_run();
        let seen = api.post_json("/api/v1/bulk", &draft(None)).await.assert_status(200).json();
        let statements = statements_run() - before;
        assert!(statements < 40, "{statements} statements for a preview of 700");
        assert_eq!((seen["waiting"].as_i64(), seen["same"].as_i64()), (Some(700), Some(0)));
        let mark = seen["mark"].as_str().unwrap().to_owned();
        let urgent = json!({ "priority": "urgent" }).to_string();
        let last = format!("/api/v1/tickets/{}", first + 699);
        api.patch_json(&last, &urgent).await.assert_status(200);
        let stale = api.post_json("/api/v1/bulk", &draft(Some(&mark))).await.assert_status(409).json();
        assert_eq!(stale["code"], "bulk_stale");
        assert!(world.bulk().await.is_empty());
        let seen = api.post_json("/api/v1/bulk", &draft(None)).await.assert_status(200).json();
        let mark = seen["mark"].as_str().unwrap().to_owned();
        let done = api.post_json("/api/v1/bulk", &draft(Some(&mark))).await.assert_status(201).json();
        assert_eq!((done["state"].as_str(), done["waiting"].as_i64()), (Some("running"), Some(700)));
        while jobs::run_next(&world.home).await.unwrap() {}
        let id = done["id"].as_str().unwrap();
        let done = api.get(&format!("/api/v1/bulk/{id}")).await.assert_status(200).json();
        assert_eq!((done["state"].as_str(), done["changed"].as_i64()), (Some("done"), Some(700)));
        world.assert_counts_hold().await;
        let many: Vec<i64> = (1..=10_001).collect();
        let many = json!({ "tickets": many, "changes": { "priority": "low" } }).to_string();
        let no = api.post_json("/api/v1/bulk", &many).await.assert_status(422).json();
        assert_eq!(no["errors"][0]["code"], "too_many_tickets");
    });
}
