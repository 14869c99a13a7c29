//! Doing what a rule says, in the transaction in which it matched.
use super::{
    RuleCalled,
    act::{Action, Ear, Words},
    engine::Compiled,
    store::{self, Told},
    trace::{Deed, is_so},
};
use crate::{
    checklists,
    conversation::{
        self, AuthorKind, Direction, MessageAdded, MessageKind, ReplyDraft, actions::Signer, store::New,
    },
    escalation::{
        self,
        stay::{HandOver, To},
    },
    filter::{Facts, Names},
    tickets::{self, Patch, Seen, Ticket, TicketError},
};
use kernel::{
    clock::{DAY, HOUR},
    fault::Problem,
    id::Id,
    text,
};
use platform::{
    Home,
    authority::{System, Tx},
    i18n::Language,
    outbox::{self, Kind, Letter},
    rate::{self, Limit},
};
use std::{collections::BTreeMap, sync::Arc};

/// Mails of rules to one address of a customer, and notices to one of us.
const MAILS: Limit = Limit { most: 10, window_ms: DAY };
const NOTICES: Limit = Limit { most: 60, window_ms: HOUR };

/// What actions need of the program: what signs, and how the desk is called.
#[derive(Clone)]
pub struct Outside {
    signer: Signer,
    desk: Arc<str>,
    url: String,
}
impl Outside {
    pub fn of(home: &Home) -> Outside {
        Outside { signer: Signer::of(home), desk: home.site.name(), url: home.site.link("/t/") }
    }
}

/// Does all of it, in order; adjacent changes of properties are one change.
///
/// * errors – something that it names is gone: the caller undoes everything.
pub fn perform(
    tx: &mut Tx<System>,
    outside: &Outside,
    names: &Names,
    compiled: &Compiled,
    (ticket, facts): (Id<Ticket>, &Facts),
) -> Result<Vec<Deed>, TicketError> {
    let mut deeds = Vec::new();
    let mut patch = Pending::default();
    for action in &compiled.rule.actions {
        let how = match is_so(action, facts, names) {
            true => "was_so",
            false if patch.takes(action, facts) => "done",
            false => {
                patch.write(tx, ticket)?;
                outward(tx, outside, compiled, ticket, action)?
            }
        };
        deeds.push(Deed { step: action.step(), how: how.into() });
    }
    patch.write(tx, ticket)?;
    Ok(deeds)
}

fn seen(tx: &mut Tx<System>, ticket: Id<Ticket>) -> Result<Seen<Ticket>, TicketError> {
    Ok(tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?)
}

/// Changes of properties that are written together.
#[derive(Default)]
struct Pending {
    patch: Patch,
    is_any: bool,
}
impl Pending {
    /// Whether it is a change of a property, which is remembered then.
    fn takes(&mut self, action: &Action, facts: &Facts) -> bool {
        let patch = &mut self.patch;
        let some = |id: i64| (id != 0).then_some(id);
        match action {
            Action::SetStatus(word) => patch.status = Some(word.clone()),
            Action::SetPriority(priority) => patch.priority = Some(*priority),
            Action::SetType(kind) => patch.kind = Some(*kind),
            Action::SetTeam(id) => patch.team = Some(some(*id).map(Id::new)),
            Action::Assign(id) => patch.assignee = Some(some(*id).map(Id::new)),
            Action::AddTag(tag) => {
                let tags = patch.tags.get_or_insert_with(|| facts.tags.clone());
                tags.push(tag.clone());
                tags.sort();
            }
            Action::RemoveTag(tag) => {
                patch.tags.get_or_insert_with(|| facts.tags.clone()).retain(|other| other != tag);
            }
            Action::SetField(key, value) => {
                patch.fields.get_or_insert_with(BTreeMap::new).insert(key.clone(), value.as_str().into());
            }
            Action::Note(_)
            | Action::Notify(..)
            | Action::Mail(_)
            | Action::Webhook(..)
            | Action::Escalate(..)
            | Action::Checklist(_) => return false,
        }
        self.is_any = true;
        true
    }
    fn write(&mut self, tx: &mut Tx<System>, ticket: Id<Ticket>) -> Result<(), TicketError> {
        if !std::mem::take(&mut self.is_any) {
            return Ok(());
        }
        let mut patch = std::mem::take(&mut self.patch);
        // Two changes of tags of one rule lie in one patch unless something outward stands between them.
        if let Some(tags) = &mut patch.tags {
            tags.dedup();
        }
        let seen = seen(tx, ticket)?;
        tickets::actions::edit(tx, &seen, patch)
    }
}

/// Notes, notices, mails, webhooks, hand-overs and checklists.
fn outward(
    tx: &mut Tx<System>,
    outside: &Outside,
    compiled: &Compiled,
    ticket: Id<Ticket>,
    action: &Action,
) -> Result<&'static str, TicketError> {
    let seen = seen(tx, ticket)?;
    let number = ticket.to_string();
    let words =
        Words { number: &number, subject: &seen.subject, name: &seen.requester_name, desk: &outside.desk };
    match action {
        Action::Note(text) => {
            let draft = ReplyDraft { text: Some(words.fill(text)), ..ReplyDraft::default() };
            let note = draft.parse()?;
            conversation::actions::note(tx, &seen, &note)?;
            Ok("done")
        }
        Action::Notify(ear, text) => {
            let ears = match ear {
                Ear::User(id) => store::user(tx, *id)?,
                Ear::Team(id) => store::team(tx, *id)?,
            };
            notify(tx, outside, &seen, &ears, &words.fill(text))
        }
        Action::Mail(text) => mail(tx, outside, compiled, &seen, &words.fill(text)),
        Action::Webhook(webhook, text) => {
            tx.emit(RuleCalled {
                ticket,
                rule: compiled.id,
                name: compiled.rule.name.clone(),
                webhook: *webhook,
                text: words.fill(text),
            })?;
            Ok("done")
        }
        Action::Checklist(id) => {
            let list = Id::new(*id);
            if checklists::store::has(tx, ticket, list)? {
                return Ok("was_so");
            }
            checklists::actions::add(tx, &seen, checklists::policy::Added::List(list))?;
            Ok("done")
        }
        Action::Escalate(to, text) => escalate(tx, outside, &seen, *to, &words.fill(text)),
        _ => Ok("done"),
    }
}

/// Hands the ticket on in the rule's name. What was tried is what the ticket's conversation says.
fn escalate(
    tx: &mut Tx<System>,
    outside: &Outside,
    ticket: &Seen<Ticket>,
    to: To,
    expected: &str,
) -> Result<&'static str, TicketError> {
    let hand_over = HandOver { to, tried: String::new(), expected: expected.to_owned() };
    match escalation::actions::escalate(tx, ticket, &hand_over, &outside.signer) {
        Ok(_) => Ok("done"),
        // Nothing was written: it is looked up first where the ticket goes.
        Err(TicketError::Refused(problem)) => {
            match problem.fields.first().map_or(problem.code, |field| field.code) {
                "escalated_there" | "escalation_solved" => Ok("was_so"),
                "no_next_line" | "no_supervisor" | "line_without_team" => Ok("nowhere"),
                _ => Err(problem.into()),
            }
        }
        Err(other) => Err(other),
    }
}

fn notify(
    tx: &mut Tx<System>,
    outside: &Outside,
    ticket: &Ticket,
    ears: &[Told],
    text: &str,
) -> Result<&'static str, TicketError> {
    let now = tx.now();
    let mut how = if ears.is_empty() { "no_address" } else { "too_many" };
    for ear in ears {
        if rate::spend(tx, &format!("rule/notify/{}", ear.email), NOTICES, now)?.is_some() {
            continue;
        }
        let letter = Letter {
            to: ear.email.clone(),
            to_name: ear.name.clone(),
            language: Language::from_word(&ear.language).unwrap_or_default(),
            subject: text::one_line(&format!("#{} {}", ticket.id, ticket.subject), 200),
            text: format!("{text}\n\n{}{}", outside.url, ticket.id),
        };
        outbox::queue(tx, Kind::Notice, &letter)?;
        how = "done";
    }
    Ok(how)
}

/// A message to the customer in the rule's name. It is no answer of a person: no promise is kept by it.
fn mail(
    tx: &mut Tx<System>,
    outside: &Outside,
    compiled: &Compiled,
    ticket: &Seen<Ticket>,
    text: &str,
) -> Result<&'static str, TicketError> {
    let Some(email) = ticket.requester_email.clone() else { return Ok("no_address") };
    // Two machines would talk for ever.
    if store::is_last_automatic(tx, ticket.id)? {
        return Ok("automatic");
    }
    let now = tx.now();
    if rate::spend(tx, &format!("rule/mail/{email}"), MAILS, now)?.is_some() {
        return Ok("too_many");
    }
    let sender = crate::contracts::store::sender(tx, ticket)?;
    let from = conversation::store::sending_address(tx, sender)?;
    let header = outside.signer.message_id(ticket.id);
    let to = [email];
    let message = conversation::store::insert(
        tx,
        &New {
            ticket: ticket.id,
            kind: MessageKind::Public,
            direction: Direction::Out,
            channel: "email",
            author_kind: AuthorKind::System,
            author_id: None,
            author_name: &outside.desk,
            from_email: from.as_deref(),
            to: &to,
            cc: &[],
            bcc: &[],
            subject: &ticket.subject,
            text,
            quoted: None,
            signature: None,
            html: None,
            message_id: Some(&header),
            inbound_id: None,
            is_automatic: true,
            is_sender_known: true,
            forwarded: None,
            side: None,
            remarks: "{}",
        },
    )?;
    conversation::actions::queue(tx, (ticket.id, sender), message, &header, &to, &ticket.subject)?;
    tickets::store::touch(tx, ticket.id, &text::shorten(text, 140), &compiled.rule.name, false)?;
    tx.emit(MessageAdded {
        ticket: ticket.id,
        message,
        kind: MessageKind::Public,
        direction: Direction::Out,
    })?;
    Ok("done")
}
