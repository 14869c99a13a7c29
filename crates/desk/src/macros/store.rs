//! SQL for macros. Nothing else.
use super::policy::{Macro, NewMacro};
use crate::{
    sharing::{Sees, Shared, shared_with},
    tickets::NoteTickets,
};
use kernel::{id::Id, text};
use platform::{
    args,
    authority::{Implies, Tx},
    db::Result,
    sql,
};

macro_rules! columns {
    () => {
        "SELECT x.id, x.name, x.folder, x.share, x.owner_id, x.team_id, m.name AS team_name, x.steps, x.afterwards,
                x.is_archived, x.uses, x.last_used_at_ms, x.created_at_ms, x.updated_at_ms
           FROM macro x LEFT JOIN team m ON m.id = x.team_id WHERE "
    };
}

/// All that the person sees, by folder and name, 1,000 at most; those out of use at the end, if they are wanted.
pub fn all<P: Implies<NoteTickets>>(tx: &mut Tx<P>, with_archived: bool) -> Result<Vec<Macro>> {
    let sees = Sees::of(tx.actor());
    tx.all(
        sql!(concat!(
            columns!(),
            shared_with!(),
            " AND (x.is_archived = FALSE OR $4 = TRUE) ORDER BY x.is_archived, x.searched, x.id LIMIT 1000"
        )),
        args![sees.person, sees.is_all_teams, &sees.teams, with_archived],
    )
}

/// Those that the person sees and whose folder or name has the word, after the id `after`, by id. Looks at all
/// that the person sees: a desk has hundreds.
pub fn page<P: Implies<NoteTickets>>(
    tx: &mut Tx<P>,
    asked: &str,
    after: Option<Id<Macro>>,
    limit: usize,
) -> Result<Vec<Macro>> {
    let sees = Sees::of(tx.actor());
    let asked = text::fold(asked).replace(['\\', '%', '_'], " ");
    let pattern = if asked.is_empty() { String::new() } else { format!("%{asked}%") };
    tx.all(
        sql!(concat!(
            columns!(),
            shared_with!(),
            " AND x.is_archived = FALSE AND x.id > $4 AND ($5 = '' OR x.searched LIKE $5) ORDER BY x.id LIMIT $6"
        )),
        args![
            sees.person,
            sees.is_all_teams,
            &sees.teams,
            after.unwrap_or(Id::new(0)),
            &pattern,
            limit
        ],
    )
}

/// One that the person sees, in use or not.
pub fn see<P: Implies<NoteTickets>>(tx: &mut Tx<P>, id: Id<Macro>) -> Result<Option<Macro>> {
    let sees = Sees::of(tx.actor());
    tx.find(
        sql!(concat!(columns!(), shared_with!(), " AND x.id = $4")),
        args![sees.person, sees.is_all_teams, &sees.teams, id],
    )
}

fn searched(new: &NewMacro) -> String {
    text::fold(&format!("{} {}", new.folder, new.name))
}

fn steps(new: &NewMacro) -> String {
    serde_json::to_string(&new.steps).expect("steps are plain data")
}

pub(super) fn insert<P>(tx: &mut Tx<P>, new: &NewMacro, shared: &Shared) -> Result<Id<Macro>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO macro (name, folder, searched, share, owner_id, team_id, steps, afterwards, created_at_ms,
                                updated_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING id"
        ),
        args![
            &new.name,
            &new.folder,
            &searched(new),
            shared.share,
            shared.owner_id,
            shared.team_id,
            &steps(new),
            new.afterwards,
            now
        ],
    )?;
    Ok(id)
}

pub(super) fn update<P>(
    tx: &mut Tx<P>,
    id: Id<Macro>,
    new: &NewMacro,
    shared: &Shared,
    is_archived: bool,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE macro SET name = $2, folder = $3, searched = $4, share = $5, owner_id = $6, team_id = $7,
                    steps = $8, afterwards = $9, is_archived = $10, updated_at_ms = $11
              WHERE id = $1"
        ),
        args![
            id,
            &new.name,
            &new.folder,
            &searched(new),
            shared.share,
            shared.owner_id,
            shared.team_id,
            &steps(new),
            new.afterwards,
            is_archived,
            now
        ],
    )
    .map(drop)
}

pub(super) fn count_use<P>(tx: &mut Tx<P>, id: Id<Macro>) -> Result<()> {
    let now = tx.now();
    tx.run(sql!("UPDATE macro SET uses = uses + 1, last_used_at_ms = $2 WHERE id = $1"), args![id, now])
        .map(drop)
}
