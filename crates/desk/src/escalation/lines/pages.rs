//! The form of a line.
use super::{Line, LineChanges, LineDraft, actions, policy::POSITIONS, store};
use crate::{
    escalation::{
        ManageEscalation,
        settings::{Around, HERE, around},
    },
    tickets::TicketError,
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

#[derive(askama::Template)]
#[template(path = "escalation/lines/line.html")]
struct OneLine {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    line: Option<Line>,
    around: Around,
}

impl OneLine {
    fn is_in(&self, team: &Id<Team>) -> bool {
        self.form.all("teams").any(|chosen| chosen == team.to_string())
    }
    /// Chosen ones first, in their order: the first gets what is handed over.
    fn teams(&self) -> Vec<&(Id<Team>, String)> {
        let place = |team: &Id<Team>| {
            self.form.all("teams").position(|chosen| chosen == team.to_string()).unwrap_or(usize::MAX)
        };
        let mut all: Vec<_> = self.around.teams.iter().collect();
        all.sort_by_key(|(id, _)| place(id));
        all
    }
    fn positions(&self) -> std::ops::RangeInclusive<i64> {
        POSITIONS
    }
}

fn line_form(line: &Line, teams: &[Id<Team>]) -> Form {
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let form = Form::filled([
        ("name", line.name.clone()),
        ("position", line.position.to_string()),
        ("calendar", line.calendar_id.map_or_else(String::new, |id| id.to_string())),
        ("accept_within", some(&line.accept_within)),
        ("solve_within", some(&line.solve_within)),
        ("warn", line.warn.clone()),
    ]);
    teams.iter().fold(form, |form, team| form.with("teams", &team.to_string()))
}

fn line_draft(form: &Form) -> Result<LineDraft, Problem> {
    form.only(&["name", "position", "teams", "first", "calendar", "accept_within", "solve_within", "warn"])?;
    let unknown = |_| Problem::field("teams", "unknown_id");
    let mut teams =
        form.all("teams").map(str::parse).collect::<Result<Vec<Id<Team>>, _>>().map_err(unknown)?;
    // The one that gets what is handed over stands first.
    if let Some(first) = form.some("first").and_then(|first| first.parse::<Id<Team>>().ok())
        && let Some(at) = teams.iter().position(|team| *team == first)
    {
        let first = teams.remove(at);
        teams.insert(0, first);
    }
    let position = form.some("position").map(str::parse).transpose();
    let calendar = form.some("calendar").map(str::parse).transpose();
    Ok(LineDraft {
        name: form.get("name").into(),
        position: position.map_err(|_| Problem::field("position", "line_position"))?,
        teams,
        calendar: calendar.map_err(|_| Problem::field("calendar", "unknown_id"))?,
        accept_within: form.some("accept_within").map(str::to_owned),
        solve_within: form.some("solve_within").map(str::to_owned),
        warn: form.some("warn").map(str::to_owned),
    })
}

async fn one_line(
    grant: &Grant<ManageEscalation>,
    ui: Ui,
    id: Option<Id<Line>>,
    form: Option<Form>,
) -> Result<OneLine, Problem> {
    let page = grant.read::<_, TicketError>(move |tx| {
        let around = around(tx)?;
        let line = match id {
            Some(id) => Some(store::line(tx, id)?.ok_or_else(Problem::not_found)?),
            None => None,
        };
        let stored = match &line {
            Some(line) => line_form(line, &actions::teams_of(tx, line.id)?),
            None => Form::filled([("warn", "30m".into())]),
        };
        Ok(OneLine { ui, form: form.unwrap_or(stored), line, around })
    });
    page.await.map_err(Problem::from)
}

/// `GET /admin/escalation/lines/new`.
pub async fn new_line(ui: Ui, grant: Grant<ManageEscalation>) -> Result<Response, Failure> {
    Ok(Page(one_line(&grant, ui, None, None).await?).into_response())
}

/// `GET /admin/escalation/lines/{id}`.
pub async fn line(
    ui: Ui,
    grant: Grant<ManageEscalation>,
    InPath(id): InPath<Id<Line>>,
) -> Result<Response, Failure> {
    Ok(Page(one_line(&grant, ui, Some(id), None).await?).into_response())
}

/// `POST /admin/escalation/lines`.
pub async fn post_line(ui: Ui, grant: Grant<ManageEscalation>, form: Form) -> Result<Response, Failure> {
    let done = match line_draft(&form).and_then(LineDraft::parse) {
        Ok(new) => {
            grant.change(move |tx| actions::create_line(tx, new)).await.map(drop).map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    line_answer(&grant, ui, None, form, done).await
}

/// `POST /admin/escalation/lines/{id}`.
pub async fn save_line(
    ui: Ui,
    grant: Grant<ManageEscalation>,
    InPath(id): InPath<Id<Line>>,
    form: Form,
) -> Result<Response, Failure> {
    let done = match line_draft(&form) {
        Ok(draft) => {
            let changes = LineChanges {
                name: Some(draft.name),
                position: draft.position,
                teams: Some(draft.teams),
                calendar: Some(draft.calendar),
                accept_within: Some(draft.accept_within),
                solve_within: Some(draft.solve_within),
                warn: draft.warn.or(Some(String::new())),
            };
            grant.change(move |tx| actions::edit_line(tx, id, changes)).await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    line_answer(&grant, ui, Some(id), form, done).await
}

async fn line_answer(
    grant: &Grant<ManageEscalation>,
    ui: Ui,
    id: Option<Id<Line>>,
    form: Form,
    done: Result<(), Problem>,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = one_line(grant, ui, id, Some(form.with_mistakes(&problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /admin/escalation/lines/{id}/remove`.
pub async fn remove_line(
    grant: Grant<ManageEscalation>,
    InPath(id): InPath<Id<Line>>,
) -> Result<Redirect, Failure> {
    grant.change(move |tx| actions::remove_line(tx, id)).await?;
    Ok(Redirect::to(HERE))
}
