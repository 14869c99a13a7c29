//! What a text may name: a closed set.

/// A name that stands for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
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
const NAMES: &[(&str, Name, bool)] = &[
    ("customer.name", Name::CustomerName, false),
    ("customer.first_name", Name::CustomerFirstName, false),
    ("customer.last_name", Name::CustomerLastName, false),
    ("customer.email", Name::CustomerEmail, false),
    ("customer.phone", Name::CustomerPhone, false),
    ("organisation.name", Name::OrganisationName, false),
    ("agent.name", Name::AgentName, true),
    ("agent.first_name", Name::AgentFirstName, true),
    ("agent.email", Name::AgentEmail, false),
    ("desk.name", Name::DeskName, true),
    ("inbox.name", Name::InboxName, true),
    ("ticket.number", Name::TicketNumber, true),
    ("ticket.subject", Name::TicketSubject, false),
    ("ticket.status", Name::TicketStatus, false),
    ("ticket.priority", Name::TicketPriority, false),
    ("ticket.type", Name::TicketType, false),
    ("ticket.team", Name::TicketTeam, false),
    ("ticket.tags", Name::TicketTags, false),
    ("ticket.created", Name::TicketCreated, false),
    ("ticket.updated", Name::TicketUpdated, false),
    ("ticket.due", Name::TicketDue, false),
    ("today", Name::Today, false),
];
/// What stands before the key of one of the desk's own fields.
const FIELD: &str = "ticket.fields.";

impl Name {
    /// The name that is written so, where a text of this kind may have it. Whether a field of that key exists is
    /// looked up later.
    pub(super) fn read(written: &str, allowed: Allowed) -> Option<Name> {
        if let Some(key) = written.strip_prefix(FIELD).filter(|_| allowed == Allowed::Ticket) {
            return Some(Name::Field(key.to_owned()));
        }
        let fits = |in_signature: bool| allowed == Allowed::Ticket || in_signature;
        let found = NAMES.iter().find(|(name, _, in_signature)| *name == written && fits(*in_signature));
        found.map(|(_, name, _)| name.clone())
    }
    /// Whether the value can be a point in time. A field may be a date.
    pub(super) fn may_be_time(&self) -> bool {
        matches!(
            self,
            Name::TicketCreated | Name::TicketUpdated | Name::TicketDue | Name::Today | Name::Field(_)
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
