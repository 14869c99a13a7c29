//! SQL of what is known of one ticket. Nothing else.
use super::{evaluate::Facts, tree::With};
use crate::{
    side_conversations::State as SideState,
    tickets::{Category, Channel, Kind, Priority, Ticket},
};
use derive::Record;
use kernel::{clock::Millis, id::Id};
use platform::{
    args,
    authority::{Contact, Organisation},
    db::{Conn, Result},
    sql,
};

#[derive(Record)]
struct Row {
    category: Category,
    status_id: i64,
    priority: Priority,
    kind: Kind,
    channel: Channel,
    team_id: i64,
    assignee_id: i64,
    requester_id: i64,
    organisation_id: Option<i64>,
    organisation_folded: Option<String>,
    inbox_id: Option<i64>,
    policy_id: Option<i64>,
    contract_id: Option<i64>,
    contract_folded: Option<String>,
    line: Option<i64>,
    with_kind: Option<String>,
    created_at_ms: Millis,
    updated_at_ms: Millis,
    due_at_ms: Option<Millis>,
    solved_at_ms: Option<Millis>,
    subject_folded: String,
    reopened: i64,
    spent_minutes: i64,
    is_snoozed: bool,
    has_attachment: bool,
    has_note: bool,
    side_state: Option<SideState>,
    has_open_item: bool,
}

/// The contacts that are one person with this one, each with its addresses.
fn people(conn: &mut Conn, contact: i64) -> Result<Vec<(i64, Option<String>)>> {
    conn.all(
        sql!(
            "SELECT k.id, e.email FROM contact r
               JOIN contact k ON k.id = coalesce(r.lands_at_id, r.id) OR k.lands_at_id = coalesce(r.lands_at_id, r.id)
               LEFT JOIN contact_email e ON e.contact_id = k.id
              WHERE r.id = $1 ORDER BY k.id, e.email"
        ),
        args![contact],
    )
}
/// What is known where somebody else asks.
pub(crate) fn asks(
    conn: &mut Conn,
    facts: &mut Facts,
    contact: Id<Contact>,
    organisation: Option<Id<Organisation>>,
) -> Result<()> {
    let people = people(conn, contact.number())?;
    facts.requester = people.iter().map(|(id, _)| *id).collect();
    facts.requester_emails = people.into_iter().filter_map(|(_, email)| email).collect();
    facts.organisation = organisation.map(Id::number);
    facts.organisation_folded = match organisation {
        Some(id) => conn
            .find::<(String,)>(sql!("SELECT name_folded FROM organisation WHERE id = $1"), args![id])?
            .map(|(name,)| name),
        None => None,
    };
    Ok(())
}

/// All that a filter can ask of a ticket, with six statements. The caller has seen to it that the ticket may be seen.
pub fn facts(conn: &mut Conn, ticket: Id<Ticket>) -> Result<Option<Facts>> {
    let row = conn.find::<Row>(
        sql!(
            "SELECT t.category, t.status_id, t.priority, t.kind, t.channel, t.team_id, t.assignee_id, t.requester_id,
                    t.organisation_id, o.name_folded AS organisation_folded, t.inbox_id, s.policy_id, t.contract_id,
                    x.name_folded AS contract_folded,
                    l.position AS line, y.kind AS with_kind, t.created_at_ms,
                    t.updated_at_ms, t.due_at_ms, t.solved_at_ms, t.subject_folded, t.reopened, t.spent_minutes, t.is_snoozed,
                    EXISTS (SELECT 1 FROM message w JOIN attachment a ON a.message_id = w.id
                             WHERE w.ticket_id = t.id AND a.is_inline = FALSE) AS has_attachment,
                    EXISTS (SELECT 1 FROM message w WHERE w.ticket_id = t.id AND w.kind = 'note' AND w.side_id IS NULL) AS has_note, t.side_state,
                    t.items_done < t.items_all AS has_open_item
               FROM ticket t
               LEFT JOIN organisation o ON o.id = t.organisation_id
               LEFT JOIN sla_terms s ON s.id = t.sla_terms_id
               LEFT JOIN contract x ON x.id = t.contract_id
               LEFT JOIN support_line_team q ON q.team_id = t.team_id
               LEFT JOIN support_line l ON l.id = q.line_id
               LEFT JOIN stay y ON y.id = t.stay_id
              WHERE t.id = $1"
        ),
        args![ticket],
    )?;
    let Some(row) = row else { return Ok(None) };
    let tags = crate::tickets::store::tags(conn, &[ticket])?;
    let followers =
        conn.all::<(i64,)>(sql!("SELECT user_id FROM ticket_follower WHERE ticket_id = $1"), args![ticket])?;
    let mentions = conn.all::<(i64, i64)>(
        sql!(
            "SELECT c.user_id, c.team_id FROM message w JOIN mention c ON c.message_id = w.id WHERE w.ticket_id = $1"
        ),
        args![ticket],
    )?;
    let people = people(conn, row.requester_id)?;
    let fields = conn.all::<(i64, String)>(
        sql!("SELECT field_id, value FROM ticket_field WHERE ticket_id = $1"),
        args![ticket],
    )?;
    Ok(Some(Facts {
        number: ticket.number(),
        spent: row.spent_minutes,
        category: row.category,
        status: row.status_id,
        priority: row.priority,
        kind: row.kind,
        channel: row.channel,
        team: row.team_id,
        assignee: row.assignee_id,
        requester: people.iter().map(|(id, _)| *id).collect(),
        requester_emails: people.into_iter().filter_map(|(_, email)| email).collect(),
        organisation: row.organisation_id,
        organisation_folded: row.organisation_folded,
        inbox: row.inbox_id,
        policy: row.policy_id,
        contract: row.contract_id,
        contract_folded: row.contract_folded,
        line: row.line.unwrap_or(0),
        with: row.with_kind.as_deref().and_then(With::from_word).unwrap_or(With::Nobody),
        tags: tags.into_iter().map(|tag| tag.tag).collect(),
        followers: followers.into_iter().map(|(user,)| user).collect(),
        mentioned: mentions.iter().map(|(user, _)| *user).filter(|user| *user != 0).collect(),
        mentioned_teams: mentions.iter().map(|(_, team)| *team).filter(|team| *team != 0).collect(),
        created: row.created_at_ms,
        updated: row.updated_at_ms,
        due: row.due_at_ms,
        solved: row.solved_at_ms,
        subject_folded: row.subject_folded,
        reopened: row.reopened,
        is_snoozed: row.is_snoozed,
        has_attachment: row.has_attachment,
        has_note: row.has_note,
        side: row.side_state,
        has_open_item: row.has_open_item,
        fields: fields.into_iter().collect(),
    }))
}
