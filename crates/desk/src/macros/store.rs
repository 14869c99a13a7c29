//! SQL for macros. Nothing else.
use super::policy::{Macro, NewMacro};
use crate::sharing::{Shared, searched, shared_rows};
use kernel::id::Id;
use platform::{args, authority::Tx, db::Result, sql};

shared_rows!(Macro:
    "SELECT x.id, x.name, x.folder, x.share, x.owner_id, x.team_id, m.name AS team_name, x.steps, x.afterwards,
     x.is_archived, x.uses, x.last_used_at_ms, x.created_at_ms, x.updated_at_ms
       FROM macro x LEFT JOIN team m ON m.id = x.team_id WHERE "
);

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
            &searched(&new.folder, &new.name),
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
            &searched(&new.folder, &new.name),
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
