//! SQL of the wallboard. Nothing else.
//!
//! It reads what is open, and of the rest what changed within its hours: what it costs does not grow with the closed tickets.
use super::policy::{Decided, HOURS, Happened, Person, Place, SOON, Standing};
use crate::tickets::{
    ViewTickets,
    store::{Sight, visible},
};
use kernel::{
    clock::{HOUR, Millis},
    id::Id,
};
use platform::{
    args,
    authority::{Implies, Scope, Team, Tx},
    db::{Conn, Result},
    sql,
};

/// The reader's teams, all for whoever sees everything, and those that were found in tickets, by line and name.
pub fn places<P: Implies<ViewTickets>>(tx: &mut Tx<P>, found: &[Id<Team>]) -> Result<Vec<Place>> {
    let is_all = tx.scope() == Scope::All;
    let mine = Id::list(&[&tx.actor().teams[..], found].concat());
    tx.all(
        sql!(
            "SELECT m.id, m.name, l.position AS line, l.name AS line_name
               FROM team m
               LEFT JOIN support_line_team p ON p.team_id = m.id
               LEFT JOIN support_line l ON l.id = p.line_id
              WHERE $1 = TRUE OR m.id {in $2}
              ORDER BY coalesce(l.position, 99), m.name_folded, m.id"
        ),
        args![is_all, &mine],
    )
}

/// Active people of each team.
pub fn members(conn: &mut Conn) -> Result<Vec<(Id<Team>, i64)>> {
    conn.all(
        sql!(
            "SELECT m.team_id, count(*) AS n FROM team_member m JOIN desk_user u ON u.id = m.user_id
              WHERE u.is_active = TRUE GROUP BY m.team_id"
        ),
        args![],
    )
}
/// Everybody who works here.
pub fn active(conn: &mut Conn) -> Result<i64> {
    let (count,) =
        conn.one::<(i64,)>(sql!("SELECT count(*) FROM desk_user WHERE is_active = TRUE"), args![])?;
    Ok(count)
}

/// Open tickets in sight by team; those that are put away for a while are left out.
pub fn standing<P: Implies<ViewTickets>>(tx: &mut Tx<P>) -> Result<Vec<Standing>> {
    let (sight, now) = (Sight::of(tx), tx.now());
    tx.all(
        sql!(concat!(
            "SELECT t.team_id,
                    count(CASE WHEN t.category IN ('new', 'open') THEN 1 END) AS open,
                    count(CASE WHEN t.category IN ('waiting_customer', 'waiting_third_party') THEN 1 END) AS waiting,
                    count(CASE WHEN t.assignee_id = 0 AND t.category IN ('new', 'open') THEN 1 END) AS unassigned,
                    count(CASE WHEN t.due_at_ms <= $4 THEN 1 END) AS late,
                    count(CASE WHEN t.due_at_ms > $4 AND t.due_at_ms <= $5 THEN 1 END) AS soon,
                    min(CASE WHEN t.assignee_id = 0 AND t.category IN ('new', 'open') THEN t.created_at_ms END) AS oldest_ms
               FROM ticket t WHERE t.is_open = TRUE AND t.is_snoozed = FALSE AND ",
            visible!(),
            " GROUP BY t.team_id"
        )),
        args![sight.scope, sight.person, &sight.ids, now, now.plus(SOON)],
    )
}

/// Tickets in sight that came since `from`, by team and hour. What is merged into another did not come by itself.
pub fn opened<P: Implies<ViewTickets>>(tx: &mut Tx<P>, from: Millis) -> Result<Vec<Happened>> {
    let sight = Sight::of(tx);
    tx.all(
        sql!(concat!(
            "SELECT x.team_id, x.hour, count(*) AS n FROM (
               SELECT t.team_id, (t.created_at_ms - $4) / $5 AS hour FROM ticket t
                WHERE t.is_open = TRUE AND t.created_at_ms >= $4 AND ",
            visible!(),
            " UNION ALL
               SELECT t.team_id, (t.created_at_ms - $4) / $5 FROM ticket t
                WHERE t.is_open = FALSE AND t.updated_at_ms >= $4 AND t.created_at_ms >= $4
                  AND t.merged_into_id IS NULL AND ",
            visible!(),
            ") x WHERE x.hour < $6 GROUP BY x.team_id, x.hour"
        )),
        args![sight.scope, sight.person, &sight.ids, from, HOUR, HOURS as i64],
    )
}

/// Tickets in sight that were solved since `from` and are still, by team and hour.
pub fn solved<P: Implies<ViewTickets>>(tx: &mut Tx<P>, from: Millis) -> Result<Vec<Happened>> {
    let sight = Sight::of(tx);
    tx.all(
        sql!(concat!(
            "SELECT x.team_id, x.hour, count(*) AS n FROM (
               SELECT t.team_id, (t.solved_at_ms - $4) / $5 AS hour FROM ticket t
                WHERE t.is_open = FALSE AND t.updated_at_ms >= $4 AND t.solved_at_ms >= $4
                  AND t.merged_into_id IS NULL AND ",
            visible!(),
            ") x WHERE x.hour < $6 GROUP BY x.team_id, x.hour"
        )),
        args![sight.scope, sight.person, &sight.ids, from, HOUR, HOURS as i64],
    )
}

/// Promises about tickets in sight that were decided since `from`: kept in time, or the time ran out.
pub fn decided<P: Implies<ViewTickets>>(tx: &mut Tx<P>, from: Millis) -> Result<Vec<Decided>> {
    let (sight, now) = (Sight::of(tx), tx.now());
    tx.all(
        sql!(concat!(
            "SELECT t.team_id,
                    count(CASE WHEN k.breached_at_ms IS NULL AND k.ended_at_ms >= $4 THEN 1 END) AS kept,
                    count(CASE WHEN k.breached_at_ms >= $4 THEN 1 END) AS broken
               FROM (SELECT id FROM ticket WHERE is_open = TRUE AND updated_at_ms >= $4
                     UNION ALL
                     SELECT id FROM ticket WHERE is_open = FALSE AND updated_at_ms >= $4
                     UNION
                     SELECT id FROM ticket WHERE is_open = TRUE AND due_at_ms >= $4 AND due_at_ms <= $5) x
               JOIN ticket t ON t.id = x.id
               JOIN sla_clock k ON k.ticket_id = t.id
              WHERE k.target_ms IS NOT NULL AND ",
            visible!(),
            " GROUP BY t.team_id"
        )),
        args![sight.scope, sight.person, &sight.ids, from, now],
    )
}

/// Open tickets of each person, within the reach of the reader; `only` is one of them, 0 everybody.
pub fn people<P: Implies<ViewTickets>>(tx: &mut Tx<P>, only: i64) -> Result<Vec<Person>> {
    let (sight, now) = (Sight::of(tx), tx.now());
    tx.all(
        sql!(concat!(
            "SELECT u.id, u.name, x.open, x.waiting, x.late FROM (
               SELECT t.assignee_id,
                      count(CASE WHEN t.category IN ('new', 'open') THEN 1 END) AS open,
                      count(CASE WHEN t.category IN ('waiting_customer', 'waiting_third_party') THEN 1 END) AS waiting,
                      count(CASE WHEN t.due_at_ms <= $4 THEN 1 END) AS late
                 FROM ticket t WHERE t.is_open = TRUE AND t.is_snoozed = FALSE AND t.assignee_id <> 0
                  AND ($5 = 0 OR t.assignee_id = $5) AND ",
            visible!(),
            " GROUP BY t.assignee_id) x JOIN desk_user u ON u.id = x.assignee_id ORDER BY u.name_folded, u.id LIMIT 500"
        )),
        args![sight.scope, sight.person, &sight.ids, now, only],
    )
}
