//! Reminders: one's own, said at their time, once, and to nobody else.
use super::{refused, world::World};
use desk::notices;
use kernel::clock::{HOUR, MINUTE};
use people::roles::Builtin;
use serde_json::{Value, json};
use testkit::on_both;

impl World {
    async fn reminds(&mut self, ticket: i64, in_ms: i64, note: &str, status: u16) -> Value {
        let due = self.home.clock.now().plus(in_ms).to_string();
        self.posts(
            &format!("/api/v1/tickets/{ticket}/reminders"),
            json!({ "due_at": due, "note": note }),
            status,
        )
        .await
    }
    async fn notices(&mut self) -> Vec<String> {
        notices::reader::catch_up(&self.home).await.unwrap();
        let all = self.gets("/api/v1/notifications").await;
        let kinds =
            all["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned());
        kinds.filter(|kind| kind == "reminder").collect()
    }
}

#[test]
fn somebody_is_reminded_once_at_the_time_and_again_when_it_was_put_off() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        notices::reader::catch_up(&world.home).await.unwrap();
        let ticket = world.opens("The till").await;
        let before = world.gets(&format!("/api/v1/tickets/{ticket}")).await;
        refused(&world.reminds(ticket, 0, "", 422).await, "/due_at", "time_is_over");
        let one = world.reminds(ticket, HOUR, "Ask the makers", 201).await;
        assert_eq!(one["note"], "Ask the makers");
        assert_eq!(
            world.gets(&format!("/api/v1/tickets/{ticket}")).await,
            before,
            "it changes nothing of the ticket"
        );
        assert_eq!(world.notices().await, [] as [&str; 0]);
        world.advance(HOUR + MINUTE);
        assert_eq!(world.notices().await, ["reminder"]);
        assert_eq!(world.notices().await, ["reminder"], "once");
        let path = format!("/api/v1/reminders/{}", one["id"].as_str().unwrap());
        let later = world.home.clock.now().plus(HOUR).to_string();
        world.patches(&path, json!({ "due_at": later }), 200).await;
        world.advance(2 * HOUR);
        assert_eq!(world.notices().await.len(), 2);
        world.patches(&path, json!({ "is_done": true }), 200).await;
        assert_eq!(world.gets("/api/v1/reminders").await["items"], json!([]));
        // One that is done at its time is said no more; what is put off is open again.
        let two = world.reminds(ticket, HOUR, "", 201).await;
        let path = format!("/api/v1/reminders/{}", two["id"].as_str().unwrap());
        world.patches(&path, json!({ "is_done": true }), 200).await;
        world.advance(2 * HOUR);
        assert_eq!(world.notices().await.len(), 2);
        let later = world.home.clock.now().plus(HOUR).to_string();
        assert_eq!(world.patches(&path, json!({ "due_at": later }), 200).await["is_done"], false);
        world.ada.delete(&path).await.assert_status(204);
        world.advance(2 * HOUR);
        assert_eq!(world.notices().await.len(), 2);
        assert!(!world.log(ticket).await.iter().any(|kind| kind.contains("remind")), "no history of others");
    });
}

#[test]
fn a_reminder_is_nobody_elses() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let ticket = world.opens("The till").await;
        let one = world.reminds(ticket, HOUR, "My own words", 201).await;
        let path = format!("/api/v1/reminders/{}", one["id"].as_str().unwrap());
        let lea = world.hires("Lea", Builtin::Admin).await;
        let mut lea_works = world.program_of(lea).await;
        assert_eq!(lea_works.get("/api/v1/reminders").await.json()["items"], json!([]));
        lea_works.patch_json(&path, &json!({ "is_done": true }).to_string()).await.assert_status(404);
        lea_works.delete(&path).await.assert_status(404);
        let mut browser = world.browser_of(lea).await;
        browser.get(&format!("/t/{ticket}")).await.assert_has_not("My own words");
        browser.get("/reminders").await.assert_has_not("My own words");
        let mut ada = world.browser_of(world.ada_id).await;
        ada.get(&format!("/t/{ticket}")).await.assert_has("My own words");
        ada.get("/reminders").await.assert_has("My own words");
        ada.post_form("/reminders/1", &[("what", "later"), ("when", "tomorrow")]).await.assert_status(303);
        ada.post_form("/reminders/1", &[("what", "done")]).await.assert_status(303);
        ada.get("/reminders").await.assert_has("Nothing to be reminded of");
        let add = format!("/t/{ticket}/reminders");
        ada.post_form(&add, &[("remind_note", "Again"), ("remind_when", "hour")]).await.assert_status(303);
        ada.post_form(&add, &[("remind_due_at", "2001-01-01T10:00")]).await.assert_status(422);
        ada.get("/reminders").await.assert_has("Again");
    });
}
