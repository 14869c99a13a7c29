//! `/api/v1/rules`, and what rules made of a ticket.
use super::{
    Changes, Draft, ManageRules, RuleError, actions,
    policy::{Content, Row},
    simulate::{self, Simulated},
    store,
    trace::{self, Verdict},
    warn::Warning,
};
use crate::tickets::{self, Ticket, TicketError, ViewTickets};
use axum::{extract::Query, http::StatusCode};
use kernel::{clock::Millis, fault::Problem, id::Id};
use platform::{
    authority::{Grant, Rule, Tx},
    db,
    idempotency::once,
    web::{Created, Failure, InPath, Json, Keyed, Listing, Paged},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the desk does by itself.
#[derive(Serialize, ToSchema)]
#[schema(as = Rule)]
pub struct Body {
    #[schema(value_type = String)]
    pub id: Id<Rule>,
    pub name: String,
    /// Filters and actions hold ids where something has a name.
    #[serde(flatten)]
    pub content: Content,
    pub position: i64,
    pub is_active: bool,
    pub version: i64,
    /// How often it did something.
    pub runs: i64,
    #[schema(value_type = Option<String>)]
    pub ran_at: Option<Millis>,
    /// The last time a limit stopped it.
    #[schema(value_type = Option<String>)]
    pub limited_at: Option<Millis>,
    /// The last time something that it names was gone.
    #[schema(value_type = Option<String>)]
    pub failed_at: Option<Millis>,
}
impl From<Row> for Body {
    fn from(row: Row) -> Body {
        Body {
            id: row.id,
            content: row.content(),
            name: row.name,
            position: row.position,
            is_active: row.is_active,
            version: row.version,
            runs: row.runs,
            ran_at: row.ran_at_ms,
            limited_at: row.limited_at_ms,
            failed_at: row.failed_at_ms,
        }
    }
}
fn body(tx: &mut Tx<ManageRules>, id: Id<Rule>) -> Result<Body, RuleError> {
    Ok(store::by_id(tx, id)?.ok_or(RuleError::Unknown)?.into())
}
/// A rule that was saved, and what to think about.
#[derive(Serialize, ToSchema)]
#[schema(as = SavedRule)]
pub struct Saved {
    #[serde(flatten)]
    pub rule: Body,
    /// Other rules that set the same to something else; that no ticket can match. Of a rule that is off: none.
    pub warnings: Vec<Warning>,
}
fn saved(tx: &mut Tx<ManageRules>, id: Id<Rule>) -> Result<Saved, RuleError> {
    let row = store::by_id(tx, id)?.ok_or(RuleError::Unknown)?;
    let draft = Draft { is_active: Some(row.is_active), ..row.content().draft(&row.name) };
    // One that names something gone can still be moved and switched off.
    let found = if row.is_active { actions::warnings(tx, draft, Some(id)) } else { Ok(Vec::new()) };
    let warnings = match found {
        Err(RuleError::Refused(_)) => Vec::new(),
        found => found?,
    };
    Ok(Saved { rule: row.into(), warnings })
}

/// List rules in the order in which they look.
#[utoipa::path(get, path = "/api/v1/rules", tag = "rules", params(Paged),
    responses((status = 200, body = Listing<Body>)))]
pub async fn list(
    grant: Grant<ManageRules>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<Body>>, Failure> {
    let rules = grant.read::<_, db::Error>(|tx| store::all(tx)).await?;
    Ok(Json(paged.of_whole(rules, |rule| rule.id.to_string(), Body::from)?))
}

/// Add a rule. It hears of what happens from then on.
#[utoipa::path(post, path = "/api/v1/rules", tag = "rules", request_body = Draft,
    responses((status = 201, body = Saved)))]
pub async fn post(
    grant: Grant<ManageRules>,
    Keyed(key, draft): Keyed<Draft>,
) -> Result<Created<serde_json::Value>, Failure> {
    let body = grant
        .change::<_, RuleError>(move |tx| {
            once(tx, key.as_ref(), |tx| {
                let id = actions::create(tx, draft)?;
                saved(tx, id)
            })
        })
        .await?;
    Ok(Created(body))
}

/// Get a rule.
#[utoipa::path(get, path = "/api/v1/rules/{id}", tag = "rules", params(("id" = String, Path)),
    responses((status = 200, body = Body)))]
pub async fn get(grant: Grant<ManageRules>, InPath(id): InPath<Id<Rule>>) -> Result<Json<Body>, Failure> {
    Ok(Json(grant.read(move |tx| body(tx, id)).await?))
}

/// Change a rule, move it, or switch it on or off. What is given replaces what was there; the older version is kept.
#[utoipa::path(patch, path = "/api/v1/rules/{id}", tag = "rules", params(("id" = String, Path)),
    request_body = Changes, responses((status = 200, body = Saved)))]
pub async fn patch(
    grant: Grant<ManageRules>,
    InPath(id): InPath<Id<Rule>>,
    Json(changes): Json<Changes>,
) -> Result<Json<Saved>, Failure> {
    let body = grant
        .change::<_, RuleError>(move |tx| {
            actions::edit(tx, id, changes)?;
            saved(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// Remove a rule with its versions. What it did stays.
#[utoipa::path(delete, path = "/api/v1/rules/{id}", tag = "rules", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn delete(grant: Grant<ManageRules>, InPath(id): InPath<Id<Rule>>) -> Result<StatusCode, Failure> {
    grant.change(move |tx| actions::remove(tx, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A rule to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleToTry)]
pub struct Try {
    pub rule: Draft,
    /// The rule that it is about to become.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub id: Option<Id<Rule>>,
    /// Try it on one ticket, too.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub ticket: Option<Id<Ticket>>,
}

/// See what a rule would have done in the last seven days, and what may go wrong, without saving it.
#[utoipa::path(post, path = "/api/v1/rules/simulate", tag = "rules", request_body = Try,
    responses((status = 200, body = Simulated)))]
pub async fn simulate(grant: Grant<ManageRules>, Json(asked): Json<Try>) -> Result<Json<Simulated>, Failure> {
    let Try { rule, id, ticket } = asked;
    Ok(Json(grant.read(move |tx| simulate::simulate(tx, rule, id, ticket)).await?))
}

/// How a rule once was.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleVersion)]
pub struct VersionBody {
    pub version: i64,
    /// Who made it.
    pub author: String,
    #[schema(value_type = String)]
    pub at: Millis,
    pub name: String,
    #[serde(flatten)]
    pub content: Content,
}

/// List the versions of a rule, newest first, 1,000 at most.
#[utoipa::path(get, path = "/api/v1/rules/{id}/versions", tag = "rules", params(("id" = String, Path), Paged),
    responses((status = 200, body = Listing<VersionBody>)))]
pub async fn versions(
    grant: Grant<ManageRules>,
    InPath(id): InPath<Id<Rule>>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<VersionBody>>, Failure> {
    let versions = grant
        .read::<_, RuleError>(move |tx| {
            store::by_id(tx, id)?.ok_or(RuleError::Unknown)?;
            Ok(store::versions(tx, id)?)
        })
        .await?;
    let body = |version: store::Version| {
        let stored: actions::Stored = serde_json::from_str(&version.content).ok()?;
        let author = version.author_name;
        Some(VersionBody {
            version: version.version,
            author,
            at: version.at_ms,
            name: stored.name,
            content: stored.content,
        })
    };
    let versions: Vec<_> = versions.into_iter().filter_map(body).collect();
    Ok(Json(paged.of_whole(versions, |version| version.version.to_string(), std::convert::identity)?))
}

/// Take an older version of a rule back. It becomes the newest one.
#[utoipa::path(post, path = "/api/v1/rules/{id}/versions/{version}/restore", tag = "rules",
    params(("id" = String, Path), ("version" = i64, Path)), responses((status = 200, body = Body)))]
pub async fn restore(
    grant: Grant<ManageRules>,
    InPath((id, version)): InPath<(Id<Rule>, i64)>,
) -> Result<Json<Body>, Failure> {
    let body = grant
        .change::<_, RuleError>(move |tx| {
            actions::restore(tx, id, version)?;
            body(tx, id)
        })
        .await?;
    Ok(Json(body))
}

/// What rules made of one event or moment.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleLook)]
pub struct LookBody {
    #[schema(value_type = String)]
    pub id: Id<store::Look>,
    #[schema(value_type = String)]
    pub at: Millis,
    /// `event/17`, or `rule/3/1795417200000` for a moment that a rule waited for.
    pub occasion: String,
    /// In their order.
    pub rules: Vec<Verdict>,
}

/// Which rules looked at a ticket, what they found and what they did, newest first. Kept for 30 days.
#[utoipa::path(get, path = "/api/v1/tickets/{number}/rules", tag = "rules", params(("number" = i64, Path), Paged),
    responses((status = 200, body = Listing<LookBody>)))]
pub async fn trace(
    grant: Grant<ViewTickets>,
    InPath(number): InPath<Id<Ticket>>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listing<LookBody>>, Failure> {
    let (limit, before) = (paged.limit()?, paged.after()?);
    let looks = grant
        .read(move |tx| {
            tickets::store::see(tx, number)?.ok_or_else(Problem::not_found)?;
            Ok::<_, TicketError>(trace::of(tx, number, before.unwrap_or(Id::new(i64::MAX)), limit + 1)?)
        })
        .await?;
    let body = |look: trace::Looked| LookBody {
        id: look.id,
        at: look.at,
        occasion: look.occasion,
        rules: look.verdicts,
    };
    Ok(Json(Listing::of(looks, limit, |look| look.id.to_string(), body)))
}
