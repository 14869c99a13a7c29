//! `/admin/teams`.
use super::{Changes, Draft, TeamRow, actions, store};
use crate::{
    permissions::{ManagePeople, ViewPeople},
    users::{
        self,
        pages::{Choice, ticked},
    },
    web::{Done, again, see},
};
use axum::{
    extract::Query,
    response::Response,
    routing::{get, post},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Team, Tx},
    db,
    web::{Failure, Form, InPath, Page, Routes, Ui},
};

#[derive(askama::Template)]
#[template(path = "teams/list.html")]
struct ListPage {
    ui: Ui,
    done: &'static str,
    teams: Vec<Row>,
}
struct Row {
    team: TeamRow,
    members: Vec<String>,
}
async fn list(grant: Grant<ViewPeople>, ui: Ui, Query(done): Query<Done>) -> Result<Page<ListPage>, Failure> {
    let teams = grant
        .read::<_, db::Error>(|tx| {
            let teams = store::all(tx)?;
            let ids: Vec<_> = teams.iter().map(|team| team.id).collect();
            let members = store::members(tx, &ids)?;
            let of =
                |id: Id<Team>| members.iter().filter(|(team, ..)| *team == id).map(|m| m.2.clone()).collect();
            Ok(teams.into_iter().map(|team| Row { members: of(team.id), team }).collect())
        })
        .await?;
    Ok(Page(ListPage { ui, done: done.words(), teams }))
}

#[derive(askama::Template)]
#[template(path = "teams/edit.html")]
struct EditPage {
    ui: Ui,
    form: Form,
    done: &'static str,
    problem: &'static str,
    /// `None` for a new one.
    team: Option<TeamRow>,
    members: Vec<Choice>,
}
impl EditPage {
    fn title(&self) -> String {
        self.team.as_ref().map_or_else(|| self.ui.t("team-new").to_owned(), |team| team.name.clone())
    }
    fn action(&self) -> String {
        self.team.as_ref().map_or_else(|| "/admin/teams".into(), |team| format!("/admin/teams/{}", team.id))
    }
}
fn choices<P>(tx: &mut Tx<P>, is_on: impl Fn(i64) -> bool) -> db::Result<Vec<Choice>> {
    let users = users::store::assignable(tx)?;
    let choice = |user: users::store::UserName| Choice {
        is_on: is_on(user.id.number()),
        id: user.id.to_string(),
        name: user.name,
    };
    Ok(users.into_iter().map(choice).collect())
}

async fn new(grant: Grant<ManagePeople>, ui: Ui) -> Result<Page<EditPage>, Failure> {
    let members = grant.read::<_, db::Error>(|tx| choices(tx, |_| false)).await?;
    Ok(Page(EditPage { ui, form: Form::default(), done: "", problem: "", team: None, members }))
}
async fn show(
    grant: Grant<ManagePeople>,
    ui: Ui,
    InPath(id): InPath<Id<Team>>,
    Query(done): Query<Done>,
) -> Result<Page<EditPage>, Failure> {
    let (team, members) = grant
        .read::<_, Failure>(move |tx| {
            let team = store::by_id(tx, id)?.ok_or(Problem::not_found())?;
            let members = store::members(tx, &[id])?;
            Ok((team, choices(tx, |user| members.iter().any(|(_, id, _)| id.number() == user))?))
        })
        .await?;
    let form = Form::filled([
        ("name", team.name.clone()),
        ("is_archived", if team.is_archived { "on".into() } else { String::new() }),
    ]);
    Ok(Page(EditPage { ui, form, done: done.words(), problem: "", team: Some(team), members }))
}
async fn wrong(
    grant: &Grant<ManagePeople>,
    ui: Ui,
    form: Form,
    id: Option<Id<Team>>,
    problem: Problem,
) -> Result<Response, Failure> {
    let sent = form.clone();
    let (team, members) = grant
        .read::<_, db::Error>(move |tx| {
            let team = match id {
                Some(id) => store::by_id(tx, id)?,
                None => None,
            };
            Ok((team, choices(tx, |user| sent.all("members").any(|sent| sent == user.to_string()))?))
        })
        .await?;
    again(problem, form, |form, problem| EditPage { ui, form, done: "", problem, team, members })
}

async fn create(grant: Grant<ManagePeople>, ui: Ui, form: Form) -> Result<Response, Failure> {
    form.only(&["name", "members"])?;
    let draft = Draft { name: form.get("name").into(), members: ticked(&form, "members") };
    let made = match draft.parse() {
        Ok(new) => grant.change(move |tx| actions::create(tx, new)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(see("/admin/teams?done=created")),
        Err(problem) => wrong(&grant, ui, form, None, problem).await,
    }
}
async fn save(
    grant: Grant<ManagePeople>,
    ui: Ui,
    InPath(id): InPath<Id<Team>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["name", "members", "is_archived"])?;
    let changes = Changes {
        name: Some(form.get("name").into()),
        is_archived: Some(form.is_on("is_archived")),
        members: Some(ticked(&form, "members")),
    };
    let saved = match changes.parse() {
        Ok(edit) => grant.change(move |tx| actions::edit(tx, id, edit)).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(()) => Ok(see("/admin/teams?done=saved")),
        Err(problem) => wrong(&grant, ui, form, Some(id), problem).await,
    }
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<ViewPeople>("/admin/teams", get(list))
        .post::<ManagePeople>("/admin/teams", post(create))
        .get::<ManagePeople>("/admin/teams/new", get(new))
        .get::<ManagePeople>("/admin/teams/{id}", get(show))
        .post::<ManagePeople>("/admin/teams/{id}", post(save))
}
