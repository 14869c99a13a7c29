//! Saying something: an answer, a note, and what comes back from the customer.
use super::{
    AuthorKind, Direction, Message, MessageAdded, MessageForwarded, MessageKind, Reply, ReplyDraft,
    asides::Aside,
    references,
    store::{self, New},
};
use crate::{
    attachments, contracts, mentions, statuses,
    tickets::{self, Category, NoteTickets, ReplyTickets, Seen, Ticket, TicketError},
};
use kernel::{
    clock::{DAY, HOUR},
    fault::Problem,
    id::Id,
    text,
};
use mail::{AsideToken, MessageToken, TokenKey};
use platform::{
    authority::{self, Contact, Implies, Tx, Who},
    i18n::Language,
    keys::Keys,
    outbox::{self, Mailing},
};

/// What signs the Message-IDs of this desk.
#[derive(Clone)]
pub struct Signer {
    key: TokenKey,
    domain: String,
}
impl Signer {
    pub fn of(home: &platform::Home) -> Signer {
        Signer { key: token_key(&home.keys), domain: home.site.mail_domain().to_string() }
    }
    /// A new Message-ID of this ticket, without angle brackets.
    pub fn message_id(&self, ticket: Id<Ticket>) -> String {
        // Positive and never 0, as the token writes numbers.
        let random = i64::from_be_bytes(platform::keys::random()) & i64::MAX | 1;
        MessageToken { ticket: ticket.number(), message: random }.message_id(&self.domain, &self.key)
    }
    /// A new Message-ID of what is written to somebody beside the customer.
    pub fn aside_id(&self, ticket: Id<Ticket>, aside: Aside) -> String {
        let random = i64::from_be_bytes(platform::keys::random()) & i64::MAX | 1;
        let token = AsideToken { ticket: ticket.number(), with: aside.into() };
        token.message_id(random, &self.domain, &self.key)
    }
}
/// The key for Message-IDs and reply addresses.
pub fn token_key(keys: &Keys) -> TokenKey {
    TokenKey::new(*keys.derive("mail token").reveal())
}

/// Writes an internal note. Whom it calls by name follows the ticket and hears of it; the caller has looked whether
/// they may ([`mentions::actions::look`]).
pub fn note<P: Implies<NoteTickets>>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    note: &Reply,
) -> Result<Id<Message>, TicketError> {
    let (author_kind, author_id, author_name) = tickets::actions::author(tx.actor());
    let message = store::insert(
        tx,
        &New {
            ticket: ticket.id,
            kind: MessageKind::Note,
            direction: Direction::Out,
            channel: ticket.channel.word(),
            author_kind,
            author_id,
            author_name: &author_name,
            from_email: None,
            to: &[],
            cc: &[],
            bcc: &[],
            subject: &ticket.subject,
            text: &note.text,
            quoted: None,
            signature: None,
            html: note.html.as_deref(),
            message_id: None,
            inbound_id: None,
            is_automatic: false,
            is_sender_known: true,
            forwarded: None,
            side: None,
            remarks: "{}",
        },
    )?;
    attachments::actions::attach(tx, message, &note.attachments)?;
    attachments::actions::place(tx, message, note.html.as_deref(), &note.attachments)?;
    mentions::actions::record(tx, ticket, message, &note.text)?;
    tickets::store::touch_time(tx, ticket.id)?;
    tx.emit(MessageAdded { ticket: ticket.id, message, kind: MessageKind::Note, direction: Direction::Out })?;
    Ok(message)
}

/// To whom an answer goes if nobody says otherwise: the customer and those in copy, each at the address of their last
/// message.
pub fn default_recipients(
    tx: &mut platform::db::Conn,
    ticket: &Seen<Ticket>,
) -> platform::db::Result<(Vec<String>, Vec<String>)> {
    let all = tickets::store::reached_at(tx, ticket.id)?;
    let (to, cc): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, is_requester)| *is_requester);
    let emails = |list: Vec<(String, bool)>| list.into_iter().map(|(email, _)| email).collect();
    Ok((emails(to), emails(cc)))
}

/// An answer that would reach nobody: the customer has no address, or it was taken away.
pub(crate) fn nobody(ticket: &Ticket) -> Problem {
    if ticket.requester_email.is_some() {
        Problem::field("to", "no_recipient")
    } else {
        Problem::field("to", "no_address")
    }
}

/// Answers the customer: the message and the mail that carries it are one transaction.
///
/// A new ticket is open afterwards. Everybody in `cc` takes part from now on.
///
/// * errors – 422 without anybody to send it to.
pub fn reply(
    tx: &mut Tx<ReplyTickets>,
    ticket: &Seen<Ticket>,
    reply: &Reply,
    signer: &Signer,
) -> Result<Id<Message>, TicketError> {
    let (to, cc) = default_recipients(tx, ticket)?;
    let to = reply.to.clone().unwrap_or(to);
    let mut cc = reply.cc.clone().unwrap_or(cc);
    cc.retain(|address| !to.contains(address));
    if to.is_empty() && cc.is_empty() && reply.bcc.is_empty() {
        return Err(nobody(ticket).into());
    }
    let (author_kind, author_id, author_name) = tickets::actions::author(tx.actor());
    // What is stored as the sender is what the mail goes out from.
    let sender = contracts::store::sender(tx, ticket)?;
    let from_email = store::sending_address(tx, sender)?;
    let header = signer.message_id(ticket.id);
    let message = store::insert(
        tx,
        &New {
            ticket: ticket.id,
            kind: MessageKind::Public,
            direction: Direction::Out,
            channel: "email",
            author_kind,
            author_id,
            author_name: &author_name,
            from_email: from_email.as_deref(),
            to: &to,
            cc: &cc,
            bcc: &reply.bcc,
            subject: &ticket.subject,
            text: &reply.text,
            quoted: None,
            signature: None,
            html: reply.html.as_deref(),
            message_id: Some(&header),
            inbound_id: None,
            is_automatic: false,
            is_sender_known: true,
            forwarded: None,
            side: None,
            remarks: "{}",
        },
    )?;
    attachments::actions::attach(tx, message, &reply.attachments)?;
    attachments::actions::place(tx, message, reply.html.as_deref(), &reply.attachments)?;
    for address in &cc {
        tickets::actions::add_cc(tx, ticket, address, "")?;
    }
    let recipients: Vec<String> = to.iter().chain(&cc).chain(&reply.bcc).cloned().collect();
    queue(tx, (ticket.id, sender), message, &header, &recipients, &ticket.subject)?;
    said(tx, ticket, message, &reply.text, &author_name, Direction::Out)?;
    tickets::actions::spoke(tx, ticket, author_kind)?;
    match reply.status.as_deref() {
        // The first answer opens the ticket: nobody chose a status that could ask for anything.
        None if ticket.category == Category::New => {
            let fresh = tickets::store::see(tx, ticket.id)?.ok_or_else(Problem::not_found)?;
            tickets::actions::set_category(tx, &fresh, Category::Open)?;
        }
        after => set_status_after(tx, ticket, after)?,
    }
    Ok(message)
}

/// Has a message mailed from an inbox; whoever answers it by its `header` finds the ticket.
pub(crate) fn queue<P>(
    tx: &mut Tx<P>,
    (ticket, inbox): (Id<Ticket>, Option<Id<authority::Inbox>>),
    message: Id<Message>,
    header: &str,
    recipients: &[String],
    subject: &str,
) -> Result<(), TicketError> {
    references::remember(tx, ticket, &[header])?;
    let mailing = Mailing {
        kind: outbox::Kind::Reply,
        inbox: inbox.map(|id| id.number()),
        ticket: ticket.number(),
        message: message.number(),
        header_id: header,
        recipients,
        subject,
    };
    let now = tx.now();
    outbox::queue_message(tx, &mailing, now)?;
    Ok(())
}

/// Sends a message on to somebody who does not take part. It is a note with recipients: the customer's side sees
/// nothing of it, and whoever gets it does not take part afterwards. The chosen files of the original go with it.
///
/// * errors – 422 without a recipient, or for a message or file that is not of this ticket.
pub fn forward(
    tx: &mut Tx<ReplyTickets>,
    ticket: &Seen<Ticket>,
    mut draft: ReplyDraft,
    signer: &Signer,
) -> Result<Id<Message>, TicketError> {
    let original = match draft.forward {
        Some(id) => store::one(tx, ticket.id, id)?,
        None => None,
    };
    let original = original.ok_or_else(|| Problem::field("forward", "unknown_id"))?;
    let (chosen, subject) = (draft.forward_attachments.take(), draft.subject.take());
    let reply = draft.parse()?;
    let (to, cc) = (reply.to.unwrap_or_default(), reply.cc.unwrap_or_default());
    if to.is_empty() {
        return Err(Problem::field("to", "no_recipient").into());
    }
    let subject = subject.map(|subject| text::one_line(&subject, tickets::policy::SUBJECT_MOST));
    let subject = subject.filter(|subject| !subject.is_empty());
    let subject = subject.unwrap_or_else(|| forward_subject(tx.actor().language, &original.subject));
    let quoted = forwarded(tx, &original);
    let (author_kind, author_id, author_name) = tickets::actions::author(tx.actor());
    let from_email = store::sending_address(tx, ticket.inbox_id)?;
    let header = signer.message_id(ticket.id);
    let message = store::insert(
        tx,
        &New {
            ticket: ticket.id,
            kind: MessageKind::Note,
            direction: Direction::Out,
            channel: "email",
            author_kind,
            author_id,
            author_name: &author_name,
            from_email: from_email.as_deref(),
            to: &to,
            cc: &cc,
            bcc: &reply.bcc,
            subject: &subject,
            text: &reply.text,
            quoted: Some(&quoted),
            signature: None,
            html: reply.html.as_deref(),
            message_id: Some(&header),
            inbound_id: None,
            is_automatic: false,
            is_sender_known: true,
            forwarded: Some(original.id),
            side: None,
            remarks: "{}",
        },
    )?;
    attachments::actions::attach(tx, message, &reply.attachments)?;
    attachments::actions::place(tx, message, reply.html.as_deref(), &reply.attachments)?;
    attachments::actions::copy(tx, original.id, message, chosen.as_deref())?;
    let recipients: Vec<String> = to.iter().chain(&cc).chain(&reply.bcc).cloned().collect();
    queue(tx, (ticket.id, ticket.inbox_id), message, &header, &recipients, &subject)?;
    tickets::store::touch_time(tx, ticket.id)?;
    tx.emit(MessageForwarded { ticket: ticket.id, message, original: original.id, to })?;
    Ok(message)
}

/// `Fwd: Printer on fire`, with the mark of the writer's language and without the marks that were there.
pub fn forward_subject(language: Language, subject: &str) -> String {
    let mark = platform::i18n::text(language, "forwarded-mark");
    text::one_line(&format!("{mark}: {}", mail::bare_subject(subject)), tickets::policy::SUBJECT_MOST)
}

/// The message as it stands below the words of whoever sends it on: a head, a blank line, its words.
fn forwarded<P>(tx: &Tx<P>, original: &Message) -> String {
    let actor = tx.actor();
    let words = |key: &str| platform::i18n::text(actor.language, key);
    let zone = actor.time_zone();
    let at = original.created_at_ms.timestamp().to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z");
    let from = match &original.from_email {
        Some(email) if !original.author_name.is_empty() => format!("{} <{email}>", original.author_name),
        Some(email) => email.clone(),
        None => original.author_name.clone(),
    };
    let mut head =
        format!("---------- {} ----------\n{}: {from}\n", words("forwarded-head"), words("forwarded-from"));
    let to = original.to().join(", ");
    if !to.is_empty() {
        head += &format!("{}: {to}\n", words("composer-to"));
    }
    head +=
        &format!("{}: {at}\n{}: {}", words("forwarded-date"), words("forwarded-subject"), original.subject);
    format!("{head}\n\n{}", original.full_text())
}

/// The status that the writer chose for afterwards.
pub fn set_status_after<P: Implies<tickets::ViewTickets>>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    word: Option<&str>,
) -> Result<(), TicketError> {
    let Some(word) = word else { return Ok(()) };
    let status = statuses::named(tx, word)?.ok_or_else(|| Problem::field("status", "unknown_word"))?;
    // The message has moved the version on.
    let fresh = tickets::store::see(tx, ticket.id)?.ok_or_else(Problem::not_found)?;
    tickets::actions::set_status(tx, &fresh, &status)
}

fn said<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    message: Id<Message>,
    text: &str,
    by: &str,
    direction: Direction,
) -> Result<(), TicketError> {
    let is_in = direction == Direction::In;
    tickets::store::touch(tx, ticket.id, &text::shorten(text, 140), by, is_in)?;
    tx.emit(MessageAdded { ticket: ticket.id, message, kind: MessageKind::Public, direction })?;
    Ok(())
}

/// What came from the customer's side, over whatever channel.
pub struct Incoming<'a> {
    pub channel: &'a str,
    pub author: Option<Id<Contact>>,
    pub author_name: &'a str,
    pub from_email: Option<&'a str>,
    pub to: &'a [String],
    pub cc: &'a [String],
    pub subject: &'a str,
    pub text: &'a str,
    pub quoted: Option<&'a str>,
    pub signature: Option<&'a str>,
    pub html: Option<&'a str>,
    pub message_id: Option<&'a str>,
    pub inbound_id: Option<i64>,
    /// Recognised as written by a machine: it moves nothing.
    pub is_automatic: bool,
    pub is_sender_known: bool,
    pub remarks: &'a str,
}

/// A solved ticket is reopened by its customer for so long; then a new one begins.
pub const REOPEN_FOR_MS: i64 = 30 * DAY;
const REOPENINGS: platform::rate::Limit = platform::rate::Limit { most: 3, window_ms: HOUR };

/// Whether the customer's side may open the solved ticket once more; counts it.
pub fn may_reopen<P>(tx: &mut Tx<P>, ticket: Id<Ticket>) -> platform::db::Result<bool> {
    let now = tx.now();
    Ok(platform::rate::spend(tx, &format!("reopen/{ticket}"), REOPENINGS, now)?.is_none())
}

/// Whether something new from the customer still belongs into this ticket.
pub fn takes_more(ticket: &Ticket, now: kernel::clock::Millis) -> bool {
    match ticket.category {
        Category::Closed => false,
        Category::Solved => ticket.solved_at_ms.is_none_or(|at| now.0 - at.0 <= REOPEN_FOR_MS),
        _ => true,
    }
}

/// Adds what the customer said. A ticket that waited or was solved is open again; a machine's mail and a mail of
/// a stranger move nothing.
pub fn receive<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    incoming: &Incoming,
) -> Result<Id<Message>, TicketError> {
    let message = store::insert(
        tx,
        &New {
            ticket: ticket.id,
            kind: MessageKind::Public,
            direction: Direction::In,
            channel: incoming.channel,
            author_kind: AuthorKind::Contact,
            author_id: incoming.author.map(|id| id.number()),
            author_name: incoming.author_name,
            from_email: incoming.from_email,
            to: incoming.to,
            cc: incoming.cc,
            bcc: &[],
            subject: incoming.subject,
            text: incoming.text,
            quoted: incoming.quoted,
            signature: incoming.signature,
            html: incoming.html,
            message_id: incoming.message_id,
            inbound_id: incoming.inbound_id,
            is_automatic: incoming.is_automatic,
            is_sender_known: incoming.is_sender_known,
            forwarded: None,
            side: None,
            remarks: incoming.remarks,
        },
    )?;
    if incoming.is_automatic || !incoming.is_sender_known {
        tickets::store::touch_time(tx, ticket.id)?;
        tx.emit(MessageAdded {
            ticket: ticket.id,
            message,
            kind: MessageKind::Public,
            direction: Direction::In,
        })?;
        return Ok(message);
    }
    said(tx, ticket, message, incoming.text, incoming.author_name, Direction::In)?;
    tickets::actions::spoke(tx, ticket, AuthorKind::Contact)?;
    if ticket.is_snoozed {
        crate::snooze::actions::heard(tx, ticket.id)?;
    }
    let is_waiting = matches!(ticket.category, Category::WaitingCustomer | Category::Solved);
    if is_waiting && (ticket.category != Category::Solved || may_reopen(tx, ticket.id)?) {
        let fresh = tickets::store::see_for_machine(tx, ticket.id)?.ok_or_else(Problem::not_found)?;
        tickets::actions::set_category(tx, &fresh, Category::Open)?;
    }
    Ok(message)
}

/// What the customer writes or does on the pages that a signed link or a sign-in opens.
pub fn receive_from_portal<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    reply: &Reply,
) -> Result<Id<Message>, TicketError> {
    if !takes_more(ticket, tx.now()) {
        return Err(Problem::conflict("ticket_closed").into());
    }
    let (author, name, email) = {
        let actor = tx.actor();
        let author = if let Who::Contact(id) = actor.who { Some(id) } else { None };
        (author, actor.name.clone(), actor.email.clone())
    };
    let incoming = Incoming {
        channel: "web",
        author,
        author_name: &name,
        from_email: Some(&email),
        to: &[],
        cc: &[],
        subject: &ticket.subject,
        text: &reply.text,
        quoted: None,
        signature: None,
        html: None,
        message_id: None,
        inbound_id: None,
        is_automatic: false,
        is_sender_known: true,
        remarks: "{}",
    };
    let message = receive(tx, ticket, &incoming)?;
    attachments::actions::attach(tx, message, &reply.attachments)?;
    Ok(message)
}
