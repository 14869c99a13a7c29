//! A desk with an administrator, agents, and a clock that the test moves.
use axum::{Router, middleware::from_fn_with_state};
use desk::{
    conversation::{self, actions::Incoming},
    tickets::{self, TicketError},
};
use kernel::{
    clock::{Clock, Millis},
    fault::Problem,
    id::Id,
};
use people::{
    permissions::ManagePeople,
    roles::{self, Builtin},
    sign_in::{
        Doorman,
        store::{Origin, Owner, Stage, open_session},
        tokens,
    },
    users,
};
use platform::{
    Home,
    authority::{Actor, Grant, System, User, Who},
    db::{self, MIGRATIONS, migrate},
    events,
    i18n::Language,
    jobs,
    web::{error_pages, session_cookie_name},
};
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::{Client, Desk};

/// Monday 2026-11-23, 7:00 UTC: 8:00 in Berlin.
pub const MONDAY: Millis = Millis(1_795_417_200_000);

pub struct World {
    pub home: Home,
    pub router: Router,
    /// The administrator's program.
    pub ada: Client,
    pub ada_id: Id<User>,
}

impl World {
    pub async fn over(desk: &Desk) -> World {
        let clock = Clock::fixed(MONDAY);
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home_with(desk.db.clone(), clock, Box::new(Doorman::new()));
        let system = Grant::<System>::system(&home);
        let made =
            system.change(|tx| people::setup::create_desk(tx, "ACME", "ada@desk.example", "x", Language::En));
        let ada_id = made.await.unwrap();
        let (router, _) = desk::routes().merge(people::routes()).router.split_for_parts();
        let router = router.layer(from_fn_with_state(home.clone(), error_pages)).with_state(home.clone());
        let mut world = World { ada: Client::new(router.clone()), home, router, ada_id };
        world.ada = world.program_of(ada_id).await;
        world
    }
    pub async fn program_of(&self, user: Id<User>) -> Client {
        let token = Grant::<System>::system(&self.home)
            .change::<_, db::Error>(move |tx| tokens::create(tx, user, "test", &tokens::Scopes::All, None))
            .await
            .unwrap();
        Client::new(self.router.clone()).with_bearer(token.reveal())
    }
    pub async fn browser_of(&self, user: Id<User>) -> Client {
        let origin = Origin { device: "Test".into(), net: "127.0.0.0/24".into() };
        let token = Grant::<System>::system(&self.home)
            .change::<_, db::Error>(move |tx| open_session(tx, Owner::User(user), Stage::Full, &origin))
            .await
            .unwrap();
        let mut client = Client::new(self.router.clone());
        client.set_cookie(session_cookie_name(&self.home), token.reveal());
        client
    }
    /// Somebody with a role that every desk has.
    pub async fn hires(&self, name: &str, role: Builtin) -> Id<User> {
        let everything = Actor {
            who: Who::User(self.ada_id),
            permissions: roles::policy::everything(),
            ..Actor::system()
        };
        let name = name.to_owned();
        Grant::<ManagePeople>::check(&self.home, Arc::new(everything), true)
            .unwrap()
            .change::<_, users::UserError>(move |tx| {
                let role = Some(roles::store::builtin(tx, role)?);
                let draft = users::Draft {
                    email: format!("{}@desk.example", name.to_lowercase()),
                    name,
                    role,
                    ..users::Draft::default()
                };
                users::actions::create(tx, draft.parse().unwrap(), Some("$none$".into()))
            })
            .await
            .unwrap()
    }
    pub fn advance(&self, by_ms: i64) {
        self.home.clock.advance(by_ms);
    }
    pub async fn runs_jobs(&self) {
        while jobs::run_next(&self.home).await.unwrap() {}
    }

    pub async fn posts(&mut self, path: &str, body: Value, status: u16) -> Value {
        self.ada.post_json(path, &body.to_string()).await.assert_status(status).json()
    }
    pub async fn gets(&mut self, path: &str) -> Value {
        self.ada.get(path).await.assert_status(200).json()
    }
    pub async fn patches(&mut self, path: &str, body: Value, status: u16) -> Value {
        self.ada.patch_json(path, &body.to_string()).await.assert_status(status).json()
    }
    /// A ticket of Cy's.
    pub async fn opens(&mut self, subject: &str) -> i64 {
        let ticket = json!({
            "subject": subject, "text": "It is late",
            "requester": { "email": "cy@example.org", "name": "Cy Peters" }, "tags": ["late"],
        });
        self.posts("/api/v1/tickets", ticket, 201).await["number"].as_i64().unwrap()
    }
    /// The customer writes once more.
    pub async fn hears(&self, ticket: i64) {
        Grant::<System>::system(&self.home)
            .change::<_, TicketError>(move |tx| {
                let seen =
                    tickets::store::see_for_machine(tx, Id::new(ticket))?.ok_or_else(Problem::not_found)?;
                let incoming = Incoming {
                    channel: "email",
                    author: None,
                    author_name: "Cy",
                    from_email: Some("cy@example.org"),
                    to: &[],
                    cc: &[],
                    subject: "Re",
                    text: "And now?",
                    quoted: None,
                    signature: None,
                    html: None,
                    message_id: None,
                    inbound_id: None,
                    is_automatic: false,
                    is_sender_known: true,
                    remarks: "{}",
                };
                conversation::actions::receive(tx, &seen, &incoming)
            })
            .await
            .unwrap();
    }
    /// The kinds of what happened to a ticket, oldest first.
    pub async fn log(&self, ticket: i64) -> Vec<String> {
        let all = Grant::<System>::system(&self.home)
            .read::<_, db::Error>(|tx| events::after(tx, Id::new(0), 10_000))
            .await
            .unwrap();
        let about = all.into_iter().filter(|event| event.subject == format!("ticket/{ticket}"));
        about.map(|event| event.kind).collect()
    }
}
