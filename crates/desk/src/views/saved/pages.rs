//! Views as pages: all of them, one with its builder, and the numbers of the side bar.
use super::{
    Changes, Draft, Reach, Saved, actions,
    api::shown,
    builder::{self, Builder, Line, Wrong},
    store,
};
use crate::{
    filter::{self, Filter, Names, Order, find},
    tickets::{TicketError, ViewTickets},
    views::{
        Shown, View,
        pages::Sidebar,
        store::{Row, rows_of},
    },
};
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{
    fault::{Field, Problem},
    id::Id,
};
use platform::{
    authority::{Grant, Team, Tx},
    db,
    web::{Failure, Form, InPath, Json, Page, Ui},
};
use std::collections::BTreeMap;

/// Somebody waits for no number longer than this many views' worth.
const COUNTED_MOST: usize = 40;
/// More is shown as `999+`.
const COUNT_MOST: i64 = 1_000;

/// `GET /views/counts`: how many tickets each view of the side bar holds, 1,000 at most; `null` where that takes too long
/// or the filter names something gone. Each is a transaction of its own, so that none waits for another.
pub async fn counts(grant: Grant<ViewTickets>) -> Result<Json<BTreeMap<String, Option<i64>>>, Failure> {
    let (views, _) = grant.read::<_, db::Error>(|tx| store::beside(tx, "")).await?;
    let mut counts = BTreeMap::new();
    for (id, _) in views.into_iter().take(COUNTED_MOST) {
        let count = grant
            .read::<_, TicketError>(move |tx| {
                let meaning = crate::views::meaning::of(tx, &Shown::Saved(id))?;
                find::count_quickly(tx, &meaning.filter, COUNT_MOST)
            })
            .await;
        counts.insert(Shown::Saved(id).word(), count.ok());
    }
    Ok(Json(counts))
}

/// A view and what the reader may do with it.
struct Listed {
    view: Saved,
    filter: String,
    of: String,
    may_change: bool,
}
#[derive(askama::Template)]
#[template(path = "views/saved/list.html")]
struct ListPage {
    ui: Ui,
    side: Sidebar,
    views: Vec<Listed>,
    archived: Vec<Listed>,
    /// One that was just archived.
    gone: Option<(Id<Saved>, String)>,
}
#[derive(Default, serde::Deserialize)]
pub struct Done {
    archived: Option<Id<Saved>>,
}

/// `GET /views`.
pub async fn list(grant: Grant<ViewTickets>, ui: Ui, Query(done): Query<Done>) -> Result<Response, Failure> {
    let page = grant
        .read::<_, TicketError>(move |tx| {
            let (all, names) = (store::all(tx)?, Names::load(tx)?);
            let side = Sidebar::load(tx, &Shown::Standard(View::Mine))?;
            let gone = all.iter().find(|view| Some(view.id) == done.archived && view.is_archived);
            let gone = gone.map(|view| (view.id, view.name.clone()));
            let listed = |view: Saved| Listed {
                filter: shown(&names, &view.filter),
                of: match view.team_id {
                    Some(team) => names.team(team.number()).to_owned(),
                    None => ui.t_of("reach", view.reach.word()).into(),
                },
                may_change: view.may_change(tx.actor()),
                view,
            };
            let (archived, views): (Vec<_>, Vec<_>) =
                all.into_iter().map(listed).partition(|one| one.view.is_archived);
            let archived = archived.into_iter().filter(|one| one.may_change).collect();
            Ok(ListPage { side: side.elsewhere(), views, archived, gone, ui })
        })
        .await?;
    Ok(Page(page).into_response())
}

/// What stands around the builder.
struct Around {
    names: Names,
    teams: Vec<(Id<Team>, String)>,
}
/// What the filter finds now.
struct Effect {
    count: i64,
    rows: Vec<Row>,
}

#[derive(askama::Template)]
#[template(path = "views/saved/view.html")]
struct One {
    ui: Ui,
    side: Sidebar,
    /// `None` for a new one.
    view: Option<Saved>,
    form: Form,
    builder: Builder,
    wrong: Vec<Wrong>,
    /// The filter as text; what is wrong with it.
    text: String,
    mistake: Option<String>,
    around: Around,
    effect: Option<Effect>,
}
impl One {
    fn wrong_at(&self, group: &usize, line: &usize) -> Option<String> {
        let wrong = self.wrong.iter().find(|wrong| wrong.group == *group && wrong.line == *line)?;
        Some(wrong.mistake.sentence(self.ui.language))
    }
    fn name(&self, group: &usize, line: &usize, part: &str) -> String {
        format!("g{group}-l{line}-{part}")
    }
    fn fields(&self, line: &Line) -> Vec<(String, String, bool)> {
        let of = |(word, name): (String, Option<String>)| {
            let label = name.unwrap_or_else(|| self.ui.t_of("filter-field", &word).into());
            let is_it = word == line.field;
            (word, label, is_it)
        };
        builder::fields(&self.around.names).into_iter().map(of).collect()
    }
    fn example(&self, line: &Line) -> &'static str {
        builder::example(&line.field)
    }
    fn values(&self, line: &Line) -> Vec<String> {
        builder::values(&line.field, &self.around.names)
    }
    fn orders(&self) -> &'static [Order] {
        Order::ALL
    }
    fn address(&self) -> String {
        self.view.as_ref().map_or_else(|| "/views/new".into(), |view| format!("/views/{}", view.id))
    }
    fn cancel(&self) -> String {
        self.view.as_ref().map_or_else(|| "/views".into(), |view| Shown::Saved(view.id).address())
    }
    /// The reaches that the person may give.
    fn reaches(&self) -> Vec<Reach> {
        let may = |reach: &Reach| match reach {
            Reach::Personal => true,
            Reach::Team => {
                (self.ui.may("views.share") || self.ui.may("views.manage")) && !self.around.teams.is_empty()
            }
            Reach::Desk => self.ui.may("views.manage"),
        };
        Reach::ALL.iter().copied().filter(may).collect()
    }
}

fn around(tx: &mut Tx<ViewTickets>, shown: &Shown) -> Result<(Sidebar, Around), TicketError> {
    let (side, names) = (Sidebar::load(tx, shown)?, Names::load(tx)?);
    let side = if let Shown::Saved(_) = shown { side } else { side.elsewhere() };
    let is_all = tx.actor().reach("views.manage").is_some();
    let mine = &tx.actor().teams;
    let teams = names.teams.iter().map(|team| (Id::new(team.id), team.name.clone()));
    let teams = teams.filter(|(id, _)| is_all || mine.contains(id)).collect();
    Ok((side, Around { names, teams }))
}
fn filled(name: &str, sort: &str, reach: Reach, team: Option<Id<Team>>) -> Form {
    let team = team.map(|team| team.to_string()).unwrap_or_default();
    Form::filled([
        ("name", name.into()),
        ("sort", sort.into()),
        ("reach", reach.word().into()),
        ("team", team),
    ])
}

#[derive(Default, serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    filter: String,
    #[serde(default)]
    sort: String,
}
/// `GET /views/new?filter=`.
pub async fn new(grant: Grant<ViewTickets>, ui: Ui, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let form = filled("", &asked.sort, Reach::Personal, None);
    show(&grant, ui, None, form, asked.filter).await
}
/// `GET /views/{id}`.
pub async fn get(
    grant: Grant<ViewTickets>,
    ui: Ui,
    InPath(id): InPath<Id<Saved>>,
) -> Result<Response, Failure> {
    let view = changeable(&grant, id).await?;
    let form = filled(&view.name, view.sort.word(), view.reach, view.team_id);
    let text = view.filter.clone();
    show(&grant, ui, Some(view), form, text).await
}
async fn changeable(grant: &Grant<ViewTickets>, id: Id<Saved>) -> Result<Saved, TicketError> {
    grant
        .read(move |tx| {
            let view = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
            if view.may_change(tx.actor()) {
                Ok(view)
            } else {
                Err(Problem::new(403, "permission_required").into())
            }
        })
        .await
}

/// The page with a filter given as text.
async fn show(
    grant: &Grant<ViewTickets>,
    ui: Ui,
    view: Option<Saved>,
    form: Form,
    text: String,
) -> Result<Response, Failure> {
    let page = grant
        .read::<_, TicketError>(move |tx| {
            let (side, around) = around(tx, &beside(view.as_ref()))?;
            let read = filter::parse(&text, &around.names);
            Ok(match read {
                Ok(filter) => {
                    let effect = Some(effect(tx, &filter)?);
                    page(ui, side, view, form, Builder::of(&filter, &around.names), &filter, around, effect)
                }
                Err(mistake) => {
                    let (mistake, builder) = (Some(mistake.sentence(ui.language)), Builder::default());
                    let empty = page(ui, side, view, form, builder, &Filter::default(), around, None);
                    One { text, mistake, ..empty }
                }
            })
        })
        .await?;
    let status = if page.mistake.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, Page(page)).into_response())
}
fn beside(view: Option<&Saved>) -> Shown {
    view.map_or(Shown::Standard(View::Mine), |view| Shown::Saved(view.id))
}
fn page(
    ui: Ui,
    side: Sidebar,
    view: Option<Saved>,
    form: Form,
    mut builder: Builder,
    filter: &Filter,
    around: Around,
    effect: Option<Effect>,
) -> One {
    if builder.groups.is_empty() {
        builder.groups.push(builder::Group::default());
    }
    if builder.groups.iter().all(|group| group.lines.is_empty()) {
        builder.press("add-0");
    }
    let text = filter::print(filter, &around.names);
    One { ui, side, view, form, builder, wrong: Vec::new(), text, mistake: None, around, effect }
}
fn effect(tx: &mut Tx<ViewTickets>, filter: &Filter) -> Result<Effect, TicketError> {
    let found = find::page(tx, filter, Order::Updated, None, 5)?;
    let count = find::count(tx, filter, COUNT_MOST)?;
    Ok(Effect { count, rows: rows_of(tx, &found.ids)? })
}

const FIELDS: [&str; 9] = ["name", "sort", "reach", "team", "any", "filter", "was", "what", "g*"];

/// `POST /views/new`.
pub async fn post(grant: Grant<ViewTickets>, ui: Ui, form: Form) -> Result<Response, Failure> {
    sent(grant, ui, None, form).await
}
/// `POST /views/{id}`.
pub async fn save(
    grant: Grant<ViewTickets>,
    ui: Ui,
    InPath(id): InPath<Id<Saved>>,
    form: Form,
) -> Result<Response, Failure> {
    let view = changeable(&grant, id).await?;
    sent(grant, ui, Some(view), form).await
}

async fn sent(
    grant: Grant<ViewTickets>,
    ui: Ui,
    view: Option<Saved>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&FIELDS)?;
    let button = form.get("what").to_owned();
    // Whoever changed the text meant the text; the rows are as they were.
    if form.get("filter") != form.get("was") || button == "text" {
        let text = form.get("filter").to_owned();
        if button != "save" {
            return show(&grant, ui, view, form, text).await;
        }
        return keep(grant, ui, view, form, None, text).await;
    }
    let mut builder = Builder::sent(&form);
    builder.press(&button);
    let (names, language) = (grant.read::<_, db::Error>(|tx| Names::load(tx)).await?, ui.language);
    match builder.filter(&names) {
        Ok(filter) if button == "save" => {
            let text = filter::print(&filter, &names);
            keep(grant, ui, view, form, Some(builder), text).await
        }
        Ok(filter) => Ok(Page(with_rows(&grant, ui, view, form, builder, filter).await?).into_response()),
        Err(wrong) => {
            let mut page = with_rows(&grant, ui, view, form.clone(), builder, Filter::default()).await?;
            page.text = form.get("filter").into();
            page.effect = None;
            if button == "save" || button == "look" {
                page.mistake = wrong.first().map(|wrong| wrong.mistake.sentence(language));
                page.wrong = wrong;
            }
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
    }
}
async fn with_rows(
    grant: &Grant<ViewTickets>,
    ui: Ui,
    view: Option<Saved>,
    form: Form,
    builder: Builder,
    filter: Filter,
) -> Result<One, TicketError> {
    grant
        .read(move |tx| {
            let (side, around) = around(tx, &beside(view.as_ref()))?;
            let effect = Some(effect(tx, &filter)?);
            Ok(page(ui, side, view, form, builder, &filter, around, effect))
        })
        .await
}

/// Saves; what is wrong comes back with the page.
async fn keep(
    grant: Grant<ViewTickets>,
    ui: Ui,
    view: Option<Saved>,
    form: Form,
    builder: Option<Builder>,
    text: String,
) -> Result<Response, Failure> {
    let reach = form.some("reach").and_then(Reach::from_word);
    let draft = Draft {
        name: form.get("name").into(),
        filter: text.clone(),
        sort: form.some("sort").map(str::to_owned),
        reach,
        team: form.some("team").and_then(|team| team.parse().ok()).filter(|_| reach == Some(Reach::Team)),
    };
    let id = view.as_ref().map(|view| view.id);
    let kept = grant
        .change(move |tx| match id {
            None => actions::create(tx, draft),
            Some(id) => {
                let Draft { name, filter, sort, reach, team } = draft;
                let changes = Changes {
                    name: Some(name),
                    filter: Some(filter),
                    sort,
                    reach,
                    team,
                    position: None,
                    is_archived: None,
                };
                actions::edit(tx, id, changes)?;
                Ok(id)
            }
        })
        .await;
    match kept {
        Ok(id) => Ok(Redirect::to(&Shown::Saved(id).address()).into_response()),
        Err(TicketError::Refused(problem)) if problem.status == 422 => {
            let mistakes: Vec<Field> =
                problem.fields.iter().filter(|field| field.pointer != "/filter").cloned().collect();
            let mut form = form;
            form.mistakes = mistakes;
            let Some(builder) = builder else { return show(&grant, ui, view, form, text).await };
            let names = grant.read::<_, db::Error>(|tx| Names::load(tx)).await?;
            let filter = builder.filter(&names).unwrap_or_default();
            let page = with_rows(&grant, ui, view, form, builder, filter).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Page(page)).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /views/{id}/move`.
pub async fn shift(
    grant: Grant<ViewTickets>,
    InPath(id): InPath<Id<Saved>>,
    form: Form,
) -> Result<Response, Failure> {
    form.only(&["way"])?;
    let is_up = form.get("way") == "up";
    grant.change(move |tx| actions::shift(tx, id, is_up)).await?;
    Ok(Redirect::to("/views").into_response())
}
/// `POST /views/{id}/archive`: says so with a way back.
pub async fn archive(grant: Grant<ViewTickets>, InPath(id): InPath<Id<Saved>>) -> Result<Response, Failure> {
    set_archived(&grant, id, true).await?;
    Ok(Redirect::to(&format!("/views?archived={id}")).into_response())
}
/// `POST /views/{id}/restore`.
pub async fn restore(grant: Grant<ViewTickets>, InPath(id): InPath<Id<Saved>>) -> Result<Response, Failure> {
    set_archived(&grant, id, false).await?;
    Ok(Redirect::to("/views").into_response())
}
async fn set_archived(
    grant: &Grant<ViewTickets>,
    id: Id<Saved>,
    is_archived: bool,
) -> Result<(), TicketError> {
    let changes = Changes { is_archived: Some(is_archived), ..Changes::default() };
    grant.change(move |tx| actions::edit(tx, id, changes)).await
}
