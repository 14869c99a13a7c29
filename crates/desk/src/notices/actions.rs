//! What people do with their notices, and what they choose.
use super::{
    policy::{Channels, Hours, MINUTES, What},
    store::{self, Pace, Read},
};
use crate::calendars::{self, Calendar};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
};
use platform::authority::{Myself, Tx, User};
use std::collections::BTreeMap;
use utoipa::ToSchema;

fn me(tx: &Tx<Myself>) -> Result<Id<User>, Problem> {
    tx.actor().user().ok_or(Problem::new(403, "permission_required"))
}

/// Marks the actor's own notices as read. Those of others stay as they are.
pub fn read(tx: &mut Tx<Myself>, read: &Read) -> Result<u64, Problem> {
    let me = me(tx)?;
    Ok(store::mark_read(tx, me, read)?)
}

/// Where somebody hears of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Places {
    pub in_app: bool,
    pub by_mail: bool,
}

/// What somebody wants to hear of, as the form and the API have it. Untrusted.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NoticeSettings)]
pub struct Settings {
    /// By what happens: `mention`, `assigned`, `reply`, `colleague`, `sla_breached`, `sla_warned`, `call_back`,
    /// `team`, `quarantine`, `side_answer`, `reminder`. What is left out stays.
    #[serde(default)]
    pub events: BTreeMap<String, Places>,
    /// For so long what happens is bundled into one mail: 5, 15, 60 or 240.
    pub bundle_minutes: i64,
    /// By whose hours mails go out.
    #[schema(value_type = String)]
    pub hours: Hours,
    /// With the hours `calendar`.
    #[schema(value_type = Option<String>)]
    pub calendar: Option<Id<Calendar>>,
}

/// What somebody chose, whole.
pub fn settings(tx: &mut Tx<Myself>) -> Result<Settings, Problem> {
    let me = me(tx)?;
    let chosen = store::choices_of(tx, me)?;
    let of = |what: &What| {
        let own = chosen.iter().find(|(kind, _)| kind == what);
        let Channels { in_app, by_mail } = own.map_or_else(|| what.usual(), |(_, channels)| *channels);
        (what.word().to_owned(), Places { in_app, by_mail })
    };
    let Pace { bundle_minutes, hours, calendar_id } = store::pace(tx, me)?;
    let events = What::ALL.iter().map(of).collect();
    Ok(Settings { events, bundle_minutes, hours, calendar: calendar_id })
}

/// Chooses. What is not named stays as it was.
///
/// * errors – 422 with every mistake.
pub fn choose(tx: &mut Tx<Myself>, settings: &Settings) -> Result<(), Problem> {
    let me = me(tx)?;
    let mut mistakes = Mistakes::default();
    mistakes.require(MINUTES.contains(&settings.bundle_minutes), "bundle_minutes", "out_of_range");
    let mut calendar = None;
    if settings.hours == Hours::Calendar {
        mistakes.require(settings.calendar.is_some(), "calendar", "required");
        if let Some(id) = settings.calendar {
            calendar = calendars::store::by_id(tx, id)?.map(|calendar| calendar.id);
            mistakes.require(calendar.is_some(), "calendar", "unknown_id");
        }
    }
    let mut chosen = Vec::new();
    for (word, places) in &settings.events {
        match What::from_word(word) {
            Some(what) => {
                chosen.push((what, Channels { in_app: places.in_app, by_mail: places.by_mail }));
            }
            None => mistakes.add(&format!("events/{word}"), "unknown_word"),
        }
    }
    mistakes.check()?;
    for (what, channels) in chosen {
        store::choose(tx, me, what, channels)?;
    }
    let pace = Pace { bundle_minutes: settings.bundle_minutes, hours: settings.hours, calendar_id: calendar };
    store::set_pace(tx, me, &pace)?;
    tx.emit(people::users::UserChanged { user: me, fields: vec!["notifications"] })?;
    Ok(())
}
