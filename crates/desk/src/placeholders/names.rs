//! What a text may name: a closed set.

/// A name that stands for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    CustomerName,
    CustomerFirstName,
    CustomerLastName,
    CustomerEmail,
    CustomerPhone,
    OrganisationName,
    AgentName,
    AgentFirstName,
    AgentEmail,
    DeskName,
    InboxName,
    TicketNumber,
    TicketSubject,
    TicketStatus,
    TicketPriority,
    TicketType,
    TicketTeam,
    TicketTags,
    TicketCreated,
    TicketUpdated,
    TicketDue,
    Today,
    /// One of the desk's own fields, by its key.
    Field(String),
}

/// In which texts a name may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Below every mail of an inbox: only what is the same for all who read it.
    Signature,
    /// Words about one ticket.
    Ticket,
}

/// The names as they are written, and whether a signature may have them.
const NAMES: &[(&str, Term, bool)] = &[
    ("customer.name", Term::CustomerName, false),
    ("customer.first_name", Term::CustomerFirstName, false),
    ("customer.last_name", Term::CustomerLastName, false),
    ("customer.email", Term::CustomerEmail, false),
    ("customer.phone", Term::CustomerPhone, false),
    ("organisation.name", Term::OrganisationName, false),
    ("agent.name", Term::AgentName, true),
    ("agent.first_name", Term::AgentFirstName, true),
    ("agent.email", Term::AgentEmail, false),
    ("desk.name", Term::DeskName, true),
    ("inbox.name", Term::InboxName, true),
    ("ticket.number", Term::TicketNumber, true),
    ("ticket.subject", Term::TicketSubject, false),
    ("ticket.status", Term::TicketStatus, false),
    ("ticket.priority", Term::TicketPriority, false),
    ("ticket.type", Term::TicketType, false),
    ("ticket.team", Term::TicketTeam, false),
    ("ticket.tags", Term::TicketTags, false),
    ("ticket.created", Term::TicketCreated, false),
    ("ticket.updated", Term::TicketUpdated, false),
    ("ticket.due", Term::TicketDue, false),
    ("today", Term::Today, false),
];
/// What stands before the key of one of the desk's own fields.
const FIELD: &str = "ticket.fields.";

impl Term {
    /// The name that is written so, where a text of this kind may have it. Whether a field of that key exists is
    /// looked up later.
    pub(super) fn read(written: &str, allowed: Allowed) -> Option<Term> {
        if let Some(key) = written.strip_prefix(FIELD).filter(|_| allowed == Allowed::Ticket) {
            return Some(Term::Field(key.to_owned()));
        }
        let fits = |in_signature: bool| allowed == Allowed::Ticket || in_signature;
        let found = NAMES.iter().find(|(name, _, in_signature)| *name == written && fits(*in_signature));
        found.map(|(_, name, _)| name.clone())
    }
    /// Whether the value can be a point in time. A field may be a date.
    pub(super) fn may_be_time(&self) -> bool {
        matches!(
            self,
            Term::TicketCreated | Term::TicketUpdated | Term::TicketDue | Term::Today | Term::Field(_)
        )
    }
}

/// All names that a text may have, as they are written; those of the desk's own fields at the end.
pub fn known(allowed: Allowed, fields: &[crate::fields::Field]) -> Vec<String> {
    let fits = |in_signature: bool| allowed == Allowed::Ticket || in_signature;
    let names = NAMES.iter().filter(|(_, _, in_signature)| fits(*in_signature));
    let own = fields.iter().filter(|_| allowed == Allowed::Ticket);
    names
        .map(|(name, _, _)| (*name).to_owned())
        .chain(own.map(|field| format!("{FIELD}{}", field.key)))
        .collect()
}
