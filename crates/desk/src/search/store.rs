//! SQL for what is indexed, and for showing what was found. Nothing else.
use super::{CONTACT, ORGANISATION, TICKET};
use crate::{
    conversation::{Message, MessageKind},
    tickets::{Category, Kind, Ticket},
};
use derive::Record;
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Contact, Inbox, Organisation, Team, User},
    blobs::Hash,
    db::{Conn, Result},
    events::Recorded,
    sql,
};
use search::{Document, Facts, File, Key};
use std::collections::HashMap;

/// So many bytes of a ticket's conversation are indexed, the newest messages first.
const TALK: usize = 1_000_000;

/// The place of a word in its list, from 1 on: 0 is none.
pub fn code<T: PartialEq>(all: &[T], one: &T) -> u8 {
    all.iter().position(|known| known == one).map_or(0, |at| at as u8 + 1)
}
/// The word at such a place.
pub fn decode<T: Copy>(all: &[T], code: u8) -> Option<T> {
    all.get(usize::from(code.checked_sub(1)?)).copied()
}

fn ids(rows: Result<Vec<(i64,)>>) -> Result<Vec<i64>> {
    Ok(rows?.into_iter().map(|(id,)| id).collect())
}
fn list(ids: &[i64]) -> String {
    Id::<Ticket>::list(&ids.iter().map(|id| Id::new(*id)).collect::<Vec<_>>())
}

pub fn tickets_after(conn: &mut Conn, after: i64, limit: usize) -> Result<Vec<i64>> {
    let rows =
        conn.all(sql!("SELECT id FROM ticket WHERE id > $1 ORDER BY id LIMIT $2"), args![after, limit]);
    ids(rows)
}
pub fn contacts_after(conn: &mut Conn, after: i64, limit: usize) -> Result<Vec<i64>> {
    let rows =
        conn.all(sql!("SELECT id FROM contact WHERE id > $1 ORDER BY id LIMIT $2"), args![after, limit]);
    ids(rows)
}
pub fn organisations_after(conn: &mut Conn, after: i64, limit: usize) -> Result<Vec<i64>> {
    let rows =
        conn.all(sql!("SELECT id FROM organisation WHERE id > $1 ORDER BY id LIMIT $2"), args![after, limit]);
    ids(rows)
}

/// Keys under which events name a second ticket.
const OTHER_TICKETS: &[&str] =
    &["ticket", "into", "from", "to", "other", "parent", "child", "target", "source"];

/// The tickets that an event changed: its own, those that it names, and all of somebody who got another name.
pub fn touched_tickets(conn: &mut Conn, event: &Recorded, after: i64, limit: usize) -> Result<Vec<i64>> {
    if let Some(contact) = event.subject_id("contact") {
        let rows = conn.all(
            sql!(
                "SELECT DISTINCT p.ticket_id FROM contact x JOIN ticket_participant p ON p.contact_id = x.id
                  WHERE (x.id = $1 OR x.lands_at_id = $1) AND p.ticket_id > $2 ORDER BY p.ticket_id LIMIT $3"
            ),
            args![contact, after, limit],
        );
        return ids(rows);
    }
    if let Some(organisation) = event.subject_id("organisation") {
        let rows = conn.all(
            sql!("SELECT id FROM ticket WHERE organisation_id = $1 AND id > $2 ORDER BY id LIMIT $3"),
            args![organisation, after, limit],
        );
        return ids(rows);
    }
    // What became of a mail or a promise changes nothing that is indexed.
    if event.kind.starts_with("mail.") || event.kind.starts_with("sla.") {
        return Ok(Vec::new());
    }
    let mut touched: Vec<i64> = event.subject_id("ticket").into_iter().collect();
    if !touched.is_empty() {
        let data = event.data();
        let number = |value: &serde_json::Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
        touched.extend(OTHER_TICKETS.iter().filter_map(|key| data.get(key).and_then(number)));
    }
    touched.retain(|id| *id > after);
    touched.sort_unstable();
    touched.dedup();
    Ok(touched)
}
/// The contacts that an event changed: its own, and all of an organisation that got another name.
pub fn touched_contacts(conn: &mut Conn, event: &Recorded, after: i64, limit: usize) -> Result<Vec<i64>> {
    if let Some(organisation) = event.subject_id("organisation") {
        let rows = conn.all(
            sql!("SELECT id FROM contact WHERE organisation_id = $1 AND id > $2 ORDER BY id LIMIT $3"),
            args![organisation, after, limit],
        );
        return ids(rows);
    }
    let Some(contact) = event.subject_id("contact") else { return Ok(Vec::new()) };
    // What changes of one that was merged is found with the other one.
    let rows = conn.all(
        sql!(
            "SELECT id FROM contact WHERE id = $1 AND id > $2
              UNION SELECT lands_at_id FROM contact WHERE id = $1 AND lands_at_id > $2 ORDER BY 1"
        ),
        args![contact, after],
    );
    ids(rows)
}
pub fn touched_organisations(_: &mut Conn, event: &Recorded, after: i64, _: usize) -> Result<Vec<i64>> {
    Ok(event.subject_id("organisation").filter(|id| *id > after).into_iter().collect())
}

#[derive(Record)]
struct TicketRow {
    id: i64,
    subject: String,
    kind: Kind,
    category: Category,
    team_id: Id<Team>,
    inbox_id: Option<Id<Inbox>>,
    organisation_id: Option<Id<Organisation>>,
    organisation_name: Option<String>,
    assignee_id: Id<User>,
    updated_at_ms: Millis,
}
#[derive(Record)]
struct MessageRow {
    ticket_id: i64,
    kind: MessageKind,
    author_name: String,
    text: String,
    signature: Option<String>,
}
#[derive(Record)]
struct FileRow {
    ticket_id: i64,
    kind: MessageKind,
    name: String,
    r#type: String,
    size: i64,
    blob_hash: Hash,
}

/// Tickets with all that is said in them.
pub fn tickets(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Document>> {
    let ids = list(ids);
    let rows: Vec<TicketRow> = conn.all(
        sql!(
            "SELECT t.id, t.subject, t.kind, t.category, t.team_id, t.inbox_id, t.organisation_id,
                    o.name AS organisation_name, t.assignee_id, t.updated_at_ms
               FROM ticket t LEFT JOIN organisation o ON o.id = t.organisation_id WHERE t.id {in $1}"
        ),
        args![&ids],
    )?;
    let mut documents: HashMap<i64, Document> = rows
        .into_iter()
        .map(|row| {
            let facts = Facts {
                kind: code(Kind::ALL, &row.kind),
                category: code(Category::ALL, &row.category),
                team: row.team_id.number() as u64,
                inbox: row.inbox_id.map_or(0, |id| id.number() as u64),
                organisation: row.organisation_id.map_or(0, |id| id.number() as u64),
                assignee: row.assignee_id.number() as u64,
                changed_at_ms: row.updated_at_ms.0,
            };
            let document = Document {
                key: Key { noun: TICKET, id: row.id },
                facts,
                title: row.subject,
                people: row.organisation_name.into_iter().collect(),
                texts: Vec::new(),
                notes: Vec::new(),
                files: Vec::new(),
                tags: Vec::new(),
            };
            (row.id, document)
        })
        .collect();

    let people: Vec<(i64, String, Option<String>, Option<String>)> = conn.all(
        sql!(
            "SELECT p.ticket_id, c.name, e.email, l.name AS by_now
               FROM ticket_participant p JOIN contact c ON c.id = p.contact_id
               LEFT JOIN contact l ON l.id = c.lands_at_id
               LEFT JOIN contact_email e ON e.contact_id = c.id WHERE p.ticket_id {in $1}
              ORDER BY p.ticket_id, p.contact_id"
        ),
        args![&ids],
    )?;
    for (ticket, name, email, by_now) in people {
        if let Some(document) = documents.get_mut(&ticket) {
            for name in std::iter::once(name).chain(by_now) {
                if !document.people.contains(&name) {
                    document.people.push(name);
                }
            }
            document.people.extend(email);
        }
    }
    let phones: Vec<(i64, String)> = conn.all(
        sql!(
            "SELECT t.id, f.phone FROM ticket t JOIN contact_phone f ON f.contact_id = t.requester_id
              WHERE t.id {in $1}"
        ),
        args![&ids],
    )?;
    for (ticket, phone) in phones {
        documents.entry(ticket).and_modify(|document| document.people.push(phone));
    }

    let mut said: HashMap<i64, usize> = HashMap::new();
    let messages: Vec<MessageRow> = conn.all(
        sql!(
            "SELECT ticket_id, kind, author_name, text, CASE WHEN direction = 'in' THEN signature END AS signature
               FROM message WHERE ticket_id {in $1} ORDER BY ticket_id, id DESC"
        ),
        args![&ids],
    )?;
    for message in messages {
        let Some(document) = documents.get_mut(&message.ticket_id) else { continue };
        let said = said.entry(message.ticket_id).or_default();
        if *said > TALK {
            continue;
        }
        *said += message.text.len();
        let place = match message.kind {
            MessageKind::Public => &mut document.texts,
            MessageKind::Note => &mut document.notes,
        };
        place.push(message.text);
        place.extend(message.signature.filter(|signature| !signature.is_empty()));
        if !document.people.contains(&message.author_name) {
            document.people.push(message.author_name);
        }
    }

    let files: Vec<FileRow> = conn.all(
        sql!(
            "SELECT m.ticket_id, m.kind, a.name, a.type, a.size, a.blob_hash
               FROM message m JOIN attachment a ON a.message_id = m.id
              WHERE m.ticket_id {in $1} AND a.is_inline = FALSE ORDER BY m.ticket_id, a.id"
        ),
        args![&ids],
    )?;
    for file in files {
        let Some(document) = documents.get_mut(&file.ticket_id) else { continue };
        let is_internal = file.kind == MessageKind::Note;
        // A file that was passed on hangs on two messages.
        let known = document
            .files
            .iter()
            .any(|known| known.hash == file.blob_hash && known.is_internal == is_internal);
        if !known && document.files.len() < 200 {
            document.files.push(File {
                hash: file.blob_hash,
                name: file.name,
                kind: file.r#type,
                size: file.size,
                is_internal,
            });
        }
    }

    let tags: Vec<(i64, String)> =
        conn.all(sql!("SELECT ticket_id, tag FROM ticket_tag WHERE ticket_id {in $1}"), args![&ids])?;
    for (ticket, tag) in tags {
        documents.entry(ticket).and_modify(|document| {
            document.notes.push(tag.clone());
            document.tags.push(tag);
        });
    }
    // Values of the desk's own fields are not shown to customers.
    let values: Vec<(i64, String)> =
        conn.all(sql!("SELECT ticket_id, value FROM ticket_field WHERE ticket_id {in $1}"), args![&ids])?;
    for (ticket, value) in values {
        documents.entry(ticket).and_modify(|document| document.notes.push(value));
    }
    Ok(documents.into_values().collect())
}

fn named(noun: u8, id: i64, name: String, facts: Facts) -> Document {
    Document {
        key: Key { noun, id },
        facts,
        title: name,
        people: Vec::new(),
        texts: Vec::new(),
        notes: Vec::new(),
        files: Vec::new(),
        tags: Vec::new(),
    }
}

#[derive(Record)]
struct ContactRow {
    id: i64,
    name: String,
    notes: String,
    organisation_id: Option<i64>,
    organisation_name: Option<String>,
    updated_at_ms: Millis,
}
#[derive(Record)]
struct OrganisationRow {
    id: i64,
    name: String,
    notes: String,
    created_at_ms: Millis,
}

/// Contacts with their addresses, numbers, organisation and notes, and those of contacts that were merged into them. One
/// that was merged is not there by itself.
pub fn contacts(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Document>> {
    let ids = list(ids);
    let rows: Vec<ContactRow> = conn.all(
        sql!(
            "SELECT c.id, c.name, c.notes, c.organisation_id, o.name AS organisation_name, c.updated_at_ms
               FROM contact c LEFT JOIN organisation o ON o.id = c.organisation_id
              WHERE c.id {in $1} AND c.lands_at_id IS NULL"
        ),
        args![&ids],
    )?;
    let mut documents: HashMap<i64, Document> = HashMap::new();
    for row in rows {
        let organisation = row.organisation_id.unwrap_or(0) as u64;
        let facts = Facts { organisation, changed_at_ms: row.updated_at_ms.0, ..Facts::default() };
        let mut document = named(CONTACT, row.id, row.name, facts);
        document.people.extend(row.organisation_name);
        document.notes.push(row.notes);
        documents.insert(row.id, document);
    }
    let merged: Vec<(i64, String, String)> = conn.all(
        sql!("SELECT lands_at_id, name, notes FROM contact WHERE lands_at_id {in $1} ORDER BY id"),
        args![&ids],
    )?;
    for (contact, name, notes) in merged {
        documents.entry(contact).and_modify(|document| {
            document.people.push(name);
            document.notes.push(notes);
        });
    }
    let emails: Vec<(i64, String)> = conn.all(
        sql!(
            "SELECT coalesce(x.lands_at_id, x.id) AS contact_id, e.email
               FROM contact x JOIN contact_email e ON e.contact_id = x.id
              WHERE x.id {in $1} OR x.lands_at_id {in $1}"
        ),
        args![&ids],
    )?;
    let phones: Vec<(i64, String)> = conn.all(
        sql!(
            "SELECT coalesce(x.lands_at_id, x.id) AS contact_id, f.phone
               FROM contact x JOIN contact_phone f ON f.contact_id = x.id
              WHERE x.id {in $1} OR x.lands_at_id {in $1}"
        ),
        args![&ids],
    )?;
    for (contact, value) in emails.into_iter().chain(phones) {
        documents.entry(contact).and_modify(|document| document.people.push(value));
    }
    Ok(documents.into_values().collect())
}

/// Organisations with their domains and notes.
pub fn organisations(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Document>> {
    let ids = list(ids);
    let rows: Vec<OrganisationRow> = conn
        .all(sql!("SELECT id, name, notes, created_at_ms FROM organisation WHERE id {in $1}"), args![&ids])?;
    let mut documents: HashMap<i64, Document> = HashMap::new();
    for row in rows {
        let facts =
            Facts { organisation: row.id as u64, changed_at_ms: row.created_at_ms.0, ..Facts::default() };
        let mut document = named(ORGANISATION, row.id, row.name, facts);
        document.notes.push(row.notes);
        documents.insert(row.id, document);
    }
    let domains: Vec<(i64, String)> = conn.all(
        sql!("SELECT organisation_id, domain FROM organisation_domain WHERE organisation_id {in $1}"),
        args![&ids],
    )?;
    for (organisation, domain) in domains {
        documents.entry(organisation).and_modify(|document| document.people.push(domain));
    }
    Ok(documents.into_values().collect())
}

/// A message as it is looked through for the words that were asked for.
#[derive(Debug, Record)]
pub struct Said {
    pub id: Id<Message>,
    pub ticket_id: Id<Ticket>,
    pub kind: MessageKind,
    pub author_name: String,
    pub text: String,
}
/// The beginnings of the newest 30 messages of each of these tickets, which the caller has seen; the newest first.
pub fn said(conn: &mut Conn, tickets: &[Id<Ticket>]) -> Result<Vec<Said>> {
    conn.all(
        sql!(
            "SELECT id, ticket_id, kind, author_name, substr(text, 1, 6000) AS text
               FROM (SELECT id, ticket_id, kind, author_name, text,
                            row_number() OVER (PARTITION BY ticket_id ORDER BY id DESC) AS place
                       FROM message WHERE ticket_id {in $1}) AS newest
              WHERE place <= 30 ORDER BY ticket_id, id DESC"
        ),
        args![&Id::list(tickets)],
    )
}

/// The files of these tickets, which the caller has seen.
#[derive(Debug, Record)]
pub struct Attached {
    pub ticket_id: Id<Ticket>,
    pub message_id: Id<Message>,
    pub name: String,
    pub r#type: String,
    pub size: i64,
    pub blob_hash: Hash,
}
pub fn attached(conn: &mut Conn, tickets: &[Id<Ticket>]) -> Result<Vec<Attached>> {
    conn.all(
        sql!(
            "SELECT m.ticket_id, a.message_id, a.name, a.type, a.size, a.blob_hash
               FROM message m JOIN attachment a ON a.message_id = m.id
              WHERE m.ticket_id {in $1} AND a.is_inline = FALSE ORDER BY m.ticket_id, a.id DESC LIMIT 500"
        ),
        args![&Id::list(tickets)],
    )
}

/// A contact as the list of what was found shows it.
#[derive(Debug, Record)]
pub struct Person {
    pub id: Id<Contact>,
    pub name: String,
    pub email: Option<String>,
    pub organisation_name: Option<String>,
    pub updated_at_ms: Millis,
}
pub fn people(conn: &mut Conn, ids: &[Id<Contact>]) -> Result<Vec<Person>> {
    conn.all(
        sql!(
            "SELECT c.id, c.name, e.email, o.name AS organisation_name, c.updated_at_ms FROM contact c
               LEFT JOIN contact_email e ON e.contact_id = c.id AND e.is_primary = TRUE
               LEFT JOIN organisation o ON o.id = c.organisation_id WHERE c.id {in $1}"
        ),
        args![&Id::list(ids)],
    )
}
/// The numbers of these contacts, for showing which of them was asked for.
pub fn phones(conn: &mut Conn, ids: &[Id<Contact>]) -> Result<Vec<(Id<Contact>, String)>> {
    conn.all(
        sql!(
            "SELECT contact_id, phone FROM contact_phone WHERE contact_id {in $1} ORDER BY contact_id, folded"
        ),
        args![&Id::list(ids)],
    )
}
pub fn companies(conn: &mut Conn, ids: &[Id<Organisation>]) -> Result<Vec<(Id<Organisation>, String)>> {
    conn.all(sql!("SELECT id, name FROM organisation WHERE id {in $1}"), args![&Id::list(ids)])
}

/// All teams by id: a desk has few.
pub fn teams(conn: &mut Conn) -> Result<Vec<(Id<Team>, String)>> {
    conn.all(sql!("SELECT id, name FROM team ORDER BY name_folded, id LIMIT 1000"), args![])
}
/// People who work here whose folded name begins so, or whose address it is; 50 at most.
pub fn users_named(conn: &mut Conn, folded: &str) -> Result<Vec<i64>> {
    let pattern = format!("{}%", folded.replace(['\\', '%', '_'], " "));
    let rows = conn.all(
        sql!("SELECT id FROM desk_user WHERE name_folded LIKE $1 OR email = $2 ORDER BY id LIMIT 50"),
        args![&pattern, folded],
    );
    ids(rows)
}
/// Organisations whose folded name begins so; 200 at most.
pub fn organisations_named(conn: &mut Conn, folded: &str) -> Result<Vec<i64>> {
    let pattern = format!("{}%", folded.replace(['\\', '%', '_'], " "));
    let rows = conn.all(
        sql!("SELECT id FROM organisation WHERE name_folded LIKE $1 ORDER BY id LIMIT 200"),
        args![&pattern],
    );
    ids(rows)
}
