//! `/organisations`: where contacts work.
use super::{Changes, Draft, OrganisationRow, actions, api, api::Body, store};
use crate::{
    contacts::{self, ContactRow},
    notes,
    permissions::{ManageContacts, ViewContacts},
    web::{Done, again, see},
};
use axum::{
    extract::Query,
    response::Response,
    routing::{get, post},
};
use kernel::{fault::Problem, id::Id, text};
use platform::{
    authority::{Grant, Organisation},
    web::{
        Failure, Form, Html, InPath, Page, Routes, Ui,
        beside::{self, Whose},
    },
};
use serde::Deserialize;

const PAGE: usize = 50;

#[derive(askama::Template)]
#[template(path = "organisations/list.html")]
struct ListPage {
    ui: Ui,
    q: String,
    organisations: Vec<Row>,
    /// The address of what follows, or "".
    older: String,
}
struct Row {
    organisation: OrganisationRow,
    domains: String,
}
#[derive(Deserialize)]
pub struct Asked {
    q: Option<String>,
    after: Option<String>,
}
async fn list(
    grant: Grant<ViewContacts>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Result<Page<ListPage>, Failure> {
    let (q, after) = (asked.q.unwrap_or_default(), asked.after.unwrap_or_default());
    let prefix = q.clone();
    let (organisations, last) = grant
        .read::<_, Failure>(move |tx| {
            let mut rows = store::by_name(tx, &prefix, &after, PAGE + 1)?;
            let has_more = rows.len() > PAGE;
            rows.truncate(PAGE);
            let last = rows.last().filter(|_| has_more).map(|row| text::fold(&row.name));
            let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
            let domains = store::domains(tx, &ids)?;
            let row = |organisation: OrganisationRow| Row {
                domains: crate::web::of(&domains, organisation.id).join(", "),
                organisation,
            };
            Ok((rows.into_iter().map(row).collect(), last))
        })
        .await?;
    let escape = crate::web::escape;
    let older = last
        .map_or_else(String::new, |last| format!("/organisations?q={}&after={}", escape(&q), escape(&last)));
    Ok(Page(ListPage { ui, q, organisations, older }))
}

#[derive(askama::Template)]
#[template(path = "organisations/organisation.html")]
struct OrganisationPage {
    ui: Ui,
    done: &'static str,
    organisation: Body,
    contacts: Vec<ContactRow>,
    /// What others know of it, e.g. tickets.
    beside: Vec<Html>,
    notes: Html,
}
async fn show(
    grant: Grant<ViewContacts>,
    ui: Ui,
    InPath(id): InPath<Id<Organisation>>,
    Query(done): Query<Done>,
) -> Result<Page<OrganisationPage>, Failure> {
    let words = ui.clone();
    let (organisation, contacts, notes) = grant
        .read::<_, Failure>(move |tx| {
            let organisation = api::body(tx, id)?;
            let card = notes::card(tx, words, Whose::Organisation(id), format!("/organisations/{id}"))?;
            let notes = card.ok_or(Problem::not_found())?.html()?;
            Ok((organisation, contacts::store::of_organisation(tx, id)?, notes))
        })
        .await?;
    let beside = beside::parts(&grant, &ui, Whose::Organisation(id)).await?;
    Ok(Page(OrganisationPage { ui, done: done.words(), organisation, contacts, beside, notes }))
}

#[derive(askama::Template)]
#[template(path = "organisations/edit.html")]
struct EditPage {
    ui: Ui,
    form: Form,
    problem: &'static str,
    /// `None` for a new one.
    id: Option<Id<Organisation>>,
    name: String,
}
impl EditPage {
    fn back(&self) -> String {
        self.id.map_or_else(|| "/organisations".into(), |id| format!("/organisations/{id}"))
    }
}
fn edit_page(ui: Ui, form: Form, id: Option<Id<Organisation>>, problem: &'static str) -> EditPage {
    let name = if id.is_some() { form.get("name").to_owned() } else { ui.t("organisation-new").to_owned() };
    EditPage { ui, form, problem, id, name }
}
async fn new(_: Grant<ManageContacts>, ui: Ui) -> Page<EditPage> {
    Page(edit_page(ui, Form::default(), None, ""))
}
async fn edit(
    grant: Grant<ManageContacts>,
    ui: Ui,
    InPath(id): InPath<Id<Organisation>>,
) -> Result<Page<EditPage>, Failure> {
    let body = grant.read(move |tx| api::body(tx, id)).await?;
    let form =
        Form::filled([("name", body.name), ("domains", body.domains.join("\n")), ("notes", body.notes)]);
    Ok(Page(edit_page(ui, form, Some(id), "")))
}

fn domains(form: &Form) -> Vec<String> {
    let split = form.get("domains").split(['\n', ',', ' ']);
    split.map(str::trim).filter(|domain| !domain.is_empty()).map(str::to_owned).collect()
}
async fn create(grant: Grant<ManageContacts>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["name", "domains", "notes"])?;
    let draft =
        Draft { name: form.get("name").into(), domains: domains(&form), notes: form.get("notes").into() };
    let made = match draft.parse() {
        Ok(new) => grant.change(move |tx| actions::create(tx, new)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match made {
        Ok(id) => Ok(see(&format!("/organisations/{id}?done=created"))),
        Err(problem) => again(problem, form, |form, problem| edit_page(ui, form, None, problem)),
    }
}
async fn save(
    grant: Grant<ManageContacts>,
    ui: Ui,
    InPath(id): InPath<Id<Organisation>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["name", "domains", "notes"])?;
    let changes = Changes {
        name: Some(form.get("name").into()),
        domains: Some(domains(&form)),
        notes: Some(form.get("notes").into()),
    };
    let saved = match changes.parse() {
        Ok(edit) => grant.change(move |tx| actions::edit(tx, id, edit)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(()) => Ok(see(&format!("/organisations/{id}?done=saved"))),
        Err(problem) => again(problem, form, |form, problem| edit_page(ui, form, Some(id), problem)),
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<ViewContacts>("/organisations", get(list))
        .post::<ManageContacts>("/organisations", post(create))
        .get::<ManageContacts>("/organisations/new", get(new))
        .get::<ViewContacts>("/organisations/{id}", get(show))
        .post::<ManageContacts>("/organisations/{id}", post(save))
        .get::<ManageContacts>("/organisations/{id}/edit", get(edit))
}
