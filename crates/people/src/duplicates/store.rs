//! SQL for duplicates of contacts and their merges. Nothing else.
use super::policy::{Place, Reason, SWITCHBOARD};
use crate::{
    contacts::likeness,
    permissions::{ManageContacts, ViewContacts},
};
use derive::Record;
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Contact, Implies, Tx},
    db::Result,
    sql,
};

/// Something that another contact has in common with one.
type Found = (Id<Contact>, Reason, String);

/// Contacts that have something in common with this one and with those that were merged into it, 50 for each reason at
/// most.
pub fn alike<P: Implies<ViewContacts>>(tx: &mut Tx<P>, id: Id<Contact>) -> Result<Vec<Found>> {
    let emails: Vec<(Id<Contact>, String)> = tx.all(
        sql!(
            "SELECT DISTINCT coalesce(c.lands_at_id, c.id) AS id, f.email
               FROM contact x
               JOIN contact_email g ON g.contact_id = x.id
               JOIN contact_email f ON f.likeness = g.likeness
               JOIN contact c ON c.id = f.contact_id
              WHERE (x.id = $1 OR x.lands_at_id = $1) AND coalesce(c.lands_at_id, c.id) <> $1
              ORDER BY 1, 2 LIMIT 50"
        ),
        args![id],
    )?;
    let phones: Vec<(Id<Contact>, String, String, String)> = tx.all(
        sql!(
            "SELECT DISTINCT coalesce(c.lands_at_id, c.id) AS id, f.phone, f.folded, g.folded AS own
               FROM contact x
               JOIN contact_phone g ON g.contact_id = x.id
               JOIN contact_phone f ON f.tail = g.tail
               JOIN contact c ON c.id = f.contact_id
              WHERE (x.id = $1 OR x.lands_at_id = $1) AND coalesce(c.lands_at_id, c.id) <> $1
                AND (SELECT count(*) FROM (SELECT 1 AS one FROM contact_phone h WHERE h.tail = g.tail LIMIT 9) AS few) <= $2
              ORDER BY 1, 2 LIMIT 50"
        ),
        args![id, SWITCHBOARD],
    )?;
    let names: Vec<(Id<Contact>, String)> = tx.all(
        sql!(
            "SELECT c.id, c.name FROM contact x
               JOIN contact c ON c.organisation_id = x.organisation_id AND c.name_folded = x.name_folded
              WHERE x.id = $1 AND c.id <> $1 AND c.lands_at_id IS NULL ORDER BY c.id LIMIT 50"
        ),
        args![id],
    )?;
    let mut found: Vec<Found> = emails.into_iter().map(|(id, email)| (id, Reason::Email, email)).collect();
    let is_one = |(_, _, theirs, own): &(_, _, String, String)| likeness::is_one_number(theirs, own);
    found.extend(phones.into_iter().filter(is_one).map(|(id, phone, ..)| (id, Reason::Phone, phone)));
    found.extend(names.into_iter().map(|(id, name)| (id, Reason::Name, name)));
    Ok(found)
}
/// Who is another person than this one, because somebody said so.
pub fn distinct_from<P>(tx: &mut Tx<P>, id: Id<Contact>) -> Result<Vec<Id<Contact>>> {
    let rows: Vec<(Id<Contact>,)> = tx.all(
        sql!(
            "SELECT coalesce(y.lands_at_id, y.id) AS id
               FROM contact x JOIN contact_distinct d ON d.one_id = x.id JOIN contact y ON y.id = d.other_id
              WHERE x.id = $1 OR x.lands_at_id = $1
             UNION
             SELECT coalesce(y.lands_at_id, y.id)
               FROM contact x JOIN contact_distinct d ON d.other_id = x.id JOIN contact y ON y.id = d.one_id
              WHERE x.id = $1 OR x.lands_at_id = $1"
        ),
        args![id],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Two contacts that are likely one.
#[derive(Clone, Debug, Record)]
pub struct Pair {
    pub key: String,
    /// The contacts that have it, for the place in the list.
    pub one: i64,
    pub other: i64,
    /// What each has.
    pub of_one: String,
    pub of_other: String,
    /// Who they are by now.
    pub one_id: Id<Contact>,
    pub other_id: Id<Contact>,
}
impl Pair {
    pub fn place(&self) -> Place {
        Place { key: self.key.clone(), one: self.one, other: self.other }
    }
}
/// Pairs that have this in common, in the order of what it is, after a place, `limit` at most; and where there are more,
/// the place to go on from. Walks the index of what is compared from there on.
pub fn pairs<P: Implies<ManageContacts>>(
    tx: &mut Tx<P>,
    reason: Reason,
    after: &Place,
    limit: usize,
) -> Result<(Vec<Pair>, Option<Place>)> {
    let mut found = raw_pairs(tx, reason, after, limit + 1)?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(Pair::place);
    // Numbers that only end alike are two.
    found.retain(|pair| reason != Reason::Phone || likeness::is_one_number(&pair.of_one, &pair.of_other));
    Ok((found, next))
}
fn raw_pairs<P>(tx: &mut Tx<P>, reason: Reason, after: &Place, limit: usize) -> Result<Vec<Pair>> {
    let values = args![&after.key, after.one, after.other, limit];
    match reason {
        Reason::Email => tx.all(
            sql!(
                "SELECT f.likeness AS key, f.contact_id AS one, g.contact_id AS other, f.email AS of_one,
                        g.email AS of_other, coalesce(x.lands_at_id, x.id) AS one_id,
                        coalesce(y.lands_at_id, y.id) AS other_id
                   FROM contact_email f
                   JOIN contact_email g ON g.likeness = f.likeness AND g.contact_id > f.contact_id
                   JOIN contact x ON x.id = f.contact_id
                   JOIN contact y ON y.id = g.contact_id
                  WHERE f.likeness IS NOT NULL AND f.likeness >= $1
                    AND (f.likeness, f.contact_id, g.contact_id) > ($1, $2, $3)
                    AND coalesce(x.lands_at_id, x.id) <> coalesce(y.lands_at_id, y.id)
                    AND NOT EXISTS (SELECT 1 FROM contact_distinct d
                                     WHERE d.one_id = f.contact_id AND d.other_id = g.contact_id)
                  ORDER BY f.likeness, f.contact_id, g.contact_id LIMIT $4"
            ),
            values,
        ),
        Reason::Phone => tx.all(
                sql!(
                    "SELECT f.tail AS key, f.contact_id AS one, g.contact_id AS other, f.folded AS of_one,
                            g.folded AS of_other, coalesce(x.lands_at_id, x.id) AS one_id,
                            coalesce(y.lands_at_id, y.id) AS other_id
                       FROM contact_phone f
                       JOIN contact_phone g ON g.tail = f.tail AND g.contact_id > f.contact_id
                       JOIN contact x ON x.id = f.contact_id
                       JOIN contact y ON y.id = g.contact_id
                      WHERE f.tail IS NOT NULL AND f.tail >= $1
                        AND (f.tail, f.contact_id, g.contact_id) > ($1, $2, $3)
                        AND coalesce(x.lands_at_id, x.id) <> coalesce(y.lands_at_id, y.id)
                        AND NOT EXISTS (SELECT 1 FROM contact_distinct d
                                         WHERE d.one_id = f.contact_id AND d.other_id = g.contact_id)
                        AND (SELECT count(*) FROM (SELECT 1 AS one FROM contact_phone h
                                                    WHERE h.tail = f.tail LIMIT 9) AS few) <= $5
                      ORDER BY f.tail, f.contact_id, g.contact_id LIMIT $4"
                ),
                args![&after.key, after.one, after.other, limit, SWITCHBOARD],
            ),
        Reason::Name => tx.all(
            sql!(
                "SELECT x.name_folded AS key, x.id AS one, y.id AS other, x.name AS of_one, y.name AS of_other,
                        x.id AS one_id, y.id AS other_id
                   FROM contact x
                   JOIN contact y ON y.organisation_id = x.organisation_id AND y.name_folded = x.name_folded
                                 AND y.id > x.id
                  WHERE x.organisation_id IS NOT NULL AND x.name_folded >= $1
                    AND (x.name_folded, x.id, y.id) > ($1, $2, $3)
                    AND x.lands_at_id IS NULL AND y.lands_at_id IS NULL
                    AND NOT EXISTS (SELECT 1 FROM contact_distinct d WHERE d.one_id = x.id AND d.other_id = y.id)
                  ORDER BY x.name_folded, x.id, y.id LIMIT $4"
            ),
            values,
        ),
    }
}

/// They are two people: neither is shown beside the other as a duplicate any more.
pub fn set_distinct(tx: &mut Tx<ManageContacts>, one: Id<Contact>, other: Id<Contact>) -> Result<()> {
    let (now, by) = (tx.now(), tx.actor().who.to_string());
    tx.run(
        sql!(
            "INSERT INTO contact_distinct (one_id, other_id, said_by, said_at_ms)
             SELECT x.id, y.id, $3, $4 FROM contact x CROSS JOIN contact y
              WHERE x.id < y.id
                AND ((coalesce(x.lands_at_id, x.id) = $1 AND coalesce(y.lands_at_id, y.id) = $2)
                  OR (coalesce(x.lands_at_id, x.id) = $2 AND coalesce(y.lands_at_id, y.id) = $1))
                AND (x.id = $1 OR x.id = $2 OR x.lands_at_id = $1 OR x.lands_at_id = $2)
                AND (y.id = $1 OR y.id = $2 OR y.lands_at_id = $1 OR y.lands_at_id = $2)
               ON CONFLICT (one_id, other_id) DO NOTHING"
        ),
        args![one, other, &by, now],
    )
    .map(drop)
}

// ── merging ─────────────────────────────────────────────────────────────

/// Nobody else merges these contacts until the end of the transaction. Whoever reads them afterwards reads what holds.
pub fn hold(tx: &mut Tx<ManageContacts>, contacts: &[Id<Contact>]) -> Result<()> {
    tx.all::<(Id<Contact>,)>(
        sql!("SELECT id FROM contact WHERE id {in $1} ORDER BY id {for_update}"),
        args![&Id::list(contacts)],
    )
    .map(drop)
}
/// The id of `source` and all that lead to it lead to `target` from now on.
///
/// * returns – whether `source` stood by itself.
pub fn merge(tx: &mut Tx<ManageContacts>, source: Id<Contact>, target: Id<Contact>) -> Result<bool> {
    let (now, by) = (tx.now(), tx.actor().who.to_string());
    let merged = tx.run(
        sql!(
            "UPDATE contact SET merged_into_id = $2, updated_at_ms = $3 WHERE id = $1 AND merged_into_id IS NULL"
        ),
        args![source, target, now],
    )?;
    if merged == 0 {
        return Ok(false);
    }
    tx.run(
        sql!("UPDATE contact SET lands_at_id = $2 WHERE id = $1 OR lands_at_id = $1"),
        args![source, target],
    )?;
    tx.run(sql!("UPDATE contact SET updated_at_ms = $2 WHERE id = $1"), args![target, now])?;
    tx.run(
        sql!("INSERT INTO contact_merge (source_id, target_id, done_by, done_at_ms) VALUES ($1, $2, $3, $4)"),
        args![source, target, &by, now],
    )?;
    Ok(true)
}
/// The contact stands by itself again; what was merged into it before leads to it.
///
/// * `root` – where its id leads to.
/// * returns – whether it was merged.
pub fn undo(tx: &mut Tx<ManageContacts>, source: Id<Contact>, root: Id<Contact>) -> Result<bool> {
    let (now, by) = (tx.now(), tx.actor().who.to_string());
    let freed = tx.run(
        sql!(
            "UPDATE contact SET merged_into_id = NULL, lands_at_id = NULL, updated_at_ms = $2
              WHERE id = $1 AND merged_into_id IS NOT NULL"
        ),
        args![source, now],
    )?;
    if freed == 0 {
        return Ok(false);
    }
    tx.run(
        sql!(
            "WITH RECURSIVE family (id) AS (
               SELECT id FROM contact WHERE merged_into_id = $1
                UNION
               SELECT c.id FROM contact c JOIN family f ON c.merged_into_id = f.id)
             UPDATE contact SET lands_at_id = $1 WHERE id IN (SELECT id FROM family)"
        ),
        args![source],
    )?;
    tx.run(sql!("UPDATE contact SET updated_at_ms = $2 WHERE id = $1"), args![root, now])?;
    tx.run(
        sql!(
            "UPDATE contact_merge SET undone_by = $2, undone_at_ms = $3
              WHERE source_id = $1 AND undone_at_ms IS NULL"
        ),
        args![source, &by, now],
    )?;
    Ok(true)
}

/// A contact that leads to another one, and since when.
#[derive(Clone, Debug, Record)]
pub struct Merged {
    pub id: Id<Contact>,
    pub name: String,
    pub notes: String,
    pub done_by: String,
    pub done_at_ms: Millis,
}
/// Who was merged into this contact, directly or over others, the newest first.
pub fn merged_into<P: Implies<ViewContacts>>(tx: &mut Tx<P>, id: Id<Contact>) -> Result<Vec<Merged>> {
    tx.all(
        sql!(
            "SELECT c.id, c.name, c.notes, coalesce(u.name, '') AS done_by, m.done_at_ms
               FROM contact c
               JOIN contact_merge m ON m.source_id = c.id AND m.undone_at_ms IS NULL
               LEFT JOIN desk_user u ON 'user/' || CAST(u.id AS TEXT) = m.done_by
              WHERE c.lands_at_id = $1 ORDER BY m.id DESC LIMIT 200"
        ),
        args![id],
    )
}
/// Whether somebody signs in as this contact: with a password, or by a link that is still open.
pub fn has_account<P>(tx: &mut Tx<P>, id: Id<Contact>) -> Result<bool> {
    let row = tx.find::<(i64,)>(
        sql!(
            "SELECT 1 AS one FROM contact c
              WHERE c.id = $1 AND (c.password_hash IS NOT NULL
                                   OR EXISTS (SELECT 1 FROM session s WHERE s.contact_id = c.id))"
        ),
        args![id],
    )?;
    Ok(row.is_some())
}

// ── what was there before likeness was written ──────────────────────────

/// Addresses without likeness after an address; the writing of one; the same for numbers.
pub fn emails_without<P>(tx: &mut Tx<P>, after: &str, limit: usize) -> Result<Vec<(String,)>> {
    tx.all(
        sql!("SELECT email FROM contact_email WHERE email > $1 AND likeness IS NULL ORDER BY email LIMIT $2"),
        args![after, limit],
    )
}
pub fn set_likeness<P>(tx: &mut Tx<P>, email: &str, likeness: &str) -> Result<()> {
    tx.run(sql!("UPDATE contact_email SET likeness = $2 WHERE email = $1"), args![email, likeness]).map(drop)
}
/// Numbers of the contacts after one, by contact.
pub fn phones_after<P>(
    tx: &mut Tx<P>,
    after: Id<Contact>,
    limit: usize,
) -> Result<Vec<(Id<Contact>, String)>> {
    tx.all(
        sql!(
            "SELECT contact_id, folded FROM contact_phone WHERE contact_id > $1 ORDER BY contact_id, folded LIMIT $2"
        ),
        args![after, limit],
    )
}
pub fn set_tail<P>(tx: &mut Tx<P>, contact: Id<Contact>, folded: &str, tail: Option<&str>) -> Result<()> {
    tx.run(
        sql!("UPDATE contact_phone SET tail = $3 WHERE contact_id = $1 AND folded = $2"),
        args![contact, folded, tail],
    )
    .map(drop)
}
