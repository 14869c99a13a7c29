//! What a note does to those whom it calls.
use super::{
    policy::{Callable, Called, find},
    store,
};
use crate::{
    conversation::{
        Message,
        doubt::{self, Doubt},
        guard::Stopped,
    },
    tickets::{self, Seen, Ticket, TicketError},
};
use kernel::id::Id;
use platform::{
    authority::{Tx, User},
    db,
};

/// Whether a text may call anybody at all: most do not, and cost no look.
fn may_call(words: &str) -> bool {
    words.contains('@')
}

/// Those of `called` who may not see the ticket. A team is told as far as its members may.
fn blind(conn: &mut db::Conn, ticket: Id<Ticket>, called: &[Called]) -> db::Result<Vec<Id<User>>> {
    let users: Vec<_> =
        called.iter().filter_map(|who| if let Called::User(id) = who { Some(*id) } else { None }).collect();
    if users.is_empty() {
        return Ok(users);
    }
    let seeing = store::in_sight(conn, ticket, &users)?;
    Ok(users.into_iter().filter(|user| !seeing.contains(user)).collect())
}

/// Stops a note that calls somebody who may not see the ticket, or a name that several have, until its writer has
/// said that it may be so.
///
/// * errors – [`Stopped::Unsure`].
pub fn look<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    words: &str,
    confirmed: &[String],
) -> Result<(), Stopped> {
    if !may_call(words) {
        return Ok(());
    }
    let all = store::callable(tx)?;
    let found = find(words, &all);
    let blind = blind(tx, ticket.id, &found.called)?;
    let name = |user: &Id<User>| {
        let is_it = |one: &&Callable| one.who == Called::User(*user);
        all.iter().find(is_it).map(|one| one.name.clone())
    };
    let mut doubts: Vec<Doubt> = blind.iter().filter_map(name).map(Doubt::MentionBlind).collect();
    doubts.extend(found.unclear.into_iter().map(Doubt::MentionUnclear));
    match doubt::open(doubts, confirmed) {
        doubts if doubts.is_empty() => Ok(()),
        doubts => Err(Stopped::Unsure(doubts)),
    }
}

/// Writes down whom a note calls; each of them follows the ticket from now on, as far as they may see it.
pub(crate) fn record<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    message: Id<Message>,
    words: &str,
) -> Result<(), TicketError> {
    if !may_call(words) {
        return Ok(());
    }
    let all = store::callable(tx)?;
    let called = find(words, &all).called;
    let blind = blind(tx, ticket.id, &called)?;
    let me = tx.actor().user();
    for who in called {
        match who {
            Called::User(user) if blind.contains(&user) => continue,
            Called::User(user) if Some(user) != me => {
                tickets::actions::set_following(tx, ticket.id, user, true)?;
            }
            Called::User(_) | Called::Team(_) => {}
        }
        store::insert(tx, message, who)?;
    }
    Ok(())
}
