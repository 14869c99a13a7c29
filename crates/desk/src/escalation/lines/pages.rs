//! `/admin/escalation`: the lines, who leads which team, and the suppliers.
use super::{
    Line, LineChanges, LineDraft, Supplier, SupplierChanges, SupplierDraft, actions, policy::POSITIONS, store,
};
use crate::{
    calendars::{self, Calendar},
    escalation::ManageEscalation,
    tickets::TicketError,
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use people::{teams, users};
use platform::{
    authority::{Grant, Team, Tx, User},
    web::{Failure, Form, InPath, Page, Ui},
};

const HERE: &str = "/admin/escalation";

#[derive(askama::Template)]
#[template(path = "escalation/lines/list.html")]
struct List {
    ui: Ui,
    lines: Vec<Line>,
    line_teams: Vec<(Id<Line>, Id<Team>, String)>,
    teams: Vec<(Id<Team>, String)>,
    people: Vec<(Id<User>, String)>,
    supervisors: Vec<(Id<Team>, Id<User>, String)>,
    suppliers: Vec<Supplier>,
    calendars: Vec<Calendar>,
}
impl List {
    fn teams_of(&self, line: &Line) -> String {
        let own = self.line_teams.iter().filter(|(of, ..)| *of == line.id).map(|(.., name)| name.as_str());
        own.collect::<Vec<_>>().join(", ")
    }
    fn calendar(&self, chosen: &Option<Id<Calendar>>) -> String {
        let is_it = |calendar: &&Calendar| match chosen {
            Some(id) => calendar.id == *id,
            None => calendar.is_default,
        };
        let found = self.calendars.iter().find(is_it).map(|calendar| calendar.name.clone());
        found.unwrap_or_else(|| self.ui.t("sla-always").into())
    }
    fn span<'s>(&self, span: &'s Option<String>) -> &'s str {
        span.as_deref().unwrap_or("–")
    }
    fn leads(&self, team: &Id<Team>, user: &Id<User>) -> bool {
        self.supervisors.iter().any(|(of, who, _)| of == team && who == user)
    }
}

/// `GET /admin/escalation`.
pub async fn list(ui: Ui, grant: Grant<ManageEscalation>) -> Result<Response, Failure> {
    let page = grant
        .read::<_, TicketError>(move |tx| {
            let around = around(tx)?;
            Ok(List {
                lines: store::lines(tx)?,
                line_teams: store::teams(tx)?,
                teams: around.teams,
                people: users::store::assignable(tx)?.into_iter().map(|user| (user.id, user.name)).collect(),
                supervisors: store::supervisors(tx)?,
                suppliers: store::suppliers(tx)?,
                calendars: around.calendars,
                ui,
            })
        })
        .await?;
    Ok(Page(page).into_response())
}

/// `POST /admin/escalation/supervisors`: one field for each team, `team/ID`, with a user's id or nothing.
pub async fn supervisors(grant: Grant<ManageEscalation>, form: Form) -> Result<Redirect, Failure> {
    form.only(&["team/*"])?;
    let mut chosen: Vec<(Id<Team>, Option<Id<User>>)> = Vec::new();
    for name in form.names() {
        let team = name.trim_start_matches("team/").parse().map_err(|_| Problem::not_found())?;
        let user = form.some(name).map(str::parse).transpose();
        chosen.push((team, user.map_err(|_| Problem::field("user", "unknown_id"))?));
    }
    grant
        .change::<_, TicketError>(move |tx| {
            for (team, user) in chosen {
                actions::set_supervisor(tx, team, user)?;
            }
            Ok(())
        })
        .await?;
    Ok(Redirect::to(HERE))
}

/// What can be chosen.
struct Around {
    teams: Vec<(Id<Team>, String)>,
    calendars: Vec<Calendar>,
}
fn around(tx: &mut Tx<ManageEscalation>) -> Result<Around, TicketError> {
    let teams = teams::store::all(tx)?.into_iter().filter(|team| !team.is_archived);
    let teams = teams.map(|team| (team.id, team.name)).collect();
    Ok(Around { teams, calendars: calendars::store::all(tx)? })
}

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

#[derive(askama::Template)]
#[template(path = "escalation/lines/supplier.html")]
struct OneSupplier {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    supplier: Option<Supplier>,
    around: Around,
}
fn supplier_form(supplier: &Supplier) -> Form {
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let form = Form::filled([
        ("name", supplier.name.clone()),
        ("email", supplier.email.clone()),
        ("calendar", supplier.calendar_id.map_or_else(String::new, |id| id.to_string())),
        ("accept_within", some(&supplier.accept_within)),
        ("solve_within", some(&supplier.solve_within)),
        ("warn", supplier.warn.clone()),
    ]);
    if supplier.is_archived { form } else { form.with("is_active", "on") }
}
fn supplier_draft(form: &Form) -> Result<SupplierDraft, Problem> {
    form.only(&["name", "email", "calendar", "accept_within", "solve_within", "warn", "is_active"])?;
    let calendar = form.some("calendar").map(str::parse).transpose();
    Ok(SupplierDraft {
        name: form.get("name").into(),
        email: form.get("email").into(),
        calendar: calendar.map_err(|_| Problem::field("calendar", "unknown_id"))?,
        accept_within: form.some("accept_within").map(str::to_owned),
        solve_within: form.some("solve_within").map(str::to_owned),
        warn: form.some("warn").map(str::to_owned),
    })
}
async fn one_supplier(
    grant: &Grant<ManageEscalation>,
    ui: Ui,
    id: Option<Id<Supplier>>,
    form: Option<Form>,
) -> Result<OneSupplier, Problem> {
    let page = grant.read::<_, TicketError>(move |tx| {
        let around = around(tx)?;
        let supplier = match id {
            Some(id) => Some(store::supplier(tx, id)?.ok_or_else(Problem::not_found)?),
            None => None,
        };
        let stored = match &supplier {
            Some(supplier) => supplier_form(supplier),
            None => Form::filled([("warn", "30m".into()), ("is_active", "on".into())]),
        };
        Ok(OneSupplier { ui, form: form.unwrap_or(stored), supplier, around })
    });
    page.await.map_err(Problem::from)
}
/// `GET /admin/escalation/suppliers/new`.
pub async fn new_supplier(ui: Ui, grant: Grant<ManageEscalation>) -> Result<Response, Failure> {
    Ok(Page(one_supplier(&grant, ui, None, None).await?).into_response())
}
/// `GET /admin/escalation/suppliers/{id}`.
pub async fn supplier(
    ui: Ui,
    grant: Grant<ManageEscalation>,
    InPath(id): InPath<Id<Supplier>>,
) -> Result<Response, Failure> {
    Ok(Page(one_supplier(&grant, ui, Some(id), None).await?).into_response())
}
/// `POST /admin/escalation/suppliers`.
pub async fn post_supplier(ui: Ui, grant: Grant<ManageEscalation>, form: Form) -> Result<Response, Failure> {
    let done = match supplier_draft(&form).and_then(SupplierDraft::parse) {
        Ok(new) => {
            grant.change(move |tx| actions::create_supplier(tx, new)).await.map(drop).map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    supplier_answer(&grant, ui, None, form, done).await
}
/// `POST /admin/escalation/suppliers/{id}`.
pub async fn save_supplier(
    ui: Ui,
    grant: Grant<ManageEscalation>,
    InPath(id): InPath<Id<Supplier>>,
    form: Form,
) -> Result<Response, Failure> {
    let is_archived = !form.is_on("is_active");
    let done = match supplier_draft(&form) {
        Ok(draft) => {
            let changes = SupplierChanges {
                name: Some(draft.name),
                email: Some(draft.email),
                calendar: Some(draft.calendar),
                accept_within: Some(draft.accept_within),
                solve_within: Some(draft.solve_within),
                warn: draft.warn.or(Some(String::new())),
                is_archived: Some(is_archived),
            };
            grant.change(move |tx| actions::edit_supplier(tx, id, changes)).await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    supplier_answer(&grant, ui, Some(id), form, done).await
}
async fn supplier_answer(
    grant: &Grant<ManageEscalation>,
    ui: Ui,
    id: Option<Id<Supplier>>,
    form: Form,
    done: Result<(), Problem>,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = one_supplier(grant, ui, id, Some(form.with_mistakes(&problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
