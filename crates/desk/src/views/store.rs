//! SQL for the lists. Each view walks one index; a page costs the same with a thousand tickets and a million.
use super::{Shown, View, columns::Choice};
use crate::tickets::{
    Category, Channel, Priority, Ticket, ViewTickets,
    store::{Sight, visible},
};
use derive::Record;
use kernel::{
    clock::{DAY, HOUR, Millis},
    id::Id,
};
use platform::{
    args,
    authority::{Implies, Scope, Team, Tx, User},
    db::{Conn, Result},
    sql,
    web::Ui,
};

/// A line of a list.
#[derive(Clone, Debug, Record)]
pub struct Row {
    pub id: Id<Ticket>,
    pub subject: String,
    pub category: Category,
    pub status_code: Option<String>,
    pub status_name: Option<String>,
    pub priority: Priority,
    pub channel: Channel,
    pub requester_name: String,
    pub organisation_name: Option<String>,
    pub team_name: Option<String>,
    pub assignee_name: Option<String>,
    pub created_at_ms: Millis,
    pub updated_at_ms: Millis,
    pub due_at_ms: Option<Millis>,
    pub last_text: String,
    pub last_by: String,
    pub is_last_in: bool,
    pub is_snoozed: bool,
    pub side_state: Option<crate::side_conversations::State>,
    pub items_done: i64,
    pub items_all: i64,
}

/// Until when something is due soon.
#[derive(Clone, Copy)]
pub struct Soon {
    /// The end of the reader's day.
    pub today: Millis,
    /// An hour from now.
    pub breaching: Millis,
}
impl Soon {
    pub fn of<P>(tx: &Tx<P>) -> Soon {
        let now = tx.now();
        let zone = tx.actor().time_zone();
        let midnight = now.timestamp().to_zoned(zone).tomorrow().and_then(|day| day.start_of_day());
        let today = midnight.map_or(now.plus(DAY), |at| Millis(at.timestamp().as_millisecond()));
        Soon { today, breaching: now.plus(HOUR) }
    }
}

/// Where a page ends: the next one begins after it. In views by deadline the time is that deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub updated_at_ms: Millis,
    pub id: Id<Ticket>,
}
impl Place {
    /// Before the first row.
    pub const fn top(shown: &Shown) -> Place {
        match shown {
            Shown::Standard(View::DueToday | View::Breaching) => {
                Place { updated_at_ms: Millis(i64::MIN), id: Id::new(i64::MIN) }
            }
            _ => Place { updated_at_ms: Millis(i64::MAX), id: Id::new(i64::MAX) },
        }
    }
    /// `MILLIS-ID`.
    pub fn from_word(word: &str) -> Option<Place> {
        let (at, id) = word.split_once('-')?;
        Some(Place { updated_at_ms: Millis(at.parse().ok()?), id: id.parse().ok()? })
    }
}
impl Row {
    pub fn place(&self, shown: &Shown) -> String {
        let at = match shown {
            Shown::Standard(View::DueToday | View::Breaching) => self.due_at_ms.unwrap_or_default(),
            _ => self.updated_at_ms,
        };
        format!("{}-{}", at.0, self.id)
    }
    /// Whether there is a deadline to show.
    pub fn is_due(&self) -> bool {
        self.due_at_ms.is_some() && self.category.is_open()
    }
    pub fn left(&self, ui: &Ui) -> crate::sla::pages::why::Left {
        crate::sla::pages::why::left(ui, self.due_at_ms.unwrap_or_default())
    }
    /// Whether somebody answered beside the customer's conversation.
    pub fn has_side_answer(&self) -> bool {
        self.side_state == Some(crate::side_conversations::State::Answered)
    }
    pub fn status(&self, ui: &Ui) -> String {
        let (name, code) = (self.status_name.as_deref(), self.status_code.as_deref());
        crate::statuses::name_in(ui.language, name, code, self.category)
    }
    /// The first word of who spoke last: there is room for no more.
    pub fn first_name(&self) -> &str {
        self.last_by.split_whitespace().next().unwrap_or_default()
    }
}

macro_rules! rows {
    ($condition:literal) => {
        rows!("(t.updated_at_ms, t.id) < ($4, $5)", $condition, "t.updated_at_ms DESC, t.id DESC")
    };
    ($place:literal, $condition:literal, $order:literal) => {
        sql!(concat!(
            "SELECT t.id, t.subject, t.category, s.code AS status_code, s.name AS status_name, t.priority,
                    t.channel, coalesce(l.name, c.name) AS requester_name, o.name AS organisation_name, m.name AS team_name,
                    u.name AS assignee_name, t.created_at_ms, t.updated_at_ms, t.due_at_ms, t.last_text, t.last_by, t.is_last_in, t.is_snoozed,
                    t.side_state, t.items_done, t.items_all
               FROM ticket t
               JOIN ticket_status s ON s.id = t.status_id
               JOIN contact c ON c.id = t.requester_id
               LEFT JOIN contact l ON l.id = c.lands_at_id
               LEFT JOIN organisation o ON o.id = t.organisation_id
               LEFT JOIN team m ON m.id = t.team_id
               LEFT JOIN desk_user u ON u.id = t.assignee_id
              WHERE ",
            $place,
            " AND ",
            visible!(),
            " AND ",
            $condition,
            " ORDER BY ",
            $order,
            " LIMIT $6"
        ))
    };
}

/// A page of a view, newest change first.
pub fn page<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    shown: &Shown,
    after: Place,
    limit: usize,
) -> Result<Vec<Row>> {
    let sight = Sight::of(tx);
    let (scope, person, ids) = (sight.scope, sight.person, &sight.ids);
    let Place { updated_at_ms: at, id } = after;
    let base = args![scope, person, ids, at, id, limit];
    match shown {
        Shown::Standard(View::Mine) => {
            tx.all(rows!("t.is_open = TRUE AND t.is_snoozed = FALSE AND t.assignee_id = $2"), base)
        }
        Shown::Standard(View::Unassigned) => {
            let teams = Id::list(&tx.actor().teams);
            tx.all(
                rows!("t.is_open = TRUE AND t.is_snoozed = FALSE AND t.assignee_id = 0 AND (t.team_id = 0 OR t.team_id {in $7})"),
                args![scope, person, ids, at, id, limit, &teams],
            )
        }
        Shown::Standard(view @ (View::DueToday | View::Breaching)) => {
            let soon = Soon::of(tx);
            let until = if *view == View::DueToday { soon.today } else { soon.breaching };
            tx.all(
                rows!(
                    "(t.due_at_ms, t.id) > ($4, $5)",
                    "t.is_open = TRUE AND t.due_at_ms IS NOT NULL AND t.due_at_ms < $7",
                    "t.due_at_ms, t.id"
                ),
                args![scope, person, ids, at, id, limit, until],
            )
        }
        Shown::Standard(View::Act) => {
            // What is left of the open ones, in their order; two walks of one category each would have to be sorted.
            tx.all(
                rows!("t.is_open = TRUE AND t.is_snoozed = FALSE AND t.category NOT IN ('waiting_customer', 'waiting_third_party')"),
                base,
            )
        }
        Shown::Standard(View::WaitingCustomer) => tx.all(
            rows!("t.is_open = TRUE AND t.is_snoozed = FALSE AND t.category = 'waiting_customer'"),
            base,
        ),
        Shown::Standard(View::WaitingThirdParty) => tx.all(
            rows!("t.is_open = TRUE AND t.is_snoozed = FALSE AND t.category = 'waiting_third_party'"),
            base,
        ),
        Shown::Standard(View::Snoozed) => tx.all(rows!("t.is_open = TRUE AND t.is_snoozed = TRUE"), base),
        Shown::Standard(View::Open) => tx.all(rows!("t.is_open = TRUE"), base),
        Shown::Standard(View::Solved) => {
            tx.all(rows!("t.is_open = FALSE AND t.merged_into_id IS NULL"), base)
        }
        Shown::Team(team) => tx.all(
            rows!("t.is_open = TRUE AND t.is_snoozed = FALSE AND t.team_id = $7"),
            args![scope, person, ids, at, id, limit, *team],
        ),
        // The pages find them by their filter, which begins with the mentions; this walks the open ones.
        Shown::Standard(View::Mentions) => {
            let teams = Id::list(&tx.actor().teams);
            tx.all(
                rows!(
                    "t.is_open = TRUE AND EXISTS
                       (SELECT 1 FROM message w JOIN mention c ON c.message_id = w.id
                         WHERE w.ticket_id = t.id AND ((c.user_id = $2 AND c.user_id <> 0)
                            OR (c.team_id <> 0 AND c.team_id {in $7})))"
                ),
                args![scope, person, ids, at, id, limit, &teams],
            )
        }
        // These are found by their filter.
        Shown::Saved(_) | Shown::Typed(_) => Ok(Vec::new()),
    }
}

/// The rows of these tickets, in this order, as far as they are in sight.
pub fn rows_of<P: Implies<ViewTickets>>(tx: &mut Tx<P>, tickets: &[Id<Ticket>]) -> Result<Vec<Row>> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let sight = Sight::of(tx);
    let mut rows = tx.all::<Row>(
        rows!("t.id {in $4}", "t.id >= $5", "t.id"),
        args![sight.scope, sight.person, &sight.ids, &Id::list(tickets), 0i64, tickets.len()],
    )?;
    rows.sort_by_key(|row| tickets.iter().position(|id| *id == row.id));
    Ok(rows)
}

/// Remembers how somebody looks at a list.
pub fn keep_choice<P>(tx: &mut Tx<P>, user: Id<User>, list: &str, choice: &Choice) -> Result<()> {
    let sort = choice.order.map_or("", crate::filter::Order::word);
    tx.run(
        sql!(
            "INSERT INTO list_choice (user_id, list, sort, columns) VALUES ($1, $2, $3, $4)
               ON CONFLICT (user_id, list) DO UPDATE SET sort = excluded.sort, columns = excluded.columns"
        ),
        args![user, list, sort, &choice.words()],
    )
    .map(drop)
}
pub fn forget_choice<P>(tx: &mut Tx<P>, user: Id<User>, list: &str) -> Result<()> {
    tx.run(sql!("DELETE FROM list_choice WHERE user_id = $1 AND list = $2"), args![user, list]).map(drop)
}

/// How many tickets each standard view holds.
#[derive(Clone, Debug, Default, Record)]
pub struct Counts {
    pub mine: i64,
    pub unassigned: i64,
    /// Of both, 1,000 at most are counted.
    pub due_today: i64,
    pub breaching: i64,
    pub act: i64,
    pub waiting_customer: i64,
    pub waiting_third_party: i64,
    pub open: i64,
    pub snoozed: i64,
}

/// From the maintained cells: as many rows as there are pairs of team and person, however many tickets.
/// Somebody who sees an inbox or a client organisation only has no such cells; for them the open tickets in sight
/// are counted, 1,000 at most.
pub fn counts<P: Implies<ViewTickets>>(tx: &mut Tx<P>, soon: Soon) -> Result<Counts> {
    let sight = Sight::of(tx);
    let teams = Id::list(&tx.actor().teams);
    match sight.scope {
        Scope::All | Scope::Team => tx.one(
            sql!(concat!(
                "SELECT CAST(coalesce(sum(CASE WHEN k.assignee_id = $2 AND k.category IN
                              ('new', 'open', 'waiting_customer', 'waiting_third_party') THEN k.n END), 0) AS BIGINT) AS mine,
                        CAST(coalesce(sum(CASE WHEN k.assignee_id = 0 AND (k.team_id = 0 OR k.team_id {in $3}) AND k.category IN
                              ('new', 'open', 'waiting_customer', 'waiting_third_party') THEN k.n END), 0) AS BIGINT) AS unassigned,
                        (SELECT count(*) FROM (SELECT 1 AS one FROM ticket t WHERE t.is_open = TRUE AND t.due_at_ms < $4 AND ",
                visible!(),
                " ORDER BY t.due_at_ms LIMIT 1000) y) AS due_today,
                        (SELECT count(*) FROM (SELECT 1 AS one FROM ticket t WHERE t.is_open = TRUE AND t.due_at_ms < $5 AND ",
                visible!(),
                " ORDER BY t.due_at_ms LIMIT 1000) z) AS breaching,
                        CAST(coalesce(sum(CASE WHEN k.category IN ('new', 'open') THEN k.n END), 0) AS BIGINT) AS act,
                        CAST(coalesce(sum(CASE WHEN k.category = 'waiting_customer' THEN k.n END), 0) AS BIGINT) AS waiting_customer,
                        CAST(coalesce(sum(CASE WHEN k.category = 'waiting_third_party' THEN k.n END), 0) AS BIGINT) AS waiting_third_party,
                        CAST(coalesce(sum(CASE WHEN k.category IN
                              ('new', 'open', 'waiting_customer', 'waiting_third_party', 'snoozed') THEN k.n END), 0) AS BIGINT) AS open,
                        CAST(coalesce(sum(CASE WHEN k.category = 'snoozed' THEN k.n END), 0) AS BIGINT) AS snoozed
                   FROM ticket_count k
                  WHERE $1 = 'all' OR k.assignee_id = $2 OR k.team_id {in $3}"
            )),
            args![sight.scope, sight.person, &teams, soon.today, soon.breaching],
        ),
        Scope::Inbox | Scope::Organisation | Scope::Own => tx.one(
            sql!(concat!(
                "SELECT count(CASE WHEN x.is_snoozed = FALSE AND x.assignee_id = $2 THEN 1 END) AS mine,
                        count(CASE WHEN x.is_snoozed = FALSE AND x.assignee_id = 0 THEN 1 END) AS unassigned,
                        count(CASE WHEN x.due_at_ms < $4 THEN 1 END) AS due_today,
                        count(CASE WHEN x.due_at_ms < $5 THEN 1 END) AS breaching,
                        count(CASE WHEN x.is_snoozed = FALSE AND x.category IN ('new', 'open') THEN 1 END) AS act,
                        count(CASE WHEN x.is_snoozed = FALSE AND x.category = 'waiting_customer' THEN 1 END) AS waiting_customer,
                        count(CASE WHEN x.is_snoozed = FALSE AND x.category = 'waiting_third_party' THEN 1 END) AS waiting_third_party,
                        count(*) AS open,
                        count(CASE WHEN x.is_snoozed = TRUE THEN 1 END) AS snoozed
                   FROM (SELECT t.assignee_id, t.category, t.due_at_ms, t.is_snoozed FROM ticket t WHERE t.is_open = TRUE AND ",
                visible!(),
                " ORDER BY t.updated_at_ms DESC LIMIT 1000) x"
            )),
            args![sight.scope, sight.person, &sight.ids, soon.today, soon.breaching],
        ),
    }
}

/// A team and how much it has to do.
#[derive(Clone, Debug, Record)]
pub struct TeamCount {
    pub id: Id<Team>,
    pub name: String,
    pub open: i64,
}

/// The teams in sight, by name.
pub fn teams<P: Implies<ViewTickets>>(tx: &mut Tx<P>) -> Result<Vec<TeamCount>> {
    let is_all = tx.scope() == Scope::All;
    let mine = Id::list(&tx.actor().teams);
    team_counts(tx, is_all, &mine)
}
fn team_counts(conn: &mut Conn, is_all: bool, mine: &str) -> Result<Vec<TeamCount>> {
    conn.all(
        sql!(
            "SELECT m.id, m.name, CAST(coalesce(sum(k.n), 0) AS BIGINT) AS open
               FROM team m
               LEFT JOIN ticket_count k ON k.team_id = m.id AND k.category IN
                    ('new', 'open', 'waiting_customer', 'waiting_third_party')
              WHERE m.is_archived = FALSE AND ($1 = TRUE OR m.id {in $2})
              GROUP BY m.id, m.name, m.name_folded ORDER BY m.name_folded"
        ),
        args![is_all, mine],
    )
}
