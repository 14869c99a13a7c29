//! How many tickets stand where: maintained in the transaction that changes them, never counted for a page.
use super::Category;
use kernel::id::Id;
use platform::{
    args,
    authority::{Team, Tx, User},
    db::{self, Conn},
    sql,
};

/// The row that a ticket counts in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub team: i64,
    pub assignee: i64,
    pub category: Category,
}
impl Cell {
    pub fn of(team: Id<Team>, assignee: Id<User>, category: Category) -> Cell {
        Cell { team: team.number(), assignee: assignee.number(), category }
    }
}

/// Moves one ticket from a cell to another; `None` is outside.
pub fn moved<P>(tx: &mut Tx<P>, from: Option<Cell>, to: Option<Cell>) -> db::Result<()> {
    if from == to {
        return Ok(());
    }
    let mut changes: Vec<_> =
        from.map(|cell| (cell, -1)).into_iter().chain(to.map(|cell| (cell, 1))).collect();
    // One order everywhere: two nodes that share a lane number must not wait for each other crosswise.
    changes.sort();
    for (cell, by) in changes {
        add(tx, cell, by)?;
    }
    Ok(())
}

fn add(conn: &mut Conn, cell: Cell, by: i64) -> db::Result<()> {
    let lane = conn.lane();
    conn.put(
        sql!(
            "INSERT INTO ticket_count (team_id, assignee_id, category, lane, n) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (team_id, assignee_id, category, lane) DO UPDATE SET n = ticket_count.n + excluded.n"
        ),
        args![cell.team, cell.assignee, cell.category, lane, by],
    )
}

/// Counts everything anew, for `reindex`.
pub fn recount(conn: &mut Conn) -> db::Result<()> {
    conn.run(sql!("DELETE FROM ticket_count"), args![])?;
    conn.run(
        sql!(
            "INSERT INTO ticket_count (team_id, assignee_id, category, lane, n)
               SELECT team_id, assignee_id, category, 0, count(*) FROM ticket
                GROUP BY team_id, assignee_id, category"
        ),
        args![],
    )
    .map(drop)
}

/// Cells whose maintained number is not the counted one, for `doctor`.
pub fn wrong(conn: &mut Conn) -> db::Result<Vec<(i64, i64, String, i64, i64)>> {
    conn.all(
        sql!(
            "SELECT x.team_id, x.assignee_id, x.category, CAST(sum(x.kept) AS BIGINT), CAST(sum(x.found) AS BIGINT)
               FROM (SELECT team_id, assignee_id, category, n AS kept, 0 AS found FROM ticket_count
                     UNION ALL
                     SELECT team_id, assignee_id, category, 0, 1 FROM ticket) x
              GROUP BY x.team_id, x.assignee_id, x.category
             HAVING sum(x.kept) <> sum(x.found) LIMIT 50"
        ),
        args![],
    )
}
