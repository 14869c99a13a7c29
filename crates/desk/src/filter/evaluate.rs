//! Whether a ticket matches, from what is known of it. The second opinion on what [`super::sql`] finds.
use super::tree::*;
use crate::{
    side_conversations::State as SideState,
    tickets::{Category, Channel, Kind, Priority},
};
use kernel::clock::Millis;
use std::collections::BTreeMap;

/// What filters can ask of a ticket.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub number: i64,
    /// Minutes.
    pub spent: i64,
    pub category: Category,
    pub status: i64,
    pub priority: Priority,
    pub kind: Kind,
    pub channel: Channel,
    /// 0 is none.
    pub team: i64,
    pub assignee: i64,
    /// Who asks, with all contacts that are the same person.
    pub requester: Vec<i64>,
    pub requester_emails: Vec<String>,
    pub organisation: Option<i64>,
    pub organisation_folded: Option<String>,
    pub inbox: Option<i64>,
    pub policy: Option<i64>,
    pub contract: Option<i64>,
    pub contract_folded: Option<String>,
    /// The line of its team; 0 is none.
    pub line: i64,
    pub with: With,
    pub tags: Vec<String>,
    pub followers: Vec<i64>,
    /// Whom its notes call.
    pub mentioned: Vec<i64>,
    pub mentioned_teams: Vec<i64>,
    pub created: Millis,
    pub updated: Millis,
    pub due: Option<Millis>,
    pub solved: Option<Millis>,
    pub subject_folded: String,
    pub reopened: i64,
    pub is_snoozed: bool,
    pub has_attachment: bool,
    pub has_note: bool,
    /// Where its side conversations stand; `None` where it never had one.
    pub side: Option<SideState>,
    pub has_open_item: bool,
    /// By the field's id, as it is stored.
    pub fields: BTreeMap<i64, String>,
}
impl Facts {
    /// A ticket of which no more is known than this: what a promise depends on.
    pub fn brief(
        priority: Priority,
        kind: Kind,
        channel: Channel,
        team: i64,
        organisation: Option<i64>,
    ) -> Facts {
        Facts {
            number: 0,
            spent: 0,
            category: Category::New,
            status: 0,
            priority,
            kind,
            channel,
            team,
            assignee: 0,
            requester: Vec::new(),
            requester_emails: Vec::new(),
            organisation,
            organisation_folded: None,
            inbox: None,
            policy: None,
            contract: None,
            contract_folded: None,
            line: 0,
            with: With::Nobody,
            tags: Vec::new(),
            followers: Vec::new(),
            mentioned: Vec::new(),
            mentioned_teams: Vec::new(),
            created: Millis(0),
            updated: Millis(0),
            due: None,
            solved: None,
            subject_folded: String::new(),
            reopened: 0,
            is_snoozed: false,
            has_attachment: false,
            has_note: false,
            side: None,
            has_open_item: false,
            fields: BTreeMap::new(),
        }
    }
}

impl Filter {
    pub fn matches(&self, facts: &Facts, reader: &Reader) -> bool {
        match self {
            Filter::All(parts) => parts.iter().all(|part| part.matches(facts, reader)),
            Filter::Any(parts) => parts.iter().any(|part| part.matches(facts, reader)),
            Filter::Not(part) => !part.matches(facts, reader),
            Filter::One(condition) => condition.matches(facts, reader),
        }
    }
}

fn holds(list: &[Holder], id: i64, mine: &[i64]) -> bool {
    list.iter().any(|holder| match holder {
        Holder::Nobody => id == 0,
        Holder::Mine => id != 0 && mine.contains(&id),
        Holder::Id(one) => id == *one,
    })
}

impl Condition {
    pub fn matches(&self, facts: &Facts, reader: &Reader) -> bool {
        let me = [reader.me];
        match self {
            Condition::Is(state) => match state {
                State::Open => facts.category.is_open(),
                State::Closed => !facts.category.is_open(),
                State::Mine => reader.me != 0 && facts.assignee == reader.me,
                State::Unassigned => facts.assignee == 0,
                State::Late => facts.category.is_open() && facts.due.is_some_and(|due| due < reader.now),
                State::Followed => facts.followers.contains(&reader.me),
                State::Mentioned => {
                    facts.mentioned.contains(&reader.me)
                        || facts.mentioned_teams.iter().any(|team| reader.teams.contains(team))
                }
                State::Reopened => facts.reopened > 0,
                State::Snoozed => facts.is_snoozed,
            },
            Condition::Status(all) => all.iter().any(|status| match status {
                StatusIs::Category(category) => facts.category == *category,
                StatusIs::Id(id) => facts.status == *id,
            }),
            Condition::Priority(all) => all.contains(&facts.priority),
            Condition::Kind(all) => all.contains(&facts.kind),
            Condition::Channel(all) => all.contains(&facts.channel),
            Condition::Team(all) => holds(all, facts.team, &reader.teams),
            Condition::Assignee(all) => holds(all, facts.assignee, &me),
            Condition::Inbox(all) => holds(all, facts.inbox.unwrap_or(0), &[]),
            Condition::Policy(all) => holds(all, facts.policy.unwrap_or(0), &[]),
            Condition::Contract(all) => all.iter().any(|party| match party {
                Party::Nobody => facts.contract.is_none(),
                Party::Id(id) => facts.contract == Some(*id),
                Party::Named(name) => facts.contract_folded.as_ref() == Some(name),
            }),
            Condition::Line(all) => all.contains(&facts.line),
            Condition::With(all) => all.contains(&facts.with),
            Condition::Requester(all) => all.iter().any(|party| match party {
                Party::Nobody => false,
                Party::Id(id) => facts.requester.contains(id),
                Party::Named(email) => facts.requester_emails.contains(email),
            }),
            Condition::Organisation(all) => all.iter().any(|party| match party {
                Party::Nobody => facts.organisation.is_none(),
                Party::Id(id) => facts.organisation == Some(*id),
                Party::Named(name) => facts.organisation_folded.as_ref() == Some(name),
            }),
            Condition::Tag(all) => all.iter().any(|tag| match tag {
                None => facts.tags.is_empty(),
                Some(tag) => facts.tags.contains(tag),
            }),
            Condition::Time(moment, when) => {
                let at = match moment {
                    Moment::Created => Some(facts.created),
                    Moment::Updated => Some(facts.updated),
                    Moment::Due => facts.due,
                    Moment::Solved => facts.solved,
                };
                match (when, at) {
                    (When::Never, at) => at.is_none(),
                    (When::At(_), None) => false,
                    (When::At(between), Some(at)) => {
                        let (from, until) = reader.window(*moment, *between);
                        from <= at.0 && at.0 < until
                    }
                }
            }
            Condition::Number(between) => between.has(facts.number),
            Condition::Spent(between) => between.has(facts.spent),
            Condition::Text(words) => facts.subject_folded.contains(words.as_str()),
            Condition::Has(part) => match part {
                Part::Attachment => facts.has_attachment,
                Part::Tag => !facts.tags.is_empty(),
                Part::Due => facts.due.is_some(),
                Part::Organisation => facts.organisation.is_some(),
                Part::Note => facts.has_note,
                Part::SideConversation => {
                    matches!(facts.side, Some(SideState::Waiting | SideState::Answered))
                }
                Part::OpenItem => facts.has_open_item,
                Part::SideAnswer => facts.side == Some(SideState::Answered),
            },
            Condition::Waiting(all) => all.iter().any(|side| side.categories().contains(&facts.category)),
            Condition::Field(id, is) => {
                let value = facts.fields.get(id);
                match is {
                    FieldIs::Empty => value.is_none(),
                    FieldIs::Words(all) => value.is_some_and(|value| all.contains(value)),
                    FieldIs::Folded(all) => {
                        value.is_some_and(|value| all.contains(&crate::fields::folded(value)))
                    }
                    FieldIs::Number(between) => {
                        value.and_then(|value| value.parse().ok()).is_some_and(|number| between.has(number))
                    }
                    FieldIs::Date(between) => value.is_some_and(|value| {
                        let (from, until) = reader.dates(*between);
                        from.is_none_or(|from| *value >= from.to_string())
                            && until.is_none_or(|until| *value < until.to_string())
                    }),
                }
            }
        }
    }
}

impl Side {
    /// The categories in which it is this side's turn.
    pub fn categories(self) -> &'static [Category] {
        match self {
            Side::Us => &[Category::New, Category::Open],
            Side::Customer => &[Category::WaitingCustomer],
            Side::ThirdParty => &[Category::WaitingThirdParty],
        }
    }
}
