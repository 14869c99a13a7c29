//! What a ticket is and which words are allowed. No I/O.
use derive::Record;
use kernel::{
    clock::Millis,
    fault::{Mistakes, Problem},
    id::Id,
    text,
};
use platform::{
    authority::{Contact, Inbox, Organisation, Team, User},
    db,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The longest subject, in characters.
pub const SUBJECT_MOST: usize = 250;
/// The longest text of a message, in bytes.
pub const TEXT_MOST: usize = 1_000_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Question,
    Incident,
    ServiceRequest,
    Complaint,
    Order,
    Problem,
    Change,
}
platform::words! { Kind {
    Question = "question", Incident = "incident", ServiceRequest = "service_request", Complaint = "complaint",
    Order = "order", Problem = "problem", Change = "change",
} }

/// The fixed categories behind the free names of statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Category {
    New,
    Open,
    WaitingCustomer,
    WaitingThirdParty,
    Solved,
    Closed,
}
platform::words! { Category {
    New = "new", Open = "open", WaitingCustomer = "waiting_customer", WaitingThirdParty = "waiting_third_party",
    Solved = "solved", Closed = "closed",
} }
impl Category {
    /// Whether somebody still has to do something, the customer included.
    pub const fn is_open(self) -> bool {
        !matches!(self, Category::Solved | Category::Closed)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Web,
    Api,
    Phone,
    WalkIn,
    Letter,
    Chat,
    Messaging,
}
platform::words! { Channel {
    Email = "email", Web = "web", Api = "api", Phone = "phone", WalkIn = "walk_in", Letter = "letter",
    Chat = "chat", Messaging = "messaging",
} }

/// Stored as 10, 20, 30, 40, so that it sorts and leaves room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low = 10,
    #[default]
    Normal = 20,
    High = 30,
    Urgent = 40,
}
impl Priority {
    pub const ALL: [Priority; 4] = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
    pub const fn word(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        }
    }
    pub fn from_word(word: &str) -> Option<Priority> {
        Priority::ALL.into_iter().find(|priority| priority.word() == word)
    }
}
impl From<Priority> for db::Value<'_> {
    fn from(priority: Priority) -> Self {
        db::Value::Integer(priority as i64)
    }
}
impl db::Column for Priority {
    fn decode(value: db::Value<'_>) -> Option<Self> {
        let db::Value::Integer(number) = value else { return None };
        Priority::ALL.into_iter().find(|priority| *priority as i64 == number)
    }
}

/// A ticket with the names that every reader of it needs.
#[derive(Clone, Debug, Record)]
pub struct Ticket {
    /// The number that people read.
    pub id: Id<Ticket>,
    pub subject: String,
    pub kind: Kind,
    pub status_id: Id<crate::statuses::Status>,
    pub status_code: Option<String>,
    pub status_name: Option<String>,
    pub category: Category,
    pub priority: Priority,
    pub channel: Channel,
    pub requester_id: Id<Contact>,
    /// Who that is by now: another one where the contact was merged.
    pub customer_id: Id<Contact>,
    /// As that one is called.
    pub requester_name: String,
    pub requester_email: Option<String>,
    pub organisation_id: Option<Id<Organisation>>,
    pub organisation_name: Option<String>,
    pub inbox_id: Option<Id<Inbox>>,
    /// 0 is none.
    pub team_id: Id<Team>,
    pub team_name: Option<String>,
    /// 0 is nobody.
    pub assignee_id: Id<User>,
    pub assignee_name: Option<String>,
    pub created_at_ms: Millis,
    pub updated_at_ms: Millis,
    /// The earliest deadline of its promises that is still to be kept, or is late.
    pub due_at_ms: Option<Millis>,
    /// What is promised for it; `None` where nothing is.
    pub sla_terms_id: Option<i64>,
    pub solved_at_ms: Option<Millis>,
    pub hint_id: Option<Id<Ticket>>,
    pub reopened: i64,
    pub version: i64,
    /// Out of the lists until a time, until the customer writes, or whichever comes first.
    pub is_snoozed: bool,
    pub snoozed_until_ms: Option<Millis>,
    pub wakes_on_message: Option<bool>,
    /// The ticket that this one was merged into.
    pub merged_into_id: Option<Id<Ticket>>,
    /// Where its number leads to: the last one, where that was merged as well.
    pub lands_at_id: Option<Id<Ticket>>,
    /// Whoever has it because it was handed to them.
    pub stay_id: Option<Id<crate::escalation::Stay>>,
    /// The line of its team: 1 is the first; `None` where the team is in no line.
    pub line: Option<i64>,
    /// Where its side conversations stand, as a whole; `None` where it never had one.
    pub side_state: Option<crate::side_conversations::State>,
    /// Of its checklist: what is done, all of it, and what is still needed before it is solved.
    pub items_done: i64,
    pub items_all: i64,
    pub items_needed: i64,
    /// What people say they spent on it, in minutes; on tickets that were merged into it not included.
    pub spent_minutes: i64,
    /// What covers it.
    pub contract_id: Option<Id<crate::contracts::Contract>>,
    pub contract_name: Option<String>,
}
impl Ticket {
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }
    pub fn is_merged(&self) -> bool {
        self.merged_into_id.is_some()
    }
}

/// Who asks.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Requester {
    pub email: Option<String>,
    #[serde(default)]
    pub name: String,
    pub phone: Option<String>,
}

/// A new ticket as a program or a form asks for it. Untrusted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTicket)]
pub struct Draft {
    /// Needed, unless a template has one.
    #[serde(default)]
    pub subject: String,
    pub text: Option<String>,
    /// Cleaned; where it is given, `text` is made from it.
    pub html: Option<String>,
    pub requester: Requester,
    #[serde(rename = "type")]
    #[schema(value_type = Option<Kind>)]
    pub kind: Option<Kind>,
    #[schema(value_type = Option<Priority>)]
    pub priority: Option<Priority>,
    #[schema(value_type = Option<Channel>)]
    pub channel: Option<Channel>,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    #[schema(value_type = Option<String>)]
    pub assignee: Option<Id<User>>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, serde_json::Value>,
    /// Ids of uploads.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub attachments: Vec<Id<crate::attachments::Attachment>>,
    /// A ticket template: what is left out here comes from it, with its checklists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub template: Option<Id<crate::ticket_templates::TicketTemplate>>,
}

/// A draft that passed. `Draft::parse` is the only way to get one from outside.
#[derive(Clone, Debug)]
pub struct NewTicket {
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub email: Option<String>,
    pub name: String,
    pub phone: Option<String>,
    pub kind: Kind,
    pub priority: Priority,
    pub channel: Channel,
    pub inbox: Option<Id<Inbox>>,
    pub team: Option<Id<Team>>,
    pub assignee: Option<Id<User>>,
    pub tags: Vec<String>,
    pub fields: BTreeMap<String, serde_json::Value>,
    pub attachments: Vec<Id<crate::attachments::Attachment>>,
}

impl Draft {
    /// Reports every mistake at once, by field.
    pub fn parse(self, default_channel: Channel) -> Result<NewTicket, Problem> {
        let mut mistakes = Mistakes::default();
        let subject = text::one_line(&self.subject, SUBJECT_MOST + 1);
        mistakes.require(!subject.is_empty(), "subject", "required");
        mistakes.require(subject.chars().count() <= SUBJECT_MOST, "subject", "too_long");
        let (text, html) = crate::conversation::words(self.text, self.html);
        mistakes.require(!text.trim().is_empty(), "text", "required");
        mistakes.require(text.len() <= TEXT_MOST, "text", "too_long");
        let given = self.requester.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
        let email = given.and_then(text::email);
        mistakes.require(given.is_none() || email.is_some(), "requester/email", "email");
        let given = self.requester.phone.as_deref().map(str::trim).filter(|phone| !phone.is_empty());
        mistakes.require(given.is_none_or(|phone| text::phone(phone).is_some()), "requester/phone", "phone");
        let phone = given.map(|phone| text::one_line(phone, 40));
        let name = text::one_line(&self.requester.name, 200);
        let is_somebody = given_any(&[&email, &phone]) || !name.is_empty();
        mistakes.require(is_somebody || self.requester.email.is_some(), "requester/email", "required");
        let tags = tags(&self.tags, &mut mistakes);
        mistakes.check()?;
        Ok(NewTicket {
            subject,
            text,
            html,
            email,
            name,
            phone,
            kind: self.kind.unwrap_or_default(),
            priority: self.priority.unwrap_or_default(),
            channel: self.channel.unwrap_or(default_channel),
            inbox: None,
            team: self.team,
            assignee: self.assignee,
            tags,
            fields: self.fields,
            attachments: self.attachments,
        })
    }
}
fn given_any(values: &[&Option<String>]) -> bool {
    values.iter().any(|value| value.is_some())
}

/// Tags are short lines in lower case, each once, sorted.
pub(crate) fn tags(given: &[String], mistakes: &mut Mistakes) -> Vec<String> {
    let mut tags: Vec<_> = given.iter().map(|tag| text::one_line(tag, 61).to_lowercase()).collect();
    for (index, tag) in tags.iter().enumerate() {
        let is_fine = !tag.is_empty() && tag.chars().count() <= 60 && !tag.contains(',');
        mistakes.require(is_fine, &format!("tags/{index}"), "tag");
    }
    mistakes.require(tags.len() <= 50, "tags", "too_long");
    tags.sort();
    tags.dedup();
    tags
}

/// What may be changed of a ticket. A field that is left out stays; `null` empties it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketChanges)]
pub struct Patch {
    pub subject: Option<String>,
    #[serde(rename = "type")]
    #[schema(value_type = Option<Kind>)]
    pub kind: Option<Kind>,
    /// A status's id or code, or a category, which means its first status.
    pub status: Option<String>,
    #[schema(value_type = Option<Priority>)]
    pub priority: Option<Priority>,
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub team: Option<Option<Id<Team>>>,
    /// A user's id, or null for nobody.
    #[serde(default, deserialize_with = "platform::web::given")]
    #[schema(value_type = Option<String>)]
    pub assignee: Option<Option<Id<User>>>,
    pub tags: Option<Vec<String>>,
    #[schema(value_type = Object)]
    pub fields: Option<BTreeMap<String, serde_json::Value>>,
    pub requester: Option<Requester>,
}
impl Patch {
    /// Normal form, or every mistake.
    pub fn parse(mut self) -> Result<Patch, Problem> {
        let mut mistakes = Mistakes::default();
        if let Some(subject) = &mut self.subject {
            *subject = text::one_line(subject, SUBJECT_MOST + 1);
            mistakes.require(!subject.is_empty(), "subject", "required");
            mistakes.require(subject.chars().count() <= SUBJECT_MOST, "subject", "too_long");
        }
        if let Some(given) = &mut self.tags {
            *given = tags(given, &mut mistakes);
        }
        if let Some(requester) = &mut self.requester {
            requester.email = requester.email.as_deref().and_then(text::email);
            mistakes.require(requester.email.is_some(), "requester/email", "email");
            // Who asks is named by an address here; a number would be lost without a word.
            mistakes.require(requester.phone.is_none(), "requester/phone", "unknown_field");
            requester.name = text::one_line(&requester.name, 200);
        }
        mistakes.check()?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft {
            subject: "Printer".into(),
            text: Some("It is on fire".into()),
            requester: Requester { email: Some("ada@example.org".into()), ..Requester::default() },
            ..Draft::default()
        }
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let bad = Draft {
            subject: " \n".into(),
            text: None,
            requester: Requester { email: Some("nobody".into()), ..Requester::default() },
            tags: vec!["fine".into(), "a,b".into()],
            ..Draft::default()
        };
        let problem = bad.parse(Channel::Api).unwrap_err();
        let pointers: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
        assert_eq!(pointers, ["/subject", "/text", "/requester/email", "/tags/1"]);
    }
    #[test]
    fn a_ticket_needs_somebody_who_asks() {
        let nobody = Draft { requester: Requester::default(), ..draft() };
        assert_eq!(nobody.parse(Channel::Api).unwrap_err().fields[0].pointer, "/requester/email");
        let by_phone = Requester { phone: Some("030 1234".into()), ..Requester::default() };
        assert!(Draft { requester: by_phone, ..draft() }.parse(Channel::Phone).is_ok());
    }
    #[test]
    fn a_patch_tells_null_from_nothing() {
        let patch: Patch = serde_json::from_str(r#"{"team":null}"#).unwrap();
        assert_eq!((patch.team, patch.assignee), (Some(None), None));
        assert!(serde_json::from_str::<Patch>(r#"{"created_at":1}"#).is_err());
    }
    #[test]
    fn only_solved_and_closed_are_not_open() {
        let open: Vec<_> = Category::ALL.iter().filter(|category| category.is_open()).collect();
        assert_eq!(open.len(), 4);
        assert!(!Category::Solved.is_open());
    }
}
