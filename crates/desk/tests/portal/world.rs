//! A desk, its customers and one agent.
use axum::{Router, extract::DefaultBodyLimit, middleware::from_fn_with_state};
use desk::{
    conversation::{self, MessageKind, ReplyDraft, actions::Signer},
    portal::link::Links,
    tickets::{self, Category, Ticket, TicketError},
};
use kernel::{
    clock::{Clock, MINUTE, Millis, SECOND},
    id::Id,
};
use people::{
    contacts::{self, ContactRow},
    sign_in::{
        Doorman,
        store::{self as access, Origin, Owner, Stage},
    },
};
use platform::{
    Home, args,
    authority::{Actor, Grant, Permission, Scope, System, Who},
    db::{self, MIGRATIONS},
    events, sql,
    web::{customer_cookie_name, error_pages, security_headers},
};
use std::sync::Arc;
use testkit::{Client, Desk, Reply};

pub struct World {
    pub home: Home,
    pub clock: Clock,
    router: Router,
}

/// A queued mail: kind, recipients, subject, body.
pub type Mail = (String, String, String, Option<String>);

impl World {
    pub async fn on(desk: &Desk) -> World {
        let clock = Clock::fixed(Millis(1_795_251_900_000));
        db::migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
        let home = testkit::home_with(desk.db.clone(), clock.clone(), Box::new(Doorman::new()));
        let (router, _) = desk::routes().router.split_for_parts();
        let router = router
            .layer(DefaultBodyLimit::max(home.site.max_message_bytes + 1_000_000))
            .layer(from_fn_with_state(home.clone(), error_pages))
            .layer(from_fn_with_state(home.clone(), security_headers))
            .with_state(home.clone());
        World { home, clock, router }
    }
    pub fn router(&self) -> Router {
        self.router.clone()
    }
    pub fn browser(&self) -> Client {
        Client::new(self.router.clone())
    }
    /// A browser of somebody who is signed in.
    pub async fn signed_in(&self, email: &str) -> Client {
        let contact = self.contact(email).await;
        let origin = Origin { device: "Firefox · Linux".into(), net: "127.0.0.0/24".into() };
        let session = Grant::<System>::system(&self.home)
            .change::<_, db::Error>(move |tx| {
                access::open_session(tx, Owner::Contact(contact.id), Stage::Full, &origin)
            })
            .await
            .unwrap();
        let mut browser = self.browser();
        browser.set_cookie(customer_cookie_name(&self.home), session.reveal());
        browser
    }
    /// The hidden field of a form that was shown long enough ago.
    pub async fn form(&self, browser: &mut Client) -> String {
        let page = browser.get("/portal").await.assert_status(200);
        self.clock.advance(10 * SECOND);
        page.form_value("form").unwrap()
    }
    /// Asks as people do.
    pub async fn asks(&self, browser: &mut Client, email: &str, subject: &str, text: &str) -> Reply {
        let form = self.form(browser).await;
        let fields = [
            ("name", ""),
            ("email", email),
            ("subject", subject),
            ("text", text),
            ("type", ""),
            ("website", ""),
        ];
        let mut fields = fields.to_vec();
        fields.push(("form", &form));
        browser.post_files("/portal", &fields, &[]).await
    }
    /// A new ticket, from a network that has not sent too much.
    pub async fn ticket(&self, email: &str, subject: &str, text: &str) -> Id<Ticket> {
        self.clock.advance(MINUTE);
        let page = self.asks(&mut self.browser(), email, subject, text).await.assert_status(200);
        number(&page)
    }
    pub async fn contact(&self, email: &str) -> ContactRow {
        let email = email.to_owned();
        self.read(move |tx| contacts::store::find_or_create(tx, &email, "")).await
    }
    /// The path of the link that this person gets.
    pub async fn link(&self, ticket: Id<Ticket>, email: &str) -> String {
        let contact = self.contact(email).await;
        let url = Links::of(&self.home).url(ticket, contact.id, contact.email.as_deref().unwrap());
        url.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
    }
    /// Runs in a transaction of the program.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut platform::authority::Tx<System>) -> db::Result<T> + Send + 'static,
    ) -> T {
        Grant::<System>::system(&self.home).change::<_, db::Error>(work).await.unwrap()
    }
    pub async fn tickets(&self) -> i64 {
        self.read(|tx| Ok(tx.one::<(i64,)>(sql!("SELECT count(*) AS n FROM ticket"), args![])?.0)).await
    }
    pub async fn messages(&self) -> i64 {
        self.read(|tx| Ok(tx.one::<(i64,)>(sql!("SELECT count(*) AS n FROM message"), args![])?.0)).await
    }
    pub async fn mails(&self) -> Vec<Mail> {
        self.read(|tx| {
            tx.all(sql!("SELECT kind, recipients, subject, body FROM outbound ORDER BY id"), args![])
        })
        .await
    }
    pub async fn events(&self, kind: &'static str) -> Vec<events::Recorded> {
        let all = self.read(|tx| events::after(tx, Id::new(0), 5_000)).await;
        all.into_iter().filter(|event| event.kind == kind).collect()
    }
    pub async fn category(&self, ticket: Id<Ticket>) -> Category {
        self.read(move |tx| Ok(tickets::store::see_for_machine(tx, ticket)?.unwrap().category)).await
    }
    pub async fn set_category(&self, ticket: Id<Ticket>, category: Category) {
        Grant::<System>::system(&self.home)
            .change::<_, TicketError>(move |tx| {
                let ticket = tickets::store::see_for_machine(tx, ticket)?.unwrap();
                tickets::actions::set_category(tx, &ticket, category)
            })
            .await
            .unwrap();
    }
    /// Ben Okafor, who works here.
    fn agent<P: Permission>(&self) -> Grant<P> {
        let actor = Actor {
            who: Who::User(Id::new(7)),
            name: "Ben Okafor".into(),
            email: "ben@desk.example".into(),
            permissions: ["tickets.reply", "tickets.note", "tickets.edit"]
                .map(|key| (key.into(), Scope::All))
                .into(),
            ..Actor::system()
        };
        Grant::check(&self.home, Arc::new(actor), true).unwrap()
    }
    /// Ben answers: `to` is empty for the customer and those in copy.
    pub async fn ben_replies(
        &self,
        ticket: Id<Ticket>,
        text: &str,
        to: &[&str],
    ) -> Id<conversation::Message> {
        self.ben_replies_with(ticket, text, to, &[]).await
    }
    /// The same with files.
    pub async fn ben_replies_with(
        &self,
        ticket: Id<Ticket>,
        text: &str,
        to: &[&str],
        files: &[(&str, &[u8])],
    ) -> Id<conversation::Message> {
        let grant = self.agent::<tickets::ReplyTickets>();
        let mut attachments = Vec::new();
        for (name, bytes) in files {
            let (field, name, bytes) = ("file".into(), (*name).into(), bytes.to_vec());
            let upload = platform::web::Upload { field, name, bytes };
            attachments.push(desk::attachments::api::keep(&grant, upload).await.unwrap().id);
        }
        let to: Vec<String> = to.iter().map(ToString::to_string).collect();
        let draft = ReplyDraft {
            text: Some(text.into()),
            cc: (!to.is_empty()).then(Vec::new),
            to: (!to.is_empty()).then_some(to),
            attachments,
            ..ReplyDraft::default()
        };
        let (reply, signer) = (draft.parse().unwrap(), Signer::of(&self.home));
        grant
            .change::<_, TicketError>(move |tx| {
                let ticket = tickets::store::see(tx, ticket)?.unwrap();
                conversation::actions::reply(tx, &ticket, &reply, &signer)
            })
            .await
            .unwrap()
    }
    /// Ben answers with a picture in his words.
    pub async fn ben_shows(&self, ticket: Id<Ticket>, name: &str, picture: &[u8]) {
        let grant = self.agent::<tickets::ReplyTickets>();
        let (field, name, bytes) = ("file".into(), name.to_owned(), picture.to_vec());
        let upload = platform::web::Upload { field, name: name.clone(), bytes };
        let id = desk::attachments::api::keep(&grant, upload).await.unwrap().id;
        let html =
            format!("<p>It is <strong>here</strong>: <img src=\"/attachments/{id}\" alt=\"{name}\"></p>");
        let draft = ReplyDraft { html: Some(html), attachments: vec![id], ..ReplyDraft::default() };
        let (reply, signer) = (draft.parse().unwrap(), Signer::of(&self.home));
        grant
            .change::<_, TicketError>(move |tx| {
                let ticket = tickets::store::see(tx, ticket)?.unwrap();
                conversation::actions::reply(tx, &ticket, &reply, &signer)
            })
            .await
            .unwrap();
    }
    pub async fn ben_notes(&self, ticket: Id<Ticket>, text: &str) {
        let draft = ReplyDraft { kind: MessageKind::Note, text: Some(text.into()), ..ReplyDraft::default() };
        let note = draft.parse().unwrap();
        self.agent::<tickets::NoteTickets>()
            .change::<_, TicketError>(move |tx| {
                let ticket = tickets::store::see(tx, ticket)?.unwrap();
                conversation::actions::note(tx, &ticket, &note)
            })
            .await
            .unwrap();
    }
    /// Ben merges a ticket into another one; nobody comes along but `people`.
    pub async fn ben_merges(&self, ticket: Id<Ticket>, into: Id<Ticket>, people: &[&str]) {
        let mut ids = Vec::new();
        for email in people {
            ids.push(self.contact(email).await.id);
        }
        let grant = self.agent::<tickets::EditTickets>();
        let merge = move |tx: &mut platform::authority::Tx<tickets::EditTickets>| {
            desk::arrangements::actions::merge::merge(tx, ticket, into, &ids)
        };
        grant.change(merge).await.unwrap();
    }
    pub async fn add_cc(&self, ticket: Id<Ticket>, email: &str) {
        let contact = self.contact(email).await;
        self.read(move |tx| tickets::store::add_participant(tx, ticket, contact.id, "cc")).await;
    }
    pub async fn remove_cc(&self, ticket: Id<Ticket>, email: &str) {
        let contact = self.contact(email).await;
        self.read(move |tx| tickets::store::remove_participant(tx, ticket, contact.id)).await;
    }
}

/// The number on the page that says that a request arrived.
pub fn number(page: &Reply) -> Id<Ticket> {
    let text = page.text();
    let (_, rest) = text.split_once("class=\"number\">#").unwrap_or_else(|| panic!("no number in {text}"));
    rest.split('<').next().unwrap().parse().unwrap()
}
/// The addresses of the attachments on a page.
pub fn files(page: &Reply) -> Vec<String> {
    let text = page.text();
    let links = text.split("class=\"attachment\" href=\"").skip(1);
    links.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}
