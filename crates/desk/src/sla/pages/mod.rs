//! `/admin/sla`, and why a deadline is when it is.
pub mod why;

use super::{
    Changes, Draft, ManageSla, Policy, SlaError, actions,
    clock::Promise,
    policy::{CalendarOf, Targets},
    store, subject,
    what_if::{self, WhatIf},
};
use crate::{
    calendars::{self, Calendar},
    tickets::{Category, Channel, Kind, Priority},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use people::teams;
use platform::{
    authority::{Grant, Tx},
    db,
    web::{Failure, Form, InPath, Page, Ui},
};

#[derive(askama::Template)]
#[template(path = "sla/list.html")]
struct List {
    ui: Ui,
    policies: Vec<Policy>,
    calendars: Vec<Calendar>,
}
impl List {
    fn calendar(&self, policy: &Policy) -> String {
        let is_it = |calendar: &&Calendar| match policy.calendar_id {
            Some(id) => calendar.id == id,
            None => calendar.is_default,
        };
        let found = self.calendars.iter().find(is_it).map(|calendar| calendar.name.clone());
        found.unwrap_or_else(|| self.ui.t("sla-always").into())
    }
    fn target(&self, policy: &Policy, promise: &Promise) -> String {
        policy.target(*promise).unwrap_or("–").into()
    }
    fn promises(&self) -> &'static [Promise] {
        Promise::ALL
    }
}

pub async fn list(ui: Ui, grant: Grant<ManageSla>) -> Result<Response, Failure> {
    let (policies, calendars) =
        grant.read::<_, db::Error>(|tx| Ok((store::policies(tx)?, calendars::store::all(tx)?))).await?;
    Ok(Page(List { ui, policies, calendars }).into_response())
}

/// Something to tick.
struct Choice {
    value: String,
    label: String,
    is_on: bool,
}
/// What can be chosen.
struct Around {
    calendars: Vec<Calendar>,
    teams: Vec<(String, String)>,
    organisations: Vec<(String, String)>,
}

#[derive(askama::Template)]
#[template(path = "sla/policy.html")]
struct One {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    policy: Option<Policy>,
    around: Around,
    effect: Option<WhatIf>,
}
impl One {
    fn promises(&self) -> &'static [Promise] {
        Promise::ALL
    }
    fn field(&self, promise: &Promise) -> String {
        format!("targets/{}", promise.word())
    }
    fn choices<T: Copy>(
        &self,
        name: &str,
        all: &[T],
        word: fn(T) -> &'static str,
        words: &str,
    ) -> Vec<Choice> {
        let chosen: Vec<_> = self.form.all(name).collect();
        let choice = |value: &T| {
            let value = word(*value);
            let label = self.ui.t_of(words, value).to_owned();
            Choice { value: value.into(), label, is_on: chosen.contains(&value) }
        };
        all.iter().map(choice).collect()
    }
    fn priorities(&self) -> Vec<Choice> {
        self.choices("priority", &Priority::ALL, Priority::word, "priority")
    }
    fn kinds(&self) -> Vec<Choice> {
        self.choices("type", Kind::ALL, Kind::word, "ticket-kind")
    }
    fn channels(&self) -> Vec<Choice> {
        self.choices("channel", Channel::ALL, Channel::word, "channel")
    }
    fn pauses(&self) -> Vec<Choice> {
        let waiting = [Category::WaitingCustomer, Category::WaitingThirdParty];
        self.choices("pause_in", &waiting, Category::word, "status")
    }
    fn of(&self, name: &str, all: &[(String, String)]) -> Vec<Choice> {
        let chosen: Vec<_> = self.form.all(name).collect();
        let choice = |(value, label): &(String, String)| Choice {
            value: value.clone(),
            label: label.clone(),
            is_on: chosen.contains(&value.as_str()),
        };
        all.iter().map(choice).collect()
    }
    fn teams(&self) -> Vec<Choice> {
        self.of("team", &self.around.teams)
    }
    fn organisations(&self) -> Vec<Choice> {
        self.of("organisation", &self.around.organisations)
    }
    fn has_organisation(&self) -> bool {
        self.form.some("organisation").is_some()
    }
    fn share(&self, part: &usize, of: &usize) -> String {
        format!("{} %", (part * 100 + of / 2) / (*of).max(1))
    }
}

const FIELDS: [&str; 15] = [
    "name",
    "calendar",
    "priority",
    "type",
    "channel",
    "team",
    "organisation",
    "filter",
    "targets/*",
    "pause_in",
    "warn",
    "is_active",
    "calendar_of",
    "is_for_contracts",
    "what",
];

fn around(tx: &mut Tx<ManageSla>) -> db::Result<Around> {
    let teams = teams::store::all(tx)?.into_iter().map(|team| (team.id.to_string(), team.name));
    let organisations = store::organisations(tx)?.into_iter().map(|(id, name)| (id.to_string(), name));
    let (teams, organisations) = (teams.collect(), organisations.collect());
    Ok(Around { calendars: calendars::store::all(tx)?, teams, organisations })
}

fn filled(policy: &Policy) -> Form {
    let calendar = policy.calendar_id.map(|id| id.to_string()).unwrap_or_default();
    let mut form =
        Form::default().with("name", &policy.name).with("calendar", &calendar).with("warn", &policy.warn);
    for promise in Promise::ALL {
        form = form.with(&format!("targets/{}", promise.word()), policy.target(*promise).unwrap_or_default());
    }
    let mut lists = vec![];
    match subject::boxes(&policy.filter()) {
        Some(boxes) => lists.extend(boxes),
        None => lists.push(("filter", policy.filter.clone())),
    }
    lists.extend(policy.pause_in().iter().map(|value| ("pause_in", value.word().to_owned())));
    for (name, value) in lists {
        form = form.with(name, &value);
    }
    form = form.with("calendar_of", policy.calendar_of.word());
    if policy.is_for_contracts {
        form = form.with("is_for_contracts", "on");
    }
    if policy.is_active { form.with("is_active", "on") } else { form }
}

fn calendar_of(word: &str) -> Result<CalendarOf, Problem> {
    CalendarOf::from_word(word).ok_or_else(|| Problem::field("calendar_of", "unknown_word"))
}
/// What the form means.
fn draft(form: &Form) -> Result<Draft, Problem> {
    form.only(&FIELDS)?;
    let words = |name: &str| {
        let values: Vec<_> = form.all(name).collect();
        (!values.is_empty()).then(|| format!("{name}:{}", values.join(",")))
    };
    let filter: Vec<_> =
        ["priority", "type", "channel", "team", "organisation"].into_iter().filter_map(words).collect();
    let target = |promise: Promise| form.some(&format!("targets/{}", promise.word())).map(str::to_owned);
    let calendar = form.some("calendar").map(str::parse).transpose();
    Ok(Draft {
        name: form.get("name").into(),
        calendar: calendar.map_err(|_| Problem::field("calendar", "unknown_id"))?,
        filter: Some(form.some("filter").map_or_else(|| filter.join(" "), str::to_owned)),
        targets: Targets {
            first_response: target(Promise::FirstResponse),
            next_response: target(Promise::NextResponse),
            update: target(Promise::Update),
            resolution: target(Promise::Resolution),
        },
        pause_in: Some(form.all("pause_in").map(str::to_owned).collect()),
        warn: form.some("warn").map(str::to_owned),
        position: None,
        is_active: Some(form.is_on("is_active")),
        calendar_of: form.some("calendar_of").map(calendar_of).transpose()?,
        is_for_contracts: Some(form.is_on("is_for_contracts")),
    })
}

pub async fn new(ui: Ui, grant: Grant<ManageSla>) -> Result<Response, Failure> {
    let around = grant.read(around).await?;
    let form =
        Form::default().with("is_active", "on").with("pause_in", "waiting_customer").with("warn", "1h");
    Ok(Page(One { ui, form, policy: None, around, effect: None }).into_response())
}

async fn one(grant: &Grant<ManageSla>, id: Option<Id<Policy>>) -> Result<(Option<Policy>, Around), Failure> {
    let found = grant.read(move |tx| {
        let policy = match id {
            Some(id) => Some(store::policy(tx, id)?.ok_or(SlaError::Unknown)?),
            None => None,
        };
        Ok::<_, SlaError>((policy, around(tx)?))
    });
    Ok(found.await?)
}

pub async fn get(
    ui: Ui,
    grant: Grant<ManageSla>,
    InPath(id): InPath<Id<Policy>>,
) -> Result<Response, Failure> {
    let (policy, around) = one(&grant, Some(id)).await?;
    let form = policy.as_ref().map(filled).unwrap_or_default();
    Ok(Page(One { ui, form, policy, around, effect: None }).into_response())
}

pub async fn post(ui: Ui, grant: Grant<ManageSla>, form: Form) -> Result<Response, Failure> {
    answer(ui, grant, None, form).await
}
pub async fn save(
    ui: Ui,
    grant: Grant<ManageSla>,
    InPath(id): InPath<Id<Policy>>,
    form: Form,
) -> Result<Response, Failure> {
    answer(ui, grant, Some(id), form).await
}

/// Saves, or shows what the policy would have meant, or the form again with what is wrong.
async fn answer(
    ui: Ui,
    grant: Grant<ManageSla>,
    id: Option<Id<Policy>>,
    form: Form,
) -> Result<Response, Failure> {
    let is_question = form.get("what") == "look";
    let done = match draft(&form) {
        Err(problem) => Err(problem),
        Ok(draft) if is_question => look(&grant, id, draft).await.map(Some),
        Ok(draft) => write(&grant, id, draft).await.map(|()| None),
    };
    match done {
        Ok(None) => Ok(Redirect::to("/admin/sla").into_response()),
        Ok(effect) => {
            let (policy, around) = one(&grant, id).await?;
            Ok(Page(One { ui, form, policy, around, effect }).into_response())
        }
        Err(problem) if problem.status == 422 => {
            let (policy, around) = one(&grant, id).await?;
            let page = One { ui, form: form.with_mistakes(&problem), policy, around, effect: None };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
async fn look(grant: &Grant<ManageSla>, id: Option<Id<Policy>>, draft: Draft) -> Result<WhatIf, Problem> {
    let new = draft.parse()?;
    Ok(grant.read(move |tx| what_if::look(tx, id, &new)).await?)
}
async fn write(grant: &Grant<ManageSla>, id: Option<Id<Policy>>, draft: Draft) -> Result<(), Problem> {
    let Some(id) = id else {
        let new = draft.parse()?;
        grant.change(move |tx| actions::create(tx, new)).await?;
        return Ok(());
    };
    let changes = Changes {
        name: Some(draft.name),
        calendar: Some(draft.calendar),
        filter: draft.filter,
        targets: Some(draft.targets),
        pause_in: draft.pause_in,
        warn: draft.warn.or(Some(String::new())),
        position: None,
        is_active: draft.is_active,
        calendar_of: draft.calendar_of,
        is_for_contracts: draft.is_for_contracts,
    };
    Ok(grant.change(move |tx| actions::edit(tx, id, changes)).await?)
}

/// Moves a policy up or down.
pub async fn shift(
    grant: Grant<ManageSla>,
    InPath(id): InPath<Id<Policy>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["way"])?;
    let is_up = form.get("way") == "up";
    grant.change(move |tx| actions::shift(tx, id, is_up)).await?;
    Ok(Redirect::to("/admin/sla").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_the_policy_that_filled_it() {
        let policy = Policy {
            id: Id::new(1),
            name: "Gold".into(),
            position: 1,
            is_active: true,
            calendar_id: Some(Id::new(3)),
            filter: "priority:high,urgent type:incident organisation:7".into(),
            first_response: Some("4h".into()),
            next_response: None,
            update_every: None,
            resolution: Some("2d".into()),
            warn: "30m".into(),
            pause_in: r#"["waiting_customer"]"#.into(),
            terms_id: None,
            calendar_of: CalendarOf::Team,
            is_for_contracts: true,
        };
        let draft = draft(&filled(&policy)).unwrap();
        assert_eq!(draft.filter.as_deref(), Some(policy.filter.as_str()));
        assert_eq!((draft.calendar, draft.is_active), (policy.calendar_id, Some(true)));
        assert_eq!(draft.targets.resolution.as_deref(), Some("2d"));
        assert_eq!((draft.calendar_of, draft.is_for_contracts), (Some(CalendarOf::Team), Some(true)));
    }
}
