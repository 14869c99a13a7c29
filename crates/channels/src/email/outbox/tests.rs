use crate::testing::World;
use kernel::clock::{DAY, HOUR};
use platform::{
    authority::{Grant, System},
    db,
    i18n::Language,
    outbox::{self as queue, Kind},
};
use serde_json::json;
use testkit::{on_both, smtp_sink::Sink};

/// A desk that sends through `port`.
async fn desk_sending_to(desk: &testkit::Desk, port: u16) -> World {
    let world = World::new(desk).await;
    let draft = json!({ "name": "Support", "address": "support@desk.example",
                        "send": { "host": "127.0.0.1", "port": port, "tls": "none" } });
    assert_eq!(world.post("/api/v1/inboxes", draft).await.status, 201);
    world
}
async fn queued(world: &World, kind: Kind, text: &'static str) {
    let letter = queue::Letter {
        to: "cy@example.org".into(),
        to_name: String::new(),
        language: Language::En,
        subject: "Sign in <i>".into(),
        text: text.into(),
    };
    let grant = Grant::<System>::system(&world.home);
    grant.change::<_, db::Error>(move |tx| queue::queue(tx, kind, &letter)).await.unwrap();
}
async fn sends(world: &World) {
    while super::work::run_once(&world.home).await.unwrap() > 0 {}
}

#[test]
fn the_outbox_shows_why_and_when_and_never_what_an_account_mail_says() {
    on_both(async |desk| {
        // Nobody listens there.
        let world = desk_sending_to(desk, 1).await;
        assert!(world.get("admin", "/admin/outbox").await.text.contains("No mail here"));
        queued(&world, Kind::Account, "https://desk.example/reset/hunter2").await;
        sends(&world).await;
        let list = world.get("admin", "/admin/outbox").await.text;
        assert!(
            list.contains("Waiting") && list.contains("Next try") && list.contains("cy@example.org"),
            "{list}"
        );
        assert!(list.contains("Sign in &#60;i&#62;"));
        let page = world.get("admin", "/admin/outbox/1").await.text;
        assert!(page.contains("Account mail") && page.contains("Give up"), "{page}");
        for path in ["/admin/outbox", "/admin/outbox/1", "/api/v1/outbound", "/api/v1/outbound/1"] {
            let answer = world.get("admin", path).await;
            assert_eq!(answer.status, 200, "{path}");
            assert!(!answer.text.contains("hunter2"), "{path}");
            assert_eq!(world.get("tickets.view", path).await.status, 403, "{path}");
        }
        assert_eq!(world.get("admin", "/admin/outbox/99").await.status, 404);
        assert!(!world.get("inboxes.view", "/admin/outbox/1").await.text.contains("/give-up"));
        assert_eq!(world.send("inboxes.view", "POST", "/api/v1/outbound/1/give-up", None).await.status, 403);
        // The inbox knows too.
        assert!(world.get("admin", "/admin/inboxes").await.text.contains("does not take connections"));
    });
}

/// What the row keeps of what a letter says.
async fn body(desk: &testkit::Desk, id: i64) -> Option<String> {
    let read = platform::sql!("SELECT body FROM outbound WHERE id = $1");
    let row =
        desk.db.read::<_, db::Error>(move |conn| conn.one::<(Option<String>,)>(read, platform::args![id]));
    row.await.unwrap().0
}

#[test]
fn nothing_is_kept_of_an_account_letter_that_has_ended_however_it_ended() {
    on_both(async |desk| {
        let sink = Sink::start();
        sink.answer("cy@example.org", "550 5.1.1 nobody");
        let world = desk_sending_to(desk, sink.address.port()).await;
        for kind in [Kind::Account, Kind::Notice] {
            queued(&world, kind, "https://desk.example/reset/hunter2").await;
        }
        sends(&world).await;
        assert_eq!(body(desk, 1).await, None, "refused");
        assert!(body(desk, 2).await.is_some(), "a notice may be sent again");
        // There is nothing to try again; the next one is another letter.
        assert_eq!(world.post("/api/v1/outbound/1/retry", json!({})).await.status, 409);
        assert_eq!(world.post("/api/v1/outbound/2/retry", json!({})).await.status, 200);
        assert!(!world.get("admin", "/admin/outbox/1").await.text.contains("/retry"));
        assert!(world.get("admin", "/admin/outbox/2").await.text.contains("/retry"));
        sink.answer("cy@example.org", "450 4.2.0 later");
        queued(&world, Kind::Account, "https://desk.example/reset/hunter3").await;
        sends(&world).await;
        assert!(body(desk, 3).await.is_some(), "it is still to be sent");
        assert_eq!(world.form("/admin/outbox/3/give-up", "").await.status, 303);
        assert_eq!(body(desk, 3).await, None, "given up");
    });
}

#[tokio::test(start_paused = true)]
async fn a_delivery_ends_before_its_lease() {
    let began = tokio::time::Instant::now();
    let outcome = super::work::in_time(std::future::pending()).await;
    assert_eq!(outcome.unwrap_err().kind, crate::email::peer::Kind::TooSlow);
    assert!(began.elapsed().as_secs() <= 480, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_try_that_panics_is_a_try_that_failed() {
    let outcome = super::work::caught(async { panic!("the code has a mistake") }).await;
    let super::work::Next::Later { asked: None, why } = outcome else { panic!("it is tried again") };
    assert_eq!(why, "sending it failed inside");
}

#[test]
fn a_mail_is_tried_at_once_or_given_up_and_comes_once() {
    on_both(async |desk| {
        let sink = Sink::start();
        sink.answer("cy@example.org", "450 4.2.0 later");
        let world = desk_sending_to(desk, sink.address.port()).await;
        queued(&world, Kind::Notice, "one").await;
        sends(&world).await;
        // A server that says no to one recipient is no trouble of the inbox.
        assert!(!world.get("admin", "/admin/inboxes").await.text.contains("Trying again"));
        assert_eq!(world.form("/admin/outbox/1/retry", "").await.status, 303);
        sends(&world).await;
        let one = world.get("admin", "/api/v1/outbound/1").await.json;
        assert_eq!((&one["attempts"], &one["state"]), (&json!(2), &json!("waiting")));
        // Asked twice, or for one that is due anyway: it waits, so it is tried.
        for _ in 0..2 {
            assert_eq!(world.post("/api/v1/outbound/1/retry", json!({})).await.status, 200);
        }
        assert_eq!(world.form("/admin/outbox/1/give-up", "").await.status, 303);
        assert_eq!(world.form("/admin/outbox/1/give-up", "").await.status, 409, "it does not wait any more");
        world.clock.advance(DAY);
        sink.answer("cy@example.org", "250 2.1.5 fine");
        sends(&world).await;
        assert!(sink.received().is_empty(), "what was given up is not sent");
        let list = world.get("admin", "/admin/outbox?state=undelivered").await.text;
        assert!(list.contains("Not sent") && list.contains("given up by hand"), "{list}");
        assert!(!world.get("admin", "/admin/outbox?state=waiting").await.text.contains("Sign in"));

        assert_eq!(world.form("/admin/outbox/1/retry", "").await.status, 303);
        sends(&world).await;
        assert_eq!(sink.received().len(), 1);
        assert!(world.get("admin", "/admin/outbox?state=sent").await.text.contains("Sign in"));
        assert_eq!(world.form("/admin/outbox/1/retry", "").await.status, 409, "it arrived");
        world.clock.advance(HOUR);
        sends(&world).await;
        assert_eq!(sink.received().len(), 1);
    });
}
