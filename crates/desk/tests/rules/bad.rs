//! What is refused at saving, and what is asked first: circles, contradictions, and what is no longer there.
use super::world::World;
use platform::{args, db, sql};
use serde_json::{Value, json};
use testkit::on_both;

fn moves(name: &str, from: &str, to: &str) -> Value {
    json!({ "name": name, "on": ["status_changed"], "filter": format!("status:{from}"),
            "actions": [{ "do": "set_status", "value": to }] })
}
fn mistake(problem: &Value) -> (&str, &str) {
    (problem["errors"][0]["pointer"].as_str().unwrap(), problem["errors"][0]["code"].as_str().unwrap())
}

#[test]
fn a_circle_is_refused_with_the_rule_that_it_leads_through() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let there = world.rule(moves("There", "open", "waiting_customer")).await;
        let mut back = moves("Back", "waiting_customer", "open");
        let refused = world.posts("/api/v1/rules", back.clone(), 422).await;
        assert_eq!(mistake(&refused), ("/actions", "rule_loop"));
        assert_eq!(refused["detail"], "There");
        // Off it turns nothing, and it cannot be switched on while the other is; nor may an edit close the circle.
        back["is_active"] = json!(false);
        let off = world.rule(back.clone()).await;
        let on = json!({ "is_active": true });
        let path = format!("/api/v1/rules/{off}");
        let answer = world.bo.patch_json(&path, &on.to_string()).await.assert_status(422).json();
        assert_eq!(mistake(&answer), ("/actions", "rule_loop"));
        let mut page = world.signed_in().await;
        page.post_form(&format!("/admin/rules/{off}/switch"), &[("is_active", "on")])
            .await
            .assert_status(422)
            .assert_has("go round in a circle with the rule “There”");
        world.patches(&format!("/api/v1/rules/{there}"), json!({ "is_active": false })).await;
        world.patches(&path, on.clone()).await;
        let again = world.bo.patch_json(&format!("/api/v1/rules/{there}"), &on.to_string()).await;
        again.assert_status(422);
        // Who says that it may has the limits.
        let accepts = json!({ "is_active": true, "accepts_loop": true });
        let saved = world.patches(&format!("/api/v1/rules/{there}"), accepts).await;
        assert_eq!(saved["accepts_loop"], true);
    });
}

#[test]
fn contradicting_rules_are_saved_after_a_question() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let sets = |name: &str, value: &str| json!({ "name": name, "on": ["ticket_opened"], "actions": [{ "do": "set_priority", "value": value }] });
        world.rule(sets("High", "high")).await;
        let saved = world.posts("/api/v1/rules", sets("Low", "low"), 201).await;
        assert_eq!(
            (&saved["warnings"][0]["risk"], &saved["warnings"][0]["name"], &saved["warnings"][0]["about"]),
            (&json!("conflict"), &json!("High"), &json!("set_priority"))
        );
        let fields = |what: &'static str| {
            [
                ("name", "Urgent"),
                ("when", "event"),
                ("on", "ticket_opened"),
                // Hidden by the choice above: not meant.
                ("span", "4x"),
                ("a0-do", "set_priority"),
                ("a0-priority", "urgent"),
                ("a0-tag", "hidden"),
                ("is_active", "on"),
                ("what", what),
            ]
        };
        let mut page = world.signed_in().await;
        page.post_form("/admin/rules", &fields("save"))
            .await
            .assert_status(200)
            .assert_has("The rule “High” sets the same")
            .assert_has("Save it all the same");
        assert_eq!(world.count(sql!("SELECT count(*) FROM rule")).await, 2);
        page.post_form("/admin/rules", &fields("despite")).await.assert_leads_to("/admin/rules");
        let list = world.gets("/api/v1/rules").await;
        let third = &list["items"][2];
        assert_eq!(third["actions"], json!([{ "do": "set_priority", "value": "urgent" }]));
        assert_eq!(third["after"], Value::Null);
        // One more row, and one less.
        page.post_form("/admin/rules", &fields("add")).await.assert_status(200).assert_has("a1-do");
        page.post_form("/admin/rules", &fields("remove-0")).await.assert_status(200).assert_has("a0-do");
        assert_eq!(world.count(sql!("SELECT count(*) FROM rule")).await, 3);
    });
}

#[test]
fn what_is_gone_cannot_be_named() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let made = world.home.db.write::<_, db::Error>(|conn| {
            conn.run(
                sql!("INSERT INTO team (name, name_folded, is_archived, created_at_ms) VALUES ('Old', 'old', TRUE, 0)"),
                args![],
            )
        });
        made.await.unwrap();
        let field = json!({ "key": "region", "name": "Region", "kind": "text" });
        world.posts("/api/v1/fields", field, 201).await;
        let gone = world
            .home
            .db
            .write::<_, db::Error>(|conn| conn.run(sql!("UPDATE field SET is_archived = TRUE"), args![]));
        gone.await.unwrap();
        for (action, pointer) in [
            (json!({ "do": "set_team", "value": "Old" }), "/actions/0/value"),
            (json!({ "do": "notify", "value": "team/1", "text": "x" }), "/actions/0/value"),
            (json!({ "do": "assign", "value": "77" }), "/actions/0/value"),
            (json!({ "do": "set_status", "value": "4711" }), "/actions/0/value"),
            (json!({ "do": "set_field", "field": "region", "value": "north" }), "/actions/0/field"),
            (json!({ "do": "set_field", "value": "region=north" }), "/actions/0/field"),
            (json!({ "do": "webhook", "value": "9" }), "/actions/0/value"),
        ] {
            let rule = json!({ "name": "Gone", "on": ["note"], "actions": [action] });
            let problem = world.posts("/api/v1/rules", rule, 422).await;
            assert_eq!(mistake(&problem).0, pointer, "{problem}");
        }
        assert_eq!(world.count(sql!("SELECT count(*) FROM rule")).await, 0);
        // A filter that cannot be read: the field, and where.
        let rule = json!({ "name": "Odd", "on": ["note"], "filter": "priority:hgih",
                           "actions": [{ "do": "add_tag", "value": "x" }] });
        let problem = world.posts("/api/v1/rules", rule, 422).await;
        assert_eq!(mistake(&problem), ("/filter", "filter_value"));
        assert!(problem["errors"][0]["offset"].is_number(), "{problem}");
    });
}
