//! A desk with people in it, for the tests of this crate.
use crate::{
    contacts, routes, setup,
    sign_in::{self, Doorman, passwords, tokens::Scopes},
    users,
};
use axum::{Router, middleware};
use kernel::{
    clock::{Clock, Millis},
    id::Id,
    secret::Secret,
};
use platform::{
    Home, args,
    authority::{Contact, Grant, System, User},
    db,
    db::{MIGRATIONS, migrate},
    i18n::Language,
    sql, web,
};
use std::sync::LazyLock;
use testkit::{Client, Desk, home_with};

pub const PASSWORD: &str = "correct horse battery";
static HASH: LazyLock<String> = LazyLock::new(|| passwords::hash_now(&Secret::new(PASSWORD.into())));

pub struct World {
    pub home: Home,
    pub clock: Clock,
    router: Router,
}

impl World {
    /// A desk named ACME with the administrator `ada@acme.example`, whose password is [`PASSWORD`].
    pub async fn new(desk: &Desk) -> World {
        let clock = Clock::fixed(Millis(1_795_251_900_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = home_with(desk.db.clone(), clock.clone(), Box::new(Doorman::new()));
        let (router, _) = routes().router.split_for_parts();
        let router = router
            .layer(middleware::from_fn_with_state(home.clone(), web::error_pages))
            .layer(middleware::from_fn_with_state(home.clone(), web::security_headers))
            .with_state(home.clone());
        let world = World { home, clock, router };
        world
            .system()
            .change(|tx| setup::create_desk(tx, "ACME", "ada@acme.example", &HASH, Language::En))
            .await
            .unwrap();
        world
    }
    pub fn system(&self) -> Grant<System> {
        Grant::<System>::system(&self.home)
    }
    pub fn stranger(&self) -> Client {
        Client::new(self.router.clone())
    }
    /// A browser in which somebody has signed in.
    pub async fn signed_in(&self, email: &str) -> Client {
        let mut client = self.stranger();
        client.post_form("/sign-in", &[("email", email), ("password", PASSWORD)]).await.assert_leads_to("/");
        client
    }
    /// A program with a token of this user.
    pub async fn program(&self, email: &'static str, scopes: &'static str) -> Client {
        let token = self
            .system()
            .change::<_, db::Error>(move |tx| {
                let user = users::store::by_email(tx, email)?.unwrap();
                sign_in::tokens::create(tx, user.id, "test", &Scopes::parse(scopes).unwrap(), None)
            })
            .await
            .unwrap();
        self.stranger().with_bearer(token.reveal())
    }
    /// A user with [`PASSWORD`] and a built-in role, by its code.
    pub async fn user(&self, email: &str, role: &str) -> Id<User> {
        let mut admin = self.program("ada@acme.example", "all").await;
        let roles = admin.get("/api/v1/roles").await.json();
        let role =
            roles["items"].as_array().unwrap().iter().find(|r| r["code"] == role).unwrap()["id"].clone();
        let body = serde_json::json!({ "name": email.split('@').next().unwrap(), "email": email, "role": role,
                                       "password": PASSWORD });
        let made = admin.post_json("/api/v1/users", &body.to_string()).await.assert_status(201).json();
        made["id"].as_str().unwrap().parse().unwrap()
    }
    pub async fn contact(&self, email: &'static str) -> Id<Contact> {
        let row = self
            .system()
            .change::<_, db::Error>(move |tx| contacts::store::find_or_create(tx, email, ""))
            .await
            .unwrap();
        row.id
    }
    /// To whom each queued mail goes and what it says, the newest last.
    pub async fn letters(&self) -> Vec<(String, String)> {
        while platform::jobs::run_next(&self.home).await.unwrap() {}
        let rows: Vec<(String, String)> = self
            .home
            .db
            .read::<_, db::Error>(|conn| {
                conn.all(sql!("SELECT recipients_text, body FROM outbound ORDER BY id"), args![])
            })
            .await
            .unwrap();
        let text = |body: String| {
            let letter: serde_json::Value = serde_json::from_str(&body).unwrap();
            letter["text"].as_str().unwrap().to_owned()
        };
        rows.into_iter().map(|(to, body)| (to, text(body))).collect()
    }
    /// The path of the link in the newest mail.
    pub async fn newest_link(&self) -> String {
        let (_, text) = self.letters().await.pop().unwrap();
        let line = text.lines().find(|line| line.starts_with("http")).unwrap().to_owned();
        line.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
    }
    /// The kinds of all events, oldest first.
    pub async fn events(&self) -> Vec<String> {
        let all =
            self.system().read::<_, db::Error>(|tx| platform::events::after(tx, Id::new(0), 1000)).await;
        all.unwrap().into_iter().map(|event| event.kind).collect()
    }
}
