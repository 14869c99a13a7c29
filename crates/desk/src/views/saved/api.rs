//! `/api/v1/views`.
use super::{Changes, Draft, Reach, Saved, actions, store};
use crate::{
    filter::{self, Names, Order, find},
    tickets::{
        TicketError, ViewTickets,
        api::{TicketBody, found_bodies},
    },
};
use axum::{extract::Query, http::StatusCode};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Implies, Team, Tx},
    db, idempotency,
    web::{Failure, IfMatch, InPath, Json, Keyed, Listing, Paged, Tagged},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A filter with a name.
#[derive(Serialize, ToSchema)]
#[schema(as = View)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Saved>,
    pub name: String,
    /// In its canonical form, with names.
    pub filter: String,
    pub sort: String,
    pub reach: Reach,
    #[schema(value_type = Option<String>)]
    pub team: Option<Id<Team>>,
    pub position: i64,
    pub is_archived: bool,
}
/// The text as people read it; as it is stored where it names something gone.
pub fn shown(names: &Names, stored: &str) -> String {
    filter::parse(stored, names).map_or_else(|_| stored.to_owned(), |filter| filter::print(&filter, names))
}
fn bodies<P: Implies<ViewTickets>>(tx: &mut Tx<P>, rows: Vec<Saved>) -> db::Result<Vec<Body>> {
    let names = if rows.is_empty() { Names::default() } else { Names::load(tx)? };
    let body = |view: Saved| Body {
        id: view.id,
        filter: shown(&names, &view.filter),
        name: view.name,
        sort: view.sort.word().into(),
        reach: view.reach,
        team: view.team_id,
        position: view.position,
        is_archived: view.is_archived,
    };
    Ok(rows.into_iter().map(body).collect())
}
fn body<P: Implies<ViewTickets>>(tx: &mut Tx<P>, id: Id<Saved>) -> Result<Body, TicketError> {
    let row = store::see(tx, id)?.ok_or_else(Problem::not_found)?;
    bodies(tx, vec![row])?.pop().ok_or_else(|| Problem::not_found().into())
}

/// List one's own views, those of one's teams and those of the desk, by id.
#[utoipa::path(get, path = "/api/v1/views", tag = "views", params(Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ViewTickets>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let (limit, after) = (paged.limit()?, paged.after()?);
    let rows = grant
        .read::<_, db::Error>(move |tx| {
            let rows = store::page(tx, after.unwrap_or(Id::new(0)), limit + 1)?;
            bodies(tx, rows)
        })
        .await?;
    Ok(Json(Listing::of(rows, limit, |body| body.id.to_string(), |body| body)))
}

/// Add a view.
///
/// A team's view needs `views.share`, the desk's `views.manage`.
#[utoipa::path(post, path = "/api/v1/views", tag = "views", request_body = Draft,
    responses((status = 201, body = Body)))]
pub async fn post(
    grant: Grant<ViewTickets>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Tagged<serde_json::Value>, Failure> {
    let body = grant
        .change::<_, TicketError>(move |tx| {
            idempotency::once(tx, key.as_ref(), |tx| {
                let id = actions::create(tx, draft)?;
                body(tx, id)
            })
        })
        .await?;
    Ok(Tagged(StatusCode::CREATED, body))
}

/// Get a view.
#[utoipa::path(get, path = "/api/v1/views/{id}", tag = "views", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(grant: Grant<ViewTickets>, InPath(id): InPath<Id<Saved>>) -> Result<Tagged<Body>, Failure> {
    Ok(Tagged(StatusCode::OK, grant.read(move |tx| body(tx, id)).await?))
}

/// Change a view, archive it or take it back. `If-Match` refuses the change (412) when somebody else was quicker.
#[utoipa::path(patch, path = "/api/v1/views/{id}", tag = "views", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Body)))]
pub async fn patch(
    grant: Grant<ViewTickets>,
    InPath(id): InPath<Id<Saved>>,
    if_match: IfMatch,
    Json(changes): Json<Changes>,
) -> Result<Tagged<Body>, Failure> {
    let body = grant
        .change::<_, Failure>(move |tx| {
            if_match.check(&body(tx, id)?)?;
            actions::edit(tx, id, changes)?;
            Ok(body(tx, id)?)
        })
        .await?;
    Ok(Tagged(StatusCode::OK, body))
}

/// A filter to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ViewToTry)]
pub struct Try {
    pub filter: String,
}
/// What a filter would show.
#[derive(Serialize, ToSchema)]
#[schema(as = ViewPreview)]
pub struct Preview {
    /// 1,000 at most are counted.
    pub count: i64,
    /// The filter in its canonical form.
    pub filter: String,
    /// The first 20, newest change first.
    pub items: Vec<TicketBody>,
}
/// How many `preview` counts.
const COUNTED: i64 = 1_000;

/// See what a filter finds, without saving it.
#[utoipa::path(post, path = "/api/v1/views/preview", tag = "views", request_body = Try,
    responses((status = 200, body = Preview)))]
pub async fn preview(grant: Grant<ViewTickets>, Json(asked): Json<Try>) -> Result<Json<Preview>, Failure> {
    let language = grant.actor().language;
    let preview = grant
        .read::<_, TicketError>(move |tx| {
            let filter = find::read(tx, &asked.filter)?.map_err(|mistake| mistake.problem_in(language))?;
            let names = Names::of(tx, &filter)?;
            let found = find::page(tx, &filter, Order::Updated, None, 20)?;
            let count = find::count(tx, &filter, COUNTED)?;
            let items = found_bodies(tx, &found.ids, language)?;
            Ok(Preview { count, filter: filter::print(&filter, &names), items })
        })
        .await?;
    Ok(Json(preview))
}
