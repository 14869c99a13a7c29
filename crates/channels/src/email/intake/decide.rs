//! What becomes of a read mail: one transaction with its ticket, message, files, events and the ledger's outcome.
use super::{content::Content, threading};
use crate::email::{
    inboxes::{self, Inbox},
    ledger::{
        InboundDecided, Outcome, Way,
        store::{self as ledger, Claimed, Decision},
    },
    outbox::store as outbox,
    verify::{Check, Summary, Verdict},
};
use desk::{
    arrangements, attachments,
    conversation::{self, Direction, actions::Incoming, asides::Aside, policy::Remarks, references},
    escalation,
    portal::{Acknowledger, Receipt},
    side_conversations,
    tickets::{self, Channel, NewTicket, Seen, Ticket, TicketError},
};
use kernel::{
    clock::{DAY, HOUR, Millis},
    fault::Problem,
    id::Id,
    text,
};
use mail::{Bounce, TokenKey};
use people::contacts;
use platform::{
    authority::{System, Tx},
    blobs::Ready,
    db,
};
use std::collections::BTreeMap;

/// A file of a mail whose content is ready.
pub struct File {
    pub name: String,
    pub media_type: &'static str,
    pub content_id: Option<String>,
    pub is_inline: bool,
    pub content: Ready,
}

/// All that a decision needs besides the data.
pub struct Case {
    pub row: Claimed,
    pub content: Content,
    pub verdict: Option<Verdict>,
    pub files: Vec<File>,
    pub key: TokenKey,
    pub acknowledger: Acknowledger,
    /// When the desk was last restored from a backup.
    pub restored_at: Option<Millis>,
}

#[derive(Debug, thiserror::Error)]
pub enum Undecided {
    /// Another worker has it now.
    #[error("the lease is over")]
    Fenced,
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("{}", .0.code)]
    Refused(Problem),
}
impl From<TicketError> for Undecided {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Database(cause) => Undecided::Database(cause),
            other => Undecided::Refused(other.into()),
        }
    }
}
impl From<Problem> for Undecided {
    fn from(problem: Problem) -> Self {
        Undecided::Refused(problem)
    }
}

/// What was found out.
struct Verdicts {
    outcome: Outcome,
    reason: Option<String>,
    ticket: Option<Id<Ticket>>,
    message: Option<i64>,
}
impl Verdicts {
    fn ignored(reason: String) -> Verdicts {
        Verdicts { outcome: Outcome::Ignored, reason: Some(reason), ticket: None, message: None }
    }
}

/// Decides a mail. Either everything of it is kept, or nothing.
pub fn decide(tx: &mut Tx<System>, case: &Case) -> Result<(), Undecided> {
    let content = &case.content;
    let reference_hash = content.mail.message_id.as_deref().map(references::hash);
    let found = judge(tx, case, reference_hash)?;
    let from = content.from().map(|(email, _)| email);
    let subject = content.title();
    let authentication = case.verdict.as_ref().map(line).filter(|line| !line.is_empty());
    let decision = Decision {
        authentication: authentication.as_deref(),
        outcome: found.outcome,
        reason: found.reason.as_deref(),
        ticket: found.ticket,
        message: found.message,
        from_email: from.as_deref(),
        subject: &subject,
        reference_hash,
        content_hash: Some(&content.hash),
    };
    if !ledger::decide(tx, &case.row, &decision)? {
        return Err(Undecided::Fenced);
    }
    tx.emit(InboundDecided { inbound: case.row.id, outcome: found.outcome, ticket: found.ticket })?;
    Ok(())
}

/// What is known for certain about an author.
#[derive(Clone, Copy)]
struct Proof {
    /// They take part in the ticket that the mail belongs to.
    is_participant: bool,
    /// A mark of ours or their domain vouches for them: whoever they put in copy takes part from now on. Else anybody
    /// could write in their name and have our answers sent to themselves (S06).
    may_copy: bool,
}

fn judge(tx: &mut Tx<System>, case: &Case, reference_hash: Option<i64>) -> Result<Verdicts, Undecided> {
    let content = &case.content;
    let is_wanted = case.row.is_wanted();
    let twins = match reference_hash {
        Some(hash) => ledger::twins(tx, case.row.inbox_id, hash, &content.hash, case.row.id)?,
        None => Vec::from_iter(nameless_twin(tx, case)?),
    };
    let same = twins.iter().find(|twin| reference_hash.is_none() || twin.content_hash == Some(content.hash));
    if let (Some(twin), false) = (same, is_wanted) {
        return Ok(Verdicts {
            ticket: twin.ticket_id,
            ..Verdicts::ignored(format!("duplicate of {}", twin.id))
        });
    }
    let is_second_of_its_id = reference_hash.is_some() && !twins.is_empty();
    // Somebody read it and wants a ticket of it, whatever the program made of it.
    let authentic = case.verdict.as_ref().and_then(is_authentic);
    if is_wanted {
        let proof = Proof { is_participant: false, may_copy: authentic == Some(true) };
        return create(tx, case, None, proof, is_second_of_its_id);
    }
    if let Some(bounce) = &content.bounce
        && let Some(verdicts) = bounced(tx, case, bounce)?
    {
        return Ok(verdicts);
    }
    if content.is_own_loop() {
        return Ok(Verdicts::ignored("own mail".into()));
    }
    let thread = threading::find(tx, content, &case.key, authentic)?;
    let proof = Proof {
        is_participant: thread.is_participant,
        may_copy: authentic == Some(true) || thread.is_vouched && authentic.is_none(),
    };
    let mut hint = thread.hint;
    if let Some(ticket) = thread.ticket {
        let seen = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
        if let Some(aside) = thread.aside {
            return from_beside(tx, case, (&seen, thread.came_by), aside, is_second_of_its_id);
        }
        if content.is_machine_reply() || conversation::actions::takes_more(&seen, tx.now()) {
            return join(tx, case, (&seen, thread.came_by), proof, is_second_of_its_id);
        }
        hint = Some(ticket);
    }
    if content.asks_nothing() {
        let sign = content.automatic.map_or("automatic", |automatic| automatic.sign.code());
        return Ok(Verdicts::ignored(format!("automatic: {sign}")));
    }
    create(tx, case, hint, proof, is_second_of_its_id)
}

/// Without a Message-ID the same bytes, or the same content of the same date, are the same mail. A device that puts no date
/// on its mails says the same again when it means it again: then only what came a short while ago counts, or what has the
/// very lines that servers wrote on its way.
fn nameless_twin(tx: &mut Tx<System>, case: &Case) -> db::Result<Option<ledger::Twin>> {
    let (row, mail) = (&case.row, &case.content.mail);
    let Some(twin) = ledger::nameless_twin(tx, row, &case.content.hash)? else { return Ok(None) };
    let is_recent = row.received_at_ms.0 - twin.received_at_ms.0 < UNDATED_MS;
    let came_once = twin.blob_hash == row.blob_hash && mail.headers.get("received").is_some();
    Ok((mail.date.is_some() || is_recent || came_once).then_some(twin))
}

/// For how long a mail that says nothing about its time may be the repetition of another one: servers try again within it.
const UNDATED_MS: i64 = 2 * HOUR;

/// A fetched mail that is older has lain in its mailbox: nobody waits for a receipt any more.
const FRESH_MS: i64 = DAY;

/// Whether a receipt would come out of nowhere: a mail that was fetched long after it was written, or one that the desk
/// had before it was restored from a backup, and very likely acknowledged then.
fn is_of_the_past(case: &Case) -> bool {
    let row = &case.row;
    let came = match row.way {
        Way::Smtp | Way::Lmtp => row.received_at_ms,
        Way::Imap => {
            let written = case.content.mail.date.map(Millis);
            let first = [written, case.content.said.arrived_at].into_iter().flatten().min();
            first.unwrap_or(row.received_at_ms)
        }
    };
    row.received_at_ms.0 - came.0 > FRESH_MS || case.restored_at.is_some_and(|at| came < at)
}

/// The owner of the author's domain says that this mail is not theirs.
fn is_disowned(verdict: &Verdict) -> bool {
    verdict.summary == Summary::Forged
}
fn is_authentic(verdict: &Verdict) -> Option<bool> {
    match verdict.summary {
        Summary::Proven => Some(true),
        Summary::Forged => Some(false),
        Summary::Unproven | Summary::NotChecked => None,
    }
}
/// `SPF pass · DKIM pass (example.org) · DMARC pass`; empty where nothing was checked.
fn line(verdict: &Verdict) -> String {
    if verdict.summary == Summary::NotChecked {
        return String::new();
    }
    let word = |check: &Check| {
        let word = serde_json::to_value(check.outcome).unwrap_or_default();
        word.as_str().unwrap_or_default().replace('_', " ")
    };
    let dkim = match verdict.dkim.first() {
        Some(signature) => format!("{} ({})", word(&signature.check), signature.domain),
        None => "none".into(),
    };
    format!("SPF {} · DKIM {dkim} · DMARC {}", word(&verdict.spf), word(&verdict.dmarc))
}

fn remarks(case: &Case, is_second_of_its_id: bool) -> Remarks {
    let content = &case.content;
    Remarks {
        authentication: case.verdict.as_ref().map(line).unwrap_or_default(),
        is_authentic: case.verdict.as_ref().and_then(is_authentic),
        defects: content.mail.defects.iter().map(|defect| defect.code().to_owned()).collect(),
        bounce: None,
        invitation: content.invitation(),
        is_second_of_its_id,
        order: content.order.clone(),
        remote_images: content.remote_images,
    }
}

fn json(remarks: &Remarks) -> String {
    serde_json::to_string(remarks).expect("plain data")
}

fn attach(tx: &mut Tx<System>, case: &Case, message: Id<conversation::Message>) -> Result<(), Undecided> {
    for file in &case.files {
        let new = attachments::store::New {
            message: Some(message),
            name: &file.name,
            r#type: file.media_type,
            content_id: file.content_id.as_deref(),
            is_inline: file.is_inline,
            content: &file.content,
        };
        attachments::store::insert(tx, &new)?;
    }
    Ok(())
}

fn join(
    tx: &mut Tx<System>,
    case: &Case,
    (ticket, came_by): (&Seen<Ticket>, Option<Id<Ticket>>),
    proof: Proof,
    is_second_of_its_id: bool,
) -> Result<Verdicts, Undecided> {
    let content = &case.content;
    let is_participant = proof.is_participant;
    let (email, name) = content.from().unwrap_or_default();
    // A stranger is named, but does not become somebody who takes part.
    let contact = if is_participant { contacts::store::find_by_email(tx, &email)? } else { None };
    let shown_name = match (&contact, name.is_empty()) {
        (Some(contact), _) => contact.name.clone(),
        (None, false) => name,
        (None, true) => email.clone(),
    };
    let (to, cc) = content.addressed();
    let incoming = Incoming {
        channel: "email",
        author: contact.map(|contact| contact.id),
        author_name: &shown_name,
        from_email: Some(&email).filter(|email| !email.is_empty()).map(String::as_str),
        to: &to,
        cc: &cc,
        subject: &content.title(),
        text: &content.reply,
        quoted: content.quoted.as_deref(),
        signature: content.signature.as_deref(),
        html: content.html.as_deref(),
        message_id: content.mail.message_id.as_deref(),
        inbound_id: Some(case.row.id.number()),
        is_automatic: content.automatic.is_some(),
        is_sender_known: is_participant,
        remarks: &json(&remarks(case, is_second_of_its_id)),
    };
    let message = conversation::actions::receive(tx, ticket, &incoming)?;
    attach(tx, case, message)?;
    // What came by the number of a merged ticket goes back with it when the merge is taken back.
    references::remember(tx, came_by.unwrap_or(ticket.id), &threading::referred(content))?;
    if let Some(home) = came_by {
        arrangements::store::set_home(tx, message, home)?;
    }
    // Somebody who takes part in the merged ticket alone brings nobody into the other one.
    let is_own = came_by.is_none() || tickets::store::participant_by_email(tx, ticket.id, &email)?.is_some();
    if is_own && is_participant && proof.may_copy && content.automatic.is_none() {
        copy_in(tx, case, ticket.id)?;
    }
    Ok(Verdicts {
        outcome: Outcome::Joined,
        reason: (!is_participant).then(|| "the sender does not take part".to_owned()),
        ticket: Some(ticket.id),
        message: Some(message.number()),
    })
}

/// What answers a mail to a supplier, or in a side conversation, is a note, whoever wrote it and whatever became of the
/// ticket: the customer's side sees nothing of it, nobody takes part because of it, and nobody is answered.
fn from_beside(
    tx: &mut Tx<System>,
    case: &Case,
    (ticket, came_by): (&Seen<Ticket>, Option<Id<Ticket>>),
    aside: Aside,
    is_second_of_its_id: bool,
) -> Result<Verdicts, Undecided> {
    let content = &case.content;
    let (email, name) = content.from().unwrap_or_default();
    let (to, cc) = content.addressed();
    let incoming = Incoming {
        channel: "email",
        author: None,
        author_name: if name.is_empty() { &email } else { &name },
        from_email: Some(&email).filter(|email| !email.is_empty()).map(String::as_str),
        to: &to,
        cc: &cc,
        subject: &content.title(),
        text: &content.reply,
        quoted: content.quoted.as_deref(),
        signature: content.signature.as_deref(),
        html: content.html.as_deref(),
        message_id: content.mail.message_id.as_deref(),
        inbound_id: Some(case.row.id.number()),
        is_automatic: content.automatic.is_some(),
        is_sender_known: false,
        remarks: &json(&remarks(case, is_second_of_its_id)),
    };
    let referred = threading::referred(content);
    let (message, is_theirs) = match aside {
        Aside::Supplier(stay) => escalation::mail::receive(tx, ticket, stay, &incoming, &referred)?,
        Aside::Side(side) => side_conversations::mail::receive(tx, ticket, side, &incoming, &referred)?,
    };
    attach(tx, case, message)?;
    if let Some(home) = came_by {
        arrangements::store::set_home(tx, message, home)?;
    }
    Ok(Verdicts {
        outcome: Outcome::Joined,
        reason: (!is_theirs).then(|| "the sender is none of those who were asked".to_owned()),
        ticket: Some(ticket.id),
        message: Some(message.number()),
    })
}

/// Those whom the author put in copy hear of future answers, and of nothing that was before.
fn copy_in(tx: &mut Tx<System>, case: &Case, ticket: Id<Ticket>) -> Result<(), Undecided> {
    let own = inboxes::store::addresses(tx)?;
    let (to, cc) = (&case.content.mail.to, &case.content.mail.cc);
    let is_own = |email: &str| {
        let plain = mail::ReplyToken::inbox(email);
        own.iter().any(|address| address == email || Some(address) == plain.as_ref())
    };
    let from = case.content.from().map(|(email, _)| email).unwrap_or_default();
    let others: Vec<_> =
        to.iter().chain(cc).filter(|address| !is_own(&address.email) && address.email != from).collect();
    if others.is_empty() {
        return Ok(());
    }
    let seen = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
    for address in others.into_iter().take(50) {
        let name = address.name.as_deref().unwrap_or_default();
        tickets::actions::add_cc(tx, &seen, &address.email, name)?;
    }
    Ok(())
}

fn create(
    tx: &mut Tx<System>,
    case: &Case,
    hint: Option<Id<Ticket>>,
    proof: Proof,
    is_second_of_its_id: bool,
) -> Result<Verdicts, Undecided> {
    let content = &case.content;
    let inbox = inboxes::store::by_id(tx, case.row.inbox_id)?.ok_or_else(Problem::not_found)?;
    let from = content.from();
    let (email, name) = from.clone().unwrap_or_default();
    let requester = match &from {
        Some((email, name)) => contacts::store::find_or_create(tx, email, name)?,
        None => contacts::store::find_or_create_by_phone(tx, None, "")?,
    };
    let new = NewTicket {
        subject: content.title(),
        text: content.reply.clone(),
        html: content.html.clone(),
        email: from.as_ref().map(|(email, _)| email.clone()),
        name,
        phone: None,
        kind: tickets::Kind::Question,
        priority: tickets::Priority::Normal,
        channel: Channel::Email,
        inbox: Some(inbox.id),
        team: (inbox.team_id.number() != 0).then_some(inbox.team_id),
        assignee: None,
        tags: Vec::new(),
        fields: BTreeMap::new(),
        attachments: Vec::new(),
    };
    let (to, cc) = content.addressed();
    let remarks = json(&remarks(case, is_second_of_its_id));
    let first = tickets::actions::First {
        direction: Direction::In,
        from_email: Some(email.as_str()).filter(|email| !email.is_empty()),
        to: &to,
        cc: &cc,
        quoted: content.quoted.as_deref(),
        signature: content.signature.as_deref(),
        message_id: content.mail.message_id.as_deref(),
        inbound_id: Some(case.row.id.number()),
        is_automatic: content.automatic.is_some(),
        remarks: &remarks,
    };
    let (ticket, message) = tickets::actions::open(tx, &new, &requester, first)?;
    attach(tx, case, message)?;
    references::remember(tx, ticket, &threading::referred(content))?;
    if let Some(hint) = hint {
        tickets::store::set_hint(tx, ticket, hint)?;
    }
    let is_disowned = case.verdict.as_ref().is_some_and(is_disowned);
    if content.automatic.is_none() && proof.may_copy {
        copy_in(tx, case, ticket)?;
    }
    if content.may_be_answered() && !is_disowned && !email.is_empty() && !is_of_the_past(case) {
        acknowledge(tx, case, &inbox, ticket, &requester, &email)?;
    }
    Ok(Verdicts {
        outcome: Outcome::Created,
        reason: hint.map(|hint| format!("perhaps belongs to #{hint}")),
        ticket: Some(ticket),
        message: Some(message.number()),
    })
}

fn acknowledge(
    tx: &mut Tx<System>,
    case: &Case,
    inbox: &Inbox,
    ticket: Id<Ticket>,
    requester: &contacts::ContactRow,
    address: &str,
) -> Result<(), Undecided> {
    if !inbox.acknowledge || inbox.send.is_none() {
        return Ok(());
    }
    let receipt = Receipt {
        ticket,
        inbox: Some(inbox.id),
        contact: requester.id,
        address,
        language: requester.language.unwrap_or(inbox.language),
        answers: case.content.mail.message_id.as_deref(),
        is_proven: case.verdict.as_ref().and_then(is_authentic) == Some(true),
    };
    case.acknowledger.acknowledge(tx, &receipt)?;
    Ok(())
}

/// A report about one of our mails: the mail is marked, its ticket shows why, and nobody is answered.
///
/// * returns – `None` where it is about none of ours and a person may have written it.
fn bounced(tx: &mut Tx<System>, case: &Case, bounce: &Bounce) -> Result<Option<Verdicts>, Undecided> {
    let why = why(bounce);
    let ids = bounce.original_message_id.iter().map(String::as_str).chain(threading::referred(&case.content));
    let ids: Vec<&str> = ids.collect();
    let Some(mail) = outbox::by_header(tx, &ids)? else {
        if bounce.is_doubtful {
            return Ok(None);
        }
        let reason = format!("about a mail that this desk did not send: {why}");
        return Ok(Some(Verdicts { outcome: Outcome::Bounce, ..Verdicts::ignored(reason) }));
    };
    if !bounce.is_temporary {
        let each: Vec<_> = bounce.recipients.iter().map(|one| (one.address.clone(), because(one))).collect();
        outbox::mark_bounced(tx, &mail, &each, &why)?;
    }
    let Some(ticket) = mail.ticket_id else {
        return Ok(Some(Verdicts { outcome: Outcome::Bounce, ..Verdicts::ignored(why) }));
    };
    let ticket = tickets::store::landing(tx, ticket)?.ok_or_else(Problem::not_found)?;
    let seen = tickets::store::see_for_machine(tx, ticket)?.ok_or_else(Problem::not_found)?;
    let (email, name) = case.content.from().unwrap_or_default();
    let remarks = json(&Remarks { bounce: Some(why.clone()), order: Vec::new(), ..remarks(case, false) });
    let incoming = Incoming {
        channel: "email",
        author: None,
        author_name: if name.is_empty() { &email } else { &name },
        from_email: Some(&email).filter(|email| !email.is_empty()).map(String::as_str),
        to: &[],
        cc: &[],
        subject: &case.content.title(),
        text: &case.content.mail.text,
        quoted: None,
        signature: None,
        html: None,
        message_id: case.content.mail.message_id.as_deref(),
        inbound_id: Some(case.row.id.number()),
        is_automatic: true,
        is_sender_known: false,
        remarks: &remarks,
    };
    let side = match mail.message_id {
        Some(message) => conversation::store::side_of(tx, Id::new(message))?,
        None => None,
    };
    let message = match side {
        Some(side) => side_conversations::mail::bounced(tx, &seen, side, &incoming)?,
        None => conversation::actions::receive(tx, &seen, &incoming)?,
    };
    attach(tx, case, message)?;
    Ok(Some(Verdicts {
        outcome: Outcome::Bounce,
        reason: Some(why),
        ticket: Some(ticket),
        message: Some(message.number()),
    }))
}

/// `unknown_address ada@example.org: 550 5.1.1 no such user`.
fn why(bounce: &Bounce) -> String {
    bounce.recipients.first().map_or_else(|| "undetermined".into(), because)
}
fn because(recipient: &mail::Failed) -> String {
    let said = recipient.diagnostic.as_deref().or(recipient.status.as_deref()).unwrap_or_default();
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    text::one_line(&format!("{} {}{said}", recipient.reason.code(), recipient.address), 500)
}
