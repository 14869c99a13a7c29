//! SQL for canned replies. Nothing else.
use super::policy::{CannedReply, NewCanned};
use crate::sharing::{Shared, searched, shared_rows};
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Tx, User},
    db::{Conn, Result},
    sql,
};

shared_rows!(CannedReply:
    "SELECT x.id, x.name, x.folder, x.share, x.owner_id, x.team_id, m.name AS team_name, x.text_en, x.text_de,
     x.text_nl, x.is_archived, x.uses, x.last_used_at_ms, x.created_at_ms, x.updated_at_ms
       FROM canned_reply x LEFT JOIN team m ON m.id = x.team_id WHERE "
);

pub(super) fn insert<P>(tx: &mut Tx<P>, new: &NewCanned, shared: &Shared) -> Result<Id<CannedReply>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO canned_reply (name, folder, searched, share, owner_id, team_id, text_en, text_de, text_nl,
                                       created_at_ms, updated_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) RETURNING id"
        ),
        args![
            &new.name,
            &new.folder,
            &searched(&new.folder, &new.name),
            shared.share,
            shared.owner_id,
            shared.team_id,
            &new.texts.en,
            &new.texts.de,
            &new.texts.nl,
            now
        ],
    )?;
    Ok(id)
}

pub(super) fn update<P>(
    tx: &mut Tx<P>,
    id: Id<CannedReply>,
    new: &NewCanned,
    shared: &Shared,
    is_archived: bool,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE canned_reply SET name = $2, folder = $3, searched = $4, share = $5, owner_id = $6, team_id = $7,
                    text_en = $8, text_de = $9, text_nl = $10, is_archived = $11, updated_at_ms = $12
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
            &new.texts.en,
            &new.texts.de,
            &new.texts.nl,
            is_archived,
            now
        ],
    )
    .map(drop)
}

/// Counts one use; by whom only where the desk wants to know.
pub(super) fn count_use<P>(tx: &mut Tx<P>, id: Id<CannedReply>, by: Option<Id<User>>) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("UPDATE canned_reply SET uses = uses + 1, last_used_at_ms = $2 WHERE id = $1"),
        args![id, now],
    )?;
    let Some(by) = by else { return Ok(()) };
    tx.run(
        sql!(
            "INSERT INTO canned_use (reply_id, user_id, uses, last_used_at_ms) VALUES ($1, $2, 1, $3)
               ON CONFLICT (reply_id, user_id) DO UPDATE
                 SET uses = canned_use.uses + 1, last_used_at_ms = excluded.last_used_at_ms"
        ),
        args![id, by, now],
    )
    .map(drop)
}

/// Who used it how often and when last, the most first.
pub fn uses(conn: &mut Conn, id: Id<CannedReply>) -> Result<Vec<(String, i64, Millis)>> {
    conn.all(
        sql!(
            "SELECT u.name, c.uses, c.last_used_at_ms FROM canned_use c JOIN desk_user u ON u.id = c.user_id
              WHERE c.reply_id = $1 ORDER BY c.uses DESC, u.name_folded LIMIT 200"
        ),
        args![id],
    )
}
/// Forgets who used what; how often anybody did stays.
pub(super) fn forget_uses(conn: &mut Conn) -> Result<()> {
    conn.run(sql!("DELETE FROM canned_use"), args![]).map(drop)
}
