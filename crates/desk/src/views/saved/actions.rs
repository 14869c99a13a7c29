//! What can be done with views.
use super::{Changes, Draft, Reach, Saved, ViewChanged, ViewCreated, policy::NewView, store};
use crate::{
    filter::{self, find},
    tickets::{TicketError, ViewTickets, store as tickets},
};
use kernel::{fault::Problem, id::Id};
use platform::authority::{Implies, Tx, User};

/// Adds a view.
///
/// * errors – 422 for a filter that cannot be read, with its place; 403 for a reach that is not the person's to give.
pub fn create<P: Implies<ViewTickets>>(tx: &mut Tx<P>, draft: Draft) -> Result<Id<Saved>, TicketError> {
    let new = draft.parse()?;
    let owner = check(tx, &new, None)?;
    let filter = readable(tx, &new.filter)?;
    let view = store::insert(tx, &new, &filter, owner)?;
    tx.emit(ViewCreated { view, name: new.name, reach: new.reach })?;
    Ok(view)
}

/// Changes what is given.
///
/// * errors – 404 for a view out of sight; 403 for one of others; as [`create`].
pub fn edit<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    id: Id<Saved>,
    changes: Changes,
) -> Result<(), TicketError> {
    let before = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    if !before.may_change(tx.actor()) {
        return Err(Problem::new(403, "permission_required").into());
    }
    let new = changes.apply(&before).parse()?;
    let owner = check(tx, &new, Some(&before))?;
    // One that names something gone can still be renamed or archived.
    let filter = if changes.filter.is_some() { readable(tx, &new.filter)? } else { before.filter.clone() };
    let is_archived = changes.is_archived.unwrap_or(before.is_archived);
    let differs = [
        ("name", new.name != before.name),
        ("filter", filter != before.filter),
        ("sort", new.sort != before.sort),
        ("reach", new.reach != before.reach || new.team != before.team_id),
        ("position", changes.position.is_some()),
        ("is_archived", is_archived != before.is_archived),
    ];
    store::update(tx, id, &new, &filter, owner, is_archived)?;
    if let Some(position) = changes.position {
        put(tx, id, position)?;
    }
    let fields: Vec<_> =
        differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect();
    if !fields.is_empty() {
        tx.emit(ViewChanged { view: id, fields })?;
    }
    Ok(())
}

/// Moves a view one place up or down among those of the same people.
pub fn shift<P: Implies<ViewTickets>>(tx: &mut Tx<P>, id: Id<Saved>, is_up: bool) -> Result<(), TicketError> {
    let view = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    let at = neighbours(tx, &view)?.iter().position(|other| other.id == id).unwrap_or(0) as i64 + 1;
    let position = if is_up { at - 1 } else { at + 1 };
    edit(tx, id, Changes { position: Some(position.max(1)), ..Changes::default() })
}

/// Those that are listed together with `view`, in their order.
fn neighbours<P: Implies<ViewTickets>>(tx: &mut Tx<P>, view: &Saved) -> Result<Vec<Saved>, TicketError> {
    let key = |view: &Saved| (view.reach, view.owner_id, view.team_id);
    let mut all = store::all(tx)?;
    all.retain(|other| key(other) == key(view) && !other.is_archived);
    Ok(all)
}
fn put<P: Implies<ViewTickets>>(tx: &mut Tx<P>, id: Id<Saved>, position: i64) -> Result<(), TicketError> {
    let view = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    let mut all = neighbours(tx, &view)?;
    all.retain(|other| other.id != id);
    let at = usize::try_from(position - 1).unwrap_or(0).min(all.len());
    all.insert(at, view);
    for (index, view) in all.iter().enumerate() {
        if view.position != index as i64 + 1 {
            store::place(tx, view.id, index as i64 + 1)?;
        }
    }
    Ok(())
}

/// The stored form of what was typed.
fn readable<P: Implies<ViewTickets>>(tx: &mut Tx<P>, text: &str) -> Result<String, TicketError> {
    let language = tx.actor().language;
    let filter = find::read(tx, text)?.map_err(|mistake| mistake.problem_in(language))?;
    Ok(filter::stored(&filter))
}

/// Whether the person may make it so; whose it is then.
fn check<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    new: &NewView,
    before: Option<&Saved>,
) -> Result<Option<Id<User>>, TicketError> {
    let actor = tx.actor();
    let may = |key: &str| actor.reach(key).is_some();
    let forbidden = || Err(Problem::new(403, "permission_required").into());
    let owner = actor.user();
    match (new.reach, new.team) {
        (Reach::Personal, _) => match owner.or(before.and_then(|view| view.owner_id)) {
            None => Err(Problem::field("reach", "unknown_word").into()),
            owner => Ok(owner),
        },
        (Reach::Desk, _) if may("views.manage") => Ok(None),
        (Reach::Team, Some(team))
            if may("views.manage") || may("views.share") && actor.teams.contains(&team) =>
        {
            if !tickets::team_exists(tx, team)? && before.and_then(|view| view.team_id) != Some(team) {
                return Err(Problem::field("team", "unknown_id").into());
            }
            Ok(None)
        }
        _ => forbidden(),
    }
}
