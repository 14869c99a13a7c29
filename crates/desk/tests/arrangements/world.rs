//! A desk with an administrator's token, and customers who write to a number.
use axum::{Router, middleware::from_fn_with_state};
use desk::{
    arrangements,
    conversation::{self, actions::Incoming},
    tickets::{self, TicketError},
};
use kernel::{
    clock::{Clock, Millis},
    fault::Problem,
    id::Id,
};
use people::{contacts, sign_in::Doorman, sign_in::tokens};
use platform::{
    Home,
    authority::{Grant, System},
    db::{self, MIGRATIONS, migrate},
    i18n::Language,
    web::error_pages,
};
use serde_json::{Value, json};
use testkit::{Client, Desk};

pub struct World {
    pub home: Home,
    pub router: Router,
    pub bo: Client,
}

impl World {
    pub async fn over(desk: &Desk) -> World {
        let clock = Clock::fixed(Millis(1_795_417_200_000));
        migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home_with(desk.db.clone(), clock, Box::new(Doorman::new()));
        let system = Grant::<System>::system(&home);
        let made =
            system.change(|tx| people::setup::create_desk(tx, "ACME", "bo@desk.example", "x", Language::En));
        let admin = made.await.unwrap();
        let token = system
            .change::<_, db::Error>(move |tx| tokens::create(tx, admin, "test", &tokens::Scopes::All, None))
            .await
            .unwrap();
        let (router, _) = desk::routes().router.split_for_parts();
        let router = router.layer(from_fn_with_state(home.clone(), error_pages)).with_state(home.clone());
        let bo = Client::new(router.clone()).with_bearer(token.reveal());
        let mut world = World { home, router, bo };
        let policy = json!({
            "name": "Gold", "calendar": null, "filter": "",
            "targets": { "first_response": "4h", "next_response": "4h", "resolution": "2d" },
            "pause_in": ["waiting_customer"], "warn": "1h",
        });
        assert_eq!(world.asks("POST", "/api/v1/sla-policies", policy).await.0, 201);
        world
    }
    /// Status and body of an answer.
    pub async fn asks(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let reply = match method {
            "POST" => self.bo.post_json(path, &body.to_string()).await,
            "PATCH" => self.bo.patch_json(path, &body.to_string()).await,
            _ => self.bo.get(path).await,
        };
        (reply.status.as_u16(), reply.json())
    }
    /// Asks, and says the change or the code of the refusal.
    pub async fn arranges(&mut self, path: &str, body: Value) -> Result<String, String> {
        let (status, answer) = self.asks("POST", path, body).await;
        let field = answer["errors"][0]["code"].as_str().or(answer["code"].as_str());
        match status {
            200 | 201 => Ok(answer["change"].as_str().unwrap_or_default().to_owned()),
            _ => Err(field.unwrap_or_default().to_owned()),
        }
    }
    pub async fn opens(&mut self, who: &str, text: &str) -> i64 {
        let ticket = json!({
            "subject": text, "text": text, "requester": { "email": who, "name": who },
            "tags": [], "fields": {},
        });
        self.asks("POST", "/api/v1/tickets", ticket).await.1["number"].as_i64().unwrap()
    }
    /// A mail of a customer to a number, as the intake adds it.
    pub async fn hears(&self, number: i64, from: &str, text: &str) -> i64 {
        let (from, text) = (from.to_owned(), text.to_owned());
        Grant::<System>::system(&self.home)
            .change::<_, TicketError>(move |tx| {
                let number = Id::new(number);
                let lands = tickets::store::landing(tx, number)?.ok_or_else(Problem::not_found)?;
                let seen = tickets::store::see_for_machine(tx, lands)?.ok_or_else(Problem::not_found)?;
                let author = contacts::store::find_or_create(tx, &from, &from)?;
                let incoming = Incoming {
                    channel: "email",
                    author: Some(author.id),
                    author_name: &from,
                    from_email: Some(&from),
                    to: &[],
                    cc: &[],
                    subject: "Re",
                    text: &text,
                    quoted: None,
                    signature: None,
                    html: None,
                    message_id: None,
                    inbound_id: None,
                    is_automatic: false,
                    is_sender_known: true,
                    remarks: "{}",
                };
                let message = conversation::actions::receive(tx, &seen, &incoming)?;
                if lands != number {
                    arrangements::store::set_home(tx, message, number)?;
                }
                Ok(message.number())
            })
            .await
            .unwrap()
    }
    pub async fn messages(&self, ticket: i64) -> Vec<i64> {
        let read =
            move |conn: &mut db::Conn| conversation::store::of_ticket(conn, Id::new(ticket), None, 500);
        let found = self.home.db.read::<_, db::Error>(read).await.unwrap();
        found.into_iter().map(|message| message.id.number()).collect()
    }
    pub async fn participants(&self, ticket: i64) -> Vec<String> {
        let read = move |conn: &mut db::Conn| tickets::store::participants(conn, Id::new(ticket));
        let people = self.home.db.read::<_, db::Error>(read).await.unwrap();
        let mut people: Vec<_> = people.into_iter().filter_map(|person| person.email).collect();
        people.sort();
        people
    }
    pub async fn contact(&self, email: &str) -> String {
        let email = email.to_owned();
        let find = move |tx: &mut platform::authority::Tx<System>| contacts::store::find_by_email(tx, &email);
        let found = Grant::<System>::system(&self.home).change::<_, db::Error>(find).await.unwrap();
        found.unwrap().id.to_string()
    }
}
