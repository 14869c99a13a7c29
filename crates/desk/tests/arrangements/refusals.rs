//! What is refused, and what a merged ticket still is.
use crate::world::World;
use axum::http::Method;
use kernel::id::Id;
use people::{
    permissions::ManagePeople,
    roles::{self, Builtin},
    sign_in::tokens,
    users,
};
use platform::{
    args,
    authority::{Actor, Grant, System, Who},
    db, sql,
};
use serde_json::json;
use std::sync::Arc;
use testkit::{Client, on_both};

#[test]
fn a_merged_ticket_leads_to_the_other_one_and_takes_no_more() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let a = world.opens("ann@x.example", "Printer").await;
        let b = world.opens("ben@y.example", "Printer again").await;
        let preview = world.asks("GET", &format!("/api/v1/tickets/{b}/merge?into={a}"), json!(null)).await.1;
        assert_eq!(
            (&preview["messages"], &preview["people"][0]["takes_part_there"]),
            (&json!(1), &json!(false))
        );
        let change =
            world.arranges(&format!("/api/v1/tickets/{b}/merge"), json!({ "into": a })).await.unwrap();

        let (status, ticket) = world.asks("GET", &format!("/api/v1/tickets/{b}"), json!(null)).await;
        assert_eq!((status, &ticket["merged_into"]), (200, &json!(a)));
        for (method, path, body) in [
            ("PATCH", format!("/api/v1/tickets/{b}"), json!({ "priority": "high" })),
            ("PATCH", format!("/api/v1/tickets/{b}"), json!({ "tags": ["vip"] })),
            ("POST", format!("/api/v1/tickets/{b}/messages"), json!({ "kind": "note", "text": "x" })),
            ("POST", format!("/api/v1/tickets/{b}/messages"), json!({ "text": "x" })),
            ("POST", format!("/api/v1/tickets/{b}/merge"), json!({ "into": a })),
        ] {
            let (status, answer) = world.asks(method, &path, body).await;
            assert_eq!((status, &answer["code"]), (409, &json!("ticket_merged")), "{path}");
        }
        assert_eq!(world.participants(a).await, ["ann@x.example"], "nobody came along unasked");
        assert_eq!(world.messages(a).await.len(), 2);

        // What comes by its number goes back with it.
        world.hears(b, "ben@y.example", "And now?").await;
        assert_eq!((world.messages(a).await.len(), world.messages(b).await.len()), (3, 0));
        world.arranges(&format!("/api/v1/changes/{change}/undo"), json!({})).await.unwrap();
        assert_eq!((world.messages(a).await.len(), world.messages(b).await.len()), (1, 2));
        let again = world.arranges(&format!("/api/v1/changes/{change}/undo"), json!({})).await;
        assert_eq!(again.unwrap_err(), "change_undone");
    });
}

#[test]
fn a_closed_ticket_and_one_beyond_ones_rights_are_refused_with_the_reason() {
    on_both(async |desk| {
        let mut world = World::over(desk).await;
        let a = world.opens("ann@x.example", "Printer").await;
        let b = world.opens("ben@y.example", "Printer again").await;
        world.asks("PATCH", &format!("/api/v1/tickets/{a}"), json!({ "status": "closed" })).await;
        let merge = format!("/api/v1/tickets/{b}/merge");
        assert_eq!(world.arranges(&merge, json!({ "into": a })).await.unwrap_err(), "into_closed");
        assert_eq!(world.arranges(&merge, json!({ "into": 999 })).await.unwrap_err(), "unknown_ticket");
        let stranger = world.contact("ann@x.example").await;
        world.asks("PATCH", &format!("/api/v1/tickets/{a}"), json!({ "status": "open" })).await;
        let body = json!({ "into": a, "people": [stranger] });
        assert_eq!(world.arranges(&merge, body).await.unwrap_err(), "unknown_id");

        // Somebody who sees everything and changes what is theirs.
        let mut sam = agent(&world, "all", "own").await;
        world.asks("PATCH", &format!("/api/v1/tickets/{b}"), json!({ "assignee": "2" })).await;
        let refused = sam.post_json(&merge, &json!({ "into": a }).to_string()).await.assert_status(403);
        assert_eq!(refused.json()["code"], "ticket_beyond_yours");
        // Somebody who sees their own alone.
        let mut tim = agent(&world, "own", "own").await;
        world.asks("PATCH", &format!("/api/v1/tickets/{b}"), json!({ "assignee": "3" })).await;
        let refused = tim.post_json(&merge, &json!({ "into": a }).to_string()).await.assert_status(422);
        assert_eq!(refused.json()["errors"][0]["code"], "unknown_ticket");
        tim.send(Method::GET, &format!("/api/v1/tickets/{a}/merge?into={b}"), None, Vec::new())
            .await
            .assert_status(404);
        assert_eq!(world.messages(a).await.len(), 1, "nothing happened");
    });
}

/// An agent whose `tickets.view` and `tickets.edit` reach so far.
async fn agent(world: &World, view: &'static str, edit: &'static str) -> Client {
    let admin =
        Actor { who: Who::User(Id::new(1)), permissions: roles::policy::everything(), ..Actor::system() };
    let grant = Grant::<ManagePeople>::check(&world.home, Arc::new(admin), true).unwrap();
    let email = format!("{view}-{edit}@desk.example");
    let user = grant
        .change::<_, users::UserError>(move |tx| {
            let role = Some(roles::store::builtin(tx, Builtin::Agent)?);
            let draft: users::policy::Draft =
                serde_json::from_value(json!({ "name": "Sam", "email": email })).unwrap();
            let new = users::policy::Draft { role, ..draft }.parse().ok().unwrap();
            users::actions::create(tx, new, Some("x".into()))
        })
        .await
        .unwrap();
    Grant::<System>::system(&world.home)
        .change::<_, db::Error>(move |tx| {
            for (permission, scope) in [("tickets.view", view), ("tickets.edit", edit)] {
                tx.run(
                    sql!(
                        "UPDATE role_permission SET scope = $2 WHERE permission = $1
                            AND role_id IN (SELECT id FROM role WHERE code = 'agent')"
                    ),
                    args![permission, scope],
                )?;
            }
            Ok(())
        })
        .await
        .unwrap();
    // A role is remembered for some seconds.
    world.home.clock.advance(60_000);
    let token = Grant::<System>::system(&world.home)
        .change::<_, db::Error>(move |tx| tokens::create(tx, user, "test", &tokens::Scopes::All, None))
        .await
        .unwrap();
    Client::new(world.router.clone()).with_bearer(token.reveal())
}
