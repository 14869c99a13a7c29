//! `/admin/routing`: how each team's work is given out, and what a channel takes of somebody.
use crate::{
    routing::{
        ManageRouting, RoutingError, Strategy, actions,
        decide::Standing,
        give,
        policy::{Mode, PlanDraft, TeamPlan, WHOLE, Weights},
        standing, store,
    },
    tickets::Channel,
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Team},
    web::{Failure, Form, InPath, Page, Ui},
};

const HERE: &str = "/admin/routing";

struct Row {
    id: Id<Team>,
    name: String,
    plan: Option<TeamPlan>,
}

#[derive(askama::Template)]
#[template(path = "routing/plans.html")]
pub struct List {
    ui: Ui,
    form: Form,
    rows: Vec<Row>,
}
impl List {
    fn channels(&self) -> &'static [Channel] {
        Channel::ALL
    }
    fn field(&self, channel: &Channel) -> String {
        format!("weights/{}", channel.word())
    }
    /// `10 at a time`, of whoever has nothing else.
    fn at_a_time(&self, channel: &Channel) -> String {
        match self.form.get(&self.field(channel)).parse::<i64>() {
            Ok(weight @ 1..=WHOLE) => self.ui.t1("routing-at-a-time", "count", WHOLE / weight),
            Ok(0) => self.ui.t("routing-no-weight").to_owned(),
            _ => String::new(),
        }
    }
}

fn weights_form(weights: &Weights) -> Form {
    let mut values: Vec<(String, String)> = Vec::new();
    for (word, weight) in weights.all() {
        values.push((format!("weights/{word}"), weight.to_string()));
    }
    super::filled(values)
}

async fn load(grant: &Grant<ManageRouting>, ui: Ui, form: Option<Form>) -> Result<List, Problem> {
    let (teams, plans, weights) = grant
        .read::<_, RoutingError>(|tx| Ok((store::teams(tx)?, store::plans(tx)?, give::weights(tx)?)))
        .await?;
    let plan = |id: Id<Team>| plans.iter().find(|plan| plan.team_id == id).cloned();
    let rows = teams.into_iter().map(|(id, name)| Row { id, name, plan: plan(id) }).collect();
    Ok(List { ui, form: form.unwrap_or_else(|| weights_form(&weights)), rows })
}

/// `GET /admin/routing`.
pub async fn list(grant: Grant<ManageRouting>, ui: Ui) -> Result<Page<List>, Failure> {
    Ok(Page(load(&grant, ui, None).await?))
}

/// `POST /admin/routing/weights`.
pub async fn weights(grant: Grant<ManageRouting>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["weights/*"])?;
    // What is no number is as wrong as one that is too small.
    let given = Channel::ALL.iter().map(|channel| {
        let weight = form.get(&format!("weights/{}", channel.word())).parse().unwrap_or(-1);
        (channel.word().to_owned(), weight)
    });
    let given = given.collect();
    let saved = grant.change(move |tx| actions::set_weights(tx, given));
    match saved.await.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = load(&grant, ui, Some(form.with_mistakes(&problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Somebody of the team as they stand now.
struct Member {
    id: String,
    name: String,
    standing: Standing,
    load: i64,
    limit: i64,
    skills: Vec<(String, i64)>,
}

#[derive(askama::Template)]
#[template(path = "routing/team.html")]
pub struct One {
    ui: Ui,
    form: Form,
    team: (Id<Team>, String),
    members: Vec<Member>,
    waiting: usize,
}
impl One {
    fn strategies(&self) -> &'static [Strategy] {
        Strategy::ALL
    }
    fn modes(&self) -> &'static [Mode] {
        Mode::ALL
    }
    fn is_chosen(&self, name: &str, word: &str) -> bool {
        self.form.get(name) == word
    }
    fn mood(&self, member: &Member) -> (&'static str, &'static str, &'static str) {
        standing_tone(member.standing)
    }
}
pub(super) fn standing_tone(standing: Standing) -> (&'static str, &'static str, &'static str) {
    match standing {
        Standing::There => ("done", "circle-check", "routing-there"),
        Standing::Away => ("wait", "circle-pause", "routing-no-away"),
        Standing::OffHours => ("quiet", "clock", "routing-no-off-hours"),
    }
}

async fn one(
    grant: &Grant<ManageRouting>,
    ui: Ui,
    team: Id<Team>,
    form: Option<Form>,
) -> Result<One, Problem> {
    let (name, plan, members, waiting) = grant
        .read::<_, RoutingError>(move |tx| {
            let name = store::teams(tx)?.into_iter().find(|(id, _)| *id == team);
            let (_, name) = name.ok_or(RoutingError::Unknown)?;
            let plan = store::plan(tx, team)?;
            let (weights, now) = (give::weights(tx)?, tx.now());
            let rows = store::team(tx, team)?;
            let asks = plan.as_ref().is_some_and(|plan| plan.asks_presence);
            let known = standing::agents(tx, &rows, asks, &weights, now)?;
            let skills = store::skills(tx)?;
            let skill = |id| skills.iter().find(|skill| skill.id == id).map(|skill| skill.name.clone());
            let member = |(row, known): ((Id<platform::authority::User>, String), standing::Known)| Member {
                id: row.0.to_string(),
                name: row.1,
                standing: known.agent.standing,
                load: known.agent.load,
                limit: known.agent.limit,
                skills: known
                    .agent
                    .skills
                    .iter()
                    .filter_map(|(id, level)| Some((skill(*id)?, *level)))
                    .collect(),
            };
            let names = rows.into_iter().map(|row| (row.user_id, row.name));
            let members: Vec<_> = names.zip(known).map(member).collect();
            let waiting = store::waiting(tx, team, 200)?.len();
            Ok((name, plan, members, waiting))
        })
        .await?;
    let draft = plan.map(|plan| plan.draft()).unwrap_or_default();
    let on = |is: bool| if is { "on".to_owned() } else { String::new() };
    let minutes = |minutes: Option<i64>| minutes.map_or_else(String::new, |it| it.to_string());
    let form = form.unwrap_or_else(|| {
        Form::filled([
            ("strategy", draft.strategy.map_or("", Strategy::word).to_owned()),
            ("mode", draft.mode.word().to_owned()),
            ("prefers_last", on(draft.prefers_last)),
            ("asks_presence", on(draft.asks_presence)),
            ("relax_minutes", minutes(draft.relax_minutes)),
            ("take_back_minutes", minutes(draft.take_back_minutes)),
        ])
    });
    Ok(One { ui, form, team: (team, name), members, waiting })
}

/// `GET /admin/routing/teams/{id}`.
pub async fn show(
    grant: Grant<ManageRouting>,
    ui: Ui,
    InPath(team): InPath<Id<Team>>,
) -> Result<Page<One>, Failure> {
    Ok(Page(one(&grant, ui, team, None).await?))
}

const FIELDS: &[&str] =
    &["strategy", "mode", "prefers_last", "asks_presence", "relax_minutes", "take_back_minutes"];

fn draft(form: &Form) -> Result<PlanDraft, Problem> {
    let mut mistakes = kernel::fault::Mistakes::default();
    let mut minutes = |name: &str| match form.some(name).map(str::parse::<i64>) {
        None => None,
        Some(Ok(minutes)) => Some(minutes),
        Some(Err(_)) => {
            mistakes.add(name, "minutes");
            None
        }
    };
    let (relax_minutes, take_back_minutes) = (minutes("relax_minutes"), minutes("take_back_minutes"));
    let strategy = match form.some("strategy") {
        None => None,
        Some(word) => match Strategy::from_word(word) {
            Some(strategy) => Some(strategy),
            None => {
                mistakes.add("strategy", "unknown_word");
                None
            }
        },
    };
    let mode = match form.some("mode") {
        None => Some(Mode::default()),
        Some(word) => Mode::from_word(word),
    };
    mistakes.require(mode.is_some(), "mode", "unknown_word");
    mistakes.check()?;
    Ok(PlanDraft {
        strategy,
        mode: mode.unwrap_or_default(),
        prefers_last: form.is_on("prefers_last"),
        asks_presence: form.is_on("asks_presence"),
        relax_minutes,
        take_back_minutes,
    })
}

/// `POST /admin/routing/teams/{id}`.
pub async fn save(
    grant: Grant<ManageRouting>,
    ui: Ui,
    InPath(team): InPath<Id<Team>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(FIELDS)?;
    let saved = match draft(&form) {
        Ok(draft) => grant.change(move |tx| actions::set_plan(tx, team, draft)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = one(&grant, ui, team, Some(form.with_mistakes(&problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
