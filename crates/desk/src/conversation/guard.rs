//! Looks at an answer before it is sent: whether somebody wrote meanwhile, and what may be wrong with it.
use super::{
    Direction, Message,
    doubt::{self, Doubt},
    store::{self, Before},
};
use crate::tickets::{self, Seen, Ticket, TicketError};
use kernel::{fault::Problem, id::Id};
use platform::{authority::Tx, db};

/// Why an answer is not sent as it is.
#[derive(Debug)]
pub enum Stopped {
    Refused(Problem),
    /// A person should look once more.
    Unsure(Vec<Doubt>),
}
impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Stopped::Refused(problem)
    }
}
impl From<TicketError> for Stopped {
    fn from(error: TicketError) -> Self {
        Stopped::Refused(error.into())
    }
}
impl From<db::Error> for Stopped {
    fn from(error: db::Error) -> Self {
        Stopped::Refused(error.into())
    }
}
impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Problem {
        match stopped {
            Stopped::Refused(problem) => problem,
            Stopped::Unsure(doubts) => doubt::problem(&doubts),
        }
    }
}

/// What is to be sent, as far as it matters here.
pub struct Intended<'a> {
    pub text: &'a str,
    /// Every address that was put in by hand; those who take part need not be named.
    pub addresses: Vec<&'a str>,
    pub has_files: bool,
    /// Sent on to somebody else: it answers nobody.
    pub is_forward: bool,
}

/// Stops an answer past words that its writer has not read, and one that gives reason to doubt.
///
/// * `seen` – the newest message that the writer has read; `None` lets everything pass. Notes never stop.
/// * `confirm` – the doubts that the writer has seen; `None` doubts nothing.
/// * errors – 409 `newer_message`; [`Stopped::Unsure`].
pub fn look<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    intended: &Intended,
    seen: Option<Id<Message>>,
    confirm: Option<&[String]>,
) -> Result<(), Stopped> {
    if seen.is_none() && confirm.is_none() {
        return Ok(());
    }
    let mut doubts = of_words(intended);
    if !intended.is_forward {
        if seen.is_some() {
            tickets::store::hold(tx, ticket.id)?;
        }
        let me = tx.actor().user().unwrap_or(Id::new(0));
        let before = store::before_sending(tx, ticket.id, seen.unwrap_or(Id::new(i64::MAX)), me)?;
        if seen.is_some() && before.iter().any(is_news) {
            return Err(Problem::conflict("newer_message").into());
        }
        if confirm.is_some() {
            doubts.extend(of_people(tx, ticket, intended, &before)?);
        }
    }
    let Some(confirmed) = confirm else { return Ok(()) };
    match doubt::open(doubts, confirmed) {
        doubts if doubts.is_empty() => Ok(()),
        doubts => Err(Stopped::Unsure(doubts)),
    }
}

/// Whether somebody else wrote to or for the customer since `seen`.
pub fn has_news<P>(tx: &mut Tx<P>, ticket: Id<Ticket>, seen: Id<Message>) -> db::Result<bool> {
    let me = tx.actor().user().unwrap_or(Id::new(0));
    Ok(store::before_sending(tx, ticket, seen, me)?.iter().any(is_news))
}
fn is_news(one: &Before) -> bool {
    matches!(one.noun.as_str(), "message" | "sending")
}

fn of_words(intended: &Intended) -> Vec<Doubt> {
    let promised = doubt::promised_file(intended.text).filter(|_| !intended.has_files);
    let placeholders = doubt::placeholders(intended.text).into_iter().map(Doubt::Placeholder);
    promised.map(Doubt::NoAttachment).into_iter().chain(placeholders).collect()
}

/// Addresses and names that have nothing to do with the ticket. Its messages are read only where those who take part
/// do not explain them.
fn of_people<P>(
    tx: &mut Tx<P>,
    ticket: &Seen<Ticket>,
    intended: &Intended,
    before: &[Before],
) -> db::Result<Vec<Doubt>> {
    let people = || before.iter().filter(|one| one.noun == "person");
    let mut strange: Vec<&str> = intended
        .addresses
        .iter()
        .copied()
        .filter(|address| !people().any(|person| person.b.eq_ignore_ascii_case(address)))
        .collect();
    let greeted = doubt::greeted(intended.text);
    let mut around: Vec<&str> = people().flat_map(|person| [person.a.as_str(), person.b.as_str()]).collect();
    around.extend(ticket.organisation_name.as_deref());
    let mut is_strange_name = !greeted.is_empty() && !doubt::is_known(&greeted, &around);
    if strange.is_empty() && !is_strange_name {
        return Ok(Vec::new());
    }
    let said = store::correspondence(tx, ticket.id)?;
    let list = |json: &str| serde_json::from_str::<Vec<String>>(json).unwrap_or_default();
    for message in &said {
        let mut written = list(&message.to_emails);
        written.extend(list(&message.cc_emails));
        written.extend(message.from_email.clone());
        strange.retain(|address| !written.iter().any(|known| known.eq_ignore_ascii_case(address)));
    }
    if is_strange_name {
        let theirs = said.iter().filter(|message| message.direction == Direction::In);
        around.extend(theirs.flat_map(|message| [message.author_name.as_str(), message.text.as_str()]));
        is_strange_name = !doubt::is_known(&greeted, &around);
    }
    let mut doubts: Vec<Doubt> =
        strange.into_iter().map(|address| Doubt::NewAddress(address.to_owned())).collect();
    doubts.extend(is_strange_name.then(|| Doubt::OtherName(greeted.join(" "))));
    Ok(doubts)
}
