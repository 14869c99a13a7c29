//! Mail: receiving, reading, sending, and who really sent it.
mod addresses;
pub mod alarms;
mod by_time;
pub mod deliver;
pub mod fetching;
pub mod inboxes;
pub mod intake;
pub mod ledger;
pub mod outbox;
pub mod peer;
pub mod receive;
mod sight;
pub mod verify;

use platform::{
    Home,
    authority::{Grant, System},
    db,
    web::Routes,
};

pub fn routes() -> Routes {
    Routes::new().merge(inboxes::routes()).merge(ledger::routes()).merge(outbox::routes())
}

/// Our Message-IDs carry the domain of the desk's first inbox. Asked at the start and when an inbox changes.
pub async fn learn_domain(home: &Home) {
    let grant = Grant::<System>::system(home);
    let addresses = grant.read::<_, db::Error>(|tx| inboxes::store::addresses(tx)).await;
    let first = addresses.ok().and_then(|addresses| addresses.into_iter().next());
    if let Some((_, domain)) = first.as_deref().and_then(|address| address.rsplit_once('@')) {
        home.site.set_mail_domain(domain);
    }
}
