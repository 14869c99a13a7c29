//! Who may know of an event: whoever may see the thing that it happened to.
use platform::{
    authority::{Actor, Scope},
    events::EVENT_KINDS,
};

/// What one has to be allowed to do in order to hear about things of this noun.
///
/// A noun that is not listed is one of accounts and secrets: for administrators alone.
pub fn permission_for(noun: &str) -> &'static str {
    match noun {
        "ticket" | "field" | "status" | "checklist" => "tickets.view",
        "contact" | "organisation" => "contacts.view",
        "team" => "people.view",
        "inbox" | "inbound" | "outbound" => "inboxes.view",
        "canned_reply" | "macro" | "ticket_template" => "answers.manage",
        "calendar" | "sla_policy" => "sla.manage",
        "contract" => "contracts.view",
        "support_line" | "supplier" => "escalation.manage",
        "desk" => "desk.manage",
        "webhook" => "webhooks.manage",
        _ => "people.manage",
    }
}

/// Whether events of this kind or subject tell about accounts: users, roles, tokens, the way out of the desk.
pub fn is_about_accounts(noun: &str) -> bool {
    matches!(permission_for(noun), "people.manage" | "webhooks.manage" | "desk.manage")
}

/// `ticket` of `ticket/7`.
pub fn noun(subject: &str) -> &str {
    subject.split('/').next().unwrap_or_default()
}

/// What events of this kind are about; nothing for a kind that nobody declared.
pub fn noun_of(kind: &str) -> &'static str {
    EVENT_KINDS.iter().find(|known| known.kind == kind).map_or("", |known| known.noun)
}

/// How much of the events about a noun somebody may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Nothing,
    /// Those about tickets within this scope.
    Tickets(Scope),
    Everything,
}

pub fn reach(actor: &Actor, noun: &str) -> Reach {
    match (actor.reach(permission_for(noun)), noun) {
        (None, _) => Reach::Nothing,
        (Some(Scope::All), _) => Reach::Everything,
        (Some(scope), "ticket") => Reach::Tickets(scope),
        // Whoever sees the contracts of some clients sees them on their pages, and no log of all.
        (Some(_), "contract") => Reach::Nothing,
        // Fields and statuses are the same for everybody who sees any ticket; the rest cannot be limited.
        (Some(_), _) => Reach::Everything,
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    fn actor(permissions: &[(&str, Scope)]) -> Actor {
        Actor {
            who: platform::authority::Who::User(kernel::id::Id::new(1)),
            permissions: permissions.iter().map(|(key, scope)| ((*key).to_owned(), *scope)).collect(),
            ..Actor::system()
        }
    }

    #[test]
    fn accounts_and_what_nobody_thought_of_are_for_administrators() {
        let agent = actor(&[("tickets.view", Scope::Team), ("contacts.view", Scope::All)]);
        for noun in ["user", "role", "webhook", "desk", "something-new", ""] {
            assert_eq!(reach(&agent, noun), Reach::Nothing, "{noun}");
        }
        assert_eq!(reach(&agent, "ticket"), Reach::Tickets(Scope::Team));
        assert_eq!(reach(&agent, "contact"), Reach::Everything);
        assert_eq!(reach(&actor(&[("people.manage", Scope::All)]), "user"), Reach::Everything);
    }
    #[test]
    fn a_kind_has_the_noun_that_it_was_declared_with() {
        assert_eq!(noun_of("ticket.message_added"), "ticket");
        assert_eq!(noun_of("ticket.exploded"), "");
        assert_eq!(noun("ticket/7"), "ticket");
        assert_eq!(noun(""), "");
    }
}
