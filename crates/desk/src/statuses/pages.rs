//! The settings of statuses.
use super::{Status, actions};
use crate::{
    filter::condition,
    tickets::{Category, TicketError},
};
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{fault::Problem, id::Id};
use people::permissions::ManageDesk;
use platform::{
    authority::{Grant, Tx},
    db,
    web::{Failure, Form, Page, Ui},
};

const HERE: &str = "/admin/statuses";

#[derive(askama::Template)]
#[template(path = "statuses/list.html")]
pub struct StatusesPage {
    ui: Ui,
    statuses: Vec<Status>,
    form: Form,
}
impl StatusesPage {
    fn categories(&self) -> &'static [Category] {
        Category::ALL
    }
    fn name_of(&self, status: &Status) -> String {
        status.name_in(self.ui.language)
    }
    fn category_of(&self, category: &Category) -> String {
        super::name_in(self.ui.language, None, None, *category)
    }
    fn is_guarded(&self, status: &Status) -> bool {
        !status.only_if.is_empty() || !status.only_from().is_empty()
    }
}

/// `GET /admin/statuses`.
pub async fn get(grant: Grant<ManageDesk>, ui: Ui) -> Result<Page<StatusesPage>, Failure> {
    let statuses = grant.read::<_, db::Error>(|tx| super::all(tx)).await?;
    Ok(Page(StatusesPage { ui, statuses, form: Form::default() }))
}

/// `POST /admin/statuses`.
pub async fn add(grant: Grant<ManageDesk>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["status_name", "category"])?;
    let category = Category::from_word(form.get("category"));
    let category = category.ok_or_else(|| Problem::field("category", "unknown_word"))?;
    let name = form.get("status_name").to_owned();
    let done = grant.change(move |tx| actions::create(tx, category, &name).map(drop)).await;
    match done.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let statuses = grant.read::<_, db::Error>(|tx| super::all(tx)).await?;
            let page = StatusesPage { ui, statuses, form: form.with_reason(&problem) };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

#[derive(askama::Template)]
#[template(path = "statuses/edit.html")]
pub struct StatusPage {
    ui: Ui,
    status: Status,
    others: Vec<Status>,
    form: Form,
}
impl StatusPage {
    fn name_of(&self, status: &Status) -> String {
        status.name_in(self.ui.language)
    }
    fn comes_from(&self, status: &Status) -> bool {
        self.form.all("from").any(|id| id == status.id.to_string())
    }
}

/// * errors – 404.
async fn page(
    grant: &Grant<ManageDesk>,
    ui: Ui,
    id: Id<Status>,
    came_back: Option<Form>,
) -> Result<StatusPage, Failure> {
    let work = move |tx: &mut Tx<ManageDesk>| {
        let mut others = super::all(tx)?;
        let at = others.iter().position(|status| status.id == id).ok_or_else(Problem::not_found)?;
        let status = others.remove(at);
        let names = condition::names(tx, [status.only_if.as_str()])?;
        let only_if = condition::typed(&status.only_if, &names);
        Ok::<_, TicketError>((status, others, only_if))
    };
    let (status, others, only_if) = grant.read(work).await?;
    let stored = || {
        let from = status.only_from().into_iter().map(|id| ("from", id.to_string()));
        let name = status.name_in(ui.language);
        Form::filled([("name", name), ("only_if", only_if)].into_iter().chain(from))
    };
    let form = came_back.unwrap_or_else(stored);
    Ok(StatusPage { ui, status, others, form })
}

/// `GET /admin/statuses/{id}`.
pub async fn one(
    grant: Grant<ManageDesk>,
    ui: Ui,
    Path(id): Path<Id<Status>>,
) -> Result<Page<StatusPage>, Failure> {
    Ok(Page(page(&grant, ui, id, None).await?))
}

/// `POST /admin/statuses/{id}`.
pub async fn edit(
    grant: Grant<ManageDesk>,
    ui: Ui,
    Path(id): Path<Id<Status>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["name", "from", "only_if"])?;
    let (name, only_if) = (form.get("name").to_owned(), form.get("only_if").to_owned());
    let from: Result<Vec<Id<Status>>, _> = form.all("from").map(str::parse).collect();
    let from = from.map_err(|_| Problem::field("only_from", "unknown_id"))?;
    let work = move |tx: &mut Tx<ManageDesk>| {
        actions::rename(tx, id, &name)?;
        actions::guard(tx, id, Some(&from), Some(&only_if))
    };
    match grant.change(work).await.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = page(&grant, ui, id, Some(form.with_reason(&problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /admin/statuses/{id}/archive`.
pub async fn archive(
    grant: Grant<ManageDesk>,
    Path(id): Path<Id<Status>>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&[])?;
    grant.change(move |tx| actions::archive(tx, id)).await?;
    Ok(Redirect::to(HERE))
}
