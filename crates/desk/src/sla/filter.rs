//! Which tickets a policy is for: words that must all hold, `priority:high,urgent type:incident`.
use crate::tickets::{Channel, Kind, Priority};
use kernel::{fault::Problem, id::Id};
use platform::authority::{Organisation, Team};
use std::fmt;

/// What a filter looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject {
    pub priority: Priority,
    pub kind: Kind,
    pub channel: Channel,
    /// 0 is none.
    pub team: Id<Team>,
    pub organisation: Option<Id<Organisation>>,
}

/// An empty list is any.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub priorities: Vec<Priority>,
    pub kinds: Vec<Kind>,
    pub channels: Vec<Channel>,
    pub teams: Vec<Id<Team>>,
    pub organisations: Vec<Id<Organisation>>,
}

impl Filter {
    /// * errors – 422 for a word that is none of `priority:`, `type:`, `channel:`, `team:`, `organisation:`.
    pub fn parse(text: &str) -> Result<Filter, Problem> {
        let mut filter = Filter::default();
        for word in text.split_whitespace() {
            filter.add(word).ok_or_else(|| {
                let expected =
                    "priority:…, type:…, channel:…, team:ID or organisation:ID, values with commas";
                Problem::field("filter", "unknown_word").because(format!("{word:?}: expected {expected}"))
            })?;
        }
        Ok(filter)
    }
    fn add(&mut self, word: &str) -> Option<()> {
        let (name, values) = word.split_once(':')?;
        let values = values.split(',');
        fn all<'v, T>(
            values: impl Iterator<Item = &'v str>,
            read: impl Fn(&str) -> Option<T>,
            into: &mut Vec<T>,
        ) -> Option<()> {
            let found: Option<Vec<T>> = values.map(read).collect();
            into.extend(found?);
            Some(())
        }
        match name {
            "priority" => all(values, Priority::from_word, &mut self.priorities),
            "type" => all(values, Kind::from_word, &mut self.kinds),
            "channel" => all(values, Channel::from_word, &mut self.channels),
            "team" => all(values, |value| value.parse().ok(), &mut self.teams),
            "organisation" => all(values, |value| value.parse().ok(), &mut self.organisations),
            _ => None,
        }
    }

    pub fn matches(&self, subject: &Subject) -> bool {
        fn has<T: PartialEq>(list: &[T], value: &T) -> bool {
            list.is_empty() || list.contains(value)
        }
        let is_of = |organisation| self.organisations.contains(&organisation);
        has(&self.priorities, &subject.priority)
            && has(&self.kinds, &subject.kind)
            && has(&self.channels, &subject.channel)
            && has(&self.teams, &subject.team)
            && (self.organisations.is_empty() || subject.organisation.is_some_and(is_of))
    }
}
/// Normal form: what [`Filter::parse`] reads.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let list = |name: &str, values: Vec<String>| match values.is_empty() {
            true => None,
            false => Some(format!("{name}:{}", values.join(","))),
        };
        let parts = [
            list("priority", self.priorities.iter().map(|value| value.word().to_owned()).collect()),
            list("type", self.kinds.iter().map(|value| value.word().to_owned()).collect()),
            list("channel", self.channels.iter().map(|value| value.word().to_owned()).collect()),
            list("team", self.teams.iter().map(Id::to_string).collect()),
            list("organisation", self.organisations.iter().map(Id::to_string).collect()),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
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
        }
    }

    #[test]
    fn all_words_must_hold_and_one_of_their_values() {
        let matches = |text: &str| Filter::parse(text).unwrap().matches(&subject());
        assert!(matches("") && matches("priority:high,urgent") && matches("priority:high type:incident"));
        assert!(!matches("priority:low") && !matches("priority:high type:order"));
        assert!(!matches("organisation:3") && !matches("team:1"));
    }
    #[test]
    fn a_filter_is_written_as_it_is_read() {
        let text = "priority:low,urgent type:incident channel:email,web team:3 organisation:7,8";
        assert_eq!(Filter::parse(text).unwrap().to_string(), text);
        for bad in ["priority", "priority:", "colour:red", "team:x", "type:incident,"] {
            assert!(Filter::parse(bad).is_err(), "{bad}");
        }
    }
}
