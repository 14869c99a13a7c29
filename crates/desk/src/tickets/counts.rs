//! How many tickets stand where: maintained in the transaction that changes them, never counted for a page.
use super::Category;
use kernel::id::Id;
use platform::{
    args,
    authority::{Team, Tx, User},
    db::{self, Conn, dump},
    sql,
};

/// The row that a ticket counts in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub team: i64,
    pub assignee: i64,
    pub category: Category,
    /// Out of the lists for a while: counted by itself.
    pub is_snoozed: bool,
}
impl Cell {
    pub fn of(team: Id<Team>, assignee: Id<User>, category: Category) -> Cell {
        Cell { team: team.number(), assignee: assignee.number(), category, is_snoozed: false }
    }
    pub fn snoozed(self, is_snoozed: bool) -> Cell {
        Cell { is_snoozed, ..self }
    }
    /// As the table has it.
    fn word(self) -> &'static str {
        if self.is_snoozed { "snoozed" } else { self.category.word() }
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
        args![cell.team, cell.assignee, cell.word(), lane, by],
    )
}

/// Counts everything anew, for `reindex`. Until the commit nobody changes a ticket.
pub fn recount(conn: &mut Conn) -> db::Result<()> {
    // Each statement sees what is committed when it begins: a ticket that came between the two would count twice.
    dump::hold_still(conn, &["ticket", "ticket_count"])?;
    conn.run(sql!("DELETE FROM ticket_count"), args![])?;
    conn.run(
        sql!(
            "INSERT INTO ticket_count (team_id, assignee_id, category, lane, n)
               SELECT team_id, assignee_id, CASE WHEN is_snoozed = TRUE THEN 'snoozed' ELSE category END, 0, count(*)
                 FROM ticket
                GROUP BY team_id, assignee_id, CASE WHEN is_snoozed = TRUE THEN 'snoozed' ELSE category END"
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
                     SELECT team_id, assignee_id, CASE WHEN is_snoozed = TRUE THEN 'snoozed' ELSE category END, 0, 1
                       FROM ticket) x
              GROUP BY x.team_id, x.assignee_id, x.category
             HAVING sum(x.kept) <> sum(x.found) LIMIT 50"
        ),
        args![],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::{
        TicketError,
        actions::{First, open, requester},
        policy::{Channel, Draft, Requester},
    };
    use kernel::clock::{Clock, Millis};
    use platform::{
        Home,
        authority::{Grant, System},
        db::{MIGRATIONS, migrate},
        i18n::Language,
    };
    use std::{sync::mpsc, time::Duration};

    /// Somebody opens a ticket of `assignee`.
    async fn opens(home: Home, assignee: Option<Id<User>>) {
        let requester_draft = Requester { email: Some("cy@example.org".into()), ..Requester::default() };
        let (subject, text) = ("Late".into(), Some("It is late".into()));
        let draft = Draft { subject, text, requester: requester_draft, assignee, ..Draft::default() };
        let new = draft.parse(Channel::Api).unwrap();
        let grant = Grant::<System>::system(&home);
        let done = grant.change::<_, TicketError>(move |tx| {
            let contact = requester(tx, new.email.as_deref(), &new.name, None)?;
            open(tx, &new, &contact, First::default())
        });
        done.await.unwrap();
    }
    async fn a_while() {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }

    #[test]
    fn counting_anew_lets_nobody_change_a_ticket_meanwhile() {
        testkit::on_both(async |desk| {
            let clock = Clock::fixed(Millis(1_795_417_200_000));
            migrate(&desk.db, &clock, MIGRATIONS).await.unwrap();
            let home = testkit::home(desk.db.clone(), clock);
            let grant = Grant::<System>::system(&home);
            let made = grant
                .change(|tx| people::setup::create_desk(tx, "ACME", "bo@desk.example", "x", Language::En));
            let bo = made.await.unwrap();
            opens(home.clone(), None).await;

            // One change under way stops the counting between its first look and its second; another comes then.
            let (let_go, held) = mpsc::channel::<()>();
            let db = desk.db.clone();
            let slow = tokio::spawn(async move {
                db.write::<_, db::Error>(move |conn| {
                    conn.run(sql!("UPDATE ticket_count SET n = n"), args![])?;
                    let _ = held.recv();
                    Ok(())
                })
                .await
            });
            a_while().await;
            let db = desk.db.clone();
            let counting = tokio::spawn(async move { db.write(recount).await });
            a_while().await;
            let opening = tokio::spawn(opens(home.clone(), Some(bo)));
            a_while().await;
            let_go.send(()).unwrap();
            slow.await.unwrap().unwrap();
            counting.await.unwrap().unwrap();
            opening.await.unwrap();
            assert_eq!(desk.db.read(wrong).await.unwrap(), []);
        });
    }
}
