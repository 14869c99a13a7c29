//! Each action, the order, the limits, the clock, and the API around them.
use super::world::World;
use desk::rules::{Draft, actions, reader};
use kernel::clock::{HOUR, MINUTE};
use platform::{
    Home, args,
    authority::Grant,
    db::{self, statements_run},
    sql,
};
use serde_json::{Value, json};
use testkit::on_both;

impl World {
    pub async fn rule(&mut self, rule: Value) -> String {
        self.posts("/api/v1/rules", rule, 201).await["id"].as_str().unwrap().to_owned()
    }
    pub async fn rules_run(&self) {
        reader::catch_up(&self.home).await.unwrap();
    }
    pub async fn ticket(&mut self, number: i64) -> Value {
        self.gets(&format!("/api/v1/tickets/{number}")).await
    }
    /// The outcomes on a ticket, newest look first: rule and outcome.
    pub async fn traced(&mut self, number: i64) -> Vec<(String, String)> {
        let looks = self.gets(&format!("/api/v1/tickets/{number}/rules")).await;
        let looks = looks["items"].as_array().unwrap().clone();
        let pair = |verdict: &Value| {
            (verdict["name"].as_str().unwrap().to_owned(), verdict["outcome"].as_str().unwrap().to_owned())
        };
        looks
            .iter()
            .flat_map(|look| look["rules"].as_array().unwrap().iter().map(pair).collect::<Vec<_>>())
            .collect()
    }
    pub async fn count(&self, what: &'static platform::db::Statement) -> i64 {
        self.home.db.read::<_, db::Error>(move |conn| conn.one::<(i64,)>(what, args![])).await.unwrap().0
    }
    async fn messages(&mut self, number: i64) -> Vec<(String, String)> {
        let all = self.gets(&format!("/api/v1/tickets/{number}/messages")).await;
        let pair = |message: &Value| {
            (message["kind"].as_str().unwrap().to_owned(), message["text"].as_str().unwrap().to_owned())
        };
        all["items"].as_array().unwrap().iter().map(pair).collect()
    }
}

#[test]
fn every_action_does_what_it_says_and_tells_of_it() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world
            .home
            .db
            .write::<_, db::Error>(|conn| {
                conn.run(
                    sql!("INSERT INTO team (name, name_folded, created_at_ms) VALUES ('2nd', '2nd', 0)"),
                    args![],
                )?;
                conn.run(
                    sql!(
                        "INSERT INTO webhook (name, url, secret_sealed, kinds, created_at_ms)
                           VALUES ('CRM', 'https://crm.example', $1, '[]', 0)"
                    ),
                    args![b"x".as_slice()],
                )
            })
            .await
            .unwrap();
        let field = json!({ "key": "region", "name": "Region", "kind": "text" });
        world.posts("/api/v1/fields", field, 201).await;
        world
            .rule(json!({ "name": "All of it", "on": ["ticket_opened"], "filter": "priority:high", "actions": [
                { "do": "set_status", "value": "open" }, { "do": "set_priority", "value": "urgent" },
                { "do": "set_type", "value": "incident" }, { "do": "set_team", "value": "2nd" },
                { "do": "assign", "value": "1" }, { "do": "add_tag", "value": "VIP" },
                { "do": "remove_tag", "value": "gone" }, { "do": "set_field", "field": "region", "value": "north" },
                { "do": "note", "text": "{name} asks: {subject}" }, { "do": "notify", "value": "user/1", "text": "Look" },
                { "do": "mail", "text": "Dear {name}, {desk} has #{number}." },
                { "do": "webhook", "value": "1", "text": "hello" },
            ]}))
            .await;
        let (hot, cold) = (world.opens("Fire", "high").await, world.opens("Ice", "low").await);
        world.rules_run().await;
        let ticket = world.ticket(hot).await;
        let has = |name: &str| ticket[name].clone();
        assert_eq!(
            (has("status")["category"].clone(), has("priority"), has("type")),
            ("open".into(), "urgent".into(), "incident".into()),
            "{ticket}"
        );
        assert_eq!((&ticket["tags"], &ticket["fields"]["region"]), (&json!(["vip"]), &json!("north")));
        assert!(ticket["team"].is_object() || ticket["team"].is_string(), "{ticket}");
        assert!(!ticket["assignee"].is_null(), "{ticket}");
        let messages = world.messages(hot).await;
        assert!(messages.contains(&("note".into(), "Cy asks: Fire".into())), "{messages:?}");
        assert!(
            messages.iter().any(|(kind, text)| kind == "public" && text.ends_with(&format!("has #{hot}."))),
            "{messages:?}"
        );
        // One notice to the colleague and one mail to the customer wait to be sent.
        assert_eq!(world.count(sql!("SELECT count(*) FROM outbound WHERE kind = 'notice'")).await, 1);
        assert_eq!(world.count(sql!("SELECT count(*) FROM outbound WHERE kind = 'reply'")).await, 1);
        assert_eq!(world.count(sql!("SELECT count(*) FROM event WHERE kind = 'rule.called'")).await, 1);
        // The rule is who did it, and the event that it heard is why.
        let own = sql!(
            "SELECT count(*) FROM event WHERE actor = 'rule/1' AND cause_id IS NOT NULL AND kind = 'ticket.changed'"
        );
        assert_eq!(world.count(own).await, 1);
        world
            .gets(&format!("/api/v1/tickets/{hot}/history"))
            .await
            .to_string()
            .contains("All of it")
            .then_some(())
            .unwrap();
        let looks = world.gets(&format!("/api/v1/tickets/{hot}/rules")).await;
        let did: Vec<_> = looks["items"][0]["rules"][0]["did"]
            .as_array()
            .unwrap()
            .iter()
            .map(|deed| deed["how"].clone())
            .collect();
        let mut all = vec![json!("done"); 12];
        all[6] = json!("was_so");
        assert_eq!(did, all);
        // The other ticket was looked at, and only the reason stands there.
        let looks = world.gets(&format!("/api/v1/tickets/{cold}/rules")).await;
        assert_eq!(looks["items"][0]["rules"][0]["failing"], "priority:high");
        assert_eq!(world.ticket(cold).await["status"]["category"], "new");
        // In words, for people; not for strangers.
        let mut page = world.signed_in().await;
        page.get(&format!("/t/{cold}/rules"))
            .await
            .assert_status(200)
            .assert_has("this does not hold: priority:high");
        page.get(&format!("/t/{hot}/rules"))
            .await
            .assert_status(200)
            .assert_has("Set team: 2nd")
            .assert_has("was so already");
        page.get("/t/999/rules").await.assert_status(404);
        page.get("/admin/rules").await.assert_status(200).assert_has("All of it");
    });
}

#[test]
fn rules_go_in_order_and_one_may_be_the_last() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let rule = |name: &str, filter: &str, tag: &str, stop: bool| {
            json!({ "name": name, "on": ["ticket_opened"], "filter": filter, "stop_after": stop,
                    "actions": [{ "do": "add_tag", "value": tag }] })
        };
        let c = world.rule(rule("C", "tag:b", "c", false)).await;
        world.rule(rule("A", "", "a", false)).await;
        world.rule(rule("B", "tag:a", "b", true)).await;
        let first = world.opens("One", "normal").await;
        world.rules_run().await;
        // C stands first: it sees a ticket without tags. B sees what A did.
        assert_eq!(world.ticket(first).await["tags"], json!(["a", "b"]));
        world.patches(&format!("/api/v1/rules/{c}"), json!({ "position": 3 })).await;
        let second = world.opens("Two", "normal").await;
        world.rules_run().await;
        // Now it would match, and B is the last to look.
        assert_eq!(world.ticket(second).await["tags"], json!(["a", "b"]));
        assert_eq!(
            world.traced(second).await.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["A", "B"]
        );
        // A rule that is off, or of another year, does nothing.
        world.patches(&format!("/api/v1/rules/{c}"), json!({ "from": "2030-01-01", "position": 1 })).await;
        let third = world.opens("Three", "normal").await;
        world.rules_run().await;
        assert_eq!(world.traced(third).await[0], ("C".into(), "off_period".into()));
    });
}

#[test]
fn what_was_done_is_not_done_again_however_often_it_is_read() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let note = |name: &str| json!({ "name": name, "on": ["ticket_opened"], "actions": [{ "do": "note", "text": "seen" }] });
        world.rule(note("One")).await;
        world.rule(note("Two")).await;
        world.opens("Fire", "high").await;
        world.rules_run().await;
        for _ in 0..3 {
            // As after a kill between the deed and the position.
            let back = world.home.db.write::<_, db::Error>(|conn| {
                conn.run(sql!("UPDATE event_reader SET position = 0 WHERE name = 'rules'"), args![])
            });
            back.await.unwrap();
            world.rules_run().await;
        }
        assert_eq!(world.count(sql!("SELECT count(*) FROM message WHERE kind = 'note'")).await, 2);
        // A rule that is new now has no business with what was before.
        world.rule(note("Three")).await;
        world.rules_run().await;
        assert_eq!(world.count(sql!("SELECT count(*) FROM message WHERE kind = 'note'")).await, 2);
    });
}

#[test]
fn two_nodes_do_each_thing_once() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        for name in ["One", "Two", "Three"] {
            let rule = json!({ "name": name, "on": ["ticket_opened"], "actions": [{ "do": "note", "text": "seen" }] });
            world.rule(rule).await;
        }
        for number in 0..20 {
            world.opens(&format!("Fire {number}"), "high").await;
        }
        let node = |home: Home| async move { reader::catch_up(&home).await.unwrap() };
        let busy = |home: Home| tokio::spawn(node(home));
        let all = [busy(world.home.clone()), busy(world.home.clone()), busy(world.home.clone())];
        for one in all {
            one.await.unwrap();
        }
        assert_eq!(world.count(sql!("SELECT count(*) FROM message WHERE kind = 'note'")).await, 60);
        assert_eq!(world.count(sql!("SELECT CAST(sum(runs) AS BIGINT) FROM rule")).await, 60);
    });
}

#[test]
fn rules_that_cause_each_other_are_stopped_and_that_is_seen() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut again =
            json!({ "name": "Echo", "on": ["note"], "actions": [{ "do": "note", "text": "again" }] });
        let tried = world.posts("/api/v1/rules/simulate", json!({ "rule": again.clone() }), 200).await;
        assert_eq!(tried["warnings"][0]["risk"], "loop");
        // It is refused until it says that it may.
        let refused = world.posts("/api/v1/rules", again.clone(), 422).await;
        assert_eq!(
            (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
            (&json!("/actions"), &json!("rule_loop_self")),
            "{refused}"
        );
        again["accepts_loop"] = json!(true);
        world.rule(again).await;
        let ticket = world.opens("Fire", "high").await;
        let note = json!({ "kind": "note", "text": "one" });
        world.posts(&format!("/api/v1/tickets/{ticket}/messages"), note, 201).await;
        world.rules_run().await;
        // One by a person, five by the rule.
        assert_eq!(world.count(sql!("SELECT count(*) FROM message WHERE kind = 'note'")).await, 6);
        assert_eq!(world.traced(ticket).await[0], ("Echo".into(), "limited".into()));
        assert_eq!(world.count(sql!("SELECT count(*) FROM event WHERE kind = 'rule.limited'")).await, 1);
        let mut page = world.signed_in().await;
        page.get("/admin/rules").await.assert_has("stopped by a limit");
        page.get(&format!("/t/{ticket}/rules")).await.assert_has("too many rules in a row");
        // Per ticket and hour: five more times are too many, an hour later it may again.
        for _ in 0..2 {
            world
                .posts(
                    &format!("/api/v1/tickets/{ticket}/messages"),
                    json!({ "kind": "note", "text": "two" }),
                    201,
                )
                .await;
            world.rules_run().await;
        }
        assert_eq!(world.count(sql!("SELECT count(*) FROM message WHERE kind = 'note'")).await, 8);
        world.advance(2 * HOUR);
        world
            .posts(
                &format!("/api/v1/tickets/{ticket}/messages"),
                json!({ "kind": "note", "text": "three" }),
                201,
            )
            .await;
        world.rules_run().await;
        assert!(world.count(sql!("SELECT count(*) FROM message WHERE kind = 'note'")).await > 10);
    });
}

#[test]
fn what_machines_write_starts_no_rule_and_gets_no_mail() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mail = json!({ "name": "Thanks", "on": ["customer_wrote"], "actions": [{ "do": "mail", "text": "Thank you" }] });
        world.rule(mail).await;
        let retag = json!({ "name": "Told", "on": ["tags_changed"], "actions": [{ "do": "mail", "text": "New tags" }] });
        world.rule(retag).await;
        let ticket = world.opens("Fire", "high").await;
        world.rules_run().await;
        // What opens a ticket is no answer.
        assert_eq!(world.count(sql!("SELECT count(*) FROM outbound")).await, 0);
        world.hears(ticket, false).await;
        world.rules_run().await;
        assert_eq!(world.count(sql!("SELECT count(*) FROM outbound")).await, 1);
        world.hears(ticket, true).await;
        world.rules_run().await;
        world.patches(&format!("/api/v1/tickets/{ticket}"), json!({ "tags": ["x"] })).await;
        world.rules_run().await;
        assert_eq!(world.count(sql!("SELECT count(*) FROM outbound")).await, 1);
        let looks = world.gets(&format!("/api/v1/tickets/{ticket}/rules")).await;
        assert_eq!(looks["items"][0]["rules"][0]["did"][0]["how"], "automatic");
    });
}

#[test]
fn a_rule_waits_by_the_clock_or_by_working_hours() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let office = world.office().await;
        let own = format!("/api/v1/calendars/{}", office.as_str().unwrap());
        world.patches(&own, json!({ "is_default": true })).await;
        let wait = |name: &str, span: &str, since: &str, is_working: bool, tag: &str| {
            json!({ "name": name, "after": { "span": span, "since": since, "working_time": is_working },
                    "filter": "-status:solved", "actions": [{ "do": "add_tag", "value": tag }] })
        };
        world.rule(wait("Old", "5h", "created", false, "old")).await;
        // Monday 8:00 with a lunch break: five working hours are over at 14:00.
        world.rule(wait("Day", "5h", "created", true, "day")).await;
        world.rule(wait("Still", "2h", "status", false, "still")).await;
        let (one, two) = (world.opens("One", "high").await, world.opens("Two", "high").await);
        world.becomes(two, "status", "solved").await;
        world.advance(5 * HOUR - MINUTE);
        world.rules_run().await;
        assert_eq!(world.ticket(one).await["tags"], json!([]));
        world.advance(2 * MINUTE);
        world.rules_run().await;
        world.rules_run().await;
        assert_eq!(world.ticket(one).await["tags"], json!(["old"]));
        world.advance(HOUR);
        world.becomes(one, "status", "open").await;
        world.rules_run().await;
        assert_eq!(world.ticket(one).await["tags"], json!(["day", "old"]));
        world.advance(3 * HOUR);
        world.rules_run().await;
        assert_eq!(world.ticket(one).await["tags"], json!(["day", "old", "still"]));
        // The solved one was looked at, and is as it was.
        assert_eq!(world.ticket(two).await["tags"], json!([]));
        assert_eq!(world.traced(two).await, [("Still".to_owned(), "unmatched".to_owned())]);
    });
}

#[test]
fn a_rule_whose_team_is_gone_fails_alone() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let write = world.home.db.write::<_, db::Error>(|conn| {
            conn.run(
                sql!("INSERT INTO team (name, name_folded, created_at_ms) VALUES ('2nd', '2nd', 0)"),
                args![],
            )
        });
        write.await.unwrap();
        world
            .rule(json!({ "name": "Team", "on": ["ticket_opened"], "actions": [
            { "do": "note", "text": "to the second line" }, { "do": "set_team", "value": "2nd" }] }))
            .await;
        world.rule(json!({ "name": "Tag", "on": ["ticket_opened"], "actions": [{ "do": "add_tag", "value": "x" }] })).await;
        let gone = world
            .home
            .db
            .write::<_, db::Error>(|conn| conn.run(sql!("UPDATE team SET is_archived = TRUE"), args![]));
        gone.await.unwrap();
        let ticket = world.opens("Fire", "high").await;
        world.rules_run().await;
        assert_eq!(
            world.traced(ticket).await,
            [("Team".into(), "failed".into()), ("Tag".into(), "matched".into())]
        );
        assert_eq!(world.ticket(ticket).await["tags"], json!(["x"]));
        // Nothing of the failed one was done.
        assert_eq!(world.count(sql!("SELECT count(*) FROM message WHERE kind = 'note'")).await, 0);
    });
}

#[test]
fn mistakes_name_the_field_and_versions_come_back() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let bad = json!({ "name": "", "on": ["nonsense"], "after": { "span": "4x", "since": "never" },
            "filter": "is:mine", "from": "2026-02-02", "until": "2026-01-01", "actions": [
                { "do": "set_priority", "value": "high" }, { "do": "set_priority", "value": "low" },
                { "do": "note", "text": "{nam}" }, { "do": "assign", "value": "99" }] });
        let problem = world.posts("/api/v1/rules", bad, 422).await.to_string();
        for pointer in [
            "/name",
            "/on/0",
            "/after/span",
            "/after/since",
            "/filter",
            "/until",
            "/actions/1/do",
            "/actions/2/text",
            "/actions/3/value",
        ] {
            assert!(problem.contains(&format!("\"{pointer}\"")), "{pointer}: {problem}");
        }
        let rule = |priority: &str| json!([{ "do": "set_priority", "value": priority }]);
        let id = world.rule(json!({ "name": "P", "on": ["ticket_opened"], "actions": rule("high") })).await;
        world
            .posts("/api/v1/rules", json!({ "name": "p", "on": ["note"], "actions": rule("low") }), 422)
            .await;
        let other = json!({ "rule": { "name": "Q", "on": ["ticket_opened"], "actions": rule("low") } });
        let tried = world.posts("/api/v1/rules/simulate", other, 200).await;
        assert_eq!(
            (&tried["warnings"][0]["risk"], &tried["warnings"][0]["name"]),
            (&json!("conflict"), &json!("P"))
        );
        let path = format!("/api/v1/rules/{id}");
        let changed = world.patches(&path, json!({ "actions": rule("low"), "name": "Low" })).await;
        assert_eq!(changed["version"], 2);
        let back = world.posts(&format!("{path}/versions/1/restore"), json!({}), 200).await;
        assert_eq!(
            (&back["name"], &back["version"], &back["actions"][0]["value"]),
            (&json!("P"), &json!(3), &json!("high"))
        );
        let versions = world.gets(&format!("{path}/versions")).await;
        assert_eq!(versions["items"].as_array().unwrap().len(), 3);
        world.posts(&format!("{path}/versions/9/restore"), json!({}), 404).await;
        // The pages: the form comes back with what is wrong, a simulation changes nothing, saving leads to the list.
        let ticket = world.opens("Fire", "low").await;
        world.advance(MINUTE);
        world.rules_run().await;
        let mut page = world.signed_in().await;
        page.get("/admin/rules/new").await.assert_status(200);
        page.get(&format!("/admin/rules/{id}")).await.assert_status(200).assert_has("Version 2");
        let fields = |what: &'static str, filter: &'static str| {
            [
                ("name", "Form"),
                ("on", "ticket_opened"),
                ("filter", filter),
                ("a0-do", "add_tag"),
                ("a0-tag", "x"),
                ("is_active", "on"),
                ("ticket", "1"),
                ("what", what),
            ]
        };
        page.post_form("/admin/rules", &fields("save", "priority:nonsense"))
            .await
            .assert_status(422)
            .assert_has("nonsense");
        let looked = page.post_form("/admin/rules", &fields("look", "priority:low")).await.assert_status(200);
        looked.assert_has("1 of 1").assert_has("Fire");
        assert_eq!(world.ticket(ticket).await["tags"], json!([]));
        page.post_form("/admin/rules", &fields("save", "priority:low")).await.assert_leads_to("/admin/rules");
        page.get("/admin/rules").await.assert_has("Form").assert_has("priority:low");
        page.post_form("/admin/rules/2/switch", &[("is_active", "off")])
            .await
            .assert_leads_to("/admin/rules");
        page.post_form("/admin/rules/2/move", &[("way", "up")]).await.assert_leads_to("/admin/rules");
        let list = world.gets("/api/v1/rules").await;
        assert_eq!(
            (&list["items"][0]["name"], &list["items"][0]["is_active"]),
            (&json!("Form"), &json!(false))
        );
        page.post_form("/admin/rules/2/remove", &[]).await.assert_leads_to("/admin/rules");
        world.bo.get("/api/v1/rules/2").await.assert_status(404);
    });
}

#[test]
fn an_event_costs_as_many_statements_with_200_rules_as_with_one() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let rule = |at: usize| Draft {
            name: format!("Rule {at}"),
            on: vec!["ticket_opened".into()],
            filter: format!("priority:low tag:t{at} -status:closed"),
            actions: vec![desk::rules::policy::Step {
                kind: "add_tag".into(),
                value: "x".into(),
                ..Default::default()
            }],
            ..Draft::default()
        };
        let mut spent = Vec::new();
        for (from, until) in [(0, 1), (1, 200)] {
            for at in from..until {
                let admin = Grant::<desk::rules::ManageRules>::check(
                    &world.home,
                    std::sync::Arc::new(platform::authority::Actor::system()),
                    true,
                )
                .unwrap();
                admin.change(move |tx| actions::create(tx, rule(at))).await.unwrap();
            }
            let mut reader = reader::Reader::default();
            world.opens("warm", "low").await;
            while reader.step(&world.home).await.unwrap() {}
            let ticket = world.opens("Fire", "low").await;
            let before = statements_run();
            while reader.step(&world.home).await.unwrap() {}
            spent.push(statements_run() - before);
            assert_eq!(world.traced(ticket).await.len(), until);
        }
        eprintln!("an event costs {spent:?} statements with 1 and with 200 rules");
        // Only where the test is alone in its process is the count its own.
        if std::env::var("NEXTEST").is_ok() {
            assert_eq!(spent[0], spent[1]);
            assert!(spent[0] <= 24, "{spent:?}");
        }
    });
}
