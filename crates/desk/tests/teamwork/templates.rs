//! Ticket templates: what a new ticket begins with, and who sees and changes which.
use super::{refused, world::World};
use people::roles::Builtin;
use serde_json::json;
use testkit::on_both;

#[test]
fn what_a_draft_leaves_out_comes_from_the_template() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let list = json!({ "name": "Move", "items": [{ "text": "Order a desk" }] });
        let list = world.posts("/api/v1/checklists", list, 201).await["id"].as_str().unwrap().to_owned();
        let content = json!({ "subject": "New colleague", "text": "Starts on …", "type": "problem", "priority": "high",
            "assignee": "me", "tags": ["hr"], "checklists": [list] });
        let template = json!({ "name": "New colleague", "share": "desk", "content": content });
        let template = world.posts("/api/v1/ticket-templates", template, 201).await;
        let id = template["id"].as_str().unwrap();
        assert_eq!(template["content"]["assignee"], "me");
        let who = json!({ "email": "cy@example.org", "name": "Cy" });
        let made = world.posts("/api/v1/tickets", json!({ "template": id, "requester": who }), 201).await;
        assert_eq!(
            json!([made["subject"], made["type"], made["priority"], made["tags"], made["checklist"]]),
            json!(["New colleague", "problem", "high", ["hr"], { "done": 0, "all": 1 }])
        );
        assert_eq!(made["assignee"], world.ada_id.to_string());
        // What it says itself counts.
        let own = json!({ "template": id, "requester": who, "subject": "Mia comes", "priority": "low", "tags": ["it"] });
        let made = world.posts("/api/v1/tickets", own, 201).await;
        assert_eq!(
            json!([made["subject"], made["priority"], made["tags"]]),
            json!(["Mia comes", "low", ["it"]])
        );
        // A checklist that is gone meanwhile hinders nobody; a template that is gone does.
        world.patches(&format!("/api/v1/checklists/{list}"), json!({ "is_archived": true }), 200).await;
        let made = world.posts("/api/v1/tickets", json!({ "template": id, "requester": who }), 201).await;
        assert!(made["checklist"].is_null(), "{made}");
        world.patches(&format!("/api/v1/ticket-templates/{id}"), json!({ "is_archived": true }), 200).await;
        let no = world.posts("/api/v1/tickets", json!({ "template": id, "requester": who }), 422).await;
        refused(&no, "/template", "unknown_id");
        refused(
            &world.posts("/api/v1/tickets", json!({ "requester": who, "text": "x" }), 422).await,
            "/subject",
            "required",
        );
    });
}

#[test]
fn a_template_names_only_what_is_there_and_is_changed_by_whose_it_is() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let with = |content| json!({ "name": "T", "content": content });
        let cases = [
            (json!({ "team": "77" }), "/team", "unknown_id"),
            (json!({ "assignee": "77" }), "/assignee", "unknown_id"),
            (json!({ "fields": { "nothing": "x" } }), "/fields/nothing", "unknown_field"),
            (json!({ "checklists": ["77"] }), "/checklists", "unknown_id"),
        ];
        for (content, pointer, code) in cases {
            refused(&world.posts("/api/v1/ticket-templates", with(content), 422).await, pointer, code);
        }
        let ben = world.hires("Ben", Builtin::Agent).await;
        let mut ben = world.program_of(ben).await;
        let desk_wide = json!({ "name": "For all", "share": "desk" }).to_string();
        ben.post_json("/api/v1/ticket-templates", &desk_wide).await.assert_status(403);
        let own = json!({ "name": "Mine", "content": { "subject": "Mine" } }).to_string();
        let own = ben.post_json("/api/v1/ticket-templates", &own).await.assert_status(201).json();
        let path = format!("/api/v1/ticket-templates/{}", own["id"].as_str().unwrap());
        world.ada.get(&path).await.assert_status(404);
        let opened =
            json!({ "template": own["id"], "text": "x", "requester": { "email": "cy@example.org" } });
        refused(&world.posts("/api/v1/tickets", opened, 422).await, "/template", "unknown_id");
    });
}

#[test]
fn a_new_ticket_begins_with_a_template_on_its_page() {
    on_both(async |desk| {
        let world = World::over(desk).await;
        let mut ada = world.browser_of(world.ada_id).await;
        ada.post_form("/admin/checklists", &[("name", "Move"), ("items", "Order a desk")])
            .await
            .assert_status(303);
        ada.get("/admin/ticket-templates").await.assert_has("No template yet");
        ada.get("/admin/ticket-templates/new").await.assert_has("Whoever opens it");
        let form = [
            ("name", "New colleague"),
            ("folder", "HR"),
            ("share", "desk"),
            ("subject", "A new colleague"),
            ("text", "Starts on"),
            ("type", "problem"),
            ("priority", "high"),
            ("for_team", ""),
            ("assignee", "me"),
            ("tags", "hr, it"),
            ("checklist", "1"),
        ];
        let mut bad = form;
        bad[9] = ("tags", "a, ");
        bad[8] = ("assignee", "somebody");
        ada.post_form("/admin/ticket-templates", &bad).await.assert_status(422).assert_has("A new colleague");
        ada.post_form("/admin/ticket-templates", &form).await.assert_status(303);
        ada.get("/admin/ticket-templates/1").await.assert_has("A new colleague").assert_has("hr, it");
        ada.get("/tickets/templates").await.assert_has("/tickets/new?template=1");
        let page = ada.get("/tickets/new?template=1").await;
        assert_eq!(page.form_value("subject").as_deref(), Some("A new colleague"));
        page.assert_has("From the template").assert_has("With the checklist: Move").assert_has("Starts on");
        let new = [
            ("channel", "phone"),
            ("requester", "cy@example.org"),
            ("subject", "A new colleague"),
            ("text", "Starts on Monday"),
            ("type", "problem"),
            ("priority", "high"),
            ("team", "0"),
            ("assignee", "0"),
            ("tags", "hr"),
            ("template", "1"),
        ];
        ada.post_form("/tickets/new", &new).await.assert_status(303);
        ada.get("/t/1").await.assert_has("Order a desk").assert_has("0/1");
        ada.get("/tickets/new?template=77").await.assert_status(404);
        ada.post_form("/admin/ticket-templates/1", &[("what", "archive")]).await.assert_status(303);
        ada.get("/tickets/templates").await.assert_has("No template yet");
    });
}
