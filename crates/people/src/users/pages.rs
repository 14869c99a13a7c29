//! `/admin/users`: who works here.
use super::{Changes, Draft, UserRow, actions, profile::ZONES, store};
use crate::{
    organisations,
    permissions::{ManagePeople, ViewPeople},
    roles::{self, RoleRow},
    sign_in::{self, pages::secret, store::Owner},
    teams,
    web::{Done, again, see},
};
use axum::{
    extract::Query,
    response::Response,
    routing::{get, post},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Tx, User},
    i18n::Language,
    web::{Failure, Form, InPath, Page, Routes, Ui},
};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "users/list.html")]
struct ListPage {
    ui: Ui,
    q: String,
    done: &'static str,
    users: Vec<Row>,
}
struct Row {
    user: UserRow,
    teams: String,
}
#[derive(Deserialize)]
pub struct Asked {
    q: Option<String>,
}
async fn list(
    grant: Grant<ViewPeople>,
    ui: Ui,
    Query(asked): Query<Asked>,
    Query(done): Query<Done>,
) -> Result<Page<ListPage>, Failure> {
    let q = asked.q.unwrap_or_default();
    let needle = q.clone();
    let users = grant
        .read::<_, Failure>(move |tx| {
            let rows = store::search(tx, &needle)?;
            let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
            let (memberships, teams) = (store::memberships(tx, &ids)?, teams::store::all(tx)?);
            let teams_of = |user: Id<User>| {
                let is_in = |team: &teams::TeamRow| memberships.contains(&(user, team.id));
                let names: Vec<_> =
                    teams.iter().filter(|team| is_in(team)).map(|t| t.name.as_str()).collect();
                names.join(", ")
            };
            Ok(rows.into_iter().map(|user| Row { teams: teams_of(user.id), user }).collect())
        })
        .await?;
    Ok(Page(ListPage { ui, q, done: done.words(), users }))
}

#[derive(askama::Template)]
#[template(path = "users/edit.html")]
struct EditPage {
    ui: Ui,
    form: Form,
    done: &'static str,
    problem: &'static str,
    /// `None` for a new one.
    user: Option<UserRow>,
    roles: Vec<RoleRow>,
    teams: Vec<Choice>,
    inboxes: Vec<Choice>,
    organisations: Vec<Choice>,
    languages: &'static [Language],
    zones: &'static [&'static str],
}
/// A box that can be ticked.
pub(crate) struct Choice {
    pub id: String,
    pub name: String,
    pub is_on: bool,
}
impl EditPage {
    fn title(&self) -> String {
        self.user.as_ref().map_or_else(|| self.ui.t("user-new").to_owned(), |user| user.name.clone())
    }
    fn action(&self) -> String {
        self.user.as_ref().map_or_else(|| "/admin/users".into(), |user| format!("/admin/users/{}", user.id))
    }
}

/// What there is to choose from, with what is chosen.
struct Choices {
    roles: Vec<RoleRow>,
    teams: Vec<Choice>,
    inboxes: Vec<Choice>,
    organisations: Vec<Choice>,
}
fn choices<P: Implies<ViewPeople>>(
    tx: &mut Tx<P>,
    is_on: impl Fn(&str, i64) -> bool,
) -> Result<Choices, Failure> {
    let choice =
        |kind: &str, id: i64, name: String| Choice { is_on: is_on(kind, id), id: id.to_string(), name };
    let live = teams::store::all(tx)?
        .into_iter()
        .filter(|team| !team.is_archived || is_on("teams", team.id.number()));
    let teams = live.map(|team| choice("teams", team.id.number(), team.name)).collect();
    let inboxes = store::inbox_names(tx)?;
    let organisations = organisations::store::first_names(tx)?;
    Ok(Choices {
        roles: roles::store::list(tx)?,
        teams,
        inboxes: inboxes.into_iter().map(|(id, name)| choice("inboxes", id, name)).collect(),
        organisations: organisations
            .into_iter()
            .map(|(id, name)| choice("organisations", id.number(), name))
            .collect(),
    })
}
fn edit_page(ui: Ui, form: Form, user: Option<UserRow>, choices: Choices) -> EditPage {
    let Choices { roles, teams, inboxes, organisations } = choices;
    let (languages, zones) = (Language::ALL, ZONES);
    EditPage { ui, form, done: "", problem: "", user, roles, teams, inboxes, organisations, languages, zones }
}

async fn new(grant: Grant<ManagePeople>, ui: Ui) -> Result<Page<EditPage>, Failure> {
    let (choices, settings) = grant
        .read::<_, Failure>(|tx| Ok((choices(tx, |_, _| false)?, crate::desk_settings::store::load(tx)?)))
        .await?;
    let agent = choices.roles.iter().find(|role| role.code == Some(roles::Builtin::Agent));
    let form = Form::filled([
        ("language", settings.language.word().into()),
        ("zone", settings.zone),
        ("role", agent.map_or_else(String::new, |role| role.id.to_string())),
    ]);
    Ok(Page(edit_page(ui, form, None, choices)))
}

async fn show(
    grant: Grant<ViewPeople>,
    ui: Ui,
    InPath(id): InPath<Id<User>>,
    Query(done): Query<Done>,
) -> Result<Page<EditPage>, Failure> {
    let done = done.words();
    let (user, choices, done) = grant
        .read::<_, Failure>(move |tx| {
            let user = store::by_id(tx, id)?.ok_or(Problem::not_found())?;
            let (teams, targets) = (store::memberships(tx, &[id])?, store::targets(tx, &[id])?);
            let is_on = |kind: &str, target: i64| match kind {
                "teams" => teams.iter().any(|(_, team)| team.number() == target),
                kind => {
                    targets.iter().any(|(_, of, known)| kind.starts_with(of.as_str()) && *known == target)
                }
            };
            let choices = choices(tx, is_on)?;
            // An invitation is on its way only where something can carry it.
            let waits = done == "done-invited" && !platform::outbox::can_send(tx)?;
            Ok((user, choices, if waits { "done-invited-waits" } else { done }))
        })
        .await?;
    let form = Form::filled([
        ("name", user.name.clone()),
        ("email", user.email.clone()),
        ("role", user.role_id.to_string()),
        ("language", user.language.word().into()),
        ("zone", user.zone.clone()),
        ("is_active", if user.is_active { "on".into() } else { String::new() }),
    ]);
    let page = edit_page(ui, form, Some(user), choices);
    Ok(Page(EditPage { done, ..page }))
}

/// The ids that are ticked under `name`.
pub(crate) fn ticked<T>(form: &Form, name: &str) -> Vec<Id<T>> {
    form.all(name).filter_map(|id| id.parse().ok()).collect()
}
/// The form again, with what was wrong.
async fn wrong(
    grant: &Grant<ManagePeople>,
    ui: Ui,
    form: Form,
    user: Option<Id<User>>,
    problem: Problem,
) -> Result<Response, Failure> {
    let sent = form.clone();
    let (user, choices) = grant
        .read::<_, Failure>(move |tx| {
            let user = match user {
                Some(id) => store::by_id(tx, id)?,
                None => None,
            };
            let is_on = |kind: &str, id: i64| sent.all(kind).any(|sent| sent == id.to_string());
            Ok((user, choices(tx, is_on)?))
        })
        .await?;
    again(problem, form, |form, problem| EditPage { problem, ..edit_page(ui, form, user, choices) })
}

async fn create(grant: Grant<ManagePeople>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&[
        "name",
        "email",
        "role",
        "language",
        "zone",
        "teams",
        "inboxes",
        "organisations",
        "password",
    ])?;
    let password = secret(&form, "password");
    let draft = Draft {
        name: form.get("name").into(),
        email: form.get("email").into(),
        role: form.get("role").parse().ok(),
        language: Language::from_word(form.get("language")),
        zone: form.some("zone").map(str::to_owned),
        teams: ticked(&form, "teams"),
        inboxes: ticked(&form, "inboxes"),
        organisations: ticked(&form, "organisations"),
        password: Some(password).filter(|password| !password.reveal().is_empty()),
    };
    let is_invited = draft.password.is_none();
    let site = grant.home().site.clone();
    let added = match draft.parse() {
        Ok(new) => {
            let ready = actions::with_hash(new).await?;
            grant.change(move |tx| actions::add(tx, &site, ready)).await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match added {
        Ok(id) => {
            Ok(see(&format!("/admin/users/{id}?done={}", if is_invited { "invited" } else { "created" })))
        }
        Err(problem) => wrong(&grant, ui, form, None, problem).await,
    }
}

async fn save(
    grant: Grant<ManagePeople>,
    ui: Ui,
    InPath(id): InPath<Id<User>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&[
        "name",
        "email",
        "role",
        "language",
        "zone",
        "teams",
        "inboxes",
        "organisations",
        "is_active",
    ])?;
    let changes = Changes {
        name: Some(form.get("name").into()),
        email: Some(form.get("email").into()),
        role: form.get("role").parse().ok(),
        language: Language::from_word(form.get("language")),
        zone: Some(form.get("zone").into()),
        teams: Some(ticked(&form, "teams")),
        inboxes: Some(ticked(&form, "inboxes")),
        organisations: Some(ticked(&form, "organisations")),
        is_active: Some(form.is_on("is_active")),
    };
    let saved = match changes.parse() {
        Ok(changes) => grant.change(move |tx| actions::edit(tx, id, changes)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(()) => Ok(see(&format!("/admin/users/{id}?done=saved"))),
        Err(problem) => wrong(&grant, ui, form, Some(id), problem).await,
    }
}

/// Sends the invitation again, or ends all sessions and tokens, or switches the second factor off.
async fn help(
    grant: Grant<ManagePeople>,
    InPath(id): InPath<Id<User>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["do"])?;
    let (what, site) = (form.get("do").to_owned(), grant.home().site.clone());
    let done = grant
        .change::<_, Failure>(move |tx| {
            let user = actions::may_change(tx, id)?;
            match what.as_str() {
                "invite" if user.is_active && !user.has_password => {
                    sign_in::actions::invite(tx, &site, id)?;
                    Ok("invited")
                }
                "sessions" => {
                    sign_in::store::end_sessions(tx, Owner::User(id), None)?;
                    sign_in::store::delete_tokens(tx, id)?;
                    Ok("ended")
                }
                "second_factor" => {
                    sign_in::actions::remove_second_factor(tx, id)?;
                    Ok("saved")
                }
                _ => Err(Problem::field("do", "unknown_word").into()),
            }
        })
        .await?;
    Ok(see(&format!("/admin/users/{id}?done={done}")))
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<ViewPeople>("/admin/users", get(list))
        .post::<ManagePeople>("/admin/users", post(create))
        .get::<ManagePeople>("/admin/users/new", get(new))
        .get::<ViewPeople>("/admin/users/{id}", get(show))
        .post::<ManagePeople>("/admin/users/{id}", post(save))
        .post::<ManagePeople>("/admin/users/{id}/help", post(help))
}
