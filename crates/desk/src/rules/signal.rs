//! What rules listen for, and how it is found in the event log.
use crate::conversation::Message;
use kernel::id::Id;
use platform::events::Recorded;
use serde_json::Value;

/// Something that can have a rule look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    TicketOpened,
    /// The customer's side wrote once more; what machines write does not count.
    CustomerWrote,
    /// One of us answered; what rules send does not count.
    AgentReplied,
    Note,
    StatusChanged,
    PriorityChanged,
    AssigneeChanged,
    TeamChanged,
    TagsChanged,
    SlaWarned,
    SlaBreached,
}
platform::words! { Signal {
    TicketOpened = "ticket_opened", CustomerWrote = "customer_wrote", AgentReplied = "agent_replied", Note = "note",
    StatusChanged = "status_changed", PriorityChanged = "priority_changed", AssigneeChanged = "assignee_changed",
    TeamChanged = "team_changed", TagsChanged = "tags_changed", SlaWarned = "sla_warned", SlaBreached = "sla_breached",
} }

/// What an event may mean, before its message was looked at.
pub fn heard(event: &Recorded) -> Vec<Signal> {
    let data = event.data();
    let word = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    match event.kind.as_str() {
        "ticket.opened" => vec![Signal::TicketOpened],
        "ticket.message_added" => match (word("kind").as_str(), word("direction").as_str()) {
            ("note", _) => vec![Signal::Note],
            (_, "in") => vec![Signal::CustomerWrote],
            _ => vec![Signal::AgentReplied],
        },
        "ticket.changed" => {
            let changed = |field: &str| data.pointer(&format!("/changes/{field}")).is_some();
            let fields = [
                ("status", Signal::StatusChanged),
                ("priority", Signal::PriorityChanged),
                ("assignee", Signal::AssigneeChanged),
                ("team", Signal::TeamChanged),
                ("tags", Signal::TagsChanged),
            ];
            fields.into_iter().filter(|(field, _)| changed(field)).map(|(_, signal)| signal).collect()
        }
        "sla.warned" => vec![Signal::SlaWarned],
        "sla.breached" => vec![Signal::SlaBreached],
        _ => Vec::new(),
    }
}

/// The message that decides whether it was a person who wrote.
pub fn message_of(event: &Recorded) -> Option<Id<Message>> {
    if event.kind != "ticket.message_added" {
        return None;
    }
    let data = event.data();
    let value = data.get("message")?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).map(Id::new)
}
