//! Mails: bundled, in working hours, of what is still unread and still in sight.
use crate::world::World;
use kernel::clock::{HOUR, MINUTE};
use people::roles::Builtin;
use serde_json::json;
use testkit::on_both;

#[test]
fn what_happens_within_the_window_is_one_mail_and_what_was_read_is_not_in_it() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.has_way_out().await;
        let mut bo = world.hires("Bo", Builtin::Agent).await;
        bo.wants_mail_of(&["assigned", "reply"], 15, "always").await;
        let one = world.ada.opens("Printer {{7*7}} <b>").await;
        let two = world.ada.opens("Invoice").await;
        world.ada.gives(one, bo.id).await;
        world.reads().await;
        world.advance(10 * MINUTE);
        world.ada.gives(two, bo.id).await;
        world.customer_writes(one, false).await;
        world.ada.notes(one, "By the way").await;
        world.reads().await;
        assert_eq!(world.letters().await.len(), 0, "the window is open");
        bo.posts("/api/v1/notifications/read", json!({ "ticket": two }), 200).await;
        world.advance(5 * MINUTE);
        world.reads().await;
        world.reads().await;
        let letters = world.letters().await;
        let [(to, subject, text)] = letters.as_slice() else { panic!("one mail, not {letters:?}") };
        assert_eq!((to.as_str(), subject.as_str()), ("bo@desk.example", "Firstline: 2 notifications"));
        assert!(text.contains(&format!("#{one} Printer {{{{7*7}}}} <b>\nada assigned it to you")), "{text}");
        assert!(text.contains("Cy wrote"), "{text}");
        assert!(!text.contains("Invoice"), "read meanwhile: {text}");
        assert!(!text.contains("left a note"), "chosen for the app alone: {text}");
        assert!(!text.contains("And now?"), "no words of a conversation: {text}");
        assert!(text.ends_with("/profile/notifications"), "{text}");
        // All read: nothing to mail, and the next window is a new one.
        world.customer_writes(two, false).await;
        world.reads().await;
        bo.browser.post_form("/notifications/read", &[("ticket", &two.to_string())]).await.assert_status(204);
        world.advance(HOUR);
        world.reads().await;
        assert_eq!(world.letters().await.len(), 1);
        world.customer_writes(two, false).await;
        world.reads().await;
        world.advance(15 * MINUTE);
        world.reads().await;
        let letters = world.letters().await;
        assert_eq!(letters[1].1, format!("#{two} Invoice"), "a single thing is its own subject");
    });
}

#[test]
fn outside_of_working_hours_mail_waits_and_comes_as_one_when_they_begin() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.has_way_out().await;
        let mut bo = world.hires("Bo", Builtin::Agent).await;
        bo.wants_mail_of(&["assigned"], 5, "desk").await;
        let day = json!([["08:00", "17:00"]]);
        let weekly = json!({ "mon": day, "tue": day, "wed": day, "thu": day, "fri": day });
        let calendar = json!({ "name": "Office", "zone": "Europe/Berlin", "weekly": weekly, "exceptions": [],
                               "is_default": true });
        world.ada.posts("/api/v1/calendars", calendar, 201).await;
        // Monday 16:58: the window ends after the hours do.
        world.advance(8 * HOUR + 58 * MINUTE);
        for subject in ["Printer", "Invoice", "Door"] {
            let ticket = world.ada.opens(subject).await;
            world.ada.gives(ticket, bo.id).await;
            world.reads().await;
            world.advance(2 * HOUR);
        }
        world.reads().await;
        assert_eq!(world.letters().await.len(), 0);
        // Tuesday 7:59, then 8:00.
        world.advance(9 * HOUR + 2 * MINUTE - 1000);
        world.reads().await;
        assert_eq!(world.letters().await.len(), 0, "not before work begins");
        world.advance(1000);
        world.reads().await;
        let letters = world.letters().await;
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].1, "Firstline: 3 notifications");
    });
}

#[test]
fn a_mail_names_nothing_that_went_out_of_sight_meanwhile() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        world.has_way_out().await;
        let mut dee = world.hires_limited("Dee").await;
        let hers = world.team("Hers", &[dee.id]).await;
        let others = world.team("Others", &[]).await;
        dee.wants_mail_of(&["team"], 15, "always").await;
        let (secret, plain) = (world.ada.opens("Secret salary").await, world.ada.opens("Printer").await);
        world.puts_into(secret, &hers).await;
        world.puts_into(plain, &hers).await;
        world.reads().await;
        world.puts_into(secret, &others).await;
        world.advance(15 * MINUTE);
        world.reads().await;
        let letters = world.letters().await;
        assert_eq!(letters.len(), 1);
        assert!(letters[0].2.contains("Printer") && !letters[0].2.contains("Secret"), "{letters:?}");
        // Nothing in sight is no mail.
        world.puts_into(secret, &hers).await;
        world.reads().await;
        world.puts_into(secret, &others).await;
        world.advance(15 * MINUTE);
        world.reads().await;
        assert_eq!(world.letters().await.len(), 1);
    });
}
