//! Notes that call people and teams by name.
use crate::world::World;
use people::roles::Builtin;
use serde_json::json;
use testkit::on_both;

#[test]
fn whoever_is_called_hears_follows_and_finds_the_ticket() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut bo = world.hires("Bo Berg", Builtin::Agent).await;
        let mut cora = world.hires("Cora", Builtin::Agent).await;
        world.team("2nd line", &[cora.id]).await;
        let (one, two) = (world.ada.opens("Printer").await, world.ada.opens("Invoice").await);
        world.ada.notes(one, "Hello @bo berg, and @@2nd Line; mail me at x@cora").await;
        world.ada.answers(two).await;
        let reply = json!({ "kind": "public", "text": "Hello @Cora, a customer reads this" });
        world.ada.posts(&format!("/api/v1/tickets/{two}/messages"), reply, 201).await;
        world.reads().await;
        assert_eq!(bo.hears("").await, [("mention".to_owned(), one)]);
        assert_eq!(cora.hears("").await, [("mention".to_owned(), one)], "in an answer it is just a word");
        let followers = world.ada.api.get(&format!("/api/v1/tickets/{one}/followers")).await.json();
        assert_eq!(followers["items"].as_array().unwrap().len(), 1, "a person follows, a team does not");
        assert_eq!(followers["items"][0]["name"], "Bo Berg");
        for person in [&mut bo, &mut cora] {
            let page = person.browser.get("/tickets?view=mentions").await;
            page.assert_has("Printer").assert_has_not("Invoice").assert_has("is:open is:mentioned");
        }
        world.ada.browser.get("/tickets?view=mentions").await.assert_has_not("Printer");
        // A follower hears of the next word, until they do not follow any more.
        world.customer_writes(one, false).await;
        world.reads().await;
        assert_eq!(bo.hears("?unread=true").await[0], ("reply".to_owned(), one));
        bo.puts(&format!("/api/v1/tickets/{one}/follow"), json!({ "is_following": false }), 200).await;
        world.customer_writes(one, false).await;
        world.reads().await;
        assert_eq!(bo.hears("").await.len(), 2);
    });
}

#[test]
fn calling_somebody_who_may_not_see_the_ticket_is_said_before() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let mut dee = world.hires_limited("Dee").await;
        world.hires("Anna Schmidt", Builtin::Agent).await;
        let twin = json!({ "name": "Anna Schmidt", "email": "as2@desk.example", "role": "3", "password": "correct horse battery" });
        world.ada.posts("/api/v1/users", twin, 201).await;
        let ticket = world.ada.opens("Secret salary").await;
        let path = format!("/api/v1/tickets/{ticket}/messages");
        let note = |confirm: &[&str]| json!({ "kind": "note", "text": "@Dee @Anna Schmidt look", "confirm": confirm });
        let refused =
            world.ada.posts(&path, json!({ "kind": "note", "text": "@Dee @Anna Schmidt look" }), 409).await;
        assert_eq!(refused["code"], "unconfirmed");
        assert_eq!(refused["detail"], "mention_blind:Dee\nmention_unclear:Anna Schmidt");
        world.ada.posts(&path, note(&["mention_blind:Dee"]), 409).await;
        // In the composer the words stay, and a second look sends them.
        let fields = [("kind", "note"), ("text", "@Dee @Anna Schmidt look"), ("seen", "0")];
        let stopped = world.ada.browser.post_form(&format!("/t/{ticket}/messages"), &fields).await;
        let stopped = stopped.assert_status(409).assert_has("<strong>Dee</strong>");
        stopped
            .assert_has("May not see this ticket")
            .assert_has("value=\"mention_blind:Dee\"")
            .assert_has("look</textarea>");
        let messages = world.ada.api.get(&path).await.json();
        assert_eq!(messages["items"].as_array().unwrap().len(), 1, "nothing was written");
        world.ada.posts(&path, note(&["mention_blind", "mention_unclear"]), 201).await;
        world.reads().await;
        assert_eq!(dee.hears("").await, []);
        let whom = world.ada.api.get(&format!("/api/v1/tickets/{ticket}/mentionable")).await.json();
        let found =
            |name: &str| whom["items"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
        assert_eq!((&found("Dee")["may_see"], &found("ada")["may_see"]), (&json!(false), &json!(true)));
        assert_eq!(found("Anna Schmidt")["handle"], "anna.schmidt", "a name that two have is no handle");
        dee.api.get(&format!("/api/v1/tickets/{ticket}/mentionable")).await.assert_status(404);
    });
}
