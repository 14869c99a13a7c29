//! What people say about their own absence.
use super::{UserAway, UserBack, policy, policy::Draft, store};
use crate::users::UserError;
use jiff::tz::TimeZone;
use kernel::fault::Problem;
use platform::authority::{Actor, Myself, Tx};

/// The zone that a person lives by.
pub fn zone_of(actor: &Actor) -> TimeZone {
    TimeZone::get(&actor.zone).unwrap_or(TimeZone::UTC)
}

/// Says when one is away, in place of what was said before.
///
/// * errors – 422: days, a deputy who is not there, and one who would hand everything back (`deputy_loop`).
pub fn say(tx: &mut Tx<Myself>, draft: &Draft) -> Result<(), Problem> {
    let me = tx.actor().user().ok_or(Problem::new(403, "permission_required"))?;
    let new = draft.parse(me, &zone_of(tx.actor()), tx.now())?;
    if let Some(deputy) = new.deputy {
        if !store::is_active(tx, deputy)? {
            return Err(Problem::field("deputy", "unknown_id"));
        }
        if policy::is_loop(me, &new, |user| store::of(tx, user))? {
            return Err(Problem::field("deputy", "deputy_loop"));
        }
    }
    store::put(tx, me, &new)?;
    tx.emit(UserAway { user: me, from: new.from, until: new.until, deputy: new.deputy })?;
    Ok(())
}

/// One is there after all. Nothing happens where nothing was said.
pub fn come_back(tx: &mut Tx<Myself>) -> Result<(), UserError> {
    let Some(me) = tx.actor().user() else { return Err(UserError::Unknown) };
    if store::remove(tx, me)? {
        tx.emit(UserBack { user: me })?;
    }
    Ok(())
}
