//! Checklists: items in their order, what is needed before a ticket is solved, lists by hand and by a rule.
use super::{refused, world::World};
use desk::rules;
use serde_json::{Value, json};
use testkit::on_both;

impl World {
    async fn list(&mut self, name: &str) -> String {
        let list = json!({ "name": name, "items": [
            { "text": "Look at the log" }, { "text": "Call the customer", "is_needed": true },
        ] });
        self.posts("/api/v1/checklists", list, 201).await["id"].as_str().unwrap().to_owned()
    }
    async fn items(&mut self, ticket: i64) -> Vec<Value> {
        let list = self.gets(&format!("/api/v1/tickets/{ticket}/checklist")).await;
        list["items"].as_array().unwrap().clone()
    }
    async fn texts(&mut self, ticket: i64) -> Vec<String> {
        self.items(ticket).await.iter().map(|item| item["text"].as_str().unwrap().to_owned()).collect()
    }
}
fn path(item: &Value) -> String {
    format!("/api/v1/checklist-items/{}", item["id"].as_str().unwrap())
}

#[test]
fn nobody_of_us_solves_a_ticket_before_what_is_needed_is_done() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("The till").await;
        let list = world.list("Repair").await;
        let on = format!("/api/v1/tickets/{ticket}/checklist");
        world.posts(&on, json!({ "checklist": list }), 201).await;
        let at = format!("/api/v1/tickets/{ticket}");
        assert_eq!(world.gets(&at).await["checklist"], json!({ "done": 0, "all": 2 }));
        let no = world.patches(&at, json!({ "status": "solved" }), 422).await;
        refused(&no, "/status", "checklist_open");
        assert!(no["detail"].as_str().unwrap().contains("Call the customer"), "{no}");
        // A move among what is open is nobody's business, and the optional item may stay.
        world.patches(&at, json!({ "status": "waiting_customer" }), 200).await;
        let items = world.items(ticket).await;
        let done = world.patches(&path(&items[1]), json!({ "is_done": true }), 200).await;
        assert_eq!(
            (done["is_done"].as_bool(), done["done_by"].as_str()),
            (Some(true), Some("ada")),
            "{done}"
        );
        world.patches(&at, json!({ "status": "solved" }), 200).await;
        // Opened again, and the item too: the guard is back. What the customer does is never asked.
        world.patches(&at, json!({ "status": "open" }), 200).await;
        world.patches(&path(&items[1]), json!({ "is_done": false }), 200).await;
        refused(&world.patches(&at, json!({ "status": "closed" }), 422).await, "/status", "checklist_open");
        world.ada.delete(&path(&items[1])).await.assert_status(204);
        world.patches(&at, json!({ "status": "solved" }), 200).await;
        let log = world.log(ticket).await;
        for kind in ["ticket.items_added", "ticket.item_done", "ticket.item_opened", "ticket.item_removed"] {
            assert!(log.iter().any(|one| one == kind), "{kind}: {log:?}");
        }
    });
}

#[test]
fn items_have_an_order_and_a_ticket_has_so_many() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("The till").await;
        let on = format!("/api/v1/tickets/{ticket}/checklist");
        let three = json!({ "items": [{ "text": "one" }, { "text": "two" }, { "text": "three" }] });
        world.posts(&on, three, 201).await;
        let items = world.items(ticket).await;
        world.patches(&path(&items[2]), json!({ "place": 1, "text": "first" }), 200).await;
        assert_eq!(world.texts(ticket).await, ["first", "one", "two"]);
        world.patches(&path(&items[2]), json!({ "place": 99 }), 200).await;
        assert_eq!(world.texts(ticket).await, ["one", "two", "first"]);
        let many: Vec<_> = (0..98).map(|at| json!({ "text": format!("{at}") })).collect();
        refused(&world.posts(&on, json!({ "items": many }), 422).await, "/items", "too_long");
        refused(&world.posts(&on, json!({}), 422).await, "/items", "required");
        assert_eq!(world.texts(ticket).await.len(), 3);
        let found = world.gets("/api/v1/tickets?filter=has%3Aopen_item").await;
        assert_eq!(found["items"][0]["number"], ticket);
        // A list out of use is put on nothing, and its name can be no other one's.
        let list = world.list("Repair").await;
        let again = json!({ "name": "REPAIR", "items": [{ "text": "x" }] });
        refused(&world.posts("/api/v1/checklists", again, 422).await, "/name", "checklist_name_taken");
        world.patches(&format!("/api/v1/checklists/{list}"), json!({ "is_archived": true }), 200).await;
        refused(&world.posts(&on, json!({ "checklist": list }), 422).await, "/checklist", "unknown_id");
    });
}

#[test]
fn a_rule_puts_a_list_on_new_tickets_once() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let list = world.list("Repair").await;
        let rule = json!({ "name": "Repairs", "on": ["ticket_opened", "priority_changed"], "filter": "tag:late",
            "actions": [{ "do": "checklist", "value": list }] });
        world.posts("/api/v1/rules", rule, 201).await;
        let ticket = world.opens("The till").await;
        rules::reader::catch_up(&world.home).await.unwrap();
        assert_eq!(world.texts(ticket).await, ["Look at the log", "Call the customer"]);
        world.patches(&format!("/api/v1/tickets/{ticket}"), json!({ "priority": "high" }), 200).await;
        rules::reader::catch_up(&world.home).await.unwrap();
        assert_eq!(world.texts(ticket).await.len(), 2, "it has it already");
    });
}

#[test]
fn it_is_worked_off_beside_the_ticket_and_written_in_the_settings() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("The till").await;
        let mut ada = world.browser_of(world.ada_id).await;
        ada.get("/admin/checklists").await.assert_has("No checklist yet");
        ada.post_form("/admin/checklists", &[("name", "Repair"), ("items", "")]).await.assert_status(422);
        let form = [("name", "Repair"), ("items", "Look at the log\n! Call the customer")];
        ada.post_form("/admin/checklists", &form).await.assert_status(303);
        ada.get("/admin/checklists/1").await.assert_has("! Call the customer");
        ada.post_form(&format!("/t/{ticket}/checklist"), &[("checklist", "1")]).await.assert_status(303);
        ada.post_form(&format!("/t/{ticket}/checklist"), &[("items", "! Bill it")]).await.assert_status(303);
        ada.get(&format!("/t/{ticket}")).await.assert_has("0/3").assert_has("Bill it").assert_has("needed");
        ada.post_form(&format!("/t/{ticket}"), &[("status", "solved")])
            .await
            .assert_status(422)
            .assert_has("Call the customer, Bill it");
        for (item, what) in [(3, "up"), (3, "done"), (2, "remove"), (1, "done"), (1, "open")] {
            ada.post_form(&format!("/t/{ticket}/checklist/{item}"), &[("what", what)])
                .await
                .assert_status(303);
        }
        ada.get(&format!("/t/{ticket}")).await.assert_has("1/2");
        ada.get("/tickets?view=open").await.assert_has("1/2");
        ada.post_form(&format!("/t/{ticket}"), &[("status", "solved")]).await.assert_status(303);
        ada.get(&format!("/t/{ticket}/history"))
            .await
            .assert_has("put on the checklist: Repair")
            .assert_has("did: Bill it");
        ada.post_form("/admin/checklists/1", &[("what", "archive")]).await.assert_status(303);
        ada.get("/admin/checklists").await.assert_has("Repair");
    });
}

#[test]
fn a_list_goes_with_its_ticket_into_another_and_back() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let (first, second) = (world.opens("The till").await, world.opens("The till again").await);
        let list = world.list("Repair").await;
        world.posts(&format!("/api/v1/tickets/{second}/checklist"), json!({ "checklist": list }), 201).await;
        world
            .posts(
                &format!("/api/v1/tickets/{first}/checklist"),
                json!({ "items": [{ "text": "Ask for a picture" }] }),
                201,
            )
            .await;
        let merged =
            world.posts(&format!("/api/v1/tickets/{second}/merge"), json!({ "into": first }), 200).await;
        assert_eq!(world.texts(first).await, ["Ask for a picture", "Look at the log", "Call the customer"]);
        let at = format!("/api/v1/tickets/{first}");
        assert_eq!(world.gets(&at).await["checklist"], json!({ "done": 0, "all": 3 }));
        refused(&world.patches(&at, json!({ "status": "solved" }), 422).await, "/status", "checklist_open");
        let needed = world.items(first).await[2].clone();
        world.patches(&path(&needed), json!({ "is_done": true }), 200).await;
        assert_eq!(world.gets(&at).await["checklist"], json!({ "done": 1, "all": 3 }));

        let change = merged["change"].as_str().unwrap();
        world.posts(&format!("/api/v1/changes/{change}/undo"), json!({}), 200).await;
        assert_eq!(world.gets(&at).await["checklist"], json!({ "done": 0, "all": 1 }));
        let back = world.gets(&format!("/api/v1/tickets/{second}")).await;
        assert_eq!(back["checklist"], json!({ "done": 1, "all": 2 }), "{back}");
    });
}
