//! The settings of statuses and of the desk's own fields.
use super::{Status, actions};
use crate::{
    fields::{self, Field, FieldChanges, FieldDraft, FieldKind},
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
    authority::Grant,
    db,
    web::{Failure, Form, Page, Ui},
};

const HERE: &str = "/admin/statuses";
const FIELDS: &str = "/admin/statuses#fields";

#[derive(askama::Template)]
#[template(path = "statuses/page.html")]
pub struct StatusesPage {
    ui: Ui,
    statuses: Vec<Status>,
    fields: Vec<Field>,
    form: Form,
}
impl StatusesPage {
    fn categories(&self) -> &'static [Category] {
        Category::ALL
    }
    fn kinds(&self) -> &'static [FieldKind] {
        FieldKind::ALL
    }
    fn name_of(&self, status: &Status) -> String {
        status.name_in(self.ui.language)
    }
    fn category_of(&self, category: &Category) -> String {
        super::name_in(self.ui.language, None, None, *category)
    }
}

async fn page(grant: &Grant<ManageDesk>, ui: Ui, form: Form) -> Result<StatusesPage, Failure> {
    let (statuses, fields) = grant.read::<_, db::Error>(|tx| Ok((super::all(tx)?, fields::all(tx)?))).await?;
    Ok(StatusesPage { ui, statuses, fields, form })
}

/// The page again with what was wrong, or on to the settings.
async fn answer(
    grant: &Grant<ManageDesk>,
    ui: Ui,
    form: Form,
    done: Result<(), TicketError>,
) -> Result<Response, Failure> {
    match done.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = page(grant, ui, form.with_mistakes(&problem)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// `GET /admin/statuses`.
pub async fn get(grant: Grant<ManageDesk>, ui: Ui) -> Result<Page<StatusesPage>, Failure> {
    Ok(Page(page(&grant, ui, Form::default()).await?))
}

/// `GET /admin/fields`.
pub async fn get_fields(_: Grant<ManageDesk>) -> Redirect {
    Redirect::to(FIELDS)
}

/// `POST /admin/statuses`.
pub async fn add(grant: Grant<ManageDesk>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["status_name", "category"])?;
    let category = Category::from_word(form.get("category"));
    let category = category.ok_or_else(|| Problem::field("category", "unknown_word"))?;
    let name = form.get("status_name").to_owned();
    let done = grant.change(move |tx| actions::create(tx, category, &name).map(drop)).await;
    answer(&grant, ui, form, done).await
}

/// `POST /admin/statuses/{id}`.
pub async fn rename(
    grant: Grant<ManageDesk>,
    ui: Ui,
    Path(id): Path<Id<Status>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["name"])?;
    let name = form.get("name").to_owned();
    let done = grant.change(move |tx| actions::rename(tx, id, &name)).await;
    answer(&grant, ui, Form::default(), done).await
}

/// `POST /admin/fields`.
pub async fn add_field(grant: Grant<ManageDesk>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["key", "name", "kind", "choices"])?;
    let draft = FieldDraft {
        key: form.get("key").into(),
        name: form.get("name").into(),
        kind: FieldKind::from_word(form.get("kind")),
        choices: form.get("choices").lines().map(str::to_owned).collect(),
    };
    let done = grant.change(move |tx| fields::create(tx, draft).map(drop)).await;
    answer(&grant, ui, form, done).await
}

/// `POST /admin/statuses/{id}/archive`.
pub async fn archive(
    grant: Grant<ManageDesk>,
    ui: Ui,
    Path(id): Path<Id<Status>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&[])?;
    let done = grant.change(move |tx| actions::archive(tx, id)).await;
    answer(&grant, ui, Form::default(), done).await
}

#[derive(askama::Template)]
#[template(path = "statuses/field.html")]
pub struct FieldPage {
    ui: Ui,
    field: Field,
    form: Form,
}
impl FieldPage {
    fn is_choice(&self) -> bool {
        self.field.kind == FieldKind::Choice
    }
}

async fn known(grant: &Grant<ManageDesk>, id: Id<Field>) -> Result<Field, Problem> {
    let found = grant.read::<_, db::Error>(move |tx| fields::by_id(tx, id)).await?;
    found.ok_or_else(Problem::not_found)
}

/// `GET /admin/fields/{id}`.
pub async fn field(
    grant: Grant<ManageDesk>,
    ui: Ui,
    Path(id): Path<Id<Field>>,
) -> Result<Page<FieldPage>, Failure> {
    let field = known(&grant, id).await?;
    let form = Form::filled([("name", field.name.clone()), ("choices", field.choices().join("\n"))]);
    Ok(Page(FieldPage { ui, field, form }))
}

/// `POST /admin/fields/{id}`.
pub async fn edit_field(
    grant: Grant<ManageDesk>,
    ui: Ui,
    Path(id): Path<Id<Field>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["name", "choices"])?;
    let field = known(&grant, id).await?;
    let choices = form.get("choices").lines().map(str::to_owned).collect();
    let changes = FieldChanges {
        name: Some(form.get("name").into()),
        choices: (field.kind == FieldKind::Choice).then_some(choices),
        is_archived: None,
    };
    let done = grant.change(move |tx| fields::edit(tx, id, changes)).await;
    match done.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to(FIELDS).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = FieldPage { ui, field, form: form.with_mistakes(&problem) };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /admin/fields/{id}/archive`.
pub async fn archive_field(
    grant: Grant<ManageDesk>,
    Path(id): Path<Id<Field>>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&[])?;
    let changes = FieldChanges { is_archived: Some(true), ..FieldChanges::default() };
    grant.change(move |tx| fields::edit(tx, id, changes)).await?;
    Ok(Redirect::to(FIELDS))
}
