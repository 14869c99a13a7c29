//! Mails that the program writes by itself: a row in the transaction that causes them, sent later by the mail channel.
use crate::{Work, args, authority::Tx, db, i18n::Language, keys, sql};
use kernel::id::Id;
use serde::{Deserialize, Serialize};

/// A row of the table `outbound`.
pub enum Outbound {}

/// Why a mail is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An answer of a person on a ticket.
    Reply,
    /// "We have your request."
    Acknowledgement,
    /// Invitation, password reset, sign-in link: its text is shown to nobody else.
    Account,
    /// Anything else that the program tells somebody.
    Notice,
}
crate::words! { Kind { Reply = "reply", Acknowledgement = "acknowledgement", Account = "account", Notice = "notice" } }

/// A mail that is no message of a ticket. `text` is plain; links in it stand alone on their line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Letter {
    pub to: String,
    pub to_name: String,
    pub language: Language,
    pub subject: String,
    pub text: String,
}

/// Queues `letter` for sending through the desk's first inbox that can send.
///
/// The caller has limited how often (S08): nothing is limited here.
pub fn queue<P>(tx: &mut Tx<P>, kind: Kind, letter: &Letter) -> db::Result<Id<Outbound>> {
    let header_id = format!("{}@firstline", keys::base32(&keys::random::<20>()));
    insert(tx, kind, &Body { letter: letter.clone(), answers: None }, None, None, &header_id)
}

/// Whether there is an inbox that can send. Without one, what is queued waits.
pub fn can_send(conn: &mut db::Conn) -> db::Result<bool> {
    let row = conn.find::<(i64,)>(
        sql!("SELECT id FROM inbox WHERE is_active = TRUE AND send IS NOT NULL LIMIT 1"),
        args![],
    )?;
    Ok(row.is_some())
}
/// Whether there is an inbox at all. Without one, no mail comes in.
pub fn has_inbox(conn: &mut db::Conn) -> db::Result<bool> {
    let row = conn.find::<(i64,)>(sql!("SELECT id FROM inbox WHERE is_active = TRUE LIMIT 1"), args![])?;
    Ok(row.is_some())
}

/// What a letter is about.
pub struct About<'a> {
    pub ticket: i64,
    /// The inbox that sends it; `None` takes the desk's first that can.
    pub inbox: Option<i64>,
    /// The Message-ID without its angle brackets; answers to it find the ticket.
    pub header_id: &'a str,
    /// The Message-ID of the mail that it answers.
    pub answers: Option<&'a str>,
}

/// What the row keeps of a mail that is no message of a ticket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Body {
    #[serde(flatten)]
    pub letter: Letter,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<String>,
}

/// Queues a letter of the program about a ticket. It is no message of the ticket's conversation.
pub fn queue_about<P>(
    tx: &mut Tx<P>,
    kind: Kind,
    letter: &Letter,
    about: &About,
) -> db::Result<Id<Outbound>> {
    let body = Body { letter: letter.clone(), answers: about.answers.map(str::to_owned) };
    insert(tx, kind, &body, Some(about.ticket), about.inbox, about.header_id)
}

fn insert<P>(
    tx: &mut Tx<P>,
    kind: Kind,
    body: &Body,
    ticket: Option<i64>,
    inbox: Option<i64>,
    header_id: &str,
) -> db::Result<Id<Outbound>> {
    let letter = &body.letter;
    let json = serde_json::to_string(body).expect("a letter is plain data");
    let recipients = serde_json::to_string(&[&letter.to]).expect("a list of text");
    let now = tx.now();
    tx.leave(Work::Outbound);
    let (id,) = tx.one(
        sql!(
            "INSERT INTO outbound (kind, inbox_id, ticket_id, header_id, recipients, recipients_text, subject, body,
                                   state, next_at_ms, created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $9) RETURNING id"
        ),
        args![kind, inbox, ticket, header_id, &recipients, &letter.to, &letter.subject, &json, now],
    )?;
    Ok(id)
}

/// A mail whose words are a message of a ticket.
pub struct Mailing<'a> {
    pub kind: Kind,
    pub inbox: Option<i64>,
    pub ticket: i64,
    pub message: i64,
    /// The Message-ID without its angle brackets.
    pub header_id: &'a str,
    pub recipients: &'a [String],
    pub subject: &'a str,
}

/// Queues a message of a ticket for its recipients, in the transaction that adds the message.
pub fn queue_message<P>(tx: &mut Tx<P>, mailing: &Mailing, at: kernel::clock::Millis) -> db::Result<()> {
    let recipients = serde_json::to_string(mailing.recipients).expect("a list of text");
    let text = mailing.recipients.join(", ");
    let now = tx.now();
    tx.leave(Work::Outbound);
    tx.run(
        sql!(
            "INSERT INTO outbound (kind, inbox_id, ticket_id, message_id, header_id, recipients, recipients_text,
                                   subject, state, next_at_ms, created_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $10)"
        ),
        args![
            mailing.kind,
            mailing.inbox,
            mailing.ticket,
            mailing.message,
            mailing.header_id,
            &recipients,
            &text,
            mailing.subject,
            at,
            now
        ],
    )
    .map(drop)
}

/// The mails of messages that are no longer in a ticket are where the messages are now.
pub fn follow_messages(conn: &mut db::Conn, ticket: i64) -> db::Result<()> {
    conn.run(
        sql!(
            "UPDATE outbound SET ticket_id = (SELECT m.ticket_id FROM message m WHERE m.id = outbound.message_id)
              WHERE ticket_id = $1 AND message_id IS NOT NULL"
        ),
        args![ticket],
    )
    .map(drop)
}

/// What became of one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The next server has taken it.
    Sent,
    /// Refused for good, or given up.
    Failed,
    /// Taken, and then said no to.
    Bounced,
}
crate::words! { Fate { Sent = "sent", Failed = "failed", Bounced = "bounced" } }

/// One recipient's end. Recipients of a mail end one by one, and nobody's end is lost with another's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub address: String,
    pub state: Fate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
/// Reads the column `outcomes`.
pub fn outcomes(json: &str) -> Vec<Ended> {
    serde_json::from_str(json).unwrap_or_default()
}
/// The column `outcomes`.
pub fn outcomes_json(ended: &[Ended]) -> String {
    serde_json::to_string(ended).expect("plain data")
}

/// A recipient as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub address: String,
    /// `waiting`, `sending`, `sent`, `failed` or `bounced`.
    pub state: String,
    pub reason: Option<String>,
}
/// Everybody a mail is for, in its own order.
///
/// * `state`, `reason` – of the whole mail; they hold for whoever has no end of their own.
/// * `text` – `recipients_text`: addresses with commas between them.
pub fn recipients(text: &str, state: &str, reason: Option<&str>, ended: &str) -> Vec<Recipient> {
    let ended = outcomes(ended);
    let of = |address: &str| match ended.iter().find(|end| end.address == address) {
        Some(end) => Recipient {
            address: address.to_owned(),
            state: end.state.word().to_owned(),
            reason: end.reason.clone(),
        },
        None => Recipient {
            address: address.to_owned(),
            state: state.to_owned(),
            reason: reason.map(str::to_owned),
        },
    };
    text.split(", ").filter(|address| !address.is_empty()).map(of).collect()
}

/// What became of the mail that carries a message.
#[derive(Clone, Debug, derive::Record)]
pub struct Delivery {
    pub message_id: i64,
    pub state: String,
    pub reason: Option<String>,
    pub attempts: i64,
    /// When it is tried next, while it waits.
    pub next_at_ms: kernel::clock::Millis,
    /// To whom, as people read it.
    pub recipients_text: String,
    pub outcomes: String,
}
impl Delivery {
    pub fn recipients(&self) -> Vec<Recipient> {
        recipients(&self.recipients_text, &self.state, self.reason.as_deref(), &self.outcomes)
    }
}
/// For the messages `first` to `last` of a ticket; of several mails of one message the last counts.
pub fn deliveries(conn: &mut db::Conn, ticket: i64, first: i64, last: i64) -> db::Result<Vec<Delivery>> {
    conn.all(
        sql!(
            "SELECT message_id, state, reason, attempts, next_at_ms, recipients_text, outcomes FROM outbound
              WHERE ticket_id = $1 AND message_id >= $2 AND message_id <= $3 ORDER BY id"
        ),
        args![ticket, first, last],
    )
}
