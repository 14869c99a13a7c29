//! `/admin/roles`: who may do what.
use super::{Allowance, Builtin, Draft, Role, actions, api, api::Body};
use crate::{
    permissions::{ManagePeople, ViewPeople},
    sign_in,
    web::{Done, again, see},
};
use axum::{
    extract::Query,
    response::Response,
    routing::{get, post},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, PERMISSIONS, Scope},
    db,
    web::{Failure, Form, InPath, Page, Routes, Ui},
};

/// The permissions of the program by key: those of one noun stand together.
fn registered() -> Vec<(&'static str, bool)> {
    let mut all: Vec<_> = PERMISSIONS.iter().map(|known| (known.key, known.has_scope)).collect();
    all.sort_unstable();
    all
}

#[derive(askama::Template)]
#[template(path = "roles/list.html")]
struct ListPage {
    ui: Ui,
    done: &'static str,
    roles: Vec<Body>,
    permissions: Vec<(&'static str, bool)>,
}
impl ListPage {
    /// How far the role's permission reaches.
    fn reach(&self, role: &Body, key: &str) -> Option<Scope> {
        role.permissions.iter().find(|allowed| allowed.permission == key).map(|allowed| allowed.scope)
    }
}
async fn list(grant: Grant<ViewPeople>, ui: Ui, Query(done): Query<Done>) -> Result<Page<ListPage>, Failure> {
    let roles = grant.read::<_, db::Error>(|tx| api::bodies(tx)).await?;
    Ok(Page(ListPage { ui, done: done.words(), roles, permissions: registered() }))
}

#[derive(askama::Template)]
#[template(path = "roles/edit.html")]
struct EditPage {
    ui: Ui,
    form: Form,
    done: &'static str,
    problem: &'static str,
    /// `None` for a new one.
    role: Option<Body>,
    permissions: Vec<(&'static str, bool)>,
    scopes: &'static [Scope],
}
impl EditPage {
    fn title(&self) -> String {
        match &self.role {
            None => self.ui.t("role-new").to_owned(),
            Some(Body { code: Some(code), .. }) => self.ui.t_of("role", code.word()).to_owned(),
            Some(role) => role.name.clone(),
        }
    }
    fn action(&self) -> String {
        self.role.as_ref().map_or_else(|| "/admin/roles".into(), |role| format!("/admin/roles/{}", role.id))
    }
    fn is_built_in(&self) -> bool {
        self.role.as_ref().is_some_and(|role| role.code.is_some())
    }
    /// What the administrator may do is fixed.
    fn is_fixed(&self) -> bool {
        self.role.as_ref().is_some_and(|role| role.code == Some(Builtin::Admin))
    }
    /// The chosen reach: what the form says, else what is stored, else "".
    fn chosen(&self, key: &str) -> String {
        let field = format!("p.{key}");
        if self.form.names().any(|name| name.starts_with("p.")) {
            return self.form.get(&field).to_owned();
        }
        let stored =
            self.role.iter().flat_map(|role| &role.permissions).find(|known| known.permission == key);
        stored.map_or_else(String::new, |allowed| allowed.scope.word().to_owned())
    }
}
fn edit_page(ui: Ui, form: Form, role: Option<Body>) -> EditPage {
    EditPage { ui, form, done: "", problem: "", role, permissions: registered(), scopes: Scope::ALL }
}

async fn new(_: Grant<ManagePeople>, ui: Ui) -> Page<EditPage> {
    Page(edit_page(ui, Form::default(), None))
}
async fn show(
    grant: Grant<ViewPeople>,
    ui: Ui,
    InPath(id): InPath<Id<Role>>,
    Query(done): Query<Done>,
) -> Result<Page<EditPage>, Failure> {
    let role = grant.read(move |tx| api::body(tx, id)).await?;
    let form = Form::filled([("name", role.name.clone())]);
    Ok(Page(EditPage { done: done.words(), ..edit_page(ui, form, Some(role)) }))
}

/// What the form says: a field `p.KEY` for each permission, with the reach or nothing.
fn draft_of(form: &Form) -> Result<Draft, Problem> {
    let mut permissions = Vec::new();
    for (key, _) in registered() {
        let field = format!("p.{key}");
        let Some(word) = form.some(&field) else { continue };
        let scope = Scope::from_word(word).ok_or_else(|| Problem::field(&field, "unknown_word"))?;
        permissions.push(Allowance { permission: key.into(), scope });
    }
    Ok(Draft { name: form.get("name").into(), permissions })
}
async fn create(grant: Grant<ManagePeople>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["name", "p.*"])?;
    let made = match draft_of(&form).and_then(Draft::parse) {
        Ok(new) => grant.change(move |tx| actions::create(tx, new)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(see("/admin/roles?done=created")),
        Err(problem) => {
            again(problem, form, |form, problem| EditPage { problem, ..edit_page(ui, form, None) })
        }
    }
}
async fn save(
    grant: Grant<ManagePeople>,
    ui: Ui,
    InPath(id): InPath<Id<Role>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["name", "p.*"])?;
    let saved = match draft_of(&form).and_then(Draft::parse) {
        Ok(new) => grant.change(move |tx| actions::edit(tx, id, new)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    sign_in::forget_roles();
    match saved {
        Ok(()) => Ok(see("/admin/roles?done=saved")),
        Err(problem) => wrong(&grant, ui, form, id, problem).await,
    }
}
async fn wrong(
    grant: &Grant<ManagePeople>,
    ui: Ui,
    form: Form,
    id: Id<Role>,
    problem: Problem,
) -> Result<Response, Failure> {
    let role = grant.read(move |tx| api::body(tx, id)).await?;
    again(problem, form, |form, problem| EditPage { problem, ..edit_page(ui, form, Some(role)) })
}
async fn remove(
    grant: Grant<ManagePeople>,
    ui: Ui,
    InPath(id): InPath<Id<Role>>,
) -> Result<Response, Failure> {
    let removed = grant.change(move |tx| actions::remove(tx, id)).await;
    match removed {
        Ok(()) => Ok(see("/admin/roles?done=removed")),
        Err(error) => {
            let role = grant.read(move |tx| api::body(tx, id)).await?;
            let form = Form::filled([("name", role.name.clone())]);
            again(error.into(), form, |form, problem| EditPage { problem, ..edit_page(ui, form, Some(role)) })
        }
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<ViewPeople>("/admin/roles", get(list))
        .post::<ManagePeople>("/admin/roles", post(create))
        .get::<ManagePeople>("/admin/roles/new", get(new))
        .get::<ViewPeople>("/admin/roles/{id}", get(show))
        .post::<ManagePeople>("/admin/roles/{id}", post(save))
        .post::<ManagePeople>("/admin/roles/{id}/remove", post(remove))
}
