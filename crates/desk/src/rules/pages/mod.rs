//! `/admin/rules`: the list, the form with its simulation, older versions.
mod steps;
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
use crate::{
    escalation::stay::To,
    filter::{self, names::Named},
    tickets::{
        Ticket,
        pages::store::{Choices, choices},
    },
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Rule},
    web::{Failure, Form, InPath, Page, Ui},
};

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
    /// All that it does, in a few words each.
    fn actions(&self, content: &Content) -> String {
        let one = |step: &Step| {
            let (what, value) = (self.ui.t_of("rule-do", &step.kind), self.value(step));
            if value.is_empty() { what.to_owned() } else { format!("{what}: {value}") }
        };
        content.actions.iter().map(one).collect::<Vec<_>>().join(" · ")
    }
    /// What an action is about, with names for ids.
    pub fn value(&self, step: &Step) -> String {
        let names = &self.known.names;
        if step.value == "none" {
            let nobody = if step.kind == Verb::Assign.word() { "ticket-nobody" } else { "ticket-no-team" };
            return self.ui.t(nobody).to_owned();
        }
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
            Some(Verb::Escalate) => self.place(&step.value),
            Some(Verb::Checklist) => {
                let all = self.known.checklists.iter();
                all.clone().find(|(id, _)| id.to_string() == step.value).map(|(_, name)| name.clone())
            }
            Some(Verb::SetField) => Some(format!("{} = {}", step.field, step.value)),
            _ => None,
        };
        found.unwrap_or_else(|| step.value.clone())
    }
    /// To whom an escalation goes.
    fn place(&self, word: &str) -> Option<String> {
        let named = |list: &[(i64, String)], id: i64| {
            list.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone())
        };
        match To::from_word(word)? {
            To::Next => Some(self.ui.t("rule-next-line").into()),
            To::Supervisor => Some(self.ui.t("rule-supervisor").into()),
            To::Line(id) => named(&self.known.lines, id.number()),
            To::Supplier(id) => named(&self.known.suppliers, id.number()),
        }
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
    fn actions(&self, row: &Row) -> String {
        Speaker { ui: &self.ui, known: &self.known }.actions(&row.content())
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
    name: String,
    when: String,
    filter: String,
    actions: String,
}

#[derive(askama::Template)]
#[template(path = "rules/rule.html")]
struct One {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    rule: Option<Row>,
    known: Known,
    choices: Choices,
    steps: Vec<Step>,
    older: Vec<Older>,
    /// What is wrong with the filter, or which rule a circle leads through.
    detail: Option<String>,
    found: Option<Simulated>,
    /// What to think about before it is saved.
    warnings: Vec<Warning>,
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
    fn is_waiting(&self) -> bool {
        match self.form.some("when") {
            Some(word) => word == "wait",
            None => self.form.some("span").is_some(),
        }
    }
    /// A mistake of the filter in words, where there are better ones than those of its code.
    fn unread(&self) -> Option<&str> {
        let is_unread = self.form.mistake("filter").is_some_and(|code| code.starts_with("filter_"));
        self.detail.as_deref().filter(|_| is_unread)
    }
    /// That it would go in circles, and through which rule.
    fn circle(&self) -> Option<String> {
        match (self.form.mistake("actions"), &self.detail) {
            (Some("rule_loop"), Some(name)) => Some(self.ui.t1("rule-risk-loop", "name", name.as_str())),
            (Some("rule_loop_self"), _) => Some(self.ui.t("rule-risk-loop-self").into()),
            _ => None,
        }
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

const FIELDS: [&str; 15] = [
    "name",
    "when",
    "on",
    "span",
    "since",
    "working_time",
    "filter",
    "a*",
    "stop_after",
    "accepts_loop",
    "from",
    "until",
    "is_active",
    "ticket",
    "what",
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
    form = if content.accepts_loop { form.with("accepts_loop", "on") } else { form };
    if row.is_active { form.with("is_active", "on") } else { form }
}
/// What the form means.
fn draft(form: &Form) -> Result<Draft, Problem> {
    form.only(&FIELDS)?;
    // What the other choice hides is not meant.
    let is_event = form.get("when") != "wait";
    let after = match form.get("when") {
        "event" => None,
        "wait" => Some(form.get("span")),
        _ => form.some("span"),
    };
    let after = after.map(|span| WaitDraft {
        span: span.into(),
        since: form.get("since").into(),
        working_time: form.is_on("working_time"),
    });
    Ok(Draft {
        name: form.get("name").into(),
        on: form.all("on").filter(|_| is_event).map(str::to_owned).collect(),
        after,
        filter: form.get("filter").into(),
        actions: steps::read(form),
        stop_after: form.is_on("stop_after"),
        accepts_loop: form.is_on("accepts_loop"),
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

/// What a page shows beside what is stored.
#[derive(Default)]
struct Shown {
    /// What was sent; without it the rule as it is.
    form: Option<Form>,
    found: Option<Simulated>,
    warnings: Vec<Warning>,
    detail: Option<String>,
    /// One more row of actions.
    is_more: bool,
}
impl Shown {
    /// The form that was sent, or the rule, with what is wrong.
    fn refused(form: Option<Form>, problem: &Problem) -> Shown {
        let form = form.unwrap_or_default().with_mistakes(&in_form(problem));
        Shown { form: Some(form), detail: problem.detail.clone(), ..Shown::default() }
    }
}

async fn show(
    ui: Ui,
    grant: &Grant<ManageRules>,
    id: Option<Id<Rule>>,
    shown: Shown,
) -> Result<One, Failure> {
    let (rule, known, versions, choices) = grant
        .read::<_, RuleError>(move |tx| {
            let (known, choices) = (actions::known(tx)?, choices(tx)?);
            let Some(id) = id else { return Ok((None, known, Vec::new(), choices)) };
            let rule = store::by_id(tx, id)?.ok_or(RuleError::Unknown)?;
            Ok((Some(rule), known, store::versions(tx, id)?, choices))
        })
        .await?;
    let Shown { form, found, warnings, detail, is_more } = shown;
    // Of a rule that could not be switched on there is no form, only what is wrong.
    let (sent, mistakes) = match form {
        Some(form) if form.names().next().is_none() => (None, form.mistakes),
        Some(form) => (Some(form), Vec::new()),
        None => (None, Vec::new()),
    };
    let is_sent = sent.is_some();
    let mut form = sent.unwrap_or_else(|| match &rule {
        Some(rule) => filled(rule, &known),
        None => Form::default().with("is_active", "on").with("since", "created"),
    });
    form.mistakes.extend(mistakes);
    let mut steps = match (&rule, is_sent) {
        (Some(rule), false) => rule.content().actions,
        _ => steps::read(&form),
    };
    if (is_more || steps.is_empty()) && steps.len() < super::policy::ACTIONS_MOST {
        steps.push(Step::default());
    }
    let newest = rule.as_ref().map_or(0, |rule| rule.version);
    let speaker = Speaker { ui: &ui, known: &known };
    let older = versions.into_iter().filter(|version| version.version != newest).filter_map(|version| {
        let stored: actions::Stored = serde_json::from_str(&version.content).ok()?;
        let (when, filter) = (speaker.when(&stored.content), speaker.filter(&stored.content.filter));
        Some(Older { version, name: stored.name, when, filter, actions: speaker.actions(&stored.content) })
    });
    let older = older.collect();
    Ok(One { ui, form, rule, known, choices, steps, older, detail, found, warnings })
}

pub async fn new(ui: Ui, grant: Grant<ManageRules>) -> Result<Response, Failure> {
    Ok(Page(show(ui, &grant, None, Shown::default()).await?).into_response())
}
pub async fn get(
    ui: Ui,
    grant: Grant<ManageRules>,
    InPath(id): InPath<Id<Rule>>,
) -> Result<Response, Failure> {
    Ok(Page(show(ui, &grant, Some(id), Shown::default()).await?).into_response())
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

/// Saves, or shows what the rule would have done, what to think about first, or the form again with what is wrong.
async fn answer(
    ui: Ui,
    grant: Grant<ManageRules>,
    id: Option<Id<Rule>>,
    form: Form,
) -> Result<Response, Failure> {
    let what = form.get("what").to_owned();
    if what == "add" || what.starts_with("remove-") {
        let form = steps::without(form, &what);
        let shown = Shown { form: Some(form), is_more: what == "add", ..Shown::default() };
        return Ok(Page(show(ui, &grant, id, shown).await?).into_response());
    }
    let done = match draft(&form) {
        Err(problem) => Err(problem),
        Ok(draft) if what == "look" => {
            look(&grant, id, draft, &form).await.map(|found| (Some(found), Vec::new()))
        }
        Ok(draft) => write(&grant, id, draft, what == "despite").await.map(|warnings| (None, warnings)),
    };
    match done {
        Ok((None, warnings)) if warnings.is_empty() => Ok(Redirect::to("/admin/rules").into_response()),
        Ok((found, warnings)) => {
            let shown = Shown { form: Some(form), found, warnings, ..Shown::default() };
            Ok(Page(show(ui, &grant, id, shown).await?).into_response())
        }
        Err(problem) => refuse(ui, &grant, id, Some(form), problem).await,
    }
}
/// The rule's page with what is wrong.
async fn refuse(
    ui: Ui,
    grant: &Grant<ManageRules>,
    id: Option<Id<Rule>>,
    form: Option<Form>,
    problem: Problem,
) -> Result<Response, Failure> {
    if problem.status != 422 {
        return Err(problem.into());
    }
    let page = show(ui, grant, id, Shown::refused(form, &problem)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
}
async fn look(
    grant: &Grant<ManageRules>,
    id: Option<Id<Rule>>,
    draft: Draft,
    form: &Form,
) -> Result<Simulated, Problem> {
    let ticket = form.some("ticket").map(|number| number.trim_start_matches('#').parse::<Id<Ticket>>());
    let ticket = ticket.transpose().map_err(|_| Problem::field("ticket", "unknown_id"))?;
    Ok(grant.read(move |tx| simulate::simulate(tx, draft, id, ticket)).await?)
}
/// Saves, unless there is something to think about and nobody said that they did.
///
/// * returns – what to think about; then nothing was saved.
async fn write(
    grant: &Grant<ManageRules>,
    id: Option<Id<Rule>>,
    draft: Draft,
    is_despite: bool,
) -> Result<Vec<Warning>, Problem> {
    if !is_despite {
        let asked = draft.clone();
        let warnings = grant.read(move |tx| actions::warnings(tx, asked, id)).await?;
        if !warnings.is_empty() {
            return Ok(warnings);
        }
    }
    let Some(id) = id else {
        grant.change(move |tx| actions::create(tx, draft)).await?;
        return Ok(Vec::new());
    };
    let changes = Changes {
        name: Some(draft.name),
        on: Some(draft.on),
        after: Some(draft.after),
        filter: Some(draft.filter),
        actions: Some(draft.actions),
        stop_after: Some(draft.stop_after),
        accepts_loop: Some(draft.accepts_loop),
        from: Some(draft.from),
        until: Some(draft.until),
        position: None,
        is_active: draft.is_active,
    };
    grant.change(move |tx| actions::edit(tx, id, changes)).await?;
    Ok(Vec::new())
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
    ui: Ui,
    grant: Grant<ManageRules>,
    InPath(id): InPath<Id<Rule>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["is_active"])?;
    let changes = Changes { is_active: Some(form.is_on("is_active")), ..Changes::default() };
    match grant.change(move |tx| actions::edit(tx, id, changes)).await {
        Ok(()) => Ok(Redirect::to("/admin/rules").into_response()),
        Err(error) => refuse(ui, &grant, Some(id), None, error.into()).await,
    }
}
pub async fn remove(grant: Grant<ManageRules>, InPath(id): InPath<Id<Rule>>) -> Result<Response, Failure> {
    grant.change(move |tx| actions::remove(tx, id)).await?;
    Ok(Redirect::to("/admin/rules").into_response())
}
/// Takes an older version back.
pub async fn restore(
    ui: Ui,
    grant: Grant<ManageRules>,
    InPath((id, version)): InPath<(Id<Rule>, i64)>,
) -> Result<Response, Failure> {
    match grant.change(move |tx| actions::restore(tx, id, version)).await {
        Ok(()) => Ok(Redirect::to(&format!("/admin/rules/{id}")).into_response()),
        Err(error) => refuse(ui, &grant, Some(id), None, error.into()).await,
    }
}
