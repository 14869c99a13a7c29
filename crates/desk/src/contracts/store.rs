//! SQL for contracts. Nothing else.
use super::{
    Contract, ManageContracts, Terms, Unit, ViewContracts,
    policy::{Covers, NewContract},
    terms::NewTerms,
};
use crate::{
    calendars::Calendar,
    sla::Policy,
    tickets::{
        Channel, Ticket,
        store::{Sight, visible},
    },
};
use derive::Record;
use kernel::{clock::Millis, id::Id, text};
use platform::{
    args,
    authority::{Contact, Implies, Inbox, Organisation, Tx, User},
    db::{Conn, Result},
    events::Recorded,
    sql,
};

/// The condition that the contract `c` is within a person's sight: by their scope, or because it is theirs. Whoever is
/// limited to organisations sees those of which every organisation is within. Uses `$1` to `$3` as [`visible!`] does.
macro_rules! within {
    () => {
        "($1 = 'all' OR c.owner_id = $2
           OR ($1 = 'organisation' AND NOT EXISTS (SELECT 1 FROM contract_organisation co WHERE co.contract_id = c.id
                                                      AND NOT co.organisation_id {in $3})))"
    };
}
macro_rules! columns {
    () => {
        "SELECT c.id, c.name, c.owner_id, u.name AS owner_name, c.begins_on, c.ends_on, c.notice_days, c.covers, c.services,
                c.inbox_id, c.is_archived, c.created_at_ms, c.updated_at_ms
           FROM contract c JOIN desk_user u ON u.id = c.owner_id WHERE "
    };
}

/// Contracts in sight after the id `after`, by id.
pub fn page<P: Implies<ViewContracts>>(
    tx: &mut Tx<P>,
    after: Option<Id<Contract>>,
    limit: usize,
) -> Result<Vec<Contract>> {
    let sight = Sight::of(tx);
    tx.all(
        sql!(concat!(columns!(), "c.id > $4 AND ", within!(), " ORDER BY c.id LIMIT $5")),
        args![sight.scope, sight.person, &sight.ids, after.unwrap_or(Id::new(0)), limit],
    )
}
/// Those in sight by name, the archived ones last, 500 at most.
pub fn by_name<P: Implies<ViewContracts>>(tx: &mut Tx<P>) -> Result<Vec<Contract>> {
    let sight = Sight::of(tx);
    tx.all(
        sql!(concat!(columns!(), within!(), " ORDER BY c.is_archived, c.name_folded, c.id LIMIT 500")),
        args![sight.scope, sight.person, &sight.ids],
    )
}
/// One in sight.
pub fn see<P: Implies<ViewContracts>>(tx: &mut Tx<P>, id: Id<Contract>) -> Result<Option<Contract>> {
    let sight = Sight::of(tx);
    tx.find(
        sql!(concat!(columns!(), "c.id = $4 AND ", within!())),
        args![sight.scope, sight.person, &sight.ids, id],
    )
}
/// One whoever asks: for the ticket that it covers, and for jobs.
pub fn by_id(conn: &mut Conn, id: Id<Contract>) -> Result<Option<Contract>> {
    conn.find(sql!(concat!(columns!(), "c.id = $1")), args![id])
}
/// The contract that covers a ticket.
pub(super) fn of_ticket(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Option<Id<Contract>>> {
    let row = conn.find::<(Id<Contract>,)>(
        sql!("SELECT contract_id FROM ticket WHERE id = $1 AND contract_id IS NOT NULL"),
        args![ticket],
    )?;
    Ok(row.map(|(id,)| id))
}
/// The terms of a contract, by their first days.
pub fn terms(conn: &mut Conn, contract: Id<Contract>) -> Result<Vec<Terms>> {
    conn.all(
        sql!(
            "SELECT id, contract_id, begins_on, policy_id, calendar_id, period, tickets, minutes, calls, rollover_tickets,
                    rollover_minutes, rollover_calls, price_ticket, price_hour, price_call, currency, created_at_ms
               FROM contract_terms WHERE contract_id = $1 ORDER BY begins_on, id"
        ),
        args![contract],
    )
}
/// The organisations of these contracts, by name.
pub fn organisations(
    conn: &mut Conn,
    contracts: &[Id<Contract>],
) -> Result<Vec<(Id<Contract>, Id<Organisation>, String)>> {
    conn.all(
        sql!(
            "SELECT co.contract_id, o.id, o.name FROM contract_organisation co JOIN organisation o ON o.id = co.organisation_id
              WHERE co.contract_id {in $1} ORDER BY co.contract_id, o.name_folded, o.id"
        ),
        args![&Id::list(contracts)],
    )
}
/// The people that a contract names, with their first address.
pub fn contacts(
    conn: &mut Conn,
    contract: Id<Contract>,
) -> Result<Vec<(Id<Contact>, String, Option<String>)>> {
    conn.all(
        sql!(
            "SELECT k.id, k.name, e.email FROM contract_contact cc JOIN contact k ON k.id = cc.contact_id
               LEFT JOIN contact_email e ON e.contact_id = k.id AND e.is_primary = TRUE
              WHERE cc.contract_id = $1 ORDER BY k.name_folded, k.id"
        ),
        args![contract],
    )
}
/// Whose addresses these are.
pub fn of_addresses(conn: &mut Conn, emails: &[String]) -> Result<Vec<(String, Id<Contact>)>> {
    let emails = serde_json::to_string(emails).unwrap_or_default();
    conn.all(
        sql!("SELECT email, contact_id FROM contact_email WHERE email {in_text $1} ORDER BY email"),
        args![&emails],
    )
}

/// A contract in use.
#[derive(Record)]
pub struct InUse {
    pub id: Id<Contract>,
    pub name: String,
    pub covers: Covers,
    pub services: String,
    pub begins_on: String,
    pub ends_on: Option<String>,
}
/// All that are in use, by id.
pub fn in_use(conn: &mut Conn) -> Result<Vec<InUse>> {
    conn.all(
        sql!(
            "SELECT id, name, covers, services, begins_on, ends_on FROM contract WHERE is_archived = FALSE ORDER BY id"
        ),
        args![],
    )
}
pub fn all_organisations(conn: &mut Conn) -> Result<Vec<(Id<Contract>, Id<Organisation>)>> {
    conn.all(sql!("SELECT contract_id, organisation_id FROM contract_organisation"), args![])
}
/// What terms say about promises.
#[derive(Record)]
pub struct VersionRow {
    pub contract_id: Id<Contract>,
    pub begins_on: String,
    pub policy_id: Option<Id<Policy>>,
    pub calendar_id: Option<Id<Calendar>>,
}
/// Of all contracts, by their first days.
pub fn all_versions(conn: &mut Conn) -> Result<Vec<VersionRow>> {
    conn.all(
        sql!(
            "SELECT contract_id, begins_on, policy_id, calendar_id FROM contract_terms ORDER BY begins_on, id"
        ),
        args![],
    )
}
/// Which of these contracts name a person, also by a contact that is the same person.
pub fn naming(
    conn: &mut Conn,
    contracts: &[Id<Contract>],
    contact: Id<Contact>,
) -> Result<Vec<Id<Contract>>> {
    let rows = conn.all::<(Id<Contract>,)>(
        sql!(
            "SELECT DISTINCT cc.contract_id FROM contract_contact cc JOIN contact k ON k.id = cc.contact_id
              WHERE cc.contract_id {in $1}
                AND coalesce(k.lands_at_id, k.id) = (SELECT coalesce(r.lands_at_id, r.id) FROM contact r WHERE r.id = $2)"
        ),
        args![&Id::list(contracts), contact],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
/// Whether another contract names one of these people.
pub fn names_one_of(conn: &mut Conn, contract: Id<Contract>, contacts: &[Id<Contact>]) -> Result<bool> {
    let found = conn.find::<(Id<Contract>,)>(
        sql!(
            "SELECT cc.contract_id FROM contract_contact cc JOIN contact k ON k.id = cc.contact_id
              WHERE cc.contract_id = $1
                AND coalesce(k.lands_at_id, k.id) IN
                    (SELECT coalesce(r.lands_at_id, r.id) FROM contact r WHERE r.id {in $2}) LIMIT 1"
        ),
        args![contract, &Id::list(contacts)],
    )?;
    Ok(found.is_some())
}

pub(super) fn is_taken(conn: &mut Conn, name: &str, but: Option<Id<Contract>>) -> Result<bool> {
    let found = conn.find::<(i64,)>(
        sql!("SELECT id FROM contract WHERE name_folded = $1 AND id <> $2"),
        args![&text::fold(name), but.unwrap_or(Id::new(0))],
    )?;
    Ok(found.is_some())
}
/// How many of these people are contacts of these organisations.
pub(super) fn count_members(
    conn: &mut Conn,
    contacts: &[Id<Contact>],
    organisations: &[Id<Organisation>],
) -> Result<i64> {
    let (count,) = conn.one(
        sql!("SELECT count(*) AS n FROM contact WHERE id {in $1} AND organisation_id {in $2}"),
        args![&Id::list(contacts), &Id::list(organisations)],
    )?;
    Ok(count)
}
pub(super) fn count_organisations(conn: &mut Conn, ids: &[Id<Organisation>]) -> Result<i64> {
    let (count,) =
        conn.one(sql!("SELECT count(*) AS n FROM organisation WHERE id {in $1}"), args![&Id::list(ids)])?;
    Ok(count)
}
/// Whether mail can go out from this inbox.
pub(super) fn can_send(conn: &mut Conn, inbox: Id<Inbox>) -> Result<bool> {
    let found = conn.find::<(i64,)>(
        sql!("SELECT id FROM inbox WHERE id = $1 AND is_active = TRUE AND send IS NOT NULL"),
        args![inbox],
    )?;
    Ok(found.is_some())
}
/// The inboxes from which mail can go out, by name.
pub fn senders(conn: &mut Conn) -> Result<Vec<(Id<Inbox>, String)>> {
    conn.all(
        sql!("SELECT id, name FROM inbox WHERE is_active = TRUE AND send IS NOT NULL ORDER BY name, id LIMIT 200"),
        args![],
    )
}
/// The inbox from which answers to a ticket go out because its contract says so.
pub fn sender_of(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Option<Id<Inbox>>> {
    let row = conn.find::<(Id<Inbox>,)>(
        sql!(
            "SELECT i.id FROM ticket t JOIN contract c ON c.id = t.contract_id JOIN inbox i ON i.id = c.inbox_id
              WHERE t.id = $1 AND i.is_active = TRUE AND i.send IS NOT NULL"
        ),
        args![ticket],
    )?;
    Ok(row.map(|(id,)| id))
}
/// One inbox by its name, whether mail can go out from it or not.
pub(super) fn inbox(conn: &mut Conn, id: Id<Inbox>) -> Result<Option<(Id<Inbox>, String)>> {
    conn.find(sql!("SELECT id, name FROM inbox WHERE id = $1"), args![id])
}
/// From where answers to a ticket go out: the inbox that its contract names, else the one it came to.
pub fn sender(conn: &mut Conn, ticket: &Ticket) -> Result<Option<Id<Inbox>>> {
    let agreed = match ticket.contract_id {
        Some(_) => sender_of(conn, ticket.id)?,
        None => None,
    };
    Ok(agreed.or(ticket.inbox_id))
}
/// Organisations to choose from, by name, 500 at most.
pub fn choosable(conn: &mut Conn) -> Result<Vec<(Id<Organisation>, String)>> {
    conn.all(sql!("SELECT id, name FROM organisation ORDER BY name_folded, id LIMIT 500"), args![])
}

pub(super) fn insert(
    tx: &mut Tx<ManageContracts>,
    new: &NewContract,
    owner: Id<User>,
) -> Result<Id<Contract>> {
    let now = tx.now();
    let (id,) = tx.one(
        sql!(
            "INSERT INTO contract (name, name_folded, owner_id, begins_on, ends_on, notice_days, covers, services, inbox_id,
                                   is_archived, created_at_ms, updated_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, FALSE, $10, $10) RETURNING id"
        ),
        args![
            &new.name,
            &text::fold(&new.name),
            owner,
            &new.begins.to_string(),
            new.ends.map(|day| day.to_string()).as_deref(),
            new.notice_days,
            new.covers,
            &crate::filter::stored(&new.services),
            new.inbox,
            now
        ],
    )?;
    set_people(tx, id, new)?;
    Ok(id)
}
pub(super) fn update(
    tx: &mut Tx<ManageContracts>,
    id: Id<Contract>,
    new: &NewContract,
    owner: Id<User>,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!(
            "UPDATE contract SET name = $2, name_folded = $3, owner_id = $4, ends_on = $5, notice_days = $6, covers = $7,
                    services = $8, inbox_id = $9, is_archived = $10, updated_at_ms = $11 WHERE id = $1"
        ),
        args![
            id,
            &new.name,
            &text::fold(&new.name),
            owner,
            new.ends.map(|day| day.to_string()).as_deref(),
            new.notice_days,
            new.covers,
            &crate::filter::stored(&new.services),
            new.inbox,
            new.is_archived,
            now
        ],
    )?;
    tx.run(sql!("DELETE FROM contract_organisation WHERE contract_id = $1"), args![id])?;
    tx.run(sql!("DELETE FROM contract_contact WHERE contract_id = $1"), args![id])?;
    set_people(tx, id, new)
}
fn set_people(tx: &mut Tx<ManageContracts>, id: Id<Contract>, new: &NewContract) -> Result<()> {
    tx.run(
        sql!(
            "INSERT INTO contract_organisation (contract_id, organisation_id)
             SELECT $1, o.id FROM organisation o WHERE o.id {in $2}"
        ),
        args![id, &Id::list(&new.organisations)],
    )?;
    tx.run(
        sql!(
            "INSERT INTO contract_contact (contract_id, contact_id) SELECT $1, k.id FROM contact k WHERE k.id {in $2}"
        ),
        args![id, &Id::list(&new.contacts)],
    )
    .map(drop)
}
/// Adds terms; those that begin on the same day are replaced.
pub(super) fn put_terms(tx: &mut Tx<ManageContracts>, contract: Id<Contract>, new: &NewTerms) -> Result<()> {
    let now = tx.now();
    tx.run(
        sql!("DELETE FROM contract_terms WHERE contract_id = $1 AND begins_on = $2"),
        args![contract, &new.begins.to_string()],
    )?;
    tx.run(
        sql!(
            "INSERT INTO contract_terms (contract_id, begins_on, policy_id, calendar_id, period, tickets, minutes, calls,
                                         rollover_tickets, rollover_minutes, rollover_calls, price_ticket, price_hour,
                                         price_call, currency, created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
        ),
        args![
            contract,
            &new.begins.to_string(),
            new.policy,
            new.calendar,
            new.period,
            new.tickets,
            new.minutes,
            new.calls,
            new.rollover[0],
            new.rollover[1],
            new.rollover[2],
            new.prices[0],
            new.prices[1],
            new.prices[2],
            new.currency,
            now
        ],
    )
    .map(drop)
}
pub(super) fn delete_terms(tx: &mut Tx<ManageContracts>, terms: Id<Terms>) -> Result<()> {
    tx.run(sql!("DELETE FROM contract_terms WHERE id = $1"), args![terms]).map(drop)
}

/// Tickets of these organisations that came since, that no contract covers and that are solved, after the id `after`.
pub(super) fn uncovered(
    conn: &mut Conn,
    organisations: &[Id<Organisation>],
    since: Millis,
    after: Id<Ticket>,
    limit: usize,
) -> Result<Vec<Id<Ticket>>> {
    let rows = conn.all::<(Id<Ticket>,)>(
        sql!(
            "SELECT t.id FROM ticket t WHERE t.organisation_id {in $1} AND t.created_at_ms >= $2 AND t.id > $3
                AND t.contract_id IS NULL AND t.is_open = FALSE ORDER BY t.id LIMIT $4"
        ),
        args![&Id::list(organisations), since, after, limit],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// When tickets of a contract came, in a time, and which of them are calls; those that were merged into others do not count.
/// Walks the index `ticket_contract`.
pub fn came(
    conn: &mut Conn,
    contract: Id<Contract>,
    (from, until): (Millis, Millis),
) -> Result<Vec<(Millis, bool)>> {
    conn.all(
        sql!(
            "SELECT created_at_ms, channel = 'phone' AS is_call FROM ticket
              WHERE contract_id = $1 AND created_at_ms >= $2 AND created_at_ms < $3 AND merged_into_id IS NULL"
        ),
        args![contract, from, until],
    )
}
/// What was spent on tickets of a contract and is billed, by the day.
pub fn spent(
    conn: &mut Conn,
    contract: Id<Contract>,
    (from, until): (&str, &str),
) -> Result<Vec<(String, i64)>> {
    conn.all(
        sql!(
            "SELECT e.day, CAST(sum(e.minutes) AS BIGINT) AS minutes
               FROM ticket t JOIN time_entry e ON e.ticket_id = t.id
              WHERE t.contract_id = $1 AND e.is_billable = TRUE AND e.day >= $2 AND e.day < $3
              GROUP BY e.day ORDER BY e.day"
        ),
        args![contract, from, until],
    )
}

/// A ticket as a statement lists it. What the reader may not see has neither words nor names.
#[derive(Clone, Debug, Record)]
pub struct Listed {
    pub id: Id<Ticket>,
    pub subject: Option<String>,
    pub requester_name: Option<String>,
    pub channel: Channel,
    pub created_at_ms: Millis,
    pub is_merged: bool,
    pub billable: i64,
    pub other: i64,
}
/// Tickets of a contract that came in a time, or on which something was spent on its days: by number, 20,000 at most.
///
/// * `sight` – how far the reader sees tickets.
pub fn listed(
    conn: &mut Conn,
    sight: &Sight,
    contract: Id<Contract>,
    (from, until): (Millis, Millis),
    (first, end): (&str, &str),
) -> Result<Vec<Listed>> {
    conn.all(
        sql!(concat!(
            "SELECT t.id, CASE WHEN ",
            visible!(),
            " THEN t.subject END AS subject, CASE WHEN ",
            visible!(),
            " THEN coalesce(l.name, k.name) END AS requester_name, t.channel, t.created_at_ms,
                    t.merged_into_id IS NOT NULL AS is_merged,
                    CAST(coalesce(sum(CASE WHEN e.is_billable = TRUE THEN e.minutes END), 0) AS BIGINT) AS billable,
                    CAST(coalesce(sum(CASE WHEN e.is_billable = FALSE THEN e.minutes END), 0) AS BIGINT) AS other
               FROM ticket t
               JOIN contact k ON k.id = t.requester_id
               LEFT JOIN contact l ON l.id = k.lands_at_id
               LEFT JOIN time_entry e ON e.ticket_id = t.id AND e.day >= $7 AND e.day < $8
              WHERE t.contract_id = $4
                AND ((t.created_at_ms >= $5 AND t.created_at_ms < $6) OR e.id IS NOT NULL)
              GROUP BY t.id, t.subject, t.assignee_id, t.team_id, t.inbox_id, t.organisation_id, t.channel,
                       t.created_at_ms, t.merged_into_id, l.name, k.name
              ORDER BY t.created_at_ms, t.id LIMIT 20000"
        )),
        args![sight.scope, sight.person, &sight.ids, contract, from, until, first, end],
    )
}
/// What was spent on one ticket, as a statement lists it. Who spent it is nobody's business there.
#[derive(Clone, Debug, Record)]
pub struct Spent {
    pub ticket_id: Id<Ticket>,
    pub day: String,
    pub minutes: i64,
    pub what: String,
    pub is_billable: bool,
}
/// Of these tickets on these days, by ticket and day.
pub fn spent_on(conn: &mut Conn, tickets: &[Id<Ticket>], (first, end): (&str, &str)) -> Result<Vec<Spent>> {
    conn.all(
        sql!(
            "SELECT ticket_id, day, minutes, what, is_billable FROM time_entry
              WHERE ticket_id {in $1} AND day >= $2 AND day < $3 ORDER BY ticket_id, day, id"
        ),
        args![&Id::list(tickets), first, end],
    )
}

/// Remembers that the owner was told; says whether that is new.
pub(super) fn tell<P>(
    tx: &mut Tx<P>,
    contract: Id<Contract>,
    period: &str,
    (unit, percent): (Unit, i64),
) -> Result<bool> {
    let now = tx.now();
    let told = tx.run(
        sql!(
            "INSERT INTO contract_told (contract_id, period_on, unit, percent, told_at_ms) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (contract_id, period_on, unit, percent) DO NOTHING"
        ),
        args![contract, period, unit, percent, now],
    )?;
    Ok(told == 1)
}
/// What happened to a contract, the newest first, 50 at most, each with who did it.
pub fn history(conn: &mut Conn, contract: Id<Contract>) -> Result<Vec<Recorded>> {
    conn.all(
        sql!(
            "SELECT id, kind, subject, actor, payload, at_ms FROM event WHERE subject = $1 ORDER BY id DESC LIMIT 50"
        ),
        args![&format!("contract/{contract}")],
    )
}
/// Whoever hears of a contract, if they still work here.
pub fn owner(conn: &mut Conn, contract: Id<Contract>) -> Result<Option<Id<User>>> {
    let row = conn.find::<(Id<User>,)>(
        sql!(
            "SELECT u.id FROM contract c JOIN desk_user u ON u.id = c.owner_id WHERE c.id = $1 AND u.is_active = TRUE"
        ),
        args![contract],
    )?;
    Ok(row.map(|(id,)| id))
}
/// Tickets whose contract is not there, for `doctor`. Whether another contract would be chosen today is not asked: what a
/// solved ticket was covered by stays, and open ones are looked at by each change of a contract.
pub fn astray(conn: &mut Conn, most: usize) -> Result<Vec<(String,)>> {
    conn.all(
        sql!(
            "SELECT CAST(t.id AS TEXT) AS id FROM ticket t
              WHERE t.contract_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM contract c WHERE c.id = t.contract_id)
              ORDER BY t.id LIMIT $1"
        ),
        args![most],
    )
}
