//! Which tickets a policy is for: a filter that asks for no more than what a promise may depend on.
use crate::{
    filter::{
        Condition, Facts, Filter, Mistake, Names, Reader,
        mistake::What,
        parse,
        tree::{Field, Holder, Party},
    },
    tickets::{Channel, Kind, Priority},
};
use jiff::tz::TimeZone;
use kernel::{clock::Millis, id::Id};
use platform::authority::{Contact, Organisation, Team};

/// What a policy's filter looks at. Where it changes, another policy may apply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject {
    pub priority: Priority,
    pub kind: Kind,
    pub channel: Channel,
    /// 0 is none.
    pub team: Id<Team>,
    pub organisation: Option<Id<Organisation>>,
    /// Whom a contract may name.
    pub requester: Id<Contact>,
}
impl Subject {
    pub fn matches(&self, filter: &Filter) -> bool {
        let organisation = self.organisation.map(Id::number);
        let facts = Facts::brief(self.priority, self.kind, self.channel, self.team.number(), organisation);
        // Nobody reads, at no time: the fields that are let in do not ask.
        let reader = Reader { me: 0, teams: Vec::new(), now: Millis(0), zone: TimeZone::UTC };
        filter.matches(&facts, &reader)
    }
}

/// Reads the filter of a policy. Teams and organisations are known by their ids.
///
/// * errors – also for a field that says nothing about what is promised, and for `team:mine`.
pub fn filter(text: &str) -> Result<Filter, Mistake> {
    let filter = parse(text, &Names::default())?;
    let fits = |condition: &&Condition| match condition {
        Condition::Priority(_) | Condition::Kind(_) | Condition::Channel(_) => true,
        Condition::Team(all) => !all.contains(&Holder::Mine),
        Condition::Organisation(all) => !all.iter().any(|party| matches!(party, Party::Named(_))),
        _ => false,
    };
    match filter.conditions().into_iter().find(|condition| !fits(condition)) {
        None => Ok(filter),
        Some(condition) => {
            let word = condition.field().word();
            let at = text.to_lowercase().find(word).map_or(0, |at| text[..at].chars().count());
            let known =
                [Field::Priority, Field::Type, Field::Channel].map(|field| format!("{}:…", field.word()));
            let known = known.into_iter().chain(["team:ID".into(), "organisation:ID".into()]);
            Err(Mistake::new(What::NotHere, at, word).expecting(known))
        }
    }
}
/// A stored filter; one that can no longer be read is for no ticket.
pub fn stored(text: &str) -> Filter {
    filter(text).unwrap_or_else(|_| Filter::not(Filter::default()))
}

/// The filter as the boxes of a form: field and value of each; `None` where it says more than boxes can.
pub fn boxes(filter: &Filter) -> Option<Vec<(&'static str, String)>> {
    let mut all = Vec::new();
    let mut seen = Vec::new();
    for part in filter.parts() {
        let Filter::One(condition) = part else { return None };
        let field = condition.field();
        if seen.contains(&field) {
            return None;
        }
        seen.push(field);
        let values: Option<Vec<String>> = match condition {
            Condition::Priority(all) => Some(all.iter().map(|value| value.word().into()).collect()),
            Condition::Kind(all) => Some(all.iter().map(|value| value.word().into()).collect()),
            Condition::Channel(all) => Some(all.iter().map(|value| value.word().into()).collect()),
            Condition::Team(all) => all
                .iter()
                .map(|team| if let Holder::Id(id) = team { Some(id.to_string()) } else { None })
                .collect(),
            Condition::Organisation(all) => all
                .iter()
                .map(|party| if let Party::Id(id) = party { Some(id.to_string()) } else { None })
                .collect(),
            _ => None,
        };
        all.extend(values?.into_iter().map(|value| (field.word(), value)));
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject() -> Subject {
        Subject {
            priority: Priority::High,
            kind: Kind::Incident,
            channel: Channel::Email,
            team: Id::new(0),
            organisation: None,
            requester: Id::new(1),
        }
    }

    #[test]
    fn all_words_must_hold_and_one_of_their_values() {
        let matches = |text: &str| subject().matches(&filter(text).unwrap());
        assert!(matches("") && matches("priority:high,urgent") && matches("priority:high type:incident"));
        assert!(!matches("priority:low") && !matches("priority:high type:order"));
        assert!(!matches("organisation:3") && !matches("team:1") && matches("-(team:1 or organisation:3)"));
    }
    #[test]
    fn a_promise_depends_on_no_more_than_this() {
        for bad in [
            "priority",
            "priority:",
            "colour:red",
            "team:x",
            "type:incident,",
            "is:open",
            "team:mine",
            "due:<2h",
        ] {
            assert!(filter(bad).is_err(), "{bad}");
        }
        let mistake = filter("priority:high tag:vip").unwrap_err();
        assert_eq!((mistake.what, mistake.at), (What::NotHere, 14));
        assert!(!subject().matches(&stored("no:such field")));
    }
    #[test]
    fn what_boxes_cannot_show_is_not_shown_in_boxes() {
        let of = |text: &str| boxes(&filter(text).unwrap());
        let lists = of("priority:high,urgent organisation:7").unwrap();
        assert_eq!(
            lists,
            [("priority", "high".into()), ("priority", "urgent".into()), ("organisation", "7".to_owned())]
        );
        assert!(
            of("-priority:low").is_none()
                && of("team:none").is_none()
                && of("team:1 or team:2 type:order").is_none()
        );
    }
}
