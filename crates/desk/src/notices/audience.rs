//! Whom an event concerns, and why.
use super::{
    policy::What,
    store::{self, Head},
};
use crate::{
    call_backs::CallBack,
    conversation::{AuthorKind, Direction, Message, MessageKind},
    escalation, mentions, reminders, side_conversations,
    tickets::{self, Ticket},
};
use kernel::id::Id;
use platform::{
    authority::{System, Tx, User},
    db,
    events::Recorded,
};
use serde_json::Value;

/// What happened, and whom it concerns: of several reasons for one person the first counts.
#[derive(Default)]
pub struct Matter {
    pub ticket: Option<Id<Ticket>>,
    pub message: Option<i64>,
    pub inbound: Option<i64>,
    pub contract: Option<i64>,
    pub by_name: String,
    pub about: String,
    pub told: Vec<(Id<User>, What)>,
}

/// Whether an event can concern anybody; the others cost nothing more.
pub fn hears(event: &Recorded) -> bool {
    match event.kind.as_str() {
        "ticket.opened"
        | "ticket.message_added"
        | "sla.warned"
        | "sla.breached"
        | "stay.warned"
        | "stay.breached"
        | "ticket.call_back_due"
        | "ticket.side_answered"
        | "ticket.side_bounced"
        | "reminder.due"
        | "contract.volume_reached" => true,
        "ticket.changed" => event.payload.contains("\"assignee\"") || event.payload.contains("\"team\""),
        "inbound.decided" => event.payload.contains("\"quarantined\""),
        _ => false,
    }
}

fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// As things stand now: whoever has lost the ticket meanwhile is not told that it is theirs.
pub fn of(tx: &mut Tx<System>, event: &Recorded) -> db::Result<Option<Matter>> {
    let data = event.data();
    if event.kind == "inbound.decided" {
        let inbound = event.subject_id("inbound");
        let told = store::keepers(tx)?.into_iter().map(|user| (user, What::Quarantine)).collect();
        return Ok(Some(Matter { inbound, told, ..Matter::default() }));
    }
    if event.kind == "reminder.due" {
        let Some(reminder) = event.subject_id("reminder") else { return Ok(None) };
        let found = reminders::store::whose(tx, Id::new(reminder))?;
        return Ok(found.map(|(user, ticket, note)| Matter {
            ticket: Some(ticket),
            about: note,
            told: vec![(user, What::Reminder)],
            ..Matter::default()
        }));
    }
    if event.kind == "contract.volume_reached" {
        let Some(contract) = event.subject_id("contract") else { return Ok(None) };
        let owner = crate::contracts::store::owner(tx, Id::new(contract))?;
        let word = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        let percent = number(data.get("percent")).unwrap_or(0);
        let about = format!("{percent} {} {}", word("unit"), word("name"));
        let told = owner.into_iter().map(|user| (user, What::ContractVolume)).collect();
        return Ok(Some(Matter { contract: Some(contract), about, told, ..Matter::default() }));
    }
    let Some(ticket) = event.subject_id("ticket").map(Id::<Ticket>::new) else { return Ok(None) };
    if event.kind == "ticket.message_added" {
        return match number(data.get("message")) {
            Some(message) => said(tx, Id::new(message)),
            None => Ok(None),
        };
    }
    let Some(head) = store::head(tx, ticket)? else { return Ok(None) };
    let mut matter = Matter { ticket: Some(ticket), ..Matter::default() };
    match event.kind.as_str() {
        "ticket.opened" => {
            let became = |field: &str| number(data.get(field));
            given(tx, &head, &mut matter, became("assignee"), became("team"))?;
            matter.by_name = store::name_of(tx, &event.actor)?;
        }
        "ticket.changed" => {
            let became = |field: &str| number(data.get("changes")?.get(field)?.get(1));
            given(tx, &head, &mut matter, became("assignee"), became("team"))?;
            matter.by_name = store::name_of(tx, &event.actor)?;
        }
        kind @ ("sla.warned" | "sla.breached") => {
            if !head.is_open {
                return Ok(None);
            }
            let what = if kind == "sla.warned" { What::SlaWarned } else { What::SlaBreached };
            matter.about = data.get("promise").and_then(Value::as_str).unwrap_or_default().to_owned();
            let holders = match head.assignee_id.number() {
                // Nobody has it: then it is the team's.
                0 => mentions::store::members(tx, &[head.team_id])?,
                _ => vec![head.assignee_id],
            };
            matter.told.extend(holders.into_iter().map(|user| (user, what)));
        }
        kind @ ("stay.warned" | "stay.breached") => {
            if !head.is_open {
                return Ok(None);
            }
            let what = if kind == "stay.warned" { What::SlaWarned } else { What::SlaBreached };
            matter.about = data.get("promise").and_then(Value::as_str).unwrap_or_default().to_owned();
            let stay = number(data.get("stay")).map(Id::new);
            let holders = match stay {
                Some(stay) => escalation::store::concerned(tx, stay)?,
                None => Vec::new(),
            };
            matter.told.extend(holders.into_iter().map(|user| (user, what)));
        }
        kind @ ("ticket.side_answered" | "ticket.side_bounced") => {
            let side = number(data.get("side")).map(Id::new);
            let side = match side {
                Some(side) => side_conversations::store::by_id(tx, side)?,
                None => None,
            };
            // What a machine writes concerns nobody.
            let is_automatic = data.get("is_automatic").and_then(Value::as_bool) == Some(true);
            let Some(side) = side.filter(|_| !is_automatic) else { return Ok(None) };
            if kind == "ticket.side_bounced" {
                matter.about = "bounce".into();
            } else {
                matter.by_name = data.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                matter.about = side.subject;
            }
            matter.message = number(data.get("message"));
            let holder = Some(head.assignee_id).filter(|user| user.number() != 0);
            let ears = [side.asked_by].into_iter().chain(holder);
            matter.told.extend(ears.map(|user| (user, What::SideAnswer)));
        }
        _ => {
            let call = number(data.get("call_back")).map(Id::<CallBack>::new);
            matter.about = data.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            // Whoever has the ticket calls; without anybody, who promised it.
            let caller = match (head.assignee_id.number(), call) {
                (0, Some(call)) => store::promised_by(tx, call)?,
                (0, None) => None,
                _ => Some(head.assignee_id),
            };
            matter.told.extend(caller.map(|user| (user, What::CallBack)));
        }
    }
    Ok(Some(matter))
}

/// A ticket came to a person, or to a team in which nobody has it.
fn given(
    tx: &mut Tx<System>,
    head: &Head,
    matter: &mut Matter,
    assignee: Option<i64>,
    team: Option<i64>,
) -> db::Result<()> {
    let holds = |id: i64| id != 0 && head.assignee_id.number() == id;
    if let Some(id) = assignee.filter(|id| holds(*id)) {
        matter.told.push((Id::new(id), What::Assigned));
    } else if team.is_some_and(|id| id != 0 && head.team_id.number() == id)
        && head.assignee_id.number() == 0
        && head.is_open
    {
        matter.about = head.team_name.clone().unwrap_or_default();
        let members = mentions::store::members(tx, &[head.team_id])?;
        matter.told.extend(members.into_iter().map(|user| (user, What::Team)));
    }
    Ok(())
}

/// Words on a ticket: for those whom they call, for whoever has the ticket, and for those who follow it.
fn said(tx: &mut Tx<System>, message: Id<Message>) -> db::Result<Option<Matter>> {
    let Some(said) = store::said(tx, message)? else { return Ok(None) };
    // What the customer's machine writes concerns nobody, and a ticket's first words came with the ticket.
    if said.is_automatic {
        return Ok(None);
    }
    let Some(head) = store::head(tx, said.ticket_id)? else { return Ok(None) };
    let is_note = said.kind == MessageKind::Note;
    let mut told = Vec::new();
    if is_note {
        let (users, teams) = mentions::store::of_message(tx, message)?;
        let members = if teams.is_empty() { Vec::new() } else { mentions::store::members(tx, &teams)? };
        told.extend(users.into_iter().chain(members).map(|user| (user, What::Mention)));
    }
    if !said.is_first {
        let is_theirs = said.direction == Direction::In && said.author_kind != AuthorKind::User;
        let what = if is_theirs { What::Reply } else { What::Colleague };
        let holder = Some(head.assignee_id).filter(|user| user.number() != 0);
        let followers = tickets::store::followers(tx, said.ticket_id)?.into_iter().map(|one| one.user_id);
        told.extend(holder.into_iter().chain(followers).map(|user| (user, what)));
    }
    Ok(Some(Matter {
        ticket: Some(said.ticket_id),
        message: Some(message.number()),
        by_name: said.author_name,
        about: if is_note { "note".into() } else { String::new() },
        told,
        ..Matter::default()
    }))
}
