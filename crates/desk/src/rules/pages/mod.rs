//! `/admin/rules`: the list, the form with its simulation, older versions.
pub mod trace;

use super::{
    Changes, Draft, ManageRules, RuleError,
    act::Verb,
    actions,
    policy::{Content, Known, Row, Since, Step, WaitDraft},
    signal::Signal,
    simulate::{self, Simulated},
    store,
    trace::{Outcome, Verdict},
    warn::{Risk, Warning},
};
use crate::filter::{self, names::Named};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Rule},
    web::{Failure, Form, InPath, Page, Ui},
};

/// Empty rows below the actions that there are.
const BLANK_ROWS: usize = 2;

/// Words for what a rule says.
pub struct Speaker<'a> {
    pub ui: &'a Ui,
    pub known: &'a Known,
}
impl Speaker<'_> {
    /// When it looks.
    fn when(&self, content: &Content) -> String {
        match &content.after {
            Some(wait) => {
                let since = self.ui.t_of("rule-since", &wait.since);
                self.ui.t2("rule-when-after", "span", wait.span.as_str(), "since", since)
            }
            None => {
                let words: Vec<_> = content.on.iter().map(|word| self.ui.t_of("rule-on", word)).collect();
                words.join(", ")
            }
        }
    }
    /// A stored filter as people read it.
    pub fn filter(&self, stored: &str) -> String {
        let names = &self.known.names;
        filter::parse(stored, names)
            .map_or_else(|_| stored.to_owned(), |filter| filter::print(&filter, names))
    }
    /// What an action is about, with names for ids.
    pub fn value(&self, step: &Step) -> String {
        let names = &self.known.names;
        let named = |list: &[Named], id: &str| {
            let id: i64 = id.parse().unwrap_or(0);
            list.iter().find(|named| named.id == id && !named.name.is_empty()).map(|named| named.name.clone())
        };
        let found = match Verb::from_word(&step.kind) {
            Some(Verb::SetTeam) => named(&names.teams, &step.value),
            Some(Verb::Assign) => named(&names.users, &step.value),
            Some(Verb::SetStatus) => {
                let all = names.statuses_in(self.ui.language);
                let by_id =
                    all.into_iter().find(|(id, _)| id.to_string() == step.value).map(|(_, name)| name);
                let category = crate::tickets::Category::from_word(&step.value);
                by_id.or_else(|| category.map(|it| self.ui.t_of("status", it.word()).to_owned()))
            }
            Some(Verb::SetPriority) => Some(self.ui.t_of("priority", &step.value).to_owned()),
            Some(Verb::SetType) => Some(self.ui.t_of("ticket-kind", &step.value).to_owned()),
            Some(Verb::Notify) => match step.value.split_once('/') {
                Some(("team", id)) => named(&names.teams, id),
                Some((_, id)) => named(&names.users, id),
                None => None,
            },
            Some(Verb::Webhook) => self
                .known
                .webhooks
                .iter()
                .find(|(id, _)| id.to_string() == step.value)
                .map(|(_, name)| name.clone()),
            Some(Verb::SetField) => Some(format!("{} = {}", step.field, step.value)),
            _ => None,
        };
        found.unwrap_or_else(|| step.value.clone())
    }
    /// Why a rule did nothing, or that it did.
    pub fn outcome(&self, verdict: &Verdict) -> String {
        let code = verdict.code.as_deref().unwrap_or_default();
        match (verdict.outcome, &verdict.failing) {
            (Outcome::Unmatched, Some(part)) => {
                self.ui.t1("rule-because", "condition", self.filter(part).as_str())
            }
            (Outcome::Limited, _) => self.ui.t_of("rule-limit", code).into(),
            (Outcome::Failed, _) => self.ui.t1("rule-failed-because", "why", self.ui.t_of("field", code)),
            (outcome, _) => self.ui.t_of("rule-outcome", outcome.word()).into(),
        }
    }
}

#[derive(askama::Template)]
#[template(path = "rules/list.html")]
struct List {
    ui: Ui,
    rules: Vec<Row>,
    known: Known,
    now: Millis,
}
impl List {
    fn when(&self, row: &Row) -> String {
        Speaker { ui: &self.ui, known: &self.known }.when(&row.content())
    }
    fn filter(&self, row: &Row) -> String {
        Speaker { ui: &self.ui, known: &self.known }.filter(&row.content().filter)
    }
    fn is_recent(&self, at: &Option<Millis>) -> bool {
        at.is_some_and(|at| self.now.0 - at.0 < kernel::clock::DAY)
    }
}

pub async fn list(ui: Ui, grant: Grant<ManageRules>) -> Result<Response, Failure> {
    let (rules, known, now) =
        grant.read::<_, RuleError>(|tx| Ok((store::all(tx)?, actions::known(tx)?, tx.now()))).await?;
    Ok(Page(List { ui, rules, known, now }).into_response())
}

/// Something to tick.
struct Choice {
    value: &'static str,
    is_on: bool,
}
/// An older version of the rule.
struct Older {
    version: store::Version,
    when: String,
}

#[derive(askama::Template)]
#[template(path = "rules/rule.html")]
struct One {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    rule: Option<Row>,
    known: Known,
    steps: Vec<Step>,
    older: Vec<Older>,
    /// What is wrong with the filter, in words.
    mistake: Option<String>,
    found: Option<Simulated>,
}
impl One {
    fn signals(&self) -> Vec<Choice> {
        let chosen: Vec<_> = self.form.all("on").collect();
        let choice =
            |signal: &Signal| Choice { value: signal.word(), is_on: chosen.contains(&signal.word()) };
        Signal::ALL.iter().map(choice).collect()
    }
    fn moments(&self) -> &'static [Since] {
        Since::ALL
    }
    fn verbs(&self) -> &'static [Verb] {
        Verb::ALL
    }
    fn name(&self, row: &usize, part: &str) -> String {
        format!("a{row}-{part}")
    }
    fn is_verb(&self, step: &Step, verb: &Verb) -> bool {
        step.kind == verb.word()
    }
    /// The first mistake in one row of the actions.
    fn wrong(&self, row: &usize) -> Option<&'static str> {
        let parts = ["do", "value", "field", "text"];
        parts.into_iter().find_map(|part| self.form.mistake(&format!("actions/{row}/{part}")))
    }
    /// What fits into a value: the text itself, and what it means.
    fn values(&self) -> Vec<(String, String)> {
        use crate::tickets::{Category, Kind, Priority};
        let ui = &self.ui;
        let mut values = Vec::new();
        let statuses = Category::ALL.iter().map(|it| (it.word().into(), ui.t_of("status", it.word()).into()));
        let priorities =
            Priority::ALL.iter().map(|it| (it.word().into(), ui.t_of("priority", it.word()).into()));
        let kinds = Kind::ALL.iter().map(|it| (it.word().into(), ui.t_of("ticket-kind", it.word()).into()));
        values.extend(statuses.chain(priorities).chain(kinds));
        for (what, list) in [("team", &self.known.names.teams), ("user", &self.known.names.users)] {
            let named = list.iter().take(60);
            values.extend(named.map(|named| (format!("{what}/{}", named.id), named.name.clone())));
        }
        let fields = self.known.names.fields.iter();
        values.extend(fields.map(|field| (format!("{}=", field.key), field.name.clone())));
        values.extend(self.known.webhooks.iter().map(|(id, name)| (id.to_string(), name.clone())));
        values
    }
    fn address(&self) -> String {
        self.rule.as_ref().map_or_else(|| "/admin/rules".into(), |rule| format!("/admin/rules/{}", rule.id))
    }
    fn speaker(&self) -> Speaker<'_> {
        Speaker { ui: &self.ui, known: &self.known }
    }
    fn warning(&self, warning: &Warning) -> String {
        let name = warning.name.as_deref().unwrap_or_default();
        match warning.risk {
            Risk::Conflict => {
                let place = warning.about.as_deref().unwrap_or_default();
                let what = match place.split_once('/') {
                    Some((_, own)) => own.to_owned(),
                    None => self.ui.t_of("rule-do", place).to_owned(),
                };
                self.ui.t2("rule-risk-conflict", "name", name, "what", what.as_str())
            }
            Risk::Loop if name.is_empty() => self.ui.t("rule-risk-loop-self").into(),
            Risk::Loop => self.ui.t1("rule-risk-loop", "name", name),
            Risk::Never => self.ui.t("rule-risk-never").into(),
        }
    }
}

const FIELDS: [&str; 14] = [
    "name",
    "on",
    "span",
    "since",
    "working_time",
    "filter",
    "a*",
    "stop_after",
    "from",
    "until",
    "is_active",
    "ticket",
    "what",
    "how",
];

fn filled(row: &Row, known: &Known) -> Form {
    let content = row.content();
    let names = &known.names;
    let filter = filter::parse(&content.filter, names);
    let filter = filter.map_or_else(|_| content.filter.clone(), |filter| filter::print(&filter, names));
    let mut form = Form::default().with("name", &row.name).with("filter", &filter);
    for on in &content.on {
        form = form.with("on", on);
    }
    if let Some(wait) = &content.after {
        form = form.with("span", &wait.span).with("since", &wait.since);
        form = if wait.working_time { form.with("working_time", "on") } else { form };
    }
    form = form.with("from", content.from.as_deref().unwrap_or_default());
    form = form.with("until", content.until.as_deref().unwrap_or_default());
    form = if content.stop_after { form.with("stop_after", "on") } else { form };
    if row.is_active { form.with("is_active", "on") } else { form }
}
/// The rows of the form; those without a verb say nothing.
fn steps(form: &Form) -> Vec<Step> {
    let step = |row: usize| {
        let part = |part: &str| form.get(&format!("a{row}-{part}")).to_owned();
        let (kind, value, text) = (part("do"), part("value"), part("text"));
        // The choice of the form names teams and people as notices do.
        let value = match Verb::from_word(&kind) {
            Some(Verb::SetTeam) => value.trim_start_matches("team/").to_owned(),
            Some(Verb::Assign) => value.trim_start_matches("user/").to_owned(),
            _ => value,
        };
        Some(Step { kind, value, field: String::new(), text }).filter(|step| !step.kind.is_empty())
    };
    (0..super::policy::ACTIONS_MOST).filter_map(step).collect()
}
/// As the form has it: a field's key stands in its value.
fn shown(step: Step, known: &Known, ui: &Ui) -> Step {
    match Verb::from_word(&step.kind) {
        Some(Verb::SetField) => {
            Step { value: format!("{}={}", step.field, step.value), field: String::new(), ..step }
        }
        Some(Verb::SetTeam | Verb::Assign) => {
            let value = Speaker { ui, known }.value(&step);
            Step { value, ..step }
        }
        _ => step,
    }
}
/// What the form means.
fn draft(form: &Form) -> Result<Draft, Problem> {
    form.only(&FIELDS)?;
    let after = form.some("span").map(|span| WaitDraft {
        span: span.into(),
        since: form.get("since").into(),
        working_time: form.is_on("working_time"),
    });
    Ok(Draft {
        name: form.get("name").into(),
        on: form.all("on").map(str::to_owned).collect(),
        after,
        filter: form.get("filter").into(),
        actions: steps(form),
        stop_after: form.is_on("stop_after"),
        from: form.some("from").map(str::to_owned),
        until: form.some("until").map(str::to_owned),
        position: None,
        is_active: Some(form.is_on("is_active")),
    })
}
/// The fields of the form where the API calls them otherwise.
fn in_form(problem: &Problem) -> Problem {
    let mut problem = problem.clone();
    for field in &mut problem.fields {
        field.pointer = match field.pointer.as_str() {
            "/after/span" => "/span".into(),
            "/after/since" => "/since".into(),
            "/after/working_time" => "/working_time".into(),
            "/after" => "/span".into(),
            other => other.to_owned(),
        };
    }
    problem
}

/// The page with a form as it is.
async fn show(
    ui: Ui,
    grant: &Grant<ManageRules>,
    id: Option<Id<Rule>>,
    form: Option<Form>,
    found: Option<Simulated>,
    mistake: Option<String>,
) -> Result<One, Failure> {
    let (rule, known, versions) = grant
        .read::<_, RuleError>(move |tx| {
            let known = actions::known(tx)?;
            let Some(id) = id else { return Ok((None, known, Vec::new())) };
            let rule = store::by_id(tx, id)?.ok_or(RuleError::Unknown)?;
            Ok((Some(rule), known, store::versions(tx, id)?))
        })
        .await?;
    let is_sent = form.is_some();
    let form = form.unwrap_or_else(|| match &rule {
        Some(rule) => filled(rule, &known),
        None => Form::default().with("is_active", "on").with("since", "created"),
    });
    let own = match (&rule, is_sent) {
        (Some(rule), false) => rule.content().actions,
        _ => steps(&form),
    };
    let mut steps: Vec<_> = own.into_iter().map(|step| shown(step, &known, &ui)).collect();
    let blanks = (steps.len() + BLANK_ROWS).min(super::policy::ACTIONS_MOST);
    steps.resize(blanks.max(steps.len()), Step::default());
    let newest = rule.as_ref().map_or(0, |rule| rule.version);
    let older = versions.into_iter().filter(|version| version.version != newest);
    let older = older.map(|version| {
        let stored: Option<actions::Stored> = serde_json::from_str(&version.content).ok();
        let speaker = Speaker { ui: &ui, known: &known };
        let when = stored.map_or_else(String::new, |stored| {
            format!(
                "{} · {} · {}",
                stored.name,
                speaker.when(&stored.content),
                speaker.filter(&stored.content.filter)
            )
        });
        Older { version, when }
    });
    let older = older.collect();
    Ok(One { ui, form, rule, known, steps, older, mistake, found })
}

pub async fn new(ui: Ui, grant: Grant<ManageRules>) -> Result<Response, Failure> {
    Ok(Page(show(ui, &grant, None, None, None, None).await?).into_response())
}
pub async fn get(
    ui: Ui,
    grant: Grant<ManageRules>,
    InPath(id): InPath<Id<Rule>>,
) -> Result<Response, Failure> {
    Ok(Page(show(ui, &grant, Some(id), None, None, None).await?).into_response())
}
pub async fn post(ui: Ui, grant: Grant<ManageRules>, form: Form) -> Result<Response, Failure> {
    answer(ui, grant, None, form).await
}
pub async fn save(
    ui: Ui,
    grant: Grant<ManageRules>,
    InPath(id): InPath<Id<Rule>>,
    form: Form,
) -> Result<Response, Failure> {
    answer(ui, grant, Some(id), form).await
}

/// Saves, or shows what the rule would have done, or the form again with what is wrong.
async fn answer(
    ui: Ui,
    grant: Grant<ManageRules>,
    id: Option<Id<Rule>>,
    form: Form,
) -> Result<Response, Failure> {
    let is_question = form.get("what") == "look";
    let done = match draft(&form) {
        Err(problem) => Err(problem),
        Ok(draft) if is_question => {
            let ticket = form.some("ticket").map(|number| number.trim_start_matches('#').parse());
            match ticket.transpose() {
                Err(_) => Err(Problem::field("ticket", "unknown_id")),
                Ok(ticket) => {
                    let found = grant.read(move |tx| simulate::simulate(tx, draft, id, ticket)).await;
                    found.map(Some).map_err(Problem::from)
                }
            }
        }
        Ok(draft) => write(&grant, id, draft).await.map(|()| None),
    };
    match done {
        Ok(None) => Ok(Redirect::to("/admin/rules").into_response()),
        Ok(found) => Ok(Page(show(ui, &grant, id, Some(form), found, None).await?).into_response()),
        Err(problem) if problem.status == 422 => {
            let mistake = problem.fields.iter().any(|field| field.pointer == "/filter");
            let mistake = problem.detail.clone().filter(|_| mistake);
            let form = form.with_mistakes(&in_form(&problem));
            let page = show(ui, &grant, id, Some(form), None, mistake).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
async fn write(grant: &Grant<ManageRules>, id: Option<Id<Rule>>, draft: Draft) -> Result<(), Problem> {
    let Some(id) = id else {
        grant.change(move |tx| actions::create(tx, draft)).await?;
        return Ok(());
    };
    let changes = Changes {
        name: Some(draft.name),
        on: Some(draft.on),
        after: Some(draft.after),
        filter: Some(draft.filter),
        actions: Some(draft.actions),
        stop_after: Some(draft.stop_after),
        from: Some(draft.from),
        until: Some(draft.until),
        position: None,
        is_active: draft.is_active,
    };
    Ok(grant.change(move |tx| actions::edit(tx, id, changes)).await?)
}

/// Moves a rule up or down.
pub async fn shift(
    grant: Grant<ManageRules>,
    InPath(id): InPath<Id<Rule>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["way"])?;
    let is_up = form.get("way") == "up";
    grant.change(move |tx| actions::shift(tx, id, is_up)).await?;
    Ok(Redirect::to("/admin/rules").into_response())
}
/// Switches a rule on or off.
pub async fn switch(
    grant: Grant<ManageRules>,
    InPath(id): InPath<Id<Rule>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["is_active"])?;
    let changes = Changes { is_active: Some(form.is_on("is_active")), ..Changes::default() };
    grant.change(move |tx| actions::edit(tx, id, changes)).await?;
    Ok(Redirect::to("/admin/rules").into_response())
}
pub async fn remove(grant: Grant<ManageRules>, InPath(id): InPath<Id<Rule>>) -> Result<Response, Failure> {
    grant.change(move |tx| actions::remove(tx, id)).await?;
    Ok(Redirect::to("/admin/rules").into_response())
}
/// Takes an older version back.
pub async fn restore(
    grant: Grant<ManageRules>,
    InPath((id, version)): InPath<(Id<Rule>, i64)>,
) -> Result<Response, Failure> {
    grant.change(move |tx| actions::restore(tx, id, version)).await?;
    Ok(Redirect::to(&format!("/admin/rules/{id}")).into_response())
}
