//! An answer that waits: for its writer to change their mind, or for its time.
use super::{
    ReplyHeld, ReplyScheduled, ReplyTakenBack,
    policy::{ScheduledReply, When, check},
    store::{self, New},
    work::SendScheduled,
};
use crate::{
    calendars,
    conversation::{
        self, Message, ReplyDraft,
        actions::{self, Signer},
        guard,
    },
    drafts,
    tickets::{self, NoteTickets, ReplyTickets, Seen, Ticket, TicketError, ViewTickets},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Implies, System, Tx},
    i18n, jobs,
    outbox::{self, Kind, Letter},
};

/// An answer on its way, and what it was in the composer.
pub struct Waiting {
    /// What is sent; it was looked at.
    pub draft: ReplyDraft,
    /// JSON of the composer, for whoever takes it back.
    pub composer: String,
    /// The newest message that its writer has read.
    pub seen: Id<Message>,
    /// A chosen time; else [`Waiting::send_at`] is the end of the seconds to take it back.
    pub is_later: bool,
    pub send_at: Millis,
}

/// Keeps an answer until its time. Nothing has happened for anybody until then.
///
/// * errors – 422 for what could not be sent: bad addresses, nobody to send it to, files that are not there.
pub fn schedule(
    tx: &mut Tx<ReplyTickets>,
    ticket: &Seen<Ticket>,
    waiting: Waiting,
) -> Result<Id<ScheduledReply>, TicketError> {
    let user = tx.actor().user().ok_or(Problem::new(403, "permission_required"))?;
    let send_at = check(tx.now(), waiting.send_at)?;
    let draft = ReplyDraft { seen: None, confirm: None, send_at: None, ..waiting.draft };
    let files = draft.attachments.clone();
    could_be_sent(tx, ticket, draft.clone())?;
    let json = serde_json::to_string(&draft).map_err(|_| Problem::internal())?;
    let new = New {
        ticket: ticket.id,
        user,
        draft: &json,
        composer: &waiting.composer,
        seen: waiting.seen,
        is_later: waiting.is_later,
        send_at,
    };
    let id = store::insert(tx, &new)?;
    let mut distinct = files;
    distinct.sort();
    distinct.dedup();
    if !distinct.is_empty() && store::keep_files(tx, id, &distinct)? != distinct.len() as u64 {
        return Err(Problem::field("attachments", "unknown_id").into());
    }
    jobs::enqueue_errand(tx, &SendScheduled { id }, send_at, None)?;
    if waiting.is_later {
        tx.emit(ReplyScheduled { ticket: ticket.id, reply: id, send_at })?;
    }
    Ok(id)
}

/// A program's answer as its writer's composer would have it.
pub fn composer_of(draft: &ReplyDraft) -> String {
    let list = |list: &Option<Vec<String>>| list.as_deref().unwrap_or_default().join(", ");
    let kind = match (draft.forward, draft.cc.as_deref()) {
        (Some(_), _) => "forward",
        (None, Some([])) => "reply",
        (None, _) => "reply-all",
    };
    serde_json::json!({
        "kind": kind, "text": draft.text, "html": draft.html, "to": list(&draft.to), "cc": list(&draft.cc),
        "bcc": draft.bcc.join(", "), "attachments": draft.attachments, "status": draft.status,
        "message": draft.forward, "forward_subject": draft.subject, "forward_file": draft.forward_attachments,
    })
    .to_string()
}

/// The mistakes that sending would find, found while somebody is there to mend them.
fn could_be_sent(
    tx: &mut Tx<ReplyTickets>,
    ticket: &Seen<Ticket>,
    draft: ReplyDraft,
) -> Result<(), TicketError> {
    let status = draft.status.clone();
    let (forward, names_somebody) = (draft.forward, draft.to.is_some() || draft.cc.is_some());
    let reply = draft.parse()?;
    if let Some(id) = forward {
        conversation::store::one(tx, ticket.id, id)?
            .ok_or_else(|| Problem::field("forward", "unknown_id"))?;
    }
    let is_empty = |list: &Option<Vec<String>>| list.as_ref().is_none_or(Vec::is_empty);
    if forward.is_some() && is_empty(&reply.to) {
        return Err(Problem::field("to", "no_recipient").into());
    }
    if names_somebody && is_empty(&reply.to) && is_empty(&reply.cc) && reply.bcc.is_empty() {
        return Err(actions::nobody(ticket).into());
    }
    if !names_somebody && reply.bcc.is_empty() {
        let (to, cc) = actions::default_recipients(tx, ticket)?;
        if to.is_empty() && cc.is_empty() {
            return Err(actions::nobody(ticket).into());
        }
    }
    if let Some(word) = status {
        crate::statuses::named(tx, &word)?.ok_or_else(|| Problem::field("status", "unknown_word"))?;
    }
    Ok(())
}

/// The instant that a writer means, by their own clock and the desk's calendar; `None` for now.
pub fn instant<P>(tx: &mut Tx<P>, when: When) -> Result<Option<Millis>, TicketError> {
    if when == When::Now {
        return Ok(None);
    }
    let calendar = match when {
        When::WorkingDay => calendars::store::default(tx)?.and_then(|calendar| calendar.plan().calendar()),
        _ => None,
    };
    let zone = tx.actor().time_zone();
    Ok(when.instant(tx.now(), &zone, calendar.as_ref())?)
}

/// Sends what waits, in its writer's name: the row goes and the message comes in one transaction, so it is sent once.
///
/// * `is_forced` – its writer said so, whatever happened meanwhile.
/// * returns – `None` where it is gone.
/// * errors – 409 `newer_message` for a scheduled one after which somebody else wrote; whatever sending finds wrong.
pub fn dispatch(
    tx: &mut Tx<ReplyTickets>,
    waiting: &ScheduledReply,
    signer: &Signer,
    is_forced: bool,
) -> Result<Option<Id<Message>>, TicketError> {
    if !store::take(tx, waiting.id)? {
        return Ok(None);
    }
    let ticket = tickets::store::see(tx, waiting.ticket_id)?.ok_or_else(Problem::not_found)?;
    if waiting.is_later && !is_forced {
        tickets::store::hold(tx, ticket.id)?;
        if guard::has_news(tx, ticket.id, waiting.seen_id)? {
            return Err(Problem::conflict("newer_message").into());
        }
    }
    store::free_files(tx, waiting.id)?;
    send_now(tx, &ticket, waiting.draft(), signer).map(Some)
}

/// Sends a draft, on to somebody else or to the customer, and sets the status that its writer chose.
pub fn send_now(
    tx: &mut Tx<ReplyTickets>,
    ticket: &Seen<Ticket>,
    draft: ReplyDraft,
    signer: &Signer,
) -> Result<Id<Message>, TicketError> {
    if draft.forward.is_none() {
        return actions::reply(tx, ticket, &draft.parse()?, signer);
    }
    let status = draft.status.clone();
    let message = actions::forward(tx, ticket, draft, signer)?;
    actions::set_status_after(tx, ticket, status.as_deref())?;
    Ok(message)
}

/// The writer's own, that waits on this ticket.
///
/// * errors – 409 `reply_sent` where it is gone; 404 for somebody else's and for a ticket out of sight.
fn own<P: Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    id: Id<ScheduledReply>,
) -> Result<ScheduledReply, TicketError> {
    tickets::store::see(tx, ticket)?.ok_or_else(Problem::not_found)?;
    let waiting = store::one(tx, id)?.ok_or_else(|| Problem::conflict("reply_sent"))?;
    if waiting.ticket_id != ticket || tx.actor().user() != Some(waiting.user_id) {
        return Err(Problem::not_found().into());
    }
    Ok(waiting)
}

/// Takes an answer back: it is the writer's draft again, above what they have begun since.
///
/// * errors – 409 `reply_sent` where it is sent already; 404 for somebody else's.
pub fn take_back<P: Implies<NoteTickets> + Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    id: Id<ScheduledReply>,
) -> Result<(), TicketError> {
    let waiting = remove(tx, ticket, id)?;
    drafts::put_back(tx, waiting.user_id, ticket, &waiting.composer)?;
    Ok(())
}
/// Takes an answer out for good.
pub fn remove<P: Implies<NoteTickets> + Implies<ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: Id<Ticket>,
    id: Id<ScheduledReply>,
) -> Result<ScheduledReply, TicketError> {
    let waiting = own(tx, ticket, id)?;
    if !store::take(tx, id)? {
        return Err(Problem::conflict("reply_sent").into());
    }
    store::free_files(tx, id)?;
    if waiting.is_later {
        tx.emit(ReplyTakenBack { ticket, reply: id })?;
    }
    Ok(waiting)
}
/// Sends one's own at once, also where it is held.
pub fn send_own(
    tx: &mut Tx<ReplyTickets>,
    ticket: Id<Ticket>,
    id: Id<ScheduledReply>,
    signer: &Signer,
) -> Result<Id<Message>, TicketError> {
    let waiting = own(tx, ticket, id)?;
    let sent = dispatch(tx, &waiting, signer, true)?;
    sent.ok_or_else(|| Problem::conflict("reply_sent").into())
}

/// Holds an answer that could not be sent at its time, and tells its writer by mail.
///
/// * `link` – the ticket's page.
pub fn hold(
    tx: &mut Tx<System>,
    waiting: &ScheduledReply,
    writer: Option<&platform::authority::Actor>,
    why: &'static str,
    link: &str,
) -> platform::db::Result<()> {
    if !store::hold(tx, waiting.id, why)? {
        return Ok(());
    }
    let ticket = waiting.ticket_id;
    tx.emit(ReplyHeld { ticket, reply: waiting.id, reason: why.into() })?;
    let Some(writer) = writer else { return Ok(()) };
    let number = ticket.number();
    let words = |key: &str| i18n::format(writer.language, key, &[("ticket", number.into())]);
    let reason = i18n::text(writer.language, reason_words(why));
    let letter = Letter {
        to: writer.email.clone(),
        to_name: writer.name.clone(),
        language: writer.language,
        subject: words("scheduled-held-subject"),
        text: format!("{}\n\n{reason}\n\n{link}", words("scheduled-held-text")),
    };
    outbox::queue(tx, Kind::Notice, &letter).map(drop)
}

/// Why an answer is held, as a Fluent message.
pub fn reason_words(why: &str) -> &'static str {
    match why {
        "newer_message" => "scheduled-because-news",
        "restored" => "scheduled-because-restored",
        "permission_required" | "not_found" => "scheduled-because-sight",
        _ => "scheduled-because-other",
    }
}
