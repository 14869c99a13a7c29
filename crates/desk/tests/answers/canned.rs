//! Canned replies.
use crate::world::World;
use people::roles::Builtin;
use serde_json::{Value, json};
use testkit::{Client, on_both};

async fn add(client: &mut Client, name: &str, share: &str, text: &str, status: u16) -> Value {
    let body = json!({ "name": name, "share": share, "folder": "Mail", "texts": { "en": text } });
    client.post_json("/api/v1/canned-replies", &body.to_string()).await.assert_status(status).json()
}
fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[test]
fn a_reply_is_filled_in_the_customers_language_and_counted() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("Printer").await;
        let texts = json!({ "en": "Hello {{customer.first_name}}, #{{ticket.number}}", "de": "Hallo {{customer.last_name}}" });
        let body = json!({ "name": "Greeting", "share": "desk", "texts": texts });
        let reply = world.posts("/api/v1/canned-replies", body, 201).await;
        let path = format!("/api/v1/tickets/{ticket}/canned-replies/{}", reply["id"].as_str().unwrap());
        let looked = world.gets(&path).await;
        assert_eq!(
            (looked["text"].as_str(), looked["language"].as_str()),
            (Some("Hello Cy, #1"), Some("en"))
        );
        let german = world.gets(&format!("{path}?language=de")).await;
        assert_eq!(
            (german["text"].as_str(), german["faults"].as_array().map(Vec::len)),
            (Some("Hallo Peters"), Some(0))
        );
        world.ada.get(&format!("{path}?language=fr")).await.assert_status(422);
        let used = |world: Value| (world["uses"].as_i64(), world["last_used_at"].is_null());
        let one = format!("/api/v1/canned-replies/{}", reply["id"].as_str().unwrap());
        assert_eq!(used(world.gets(&one).await), (Some(0), true), "looking is not using");
        world.posts(&path, json!({}), 200).await;
        assert_eq!(used(world.gets(&one).await), (Some(1), false));
        // What a customer is called is text, whatever it looks like.
        let odd = json!({ "subject": "x", "text": "x", "requester": { "email": "e@example.org", "name": "<b>{{desk.name}}</b> x" } });
        let odd = world.posts("/api/v1/tickets", odd, 201).await["number"].as_i64().unwrap();
        let path = path.replace(&format!("tickets/{ticket}/"), &format!("tickets/{odd}/"));
        let filled = world.gets(&path).await;
        assert_eq!(filled["text"], format!("Hello <b>{{{{desk.name}}}}</b>, #{odd}"));
        assert_eq!(filled["html"], format!("Hello &lt;b&gt;{{{{desk.name}}}}&lt;/b&gt;, #{odd}"));
        world.patches(&one, json!({ "is_archived": true }), 200).await;
        world.ada.post_json(&path, "{}").await.assert_status(404);
        assert_eq!(names(&world.gets("/api/v1/canned-replies").await), Vec::<&str>::new());
    });
}

#[test]
fn a_placeholder_that_does_not_exist_is_named_with_its_place_before_saving() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let wrong = add(&mut world.ada, "Bad", "own", "Hello\n {{nope}} {{ticket.fields.gone}}", 422).await;
        assert_eq!(wrong["errors"][0]["pointer"], "/texts/en");
        assert_eq!(wrong["errors"][0]["code"], "placeholder");
        let detail = wrong["detail"].as_str().unwrap();
        assert!(detail.contains("texts/en 2:2 unknown_name {{nope}}") && detail.contains("gone"), "{detail}");
        assert_eq!(names(&world.gets("/api/v1/canned-replies").await), Vec::<&str>::new());
        // One that named a field which is gone by now stays visible, and says so.
        let field = json!({ "key": "asset", "name": "Asset", "kind": "text" });
        let field = world.posts("/api/v1/fields", field, 201).await;
        let reply =
            add(&mut world.ada, "Asset", "own", "Your {{ticket.fields.asset | default: \"device\"}}", 201)
                .await;
        let ticket = world.opens("Printer").await;
        let path = format!("/api/v1/tickets/{ticket}/canned-replies/{}", reply["id"].as_str().unwrap());
        assert_eq!(world.gets(&path).await["text"], "Your device");
        let field = format!("/api/v1/fields/{}", field["id"].as_str().unwrap());
        world.patches(&field, json!({ "is_archived": true }), 200).await;
        let filled = world.gets(&path).await;
        assert_eq!(filled["text"], "Your {{ticket.fields.asset | default: \"device\"}}");
        assert_eq!(filled["faults"][0]["code"], "unknown_name");
    });
}

#[test]
fn everybody_has_replies_of_their_own_and_changes_no_others() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let (bo, cleo) = (world.hires("Bo", Builtin::Agent).await, world.hires("Cleo", Builtin::Agent).await);
        let (mut bo, mut cleo) = (world.program_of(bo).await, world.program_of(cleo).await);
        let own = add(&mut bo, "Bo's", "own", "Hi", 201).await["id"].as_str().unwrap().to_owned();
        add(&mut bo, "All", "desk", "Hi", 403).await;
        let all = add(&mut world.ada, "All", "desk", "Hi", 201).await["id"].as_str().unwrap().to_owned();
        assert_eq!(names(&bo.get("/api/v1/canned-replies").await.json()), ["Bo's", "All"]);
        assert_eq!(names(&cleo.get("/api/v1/canned-replies").await.json()), ["All"]);
        assert_eq!(
            names(&world.gets("/api/v1/canned-replies").await),
            ["All"],
            "an administrator reads no one's own"
        );
        cleo.get(&format!("/api/v1/canned-replies/{own}")).await.assert_status(404);
        cleo.get(&format!("/admin/canned/{own}")).await.assert_status(404);
        cleo.patch_json(&format!("/api/v1/canned-replies/{own}"), r#"{"name":"x"}"#).await.assert_status(404);
        cleo.patch_json(&format!("/api/v1/canned-replies/{all}"), r#"{"name":"x"}"#).await.assert_status(403);
        bo.patch_json(&format!("/api/v1/canned-replies/{own}"), r#"{"share":"desk"}"#)
            .await
            .assert_status(403);
        bo.patch_json(&format!("/api/v1/canned-replies/{own}"), r#"{"name":"Mine"}"#)
            .await
            .assert_status(200);
        assert_eq!(names(&bo.get("/api/v1/canned-replies?q=MINE").await.json()), ["Mine"]);
        assert_eq!(names(&bo.get("/api/v1/canned-replies?q=nothing").await.json()), Vec::<&str>::new());
    });
}

#[test]
fn who_uses_what_is_counted_only_where_the_desk_wants_it() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("Printer").await;
        let id = add(&mut world.ada, "All", "desk", "Hi", 201).await["id"].as_str().unwrap().to_owned();
        let take = format!("/api/v1/tickets/{ticket}/canned-replies/{id}");
        let page = format!("/admin/canned/{id}");
        world.posts(&take, json!({}), 200).await;
        let mut browser = world.browser_of(world.ada_id).await;
        browser.get(&page).await.assert_status(200).assert_has_not("once");
        browser
            .post_form("/admin/canned/counting", &[("is_by_person", "on")])
            .await
            .assert_leads_to("/admin/canned");
        browser.get(&page).await.assert_has_not("once");
        world.posts(&take, json!({}), 200).await;
        browser.get(&page).await.assert_has("once");
        browser.post_form("/admin/canned/counting", &[]).await.assert_leads_to("/admin/canned");
        browser.post_form("/admin/canned/counting", &[("is_by_person", "on")]).await.assert_status(303);
        browser.get(&page).await.assert_has_not("once");
        browser.get("/admin/canned").await.assert_has("2 times");
        let mut bo = world.browser_of(world.hires("Bo", Builtin::Agent).await).await;
        bo.post_form("/admin/canned/counting", &[("is_by_person", "on")]).await.assert_status(403);
    });
}

#[test]
fn a_reply_is_written_looked_at_and_used_without_scripts() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("Printer").await;
        let mut browser = world.browser_of(world.ada_id).await;
        let fields = [
            ("name", "Gruß"),
            ("folder", "Mail"),
            ("share", "own"),
            ("texts/de", "Guten Tag {{customer.nme}}"),
        ];
        let mut looking = fields.to_vec();
        looking.push(("what", "look"));
        let looked = browser.post_form("/admin/canned", &looking).await.assert_status(200);
        looked.assert_has("Line 1, column 11").assert_has("Guten Tag {{customer.nme}}");
        let wrong = browser.post_form("/admin/canned", &fields).await.assert_status(422);
        wrong.assert_has("Line 1, column 11").assert_has("Gruß");
        let mut fields = fields.to_vec();
        fields[3].1 = "Guten Tag {{customer.name}}";
        browser.post_form("/admin/canned", &fields).await.assert_leads_to("/admin/canned");
        let list = browser.get("/admin/canned").await.assert_has("Gruß").assert_has("Mail").text();
        let id = list
            .split("/admin/canned/")
            .find_map(|rest| rest.split('"').next()?.parse::<i64>().ok())
            .unwrap();
        let here = format!("/t/{ticket}");
        browser.get(&here).await.assert_has("data-open-canned").assert_has_not("canned-plain");
        let composer = [("kind", "note"), ("text", "First"), ("seen", "1"), ("message", "1"), ("canned", "")];
        let offered = browser.post_form(&format!("/t/{ticket}/canned"), &composer).await.assert_status(200);
        offered.assert_has("Mail / Gruß").assert_has(">First</textarea>");
        let id = id.to_string();
        let mut composer = composer.to_vec();
        composer.push(("canned", &id));
        let put = browser.post_form(&format!("/t/{ticket}/canned"), &composer).await.assert_status(200);
        put.assert_has("First\n\nGuten Tag Cy Peters</textarea>");
        browser.post_form("/t/999999/canned", &composer).await.assert_status(404);
    });
}
