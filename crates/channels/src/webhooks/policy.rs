//! What a webhook is, which events it hears, and when a failed delivery is tried again.
use crate::events_api::policy::{Reach, is_about_accounts, noun_of, reach};
use derive::Record;
use kernel::{
    clock::{DAY, MINUTE, Millis, SECOND},
    fault::{Field, Mistakes, Problem},
    id::Id,
    secret::Secret,
    text,
};
use platform::{
    authority::Actor,
    events::{EVENT_KINDS, Recorded},
    outbound::Outbound,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A row of the table `webhook`, without its secret.
#[derive(Clone, Debug, Record)]
pub struct Webhook {
    pub id: Id<Webhook>,
    pub name: String,
    pub url: String,
    pub(super) kinds: String,
    pub is_active: bool,
    pub created_at_ms: Millis,
}
impl Webhook {
    pub fn kinds(&self) -> Kinds {
        Kinds::stored(&self.kinds)
    }
}

/// Which kinds of events go to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kinds {
    /// All but those about accounts: these have to be chosen by name.
    All,
    These(Vec<String>),
}
/// The word for [`Kinds::All`].
const ALL: &str = "*";

impl Kinds {
    /// Reads what somebody chose. Nobody sends away what they may not see whole themselves.
    fn choose(chosen: Vec<String>, actor: &Actor, mistakes: &mut Mistakes) -> Kinds {
        mistakes.require(!chosen.is_empty(), "kinds", "required");
        let is_theirs = |kind: &str| reach(actor, noun_of(kind)) == Reach::Everything;
        if chosen.iter().any(|kind| kind == ALL) {
            let mut all = EVENT_KINDS.iter().filter(|known| !is_about_accounts(known.noun));
            mistakes.require(all.all(|known| is_theirs(known.kind)), "kinds", "not_yours");
            return Kinds::All;
        }
        let is_known = |kind: &String| EVENT_KINDS.iter().any(|known| known.kind == kind);
        mistakes.require(chosen.iter().all(is_known), "kinds", "unknown_word");
        mistakes.require(chosen.iter().all(|kind| is_theirs(kind)), "kinds", "not_yours");
        let mut chosen = chosen;
        chosen.sort();
        chosen.dedup();
        Kinds::These(chosen)
    }
    /// Whether somebody may see all that is sent.
    pub(super) fn are_seen_by(&self, actor: &Actor) -> bool {
        let mut sent = EVENT_KINDS.iter().filter(|known| self.include(known.kind));
        sent.all(|known| reach(actor, known.noun) == Reach::Everything)
    }
    pub(super) fn stored(json: &str) -> Kinds {
        let words: Vec<String> = serde_json::from_str(json).unwrap_or_default();
        if words.iter().any(|word| word == ALL) { Kinds::All } else { Kinds::These(words) }
    }
    pub fn words(&self) -> Vec<String> {
        match self {
            Kinds::All => vec![ALL.into()],
            Kinds::These(kinds) => kinds.clone(),
        }
    }
    pub fn is_all(&self) -> bool {
        *self == Kinds::All
    }
    pub(super) fn json(&self) -> String {
        serde_json::to_string(&self.words()).expect("a list of text")
    }
    pub fn include(&self, kind: &str) -> bool {
        match self {
            Kinds::All => !is_about_accounts(noun_of(kind)),
            Kinds::These(kinds) => kinds.iter().any(|known| known == kind),
        }
    }
}

/// Whether `event` goes to `webhook`. A test goes to the one that it is about and to no other.
pub fn hears(webhook: &Webhook, event: &Recorded) -> bool {
    if event.kind == <super::WebhookTested as platform::events::Event>::KIND {
        return event.subject_id("webhook") == Some(webhook.id.number());
    }
    // A rule tells one webhook, whatever else that one hears.
    if event.kind == <desk::rules::RuleCalled as platform::events::Event>::KIND {
        return event.data().get("webhook").and_then(serde_json::Value::as_i64) == Some(webhook.id.number());
    }
    webhook.kinds().include(&event.kind) && event.at_ms >= webhook.created_at_ms
}

/// Untrusted input, from the form or the API alike.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
pub struct Draft {
    pub name: String,
    /// `https://…`; private addresses only where the operator allows them.
    pub url: String,
    /// Kinds of events, e.g. `["ticket.opened"]`; `["*"]` is all but those about accounts.
    pub kinds: Vec<String>,
}

/// A draft that passed.
pub struct NewWebhook {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) kinds: Kinds,
}

impl Draft {
    /// Reports every mistake at once, by field. Looks up the address's name.
    pub async fn parse(self, actor: &Actor, outbound: &Outbound) -> Result<NewWebhook, Problem> {
        let mut mistakes = Mistakes::default();
        let name = parse_name(&self.name, &mut mistakes);
        let kinds = Kinds::choose(self.kinds, actor, &mut mistakes);
        parse_url(&self.url, outbound, mistakes).await?;
        Ok(NewWebhook { name, url: self.url, kinds })
    }
}

/// What of a webhook is to be changed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    pub name: Option<String>,
    pub url: Option<String>,
    pub kinds: Option<Vec<String>>,
    /// What waits for a webhook that is switched off fails; events from then on are not kept for it.
    pub is_active: Option<bool>,
}

/// Changes that passed.
pub struct Edit {
    pub(super) name: Option<String>,
    pub(super) url: Option<String>,
    pub(super) kinds: Option<Kinds>,
    pub(super) is_active: Option<bool>,
}

impl Changes {
    pub async fn parse(self, actor: &Actor, outbound: &Outbound) -> Result<Edit, Problem> {
        let mut mistakes = Mistakes::default();
        let name = self.name.map(|name| parse_name(&name, &mut mistakes));
        let kinds = self.kinds.map(|kinds| Kinds::choose(kinds, actor, &mut mistakes));
        match &self.url {
            Some(url) => parse_url(url, outbound, mistakes).await?,
            None => mistakes.check()?,
        }
        Ok(Edit { name, url: self.url, kinds, is_active: self.is_active })
    }
}

fn parse_name(name: &str, mistakes: &mut Mistakes) -> String {
    let name = text::one_line(name, 80);
    mistakes.require(!name.is_empty(), "name", "required");
    name
}

async fn parse_url(url: &str, outbound: &Outbound, mut mistakes: Mistakes) -> Result<(), Problem> {
    if url.is_empty() {
        mistakes.add("url", "required");
        return mistakes.check();
    }
    match outbound.check_url_and_name(url).await {
        Ok(_) => mistakes.check(),
        Err(refused) => {
            let mut fields = mistakes.check().err().map_or_else(Vec::new, |problem| problem.fields);
            fields.push(Field { pointer: "/url".into(), code: refused.code() });
            Err(Problem::invalid(fields))
        }
    }
}

/// `whsec_` and 24 random bytes in base64, as the standard wants it.
pub fn new_secret() -> Secret<String> {
    use base64::Engine;
    let bytes: [u8; 24] = platform::keys::random();
    Secret::new(format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(bytes)))
}

/// After a change of the secret both sign for so long, so that a receiver loses nothing.
pub const OLD_SECRET_MS: i64 = DAY;

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not tried yet, or to be tried again.
    Waiting,
    Delivered,
    /// Given up. Somebody can have it tried again.
    Failed,
}
platform::words! { State { Waiting = "waiting", Delivered = "delivered", Failed = "failed" } }

/// An event on its way to a webhook, as the log shows it.
#[derive(Clone, Debug, Record)]
pub struct Delivery {
    pub id: Id<Delivery>,
    pub webhook_id: Id<Webhook>,
    pub event_id: Id<Recorded>,
    pub kind: Option<String>,
    pub subject: Option<String>,
    pub state: State,
    pub attempts: i64,
    pub next_at_ms: Millis,
    pub status: Option<i64>,
    pub reason: Option<String>,
    pub answer: Option<String>,
    pub took_ms: Option<i64>,
    pub created_at_ms: Millis,
}

impl Delivery {
    pub fn is_waiting(&self) -> bool {
        self.state == State::Waiting
    }
    /// How it went, as tone, icon and words.
    pub fn mood(&self) -> (&'static str, &'static str, &'static str) {
        match self.state {
            State::Delivered => ("done", "check", "webhook-delivery-delivered"),
            State::Waiting if self.status.is_none() && self.reason.is_none() => {
                ("wait", "clock", "webhook-delivery-waiting")
            }
            State::Waiting => ("late", "circle-alert", "webhook-delivery-waiting"),
            State::Failed => ("late", "circle-alert", "webhook-delivery-failed"),
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The address answered 200 to 299.
    Delivered { status: u16 },
    /// Any other answer. A redirect is one: it is not followed.
    Refused { status: u16, answer: String },
    /// 410: the address wants nothing more.
    Gone,
    /// No answer came about. The code of [`platform::outbound::Refused`], or one of ours.
    NoAnswer { code: &'static str },
}

/// The most of a failed answer that is kept.
pub const MOST_ANSWER: usize = 500;
/// Tries end so long after the first one.
pub const PATIENCE_MS: i64 = DAY;

/// The pause after the `attempts`-th failure: 5 s, 10 s, 20 s … 15 minutes.
pub fn pause_ms(attempts: i64) -> i64 {
    ((5 * SECOND) << (attempts.clamp(1, 10) - 1)).min(15 * MINUTE)
}

#[cfg(test)]
mod unit {
    use super::*;
    use platform::authority::{Scope, Who};

    fn admin() -> Actor {
        let keys = ["tickets.view", "contacts.view", "people.view", "inboxes.view"];
        let rest = [
            "people.manage",
            "webhooks.manage",
            "desk.manage",
            "sla.manage",
            "contracts.view",
            "escalation.manage",
            "views.share",
            "answers.manage",
        ];
        let permissions = keys.into_iter().chain(rest).map(|key| (key.to_owned(), Scope::All)).collect();
        Actor { who: Who::User(Id::new(1)), permissions, ..Actor::system() }
    }
    fn choose(chosen: &[&str], actor: &Actor) -> Result<Kinds, &'static str> {
        let mut mistakes = Mistakes::default();
        let kinds = Kinds::choose(chosen.iter().map(|k| (*k).to_owned()).collect(), actor, &mut mistakes);
        mistakes.check().map(|()| kinds).map_err(|problem| problem.fields[0].code)
    }

    #[test]
    fn all_kinds_leave_accounts_out() {
        let all = choose(&["*"], &admin()).unwrap();
        assert!(all.include("ticket.opened") && all.include("contact.created"));
        for kind in ["user.created", "user.token_created", "role.changed", "webhook.created"] {
            assert!(!all.include(kind), "{kind}");
        }
        assert!(choose(&["user.created"], &admin()).unwrap().include("user.created"));
    }
    #[test]
    fn nobody_sends_away_what_they_may_not_see() {
        let mut lead = admin();
        lead.permissions.retain(|(key, _)| key != "people.manage");
        assert_eq!(choose(&["user.created"], &lead), Err("not_yours"));
        lead.permissions[0].1 = Scope::Team;
        assert_eq!(choose(&["ticket.opened"], &lead), Err("not_yours"));
        assert_eq!(choose(&["*"], &lead), Err("not_yours"));
        assert!(choose(&["contact.created"], &lead).is_ok());
    }
    #[test]
    fn a_kind_has_to_exist() {
        assert_eq!(choose(&["ticket.exploded"], &admin()), Err("unknown_word"));
        assert_eq!(choose(&[], &admin()), Err("required"));
    }
    #[test]
    fn pauses_double_from_five_seconds_to_a_quarter_of_an_hour() {
        let pauses: Vec<_> = (1..=10).map(|n| pause_ms(n) / SECOND).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!(pause_ms(1_000_000), 15 * MINUTE);
    }
}
