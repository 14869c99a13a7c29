//! A large desk to measure on: founded as any other, then filled by [`super::store`].
use super::store::{self, People};
use crate::{
    config::Config,
    failure::Failure,
    founding::{self, Draft},
    open,
};
use channels::email::inboxes::{self, ManageInboxes};
use kernel::{clock::Clock, fault::Problem, secret::Secret};
use people::sign_in::{
    Doorman, passwords,
    tokens::{self, Scopes},
};
use platform::{
    Home,
    authority::{Actor, Grant, Permission, Scope, System, Tx, Who},
    blobs,
    db::{self, dump},
    events,
};
use std::sync::Arc;

/// Everybody's password.
pub const PASSWORD: &str = "a desk that is only measured";
/// Who signs in.
pub const AGENT: &str = "agent0@bench.example";
/// Where the measured mails go. It sends nothing: what is measured is what comes in.
pub const INBOX: &str = "help@bench.example";
/// Tickets of one transaction.
const BATCH: i64 = 20_000;

/// What the measuring needs to know of the desk.
pub struct Filled {
    pub people: People,
    pub customers: i64,
    pub tickets: i64,
    /// So many of them have their number in their subject; what earlier runs created has not.
    pub numbered: i64,
    /// A bearer token of [`AGENT`].
    pub token: Secret<String>,
}

/// Makes the desk, or takes the one that is there if it has at least so many tickets.
pub async fn fill(config: &Config, tickets: i64) -> Result<Filled, Failure> {
    let db = open::ready(config).await?;
    let home = open::home(config, db, Clock::System, "http://127.0.0.1", Box::new(Doorman::new())).await?;
    let filled = desk(&home, tickets, config.file().is_none()).await;
    home.db.close();
    filled.map_err(|problem| {
        Failure::failed(format!("{} {}", problem.code, problem.detail.unwrap_or_default()))
    })
}

async fn desk(home: &Home, total: i64, is_postgres: bool) -> Result<Filled, Problem> {
    let system = Grant::<System>::system(home);
    let customers = (total / 10).max(20);
    if !founding::is_done(home).await? {
        found(home, &system, customers).await?;
    }
    let there = system.read::<_, db::Error>(|tx| store::tickets(tx)).await?;
    let people = system.read::<_, db::Error>(|tx| store::people(tx)).await?;
    if there == 0 {
        for from in (1..=total).step_by(BATCH as usize) {
            let range = (from, (from + BATCH - 1).min(total));
            batch(home, &system, range, total, people, customers).await?;
        }
        system
            .change::<_, db::Error>(move |tx| {
                dump::take_your_time(tx)?;
                desk::tickets::counts::recount(tx)?;
                let last = events::last(tx)?;
                events::advance(tx, channels::webhooks::reader::NAME, last)?;
                if is_postgres { store::analyze(tx) } else { Ok(()) }
            })
            .await?;
    } else if there < total {
        return Err(
            Problem::internal().because(format!("this desk has {there} tickets; expected none or {total}"))
        );
    }
    let create = move |tx: &mut Tx<System>| tokens::create(tx, people.agent, "bench", &Scopes::All, None);
    let token = system.change::<_, db::Error>(create).await?;
    Ok(Filled { people, customers, tickets: there.max(total), numbered: total, token })
}

async fn found(home: &Home, system: &Grant<System>, customers: i64) -> Result<(), Problem> {
    let founder = Draft {
        desk_name: "Bench".into(),
        language: "en".into(),
        admin_name: "Admin".into(),
        admin_email: "admin@bench.example".into(),
        admin_password: Secret::new(PASSWORD.into()),
    };
    founding::found(home, founder.parse()?).await?;
    let hash = passwords::hash(Secret::new(PASSWORD.into())).await?;
    system
        .change::<_, db::Error>(move |tx| {
            dump::take_your_time(tx)?;
            let now = tx.now();
            store::staff(tx, &hash, now)?;
            store::customers(tx, customers, now)
        })
        .await?;
    let draft = serde_json::json!({ "name": "Help", "address": INBOX, "receive": { "kind": "smtp" } });
    let draft = serde_json::from_value(draft).map_err(|_| Problem::internal())?;
    let permissions = vec![(ManageInboxes::KEY.to_owned(), Scope::All)];
    let admin = Actor { who: Who::User(kernel::id::Id::new(1)), permissions, ..Actor::system() };
    inboxes::api::create(&Grant::check(home, Arc::new(admin), true)?, draft).await.map(drop)
}

/// Tickets with all that belongs to them, in one transaction.
async fn batch(
    home: &Home,
    system: &Grant<System>,
    range: (i64, i64),
    total: i64,
    people: People,
    customers: i64,
) -> Result<(), Problem> {
    let mail =
        format!("From: somebody@customers.example\r\nSubject: Tickets {range:?}\r\n\r\nPlease help.\r\n");
    let content = home.blobs.prepare(mail.into_bytes()).map_err(|_| Problem::internal())?;
    let work = move |tx: &mut Tx<System>| {
        dump::take_your_time(tx)?;
        let now = tx.now();
        store::add_tickets(tx, (range.0, range.1, total), &people, customers, now)?;
        for part in 0..3 {
            store::add_messages(tx, range, part)?;
        }
        blobs::insert(tx, &content, now)?;
        store::add_mails(tx, range, &content.hash, content.size)?;
        store::add_events(tx, range)
    };
    Ok(system.change::<_, db::Error>(work).await?)
}
