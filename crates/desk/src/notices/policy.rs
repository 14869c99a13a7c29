//! What a notice is, what somebody wants to hear of, and when their mails go out. No I/O.
use crate::{conversation::Message, tickets::Ticket};
use derive::Record;
use kernel::{clock::Millis, id::Id, working_time::Calendar};
use platform::i18n::{self, Language};

/// What happened, as people choose to hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum What {
    /// Somebody called me, or a team of mine, in a note.
    Mention,
    /// A ticket is mine now.
    Assigned,
    /// The customer wrote, on a ticket that is mine or that I follow.
    Reply,
    /// A colleague answered or left a note there.
    Colleague,
    /// A promise on a ticket of mine ran out.
    SlaBreached,
    /// A promise on a ticket of mine runs out soon.
    SlaWarned,
    /// The time of a promised call has come.
    CallBack,
    /// A ticket came to a team of mine, and nobody has it.
    Team,
    /// A mail waits in quarantine for those who look after inboxes.
    Quarantine,
    /// Somebody answered whom I asked beside the customer, or my mail to them was not delivered.
    SideAnswer,
    /// The time has come at which I wanted to be reminded of a ticket.
    Reminder,
    /// What is included in a contract of mine is nearly used up, or is.
    ContractVolume,
}
platform::words! { What {
    Mention = "mention", Assigned = "assigned", Reply = "reply", Colleague = "colleague",
    SlaBreached = "sla_breached", SlaWarned = "sla_warned", CallBack = "call_back", Team = "team",
    Quarantine = "quarantine", SideAnswer = "side_answer", Reminder = "reminder",
    ContractVolume = "contract_volume",
} }
impl What {
    /// Where somebody hears of it who has chosen nothing: always in the app, and by mail of what is meant for them alone.
    pub fn usual(self) -> Channels {
        let by_mail = matches!(
            self,
            What::Mention
                | What::Assigned
                | What::SlaBreached
                | What::CallBack
                | What::Reminder
                | What::ContractVolume
        );
        Channels { in_app: true, by_mail }
    }
    pub fn icon(self) -> &'static str {
        match self {
            What::Mention => "at-sign",
            What::Assigned => "user-check",
            What::Reply => "arrow-down-left",
            What::Colleague => "message-square",
            What::SlaBreached => "state-late",
            What::SlaWarned => "clock",
            What::CallBack => "phone-call",
            What::Team => "users",
            What::Quarantine => "shield-alert",
            What::SideAnswer => "messages-square",
            What::Reminder => "bell-ring",
            What::ContractVolume => "file-text",
        }
    }
}

/// Where somebody hears of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    pub in_app: bool,
    pub by_mail: bool,
}

/// By whose hours mails go out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Hours {
    /// The desk's own calendar; around the clock where there is none.
    #[default]
    Desk,
    /// A calendar of the desk that the person chose.
    Calendar,
    Always,
}
platform::words! { Hours { Desk = "desk", Calendar = "calendar", Always = "always" } }

/// For so long what happens is bundled into one mail, unless somebody chose otherwise.
pub const USUAL_MINUTES: i64 = 15;
/// What people choose from.
pub const MINUTES: [i64; 4] = [5, 15, 60, 240];

/// A notice as it is shown, with what it is about.
#[derive(Clone, Debug, Record)]
pub struct Notice {
    pub id: Id<Notice>,
    pub kind: What,
    /// Where its ticket's number leads to.
    pub ticket_id: Option<Id<Ticket>>,
    pub subject: Option<String>,
    pub message_id: Option<Id<Message>>,
    pub inbound_id: Option<i64>,
    pub contract_id: Option<i64>,
    pub by_name: String,
    pub about: String,
    /// The person whose deputy hears of it.
    pub for_name: Option<String>,
    pub created_at_ms: Millis,
    pub read_at_ms: Option<Millis>,
}
impl Notice {
    /// One sentence: who did what.
    pub fn sentence(&self, language: Language) -> String {
        let program = i18n::text(language, "notice-program");
        let by = if self.by_name.is_empty() { program } else { &self.by_name };
        let word = match (self.kind, self.about.as_str()) {
            // An answer of a colleague is something else than a note.
            (What::Colleague, "note") => "note",
            (What::SideAnswer, "bounce") => "side_bounced",
            (What::Reminder, "") => "reminder_bare",
            (kind, _) => kind.word(),
        };
        let about = match self.kind {
            What::SlaWarned | What::SlaBreached => {
                i18n::text(language, &format!("sla-promise-{}", self.about.replace('_', "-")))
            }
            _ => &self.about,
        };
        if self.kind == What::ContractVolume {
            return self.volume(language);
        }
        let key = format!("notice-said-{}", word.replace('_', "-"));
        i18n::format(language, &key, &[("by", by.into()), ("about", about.into())])
    }
    /// How much of which contract is used: `about` is percent, unit, name.
    fn volume(&self, language: Language) -> String {
        let mut parts = self.about.splitn(3, ' ');
        let mut part = || parts.next().unwrap_or_default();
        let (percent, unit, name) = (part(), part(), part());
        let unit = match unit {
            "" => "",
            unit => i18n::text(language, &format!("contract-unit-{unit}")),
        };
        let more = [("percent", percent.into()), ("unit", unit.into()), ("about", name.into())];
        i18n::format(language, "notice-said-contract-volume", &more)
    }
    /// Where it is about.
    pub fn address(&self) -> String {
        if let Some(contract) = self.contract_id {
            return format!("/admin/contracts/{contract}");
        }
        match (self.ticket_id, self.message_id, self.inbound_id) {
            (Some(ticket), Some(message), _) => format!("/t/{ticket}#m{message}"),
            (Some(ticket), None, _) => format!("/t/{ticket}"),
            (None, _, Some(inbound)) => format!("/admin/inbound/{inbound}"),
            (None, _, None) => "/notifications".into(),
        }
    }
    pub fn is_unread(&self) -> bool {
        self.read_at_ms.is_none()
    }
}

/// The first instant from `at` on that lies in working hours; `at` itself where there are none to be found.
pub fn at_work(hours: Option<&Calendar>, at: Millis) -> Millis {
    let Some(hours) = hours else { return at };
    // The end of the first millisecond of work that is left.
    hours.due(at, 1).map_or(at, |end| end.plus(-1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::working_time::{Exceptions, Window};

    fn office() -> Calendar {
        let day = vec![Window::from_words("08:00", "17:00").unwrap()];
        let mut week: [Vec<Window>; 7] = Default::default();
        for weekday in &mut week[..5] {
            weekday.clone_from(&day);
        }
        Calendar::new("UTC", week, Exceptions::new(), None).unwrap()
    }

    #[test]
    fn a_mail_waits_for_the_next_working_hour_and_no_longer() {
        let at = |text: &str| Millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let hours = office();
        let work = |text: &str| at_work(Some(&hours), at(text)).to_string();
        assert_eq!(work("2026-11-27T16:59:59Z"), "2026-11-27T16:59:59.000Z");
        assert_eq!(work("2026-11-27T17:00:00Z"), "2026-11-30T08:00:00.000Z", "after a week comes a Monday");
        assert_eq!(work("2026-11-25T03:00:00Z"), "2026-11-25T08:00:00.000Z");
        let night = at("2026-11-25T03:00:00Z");
        assert_eq!(at_work(None, night), night);
        assert_eq!(at_work(Some(&Calendar::always()), night), night);
    }
    #[test]
    fn whatever_happens_has_a_sentence_in_each_language() {
        for language in Language::ALL {
            for kind in What::ALL {
                let notice = Notice {
                    id: Id::new(1),
                    kind: *kind,
                    ticket_id: Some(Id::new(7)),
                    subject: None,
                    message_id: None,
                    inbound_id: None,
                    contract_id: None,
                    by_name: String::new(),
                    about: "first_response".into(),
                    for_name: None,
                    created_at_ms: Millis(0),
                    read_at_ms: None,
                };
                let said = notice.sentence(*language);
                assert!(said.len() > 5 && !said.contains("notice-said"), "{said}");
            }
        }
    }
}
