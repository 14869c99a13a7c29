//! `/admin/checklists`.
use super::{
    Checklist, Line, actions,
    policy::{Changes, Draft},
    store,
};
use crate::tickets::TicketError;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use people::permissions::ManageDesk;
use platform::{
    authority::Grant,
    db,
    web::{Failure, Form, InPath, Page, Ui},
};

const HERE: &str = "/admin/checklists";

#[derive(askama::Template)]
#[template(path = "checklists/list.html")]
pub struct List {
    ui: Ui,
    lists: Vec<Checklist>,
}
#[derive(askama::Template)]
#[template(path = "checklists/edit.html")]
struct One {
    ui: Ui,
    form: Form,
    /// `None` for a new one.
    list: Option<Checklist>,
}
impl One {
    /// A mistake in one of the items stands at the field.
    fn mistake(&self) -> Option<&'static str> {
        let is_it = |pointer: &str| pointer == "/items" || pointer.starts_with("/items/");
        self.form.mistakes.iter().find(|field| is_it(&field.pointer)).map(|field| field.code)
    }
}

/// `GET /admin/checklists`.
pub async fn list(grant: Grant<ManageDesk>, ui: Ui) -> Result<Page<List>, Failure> {
    let lists = grant.read::<_, db::Error>(|tx| store::all(tx)).await?;
    Ok(Page(List { ui, lists }))
}
/// `GET /admin/checklists/new`.
pub async fn new(ui: Ui, _grant: Grant<ManageDesk>) -> Result<Response, Failure> {
    Ok(Page(One { ui, form: Form::default(), list: None }).into_response())
}
async fn known(grant: &Grant<ManageDesk>, id: Id<Checklist>) -> Result<Checklist, Problem> {
    let find = grant.read::<_, TicketError>(move |tx| Ok(store::by_id(tx, id)?));
    find.await.map_err(Problem::from)?.ok_or_else(Problem::not_found)
}
/// `GET /admin/checklists/{id}`.
pub async fn one(
    ui: Ui,
    grant: Grant<ManageDesk>,
    InPath(id): InPath<Id<Checklist>>,
) -> Result<Response, Failure> {
    let list = known(&grant, id).await?;
    let items: Vec<_> = list.lines().iter().map(Line::written).collect();
    let form = Form::filled([("name", list.name.clone()), ("items", items.join("\n"))]);
    Ok(Page(One { ui, form, list: Some(list) }).into_response())
}

/// `POST /admin/checklists`.
pub async fn add(ui: Ui, grant: Grant<ManageDesk>, form: Form) -> Result<Response, Failure> {
    form.only(&["name", "items"])?;
    let draft = Draft { name: form.get("name").to_owned(), items: Line::read(form.get("items")) };
    let done = match draft.parse() {
        Ok(new) => {
            let work = grant.change(move |tx| actions::create(tx, new));
            work.await.map(drop).map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    answer(ui, None, form, done)
}
/// `POST /admin/checklists/{id}`. `what`: `archive`, `restore`, or nothing to save.
pub async fn save(
    ui: Ui,
    grant: Grant<ManageDesk>,
    InPath(id): InPath<Id<Checklist>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["name", "items", "what"])?;
    let list = known(&grant, id).await?;
    let changes = match form.get("what") {
        what @ ("archive" | "restore") => {
            Changes { is_archived: Some(what == "archive"), ..Changes::default() }
        }
        _ => Changes {
            name: Some(form.get("name").to_owned()),
            items: Some(Line::read(form.get("items"))),
            is_archived: None,
        },
    };
    let done = grant.change(move |tx| actions::edit(tx, id, changes)).await.map_err(Problem::from);
    answer(ui, Some(list), form, done)
}
fn answer(
    ui: Ui,
    list: Option<Checklist>,
    form: Form,
    done: Result<(), Problem>,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = One { ui, form: form.with_mistakes(&problem), list };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}
