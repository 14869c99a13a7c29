//! SQL for the customer beside the case. Nothing else.
use crate::tickets::{
    Category, Channel, Ticket, ViewTickets,
    store::{Sight, visible},
};
use derive::Record;
use kernel::{clock::Millis, id::Id};
use people::contacts;
use platform::{
    args,
    authority::{Contact, Implies, Organisation, Tx},
    db::{Conn, Result},
    sql,
    web::Ui,
};

/// So many of the newest tickets are looked at: nobody reads further, and the list with the filter has all.
pub const LOOKED_AT: usize = 500;

/// A ticket as a line shows it.
#[derive(Clone, Debug, Record)]
pub struct Case {
    pub id: Id<Ticket>,
    pub subject: String,
    pub category: Category,
    pub status_code: Option<String>,
    pub status_name: Option<String>,
    pub channel: Channel,
    pub requester_name: String,
    pub created_at_ms: Millis,
    pub updated_at_ms: Millis,
    /// Of all that were looked at, how many there are, and how many of them are open.
    pub total: i64,
    pub open: i64,
}
impl Case {
    pub fn status(&self, ui: &Ui) -> String {
        let (name, code) = (self.status_name.as_deref(), self.status_code.as_deref());
        crate::statuses::name_in(ui.language, name, code, self.category)
    }
    pub fn icon(&self) -> String {
        format!("state-{}", self.category.word())
    }
    pub fn channel_icon(&self) -> &'static str {
        crate::tickets::pages::channel_icon(self.channel)
    }
}

macro_rules! cases {
    ($condition:literal) => {
        sql!(concat!(
            "SELECT t.id, t.subject, t.category, s.code AS status_code, s.name AS status_name, t.channel,
                    coalesce(l.name, c.name) AS requester_name, t.created_at_ms, t.updated_at_ms, w.total, w.open
               FROM (SELECT n.id, row_number() OVER (ORDER BY n.is_open DESC, n.id DESC) AS place,
                            count(*) OVER () AS total, count(CASE WHEN n.is_open = TRUE THEN 1 END) OVER () AS open
                       FROM (SELECT t.id, t.is_open FROM ticket t
                              WHERE ",
            $condition,
            " AND t.id <> $5 AND t.merged_into_id IS NULL AND ",
            visible!(),
            "                 ORDER BY t.id DESC LIMIT $6) AS n) AS w
               JOIN ticket t ON t.id = w.id
               JOIN ticket_status s ON s.id = t.status_id
               JOIN contact c ON c.id = t.requester_id
               LEFT JOIN contact l ON l.id = c.lands_at_id
              WHERE w.place <= $7 ORDER BY w.place"
        ))
    };
}

/// What a contact and those that were merged into it asked, as far as the reader sees it: open ones first, then the newest;
/// without the ticket `beside`.
///
/// Walks the index `ticket_requester` over the newest [`LOOKED_AT`].
pub fn of_contact<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    contact: Id<Contact>,
    beside: Id<Ticket>,
    limit: usize,
) -> Result<Vec<Case>> {
    let sight = Sight::of(tx);
    // One contact alone is the end of an index; of several all tickets are looked through.
    let statement = match contacts::store::family(tx, contact)?.len() {
        0 | 1 => cases!("t.requester_id = $4"),
        _ => cases!("t.requester_id IN (SELECT x.id FROM contact x WHERE x.id = $4 OR x.lands_at_id = $4)"),
    };
    tx.all(statement, args![sight.scope, sight.person, &sight.ids, contact, beside, LOOKED_AT, limit])
}
/// What the others of an organisation asked, in the same order. `contact` is who is beside.
///
/// Walks the index `ticket_organisation` over the newest [`LOOKED_AT`].
pub fn of_organisation<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    organisation: Id<Organisation>,
    beside: Id<Ticket>,
    limit: usize,
    contact: Id<Contact>,
) -> Result<Vec<Case>> {
    let sight = Sight::of(tx);
    tx.all(
        cases!(
            "t.organisation_id = $4
               AND t.requester_id NOT IN (SELECT x.id FROM contact x WHERE x.id = $8 OR x.lands_at_id = $8)"
        ),
        args![sight.scope, sight.person, &sight.ids, organisation, beside, LOOKED_AT, limit, contact],
    )
}
/// What a contact and those that were merged into it asked, the newest first, from before a ticket on.
pub fn timeline<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    contact: Id<Contact>,
    before: Id<Ticket>,
    limit: usize,
) -> Result<Vec<Case>> {
    macro_rules! statement {
        ($condition:literal) => {
            sql!(concat!(
                "SELECT t.id, t.subject, t.category, s.code AS status_code, s.name AS status_name, t.channel,
                        coalesce(l.name, c.name) AS requester_name, t.created_at_ms, t.updated_at_ms,
                        CAST(0 AS BIGINT) AS total, CAST(0 AS BIGINT) AS open
                   FROM ticket t
                   JOIN ticket_status s ON s.id = t.status_id
                   JOIN contact c ON c.id = t.requester_id
                   LEFT JOIN contact l ON l.id = c.lands_at_id
                  WHERE ",
                $condition,
                " AND t.id < $5 AND t.merged_into_id IS NULL AND ",
                visible!(),
                " ORDER BY t.id DESC LIMIT $6"
            ))
        };
    }
    let sight = Sight::of(tx);
    let statement = match contacts::store::family(tx, contact)?.len() {
        0 | 1 => statement!("t.requester_id = $4"),
        _ => {
            statement!("t.requester_id IN (SELECT x.id FROM contact x WHERE x.id = $4 OR x.lands_at_id = $4)")
        }
    };
    tx.all(statement, args![sight.scope, sight.person, &sight.ids, contact, before, limit])
}

/// What the customer wrote first in a ticket that the caller has seen: the beginnings of its first three messages.
pub fn first_words(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<(String,)>> {
    conn.all(
        sql!(
            "SELECT substr(text, 1, 6000) AS text FROM message
              WHERE ticket_id = $1 AND kind = 'public' AND author_kind <> 'user' ORDER BY id LIMIT 3"
        ),
        args![ticket],
    )
}
