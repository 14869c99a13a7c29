//! Which ticket a mail belongs to. Source: `docs/behaviour/email.md`, "Threading".
//!
//! A signed mark proves that we wrote it to somebody. A Message-ID that a ticket knows is hard to guess, but whoever
//! got the mail knows it: it needs an author who takes part. A number in the subject is known to everybody, and so are
//! addresses of those who take part: it needs an author who takes part and whose domain has proved that it sent this.
use super::content::Content;
use desk::{
    conversation::{
        asides::Aside,
        references::{self, Place},
    },
    escalation, side_conversations,
    tickets::{self, Ticket},
};
use kernel::id::Id;
use mail::{AsideToken, Hint, MessageToken, ReplyToken, TokenKey};
use platform::{
    authority::Contact,
    db::{self, Conn},
};

/// Where a mail belongs, and how that is known.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Thread {
    pub ticket: Option<Id<Ticket>>,
    /// The ticket that was meant, where it was merged into that one.
    pub came_by: Option<Id<Ticket>>,
    /// Whether the author takes part in either.
    pub is_participant: bool,
    /// Whether a mark of ours vouches for the author, even if the ticket takes no more: one in a Message-ID that they
    /// answer, or the reply address that was written to them and to nobody else.
    pub is_vouched: bool,
    /// A ticket that something without proof points at.
    pub hint: Option<Id<Ticket>>,
    /// It belongs to what was written with somebody beside the customer: it is for us alone.
    pub aside: Option<Aside>,
}

/// Finds the ticket in this order: a signed Message-ID or reply address; a Message-ID that a ticket knows, also one
/// that was only referred to; a number in the subject. The last two need an author who takes part, the number a proven
/// one; else they are a hint.
///
/// What answers a mail to a supplier, or in a side conversation, is found before all of that, by its own signed mark, or by
/// a Message-ID of that correspondence where an address of it wrote it: it must never come to where the customer reads.
///
/// * `is_authentic` – whether the author's domain has sent this; `Some(false)` where it says that it has not.
pub fn find(
    conn: &mut Conn,
    content: &Content,
    key: &TokenKey,
    is_authentic: Option<bool>,
) -> db::Result<Thread> {
    let from = content.from().map(|(email, _)| email).unwrap_or_default();
    let takes_part = |conn: &mut Conn, place: Place| -> db::Result<bool> {
        Ok(is_authentic != Some(false)
            && (tickets::store::participant_by_email(conn, place.lands, &from)?.is_some()
                || place.lands != place.came_by
                    && tickets::store::participant_by_email(conn, place.came_by, &from)?.is_some()))
    };
    if let Some(thread) = beside(conn, content, key, &from, is_authentic)? {
        return Ok(thread);
    }
    if let Some(mark) = signed(content, key)
        && let Some(place) = references::place(conn, Id::new(mark.ticket), mark.message_id)?
    {
        let is_participant = takes_part(conn, place)?;
        let is_vouched = match mark.written_to {
            None => true,
            // Everybody who gets an answer sees the address; it speaks for the one whose it is.
            Some(contact) => tickets::store::is_address_of(conn, &from, contact)?,
        };
        return Ok(Thread { is_participant, is_vouched, ..Thread::at(place) });
    }
    let mut thread = Thread::default();
    for place in references::find(conn, &referred(content))? {
        if takes_part(conn, place)? {
            return Ok(Thread { is_participant: true, ..Thread::at(place) });
        }
        thread.hint = thread.hint.or(Some(place.lands));
    }
    for hint in content.subject.hints.iter().take(5) {
        let (Hint::Number(number) | Hint::Named { number, .. }) = hint else { continue };
        let Ok(number) = i64::try_from(*number) else { continue };
        let Some(place) = references::place(conn, Id::new(number), None)? else { continue };
        // Whoever answers above a new mail names the number at most.
        if content.subject.is_reply
            && is_authentic == Some(true)
            && let Some(aside) = beside_at(conn, place.came_by, &from)?
        {
            return Ok(Thread { aside: Some(aside), ..Thread::at(place) });
        }
        // Anybody can write a number and the address of somebody who takes part.
        if content.subject.is_reply && is_authentic == Some(true) && takes_part(conn, place)? {
            return Ok(Thread { is_participant: true, ..Thread::at(place) });
        }
        thread.hint = thread.hint.or(Some(place.lands));
    }
    Ok(thread)
}

/// What was written with somebody of this address beside the customer of a ticket, the newest.
fn beside_at(conn: &mut Conn, ticket: Id<Ticket>, from: &str) -> db::Result<Option<Aside>> {
    if let Some(stay) = escalation::store::stay_at(conn, ticket, from)? {
        return Ok(Some(Aside::Supplier(stay)));
    }
    Ok(side_conversations::store::with(conn, ticket, from)?.map(Aside::Side))
}

/// Whether the mail answers what was written to somebody beside the customer.
fn beside(
    conn: &mut Conn,
    content: &Content,
    key: &TokenKey,
    from: &str,
    is_authentic: Option<bool>,
) -> db::Result<Option<Thread>> {
    let mail = &content.mail;
    let mut ids = mail.in_reply_to.iter().chain(mail.references.iter().rev()).take(100);
    let by_id = ids.find_map(|id| Some((Some(id.as_str()), AsideToken::verify_message(id, key)?)));
    let listed = mail.to.iter().chain(&mail.cc).chain(&mail.delivered_to).map(|address| &address.email);
    let mut addresses = listed.chain(&content.said.recipients).take(200);
    let mut by_address = || addresses.find_map(|address| AsideToken::verify_address(address, key));
    let found = by_id.or_else(|| by_address().map(|token| (None, token)));
    // A side conversation stays with the ticket in which it was begun, whatever that was merged into when a mail left.
    let found = match found {
        Some((_, token @ AsideToken { with: mail::Aside::Side(side), .. })) => {
            let side = side_conversations::store::by_id(conn, Id::new(side))?;
            side.map(|side| (None, token, side.ticket_id))
        }
        found => found.map(|(id, token)| (id, token, Id::new(token.ticket))),
    };
    if let Some((id, token, ticket)) = found
        && let Some(place) = references::place(conn, ticket, id)?
    {
        return Ok(Some(Thread { aside: Some(token.with.into()), ..Thread::at(place) }));
    }
    if is_authentic == Some(false) {
        return Ok(None);
    }
    let ids = referred(content);
    let found = match escalation::store::answered(conn, &ids, from)? {
        Some(stay) => escalation::store::by_id(conn, stay)?.map(|it| (Aside::Supplier(stay), it.ticket_id)),
        None => {
            let found = side_conversations::store::answered(conn, &ids, from)?;
            found.map(|(side, ticket)| (Aside::Side(side), ticket))
        }
    };
    let Some((aside, ticket)) = found else { return Ok(None) };
    let place = references::place(conn, ticket, None)?;
    Ok(place.map(|place| Thread { aside: Some(aside), ..Thread::at(place) }))
}

impl Thread {
    fn at(place: Place) -> Thread {
        let came_by = Some(place.came_by).filter(|came_by| *came_by != place.lands);
        Thread { ticket: Some(place.lands), came_by, ..Thread::default() }
    }
}

/// A mark of ours.
struct Mark<'c> {
    ticket: i64,
    /// The Message-ID of ours that the mail answers.
    message_id: Option<&'c str>,
    /// Whose reply address it is.
    written_to: Option<Id<Contact>>,
}

/// The mark of ours in a Message-ID that the mail answers, or in an address it came to.
fn signed<'c>(content: &'c Content, key: &TokenKey) -> Option<Mark<'c>> {
    let mail = &content.mail;
    let ids = mail.in_reply_to.iter().chain(mail.references.iter().rev());
    let mut found = ids.take(100).filter_map(|id| Some((id, MessageToken::verify(id, key)?)));
    if let Some((id, token)) = found.next() {
        return Some(Mark { ticket: token.ticket, message_id: Some(id), written_to: None });
    }
    let listed = mail.to.iter().chain(&mail.cc).chain(&mail.delivered_to).map(|address| &address.email);
    let mut addresses = listed.chain(&content.said.recipients).take(200);
    let token = addresses.find_map(|address| ReplyToken::verify(address, key))?;
    Some(Mark { ticket: token.ticket, message_id: None, written_to: Some(Id::new(token.participant)) })
}

/// Every Message-ID that the mail has or names: what a later mail may refer to as well.
pub fn referred(content: &Content) -> Vec<&str> {
    let mail = &content.mail;
    let own = mail.message_id.iter();
    let mut all: Vec<&str> =
        own.chain(&mail.in_reply_to).chain(mail.references.iter().rev()).map(String::as_str).collect();
    let mut seen = std::collections::HashSet::new();
    all.retain(|id| !id.is_empty() && seen.insert(*id));
    all.truncate(50);
    all
}
