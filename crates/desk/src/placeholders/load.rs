//! The values of a ticket, from the rows that belong to it and no others.
use super::values::{Person, Values, Word};
use crate::{
    fields,
    tickets::{Seen, Ticket, ViewTickets},
};
use derive::Record;
use jiff::tz::TimeZone;
use kernel::id::Id;
use people::{contacts, desk_settings};
use platform::{
    args,
    authority::{Implies, Tx},
    db::{Conn, Result},
    sql,
};

/// All that the texts about a ticket may name, in the customer's language.
///
/// The ticket was seen by whoever asks; everything else comes from it: its requester, its inbox, its fields.
pub fn of_ticket<P: Implies<ViewTickets>>(tx: &mut Tx<P>, ticket: &Seen<Ticket>) -> Result<Values> {
    let settings = desk_settings::store::load(tx)?;
    let contact = contacts::store::by_id(tx, ticket.requester_id)?;
    let language = contact.as_ref().and_then(|contact| contact.language).unwrap_or(settings.language);
    let phone = contacts::store::phones(tx, &[ticket.requester_id])?.into_iter().next();
    let known = fields::all(tx)?;
    let mut stored = of_fields(tx, ticket.id)?;
    let of_field = |field: fields::Field| {
        let at = stored.iter().position(|row| row.key == field.key);
        (field.key, (field.kind, at.map(|at| stored.swap_remove(at).value)))
    };
    let fields = known.into_iter().map(of_field).collect();
    let agent = tx.actor();
    let agent = Person { name: agent.name.clone(), email: agent.email.clone(), phone: String::new() };
    let word = |family, word: &str| Word { family, word: word.to_owned(), own: None };
    Ok(Values {
        language,
        zone: TimeZone::get(&settings.zone).unwrap_or(TimeZone::UTC),
        now: tx.now(),
        customer: Person {
            name: ticket.requester_name.clone(),
            email: ticket.requester_email.clone().unwrap_or_default(),
            phone: phone.map(|(_, phone)| phone).unwrap_or_default(),
        },
        organisation: ticket.organisation_name.clone().unwrap_or_default(),
        agent,
        inbox: inbox_name(tx, ticket.id)?.unwrap_or_else(|| settings.name.clone()),
        desk: settings.name,
        number: ticket.id.number(),
        subject: ticket.subject.clone(),
        status: Word {
            own: ticket.status_name.clone(),
            ..word("status", ticket.status_code.as_deref().unwrap_or(ticket.category.word()))
        },
        priority: word("priority", ticket.priority.word()),
        kind: word("ticket-kind", ticket.kind.word()),
        team: ticket.team_name.clone().unwrap_or_default(),
        tags: crate::tickets::store::tags(tx, &[ticket.id])?.into_iter().map(|tag| tag.tag).collect(),
        created: Some(ticket.created_at_ms),
        updated: Some(ticket.updated_at_ms),
        due: ticket.due_at_ms,
        fields,
    })
}

#[derive(Record)]
struct Stored {
    key: String,
    value: String,
}
fn of_fields(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Vec<Stored>> {
    conn.all(
        sql!(
            "SELECT f.key, v.value FROM ticket_field v JOIN field f ON f.id = v.field_id
              WHERE v.ticket_id = $1"
        ),
        args![ticket],
    )
}

/// The inbox that answers are sent from.
fn inbox_name(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Option<String>> {
    let row = conn.find::<(String,)>(
        sql!(
            "SELECT i.name FROM inbox i
              WHERE i.id = coalesce((SELECT t.inbox_id FROM ticket t WHERE t.id = $1),
                                    (SELECT min(s.id) FROM inbox s WHERE s.is_active = TRUE AND s.send IS NOT NULL))"
        ),
        args![ticket],
    )?;
    Ok(row.map(|(name,)| name))
}
