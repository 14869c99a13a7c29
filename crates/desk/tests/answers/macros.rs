//! Macros.
use crate::world::World;
use people::roles::Builtin;
use serde_json::{Value, json};
use testkit::on_both;

async fn adds(world: &mut World, steps: Value, afterwards: &str) -> String {
    let body = json!({ "name": "Close politely", "share": "desk", "steps": steps, "afterwards": afterwards });
    world.posts("/api/v1/macros", body, 201).await["id"].as_str().unwrap().to_owned()
}
async fn state(world: &mut World, ticket: i64) -> Value {
    let ticket = world.gets(&format!("/api/v1/tickets/{ticket}")).await;
    json!([ticket["status"]["category"], ticket["priority"], ticket["tags"], ticket["assignee"].is_null()])
}

#[test]
fn what_it_shows_before_is_what_it_does_in_one_change_that_is_taken_back_at_once() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("Printer").await;
        let steps = json!([
            { "do": "note", "text": "Seen for {{customer.name}}" },
            { "do": "reply", "texts": { "en": "Dear {{customer.first_name}}" }, "send": true },
            { "do": "status", "to": "waiting_customer" }, { "do": "priority", "to": "high" },
            { "do": "assign", "to": "me" }, { "do": "add_tag", "tag": "Asked" }, { "do": "remove_tag", "tag": "late" },
            { "do": "snooze", "minutes": 60, "until_message": true },
        ]);
        let id = adds(&mut world, steps, "stay").await;
        let before = state(&mut world, ticket).await;
        let path = format!("/api/v1/tickets/{ticket}/macros/{id}");
        let preview = world.gets(&path).await;
        let fields: Vec<_> =
            preview["changes"].as_array().unwrap().iter().map(|c| c["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["Status", "Priority", "Assignee", "Tags"], "{preview}");
        assert_eq!(preview["says"][0], json!({ "kind": "note", "text": "Seen for Cy Peters" }));
        assert_eq!(preview["says"][1], json!({ "kind": "reply", "text": "Dear Cy" }));
        assert_eq!(state(&mut world, ticket).await, before, "looking changes nothing");
        world.posts(&path, json!({}), 200).await;
        let after = json!(["waiting_customer", "high", ["asked"], false]);
        assert_eq!(state(&mut world, ticket).await, after);
        let log = world.log(ticket).await;
        let from = log.iter().position(|kind| kind == "ticket.macro_applied").unwrap();
        let rest: Vec<_> =
            log[from..].iter().map(String::as_str).filter(|kind| !kind.starts_with("sla")).collect();
        assert_eq!(
            rest,
            [
                "ticket.macro_applied",
                "ticket.message_added",
                "ticket.message_added",
                "ticket.changed",
                "ticket.changed",
                "ticket.snoozed"
            ]
        );
        let mut browser = world.browser_of(world.ada_id).await;
        let history = browser.get(&format!("/t/{ticket}/history")).await.assert_status(200);
        history.assert_has("applied the macro “Close politely”").assert_has("by the macro “Close politely”");
        // One undo: the properties and the rest; what was said stays said.
        let history = world.gets(&format!("/api/v1/tickets/{ticket}/history")).await;
        let event = history["items"].as_array().unwrap().iter().find(|e| e["kind"] == "ticket.macro_applied");
        let undo = format!("/api/v1/changes/{}/undo", event.unwrap()["id"].as_str().unwrap());
        world.posts(&undo, json!({}), 200).await;
        // The answer opened it, and the answer stands.
        assert_eq!(state(&mut world, ticket).await, json!(["open", "normal", ["late"], true]));
        assert_eq!(world.log(ticket).await.iter().filter(|kind| *kind == "ticket.woke").count(), 1);
        let messages = world.gets(&format!("/api/v1/tickets/{ticket}/messages")).await;
        assert_eq!(messages["items"].as_array().unwrap().len(), 3);
        assert_eq!(desk.db.read(desk_counts).await.unwrap(), []);
    });
}
fn desk_counts(conn: &mut platform::db::Conn) -> platform::db::Result<Vec<(i64, i64, String, i64, i64)>> {
    desk::tickets::counts::wrong(conn)
}

#[test]
fn a_macro_that_names_something_gone_says_so_at_saving_and_before_it_does_anything() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("Printer").await;
        let wrong = json!({ "name": "Bad", "steps": [
            { "do": "status", "to": "frozen" }, { "do": "assign", "to": "999" }, { "do": "team", "to": "999" },
            { "do": "field", "key": "asset", "value": "x" }, { "do": "note", "text": "x {{nope}}" },
            { "do": "reply", "canned": "999" },
        ]});
        let refused = world.posts("/api/v1/macros", wrong, 422).await;
        let codes: Vec<_> =
            refused["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["gone", "gone", "gone", "gone", "placeholder", "gone"], "{refused}");
        assert!(
            refused["detail"].as_str().unwrap().contains("steps/4 1:3 unknown_name {{nope}}"),
            "{refused}"
        );
        let field = world
            .posts("/api/v1/fields", json!({ "key": "asset", "name": "Asset", "kind": "text" }), 201)
            .await;
        let steps =
            json!([{ "do": "priority", "to": "high" }, { "do": "field", "key": "asset", "value": "PRN-3" }]);
        let id = adds(&mut world, steps, "stay").await;
        let field = format!("/api/v1/fields/{}", field["id"].as_str().unwrap());
        world.patches(&field, json!({ "is_archived": true }), 200).await;
        let path = format!("/api/v1/tickets/{ticket}/macros/{id}");
        assert_eq!(
            world.gets(&path).await["wrong"][0],
            json!({ "step": 1, "code": "gone", "what": "asset" })
        );
        let before = world.log(ticket).await;
        world.posts(&path, json!({}), 422).await;
        assert_eq!(world.log(ticket).await, before, "all of it, or nothing");
        assert_eq!(state(&mut world, ticket).await[1], "normal");
        let mut browser = world.browser_of(world.ada_id).await;
        let page = browser.get(&format!("/t/{ticket}/macros/{id}")).await.assert_status(200);
        page.assert_has("This macro cannot be applied").assert_has("asset").assert_has_not("autofocus>");
        // One that would send a placeholder which nothing stands for sends nothing.
        let steps = json!([{ "do": "reply", "texts": { "en": "Of {{organisation.name}}" }, "send": true }]);
        let id = adds(&mut world, steps, "stay").await;
        let refused = world.posts(&format!("/api/v1/tickets/{ticket}/macros/{id}"), json!({}), 422).await;
        assert!(refused["detail"].as_str().unwrap().contains("nothing {{organisation.name}}"), "{refused}");
        assert_eq!(world.log(ticket).await, before);
    });
}

#[test]
fn whoever_may_not_do_a_step_by_hand_may_not_do_it_by_macro() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("Printer").await;
        let note = adds(&mut world, json!([{ "do": "note", "text": "Hi" }]), "stay").await;
        let edit = json!([{ "do": "note", "text": "Hi" }, { "do": "priority", "to": "high" }]);
        let edit = adds(&mut world, edit, "stay").await;
        let reply =
            adds(&mut world, json!([{ "do": "reply", "texts": { "en": "Hi" }, "send": true }]), "stay").await;
        let light = world.hires("Lee", Builtin::LightAgent).await;
        let mut lee = world.program_of(light).await;
        let path = |id: &str| format!("/api/v1/tickets/{ticket}/macros/{id}");
        let before = world.log(ticket).await.len();
        lee.post_json(&path(&edit), "{}").await.assert_status(403);
        lee.post_json(&path(&reply), "{}").await.assert_status(403);
        assert_eq!(world.log(ticket).await.len(), before, "the note before it is taken back as well");
        lee.post_json(&path(&note), "{}").await.assert_status(200);
        lee.post_json("/api/v1/tickets/999/macros/1", "{}").await.assert_status(404);
    });
}

#[test]
fn a_macro_is_made_and_used_on_pages_and_leads_on() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let (one, two) = (world.opens("First").await, world.opens("Second").await);
        let mut browser = world.browser_of(world.ada_id).await;
        let fields = [
            ("name", "Waiting"),
            ("share", "desk"),
            ("status", "waiting_customer"),
            ("add_tags", "asked, twice"),
            ("texts/en", "Dear {{customer.first_name}}"),
            ("afterwards", "stay"),
        ];
        browser.post_form("/admin/macros", &fields).await.assert_leads_to("/admin/macros");
        let mut wrong = fields.to_vec();
        wrong[4].1 = "Dear {{customer.nme}}";
        browser.post_form("/admin/macros", &wrong).await.assert_status(422).assert_has("{{customer.nme}}");
        browser
            .get("/admin/macros/1")
            .await
            .assert_has("asked, twice")
            .assert_has("Dear {{customer.first_name}}");
        let page = browser.get(&format!("/t/{two}")).await.assert_status(200);
        page.assert_has(&format!("/t/{two}/macros"));
        browser.get(&format!("/t/{two}/macros")).await.assert_has("Waiting");
        let look = browser.get(&format!("/t/{two}/macros/1")).await.assert_status(200);
        look.assert_has("Waits in the composer").assert_has("Dear Cy").assert_has("asked, late, twice");
        let done = browser.post_form(&format!("/t/{two}/macros/1"), &[]).await.assert_status(303);
        let to = done.header("location").unwrap().to_owned();
        assert_eq!(to, format!("/t/{two}?done=macro"));
        let told = browser.get(&to).await.assert_has("applied the macro “Waiting”").assert_has("Undo");
        told.assert_has("Dear Cy</textarea>");
        let next = [fields.to_vec(), vec![]].concat();
        let next: Vec<_> = next
            .into_iter()
            .map(|(name, value)| (name, if name == "afterwards" { "next" } else { value }))
            .collect();
        browser.post_form("/admin/macros/1", &next).await.assert_leads_to("/admin/macros");
        browser.get(&format!("/t/{two}/macros/1?view=open")).await.assert_has("On to the next ticket");
        let done = browser.post_form(&format!("/t/{two}/macros/1?view=open"), &[]).await.assert_status(303);
        assert_eq!(done.header("location").unwrap(), format!("/t/{one}?view=open"));
        browser.post_form("/admin/macros/1", &[("what", "archive")]).await.assert_leads_to("/admin/macros");
        browser.get(&format!("/t/{two}/macros/1")).await.assert_status(404);
    });
}
