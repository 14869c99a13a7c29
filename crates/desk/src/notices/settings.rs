//! `/profile/notifications`: what somebody wants to hear of, and where.
use super::{
    actions::{self, Places, Settings},
    policy::{Hours, MINUTES, What},
};
use crate::calendars::{self, Calendar};
use axum::{extract::Query, response::Response};
use kernel::{
    fault::{Mistakes, Problem},
    id::Id,
};
use people::web::{Done, again, see};
use platform::{
    authority::{Grant, Myself},
    web::{Failure, Form, Page, Ui},
};

#[derive(askama::Template)]
#[template(path = "notices/settings.html")]
struct SettingsPage {
    ui: Ui,
    form: Form,
    done: &'static str,
    problem: &'static str,
    settings: Settings,
    calendars: Vec<Calendar>,
}
impl SettingsPage {
    /// What can concern this person at all.
    fn events(&self) -> Vec<What> {
        let fits = |what: &&What| **what != What::Quarantine || self.ui.may("inboxes.manage");
        What::ALL.iter().filter(fits).copied().collect()
    }
    fn is_on(&self, place: &str, what: &What) -> bool {
        if !self.form.mistakes.is_empty() {
            return self.form.all(place).any(|word| word == what.word());
        }
        let places = self.settings.events.get(what.word());
        places.is_some_and(|places| if place == "in_app" { places.in_app } else { places.by_mail })
    }
    fn minutes(&self) -> [i64; 4] {
        MINUTES
    }
    /// The desk's own, where there is one.
    fn desk_calendar(&self) -> Option<&str> {
        self.calendars.iter().find(|calendar| calendar.is_default).map(|calendar| calendar.name.as_str())
    }
}

async fn page(grant: &Grant<Myself>, ui: Ui) -> Result<SettingsPage, Failure> {
    let (settings, calendars) =
        grant.read::<_, Problem>(|tx| Ok((actions::settings(tx)?, calendars::store::all(tx)?))).await?;
    let hours = match (settings.hours, settings.calendar) {
        (Hours::Calendar, Some(id)) => id.to_string(),
        (Hours::Always, _) => "always".into(),
        (Hours::Desk | Hours::Calendar, _) => "desk".into(),
    };
    let form = Form::filled([("bundle_minutes", settings.bundle_minutes.to_string()), ("hours", hours)]);
    Ok(SettingsPage { ui, form, done: "", problem: "", settings, calendars })
}

pub async fn get(grant: Grant<Myself>, ui: Ui, Query(done): Query<Done>) -> Result<Response, Failure> {
    use axum::response::IntoResponse;
    let shown = page(&grant, ui).await?;
    Ok(Page(SettingsPage { done: done.words(), ..shown }).into_response())
}

/// `POST /profile/notifications`. A box that is not ticked is not sent: `shown` names the lines of the form.
pub async fn post(grant: Grant<Myself>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["shown", "in_app", "by_mail", "bundle_minutes", "hours"])?;
    match parse(&form) {
        Ok(settings) => match grant.change(move |tx| actions::choose(tx, &settings)).await {
            Ok(()) => Ok(see("/profile/notifications?done=saved")),
            Err(problem) => refused(&grant, ui, form, problem).await,
        },
        Err(problem) => refused(&grant, ui, form, problem).await,
    }
}
async fn refused(
    grant: &Grant<Myself>,
    ui: Ui,
    form: Form,
    mut problem: Problem,
) -> Result<Response, Failure> {
    let shown = page(grant, ui).await?;
    for field in &mut problem.fields {
        if field.pointer == "/calendar" {
            field.pointer = "/hours".into();
        }
    }
    again(problem, form, |form, problem| SettingsPage { form, problem, ..shown })
}

fn parse(form: &Form) -> Result<Settings, Problem> {
    let mut mistakes = Mistakes::default();
    let bundle_minutes = form.number("bundle_minutes", &mut mistakes).unwrap_or_default();
    let (hours, calendar) = match form.get("hours") {
        "always" => (Hours::Always, None),
        "desk" | "" => (Hours::Desk, None),
        id => (Hours::Calendar, Some(Id::new(id.parse().unwrap_or(0)))),
    };
    mistakes.check()?;
    let is_on = |place: &str, word: &str| form.all(place).any(|ticked| ticked == word);
    let places = |word: &str| Places { in_app: is_on("in_app", word), by_mail: is_on("by_mail", word) };
    let events = form.all("shown").map(|word| (word.to_owned(), places(word))).collect();
    Ok(Settings { events, bundle_minutes, hours, calendar })
}
