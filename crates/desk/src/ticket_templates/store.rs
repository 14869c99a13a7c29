//! SQL for ticket templates. Nothing else.
use super::policy::{NewTemplate, TicketTemplate};
use crate::{
    sharing::{Sees, Shared, searched, shared_rows, shared_with},
    tickets::CreateTickets,
};
use kernel::id::Id;
use platform::{args, authority::Tx, db::Result, sql};

shared_rows!(TicketTemplate:
    "SELECT x.id, x.name, x.folder, x.share, x.owner_id, x.team_id, m.name AS team_name, x.content, x.is_archived
       FROM ticket_template x LEFT JOIN team m ON m.id = x.team_id WHERE "
);

/// Those in use that somebody who opens tickets sees, by folder and name, 500 at most.
pub fn to_open(tx: &mut Tx<CreateTickets>) -> Result<Vec<TicketTemplate>> {
    let sees = Sees::of(tx.actor());
    tx.all(
        sql!(concat!(
            "SELECT x.id, x.name, x.folder, x.share, x.owner_id, x.team_id, m.name AS team_name, x.content, x.is_archived
               FROM ticket_template x LEFT JOIN team m ON m.id = x.team_id WHERE ",
            shared_with!(),
            " AND x.is_archived = FALSE ORDER BY x.searched, x.id LIMIT 500"
        )),
        args![sees.person, sees.is_all_teams, &sees.teams],
    )
}
/// One of them.
pub fn one_to_open(tx: &mut Tx<CreateTickets>, id: Id<TicketTemplate>) -> Result<Option<TicketTemplate>> {
    let sees = Sees::of(tx.actor());
    tx.find(
        sql!(concat!(
            "SELECT x.id, x.name, x.folder, x.share, x.owner_id, x.team_id, m.name AS team_name, x.content, x.is_archived
               FROM ticket_template x LEFT JOIN team m ON m.id = x.team_id WHERE ",
            shared_with!(),
            " AND x.is_archived = FALSE AND x.id = $4"
        )),
        args![sees.person, sees.is_all_teams, &sees.teams, id],
    )
}

fn content(new: &NewTemplate) -> String {
    serde_json::to_string(&new.content).expect("plain data")
}
pub(super) fn insert<P>(tx: &mut Tx<P>, new: &NewTemplate, shared: &Shared) -> Result<Id<TicketTemplate>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO ticket_template (name, folder, searched, share, owner_id, team_id, content, created_at_ms,
                                          updated_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING id"
        ),
        args![
            &new.name,
            &new.folder,
            &searched(&new.folder, &new.name),
            shared.share,
            shared.owner_id,
            shared.team_id,
            &content(new),
            now
        ],
    )?;
    Ok(id)
}
pub(super) fn update<P>(
    tx: &mut Tx<P>,
    id: Id<TicketTemplate>,
    new: &NewTemplate,
    shared: &Shared,
    is_archived: bool,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE ticket_template SET name = $2, folder = $3, searched = $4, share = $5, owner_id = $6, team_id = $7,
                    content = $8, is_archived = $9, updated_at_ms = $10 WHERE id = $1"
        ),
        args![
            id,
            &new.name,
            &new.folder,
            &searched(&new.folder, &new.name),
            shared.share,
            shared.owner_id,
            shared.team_id,
            &content(new),
            is_archived,
            now
        ],
    )
    .map(drop)
}
