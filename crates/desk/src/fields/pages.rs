//! The settings of the desk's own fields.
use super::{
    Field, FieldKind,
    actions::{self, FieldChanges, FieldDraft},
    store,
};
use crate::{
    filter::{Names, condition},
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

const HERE: &str = "/admin/fields";
/// The categories that a ticket reaches.
const REACHED: [Category; 5] = [
    Category::Open,
    Category::WaitingCustomer,
    Category::WaitingThirdParty,
    Category::Solved,
    Category::Closed,
];

#[derive(askama::Template)]
#[template(path = "fields/list.html")]
pub struct FieldsPage {
    ui: Ui,
    fields: Vec<Field>,
    names: Names,
    form: Form,
}
impl FieldsPage {
    fn kinds(&self) -> &'static [FieldKind] {
        FieldKind::ALL
    }
    fn reached(&self) -> [Category; 5] {
        REACHED
    }
    fn category_of(&self, category: &Category) -> String {
        crate::statuses::name_in(self.ui.language, None, None, *category)
    }
    fn is_needed_for(&self, category: &Category) -> bool {
        self.form.all("needed_for").any(|word| word == category.word())
    }
    fn condition(&self, field: &Field) -> String {
        condition::typed(&field.shown_when, &self.names)
    }
    fn needs(&self, field: &Field) -> String {
        let names: Vec<_> = field.needed_for().iter().map(|category| self.category_of(category)).collect();
        names.join(", ")
    }
}

async fn list(grant: &Grant<ManageDesk>, ui: Ui, form: Form) -> Result<FieldsPage, Failure> {
    let work = |tx: &mut Tx<ManageDesk>| {
        let fields = store::all(tx)?;
        let names = condition::names(tx, fields.iter().map(|field| field.shown_when.as_str()))?;
        Ok::<_, db::Error>((fields, names))
    };
    let (fields, names) = grant.read(work).await?;
    Ok(FieldsPage { ui, fields, names, form })
}

/// `GET /admin/fields`.
pub async fn get(grant: Grant<ManageDesk>, ui: Ui) -> Result<Page<FieldsPage>, Failure> {
    Ok(Page(list(&grant, ui, Form::default()).await?))
}

/// * errors – 422 `unknown_word` for a category that is none.
fn needed_for(form: &Form) -> Result<Vec<Category>, Problem> {
    let known = |word| Category::from_word(word).ok_or_else(|| Problem::field("needed_for", "unknown_word"));
    form.all("needed_for").map(known).collect()
}

/// `POST /admin/fields`.
pub async fn add(grant: Grant<ManageDesk>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["key", "name", "kind", "choices", "shown_when", "needed_for"])?;
    let draft = FieldDraft {
        key: form.get("key").into(),
        name: form.get("name").into(),
        kind: FieldKind::from_word(form.get("kind")),
        choices: form.get("choices").lines().map(str::to_owned).collect(),
        shown_when: form.get("shown_when").into(),
        needed_for: needed_for(&form)?,
    };
    let done = grant.change(move |tx| actions::create(tx, draft).map(drop)).await;
    match done.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = list(&grant, ui, form.with_reason(&problem)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

#[derive(askama::Template)]
#[template(path = "fields/edit.html")]
pub struct FieldPage {
    ui: Ui,
    field: Field,
    form: Form,
}
impl FieldPage {
    fn is_choice(&self) -> bool {
        self.field.kind == FieldKind::Choice
    }
    fn reached(&self) -> [Category; 5] {
        REACHED
    }
    fn category_of(&self, category: &Category) -> String {
        crate::statuses::name_in(self.ui.language, None, None, *category)
    }
    fn is_needed_for(&self, category: &Category) -> bool {
        self.form.all("needed_for").any(|word| word == category.word())
    }
}

/// The field, and its condition as people read it.
///
/// * errors – 404.
async fn known(grant: &Grant<ManageDesk>, id: Id<Field>) -> Result<(Field, String), Problem> {
    let work = move |tx: &mut Tx<ManageDesk>| {
        let field = store::by_id(tx, id)?.ok_or_else(Problem::not_found)?;
        let names = condition::names(tx, [field.shown_when.as_str()])?;
        let typed = condition::typed(&field.shown_when, &names);
        Ok::<_, TicketError>((field, typed))
    };
    Ok(grant.read(work).await?)
}

/// `GET /admin/fields/{id}`.
pub async fn one(
    grant: Grant<ManageDesk>,
    ui: Ui,
    Path(id): Path<Id<Field>>,
) -> Result<Page<FieldPage>, Failure> {
    let (field, condition) = known(&grant, id).await?;
    let stored =
        [("name", field.name.clone()), ("choices", field.choices().join("\n")), ("shown_when", condition)];
    let needed = field.needed_for().into_iter().map(|category| ("needed_for", category.word().to_owned()));
    let form = Form::filled(stored.into_iter().chain(needed));
    Ok(Page(FieldPage { ui, field, form }))
}

/// `POST /admin/fields/{id}`.
pub async fn edit(
    grant: Grant<ManageDesk>,
    ui: Ui,
    Path(id): Path<Id<Field>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["name", "choices", "shown_when", "needed_for"])?;
    let (field, _) = known(&grant, id).await?;
    let choices = form.get("choices").lines().map(str::to_owned).collect();
    let changes = FieldChanges {
        name: Some(form.get("name").into()),
        choices: (field.kind == FieldKind::Choice).then_some(choices),
        shown_when: Some(form.get("shown_when").into()),
        needed_for: Some(needed_for(&form)?),
        is_archived: None,
    };
    let done = grant.change(move |tx| actions::edit(tx, id, changes)).await;
    match done.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to(HERE).into_response()),
        Err(problem) if problem.status == 422 => {
            let page = FieldPage { ui, field, form: form.with_reason(&problem) };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// `POST /admin/fields/{id}/archive`.
pub async fn archive(
    grant: Grant<ManageDesk>,
    Path(id): Path<Id<Field>>,
    form: Form,
) -> Result<Redirect, Failure> {
    form.only(&[])?;
    let changes = FieldChanges { is_archived: Some(true), ..FieldChanges::default() };
    grant.change(move |tx| actions::edit(tx, id, changes)).await?;
    Ok(Redirect::to(HERE))
}
